"""The slides of a context: real text, native charts, pictures with words, notes with sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.chart_data import ChartData, Charts
from context.charts import make_charts
from context.deck_charts import add_chart, highest_end
from context.deck_content import (
    brief_source,
    choose_bullets,
    deck_title,
    list_datasets,
    notes_of_chart,
    notes_of_statements,
    say_attributions,
    say_method,
    say_sources,
    short_source,
    subtitle_lines,
    years_bullets,
)
from context.deck_file import date_of, save_deck
from context.deck_slides import TEXT_SIZES, Picture, Slide
from context.deck_table import table_size, tables_of
from context.deck_template import INCH, Area, Layouts, open_template
from context.deck_text import (
    INSET,
    INSET_TOP,
    LANGUAGE,
    clean,
    height_of,
    split_evenly,
    write,
)
from context.statements import Statement, make_statements

if TYPE_CHECKING:
    from pptx.presentation import Presentation

    from context.build import Context

MapPicture = Callable[[str], Picture]
SheetPicture = Callable[[], Picture]
GAP = INCH // 5
LIFE = "life_expectancy"
HEAD_SIZE = 14


def write_deck(
    context: Context,
    path: Path,
    *,
    template: Path | None = None,
    map_picture: MapPicture | None = None,
    sheet_picture: SheetPicture | None = None,
    charts: Charts | None = None,
    statements: Sequence[Statement] | None = None,
) -> None:
    """Write ``context.pptx``: the same request gives the same bytes.

    ``map_picture`` gives the slide form of the map of an indicator, ``sheet_picture`` the sheet of
    small maps; without them the maps are drawn here, and the first stands for the sheet.
    ``charts`` and ``statements`` are made here unless they are given. Raises ``RequestError``
    where the template cannot be read or lacks a layout.
    """
    deck, layouts = open_template(template)
    indicators = mapped_indicators(context)
    draw = map_picture or _Maps(context).picture
    said = make_statements(context).statements if statements is None else tuple(statements)
    maker = _Deck(context, deck, layouts, charts or make_charts(context), said)
    pictures = {name: draw(name) for name in indicators}
    maker.add_opening()
    sheet = sheet_picture() if sheet_picture else next(iter(pictures.values()), None)
    maker.add_overview(sheet)
    for name, picture in pictures.items():
        maker.add_map(name, picture)
    maker.add_charts()
    maker.add_tables()
    maker.add_sources()
    _describe(deck, context)
    save_deck(deck, path)


def mapped_indicators(context: Context) -> tuple[str, ...]:
    """Return the indicators that have a map, in the order of the topic."""
    from context.ground import default_measures
    from context.overlay import catalogue_of

    measures = catalogue_of(context.store).measures
    return tuple(measures[name].indicator for name in default_measures(context))


@dataclass(frozen=True)
class _Maps:
    """Draws the maps of a context where nobody gives them."""

    context: Context

    @cached_property
    def _drawn(self) -> tuple[Any, dict[str, Any]]:
        from context.ground import read_ground, select_layers

        layers = {layer.indicator: layer for layer in select_layers(self.context)}
        return read_ground(self.context), layers

    def picture(self, indicator: str) -> Picture:
        from context.maps import UNDER_TITLE, alt_text, render_map

        ground, layers = self._drawn
        layer = layers[indicator]
        png = render_map(ground, layer, form="slide", size=UNDER_TITLE)
        return Picture(png, alt_text(ground, layer), layer.message or layer.title)


@dataclass(frozen=True)
class _Deck:
    """A deck being made, slide by slide."""

    context: Context
    deck: Presentation
    layouts: Layouts
    charts: Charts
    statements: tuple[Statement, ...]

    def _slide(self, kind: str, title: str) -> Slide:
        return Slide(self.deck, self.layouts, kind, title)

    def _of(self, indicator: str) -> list[Statement]:
        return [one for one in self.statements if one.indicator == indicator]

    def add_opening(self) -> None:
        """Add the title slide."""
        slide = self._slide("opening", deck_title(self.context))
        slide.lines(subtitle_lines(self.context))
        slide.finish(say_method(self.context, self.charts))

    def add_overview(self, sheet: Picture | None) -> None:
        """Add the slide with five bullets beside the sheet of maps."""
        chosen = choose_bullets(self.statements)
        if not chosen:
            return
        area = self.layouts.area
        texts = [one.bullet for one in chosen]
        slide = self._slide("pair" if sheet else "content", deck_title(self.context))
        left = int(area.width * 0.4) if sheet else area.width
        slide.bullets(texts, Area(area.left, area.top, left, area.height))
        if sheet:
            rest = Area(area.left + left + GAP, area.top, area.width - left - GAP, area.height)
            slide.picture(sheet, rest)
        notes = notes_of_statements(chosen)
        slide.finish(notes, [short_source(self.context, [one.indicator for one in chosen])])

    def add_map(self, indicator: str, picture: Picture) -> None:
        """Add the slide of one map; its source stands in the picture."""
        area, footer = self.layouts.area, self.layouts.footer
        slide = self._slide("content", picture.title)
        bottom = int(self.deck.slide_height or 0) - INCH // 12
        right = footer.left + footer.width  # the picture must not cover the slide's number
        slide.picture(picture, Area(area.left, area.top, right - area.left, bottom - area.top))
        slide.finish([picture.alt, *notes_of_statements(self._of(indicator))])

    def add_charts(self) -> None:
        """Add the comparison, the fifths, the groups, the ages, and the years of life."""
        dots = [c for c in self.charts.drawn if c.kind == "dots" and c.indicator != LIFE]
        others = ("people_by_fifth", "groups_by_fifth", "age_structure")
        found = [*dots[:1], *(self.charts.find(name) for name in others)]
        for chart in found:
            if chart is not None:
                self._add_chart(chart, [])
        life = [c for c in self.charts.drawn if c.indicator == LIFE and c.kind == "stacked"]
        for chart in life[:1]:
            texts = [one.bullet for one in choose_bullets(tuple(self._of(LIFE)), most=4)]
            self._add_chart(chart, texts or years_bullets(chart))

    def _add_chart(self, chart: ChartData, bullets: Sequence[str]) -> None:
        area = self.layouts.area
        slide = self._slide("pair" if bullets else "content", chart.title)
        if bullets:
            left = int(area.width * 0.29)
            slide.bullets(bullets, Area(area.left, area.top, left, area.height))
            area = Area(area.left + left + GAP, area.top, area.width - left - GAP, area.height)
        under = _head_height(chart.subtitle, area.width, bold=False)
        _head(slide, chart.subtitle, Area(area.left, area.top, area.width, under), bold=False)
        area = Area(area.left, area.top + under, area.width, area.height - under)
        each = (area.width - GAP * (len(chart.panels) - 1)) // len(chart.panels)
        heads = [f"{panel.title}, {chart.unit}" for panel in chart.panels if panel.title]
        strip = max((_head_height(head, each) for head in heads), default=0)
        for n, panel in enumerate(chart.panels):
            left = area.left + n * (each + GAP)
            if panel.title:
                _head(slide, heads[n], Area(left, area.top, each, strip))
            place = Area(left, area.top + strip, each, area.height - strip)
            made = date_of(self.context.store)
            frame = add_chart(
                slide.slide, chart, panel, place, highest=highest_end(chart), made=made
            )
            title = f"{panel.title}. " if panel.title else ""
            slide.frame(frame, "Chart", f"{title}{chart.subtitle}. {chart.alt}")
        notes = notes_of_chart(chart)
        named = chart.measures or (chart.indicator,)
        short, brief = (say(self.context, named) for say in (short_source, brief_source))
        sources = (chart.source, short, brief)
        wordings = [*(f"{chart.note} {source}".strip() for source in sources), short, brief]
        slide.finish([*notes, *notes_of_statements(self._of(chart.indicator))], wordings)

    def add_tables(self) -> None:
        """Add the table of figures, on as many slides as it needs."""
        room = self.layouts.area
        tables = tables_of(self.context, room)
        size = min((table_size(table.rows, room) for table in tables), default=0.0)
        named = [one.indicator for one in self.statements]
        sources = [say(self.context, named) for say in (short_source, brief_source)]
        for n, table in enumerate(tables, 1):
            part = f" ({n} of {len(tables)})" if len(tables) > 1 else ""
            slide = self._slide("content", f"{deck_title(self.context)}: the figures{part}")
            slide.table(table, room, size)
            wordings = [*(f"{table.note} {source}".strip() for source in sources), *sources]
            slide.finish([table.alt, table.note, *say_sources(self.context)], wordings)

    def add_sources(self) -> None:
        """Add sources and method, on as many slides as they need."""
        rights = say_attributions(self.context)
        said = [*say_method(self.context, self.charts), rights]
        texts = [*said, *list_datasets(self.context)]
        pages = split_evenly(texts, self.layouts.area, TEXT_SIZES[-1:])
        licence = brief_source(self.context, [one.indicator for one in self.statements])
        for n, page in enumerate(pages, 1):
            part = f" ({n} of {len(pages)})" if len(pages) > 1 else ""
            slide = self._slide("content", f"Sources and method{part}")
            slide.bullets(page, sizes=TEXT_SIZES[-1:])
            slide.finish([*page, rights], [licence or rights])


def _head_height(text: str, width: int, *, bold: bool = True) -> int:
    return height_of([text], width - 2 * INSET, HEAD_SIZE, bold=bold) + 2 * INSET_TOP


def _head(slide: Slide, text: str, area: Area, *, bold: bool = True) -> None:
    """Write what a chart shows, or the heading of a panel, above it."""
    box = slide.slide.shapes.add_textbox(*area)
    box.name = f"Heading: {clean(text)}"
    box.text_frame.word_wrap = True
    write(box.text_frame, [text], HEAD_SIZE, bold=bold)


def _describe(deck: Presentation, context: Context) -> None:
    """Fill the properties of the file; its dates are those of the build."""
    about, made = deck.core_properties, date_of(context.store)
    about.title = deck_title(context)
    about.subject = "; ".join(subtitle_lines(context))
    about.author = about.last_modified_by = "In Context"
    about.comments = about.keywords = about.category = ""
    about.language = LANGUAGE
    about.created = about.modified = made
    about.revision = 1
