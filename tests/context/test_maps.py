"""Still maps: size, sameness, the legend of missing areas, awkward names, file formats."""

from __future__ import annotations

import dataclasses
import re
import struct
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from context.layers import Ground, Layer
from context.map_furniture import SMALLEST, text_width, wrap
from context.map_ground import shapes_of
from context.maps import alt_text, render_map, write_map
from context.palette import FIFTHS, colour_of_fifth
from geodata.errors import RequestError

CODES = [f"E0100000{n}" for n in range(6)]
SVG = "{http://www.w3.org/2000/svg}"


def make_ground(
    *, focus: str | None = "Ab$y & <Co$t>", system: str = "Sussex and East Surrey Health", wide=1
) -> Ground:
    squares = [box(1000 * wide * (n % 3), 1000 * (n // 3), 1000 * wide * (n % 3 + 1),
                   1000 * (n // 3 + 1)) for n in range(6)]  # fmt: skip
    outlines = gpd.GeoSeries(squares, index=CODES, crs=27700)
    ltlas = pd.Series(["E1", "E1", "E2", "E1", "E1", "E2"], index=CODES)
    shapes = {code: outlines[ltlas == code].union_all() for code in ("E1", "E2")}
    return Ground(
        system_code="E54000001",
        system_name=system,
        focus_name=focus,
        outlines=outlines,
        area_names=pd.Series(CODES, index=CODES),
        ltla_codes=ltlas,
        ltla_names=pd.Series({"E1": "North $1 and $2", "E2": focus or "South"}),
        people=pd.Series(1500.0, index=CODES),
        in_focus=(ltlas == "E2") & (focus is not None),
        ltla_outlines=gpd.GeoSeries(shapes, crs=27700),
        focus_outline=shapes["E2"] if focus else None,
        boundary_note="Outlines generalised to 200 m",
        attribution="Contains OS data © Crown copyright and database right 2016",
    )


def make_layer(*, missing: bool = False, focus: bool = True, message: str = "") -> Layer:
    fifths = pd.Series([1, 2, 3, 4, 5, pd.NA if missing else 5], index=CODES, dtype="Int64")
    people = pd.DataFrame({"focus": 0.0, "rest": 0.0}, index=range(6))
    for code, fifth in fifths.fillna(0).items():
        people.loc[fifth, "focus" if focus and code[-1] in "25" else "rest"] += 1500
    return Layer(
        indicator="deprivation",
        measure="imd_score",
        title="Deprivation score",
        unit="score",
        decimals=1,
        period="2019",
        values=fifths.astype("Float64").astype(float) * 1234.5,
        fifths=fifths,
        reasons=pd.Series("", index=CODES),
        limits={n: (1000.0 * n, 1000.0 * n + 999.9) for n in range(1, 6)},
        people=people,
        fifth_words=dict(enumerate(("least", "second least", "middle", "second most", "most"), 1)),
        darkest="high",
        source="Source: A publisher, a dataset, Open Government Licence v3.0",
        caveat="",
        message=message,
    )


def texts(ground: Ground, layer: Layer, form="standalone") -> list[str]:
    root = ET.fromstring(render_map(ground, layer, form=form, file_format="svg"))  # noqa: S314
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("form", ["slide", "standalone"])
def test_png_is_exactly_1920_by_1080(form):
    data = render_map(make_ground(), make_layer(), form=form)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (1920, 1080)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_input_gives_the_same_bytes(kind):
    first = render_map(make_ground(), make_layer(missing=True), file_format=kind)
    assert first == render_map(make_ground(), make_layer(missing=True), file_format=kind)
    assert b"dc:date" not in first
    assert b"tIME" not in first


def test_missing_areas_have_a_legend_entry_only_where_there_are_any():
    assert "No value" in texts(make_ground(), make_layer(missing=True))
    assert "No value" not in texts(make_ground(), make_layer())


def test_names_with_dollar_and_markup_stand_as_they_are():
    raw = render_map(make_ground(), make_layer(), file_format="svg").decode()
    assert "Ab$y &amp; &lt;Co$t&gt;" in raw
    assert any("North $1" in text for text in texts(make_ground(), make_layer()))
    assert render_map(make_ground(), make_layer())


def test_slide_has_no_title_and_standalone_has_the_message():
    layer = make_layer(message="One in three live here")
    assert "One in three live here" in texts(make_ground(), layer)
    assert "One in three live here" not in texts(make_ground(), layer, "slide")


def test_legend_has_limits_and_people_darkest_first():
    shown = texts(make_ground(), make_layer(), "slide")
    assert shown.index("Most") < shown.index("Least")
    assert "5,000.0 to 5,999.9" in shown
    assert "1,500" in shown
    low = dataclasses.replace(make_layer(), darkest="low")
    shown = texts(make_ground(), low, "slide")
    assert shown.index("Least") < shown.index("Most")


def test_without_focus_people_stand_in_one_column():
    shown = texts(make_ground(focus=None), make_layer(focus=False))
    assert "People" in shown
    assert not any(text.startswith("Rest of") for text in shown)


def test_long_names_are_wrapped_and_never_cut_and_no_text_is_small():
    name = "Cornwall and the Isles of Scilly Health and Social Care Partnership"
    ground = make_ground(system=name, focus="Sussex and East Surrey Health and Care Partnership")
    layer = make_layer(missing=True)
    assert f"Rest of {name}" in " ".join(texts(ground, layer))
    raw = render_map(ground, layer, file_format="svg").decode()
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:bold )?([\d.]+)px", raw)]
    assert sizes
    assert min(sizes) >= SMALLEST * 0.72 - 0.01


def test_wrap_keeps_every_letter_within_the_width():
    text = "A Llanfairpwllgwyngyllgogerychwyrndrobwll place with words"
    lines = wrap(text, 260, SMALLEST)
    assert "".join("".join(lines).split()) == text.replace(" ", "")
    assert max(text_width(line, SMALLEST) for line in lines) <= 260


def test_a_small_focus_gets_an_inset():
    ground = make_ground()
    small = dataclasses.replace(ground, focus_outline=box(2700, 1700, 3000, 2000))
    assert any("larger" in text for text in texts(small, make_layer()))
    assert not any("larger" in text for text in texts(ground, make_layer()))


def test_areas_with_holes_and_parts_keep_their_place():
    ground = make_ground()
    holed = Polygon(box(0, 0, 1000, 1000).exterior, [box(400, 400, 600, 600).exterior.coords])
    outlines = ground.outlines.copy()
    outlines.iloc[0] = MultiPolygon([holed, box(-500, 0, -400, 100)])
    outlines.iloc[1] = Polygon()
    paths = shapes_of(dataclasses.replace(ground, outlines=outlines)).areas
    assert [len(path.vertices) for path in paths] == [15, 0, 5, 5, 5, 5]
    assert np.count_nonzero(paths[0].codes == paths[0].MOVETO) == 3


def test_write_map_goes_by_the_suffix(tmp_path):
    for suffix, start in ((".png", b"\x89PNG"), (".svg", b"<?xml")):
        write_map(make_ground(), make_layer(), tmp_path / f"map{suffix}")
        assert (tmp_path / f"map{suffix}").read_bytes().startswith(start)
    with pytest.raises(RequestError, match=r"map\.gif.*\.png or \.svg"):
        write_map(make_ground(), make_layer(), tmp_path / "map.gif")


def test_alt_text_counts_people_from_the_layer():
    text = alt_text(make_ground(), make_layer(missing=True))
    assert "0 of 3,000 people (0%)" in text
    assert "1,500 of 6,000 people (25%)" in text
    assert "1 of 6 areas have no value." in text
    assert "no value" not in alt_text(make_ground(focus=None), make_layer(focus=False))


def test_colour_of_fifth_is_darkest_at_the_named_end():
    assert colour_of_fifth(5, "high") == colour_of_fifth(1, "low") == FIFTHS[-1] == "#12436D"
    with pytest.raises(ValueError, match="1 to 5"):
        colour_of_fifth(6, "high")
