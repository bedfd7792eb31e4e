"""The comparison on a slide: an editable dot plot, places by name, intervals as lines.

A scatter chart: one series of dots, one that is not seen and bears the names of the places at
the left end, a line at England's value, and one line with gaps that draws the intervals (no
program but PowerPoint draws error bars along the x axis from cells).
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, NamedTuple

from context.chart_sheet import LINE
from context.deck_dot_marks import (
    DOT,
    DOTS,
    NO_LINE,
    NO_MARK,
    Series,
    all_labels,
    dot_of,
    label_of,
    line_of,
    mark_of,
    name_lines,
    value_labels,
    write_series,
)
from context.deck_text import clean
from context.deck_workbook import INK, new_workbook, write_numbers
from context.drawing import QUIET
from context.palette import OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.chart_data import ChartData, Panel
    from context.deck_template import Area


class Axis(NamedTuple):
    """The axis of the values: its ends and the step between its lines."""

    low: float
    high: float
    step: float


def axis_of(panel: Panel) -> Axis:
    """Return an axis in round steps: from zero, unless the values lie close together."""
    one = panel.series[0]
    known = [v for row in (one.values, one.lower, one.upper) for v in row if v is not None]
    low, high = min(known), max(known)
    span = high - low or abs(high) or 1.0
    start = low - 0.06 * span if low < 0 else max(0.0, low - 0.06 * span)
    low, high = (0.0 if 0 <= low < 0.6 * high else start), high + 0.1 * span
    steps = [f * 10.0**e for e in range(-4, 8) for f in (1, 2, 2.5, 5)]
    step = next(s for s in steps if (high - low) / s <= 8)
    return Axis(step * (low // step), step * -(-high // step), step)


def add_dots(
    slide: Any,
    chart: ChartData,
    names: Sequence[str],
    area: Area,
    *,
    words: int,
    size: float,
    made: dt.datetime,
) -> Any:
    """Add the dot plot to a slide and return its graphic frame; the first row stands on top.

    ``words`` is the width of the names in EMU, ``size`` that of the text in points.
    """
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import qn

    panel, axis = chart.panels[0], axis_of(chart.panels[0])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *area, _one_dot(XyChartData()))
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_workbook(panel, names, axis, made))
    plot = drawn._chartSpace.chart.plotArea.find(qn("c:scatterChart"))
    old = plot.find(qn("c:ser"))
    for at, one in enumerate(_series(chart, names, axis, words, size)):
        old.addprevious(parse_xml(write_series(one, at)))
    plot.remove(old)
    _style(drawn, chart, len(names), axis, size)
    return frame


def _one_dot(data: Any) -> Any:
    data.add_series("Places").add_data_point(0, 0)
    return data


def _style(drawn: Any, chart: ChartData, rows: int, axis: Axis, size: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_MARK
    from pptx.util import Pt

    drawn.has_title = drawn.has_legend = False
    drawn.font.size = Pt(size)
    drawn.font.color.rgb = RGBColor.from_string(INK)
    up, along = drawn.value_axis, drawn.category_axis
    up.visible = up.has_major_gridlines = False
    up.minimum_scale, up.maximum_scale = 0.5, rows + 0.5
    along.minimum_scale, along.maximum_scale, along.major_unit = axis
    along.has_major_gridlines = True
    along.major_gridlines.format.line.color.rgb = RGBColor.from_string(LINE.lstrip("#"))
    along.format.line.fill.background()
    along.major_tick_mark = XL_TICK_MARK.NONE
    labels = along.tick_labels
    labels.number_format, labels.number_format_is_linked = _tick_format(chart, axis), False
    labels.font.color.rgb = RGBColor.from_string(QUIET.lstrip("#"))


def _tick_format(chart: ChartData, axis: Axis) -> str:
    places = next(n for n in range(6) if n == 5 or abs(axis.step * 10**n % 1) < 1e-9)
    decimals = "." + "0" * places if places else ""
    return f"#,##0{decimals}" + ('"%"' if chart.unit == "%" else "")


def _workbook(panel: Panel, names: Sequence[str], axis: Axis, made: dt.datetime) -> bytes:
    """Write the data behind the dots; text stays text, also where a name begins with "=".

    Columns: A place, B value, C row, D and E limits, F and G the line of the intervals, H where
    the name stands, J and K the line of England.
    """
    target = io.BytesIO()
    book, sheet = new_workbook(target, made)
    one = panel.series[0]
    rows = len(names)
    heads = ("row", "lower limit", "upper limit", "Intervals", "interval rows", "names stand at")
    for column, head in enumerate(("Place", one.name, *heads)):
        sheet.write_string(0, column, head)
    sheet.write_column(1, 0, [clean(name) for name in names])
    columns = (one.values, _heights(rows), one.lower, one.upper, *_intervals(panel))
    for column, numbers in enumerate((*columns, [axis.low] * rows), 1):
        write_numbers(sheet, column, numbers)
    england = _england(panel)
    if england is not None:
        sheet.write_string(0, 9, "England")
        write_numbers(sheet, 9, (england, england))
        write_numbers(sheet, 10, _ends(rows))
    book.close()
    return target.getvalue()


def _heights(rows: int) -> list[float]:
    return [float(rows - n) for n in range(rows)]


def _ends(rows: int) -> tuple[float, float]:
    return 0.5, rows + 0.5


def _intervals(panel: Panel) -> tuple[list[float | None], list[float | None]]:
    """Return where one line goes that draws all intervals: two ends and a gap for each row."""
    one = panel.series[0]
    ends: list[float | None] = []
    at: list[float | None] = []
    for low, high, row in zip(one.lower, one.upper, _heights(len(one.values)), strict=True):
        drawn = low is not None and high is not None
        ends += [low, high, None] if drawn else [None] * 3
        at += [row, row, None] if drawn else [None] * 3
    return ends, at


def _england(panel: Panel) -> float | None:
    found = dict(zip(panel.roles, panel.series[0].values, strict=True))
    return found.get("england")


def _series(
    chart: ChartData, names: Sequence[str], axis: Axis, words: int, size: float
) -> list[Series]:
    """The intervals, the names, England's line, the dots.

    LibreOffice loses a series that comes before a longer one, so that the longest comes first.
    """
    panel, rows = chart.panels[0], len(names)
    one, england = panel.series[0], _england(panel)
    heights, found = ("C", _heights(rows)), []
    limited = any(low is not None for low in one.lower)
    if limited:
        ends, at = _intervals(panel)
        found.append(Series("Intervals", "F", line_of(INK), NO_MARK, "", ("F", ends), ("G", at)))
    labels = "".join(
        label_of(n, name_lines(name, role, words, size), "l", what="SerName")
        for n, (name, role) in enumerate(zip(names, panel.roles, strict=True))
    )
    at_left = ("H", [axis.low] * rows)
    found.append(Series("Place", "A", NO_LINE, NO_MARK, all_labels(labels), at_left, heights))
    if england is not None:
        x, y = ("J", (england, england)), ("K", _ends(rows))
        found.append(Series("England", "J", line_of(QUIET), NO_MARK, "", x, y))
    dots = [dot_of(n, role) for n, role in enumerate(panel.roles) if role in DOTS]
    parts = "".join(dots) + all_labels("".join(value_labels(chart, size, above=limited)))
    mark, values = mark_of(DOT, OTHER[1:]), ("B", one.values)
    found.append(Series(one.name, "B", NO_LINE, mark, parts, values, heights))
    return found
