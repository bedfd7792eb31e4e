"""The interactive map in a browser: opened as a file, without any network."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from context.layers import Ground, Layer
from context.points import Point
from context.webmap import web_map_html

pytestmark = pytest.mark.browser

NASTY = (
    "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "{{ 7*7 }} {% raise %} ${window.hacked=1} ` \" ' \u2028 end"
)
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


COUNT_FILLS = """
    window.fills = 0;
    const fill = CanvasRenderingContext2D.prototype.fill;
    CanvasRenderingContext2D.prototype.fill = function (...given) {
        window.fills += 1;
        return fill.apply(this, given);
    };
"""


def test_the_areas_are_drawn_once_when_the_map_opens(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.add_init_script(COUNT_FILLS)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("window.inContext && window.inContext.drawn > 0")
    page.wait_for_timeout(300)
    assert page.evaluate("window.fills") == 9
    context.close()


def test_a_change_of_measure_stays_in_the_browser(opened: Opened) -> None:
    legend = opened.page.locator("#ic-legend")
    before = len(opened.requests)
    assert "Most apples fifth" in legend.inner_text()
    assert "No value" not in legend.inner_text()
    opened.page.locator("#ic-indicator1").select_option("second")
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


def test_an_indicator_is_chosen_first_and_then_its_measure(browser: Any, tmp_path: Path) -> None:
    layers = [
        LAYERS[0],
        replace(LAYERS[1], indicator="first"),
        layer("third", "x", "", missing=True),
    ]
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), layers), encoding="utf-8")
    shown = Opened(browser, path, 1200, 800)
    measures = shown.page.locator("#ic-measure1 option")
    assert shown.page.locator("#ic-indicator1 option").all_inner_texts() == ["apples", "x"]
    assert measures.all_inner_texts() == ["apples", "pears"]
    shown.page.get_by_label("Measure", exact=True).select_option("second")
    assert shown.state("measure") == "second"
    shown.click_area(1, 1)
    panel = shown.page.locator("#ic-panel")
    assert panel.locator("table").first.locator("th").count() == 3
    shown.page.get_by_label("Indicator", exact=True).select_option("third")
    assert shown.state("measure") == "third"
    assert measures.all_inner_texts() == ["x"]
    shown.click_area(0, 0)
    panel.get_by_text("One more measure").click()
    assert "pears" in panel.inner_text()
    assert shown.errors == []
    shown.page.close()


def test_fifths_of_an_own_table_are_not_said_to_be_of_england(browser: Any, tmp_path: Path) -> None:
    words = {fifth: f"{fifth} of the areas given" for fifth in range(1, 6)}
    own = replace(LAYERS[0], is_national=False, fifth_words=words)
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), [own]), encoding="utf-8")
    shown = Opened(browser, path, 1200, 800)
    shown.click_area(1, 1)
    shown.page.get_by_role("button", name="Show as table").click()
    for part in ("#ic-legend", "#ic-panel", "#ic-table", ".ic-tip"):
        text = shown.page.locator(part).inner_text()
        assert "areas given" in text
        assert "England" not in text
    assert shown.errors == []
    shown.page.close()


def test_search_opens_the_panel_and_zooms(opened: Opened) -> None:
    zoom = "Object.values(window).find(v => v instanceof L.Map).getZoom()"
    start = opened.page.evaluate(zoom)
    opened.page.get_by_label("Find an area or authority").fill("area 5")
    assert opened.state("chosen") == "E01000005"
    assert opened.page.evaluate(zoom) > start
    panel = opened.page.locator("#ic-panel").inner_text()
    assert "Area 5" in panel
    assert "1,504 people" in panel
    assert "4,002.3%" in panel
    assert "Middle fifth in England" in panel
    assert "No value: suppressed" in panel
    opened.page.get_by_label("Find an area or authority").fill("nowhere")
    opened.page.keyboard.press("Enter")
    assert "No area of that name" in opened.page.locator("#ic-found").inner_text()
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
    page = opened.page
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(18):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(() => { const e = document.activeElement;"
                "return e.labels && e.labels.length ? e.labels[0].textContent"
                " : e.getAttribute('aria-label') || e.textContent; })()"
            )
        )
        if reached[-1] != "Zoom out":
            continue
        break
    assert reached[:10] == [
        "Indicator",
        "Side by side",
        "Show as table",
        "Find an area or authority",
        "Zoom to Aaa",
        "Whole system",
        "Save as image",
        "Copy link",
        "Outlines of local authorities",
        "Names of local authorities",
    ]
    assert reached[10] == "Street map behind (online)"
    assert reached[11].startswith("Map of the small areas of Anywhere: apples")
    assert reached[-2:] == ["Zoom in", "Zoom out"]
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_two_indicators_side_by_side_move_and_point_together(opened: Opened) -> None:
    page = opened.page
    assert page.locator(".ic-map").count() == 1
    page.get_by_role("button", name="Side by side").click()
    assert opened.state("second") == "second"
    assert page.locator(".ic-map").count() == 2
    assert page.locator(".ic-caption").all_inner_texts() == ["apples, 2019", "pears, 2019"]
    assert "SECOND MAP" in page.locator("#ic-legend").inner_text().upper()
    assert "Source of pears" in page.locator("#ic-foot").inner_text()
    first = page.locator(".folium-map").bounding_box()
    second = page.locator("#ic-second").bounding_box()
    assert first["width"] == pytest.approx(second["width"], abs=1)
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(first["x"] + first["width"] / 2 + 60, first["y"] + first["height"] / 2 + 30)
    page.mouse.up()
    page.wait_for_timeout(400)
    page.locator("#ic-second").get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(500)
    page.mouse.move(first["x"] + first["width"] / 2 + 60, first["y"] + first["height"] / 2 + 30)
    page.mouse.move(first["x"] + first["width"] / 2 + 61, first["y"] + first["height"] / 2 + 31)
    page.wait_for_function("document.querySelectorAll('.ic-tip').length === 2")
    names = [tip.splitlines()[0] for tip in page.locator(".ic-tip").all_inner_texts()]
    assert names[0] == names[1]
    texts = " ".join(page.locator(".ic-tip").all_inner_texts())
    assert "apples: " in texts
    assert "pears: " in texts
    scales = page.locator(".leaflet-control-scale-line").all_inner_texts()
    assert scales[:2] == scales[2:]
    page.get_by_role("button", name="Side by side").click()
    assert not page.locator("#ic-second").is_visible()


def test_a_link_reopens_the_view(browser: Any, opened: Opened) -> None:
    page = opened.page
    page.locator("#ic-indicator1").select_option("second")
    page.get_by_role("button", name="Side by side").click()
    page.locator("#ic-indicator2").select_option("first")
    page.get_by_label("Find an area or authority").fill("area 5")
    page.get_by_label("Names of local authorities").check()
    page.get_by_role("button", name="Copy link").click()
    address = page.get_by_label("Link to this view").input_value()
    selected = "document.getSelection().toString() || 'none'"
    assert page.evaluate(selected) in (address, "none")
    assert page.evaluate(
        "(e => e.selectionEnd - e.selectionStart)(document.getElementById('ic-address'))"
    ) == len(address)
    again = browser.new_page(viewport={"width": 1200, "height": 800})
    again.goto(address)
    again.wait_for_function("window.inContext && window.inContext.drawn > 0")
    kept = "[inContext.measure, inContext.second, inContext.chosen]"
    assert again.evaluate(kept) == ["second", "first", "E01000005"] == page.evaluate(kept)
    assert again.get_by_label("Names of local authorities").is_checked()
    zoom = "Object.values(window).find(v => v instanceof L.Map)"
    assert again.evaluate(f"{zoom}.getZoom()") == page.evaluate(f"{zoom}.getZoom()")
    for axis in ("lat", "lng"):
        here = page.evaluate(f"{zoom}.getCenter().{axis}")
        assert again.evaluate(f"{zoom}.getCenter().{axis}") == pytest.approx(here, abs=1e-3)
    again.close()


@pytest.mark.parametrize(
    "fragment",
    ["map=E54000001&measure=none&second=x&at=a,b,c&area=%3Cimg%3E", "map=E54000009&second=first"],
)
def test_a_link_that_asks_nonsense_opens_the_plain_view(
    browser: Any, tmp_path: Path, fragment: str
) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{path.as_uri()}#{fragment}")
    page.wait_for_function("window.inContext && window.inContext.drawn === 9")
    assert page.evaluate("inContext.measure") == "first"
    assert page.evaluate("inContext.chosen") is None
    assert errors == []
    page.close()


@pytest.mark.parametrize("both", [False, True])
def test_the_picture_has_map_legend_and_source(opened: Opened, both: bool) -> None:
    from PIL import Image

    if both:
        opened.page.get_by_role("button", name="Side by side").click()
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save as image").click()
    names = ["E54000001", "first", *(["second"] if both else [])]
    assert download.value.suggested_filename == "_".join(names) + ".png"
    with Image.open(download.value.path()) as picture:
        assert picture.width > 1600
        pixels = picture.convert("RGB")
        colours = {colour for _, colour in pixels.getcolors(1 << 24)}
        dark, orange = (0x12, 0x43, 0x6D), (0xF4, 0x6A, 0x25)
        assert {dark, orange, (255, 255, 255)} <= colours
        ink = pixels.crop((0, picture.height - 110, picture.width, picture.height)).convert("L")
        assert ink.getextrema()[0] < 80  # the source line
    assert [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_table_has_the_same_figures_and_sorts(opened: Opened) -> None:
    page = opened.page
    page.locator("#ic-indicator1").select_option("second")
    page.get_by_role("button", name="Show as table").click()
    first = page.locator("#ic-table tbody th")
    assert first.count() == 9
    assert first.nth(0).inner_text() == NASTY.replace("\u2028", "\n") or "end" in (
        first.nth(0).inner_text()
    )
    assert first.nth(8).inner_text() == "Area 5"  # no value: last, whichever way
    assert "No value: suppressed" in page.locator("#ic-table tbody tr").nth(8).inner_text()
    page.get_by_role("button", name="pears, 2019").click()
    assert first.nth(0).inner_text() == "Area 1"
    assert first.nth(8).inner_text() == "Area 5"
    heading = page.get_by_role("columnheader", name="pears, 2019").first
    assert heading.get_attribute("aria-sort") == "ascending"
    assert "0.3 pears per tree" in page.locator("#ic-table tbody tr").nth(0).inner_text()
    page.locator("#ic-indicator1").select_option("first")
    assert "apples, 2019" in page.locator("#ic-table thead").inner_text()
    page.get_by_role("button", name="Show as table").click()
    assert not page.locator("#ic-table").is_visible()


def test_outlines_and_names_come_and_go(opened: Opened) -> None:
    page = opened.page
    lines = (
        "(() => { let n = 0; Object.values(window).find(v => v instanceof L.Map)"
        ".eachLayer(l => { if (l.options.color === '#333') n += 1; }); return n; })()"
    )
    assert page.evaluate(lines) == 2
    assert "Local authority" in page.locator(".ic-keys").inner_text()
    page.get_by_label("Outlines of local authorities").uncheck()
    assert page.evaluate(lines) == 0
    assert "Local authority" not in page.locator(".ic-keys").inner_text()


def test_a_local_authority_is_found_by_name(opened: Opened) -> None:
    zoom = "Object.values(window).find(v => v instanceof L.Map).getZoom()"
    start = opened.page.evaluate(zoom)
    opened.page.get_by_label("Find an area or authority").fill("aaa")
    assert opened.page.evaluate(zoom) >= start
    assert opened.state("chosen") is None


POINTS = (
    Point(name="First Hospital", easting=305_000, northing=105_000, kind="Acute"),
    Point(name=NASTY, easting=315_000, northing=115_000, kind=NASTY),
    Point(name="Far away", easting=500_000, northing=300_000),
)


def test_points_are_drawn_by_shape_listed_found_and_inert(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS, points=POINTS), encoding="utf-8")
    shown = Opened(browser, path, 1200, 800)
    page = shown.page
    assert page.locator(".ic-pin").count() == 3
    drawn = page.locator(".ic-pin path").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    assert len(set(drawn)) == 3
    assert "First Hospital" in page.locator(".ic-point").all_inner_texts()
    keys = page.locator(".ic-keys").inner_text()
    assert "Acute" in keys
    assert "Point" in keys
    page.locator(".ic-pin").nth(0).focus()
    page.keyboard.press("Enter")
    assert shown.state("chosen") == "E01000001"
    assert "Points here: First Hospital" in page.locator("#ic-panel").inner_text()
    page.get_by_role("button", name="Show as table").click()
    table = page.get_by_role("table", name="Points")
    rows = table.locator("tbody tr").all_inner_texts()
    assert rows[0].split("\t") == ["First Hospital", "Area 1", "Aaa", "Least fifth in England"]
    assert "outside the areas shown" in rows[2]
    page.get_by_role("button", name="Show as table").click()
    page.get_by_label("Names of points").uncheck()
    page.wait_for_function("!document.querySelector('.ic-point')")
    page.get_by_label("Find an area or authority").fill("first hospital")
    assert shown.state("chosen") == "E01000001"
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert shown.errors == []
    page.close()


def test_the_street_map_asks_nothing_until_it_is_ticked(opened: Opened) -> None:
    page = opened.page
    asked: list[str] = []

    def tile(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route(re.compile("^https?:"), tile)
    for action in ("Side by side", "Show as table", "Show as table", "Copy link"):
        page.get_by_role("button", name=action).click()
    page.wait_for_timeout(200)
    assert asked == []
    page.get_by_label("Street map behind (online)").check()
    assert "tile.openstreetmap.org, which thereby learns" in page.locator("#ic-sent").inner_text()
    page.get_by_text("cannot be reached").wait_for()
    assert {url.split("/")[2] for url in asked} == {"tile.openstreetmap.org"}
    credit = page.locator(".leaflet-control-attribution").first
    assert "© OpenStreetMap contributors" in credit.inner_text()
    page.get_by_label("Street map behind (online)").uncheck()
    assert "OpenStreetMap" not in credit.inner_text()
    assert page.locator("#ic-sent").inner_text() == ""


@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing(browser: Any, tmp_path: Path, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is absent").Axe()
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS, points=POINTS), encoding="utf-8")
    shown = Opened(browser, path, width, 844)
    page = shown.page

    def check() -> None:
        found = axe.run(page).response["violations"]
        assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in found] == []

    check()
    if width < 500:
        page.get_by_text("Find, zoom, names, save and share").click()
    page.get_by_role("button", name="Side by side").click()
    page.get_by_label("Find an area or authority").fill("area 5")
    page.get_by_role("button", name="Copy link").click()
    check()
    page.get_by_role("button", name="Show as table").click()
    check()
    page.close()


def test_reduced_motion_is_heeded(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    page = browser.new_page(reduced_motion="reduce")
    page.goto(path.as_uri())
    page.wait_for_function("window.inContext && window.inContext.drawn > 0")
    assert page.locator(".leaflet-zoom-anim, .leaflet-fade-anim").count() == 0
    page.close()


def test_on_a_narrow_screen(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(web_map_html(nine_squares(), LAYERS), encoding="utf-8")
    shown = Opened(browser, path, 390, 844)
    page = shown.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    map_box = page.locator(".folium-map").bounding_box()
    assert page.locator("#ic-indicator1").bounding_box()["y"] < map_box["y"]
    assert page.locator("#ic-legend").bounding_box()["y"] >= map_box["y"] + map_box["height"]
    assert not page.get_by_label("Find an area or authority").is_visible()
    page.get_by_text("Find, zoom, names, save and share").click()
    assert page.get_by_label("Find an area or authority").is_visible()
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
