"""Behind a native chart: its workbook, and the published limits as error bars."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from context.chart_data import Panel, Series

INK = "0B0C0C"
SHEET = "Sheet1"


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


def add_error_bars(shown: Any, panel: Panel, at: int, rows: int) -> None:
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
        f'<c:noEndCap val="0"/>{"".join(parts)}<c:spPr><a:ln w="15875"><a:solidFill>'
        f'<a:srgbClr val="{INK}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    series = shown._element
    after = next(
        child for name in ("c:cat", "c:val") if (child := series.find(qn(name))) is not None
    )
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
