"""The marks of a dot plot as chart XML: dots, lines, names and numbers beside them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from context.chart_sheet import colour_of
from context.deck_text import LANGUAGE, break_lines, clean
from context.deck_workbook import INK, SHEET, number_format
from context.palette import FOCUS
from context.wording import say_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.chart_data import ChartData

DOT, DOTS = 10, {"focus": 15, "england": 12, "peer": 11, "rest": 11, "system": 11}
"""Sizes of the dots in points; LibreOffice colours a dot only where its size is its own."""
FIELDS = "http://schemas.microsoft.com/office/drawing/2012/chart"
FIELDS_ID = "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"


class Series(NamedTuple):
    """A series: its name and the cell of it, how it looks, and where its points stand."""

    name: str
    column: str
    line: str
    mark: str
    parts: str
    x: tuple[str, Sequence[float | None]]
    y: tuple[str, Sequence[float | None]]


def line_of(colour: str) -> str:
    """Return a line of 1.5 points in a colour."""
    return (
        f'<a:ln w="19050"><a:solidFill><a:srgbClr val="{colour.lstrip("#")}"/></a:solidFill></a:ln>'
    )


NO_LINE = '<a:ln w="19050"><a:noFill/></a:ln>'
NO_MARK = '<c:marker><c:symbol val="none"/></c:marker>'
_SHOW = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")


def _strong(role: str) -> bool:
    return role in ("focus", "england")


def mark_of(size: int, colour: str) -> str:
    """Return the marker of a series or point: a filled circle."""
    return (
        f'<c:marker><c:symbol val="circle"/><c:size val="{size}"/><c:spPr><a:solidFill><a:srgbClr '
        f'val="{colour}"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr></c:marker>'
    )


def dot_of(n: int, role: str) -> str:
    """Return the point of a place in the size and colour of its role."""
    mark = mark_of(DOTS[role], colour_of(role)[1:])
    return f'<c:dPt><c:idx val="{n}"/>{mark}<c:bubble3D val="0"/></c:dPt>'


def _shown(what: str = "") -> str:
    return "".join(f'<c:show{name} val="{int(name == what)}"/>' for name in _SHOW)


def all_labels(labels: str) -> str:
    """Wrap the labels of a series; nothing where it has none."""
    return f"<c:dLbls>{labels}{_shown()}</c:dLbls>" if labels else ""


def label_of(n: int, text: str, place: str, *, form: str = "", what: str, more: str = "") -> str:
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


def name_lines(name: str, role: str, words: int, size: float) -> str:
    """The name of a place as paragraphs that go into ``words`` EMU."""
    style = _style_of(size, FOCUS if role == "focus" else INK, _strong(role))
    lines = break_lines(clean(name), words, size, bold=_strong(role))
    right = '<a:pPr algn="r"/>' if len(lines) > 1 else ""
    return "".join(
        f"<a:p>{right}<a:r>{style}<a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines
    )


def value_labels(chart: ChartData, size: float, *, above: bool) -> list[str]:
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
        found.append(label_of(n, text, place, form=form, what="CatName", more=field))
    return found


def write_series(one: Series, at: int) -> str:
    """Write a series with its cells, its look, its labels and its points."""
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
