"""Workbook of health state life expectancies (ONS, December 2019) -> life expectancy figures.

The name and code of an area stand beside each quantity with its own limits: LE, LCL, UCL, then
HLE, LCL, UCL. Districts of counties are listed without values.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.areas import ENGLAND_CODE
from geodata.errors import SourceError

SHEETS = {
    "HE - Male at birth": "birth_male",
    "HE - Female at birth": "birth_female",
    "HE - Male at 65": "65_male",
    "HE - Female at 65": "65_female",
}
HEADER_ROW = 3
NAME_COLUMNS = (1, 2, 3)
LIMITS = ("LCL", "UCL")
QUANTITIES = {"LE": "le", "HLE": "hle"}
UPPER_TIER = re.compile(r"E(06|08|09|10)\d{6}")
REGION = re.compile(r"E12\d{6}")
BLANKS = ("..", ":", "-", "x")

Row = list[Any]


def read_workbook(path: Path, period: str) -> pd.DataFrame:
    """Read England, its regions and its upper tier authorities from the four sheets.

    One row per measure and area, all columns text: ``measure, level, area_code, area_name,
    period, value, lower, upper, note, file, source``; a value that is not published is "".
    Raises ``SourceError`` where a sheet or column is missing, the title names another period, or
    an area is listed twice.
    """
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    missing = [name for name in SHEETS if name not in workbook.sheet_names]
    if missing:
        raise SourceError(f"{path.name} lacks the sheets {', '.join(missing)}: it has changed.")
    parts = []
    for sheet, about in SHEETS.items():
        rows = workbook.get_sheet_by_name(sheet).to_python()
        _require_period(rows, period, f"{path.name}, sheet {sheet!r}")
        parts.append(_read_sheet(rows, about, path.name, sheet))
    return pd.concat(parts, ignore_index=True).assign(period=period, note="", file=path.name)


def _read_sheet(rows: list[Row], about: str, file: str, sheet: str) -> pd.DataFrame:
    columns = _find_columns(rows, f"{file}, sheet {sheet!r}")
    listed = [(row, level) for row in rows[HEADER_ROW + 1 :] if (level := _level(row))]
    codes = pd.Series([str(row[0]).strip() for row, _ in listed], dtype=str)
    doubled = codes[codes.duplicated()].unique()
    if len(doubled):
        raise SourceError(
            f"{file}, sheet {sheet!r}: column 'Area Codes' lists areas twice: "
            f"{', '.join(doubled[:5])}."
        )
    tables = []
    for name, at in columns.items():
        cells = [[_text(row[at + step]) for step in range(3)] for row, _ in listed]
        table = pd.DataFrame(cells, columns=["value", "lower", "upper"], dtype=str)
        tables.append(
            table.assign(
                measure=f"{QUANTITIES[name]}_{about}",
                level=[level for _, level in listed],
                area_code=codes,
                area_name=[_name(row) for row, _ in listed],
                source=f"sheet {sheet!r}, column {name}",
            )
        )
    return pd.concat(tables, ignore_index=True)


def _require_period(rows: list[Row], period: str, where: str) -> None:
    title = str(rows[0][0]) if rows and rows[0] else ""
    if period.replace(" to ", "-") not in title.replace(" to ", "-"):
        raise SourceError(
            f"{where}: row 1 says {title[:120]!r} and not {period}. Is it another release?"
        )


def _find_columns(rows: list[Row], where: str) -> dict[str, int]:
    """Return where each quantity stands in row 4; its limits must follow it."""
    header = [str(cell).strip() for cell in rows[HEADER_ROW]] if len(rows) > HEADER_ROW else []
    if not header or header[0] != "Area Codes":
        raise SourceError(f"{where}: row 4 does not begin with the column 'Area Codes'.")
    found = {}
    for name in QUANTITIES:
        at = header.index(name) if name in header else len(header)
        if tuple(header[at + 1 : at + 3]) != LIMITS:
            raise SourceError(
                f"{where}: row 4 lacks the column {name!r} with LCL and UCL after it."
            )
        found[name] = at
    return found


def _level(row: Row) -> str:
    code = str(row[0]).strip()
    if code == ENGLAND_CODE:
        return "england"
    if REGION.fullmatch(code):
        return "region"
    return "utla" if UPPER_TIER.fullmatch(code) else ""


def _name(row: Row) -> str:
    """Return the area's name: it stands in one of three columns, indented by its level."""
    return next((str(row[at]).strip() for at in NAME_COLUMNS if str(row[at]).strip()), "")


def _text(cell: object) -> str:
    text = str(cell).strip()
    return "" if text in BLANKS else text
