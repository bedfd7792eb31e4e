"""From small areas to authorities, regions, systems, England and any group of them.

Every measure that adds up is carried as a numerator and a denominator per small area, so that one
rule serves all: a larger area's value is the sum of the numerators over the sum of the
denominators (times 100 for a percentage); for a count it is the sum of the numerators. A
population-weighted mean is the same rule with score x people over people.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

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
NOT_PUBLISHED = "not published"
RANKED_LEVELS = ("ltla", "utla", "region", "system")


def column(measure: str, field: str) -> str:
    """Name the column of the wide small-area table that holds a field of a measure."""
    return f"{measure}.{field}"


class Total(NamedTuple):
    """A measure of several small areas taken together; ``status`` is set where it has no value."""

    value: float
    numerator: float
    denominator: float
    status: str


def widen(table: pd.DataFrame, measures: Iterable[Measure], places: pd.DataFrame) -> pd.DataFrame:
    """Turn contract rows of small areas into one row per area, with national ranks and fifths.

    Returns a frame indexed like ``places`` with ``MEASURE.FIELD`` columns for value, numerator,
    denominator, rank, quintile, and ``MEASURE.status`` where a value is missing. What is published
    by MSOA is carried to its small areas, each weighted by its own people; rank and fifth are
    those of the MSOA. A value of too few people is left out, its counts stay for larger areas.
    """
    columns: dict[str, pd.Series[Any]] = {}
    by_measure = dict(list(table.groupby("measure", observed=True)))
    for measure in measures:
        rows = by_measure[measure.id].set_index("area_code")
        value = rows["value"].where(~_too_few(measure, rows["denominator"]))
        found = rows.assign(value=value, **rank_values(value)[["rank", "quintile"]])
        found["status"] = rows["status"].where(
            rows["value"].isna() | value.notna(), too_few(measure)
        )
        found = found.reindex(places["msoa_code"] if measure.levels == ("msoa",) else places.index)
        for name in FIELDS:
            columns[column(measure.id, name)] = found[name].set_axis(places.index)
        if (found["status"] != "").any():
            columns[column(measure.id, "status")] = found["status"].set_axis(places.index)
    wide = pd.DataFrame(columns, index=places.index)
    for measure in measures:
        if measure.fifths_from:
            decile = wide[column(measure.fifths_from, "value")]
            wide[column(measure.id, "quintile")] = fifth_of_decile(decile)
    return wide


def carry_people(
    wide: pd.DataFrame, measures: Iterable[Measure], people: pd.Series[float]
) -> pd.DataFrame:
    """Weight what is published by MSOA with the people of each small area, so that it adds up."""
    for measure in measures:
        if measure.levels == ("msoa",):
            value = wide[column(measure.id, "value")]
            wide[column(measure.id, "numerator")] = value * people
            wide[column(measure.id, "denominator")] = people.where(value.notna())
    return wide


def sum_parts(small_areas: pd.DataFrame, measure: Measure) -> Total:
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
    name = column(measure.id, "numerator")
    if name not in small_areas or small_areas[name].notna().sum() == 0:
        return Total(np.nan, np.nan, np.nan, NOT_PUBLISHED)
    numerator = float(small_areas[name].sum())
    denominator = float(small_areas[column(measure.id, "denominator")].sum())
    value = numerator
    if not measure.is_count:
        value = measure.factor * numerator / denominator if denominator else np.nan
    if measure.minimum and denominator < measure.minimum:
        return Total(np.nan, numerator, denominator, too_few(measure))
    return Total(value, numerator, denominator, NOT_PUBLISHED if np.isnan(value) else "")


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


def publish(table: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Rank what is published for whole areas only; ``AREA_TABLE`` rows, as published.

    ``table`` holds contract rows of levels above the small area.
    """
    tables = []
    for (_, level), rows in table.groupby(["measure", "level"], observed=True, sort=False):
        _, names = _groups(places, str(level))
        named = rows.set_index("area_code")
        named = named.assign(area_name=names.reindex(named.index))
        tables.append(_ranked(named, str(level)).reset_index()[list(AREA_TABLE)])
    return pd.concat(tables, ignore_index=True)


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
    few = _too_few(measure, denominator)
    rows = pd.DataFrame(
        {
            "indicator": measure.indicator,
            "measure": measure.id,
            "area_name": names.reindex(sums.index),
            "level": level,
            "value": value.mask(few),
            "lower": np.nan,
            "upper": np.nan,
            "numerator": numerator,
            "denominator": denominator,
            "period": period,
            "status": np.where(few, too_few(measure), np.where(value.notna(), "", NOT_PUBLISHED)),
        }
    )
    return _ranked(rows, level).rename_axis("area_code").reset_index()


def _ranked(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    if level in RANKED_LEVELS:
        return rows.join(rank_values(rows["value"]))
    empty = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    return rows.assign(rank=empty, of=empty, quintile=empty)


def _too_few(measure: Measure, denominator: pd.Series[float]) -> pd.Series[bool]:
    return denominator.lt(measure.minimum)


def too_few(measure: Measure) -> str:
    """Return the status of a value that is not shown because it is of too few people."""
    return f"fewer than {measure.minimum} people"
