"""The deck, reopened: placeholders, words for pictures, native charts, sources, sameness."""

import dataclasses
import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu

from context.build import build_context
from context.charts import make_charts
from context.deck import mapped_indicators, write_deck
from context.deck_slides import Picture
from context.deck_template import Area, open_template
from context.deck_text import INSET, count_lines, line_height, split_evenly, split_to_fit
from context.request import resolve_request
from context.statements import make_statements
from geodata.errors import RequestError
from geodata.store import open_store

LONG = "Bath and North East Somerset, Swindon and Wiltshire Integrated Care Board"


def small_png():
    target = io.BytesIO()
    Image.new("RGB", (1920, 1080), "#12436D").save(target, "PNG")
    return target.getvalue()


PNG = small_png()


def map_picture(indicator):
    return Picture(PNG, f"Map of {indicator} in words", f"What the map of {indicator} says")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def plymouth(store):
    request = resolve_request(store, system="devon", focus=["plymouth"], peers=["torbay"])
    return build_context(request, store)


@pytest.fixture(scope="module")
def path(plymouth, tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "context.pptx"
    write_deck(plymouth, path, map_picture=map_picture)
    return path


@pytest.fixture
def deck(path):
    return Presentation(str(path))


def places_of(chart):
    """The names and the values of a dot plot, as its workbook gives them."""
    calamine = pytest.importorskip("python_calamine")
    blob = chart.part.chart_workbook.xlsx_part.blob
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(blob))
    rows = book.get_sheet_by_index(0).to_python()
    return {str(row[0]): row[1] for row in rows[1:] if row[0]}


def points_of(series, axis):
    """The numbers of a series of a scatter chart along one axis, by their place in the order."""
    return numbers_of(series._element.find(qn(f"c:{axis}Val")))


def charts_of(deck):
    return [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def texts_of(shape):
    if shape.has_text_frame:
        yield from (p.text for p in shape.text_frame.paragraphs)
    if getattr(shape, "has_table", False) and shape.has_table:
        yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_slides_come_in_order_with_real_titles(plymouth, deck):
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles[:2] == ["Plymouth in context"] * 2
    maps = [f"What the map of {name} says" for name in mapped_indicators(plymouth)]
    assert titles[2 : 2 + len(maps)] == maps
    assert any("Years in good health at 65" in title for title in titles)
    assert any(title.startswith("Plymouth in context: the figures") for title in titles)
    assert titles[-1].startswith("Sources and method")
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)


def test_five_bullets_are_those_of_the_statements(plymouth, deck):
    made = {one.bullet for one in make_statements(plymouth).statements}
    body = next(s for s in deck.slides[1].placeholders if s.placeholder_format.idx == 1)
    bullets = [p.text for p in body.text_frame.paragraphs]
    assert len(bullets) == 5
    assert set(bullets) <= made


def test_no_placeholder_is_left_empty_and_content_stands_in_placeholders(deck):
    for slide in deck.slides:
        for shape in slide.placeholders:
            if shape.has_text_frame:
                assert shape.text_frame.text.strip(), (slide.shapes.title.text, shape.name)
        kinds = [s.placeholder_format.idx for s in slide.placeholders]
        assert len(set(kinds)) == len(kinds) >= 2
    map_slide = deck.slides[2]
    assert any(s.is_placeholder and s.shape_type is not None and hasattr(s, "image")
               for s in map_slide.shapes)  # fmt: skip


def test_every_picture_chart_and_table_has_words(deck):
    count = 0
    for slide in deck.slides:
        for shape in slide.shapes:
            if hasattr(shape, "image") or shape.has_chart or shape.has_table:
                words = shape._element._nvXxPr.cNvPr.get("descr")
                assert words
                assert len(words) > 15
                count += 1
    assert count >= 10


def test_every_slide_has_its_number_and_notes_with_sources(deck):
    for n, slide in enumerate(deck.slides, 1):
        fields = [f for f in slide._element.iter(qn("a:fld")) if f.get("type") == "slidenum"]
        assert [f.find(qn("a:t")).text for f in fields] == [str(n)]
        notes = slide.notes_slide.notes_text_frame.text
        assert len(notes) > 40
        if n > 1:
            assert "Source" in notes or "Office for National Statistics" in notes


def test_sources_stand_on_every_slide_of_figures(deck):
    for slide in list(deck.slides)[1:]:
        shown = " ".join(text for shape in slide.shapes for text in texts_of(shape))
        is_map = slide.shapes.title.text.startswith("What the map")  # the picture has it inside
        assert is_map or "Open Government Licence" in shown, slide.shapes.title.text


def test_every_text_is_english_uk(path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith(("ppt/slides/slide", "ppt/charts/chart", "ppt/notesSlides/notes")):
                text = archive.read(name).decode()
                assert "en-US" not in text
                if "<a:t>" in text:
                    assert text.count("<a:t>") <= text.count('lang="en-GB"')


def test_native_charts_hold_the_values_of_compare(plymouth, deck):
    table = plymouth.comparison
    rows = table[table["measure"] == "share_65_plus"]
    chart = charts_of(deck)[0].chart
    behind, dots = places_of(chart), chart.series[-1]
    shown = dict(zip(behind, points_of(dots, "x").values(), strict=True))
    assert list(shown.values()) == pytest.approx(list(behind.values()), rel=1e-14)
    assert list(points_of(dots, "y").values()) == list(range(len(shown), 0, -1))
    for role, label in (("focus", "Plymouth"), ("peer", "Torbay"), ("rest", "Rest of Devon"),
                        ("system", "Devon system"), ("england", "England")):  # fmt: skip
        assert shown[label] == rows.loc[rows["role"] == role, "value"].iloc[0]
    for code, value in rows.loc[rows["role"] == "ltla", ["area_name", "value"]].to_numpy():
        assert shown[code] == value


def numbers_of(element):
    return {int(pt.get("idx")): float(pt.find(qn("c:v")).text) for pt in element.iter(qn("c:pt"))}


def test_error_bars_are_the_published_limits(plymouth, deck):
    table = plymouth.comparison
    found = [c.chart for c in charts_of(deck) if list(c.chart._chartSpace.iter(qn("c:errBars")))]
    assert len(found) == 2
    for chart, sex in zip(found, ("female", "male"), strict=True):
        labels = list(chart.plots[0].categories)
        at = labels.index("Plymouth")
        base = 0.0
        for series, measure in zip(chart.series, ("hle_65", "le_65"), strict=True):
            rows = table[(table["measure"] == f"{measure}_{sex}") & (table["role"] == "focus")]
            bars = series._element.find(qn("c:errBars"))
            assert bars.find(qn("c:errValType")).get("val") == "cust"
            base += series.values[at]
            minus, plus = (numbers_of(bars.find(qn(f"c:{n}")))[at] for n in ("minus", "plus"))
            assert base - minus == pytest.approx(rows["lower"].iloc[0])
            assert base + plus == pytest.approx(rows["upper"].iloc[0])
            order = [child.tag for child in series._element]
            assert order.index(qn("c:errBars")) == order.index(qn("c:cat")) - 1


def test_the_workbook_inside_has_the_same_values_and_limits(deck):
    calamine = pytest.importorskip("python_calamine")
    for shape in charts_of(deck)[1:]:
        blob = shape.chart.part.chart_workbook.xlsx_part.blob
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(blob))
        rows = book.get_sheet_by_index(0).to_python()
        series = shape.chart.series
        assert rows[0][1 : 1 + len(series)] == [one.name for one in series]
        for at, one in enumerate(series, 1):
            cells = [row[at] if row[at] != "" else None for row in rows[1:]]
            assert cells == pytest.approx(list(one.values), rel=1e-14)


def test_the_focus_is_blue_and_another_place_is_not(deck):
    chart = charts_of(deck)[0].chart
    names = list(places_of(chart))
    colours = {}
    for point in chart.series[-1]._element.findall(qn("c:dPt")):
        at = int(point.find(qn("c:idx")).get("val"))
        colours[names[at]] = next(point.iter(qn("a:srgbClr"))).get("val")
    assert colours["Plymouth"] == "12436D"
    assert colours["England"] != "12436D"


def test_the_same_request_gives_the_same_bytes(plymouth, path, tmp_path):
    write_deck(plymouth, tmp_path / "again.pptx", map_picture=map_picture)
    assert (tmp_path / "again.pptx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def renamed(context, old, new):
    table = context.comparison.assign(
        area_name=context.comparison["area_name"].str.replace(old, new, regex=False)
    )
    return dataclasses.replace(
        context, comparison=table, focus_name=context.focus_name.replace(old, new)
    )


def test_names_with_markup_and_formulas_stay_text(plymouth, tmp_path):
    name = '=cmd|"<a>&amp;'
    context = renamed(plymouth, "Plymouth", name)
    write_deck(context, tmp_path / "odd.pptx", map_picture=map_picture)
    deck = Presentation(str(tmp_path / "odd.pptx"))
    assert deck.slides[0].shapes.title.text == f"{name} in context"
    chart = charts_of(deck)[0].chart
    assert name in places_of(chart)
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("focus", [[], ["plymouth"], ["exeter", "E07000047"]], ids=str)
def test_text_never_overflows_even_with_long_names(store, focus, tmp_path):
    request = resolve_request(store, system="devon", focus=focus, peers=["torbay", "leeds"])
    context = build_context(request, store)
    if len(focus) == 1:
        context = renamed(context, "Plymouth", LONG)
    write_deck(context, tmp_path / "long.pptx", map_picture=map_picture)
    deck = Presentation(str(tmp_path / "long.pptx"))
    for slide in deck.slides:
        for shape in slide.shapes:
            right, bottom = shape.left + shape.width, shape.top + shape.height
            assert shape.left >= 0
            assert right <= deck.slide_width
            assert bottom <= deck.slide_height, (slide.shapes.title.text, shape.name)
            if shape.has_text_frame and shape.text_frame.text:
                sizes = [r.font.size.pt for p in shape.text_frame.paragraphs for r in p.runs]
                used = sum(
                    count_lines(p.text, shape.width - 2 * INSET, p.runs[0].font.size.pt)
                    * line_height(p.runs[0].font.size.pt)
                    for p in shape.text_frame.paragraphs if p.runs
                )  # fmt: skip
                assert used <= shape.height * 1.02, (slide.shapes.title.text, shape.name)
                assert min(sizes, default=11) >= 11


def table_of(deck):
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for table in tables for row in table.rows]


def test_without_a_focus_the_table_says_how_the_system_stands(store, tmp_path):
    context = build_context(resolve_request(store, system="devon"), store)
    write_deck(context, tmp_path / "system.pptx", map_picture=map_picture)
    rows = table_of(Presentation(str(tmp_path / "system.pptx")))
    assert rows[0][-1] == "Among the systems of England"
    table = context.comparison
    for row in rows:
        if row[0].startswith("Index of Multiple Deprivation"):
            own = table[(table["measure"] == "imd_score") & (table["role"] == "system")].iloc[0]
            place, end = re.fullmatch(r"(\d+)\w\w (lowest|highest) of 42", row[-1]).groups()
            assert int(place) == (own["rank"] if end == "lowest" else 43 - own["rank"])
    assert not any("Life expectancy" in row[0] for row in rows)  # no system has one


def test_every_part_of_the_table_has_one_size_and_no_indicator_is_broken(plymouth, deck):
    sizes = {
        run.font.size
        for slide in deck.slides for shape in slide.shapes if shape.has_table
        for row in shape.table.rows for cell in row.cells
        for run in cell.text_frame.paragraphs[0].runs
    }  # fmt: skip
    assert len(sizes) == 1
    heads = [row[0] for row in table_of(deck)]
    starts = [n for n, head in enumerate(heads) if head == "Measure and period"]
    assert len(starts) == 2
    years = [n for n, head in enumerate(heads) if "expectancy" in head]
    assert len(years) == 4
    assert not any(years[0] < start < years[-1] for start in starts)


def test_long_names_of_publishers_leave_a_source_on_every_slide_of_figures(plymouth, tmp_path):
    manifest = json.loads(json.dumps(plymouth.store.manifest))
    for entry in manifest["datasets"]:
        if entry["id"] in ("life_expectancy", "ethnicity"):
            entry["publisher"] = f"Office for {entry['id'].replace('_', ' ')} and Disparities"
    store = dataclasses.replace(plymouth.store, manifest=manifest)
    context = dataclasses.replace(plymouth, store=store)
    write_deck(context, tmp_path / "long.pptx", map_picture=map_picture)
    deck = Presentation(str(tmp_path / "long.pptx"))
    for slide in list(deck.slides)[1:]:
        shown = " ".join(text for shape in slide.shapes for text in texts_of(shape))
        if not slide.shapes.title.text.startswith("What the map"):
            assert "Source: " in shown, slide.shapes.title.text
            assert "Open Government Licence" in shown, slide.shapes.title.text


@pytest.mark.parametrize("count", [1, 5, 14, 15, 27, 40])
def test_paragraphs_are_split_evenly_on_as_few_slides_as_hold_them(count):
    area = Area(0, 0, 11000000, 4900000)
    texts = [f"Paragraph {n} of the sources" for n in range(count)]
    pages = split_evenly(texts, area, (14,))
    assert [text for page in pages for text in page] == texts
    assert len(pages) == len(split_to_fit(texts, area, (14,)))
    assert len(pages[-1]) >= len(pages[0]) / 2


def test_every_chart_says_what_it_shows_above_it(plymouth, deck):
    subtitles = {chart.subtitle for chart in make_charts(plymouth).drawn}
    for slide in deck.slides:
        if any(shape.has_chart for shape in slide.shapes):
            assert subtitles & {text for shape in slide.shapes for text in texts_of(shape)}


def test_own_template_is_used_without_its_slides(plymouth, tmp_path):
    mine = Presentation()
    mine.slide_width, mine.slide_height = Emu(12192000), Emu(6858000)
    mine.slides.add_slide(mine.slide_layouts[0]).shapes.title.text = "An old slide"
    mine.slide_layouts[1].name = "Seite mit Inhalt"
    mine.save(str(tmp_path / "mine.pptx"))
    out = tmp_path / "out.pptx"
    write_deck(plymouth, out, template=tmp_path / "mine.pptx", map_picture=map_picture)
    deck = Presentation(str(out))
    assert "An old slide" not in [slide.shapes.title.text for slide in deck.slides]
    assert len(deck.slide_layouts) == 11
    assert deck.slides[2].slide_layout.name == "Seite mit Inhalt"


def test_a_template_that_lacks_layouts_is_refused_by_what_it_lacks(plymouth, tmp_path):
    mine = Presentation()
    for layout in list(mine.slide_layouts):
        if layout.name not in {"Title Slide", "Title and Content"}:
            mine.slide_layouts.remove(layout)
    mine.save(str(tmp_path / "poor.pptx"))
    with pytest.raises(RequestError, match=r"poor\.pptx has no layout with .*two content"):
        write_deck(plymouth, tmp_path / "x.pptx", template=tmp_path / "poor.pptx")
    assert not (tmp_path / "x.pptx").exists()


@pytest.mark.parametrize("content", [b"", b"not a presentation", None], ids=["empty", "text", "no"])
def test_a_template_that_is_none_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "t.pptx").write_bytes(content)
    with pytest.raises(RequestError, match=r"t\.pptx cannot be read"):
        open_template(tmp_path / "t.pptx")


def test_what_is_not_drawn_is_said_in_the_method(plymouth, tmp_path):
    manifest = json.loads(json.dumps(plymouth.store.manifest))
    del manifest["measures"]["people_85_plus"]
    store = dataclasses.replace(plymouth.store, manifest=manifest)
    context = dataclasses.replace(plymouth, store=store)
    write_deck(context, tmp_path / "less.pptx", map_picture=map_picture)
    deck = Presentation(str(tmp_path / "less.pptx"))
    shown = " ".join(t for slide in deck.slides for s in slide.shapes for t in texts_of(s))
    assert "Not drawn, age structure" in shown


def test_charts_and_sheet_may_be_given(plymouth, tmp_path):
    charts = make_charts(plymouth)
    sheet = Picture(PNG, "Six small maps in words", "")
    write_deck(plymouth, tmp_path / "s.pptx", map_picture=map_picture, charts=charts,
               sheet_picture=lambda: sheet)  # fmt: skip
    deck = Presentation(str(tmp_path / "s.pptx"))
    words = [s._element._nvXxPr.cNvPr.get("descr") for s in deck.slides[1].shapes]
    assert "Six small maps in words" in words
    assert np.asarray(Image.open(io.BytesIO(PNG))).shape == (1080, 1920, 3)
