"""Behind a native chart: its workbook, and the published limits as error bars."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from context.chart_data import ChartData, Panel, Series

INK = "0B0C0C"
SHEET = "Sheet1"


def number_format(chart: ChartData) -> str:
    """Return how the chart's numbers are shown: decimals of the measure, and the percent sign."""
    decimals = "." + "0" * chart.decimals if chart.decimals else ""
    return f"#,##0{decimals}" + ('"%"' if chart.unit == "%" else "")


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
    from pptx.oxml.ns import qn

    first = _limit_column(panel, at)
    columns = (_letter(first + 2), _letter(first + 3))
    bars = parse_xml(error_bars(interval_lengths(panel, at), columns, rows))
    series = shown._element
    after = next(
        child for name in ("c:cat", "c:val") if (child := series.find(qn(name))) is not None
    )
    after.addprevious(bars)


def error_bars(
    lengths: tuple[Sequence[float | None], Sequence[float | None]],
    columns: tuple[str, str],
    rows: int,
) -> str:
    """Return error bars as XML: lengths below and above, and the columns that they stand in."""
    from pptx.oxml.ns import nsdecls

    parts = []
    for name, column, numbers in zip(("minus", "plus"), columns, lengths, strict=True):
        points = "".join(
            f'<c:pt idx="{n}"><c:v>{length!r}</c:v></c:pt>'
            for n, length in enumerate(numbers)
            if length is not None
        )
        parts.append(
            f"<c:{name}><c:numRef><c:f>{SHEET}!${column}$2:${column}${rows + 1}</c:f><c:numCache>"
            f'<c:formatCode>General</c:formatCode><c:ptCount val="{rows}"/>{points}</c:numCache>'
            f"</c:numRef></c:{name}>"
        )
    below, above = parts
    return (
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{above}{below}<c:spPr><a:ln w="15875"><a:solidFill>'
        f'<a:srgbClr val="{INK}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )


def _limit_column(panel: Panel, at: int) -> int:
    """Return the first of the four columns of limits of a series (column 0 has the names)."""
    before = sum(any(x is not None for x in one.lower) for one in panel.series[:at])
    return 1 + len(panel.series) + 4 * before


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def new_workbook(target: io.BytesIO, made: dt.datetime) -> tuple[Any, Any]:
    """Open a workbook in which text stays text, and its one sheet."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": made})
    return book, book.add_worksheet(SHEET)


def write_workbook(panel: Panel, names: list[str], made: dt.datetime) -> bytes:
    """Write the workbook behind a chart: rows, series, and limits with their lengths.

    Text stays text, also where a name begins with "=", and the file has no date of its own.
    """
    target = io.BytesIO()
    book, sheet = new_workbook(target, made)
    sheet.write_column(1, 0, names)
    for at, one in enumerate(panel.series):
        sheet.write_string(0, 1 + at, one.name)
        write_numbers(sheet, 1 + at, one.values)
        if any(low is not None for low in one.lower):
            first = _limit_column(panel, at)
            heads = ("lower limit", "upper limit", "length below", "length above")
            columns = (one.lower, one.upper, *interval_lengths(panel, at))
            for n, (head, numbers) in enumerate(zip(heads, columns, strict=True)):
                sheet.write_string(0, first + n, f"{one.name}: {head}")
                write_numbers(sheet, first + n, numbers)
    book.close()
    return target.getvalue()


def write_numbers(sheet: Any, column: int, numbers: Iterable[float | None]) -> None:
    """Write numbers under the head of a column; where there is none the cell stays empty."""
    for n, number in enumerate(numbers):
        if number is not None:
            sheet.write_number(1 + n, column, number)
