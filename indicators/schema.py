"""The contract of an indicator table: one row per area and measure, validated where it enters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

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


def validate(
    table: pd.DataFrame, indicator: Indicator, area_codes: Iterable[str], *, file: str
) -> pd.DataFrame:
    """Return the table unchanged if it keeps the contract, else raise ``SourceError``.

    Checked: the columns; measures of the catalogue; no duplicates; every small area of the
    edition exactly once per measure and no other; a status exactly where the value is missing;
    no infinite value, and no negative denominator.
    """
    if tuple(table.columns) != CONTRACT:
        raise SourceError(f"{file}: the table's columns are {list(table.columns)}.")
    allowed = {measure.id for measure in indicator.measures}
    strange = sorted(set(table["measure"]) - allowed)
    if strange:
        raise SourceError(f"{file}: the catalogue has no measures {', '.join(strange)}.")
    _refuse(table[table.duplicated(KEY)], file, "area_code", "are there twice")
    small = table[table["level"] == "lsoa"]
    expected = pd.Index(list(area_codes))
    _refuse(small[~small["area_code"].isin(expected)], file, "area_code", "are not known")
    for measure in (m.id for m in indicator.measures if "lsoa" in m.levels):
        missing = expected.difference(pd.Index(small.loc[small["measure"] == measure, "area_code"]))
        if len(missing):
            codes = ", ".join(missing[:5])
            raise SourceError(f"{file}: {measure} lacks {len(missing):,} areas: {codes}.")
    no_reason = table["value"].isna() != (table["status"] != "")
    _refuse(table.loc[no_reason], file, "status", "do not go with their value")
    infinite = np.isinf(table[NUMBERS].to_numpy(dtype=float)).any(axis=1)
    _refuse(table.loc[infinite], file, "value", "are not finite")
    _refuse(table[table["denominator"] < 0], file, "denominator", "are negative")
    return table


def _refuse(rows: pd.DataFrame, file: str, column: str, what: str) -> None:
    if len(rows):
        codes = ", ".join(rows["area_code"].astype(str).unique()[:5])
        raise SourceError(f"{file}: entries of column {column} {what}: {codes}.")
