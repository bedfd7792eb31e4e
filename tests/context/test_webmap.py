import html
import json
import re
from dataclasses import replace
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Polygon, box, shape

from context import palette
from context.layers import Ground, Layer
from context.points import Point
from context.webmap import build_web_map, leaflet_files, web_map_html

SVG = "http://www.w3.org/2000/svg"  # the name of a format, never asked for
CODES = [f"E0100000{i}" for i in range(1, 7)]
NASTY = "</script><script>window.hacked=1</script> {{ 7*7 }} {% raise %} {# é"


def little_ground(*, focus: bool = True, name: str = "Bbb & 'Town' 001B") -> Ground:
    squares: list[Any] = [
        box(300000 + 1000 * (i % 3), 100000 + 1000 * (i // 3), 301000 + 1000 * (i % 3), 101000)
        if i < 3
        else box(300000 + 1000 * (i - 3), 101000, 301000 + 1000 * (i - 3), 102000)
        for i in range(6)
    ]
    squares[0] = Polygon(
        squares[0].exterior.coords, [box(300400, 100400, 300600, 100600).exterior.coords]
    )
    squares[5] = MultiPolygon([squares[5], box(304000, 101000, 304500, 101500)])
    outlines = gpd.GeoSeries(squares, index=CODES, crs=27700)
    ltlas = pd.Series(["E07000001", "E07000002", "E07000002"] * 2, index=CODES)
    inside = ltlas == "E07000001"
    dissolved = gpd.GeoSeries(
        {code: outlines[ltlas == code].union_all() for code in ("E07000001", "E07000002")},
        crs=27700,
    )
    return Ground(
        system_code="E54000001",
        system_name="Anywhere",
        focus_name="Aaa" if focus else None,
        outlines=outlines,
        area_names=pd.Series(["Aaa 001A", name, "Bbb 001C", "Aaa 002A", "B 2", "C 3"], index=CODES),
        ltla_codes=ltlas,
        ltla_names=pd.Series({"E07000001": "Aaa", "E07000002": "Bbb"}),
        people=pd.Series([1000.0, 1500, 2000, 2500, 3000, 3500], index=CODES),
        in_focus=inside & focus,
        ltla_outlines=dissolved,
        focus_outline=dissolved["E07000001"] if focus else None,
        boundary_note="Outlines generalised to 200 m",
        attribution="Contains OS data © Crown copyright and database right 2020",
    )


def little_layer(measure: str, *, decimals: int = 1, darkest: Any = "high") -> Layer:
    return Layer(
        indicator=measure,
        measure=measure,
        title=f"Title of {measure}",
        unit="people",
        decimals=decimals,
        period="2019",
        values=pd.Series([1234.56, 2, 3, 4, 5, np.nan], index=CODES),
        fifths=pd.Series([5, 1, 2, 3, 4, pd.NA], index=CODES, dtype="Int64"),
        reasons=pd.Series(["", "", "", "", "", "suppressed"], index=CODES),
        limits={i: (float(i), i + 1.0) for i in range(1, 6)},
        people=pd.DataFrame(
            {"focus": [0, 0, 0, 2500, 0, 1000], "rest": [3500, 1500, 2000, 0, 3000, 0]}
        ),
        fifth_words={1: "lowest fifth", 2: "b", 3: "middle fifth", 4: "d", 5: "highest fifth"},
        darkest=darkest,
        source=f"Source of {measure}",
        caveat="",
    )


def contents(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="ic-data">(.*?)</script>', page, re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def unpacked(packed: dict[str, Any]) -> list[Any]:
    steps = np.cumsum(np.array(packed["steps"]).reshape(-1, 2), axis=0) / 1e5
    at = 0
    shapes = []
    for polygons in packed["rings"]:
        parts = []
        for rings in polygons:
            points = []
            for count in rings:
                points.append([*steps[at : at + count], steps[at]])
                at += count
            parts.append(points)
        shapes.append(shape({"type": "MultiPolygon", "coordinates": parts}))
    assert at == len(steps)
    return shapes


def test_outlines_survive_the_packing() -> None:
    ground = little_ground()
    data = contents(web_map_html(ground, [little_layer("one")]))
    degrees = ground.outlines.to_crs(4326)
    for drawn, given in zip(unpacked(data["areas"]), degrees, strict=True):
        assert drawn.is_valid
        assert drawn.symmetric_difference(given).area < 0.02 * given.area
        assert drawn.hausdorff_distance(given) < 1e-5
    assert len(unpacked(data["ltlas"])) == 2
    assert len(unpacked(data["focusOutline"])) == 1


def test_geometry_goes_in_once_whatever_the_number_of_measures() -> None:
    ground = little_ground()
    one = web_map_html(ground, [little_layer("one")])
    six = web_map_html(ground, [little_layer(f"m{i}") for i in range(6)])
    assert six.count('"steps"') == one.count('"steps"') == 3
    assert contents(six)["areas"] == contents(one)["areas"]


def test_values_fifths_and_reasons_stand_beside_the_areas() -> None:
    layer = contents(web_map_html(little_ground(), [little_layer("one")]))["layers"][0]
    assert layer["values"] == [1234.6, 2, 3, 4, 5, None]
    assert layer["fifths"] == "512340"
    assert layer["reasons"] == ["suppressed"]
    assert layer["reasonOf"] == {"5": 0}
    assert layer["people"][5] == [1000, 0]
    assert layer["limits"]["2"] == [2, 3]


def test_layers_in_another_order_than_the_ground_are_aligned() -> None:
    layer = little_layer("one")
    turned = Layer(
        **{
            **layer.__dict__,
            "values": layer.values[::-1],
            "fifths": layer.fifths[::-1],
            "reasons": layer.reasons[::-1],
        }
    )
    ground = little_ground()
    assert contents(web_map_html(ground, [turned])) == contents(web_map_html(ground, [layer]))


def test_the_low_end_is_darkest_where_the_layer_says_so() -> None:
    ground = little_ground()
    high = contents(web_map_html(ground, [little_layer("one")]))["layers"][0]
    low = contents(web_map_html(ground, [little_layer("one", darkest="low")]))["layers"][0]
    assert high["shades"] == list(palette.FIFTHS)
    assert low["shades"] == list(reversed(palette.FIFTHS))
    assert high["darkFirst"] == [5, 4, 3, 2, 1]
    assert low["darkFirst"] == [1, 2, 3, 4, 5]


def test_no_reference_leaves_the_page() -> None:
    page = web_map_html(little_ground(), [little_layer("one")])
    tiles = json.dumps(contents(page)["tiles"], separators=(",", ":")).replace("<", r"\u003c")
    assert page.count(tiles) == 1  # asked for only once a reader ticks the box
    for part in leaflet_files():  # whole in the page; a browser test sees that it asks for nothing
        assert page.count(part) == 1
        page = page.replace(part, "")
    assert not re.search(r"https?:|//cdn|@import", page.replace(tiles, "").replace(SVG, ""))
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith("data:")
    assert "<title>Aaa: map</title>" in page
    assert "user-scalable" not in page


def test_folium_itself_is_left_as_it_was() -> None:
    scripts, styles = list(folium.Map.default_js), list(folium.Map.default_css)
    build_web_map(little_ground(), [little_layer("one")])
    assert folium.Map.default_js == scripts
    assert folium.Map.default_css == styles
    assert any(address.startswith("http") for _, address in folium.Map().default_js)


def test_names_are_data_only() -> None:
    page = web_map_html(little_ground(name=NASTY), [little_layer("one")])
    assert contents(page)["names"][1] == NASTY
    assert "<script>window.hacked" not in page
    plain = web_map_html(little_ground(name="x"), [little_layer("one")])
    assert page.count("</script>") == plain.count("</script>")
    assert page.count("<script") == plain.count("<script")


def test_a_title_with_markup_is_escaped() -> None:
    ground = little_ground()
    named = Ground(**{**ground.__dict__, "focus_name": "<b>{{ 1 }}</b>"})
    page = web_map_html(named, [little_layer("one")])
    assert f"<title>{html.escape('<b>{{ 1 }}</b>')}: map</title>" in page


def test_without_a_focus() -> None:
    data = contents(web_map_html(little_ground(focus=False), [little_layer("one")]))
    assert data["focus"] is None
    assert data["focusOutline"] is None


def test_measure_and_height_are_checked() -> None:
    ground, layers = little_ground(), [little_layer("one"), little_layer("two")]
    assert contents(web_map_html(ground, layers))["measure"] == "one"
    assert contents(web_map_html(ground, layers, measure="two"))["measure"] == "two"
    with pytest.raises(ValueError, match="no layer of the measure 'three'; there are one, two"):
        build_web_map(ground, layers, measure="three")
    with pytest.raises(ValueError, match="at least one layer"):
        build_web_map(ground, [])
    with pytest.raises(ValueError, match="height"):
        build_web_map(ground, layers, height="1px; color: red")
    assert "height: 640px" in build_web_map(ground, layers, height="640px").get_root().render()


def test_indicators_stand_once_in_the_order_of_their_layers() -> None:
    layers = [little_layer("imd_score"), little_layer("other"), little_layer("third")]
    layers[0] = replace(layers[0], indicator="deprivation")
    layers[2] = replace(layers[2], indicator="deprivation")
    data = contents(web_map_html(little_ground(), layers))
    assert data["indicators"] == [
        {"id": "deprivation", "title": "Deprivation"},
        {"id": "other", "title": "Title of other"},
    ]
    assert data["layers"][0]["indicator"] == "deprivation"


def test_points_know_their_area_and_stand_in_degrees() -> None:
    ground = little_ground()
    points = [
        Point(name=NASTY, easting=301_500, northing=100_500, kind="Acute"),
        Point(name="Away", easting=400_000, northing=400_000),
    ]
    page = web_map_html(ground, [little_layer("one")], points=points)
    drawn = contents(page)["points"]
    assert [(p["name"], p["kind"], p["area"]) for p in drawn] == [
        (NASTY, "Acute", 1),
        ("Away", "", -1),
    ]
    expected = gpd.GeoSeries.from_xy([301_500], [100_500], crs=27700).to_crs(4326).iloc[0]
    assert (drawn[0]["lon"], drawn[0]["lat"]) == pytest.approx((expected.x, expected.y), abs=1e-5)
    assert "<script>window.hacked" not in page
