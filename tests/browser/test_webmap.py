"""The interactive map in a browser: opened as a file, without any network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from context.layers import Ground, Layer
from context.webmap import web_map_html

pytestmark = pytest.mark.browser

NASTY = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>{{ 7*7 }}"
CODES = [f"E0100000{i}" for i in range(1, 10)]


def nine_squares(focus: str | None = "Aaa") -> Ground:
    outlines = gpd.GeoSeries(
        [box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)],
        index=CODES,
        crs=27700,
    )
    outlines = outlines.scale(1e4, 1e4, origin=(0, 0)).translate(300000, 100000)
    ltlas = pd.Series(["E07000001", "E07000002", "E07000002"] * 3, index=CODES)
    dissolved = gpd.GeoSeries(
        {code: outlines[ltlas == code].union_all() for code in ("E07000001", "E07000002")},
        crs=27700,
    )
    return Ground(
        system_code="E54000001",
        system_name="Anywhere",
        focus_name=focus,
        outlines=outlines,
        area_names=pd.Series([f"Area {i}" for i in range(1, 9)] + [NASTY], index=CODES),
        ltla_codes=ltlas,
        ltla_names=pd.Series({"E07000001": "Aaa", "E07000002": NASTY}),
        people=pd.Series(np.arange(1500.0, 1509), index=CODES),
        in_focus=(ltlas == "E07000001") & (focus is not None),
        ltla_outlines=dissolved,
        focus_outline=dissolved["E07000001"] if focus else None,
        boundary_note="Outlines generalised to 200 m",
        attribution="Contains OS data © Crown copyright and database right 2020",
    )


def layer(measure: str, title: str, unit: str, *, missing: bool) -> Layer:
    values = pd.Series(np.arange(9) * 1000.5 + 0.3, index=CODES)
    fifths = pd.Series([1, 1, 2, 2, 3, 3, 4, 4, 5], index=CODES, dtype="Int64")
    if missing:
        values.iloc[4], fifths.iloc[4] = np.nan, pd.NA
    return Layer(
        indicator=measure,
        measure=measure,
        title=title,
        unit=unit,
        decimals=1,
        period="2019",
        values=values,
        fifths=fifths,
        reasons=pd.Series(["suppressed" if missing and i == 4 else "" for i in range(9)], CODES),
        limits={i: (1000.0 * i, 1000.0 * i + 999) for i in range(1, 6)},
        people=pd.DataFrame({"focus": [0, 1, 2, 3, 4, 5], "rest": [1504, 10, 20, 30, 40, 12345]}),
        fifth_words={1: "least fifth", 2: "b", 3: "middle fifth", 4: "d", 5: f"most {title} fifth"},
        darkest="high",
        source=f"Source of {title}",
        caveat="",
    )


LAYERS = [
    layer("first", "apples", "%", missing=False),
    layer("second", "pears", "pears per tree", missing=True),
]


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Any:
    return chromium


class Opened:
    """A page with the map, what it asked for and what went wrong in it."""

    def __init__(self, browser: Any, path: Path, width: int, height: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.set_default_timeout(10_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(path.as_uri())
        self.page.wait_for_function("window.inContext && window.inContext.drawn > 0")

    def state(self, key: str) -> Any:
        return self.page.evaluate(f"window.inContext.{key}")

    def click_area(self, column: int, row: int) -> None:
        """Click in the middle of a square; the nine fill the map's height about its middle."""
        frame = self.page.locator(".folium-map").bounding_box()
        side = self.page.evaluate(
            "(() => { const m = Object.values(window).find(v => v instanceof L.Map);"
            "const b = L.latLngBounds([]);"
            "m.eachLayer(l => l.index >= 0 && b.extend(l.getBounds()));"
            "return m.latLngToContainerPoint(b.getNorthEast()).x"
            " - m.latLngToContainerPoint(b.getSouthWest()).x; })()"
        )
        self.page.mouse.click(
            frame["x"] + frame["width"] / 2 + (column - 1) * side / 3.1,
            frame["y"] + frame["height"] / 2 - (row - 1) * side / 3.1,
        )


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Opened]:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    shown = Opened(browser, path, 1200, 800)
    yield shown
    shown.page.close()
    assert shown.errors == []


def test_every_area_is_drawn_and_nothing_is_asked_for(opened: Opened) -> None:
    opened.page.wait_for_timeout(300)
    assert opened.state("drawn") == 9
    assert opened.state("measure") == "first"
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_a_change_of_measure_stays_in_the_browser(opened: Opened) -> None:
    legend = opened.page.locator("#ic-legend")
    before = len(opened.requests)
    assert "Most apples fifth" in legend.inner_text()
    assert "No value" not in legend.inner_text()
    opened.page.get_by_label("Measure").select_option("second")
    opened.page.wait_for_function("window.inContext.changeMs !== null")
    words = legend.inner_text()
    assert opened.state("measure") == "second"
    assert "Most pears fifth" in words
    assert "apples" not in words
    assert "5,000.0 to 5,999.0" in words
    assert "12,345" in words
    assert "Suppressed (1 area)" in words
    assert "Source of pears" in opened.page.locator("#ic-foot").inner_text()
    assert "Contains OS data" in opened.page.locator("#ic-foot").inner_text()
    assert len(opened.requests) == before


def test_search_opens_the_panel_and_zooms(opened: Opened) -> None:
    zoom = "Object.values(window).find(v => v instanceof L.Map).getZoom()"
    start = opened.page.evaluate(zoom)
    opened.page.get_by_label("Find a small area").fill("area 5")
    assert opened.state("chosen") == "E01000005"
    assert opened.page.evaluate(zoom) > start
    panel = opened.page.locator("#ic-panel").inner_text()
    assert "Area 5" in panel
    assert "1,504 people" in panel
    assert "4,002.3%" in panel
    assert "Middle fifth in England" in panel
    assert "No value: suppressed" in panel
    opened.page.get_by_label("Find a small area").fill("nowhere")
    opened.page.keyboard.press("Enter")
    assert "No small area of that name" in opened.page.locator("#ic-found").inner_text()
    opened.page.get_by_role("button", name="Close").click()
    assert opened.state("chosen") is None
    opened.page.get_by_role("button", name="Whole system").click()
    assert opened.page.evaluate(zoom) == start


def test_hover_and_click_name_the_area(opened: Opened) -> None:
    opened.click_area(1, 1)
    assert opened.state("chosen") == "E01000005"
    tip = opened.page.locator(".ic-tip").inner_text()
    assert tip.splitlines()[0] == "Area 5"
    assert "apples: 4,002.3%" in tip
    assert "Middle fifth in England" in tip


def test_names_are_text_and_never_run(opened: Opened) -> None:
    opened.page.get_by_label("Names of local authorities").check()
    opened.click_area(2, 2)
    assert opened.state("chosen") == "E01000009"
    assert opened.page.locator("#ic-panel h2").inner_text() == NASTY
    assert NASTY in opened.page.locator(".ic-name").all_inner_texts()
    assert NASTY in opened.page.locator(".ic-tip").inner_text()
    assert opened.page.evaluate("typeof window.hacked") == "undefined"


def test_the_focus_is_labelled_and_can_be_zoomed_to(opened: Opened) -> None:
    assert opened.page.locator(".ic-focus").inner_text() == "Aaa"
    opened.page.get_by_role("button", name="Zoom to Aaa").click()
    assert "Outline of Aaa" in opened.page.locator("#ic-legend").inner_text()


def test_without_a_focus_there_is_one_column_of_people(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(None), LAYERS, measure="second"), encoding="utf-8")
    shown = Opened(browser, path, 1200, 800)
    assert shown.state("measure") == "second"
    assert shown.page.locator("#ic-legend thead .ic-n").all_inner_texts() == ["People"]
    assert not shown.page.locator("#ic-focus").is_visible()
    assert shown.errors == []
    shown.page.close()


def test_every_control_is_reached_by_keyboard_and_labelled(opened: Opened) -> None:
    opened.page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(6):
        opened.page.keyboard.press("Tab")
        reached.append(
            opened.page.evaluate(
                "(() => { const e = document.activeElement;"
                "return e.labels && e.labels.length ? e.labels[0].textContent : e.textContent; })()"
            )
        )
    assert reached[:5] == [
        "Measure",
        "Find a small area",
        "Zoom to Aaa",
        "Whole system",
        "Names of local authorities",
    ]


def test_on_a_narrow_screen(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    shown = Opened(browser, path, 390, 844)
    page = shown.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    map_box = page.locator(".folium-map").bounding_box()
    assert page.get_by_label("Measure").bounding_box()["y"] < map_box["y"]
    assert page.locator("#ic-legend").bounding_box()["y"] >= map_box["y"] + map_box["height"]
    assert not page.get_by_label("Find a small area").is_visible()
    page.get_by_text("Find an area, zoom and names").click()
    assert page.get_by_label("Find a small area").is_visible()
    assert shown.state("drawn") == 9
    assert shown.errors == []
    page.close()


def test_a_frame_without_room_is_drawn_once_it_has_some(browser: Any, tmp_path: Path) -> None:
    inner = tmp_path / "map.html"
    inner.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    outer = tmp_path / "outer.html"
    outer.write_text('<iframe src="map.html" style="width:0;height:0;border:0"></iframe>')
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(outer.as_uri())
    frame = page.frames[1]
    frame.wait_for_function("window.inContext && window.inContext.drawn === 9")
    for width, height in ((20, 20), (5, 700), (900, 700)):
        page.locator("iframe").evaluate(f"e => e.style.cssText='width:{width}px;height:{height}px'")
        page.wait_for_timeout(150)
    zoom = "Object.values(window).find(v => v instanceof L.Map).getZoom()"
    assert 8 < frame.evaluate(zoom) < 13
    assert errors == []
    page.close()
