"""What stands around a still map: titles, legend, scale bar and source lines, in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.drawing import INK, QUIET, points
from context.lettering import SMALLEST, Box, fill, fit, height_of, text_width, wrap
from context.map_source import MOST, source_lines
from context.palette import MISSING_HATCH
from context.sheet import HEIGHT, WIDTH, Sheet

if TYPE_CHECKING:
    from context.drawing import Drawing
    from context.layers import ClusterLayer, Ground, Layer
    from context.map_key import Key, Row

__all__ = [  # the charts take their sheet, sizes and letters from here
    "HEIGHT",
    "INK",
    "QUIET",
    "SMALLEST",
    "WIDTH",
    "Box",
    "Sheet",
    "fit",
    "height_of",
    "points",
    "text_width",
    "wrap",
]

SWATCH, NUMBER = 60, 166
"""Widths of the columns of the legend: the swatch, and each count of people."""


def footer(drawing: Drawing, ground: Ground, layer: Layer | ClusterLayer) -> float:
    """Write the source lines at the bottom and return where they start.

    Room is kept for as many lines as there may be, so that all maps of a ground have one size.
    """
    lines = source_lines(
        layer.origins, ground.attribution, drawing.width - 60, otherwise=layer.source
    )
    top = drawing.height - 14 - height_of(max(MOST, len(lines)))
    drawing.lines(lines, (30, drawing.height - 14 - height_of(len(lines))), colour=QUIET)
    return top


def heading(drawing: Drawing, ground: Ground, layer: Layer | ClusterLayer) -> float:
    """Write title and subtitle at the top and return where they end."""
    wide = drawing.width - 60
    title, size = fit(
        (layer.message or layer.title).rstrip("."), wide, (42, 38, 34, 30), 2, bold=True
    )
    place = ground.system_name
    if ground.focus_name:
        place = f"{ground.focus_name} in {place}"
    y = drawing.lines(title, (30, 14), size, bold=True)
    measure = f"{layer.title}, " if layer.message else ""  # the title names it otherwise
    under, size = fit(f"{measure}{place}, {layer.period}", wide, (30, SMALLEST), 1)
    return drawing.lines(under, (30, y + 2), size, colour=QUIET) + 6


def scale_bar(drawing: Drawing, at: tuple[float, float], metres: float, note: str) -> Box:
    """Draw a bar of a round number of kilometres with its length and the note on the outlines.

    ``metres`` is the ground under one pixel; the bar is at most 220 pixels long.
    """
    steps = [f * 10.0**e for e in range(-2, 4) for f in (1, 2, 5)]
    km = max((s for s in steps if s * 1000 / metres <= 220), default=steps[0])
    x, y = at
    end = x + km * 1000 / metres
    drawing.stroke([(x, y + 10), (x, y + 22), (end, y + 22), (end, y + 10)], 2.5)
    words = ". ".join(part for part in (f"{km:g} km", note.rstrip(".")) if part)
    drawing.lines([words], (end + 14, y))
    return Box(x, y, end + 14 + text_width(words, SMALLEST) - x, height_of(1))


def legend(drawing: Drawing, ground: Ground, key: Key, box: Box) -> float:
    """Draw the legend: classes in words with limits, and the people living in each."""
    columns = ["People"]
    if ground.focus_name:
        columns = [ground.focus_name, f"Rest of {ground.system_name}"]
    title, size = fit(key.title, box.width, (32, 30, SMALLEST), 2, bold=True)
    y = drawing.lines(title, (box.left, box.top), size, bold=True)
    y = drawing.lines(wrap(key.about, box.width, SMALLEST), (box.left, y), colour=QUIET)
    y = _column_heads(drawing, box, y + 6, columns)
    drawing.stroke([(box.left, y + 4), (box.right, y + 4)], 1.5, QUIET)
    y += 14
    rows, gap = _rows(key, box.width - SWATCH - NUMBER * len(columns) - 10, box.bottom - y)
    for row, lines in rows:
        mark = Box(box.left, y + 2, 46, 34)
        drawing.box(mark, row.fill, MISSING_HATCH if row.hatched else QUIET, hatched=row.hatched)
        end = drawing.lines(lines, (box.left + SWATCH, y))
        counts = [row.focus, row.rest] if ground.focus_name else [row.focus + row.rest]
        for place, count in enumerate(reversed(counts)):
            drawing.lines([f"{round(count):,}"], (box.right - place * NUMBER, y), align="right")
        y = end + gap
    return y


def _rows(key: Key, width: float, room: float) -> tuple[list[tuple[Row, list[str]]], float]:
    """Break the words of each row, limits beneath, more tightly where the room is short."""
    rows: list[tuple[Row, list[str]]] = []
    gap = 0.0
    for compact in (False, True):
        rows = []
        for row in key.rows:
            lines = (fill if compact else wrap)(row.words, width, SMALLEST)
            joined = f"{lines[-1]}, {row.limits}"
            if compact and row.limits and text_width(joined, SMALLEST) <= width:
                lines[-1] = joined
            elif row.limits:
                lines.append(row.limits)
            rows.append((row, lines))
        gap = (room - sum(height_of(len(lines)) for _, lines in rows)) / len(rows)
        if gap >= 7:
            break
    return rows, min(max(gap, 2), 16)


def _column_heads(drawing: Drawing, box: Box, y: float, heads: list[str]) -> float:
    """Head the columns of people; a head too long for its column stands above, with a lead."""
    wrapped = [wrap(head, NUMBER - 14, SMALLEST, bold=True) for head in heads]
    tallest = max(map(len, wrapped))
    if len(heads) == 1 or tallest <= 3:
        for place, lines in enumerate(reversed(wrapped)):
            top = y + height_of(tallest - len(lines))
            drawing.lines(lines, (box.right - place * NUMBER, top), bold=True, align="right")
        return y + height_of(tallest)
    last = wrap(heads[1], box.width, SMALLEST, bold=True)
    top = drawing.lines(last, (box.right, y), bold=True, align="right")
    first = wrap(heads[0], box.width - NUMBER, SMALLEST, bold=True)
    end = drawing.lines(first, (box.right - NUMBER, top), bold=True, align="right")
    x = box.right - 60
    drawing.stroke([(x, top + 4), (x, end)], 2, QUIET)
    drawing.stroke([(x - 8, end - 10), (x, end), (x + 8, end - 10)], 2, QUIET)
    return end
