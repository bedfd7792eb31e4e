"""Still maps: size, sameness, colours, text that is large enough and never overlaps, formats."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import struct
import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image, ImageColor
from shapely.geometry import MultiPolygon, Polygon, box

from context.build import build_context
from context.drawing import Drawing, Text
from context.drawing_png import pixels_of
from context.ground import cluster_layer, default_measures, read_ground, select_layers
from context.layers import ClusterLayer, Ground, Layer, Origin
from context.lettering import SMALLEST, Box, text_width, wrap
from context.map_ground import shapes_of
from context.map_source import source_lines
from context.maps import GAP, PANEL, UNDER_TITLE, WHOLE, alt_text, draw_map, render_map, write_map
from context.palette import CLUSTERS, FIFTHS, PLAIN, colour_of_fifth
from context.request import resolve_request
from context.statements import make_statements
from geodata.errors import NotAvailableError, RequestError
from geodata.store import open_store

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
    return ["".join(t.itertext()) for t in root.iter(f"{SVG}text") if not t.get("aria-hidden")]


def check_texts(drawing: Drawing) -> None:
    """No text is small, cut by the edge of the picture, or over another text."""
    picture = Box(0, 0, drawing.width, drawing.height)
    for text in drawing.texts:
        assert text.size >= SMALLEST, f"{text.words!r} is {text.size} px"
        assert text.box.within(picture), f"{text.words!r} leaves the picture"
    for one, other in combinations(drawing.texts, 2):
        assert not one.box.grown(-1).meets(other.box.grown(-1)), f"{one.words!r}, {other.words!r}"


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


def shown(starter, focus):
    context = build_context(resolve_request(starter, system="Devon", focus=focus), starter)
    return context, read_ground(context)


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
    for form in ("slide", "standalone"):
        check_texts(draw_map(ground, layer, form))
    root = ET.fromstring(render_map(ground, layer, file_format="svg"))  # noqa: S314
    assert root.get("viewBox") == "0 0 1920 1080"
    assert all(float(node.get("font-size")) >= SMALLEST for node in root.iter(f"{SVG}text"))


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
    paths = shapes_of(dataclasses.replace(ground, outlines=outlines)).areas.paths
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


@pytest.mark.parametrize(
    ("form", "size"), [("slide", WHOLE), ("standalone", WHOLE), ("slide", UNDER_TITLE)]
)
@pytest.mark.parametrize(
    "focus", [(), ("Plymouth",), ("Torbay",), ("Exeter",), ("Torridge",), ("Plymouth", "Torbay")]
)
def test_devon_has_all_names_and_no_text_is_small_cut_or_over_another(starter, focus, form, size):
    context, ground = shown(starter, focus)
    for layer in select_layers(context):
        drawing = draw_map(ground, layer, form, size)
        check_texts(drawing)
        said = " ".join(text.words for text in drawing.texts if text.halo)
        assert all(name in said for name in ground.ltla_names)
        lowest = max(text.y for text in drawing.texts)
        footer = [text for text in drawing.texts if text.x == 30 and lowest - text.y < 100]
        assert len(footer) <= 2
        assert footer[0].words.startswith("Source: ")
        assert "Open Government Licence" in " ".join(text.words for text in footer)


def made_up_system(seed: int, count: int) -> Ground:
    """Districts of very different sizes around a crowded place, with names that take room."""
    random = np.random.default_rng(seed)
    near = random.normal((5000, 30000), 2500, (count // 2, 2))
    points = np.concatenate([near, random.uniform(0, 60000, (count - count // 2, 2))])
    land = shapely.Point(30000, 30000).buffer(32000)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=land))
    shapes = [cell.intersection(land) for cell in cells if cell.intersects(land)]
    codes = [f"E{n:08d}" for n in range(len(shapes))]
    outlines = gpd.GeoSeries(shapes, index=codes, crs=27700)
    names = {code: f"{code[-2:]} upon Tyne and {'West ' * (n % 4)}" for n, code in enumerate(codes)}
    return dataclasses.replace(
        make_ground(focus=None),
        focus_name=names[codes[0]].strip(),
        outlines=outlines,
        area_names=pd.Series(codes, index=codes),
        ltla_codes=pd.Series(codes, index=codes),
        ltla_names=pd.Series(names).str.strip(),
        people=pd.Series(1500.0, index=codes),
        in_focus=pd.Series([code == codes[0] for code in codes], index=codes),
        ltla_outlines=outlines,
        focus_outline=shapes[0],
    )


@pytest.mark.parametrize("seed", range(6))
def test_names_of_crowded_systems_never_overlap_nor_reach_the_legend(seed):
    ground = made_up_system(seed, 14 + 3 * seed)
    drawing = draw_map(ground, make_layer(), "slide")
    check_texts(drawing)
    names = [text for text in drawing.texts if text.halo]
    assert len({text.bold for text in names}) == 2
    assert all(text.box.right < 1920 - 30 - PANEL - GAP / 4 for text in names)


def test_checks_see_a_small_text_and_an_overlap():
    drawing = Drawing(1920, 1080)
    drawing.lines(["Plymouth"], (100, 100), SMALLEST - 1)
    with pytest.raises(AssertionError, match="27 px"):
        check_texts(drawing)
    drawing = Drawing(1920, 1080)
    drawing.lines(["Plymouth"], (100, 100))
    drawing.lines(["Torbay"], (180, 120))
    with pytest.raises(AssertionError, match="Torbay"):
        check_texts(drawing)


@pytest.mark.parametrize("darkest", ["high", "low"])
def test_every_area_has_the_colour_of_its_fifth(darkest):
    ground, layer = make_ground(), dataclasses.replace(make_layer(), darkest=darkest)
    picture = pixels(render_map(ground, layer, form="slide"))
    view = ground.drawn[next(key for key in ground.drawn if key[0] == "map")][0]
    for number, code in enumerate(CODES):
        at = view.pixel(1000 * (number % 3) + 150, 1000 * (number // 3) + 850)
        colour = colour_of_fifth(int(layer.fifths[code]), darkest)
        assert picture.getpixel(tuple(map(round, at))) == ImageColor.getrgb(colour), code


def test_small_islands_of_devon_are_seen(starter):
    _, ground = shown(starter, ("Plymouth",))
    layer = select_layers(shown(starter, ("Plymouth",))[0])[0]
    picture = np.asarray(pixels(render_map(ground, layer, form="slide")))
    view = ground.drawn[next(key for key in ground.drawn if key[0] == "map")][0]
    islands = [p for p in shapely.get_parts(ground.ltla_outlines.to_numpy()) if p.area < 5e6]
    assert islands
    for island in islands:
        spot = view.pixels(shapely.bounds(island))
        seen = picture[int(spot.top) : int(spot.bottom) + 2, int(spot.left) : int(spot.right) + 2]
        assert (seen < 200).any()


def test_another_process_writes_the_same_bytes(tmp_path):
    command = [sys.executable, "-m", "context", "map", "deprivation", "--edition", "2020"]
    command += ["--system", "Devon", "--focus", "Plymouth", "-o"]
    for suffix in (".png", ".svg"):
        for seed in ("1", "2"):
            surroundings = {"INCONTEXT_HOME": str(tmp_path), "PYTHONHASHSEED": seed}
            run = [*command, str(tmp_path / f"{seed}{suffix}")]
            subprocess.run(run, env={**os.environ, **surroundings}, check=True)
        assert (tmp_path / f"1{suffix}").read_bytes() == (tmp_path / f"2{suffix}").read_bytes()


def test_maps_of_one_ground_do_not_depend_on_those_drawn_before(starter):
    context, ground = shown(starter, ("Plymouth",))
    layers = select_layers(context)
    after = [hashlib.sha256(render_map(ground, layer)).digest() for layer in layers]
    fresh = [hashlib.sha256(render_map(read_ground(context), layer)).digest() for layer in layers]
    assert after == fresh


def make_clusters(kinds: list[str]) -> ClusterLayer:
    layer = make_layer()
    return ClusterLayer(
        indicator=layer.indicator,
        measure=layer.measure,
        title=layer.title,
        period=layer.period,
        kinds=pd.Series(kinds, index=CODES),
        people=pd.DataFrame({"focus": 0.0, "rest": 1500.0 * pd.Series(kinds).value_counts()}),
        high_words="most deprived",
        low_words="least deprived",
        darkest="high",
        source=layer.source,
    )


def test_map_of_clusters_says_every_kind_in_words_and_colours():
    kinds = ["high", "low", "", "no neighbours", "no value", "high"]
    ground, layer = make_ground(), make_clusters(kinds)
    said = texts(ground, layer, "slide")
    for words in ("Cluster of high values", "Cluster of low values", "No cluster established"):
        assert any(text.startswith(words) for text in said)
    assert {"No neighbours", "No value"} <= set(said)
    drawing = draw_map(ground, layer, "standalone")
    check_texts(drawing)
    picture = pixels(render_map(ground, layer, form="slide"))
    view = ground.drawn[next(key for key in ground.drawn if key[0] == "map")][0]
    for number, colour in enumerate((*CLUSTERS, PLAIN, "#FFFFFF")):
        at = view.pixel(1000 * (number % 3) + 150, 1000 * (number // 3) + 850)
        assert picture.getpixel(tuple(map(round, at))) == ImageColor.getrgb(colour)
    assert "2 of 6 small areas, home to 3,000 people, lie in a cluster of high" in alt_text(
        ground, layer
    )
    plain = make_clusters(["high", "low", "", "", "", ""])
    assert not {"No neighbours", "No value"} & set(texts(ground, plain))


def test_clusters_come_from_the_build_or_say_that_there_are_none(starter):
    context, _ = shown(starter, ("Plymouth",))
    bare = context.small_areas.filter(regex="^(?!.*cluster)")
    with pytest.raises(NotAvailableError, match="no clusters of"):
        cluster_layer(dataclasses.replace(context, small_areas=bare), "imd_score")
    kinds = pd.Series("", index=bare.index)
    kinds.iloc[:3] = "high"
    layer = cluster_layer(
        dataclasses.replace(context, small_areas=bare.assign(**{"imd_score.cluster_kind": kinds})),
        "imd_score",
    )
    assert layer.people.loc["high"].sum() == context.places["people"].iloc[:3].sum()
    assert layer.people.to_numpy().sum() == context.places["people"].sum()


def test_the_title_of_a_map_of_clusters_is_the_statement_on_them(starter):
    context, ground = shown(starter, ("Plymouth",))
    said = {one.bullet for one in make_statements(context).statements if ".clusters." in one.id}
    layer = cluster_layer(context, "share_65_plus")
    assert layer.message in said
    title = " ".join(text.words for text in draw_map(ground, layer).texts if text.bold)
    assert layer.message.rstrip(".") in title
    assert f"{layer.message.rstrip('.')}." not in title
    none = context.small_areas.assign(
        **{"share_65_plus.cluster_kind": "", "share_65_plus.cluster": 0}
    )
    bare = dataclasses.replace(context, small_areas=none)
    assert cluster_layer(bare, "share_65_plus").message.startswith("No clusters established: ")


def test_default_maps_leave_out_what_is_published_for_whole_areas_only(starter):
    context, _ = shown(starter, ("Plymouth",))
    assert not any(name.startswith(("le_", "hle_", "years_")) for name in default_measures(context))


def test_source_lines_name_datasets_as_fully_as_two_lines_hold():
    one = Origin("A publisher", "A table (ID_1): ages, by place", "mid-2019", "A licence")
    many = [renamed(one, n) for n in range(6)]
    wide = source_lines([one], "Source: A publisher licensed under the A licence. Map data", 1860)
    assert wide == ["Source: A publisher, A table (ID_1): ages, by place, mid-2019. "
                    "Licensed under the A licence. Map data."]  # fmt: skip
    narrow = source_lines(many, "Map data", 1860)
    assert len(narrow) <= 2
    assert all(origin.publisher in " ".join(narrow) for origin in many)
    assert source_lines([], "", 1860, otherwise="Source: somebody.") == ["Source: somebody"]
    unknown = source_lines([one._replace(licence="not recorded: ask")], "", 1860)
    assert "Licence not recorded: ask." in " ".join(unknown)


def renamed(origin: Origin, number: int) -> Origin:
    return origin._replace(publisher=f"Publisher {number}", title=f"{origin.title} {number}" * 2)


def test_text_boxes_hold_the_ink_of_the_text():
    drawing = Drawing(600, 120)
    drawing.lines(["Ágy Plymouth"], (300, 20), 40, bold=True, align="center")
    rows, columns = np.nonzero((pixels_of(drawing) < 128).all(axis=2))
    box_ = drawing.texts[0].box
    assert isinstance(drawing.texts[0], Text)
    assert box_.top - 1 <= rows.min() <= rows.max() <= box_.bottom + 1
    assert box_.left - 1 <= columns.min() <= columns.max() <= box_.right + 1
