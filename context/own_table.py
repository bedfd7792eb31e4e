"""A reader's own table of values by area code: read, checked against the areas of an edition."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from context.own_codes import LEVEL_NAMES, check_codes, level_of
from geodata.errors import RequestError

if TYPE_CHECKING:
    from geodata.store import Store

MOST_BYTES = 5_000_000
LONGEST_NAME = 60
MOST_NAMED = 5
UNNAMED = "Own values"
NO_PERIOD = "period not given"
MISSING = frozenset(
    [
        "",
        "not available",
        *[
            "-",
            "–",
            "—",
            ".",
            "..",
            "...",
            ":",
            "*",
            "x",
            "c",
            "[x]",
            "[c]",
            "na",
            "n/a",
            "nan",
            "null",
            "none",
            "#n/a",
        ],
    ]
)
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.\d))(\.\d*)?(e[+-]?\d+)?%?", re.IGNORECASE)
Rows = list[tuple[int, list[str]]]
"""Line number and cells of each row that holds anything."""


@dataclass(frozen=True, eq=False)
class OwnTable:
    """Checked values of one reader: ``values`` (float, NaN where blank) by ``area_code``.

    ``level`` is ``lsoa``, ``msoa`` or ``ltla``. ``averaged`` says whether larger areas may be
    given the population-weighted mean.
    """

    name: str
    level: str
    values: pd.Series[float]
    edition: str
    period: str = NO_PERIOD
    averaged: bool = True

    @cached_property
    def sha256(self) -> str:
        """Return a hash of everything that is shown of the table."""
        about = "\x1f".join((self.name, self.level, self.edition, self.period, str(self.averaged)))
        ordered = self.values.sort_index()
        rows = zip(ordered.index.astype(str), ordered.astype(float), strict=True)
        text = "\n".join([about, *(f"{code} {value!r}" for code, value in rows)])
        return hashlib.sha256(text.encode()).hexdigest()


def read_values(
    content: bytes, name: str, store: Store, *, averaged: bool = True, period: str = ""
) -> OwnTable:
    """Read a CSV file with a column of area codes and one column of numbers.

    The codes are known by their pattern: E01 small areas (LSOA), E02 MSOAs, E06 to E09 districts
    and unitary authorities. A blank is a missing value, never nought. Without a ``name`` the
    heading of the numbers is taken.

    Raises ``RequestError`` for a file that cannot be read, unknown or doubled codes, codes of
    several levels, or no numbers, and ``VintageError`` for codes of another edition; each names
    up to five.
    """
    rows = _read_rows(content)
    at = _code_column([cells for _, cells in rows])
    headed = level_of(_cell(rows[0][1], at)) is None
    heading = rows[0][1] if headed else []
    body = [row for row in rows[headed:] if _cell(row[1], at)]
    codes = [_cell(cells, at).upper() for _, cells in body]
    level = _one_level(codes)
    _refuse_doubles(codes)
    check_codes(codes, level, store)
    column = _value_column([cells for _, cells in body], heading)
    values = [_number(line, _cell(cells, column)) for line, cells in body]
    return OwnTable(
        name=clean_text(name) or clean_text(_cell(heading, column)) or UNNAMED,
        level=level,
        values=pd.Series(values, index=pd.Index(codes, name="area_code"), dtype=float),
        edition=store.edition.id,
        period=clean_text(period) or NO_PERIOD,
        averaged=averaged and level != "ltla",
    )


def clean_text(text: str) -> str:
    """Return a name on one line, without control characters, of at most 60 characters.

    >>> clean_text("  Falls" + chr(10) + "per 1,000 ")
    'Falls per 1,000'
    """
    spaced = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(spaced.split())[:LONGEST_NAME].strip()


def name_some(things: Iterable[str]) -> str:
    """Name up to five things, and say how many more there are."""
    listed = list(things)
    named = ", ".join(listed[:MOST_NAMED])
    more = len(listed) - MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _read_rows(content: bytes) -> Rows:
    if len(content) > MOST_BYTES:
        raise RequestError("The file is larger than 5 MB. Give a CSV file of codes and numbers.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RequestError("This is a workbook. Save its sheet as CSV and give that file.")
    text = _decode(content)
    if "\0" in text:
        raise RequestError("The file is not text. Save the table as CSV and give that file.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise RequestError(f"The file cannot be read as CSV: {error}.") from error
    if not rows:
        raise RequestError("The file is empty. Give a column of area codes and one of numbers.")
    return rows


def _decode(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _code_column(rows: Sequence[Sequence[str]]) -> int:
    """Return the column that holds most codes; where several do, that of the smallest areas."""
    found: dict[int, Counter[str]] = {}
    for cells in rows:
        for at, cell in enumerate(cells):
            level = level_of(cell.strip())
            if level is not None:
                found.setdefault(at, Counter())[level] += 1
    if not found:
        raise RequestError(
            "The file has no column of area codes. Codes begin with E01 (small areas, LSOA), E02 "
            "(MSOA) or E06 to E09 (districts and unitary authorities)."
        )
    most = max(counts.total() for counts in found.values())
    full = [at for at, counts in found.items() if counts.total() * 2 >= most]
    order = list(LEVEL_NAMES)
    return min(full, key=lambda at: (order.index(found[at].most_common(1)[0][0]), at))


def _one_level(codes: Sequence[str]) -> str:
    levels = {code: level_of(code) for code in codes}
    strange = [code for code, level in levels.items() if level is None]
    if strange:
        raise RequestError(
            f"These are no codes of small areas, MSOAs or districts in England: "
            f"{name_some(s[:20] for s in strange)}. Correct them or leave them out."
        )
    counts = Counter(level for level in levels.values() if level is not None)
    level = counts.most_common(1)[0][0]
    others = [code for code, found in levels.items() if found != level]
    if others:
        raise RequestError(
            f"The table mixes levels: most codes are {LEVEL_NAMES[level]}, but not "
            f"{name_some(others)}. Give one table for each level."
        )
    return level


def _refuse_doubles(codes: Sequence[str]) -> None:
    doubled = [code for code, times in Counter(codes).items() if times > 1]
    if doubled:
        raise RequestError(
            f"Each area may stand once, but these stand more than once: {name_some(doubled)}."
        )


def _value_column(rows: Sequence[Sequence[str]], heading: Sequence[str]) -> int:
    """Return the one column of numbers; codes and names are none."""
    found = []
    for at in range(max(len(cells) for cells in rows)):
        cells = [cell for cell in (_cell(row, at) for row in rows) if not _is_missing(cell)]
        numbers = sum(_is_number(cell) for cell in cells)
        if cells and numbers * 2 >= len(cells):
            found.append(at)
    if not found:
        raise RequestError("The file has no column of numbers beside the area codes.")
    if len(found) > 1:
        named = name_some(_cell(heading, at)[:40] or f"column {at + 1}" for at in found)
        raise RequestError(
            f"The file has {len(found)} columns of numbers: {named}. Keep the one to be shown."
        )
    return found[0]


def _is_missing(cell: str) -> bool:
    return cell.lower() in MISSING


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None


def _number(line: int, cell: str) -> float:
    if _is_missing(cell):
        return math.nan
    value = float(cell.rstrip("%").replace(",", "")) if _is_number(cell) else math.nan
    if not math.isfinite(value):
        raise RequestError(
            f'Line {line} has "{clean_text(cell)[:20]}" where a number should stand. '
            "Correct it, or leave the cell empty where there is no value."
        )
    return value
