"""From small areas to authorities, regions, systems, England and any group of them.

Every measure that adds up is carried as a numerator and a denominator per small area, so that one
rule serves all: a larger area's value is the sum of the numerators over the sum of the
denominators (times 100 for a percentage); for a count it is the sum of the numerators. A
population-weighted mean is the same rule with score x people over people.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from geodata.areas import ENGLAND_CODE, ENGLAND_NAME
from geodata.errors import AggregationError
from indicators.catalogue import AREA_LEVELS, Measure
from indicators.position import fifth_of_decile, rank_values

FIELDS = ("value", "numerator", "denominator", "rank", "quintile")
AREA_TABLE = (
    "indicator",
    "measure",
    "area_code",
    "area_name",
    "level",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "period",
    "rank",
    "of",
    "quintile",
    "status",
)
RANKED_LEVELS = ("ltla", "utla", "region", "system")


def column(measure: str, field: str) -> str:
    """Name the column of the wide small-area table that holds a field of a measure."""
    return f"{measure}.{field}"


def widen(table: pd.DataFrame, measures: Iterable[Measure], index: pd.Index[str]) -> pd.DataFrame:
    """Turn contract rows of small areas into one row per area, with national ranks and fifths.

    Returns a frame indexed by ``index`` (small-area codes) with ``MEASURE.FIELD`` columns for
    value, numerator, denominator, rank, quintile, and ``MEASURE.status`` where a value is missing.
    """
    columns: dict[str, pd.Series[float]] = {}
    for measure in measures:
        rows = table[table["measure"] == measure.id].set_index("area_code").reindex(index)
        for name in ("value", "numerator", "denominator"):
            columns[column(measure.id, name)] = rows[name]
        position = rank_values(rows["value"])
        columns[column(measure.id, "rank")] = position["rank"]
        columns[column(measure.id, "quintile")] = position["quintile"]
        if (rows["status"] != "").any():
            columns[column(measure.id, "status")] = rows["status"]
    wide = pd.DataFrame(columns, index=index)
    for measure in measures:
        if measure.fifths_from:
            decile = wide[column(measure.fifths_from, "value")]
            wide[column(measure.id, "quintile")] = fifth_of_decile(decile)
    return wide


def sum_parts(small_areas: pd.DataFrame, measure: Measure) -> tuple[float, float, float]:
    """Return value, numerator and denominator of all the small areas given, taken together.

    Areas without a value count in neither sum. Raises ``AggregationError`` for a measure that
    must not be summed or averaged.

    >>> # 1 of 10 people and 9 of 30 people are 10 of 40: 25%, not the mean of 10% and 30%
    """
    if not measure.adds_up:
        raise AggregationError(
            f"{measure.title} is published for whole areas only: "
            "it must not be summed or averaged over parts."
        )
    numerators = small_areas[column(measure.id, "numerator")]
    denominators = small_areas[column(measure.id, "denominator")]
    if numerators.notna().sum() == 0:
        return np.nan, np.nan, np.nan
    numerator, denominator = float(numerators.sum()), float(denominators.sum())
    return _value(measure, numerator, denominator), numerator, denominator


def aggregate(
    wide: pd.DataFrame, places: pd.DataFrame, measures: Iterable[Measure], periods: dict[str, str]
) -> pd.DataFrame:
    """Compute every LTLA, UTLA, region, system and England for the measures that add up.

    Returns ``AREA_TABLE`` rows, ranked within each level among areas that have a value.
    """
    tables = []
    summed = [measure for measure in measures if measure.adds_up]
    wanted = [column(m.id, f) for m in summed for f in ("numerator", "denominator")]
    for level in AREA_LEVELS:
        codes, names = _groups(places, level)
        sums = wide[wanted].groupby(codes.to_numpy()).sum(min_count=1)
        for measure in summed:
            tables.append(_area_rows(measure, sums, names, level, periods[measure.id]))
    return pd.concat(tables, ignore_index=True)[list(AREA_TABLE)]


def membership(places: pd.DataFrame, people: pd.Series[float]) -> pd.DataFrame:
    """Count the people and small areas of every authority in each system that it touches.

    Returns ``level, area_code, area_name, system_code, people_inside, small_areas_inside,
    people, share_inside`` with one row per authority and system.
    """
    tables = []
    for level in ("ltla", "utla"):
        keys = [places[f"{level}_code"], places[f"{level}_name"], places["system_code"]]
        inside = people.groupby(keys).agg(["sum", "size"]).reset_index()
        inside.columns = pd.Index(
            ["area_code", "area_name", "system_code", "people_inside", "small_areas_inside"]
        )
        inside["people"] = inside.groupby("area_code")["people_inside"].transform("sum")
        inside["share_inside"] = inside["people_inside"] / inside["people"]
        tables.append(inside.assign(level=level))
    return pd.concat(tables, ignore_index=True)


def _groups(places: pd.DataFrame, level: str) -> tuple[pd.Series[str], pd.Series[str]]:
    if level == "england":
        codes = pd.Series(ENGLAND_CODE, index=places.index)
        return codes, pd.Series({ENGLAND_CODE: ENGLAND_NAME})
    codes = places[f"{level}_code"]
    names = places.drop_duplicates(f"{level}_code").set_index(f"{level}_code")[f"{level}_name"]
    return codes, names


def _area_rows(
    measure: Measure, sums: pd.DataFrame, names: pd.Series[str], level: str, period: str
) -> pd.DataFrame:
    numerator = sums[column(measure.id, "numerator")]
    denominator = sums[column(measure.id, "denominator")]
    value = numerator if measure.is_count else measure.factor * numerator / denominator
    rows = pd.DataFrame(
        {
            "indicator": measure.indicator,
            "measure": measure.id,
            "area_name": names.reindex(sums.index),
            "level": level,
            "value": value,
            "lower": np.nan,
            "upper": np.nan,
            "numerator": numerator,
            "denominator": denominator,
            "period": period,
            "status": np.where(value.notna(), "", "not published"),
        }
    )
    if level in RANKED_LEVELS:
        rows = rows.join(rank_values(rows["value"]))
    else:
        empty = pd.Series(pd.NA, index=rows.index, dtype="Int64")
        rows = rows.assign(rank=empty, of=empty, quintile=empty)
    return rows.rename_axis("area_code").reset_index()


def _value(measure: Measure, numerator: float, denominator: float) -> float:
    if measure.is_count:
        return numerator
    return measure.factor * numerator / denominator if denominator else np.nan
