"""The parts of a slide: title, bullets, picture, chart, table, sources, number and notes."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from context.deck_table import Table, column_widths, row_heights
from context.deck_template import INCH, Area, Layouts, kind_of
from context.deck_text import (
    INSET,
    LANGUAGE,
    area_of,
    clean,
    fit_size,
    tag_language,
    write,
)

if TYPE_CHECKING:
    from pptx.presentation import Presentation

TITLE_SIZES = (28, 26, 24, 22, 20, 18, 16, 14)
TEXT_SIZES = (20, 18, 16, 15, 14)
SOURCE_SIZES = (12, 11)


class Picture(NamedTuple):
    """A picture for a slide: PNG, what it shows in words, and the slide's title."""

    png: bytes
    alt: str
    title: str


class Slide:
    """One slide being made; every placeholder of its layout is filled or taken away."""

    def __init__(self, deck: Presentation, layouts: Layouts, kind: str, title: str) -> None:
        self.layouts = layouts
        self.slide = deck.slides.add_slide(getattr(layouts, kind))
        self.number = len(deck.slides)
        holders = sorted(self.slide.placeholders, key=lambda p: (int(p.left or 0), p.top or 0))
        self.title = next(p for p in holders if kind_of(p) in {"TITLE", "CENTER_TITLE"})
        self.free = [p for p in holders if p.placeholder_format.idx != 0]
        large = (40, 36, 32) if kind == "opening" else ()
        sizes = (*large, *TITLE_SIZES)
        title = title.rstrip(".")
        size = fit_size([title], area_of(self.title), sizes, bold=True)
        write(self.title.text_frame, [title], size or TITLE_SIZES[-1])

    def bullets(
        self, texts: Sequence[str], area: Area | None = None, sizes: Sequence[float] = TEXT_SIZES
    ) -> None:
        """Fill the next placeholder with bullets at the largest size at which they fit."""
        holder = self.free.pop(0)
        if area is not None:
            holder.left, holder.top, holder.width, holder.height = area
        size = fit_size(texts, area_of(holder), sizes, bullets=True)
        write(holder.text_frame, texts, size or 12, gap=0.45)

    def lines(self, texts: Sequence[str]) -> None:
        """Fill the next placeholder with lines of plain text (the subtitle of the opening)."""
        holder = self.free.pop(0)
        size = fit_size(texts, area_of(holder), TEXT_SIZES)
        write(holder.text_frame, texts, size or 12)

    def picture(self, picture: Picture, area: Area) -> None:
        """Fill the next placeholder with a picture as large as goes into the area."""
        shape = self.slide.shapes.add_picture(io.BytesIO(picture.png), area.left, area.top)
        scale = min(area.width / shape.width, area.height / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left = area.left + (area.width - shape.width) // 2
        shape.top = area.top + (area.height - shape.height) // 2
        self._take(shape, "Picture", picture.alt)

    def frame(self, frame: Any, name: str, alt: str) -> None:
        """Put a chart or table that was added to the slide into the next placeholder."""
        self._take(frame, name, alt)

    def _take(self, shape: Any, name: str, alt: str) -> None:
        """Let a shape stand in the next placeholder; one too many stands by itself."""
        element = shape._element
        shape.name = f"{name} {self.number}"
        element._nvXxPr.cNvPr.set("descr", clean(alt))
        if not self.free:
            return
        holder = self.free.pop(0)
        mark = copy.deepcopy(holder._element.ph)
        element._nvXxPr.nvPr.insert(0, mark)
        holder._element.getparent().replace(holder._element, element)

    def table(self, table: Table, area: Area, size: float) -> None:
        """Fill the next placeholder with a table; rows are as tall as their text."""
        columns = len(table.rows[0])
        widths = column_widths(columns, area)
        frame = self.slide.shapes.add_table(len(table.rows), columns, *area)
        for column, width in zip(frame.table.columns, widths, strict=True):
            column.width = width
        heights = row_heights(table.rows, widths, size)
        for row, height, texts in zip(frame.table.rows, heights, table.rows, strict=True):
            row.height = height
            for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                write(cell.text_frame, [text], size)
                cell.margin_left = cell.margin_right = INSET
                if at:
                    _align_right(cell)
        frame.table.first_row = frame.table.first_col = True
        self._take(frame, "Table", table.alt)
        frame.height = sum(heights)

    def finish(self, notes: Sequence[str], sources: Sequence[str] = ()) -> None:
        """Write the sources, the slide's number and the notes; take empty placeholders away.

        ``sources`` are wordings, the fullest first: the first that fits is written.
        """
        for holder in self.free:
            holder._element.getparent().remove(holder._element)
        if any(sources):
            self._source([source for source in sources if source])
        self._number()
        frame = self.slide.notes_slide.notes_text_frame
        write(frame, [clean(text) for text in notes if clean(text)], 12)
        tag_language(self.slide._element)
        tag_language(self.slide.notes_slide._element)

    def _source(self, sources: Sequence[str]) -> None:
        shape = self._furniture("FOOTER", "ftr", "Sources")
        shape.left, shape.top, shape.width, shape.height = self.layouts.footer
        wordings = [*sources, "Sources: see the notes of this slide and the slide of sources."]
        for source in wordings:
            size = fit_size([source], self.layouts.footer, SOURCE_SIZES)
            if size is not None or source == wordings[-1]:
                write(shape.text_frame, [source], size or SOURCE_SIZES[-1])
                return

    def _number(self) -> None:
        from pptx.oxml import parse_xml
        from pptx.oxml.ns import nsdecls

        shape = self._furniture("SLIDE_NUMBER", "sldNum", "Slide number")
        paragraph = shape.text_frame.paragraphs[0]._p
        paragraph.insert(
            0,
            parse_xml(
                f'<a:fld {nsdecls("a")} id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" '
                f'type="slidenum"><a:rPr lang="{LANGUAGE}"/><a:t>{self.number}</a:t></a:fld>'
            ),
        )

    def _furniture(self, kind: str, tag: str, name: str) -> Any:
        """Add the footer or slide number of the layout, else a plain box where it would stand."""
        from pptx.oxml import parse_xml
        from pptx.oxml.ns import nsdecls

        shapes = self.slide.shapes
        model = next((p for p in self.slide.slide_layout.placeholders if kind_of(p) == kind), None)
        if model is None:
            footer = self.layouts.footer
            box = shapes.add_textbox(footer.left + footer.width, footer.top, INCH * 3 // 4, 370000)
            box.name = name
            return box
        index = model.placeholder_format.idx
        number = max(int(x) for x in self.slide._element.xpath(".//p:cNvPr/@id")) + 1
        shapes._spTree.append(
            parse_xml(
                f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/>'
                '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr>'
                f'<p:ph type="{tag}" sz="quarter" idx="{index}"/></p:nvPr></p:nvSpPr><p:spPr/>'
                "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
            )
        )
        return shapes[-1]


def _align_right(cell: Any) -> None:
    from pptx.enum.text import PP_ALIGN

    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
