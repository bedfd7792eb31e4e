"""The slides' own charts: editable, with their workbook inside and published intervals drawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from context.chart_sheet import colour_of, ink_on, shades_of
from context.deck_dots import add_dots
from context.deck_template import Area
from context.deck_text import SURE, count_lines, line_height, tag_language, width_of
from context.deck_workbook import INK, add_error_bars, number_format, write_workbook
from context.palette import FOCUS

if TYPE_CHECKING:
    from context.chart_data import ChartData, Panel

SIZES = (14.0, 13.0, 12.0, 11.0, 10.0)
LABEL_GAP = 100000
"""Room between a label and its bar in EMU."""
SLIVER = 3.5
"""A part of fewer percent of a bar has no room for its number."""


def category_names(panel: Panel) -> list[str]:
    """Return the label of each row; where it has no value, with the reason."""
    empty = [
        all(v is None for v in row) for row in zip(*(s.values for s in panel.series), strict=True)
    ]
    return [
        f"{label}: {note}" if gone and note else label
        for label, note, gone in zip(panel.labels, panel.notes, empty, strict=True)
    ]


def add_chart(
    slide: Any, chart: ChartData, panel: Panel, area: Area, *, highest: float, made: dt.datetime
) -> Any:
    """Add one panel as a chart of the slide and return its graphic frame.

    ``highest`` is the end of the value axis, so that panels side by side share a scale.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    names = category_names(panel)
    if chart.kind == "dots":
        size, words = _fit_labels(names, area, columns=False, legend=False, bold=True)
        room = int(words * area.width) - LABEL_GAP
        frame = add_dots(slide, chart, names, area, words=room, size=size, made=made)
        _place_plot(frame.chart, words, 0.0, below=1.6 * line_height(size) / area.height)
        _say_language(frame.chart)
        return frame
    data = CategoryChartData(number_format=number_format(chart))
    data.categories = names
    for one in panel.series:
        data.add_series(one.name, one.values)
    kinds = {"columns": XL_CHART_TYPE.COLUMN_CLUSTERED, "stacked": XL_CHART_TYPE.BAR_STACKED}
    kind = kinds.get(chart.kind, XL_CHART_TYPE.BAR_CLUSTERED)
    frame = slide.shapes.add_chart(kind, *area, data)
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(write_workbook(panel, names, made))
    size = _style(drawn, chart, panel, names, area)
    drawn.value_axis.minimum_scale = 0
    drawn.value_axis.maximum_scale = highest
    for at, (shown, one) in enumerate(zip(drawn.plots[0].series, panel.series, strict=True)):
        _colour(shown, chart, panel, at)
        _label(shown, chart, panel, at, size)
        if any(low is not None for low in one.lower):
            add_error_bars(shown, panel, at, len(names))
    _say_language(drawn)
    return frame


def label_format(chart: ChartData) -> str:
    """Return how labels are shown: a part too small for its number has none.

    Where bars are whole, the heading says that these are percentages.
    """
    return f'[<{SLIVER}]"";0' if is_whole(chart) else number_format(chart)


def highest_end(chart: ChartData) -> float:
    """Return where the value axis of every panel ends: a little beyond the longest bar."""
    ends = [high for p in chart.panels for s in p.series for high in s.upper if high is not None]
    for panel in chart.panels:
        rows = list(zip(*(one.values for one in panel.series), strict=True))
        values = [[v or 0 for v in row] for row in rows]
        ends += [sum(row) if chart.kind == "stacked" else max(row) for row in values]
    return (
        100.0 if is_whole(chart) else max([*ends, 1e-9]) * (1.14 if chart.kind == "dots" else 1.04)
    )


def is_whole(chart: ChartData) -> bool:
    """Say whether every bar is stacked to 100%."""
    rows = [row for p in chart.panels for row in zip(*(s.values for s in p.series), strict=True)]
    totals = [sum(v or 0 for v in row) for row in rows]
    stacked = chart.kind == "stacked" and chart.unit == "%"
    return stacked and all(t == 0 or abs(t - 100) < 0.01 for t in totals)


def _style(drawn: Any, chart: ChartData, panel: Panel, names: list[str], area: Area) -> float:
    """Set fonts, axes, legend and the room for labels; return the size of the text."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    columns, several = chart.kind == "columns", len(panel.series) > 1
    size, words = _fit_labels(names, area, columns=columns, legend=several)
    drawn.font.size = Pt(size)
    drawn.font.color.rgb = RGBColor.from_string(INK)
    drawn.has_title = False
    drawn.has_legend = several
    if several:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
        drawn.legend.font.size = Pt(min(size, 12))
    drawn.value_axis.visible = False
    drawn.value_axis.has_major_gridlines = False
    axis = drawn.category_axis
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.format.line.color.rgb = RGBColor.from_string("8C8C8C")
    axis.has_major_gridlines = False
    plot = drawn.plots[0]
    plot.gap_width = 60 if columns else 35
    plot.overlap = 100 if chart.kind == "stacked" else 0
    plot.vary_by_categories = False
    if not columns:
        axis.reverse_order = True  # the first row stands at the top
        legend = _legend_height(panel, area) if several else 0.0
        _place_plot(drawn, words, legend)
    return size


def _fit_labels(
    names: list[str], area: Area, *, columns: bool, legend: bool, bold: bool = False
) -> tuple[float, float]:
    """Return the largest size at which no label is taller than its row, and their width."""
    most = int(area.width * 0.42)
    rows = area.height * (0.86 if legend else 0.97) / len(names)
    size, words = SIZES[-1], most
    for size in SIZES:
        if columns:
            return size, 0.0
        widest = int(max(width_of(name, size, bold=bold) for name in names) / SURE) + 150000
        words = min(most, widest)
        tallest = max(count_lines(name, words - LABEL_GAP, size, bold=bold) for name in names)
        if tallest * line_height(size) <= rows:
            break
    return size, words / area.width


def _legend_height(panel: Panel, area: Area) -> float:
    widest = max(width_of(one.name, 12) + 320000 for one in panel.series)
    beside = max(1, int(area.width * 0.9) // widest)
    lines = -(-len(panel.series) // beside)
    return (lines * line_height(12) + 200000) / area.height


def _place_plot(drawn: Any, words: float, legend: float, below: float = 0.0) -> None:
    """Fix the plot's place, so that labels have the room that was measured for them.

    ``below`` is the room for the numbers of an axis.
    """
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    numbers = {"x": words, "y": 0.01, "w": 0.99 - words, "h": 0.98 - legend - below}
    inner = "".join(f'<c:{key} val="{value:.4f}"/>' for key, value in numbers.items())
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/>'
        f'<c:xMode val="edge"/><c:yMode val="edge"/>{inner}</c:manualLayout></c:layout>'
    )
    area = drawn._chartSpace.chart.plotArea
    old = area.find(qn("c:layout"))
    if old is not None:
        area.remove(old)
    area.insert(0, layout)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))


def _colours(chart: ChartData, panel: Panel, at: int) -> list[str]:
    if chart.kind == "columns":
        return [colour_of(panel.series[at].role)] * len(panel.labels)
    if chart.kind == "stacked":
        return [shades_of(role, len(panel.series))[at] for role in panel.roles]
    return [colour_of(role) for role in panel.roles]


def _colour(shown: Any, chart: ChartData, panel: Panel, at: int) -> None:
    """Colour a series; rows of another colour than most are coloured one by one."""
    colours = _colours(chart, panel, at)
    usual = max(sorted(set(colours)), key=colours.count)
    shown.format.fill.solid()
    shown.format.fill.fore_color.rgb = _rgb(usual)
    shown.invert_if_negative = False
    for n, colour in enumerate(colours):
        if colour != usual:
            fill = shown.points[n].format.fill
            fill.solid()
            fill.fore_color.rgb = _rgb(colour)


def _label(shown: Any, chart: ChartData, panel: Panel, at: int, size: float) -> None:
    """Write the value on each bar: inside where bars are stacked or have an interval."""
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.util import Pt

    labels = shown.data_labels
    labels.show_value = True
    labels.number_format = label_format(chart)
    labels.number_format_is_linked = False
    labels.font.size = Pt(size)
    limited = any(low is not None for low in panel.series[at].lower)
    if chart.kind == "stacked" or limited:
        base = limited and not at  # the interval lies over the end of the bar
        inside = XL_LABEL_POSITION.INSIDE_BASE if base else XL_LABEL_POSITION.CENTER
        labels.position = inside
        ink = ink_on(max(_colours(chart, panel, at), key=_colours(chart, panel, at).count))
        labels.font.color.rgb = _rgb(ink)
        for n, colour in enumerate(_colours(chart, panel, at)):
            if ink_on(colour) != ink:
                font = shown.points[n].data_label.font
                font.color.rgb, font.size = _rgb(ink_on(colour)), Pt(size)
                shown.points[n].data_label.position = inside
    else:
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        labels.font.color.rgb = _rgb(INK)
    if FOCUS in _colours(chart, panel, at) and chart.kind == "columns":
        labels.font.bold = True


def _say_language(drawn: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    space = drawn._chartSpace
    tag_language(space)
    if space.find(qn("c:lang")) is None:
        lang = parse_xml(f'<c:lang {nsdecls("c")} val="en-GB"/>')
        first = space.find(qn("c:date1904"))
        if first is None:
            space.insert(0, lang)
        else:
            first.addnext(lang)
