"""The comparison on a slide: an editable dot plot, places by name, intervals as lines.

A scatter chart: one series of dots, one that is not seen and bears the names of the places at
the left end, a line at England's value, and one line with gaps that draws the intervals (no
program but PowerPoint draws error bars along the x axis from cells).
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from context.chart_sheet import LINE, colour_of
from context.deck_text import LANGUAGE, break_lines, clean
from context.deck_workbook import INK, SHEET, new_workbook, number_format, write_numbers
from context.drawing import QUIET
from context.palette import FOCUS, OTHER
from context.wording import say_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.chart_data import ChartData, Panel
    from context.deck_template import Area

DOT, DOTS = 10, {"focus": 15, "england": 12, "peer": 11, "rest": 11, "system": 11}
"""Sizes of the dots in points; LibreOffice colours a dot only where its size is its own."""
FIELDS = "http://schemas.microsoft.com/office/drawing/2012/chart"
FIELDS_ID = "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"


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
        old.addprevious(parse_xml(_write(one, at)))
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


class _Series(NamedTuple):
    """A series: its name and the cell of it, how it looks, and where its points stand."""

    name: str
    column: str
    line: str
    mark: str
    parts: str
    x: tuple[str, Sequence[float | None]]
    y: tuple[str, Sequence[float | None]]


def _series(
    chart: ChartData, names: Sequence[str], axis: Axis, words: int, size: float
) -> list[_Series]:
    """The intervals, the names, England's line, the dots.

    LibreOffice loses a series that comes before a longer one, so that the longest comes first.
    """
    panel, rows = chart.panels[0], len(names)
    one, england = panel.series[0], _england(panel)
    heights, found = ("C", _heights(rows)), []
    limited = any(low is not None for low in one.lower)
    if limited:
        ends, at = _intervals(panel)
        found.append(_Series("Intervals", "F", _line(INK), _NO_MARK, "", ("F", ends), ("G", at)))
    labels = "".join(
        _label(n, _name(name, role, words, size), "l", what="SerName")
        for n, (name, role) in enumerate(zip(names, panel.roles, strict=True))
    )
    at_left = ("H", [axis.low] * rows)
    found.append(_Series("Place", "A", _NO_LINE, _NO_MARK, _all(labels), at_left, heights))
    if england is not None:
        x, y = ("J", (england, england)), ("K", _ends(rows))
        found.append(_Series("England", "J", _line(QUIET), _NO_MARK, "", x, y))
    dots = [_dot(n, role) for n, role in enumerate(panel.roles) if role in DOTS]
    parts = "".join(dots) + _all("".join(_values(chart, size, above=limited)))
    mark, values = _mark(DOT, OTHER[1:]), ("B", one.values)
    found.append(_Series(one.name, "B", _NO_LINE, mark, parts, values, heights))
    return found


def _line(colour: str) -> str:
    return (
        f'<a:ln w="19050"><a:solidFill><a:srgbClr val="{colour.lstrip("#")}"/></a:solidFill></a:ln>'
    )


_NO_LINE = '<a:ln w="19050"><a:noFill/></a:ln>'
_NO_MARK = '<c:marker><c:symbol val="none"/></c:marker>'
_SHOW = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")


def _strong(role: str) -> bool:
    return role in ("focus", "england")


def _mark(size: int, colour: str) -> str:
    return (
        f'<c:marker><c:symbol val="circle"/><c:size val="{size}"/><c:spPr><a:solidFill><a:srgbClr '
        f'val="{colour}"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr></c:marker>'
    )


def _dot(n: int, role: str) -> str:
    mark = _mark(DOTS[role], colour_of(role)[1:])
    return f'<c:dPt><c:idx val="{n}"/>{mark}<c:bubble3D val="0"/></c:dPt>'


def _shown(what: str = "") -> str:
    return "".join(f'<c:show{name} val="{int(name == what)}"/>' for name in _SHOW)


def _all(labels: str) -> str:
    return f"<c:dLbls>{labels}{_shown()}</c:dLbls>" if labels else ""


def _label(n: int, text: str, place: str, *, form: str = "", what: str, more: str = "") -> str:
    """One label of a point: its paragraphs, its place, its form as a number, what it stands for."""
    return (
        f'<c:dLbl><c:idx val="{n}"/><c:tx><c:rich><a:bodyPr wrap="none"/><a:lstStyle/>{text}'
        f'</c:rich></c:tx>{form}<c:dLblPos val="{place}"/>{_shown(what)}{more}</c:dLbl>'
    )


def _style_of(size: float, colour: str, strong: bool) -> str:
    return (
        f'<a:rPr lang="{LANGUAGE}" sz="{round(size * 100)}" b="{int(strong)}"><a:solidFill>'
        f'<a:srgbClr val="{colour.lstrip("#")}"/></a:solidFill></a:rPr>'
    )


def _name(name: str, role: str, words: int, size: float) -> str:
    """The name of a place as paragraphs that go into ``words`` EMU."""
    style = _style_of(size, FOCUS if role == "focus" else INK, _strong(role))
    lines = break_lines(clean(name), words, size, bold=_strong(role))
    right = '<a:pPr algn="r"/>' if len(lines) > 1 else ""
    return "".join(
        f"<a:p>{right}<a:r>{style}<a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines
    )


def _values(chart: ChartData, size: float, *, above: bool) -> list[str]:
    """The number beside each dot, as a field that follows the data where PowerPoint edits them.

    Other programs show the text that stands in the field.
    """
    panel = chart.panels[0]
    form = f'<c:numFmt formatCode={quoteattr(number_format(chart))} sourceLinked="0"/>'
    field = (
        f'<c:extLst><c:ext uri="{FIELDS_ID}" xmlns:c15="{FIELDS}"><c15:dlblFieldTable/>'
        '<c15:showDataLabelsRange val="0"/></c:ext></c:extLst>'
    )
    found = []
    for n, (value, role) in enumerate(zip(panel.series[0].values, panel.roles, strict=True)):
        if value is None:
            continue
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"{chart.id} {n}")
        said = escape(say_number(value, chart.unit, chart.decimals))
        text = (
            f'<a:p><a:fld id="{{{str(name).upper()}}}" type="XVALUE">'
            f"{_style_of(size, INK, _strong(role))}<a:t>{said}</a:t></a:fld></a:p>"
        )
        place = "t" if above else "r"
        found.append(_label(n, text, place, form=form, what="CatName", more=field))
    return found


def _write(one: _Series, at: int) -> str:
    from pptx.oxml.ns import nsdecls

    return (
        f'<c:ser {nsdecls("c", "a", "r")}><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef>'
        f'<c:f>{SHEET}!${one.column}$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>'
        f"{escape(clean(one.name))}</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr>{one.line}"
        f"</c:spPr>{one.mark}{one.parts}{_numbers('xVal', *one.x)}{_numbers('yVal', *one.y)}"
        '<c:smooth val="0"/></c:ser>'
    )


def _numbers(tag: str, column: str, values: Sequence[float | None]) -> str:
    points = "".join(
        f'<c:pt idx="{n}"><c:v>{value!r}</c:v></c:pt>'
        for n, value in enumerate(values)
        if value is not None
    )
    return (
        f"<c:{tag}><c:numRef><c:f>{SHEET}!${column}$2:${column}${len(values) + 1}</c:f>"
        f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}'
        f"</c:numCache></c:numRef></c:{tag}>"
    )
