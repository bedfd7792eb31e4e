"""Fingertips CSV files (Office for Health Improvement and Disparities) -> life expectancy figures.

A file holds several indicators for one kind of area and for England, in every period and with
breakdowns of each; only whole areas, males or females, and three-year periods are kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geodata.areas import ENGLAND_CODE
from geodata.errors import SourceError

QUANTITIES = {"90366": "le_birth", "90362": "hle_birth", "91102": "le_65", "93505": "hle_65"}
SEXES = {"Male": "male", "Female": "female"}
FIRST = "Indicator ID"
COMPARISON = "Compared to England value or percentiles"
VALUES = {
    "value": "Value",
    "lower": "Lower CI 95.0 limit",
    "upper": "Upper CI 95.0 limit",
}
COLUMNS = (
    FIRST,
    "Parent Code",
    "Area Code",
    "Area Name",
    "Sex",
    "Category Type",
    "Time period",
    *VALUES.values(),
    "Value note",
    COMPARISON,
)
KEY = ["measure", "level", "area_code", "period"]
PERIOD = re.compile(r"(\d{4})\s*-\s*(\d{2})")
PREFIX = re.compile(r"^n(?=[A-Z]\d{8}$)")


def read_fingertips(path: Path, level: str) -> pd.DataFrame:
    """Read the figures of one file, whose areas are all of one level but for England.

    One row per measure, area and three-year period, all columns text: ``measure, level,
    area_code, period, area_name, value, lower, upper, note, comparison, file, source``; numbers
    stand as the publisher wrote them. Raises ``SourceError`` where the file is no such table or
    gives a figure twice.
    """
    rows = [row for record in read_records(path) if (row := _figure(record, level)) is not None]
    figures = pd.DataFrame(
        rows,
        columns=[*KEY, "area_name", *VALUES, "note", "comparison"],
        dtype=str,
    )
    doubled = figures[figures.duplicated(KEY)]
    if len(doubled):
        codes = ", ".join(doubled["area_code"].unique()[:5])
        raise SourceError(f"{path.name}: column Area Code gives a figure twice for {codes}.")
    return figures.assign(file=path.name, source="column Value")


def read_comparisons(path: Path, level: str) -> pd.DataFrame:
    """Read how the publisher compares each area with England.

    Returns ``area_code, measure, period, comparison``, where the comparison is the publisher's
    word ("Better", "Similar", "Worse"); areas that are not compared are left out.
    """
    figures = read_fingertips(path, level)
    compared = figures[~figures["comparison"].isin(["", "Not compared"])]
    return compared[["area_code", "measure", "period", "comparison"]].reset_index(drop=True)


def read_records(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a Fingertips file by column name, as text.

    A row may have one field fewer than the header (the last is then empty), and a quoted field
    may hold line breaks. Raises ``SourceError`` where the first column is not "Indicator ID" (a
    message or web page instead of data), a column is gone, or a row does not fit the header.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            header = [name.strip() for name in next(reader, [])]
            _require_columns(header, path)
            for row in reader:
                if not row:
                    continue
                if len(row) not in (len(header), len(header) - 1):
                    raise SourceError(
                        f"{path.name}: a row that ends in line {reader.line_num:,} has "
                        f"{len(row)} fields, the header {len(header)}: the file is spoiled."
                    )
                yield dict(zip(header, [*row, ""], strict=False))
        except (UnicodeDecodeError, csv.Error) as error:
            raise SourceError(f"{path.name} cannot be read as a CSV file: {error}.") from error


def _require_columns(header: list[str], path: Path) -> None:
    if not header or header[0] != FIRST:
        begins = " ".join(header)[:60] or "nothing"
        raise SourceError(
            f"{path.name} is no Fingertips table: its first column is not {FIRST!r} but "
            f"{begins!r}. Fetch it anew with --refresh."
        )
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise SourceError(f"{path.name} lacks the columns {', '.join(missing)}: it has changed.")


def _figure(record: dict[str, str], level: str) -> list[str] | None:
    """Return what is kept of a row; None for breakdowns, other periods and England's copies."""
    quantity, sex = QUANTITIES.get(record[FIRST].strip()), SEXES.get(record["Sex"].strip())
    period = say_period(record["Time period"])
    code = PREFIX.sub("", record["Area Code"].strip())
    if quantity is None or sex is None or period is None or record["Category Type"].strip():
        return None
    if code == record["Parent Code"].strip():
        return None
    return [
        f"{quantity}_{sex}",
        "england" if code == ENGLAND_CODE else level,
        code,
        period,
        " ".join(record["Area Name"].split()),
        *(record[name].strip() for name in VALUES.values()),
        record["Value note"].strip(),
        record[COMPARISON].strip(),
    ]


def say_period(text: str) -> str | None:
    """Write a three-year period as people say it; None for any other period.

    >>> say_period("2022 - 24"), say_period("1999 - 01")
    ('2022 to 2024', '1999 to 2001')
    >>> say_period("2022"), say_period("2019 - 23")
    (None, None)
    """
    found = PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    first, last = int(found[1]), int(found[2])
    return f"{first} to {first + 2}" if (first + 2) % 100 == last else None
