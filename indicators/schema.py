"""The contract of an indicator table: one row per area and measure, validated where it enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.areas import ENGLAND_CODE
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import Indicator

CONTRACT = (
    "indicator",
    "measure",
    "area_code",
    "level",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "period",
    "status",
)
KEY = ["indicator", "measure", "level", "area_code"]
NUMBERS = ["value", "lower", "upper", "numerator", "denominator"]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What a reader is given: checked raw files and the areas of the edition.

    ``files`` is dataset id -> part name -> path; a dataset that nobody gave or serves is absent.
    ``periods`` is dataset id -> period as people say it. ``places`` has one row per small area,
    with ``areas.PLACE_COLUMNS``, indexed by ``area_code``.
    """

    files: Mapping[str, Mapping[str, Path]]
    edition: Edition
    periods: Mapping[str, str]
    places: pd.DataFrame

    def codes(self, level: str) -> pd.Index[str]:
        """Return the sorted codes of every area of a level in this edition."""
        if level == "lsoa":
            return pd.Index([str(code) for code in self.places.index])
        if level == "england":
            return pd.Index([ENGLAND_CODE])
        codes = self.places[f"{level}_code"]
        found: list[str] = sorted(codes[codes != ""].astype(str).unique())
        return pd.Index(found)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A measure that the publisher's files do not give for this edition, and what would help."""

    measure: str
    reason: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader returns: contract rows, and the measures that the files do not give.

    A measure of the indicator stands either in the table or in ``missing``.
    """

    table: pd.DataFrame
    missing: tuple[Missing, ...] = ()


def small_area_rows(
    indicator: str,
    measure: str,
    *,
    value: pd.Series[float],
    numerator: pd.Series[float],
    denominator: pd.Series[float],
    period: str,
) -> pd.DataFrame:
    """Lay out one measure of small areas in the contract; the series share their area codes.

    Where the value is missing, so are numerator and denominator, and the status says
    "not published".
    """
    present = value.notna()
    return pd.DataFrame(
        {
            "indicator": indicator,
            "measure": measure,
            "area_code": value.index,
            "level": "lsoa",
            "value": value.astype(float).to_numpy(),
            "lower": np.nan,
            "upper": np.nan,
            "numerator": numerator.where(present).astype(float).to_numpy(),
            "denominator": denominator.where(present).astype(float).to_numpy(),
            "period": period,
            "status": np.where(present, "", "not published"),
        }
    )


def validate(reading: Reading, indicator: Indicator, inputs: Inputs, *, file: str) -> pd.DataFrame:
    """Return the table of a reading unchanged if it keeps the contract, else raise ``SourceError``.

    Checked: the columns; measures of the catalogue, each either there or declared missing; no
    duplicates; at each level that a measure has, every area of the edition exactly once and no
    other; a status exactly where the value is missing; limits on both sides of the value; no
    infinite value, and no negative denominator.
    """
    table = reading.table
    if tuple(table.columns) != CONTRACT:
        raise SourceError(f"{file}: the table's columns are {list(table.columns)}.")
    _require_measures(reading, indicator, file)
    _refuse(table[table.duplicated(KEY)], file, "area_code", "are there twice")
    expected_at = {str(level): inputs.codes(str(level)) for level in table["level"].unique()}
    for (measure, level), rows in table.groupby(["measure", "level"], observed=True):
        expected, found = expected_at[str(level)], pd.Index(rows["area_code"])
        if len(found) == len(expected) and found.equals(expected):
            continue
        _refuse(rows[~rows["area_code"].isin(expected)], file, "area_code", "are not known")
        absent = expected.difference(found)
        if len(absent):
            codes = ", ".join(absent[:5])
            raise SourceError(f"{file}: {measure} lacks {len(absent):,} areas: {codes}.")
    no_reason = table["value"].isna() != (table["status"] != "")
    _refuse(table.loc[no_reason], file, "status", "do not go with their value")
    outside = (table["lower"] > table["value"]) | (table["upper"] < table["value"])
    _refuse(table.loc[outside], file, "lower and upper", "do not hold their value")
    infinite = np.isinf(table[NUMBERS].to_numpy(dtype=float)).any(axis=1)
    _refuse(table.loc[infinite], file, "value", "are not finite")
    _refuse(table[table["denominator"] < 0], file, "denominator", "are negative")
    return table


def _require_measures(reading: Reading, indicator: Indicator, file: str) -> None:
    declared = {measure.id for measure in indicator.measures}
    there = set(reading.table["measure"].unique())
    missing = {entry.measure for entry in reading.missing}
    strange = sorted((there | missing) - declared)
    if strange:
        raise SourceError(f"{file}: the catalogue has no measures {', '.join(strange)}.")
    unsaid = sorted(declared - there - missing)
    if unsaid or there & missing:
        names = ", ".join(unsaid or sorted(there & missing))
        raise SourceError(f"{file}: the reader does not say whether it has {names}.")


def _refuse(rows: pd.DataFrame, file: str, column: str, what: str) -> None:
    if len(rows):
        codes = ", ".join(rows["area_code"].astype(str).unique()[:5])
        raise SourceError(f"{file}: entries of column {column} {what}: {codes}.")
