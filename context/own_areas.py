"""Values of a reader's own table for small areas, and what larger areas have of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from context.own_measure import COVERED, OWN, OwnMeasure
from indicators.aggregate import AREA_TABLE, aggregate, carry_people, column, publish, widen
from indicators.catalogue import SMALL_AREA, Measure

if TYPE_CHECKING:
    from context.own_table import OwnTable
    from geodata.store import Store

PEOPLE = "people"
"""Field of the small-area table with all people, those of areas without a value too."""
NOT_GIVEN = "not in the table that was given"
NO_VALUE = "no value in the table that was given"
NOT_IN_STARTER = "not available in the starter"
RANKS = ["rank", "of", "quintile"]


def coverage(parts: pd.DataFrame, measure: Measure) -> str:
    """Return why parts taken together have no mean of the reader's values; "" where they have.

    ``parts`` are rows of the small-area table. Always "" for measures of the catalogue.
    """
    name = column(measure.id, PEOPLE)
    if name not in parts or parts.empty:
        return ""
    return why_not(float(parts[column(measure.id, "denominator")].sum()), parts[name].sum())


def why_not(with_value: float, people: float) -> str:
    """Return why a mean of these people does not stand for all of them; "" where it does."""
    share = with_value / people if people else 0.0
    if share >= COVERED:
        return ""
    if share == 0:
        return NOT_GIVEN
    # rounded, yet never to the share that would have been enough
    said = f"{min(share, COVERED - 0.01):.0%}" if share >= 0.01 else "less than 1%"
    return f"values were given for {said} of the people only"


def _contract(table: OwnTable, codes: pd.Index[str], people: pd.Series[float]) -> pd.DataFrame:
    """Return contract rows of every area of the level; those not given have their status."""
    value = table.values.reindex(codes)
    inside = pd.Series(codes.isin(table.values.index), index=codes)
    empty = np.where(inside, NO_VALUE, NOT_GIVEN)
    return pd.DataFrame(
        {
            "indicator": OWN,
            "measure": OWN,
            "area_code": codes,
            "level": table.level,
            "value": value.to_numpy(),
            "lower": np.nan,
            "upper": np.nan,
            "numerator": (value * people).to_numpy(),
            "denominator": people.where(value.notna()).to_numpy(),
            "period": table.period,
            "status": np.where(value.notna(), "", empty),
        }
    )


def compute_own(
    table: OwnTable,
    measure: OwnMeasure,
    store: Store,
    places: pd.DataFrame,
    people: pd.Series[float],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the own columns of every small area, and the rows of larger areas."""
    by = places.index.to_series() if table.level == SMALL_AREA else places["msoa_code"]
    of_level = people.groupby(by.to_numpy()).sum()
    rows = _contract(table, pd.Index(of_level.index.astype(str)), of_level)
    wide = carry_people(widen(rows, [measure], places), [measure], people)
    wide = wide.assign(**{column(OWN, PEOPLE): people})
    if not measure.national:
        wide[column(OWN, "rank")] = pd.Series(pd.NA, index=wide.index, dtype="Int64")
    if not measure.adds_up:
        fields = [column(OWN, f) for f in ("numerator", "denominator")]
        return wide.assign(**dict.fromkeys(fields, np.nan)), _no_areas()
    periods = {OWN: table.period}
    areas = aggregate(wide, places, [measure], periods)
    every = wide.assign(**{column(OWN, "denominator"): people})
    areas["people"] = aggregate(every, places, [measure], periods)["denominator"]
    return wide, _only_covered(areas, store)


def _no_areas() -> pd.DataFrame:
    return pd.DataFrame(columns=list(AREA_TABLE))


def _only_covered(areas: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return a row for every larger area, with its reason where it has no mean.

    Means of areas of which too few people have a value are left out, and ranks among a few.
    """
    named = ["level", "area_code", "area_name"]
    every = store.areas[named].drop_duplicates(named[:2])
    known = every.merge(areas.drop(columns="area_name"), on=named[:2], how="left")
    with_value, people = known["denominator"].fillna(0.0), known["people"].fillna(0.0)
    reasons = [why_not(*pair) for pair in zip(with_value, people, strict=True)]
    status = pd.Series(reasons, index=known.index).mask(~_whole_in(store, known), NOT_IN_STARTER)
    lost = status != ""
    period = str(areas["period"].iloc[0])
    known = known.assign(indicator=OWN, measure=OWN, period=period, status=status)
    for name in ("value", "numerator", "denominator"):
        known[name] = known[name].mask(lost)
    for level in known["level"].unique():
        here = known["level"] == level
        few = known.loc[here, "value"].notna().sum() < COVERED * here.sum()
        known.loc[here & (lost | few), RANKS] = pd.NA
    return known[list(AREA_TABLE)]


def _whole_in(store: Store, areas: pd.DataFrame) -> pd.Series[bool]:
    """Say of each larger area whether all its small areas are in the store."""
    complete = set(store.manifest["complete_systems"])
    if len(complete) == len(store.manifest["systems"]):
        return pd.Series(True, index=areas.index)
    members = store.membership
    outside = set(members.loc[~members["system_code"].isin(complete), "area_code"])
    inside = areas["level"].isin(["ltla", "utla"]) & ~areas["area_code"].isin(outside)
    return inside | (areas["level"].eq("system") & areas["area_code"].isin(complete))


def publish_own(table: OwnTable, measure: OwnMeasure, store: Store) -> pd.DataFrame:
    """Return a row for every district of England, and for each that is upper tier too."""
    members = store.membership
    tables = []
    for level in ("ltla", "utla"):
        here = members[members["level"] == level].drop_duplicates("area_code")
        if level == "utla":
            here = here[here["area_code"].isin(table.values.index)]
        codes = pd.Index(here["area_code"].astype(str))
        rows = _contract(table, codes, pd.Series(np.nan, index=codes)).assign(level=level)
        names = here.rename(columns={"area_code": f"{level}_code", "area_name": f"{level}_name"})
        if len(rows):
            tables.append(publish(rows, names))
    areas = pd.concat(tables, ignore_index=True)
    unranked = areas["level"].eq("utla") | (not measure.national)
    return areas.assign(**{name: areas[name].mask(unranked) for name in RANKS})
