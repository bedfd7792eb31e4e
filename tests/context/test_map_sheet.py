"""The sheet of small maps: sizes, text that is large enough and apart, colours, sameness."""

from __future__ import annotations

import dataclasses
import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageColor

from context.build import build_context
from context.drawing import Areas, Drawing
from context.ground import read_ground, select_layers
from context.lettering import SMALLEST, Box
from context.map_sheet import BESIDE, WHOLE, alt_text_of_sheet, draw_sheet, render_sheet
from context.palette import FIFTHS, colour_of_fifth
from context.request import resolve_request
from geodata.errors import RequestError
from geodata.store import open_store

SIX = (
    "share_65_plus",
    "imd_score",
    "share_minority_ethnic",
    "people_per_km2",
    "share_85_plus",
    "share_asian",
)


@pytest.fixture(scope="module")
def devon(tmp_path_factory):
    store = open_store("2020", root=tmp_path_factory.mktemp("empty"))
    context = build_context(resolve_request(store, system="Devon", focus=("Plymouth",)), store)
    return read_ground(context), select_layers(context, SIX)


def check(drawing: Drawing) -> None:
    picture = Box(0, 0, drawing.width, drawing.height)
    for text in drawing.texts:
        assert text.size >= SMALLEST, f"{text.words!r} is {text.size} px"
        assert text.box.within(picture), f"{text.words!r} leaves the picture"
    for one, other in combinations(drawing.texts, 2):
        assert not one.box.grown(-1).meets(other.box.grown(-1)), f"{one.words!r}, {other.words!r}"
    maps = [mark.view.box for mark in drawing.marks if isinstance(mark, Areas)]
    assert not any(text.box.grown(-1).meets(one) for text in drawing.texts for one in maps)


@pytest.mark.parametrize("form", ["slide", "standalone"])
@pytest.mark.parametrize("size", [WHOLE, BESIDE, (1040, 780)])
@pytest.mark.parametrize("count", [1, 2, 4, 5, 6])
def test_no_text_is_small_cut_over_another_or_over_a_map(devon, count, size, form):
    ground, layers = devon
    check(draw_sheet(ground, layers[:count], form, size))


def test_every_map_has_its_measure_and_period_and_all_share_one_legend(devon):
    ground, layers = devon
    said = " ".join(text.words for text in draw_sheet(ground, layers).texts)
    for layer in layers:
        assert layer.title in said
        assert layer.period in said
    assert said.count("Highest fifth in England") == said.count("Lowest fifth in England") == 1
    assert "Plymouth outlined" in said
    assert "Outlines generalised to 200 m" in said
    assert "Source: " in said
    assert "Open Government Licence" in said
    assert "OS data" in said


def test_beside_text_what_stands_in_brackets_is_a_note(devon):
    ground, layers = devon
    said = [text.words for text in draw_sheet(ground, layers, size=BESIDE).texts]
    assert "People from ethnic minorities: excluding White minorities" in said


def test_without_source_the_rights_of_the_outlines_stay(devon):
    ground, layers = devon
    drawing = draw_sheet(ground, layers, size=BESIDE, with_source=False)
    said = " ".join(text.words for text in drawing.texts)
    assert "Ministry" not in said
    assert "Source" not in said
    assert any(text.words.startswith("Contains OS data") for text in drawing.texts)


def test_the_darkest_end_is_named_where_it_is_the_lowest(devon):
    ground, layers = devon
    low = dataclasses.replace(layers[0], darkest="low")
    said = " ".join(text.words for text in draw_sheet(ground, (low, layers[1])).texts)
    assert "(darkest: lowest fifth)" in said
    assert "darkest" not in " ".join(text.words for text in draw_sheet(ground, layers).texts)


def test_areas_have_the_colours_of_their_fifths(devon):
    ground, layers = devon
    drawing = draw_sheet(ground, layers)
    filled = [mark for mark in drawing.marks if isinstance(mark, Areas) and len(mark.fills) > 1]
    assert len(filled) == len(layers)
    for mark, layer in zip(filled, layers, strict=True):
        expected = [colour_of_fifth(int(fifth), layer.darkest) for fifth in layer.fifths]
        assert list(mark.fills) == expected
    picture = np.asarray(Image.open(io.BytesIO(render_sheet(ground, layers))).convert("RGB"))
    for colour in FIFTHS:
        assert (picture == ImageColor.getrgb(colour)).all(axis=2).sum() > 1000


def test_areas_without_value_are_hatched_with_a_legend_entry(devon):
    ground, layers = devon
    gone = dataclasses.replace(layers[0], fifths=layers[0].fifths.where(layers[0].fifths > 1))
    drawing = draw_sheet(ground, (gone, layers[1]))
    assert "No value" in [text.words for text in drawing.texts]
    assert any(isinstance(mark, Areas) and mark.hatched for mark in drawing.marks)
    assert "No value" not in [text.words for text in draw_sheet(ground, layers).texts]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_sheet_has_the_same_bytes_and_its_size(devon, kind):
    ground, layers = devon
    first = render_sheet(ground, layers, size=BESIDE, file_format=kind)
    again = dataclasses.replace(ground)
    assert first == render_sheet(again, layers, size=BESIDE, file_format=kind)
    if kind == "png":
        assert Image.open(io.BytesIO(first)).size == BESIDE


def test_sheet_refuses_what_it_cannot_show(devon):
    ground, layers = devon
    with pytest.raises(RequestError, match="one to 6 maps, not 0"):
        render_sheet(ground, ())
    with pytest.raises(RequestError, match="one to 6 maps, not 7"):
        render_sheet(ground, (*layers, layers[0]))
    with pytest.raises(RequestError, match="400 by 300 pixels is too small"):
        render_sheet(ground, layers, size=(400, 300))


def test_alt_text_tells_of_every_map(devon):
    ground, layers = devon
    text = alt_text_of_sheet(ground, layers)
    assert text.startswith("6 small maps")
    assert all(layer.title in text for layer in layers)
