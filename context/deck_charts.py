"""The slides' own charts: editable, with their workbook inside and published intervals drawn."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from context.chart_furniture import colour_of, ink_on, shades_of
from context.deck_template import Area
from context.deck_text import count_lines, line_height, tag_language, width_of
from context.palette import FOCUS

if TYPE_CHECKING:
    from context.chart_data import ChartData, Panel, Series

SIZES = (14.0, 13.0, 12.0, 11.0, 10.0)
INK = "0B0C0C"
SHEET = "Sheet1"


def category_names(panel: Panel) -> list[str]:
    """Return the label of each row; where it has no value, with the reason."""
    empty = [all(v is None for v in row) for row in zip(*(s.values for s in panel.series))]
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
            _add_error_bars(shown, panel, at, len(names))
    _say_language(drawn)
    return frame


def number_format(chart: ChartData) -> str:
    """Return how the chart's numbers are shown: decimals of the measure, and the percent sign."""
    decimals = "." + "0" * chart.decimals if chart.decimals else ""
    return f"#,##0{decimals}" + ('"%"' if chart.unit == "%" else "")


def highest_end(chart: ChartData) -> float:
    """Return where the value axis of every panel ends: a little beyond the longest bar."""
    ends = [high for p in chart.panels for s in p.series for high in s.upper if high is not None]
    for panel in chart.panels:
        rows = list(zip(*(one.values for one in panel.series), strict=True))
        values = [[v or 0 for v in row] for row in rows]
        ends += [sum(row) if chart.kind == "stacked" else max(row) for row in values]
    top = max([*ends, 1e-9])
    is_whole = chart.kind == "stacked" and chart.unit == "%" and abs(top - 100) < 0.01
    return 100.0 if is_whole else top * (1.14 if chart.kind == "dots" else 1.04)


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
    names: list[str], area: Area, *, columns: bool, legend: bool
) -> tuple[float, float]:
    """Return the largest size at which no label is taller than its row, and their width."""
    most = int(area.width * 0.42)
    rows = area.height * (0.86 if legend else 0.97) / len(names)
    size, words = SIZES[-1], most
    for size in SIZES:
        if columns:
            return size, 0.0
        widest = max(width_of(name, size) for name in names) + 91440
        words = min(most, widest)
        tallest = max(count_lines(name, words - 45720, size) for name in names)
        if tallest * line_height(size) <= rows:
            break
    return size, words / area.width


def _legend_height(panel: Panel, area: Area) -> float:
    wide = sum(width_of(one.name, 12) + 320000 for one in panel.series)
    lines = -(-wide // max(1, int(area.width * 0.95)))
    return (lines * line_height(12) + 100000) / area.height


def _place_plot(drawn: Any, words: float, legend: float) -> None:
    """Fix the plot's place, so that labels have the room that was measured for them."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    numbers = {"x": words, "y": 0.01, "w": 0.99 - words, "h": 0.98 - legend}
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
    labels.number_format = number_format(chart)
    labels.number_format_is_linked = False
    labels.font.size = Pt(size)
    limited = any(low is not None for low in panel.series[at].lower)
    if chart.kind == "stacked" or limited:
        inside = XL_LABEL_POSITION.INSIDE_BASE if limited else XL_LABEL_POSITION.CENTER
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


def _ends(panel: Panel, at: int) -> list[float | None]:
    """Return where each bar of a series ends, counted from zero through the stack."""
    rows = zip(*(one.values for one in panel.series[: at + 1]), strict=True)
    return [
        None if panel.series[at].values[n] is None else sum(v or 0.0 for v in row)
        for n, row in enumerate(rows)
    ]


def interval_lengths(panel: Panel, at: int) -> tuple[list[float | None], list[float | None]]:
    """Return how far the interval reaches below and above the end of each bar of a series."""
    one: Series = panel.series[at]
    ends = _ends(panel, at)
    minus = [
        None if end is None or low is None else end - low
        for end, low in zip(ends, one.lower, strict=True)
    ]
    plus = [
        None if end is None or high is None else high - end
        for end, high in zip(ends, one.upper, strict=True)
    ]
    return minus, plus


def _add_error_bars(shown: Any, panel: Panel, at: int, rows: int) -> None:
    """Draw the published limits; the library has no call for error bars."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    first = _limit_column(panel, at)
    minus, plus = interval_lengths(panel, at)
    parts = []
    for name, column, lengths in (("plus", first + 3, plus), ("minus", first + 2, minus)):
        points = "".join(
            f'<c:pt idx="{n}"><c:v>{length!r}</c:v></c:pt>'
            for n, length in enumerate(lengths)
            if length is not None
        )
        cells = f"{SHEET}!${_letter(column)}$2:${_letter(column)}${rows + 1}"
        parts.append(
            f"<c:{name}><c:numRef><c:f>{cells}</c:f><c:numCache><c:formatCode>General"
            f'</c:formatCode><c:ptCount val="{rows}"/>{points}</c:numCache></c:numRef></c:{name}>'
        )
    bars = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{"".join(parts)}<c:spPr><a:ln w="19050"><a:solidFill>'
        f'<a:srgbClr val="{INK}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    series = shown._element
    after = next(child for name in ("c:cat", "c:val") if (child := series.find(qn(name))) is not None)
    after.addprevious(bars)


def _limit_column(panel: Panel, at: int) -> int:
    """Return the first of the four columns of limits of a series (column 0 has the names)."""
    before = sum(any(x is not None for x in one.lower) for one in panel.series[:at])
    return 1 + len(panel.series) + 4 * before


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def write_workbook(panel: Panel, names: list[str], made: dt.datetime) -> bytes:
    """Write the workbook behind a chart: rows, series, and limits with their lengths.

    Text stays text, also where a name begins with "=", and the file has no date of its own.
    """
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": made})
    sheet = book.add_worksheet(SHEET)
    sheet.write_column(1, 0, names)
    for at, one in enumerate(panel.series):
        sheet.write_string(0, 1 + at, one.name)
        _write_numbers(sheet, 1 + at, one.values)
        if any(low is not None for low in one.lower):
            first = _limit_column(panel, at)
            heads = ("lower limit", "upper limit", "length below", "length above")
            columns = (one.lower, one.upper, *interval_lengths(panel, at))
            for n, (head, numbers) in enumerate(zip(heads, columns, strict=True)):
                sheet.write_string(0, first + n, f"{one.name}: {head}")
                _write_numbers(sheet, first + n, numbers)
    book.close()
    return target.getvalue()


def _write_numbers(sheet: Any, column: int, numbers: Any) -> None:
    for n, number in enumerate(numbers):
        if number is not None:
            sheet.write_number(1 + n, column, number)


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
