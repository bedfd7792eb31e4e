"""Nomis small-area population by age -> people and shares of people aged 65, 75 and 85 and over."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.errors import SourceError
from indicators.schema import Inputs, Reading, small_area_rows

ALL_AGES = 200
# Nomis item codes of variable C_AGE whose sum is the group: 209 is 65 and over, 17 and 18 are
# the five-year bands 75 to 79 and 80 to 84, 210 is 85 and over.
AGE_GROUPS = {"65_plus": (209,), "75_plus": (17, 18, 210), "85_plus": (210,)}


def read(inputs: Inputs) -> Reading:
    """Read the people of each small area; contract rows at level ``lsoa``."""
    people = read_people(inputs.files["population"]["main"])
    everyone = people["people"]
    parts = []
    for group in AGE_GROUPS:
        count = people[f"people_{group}"]
        share = (100.0 * count / everyone).where(everyone > 0)
        for measure, value in ((f"share_{group}", share), (f"people_{group}", count)):
            parts.append(
                small_area_rows(
                    "older_people",
                    measure,
                    value=value,
                    numerator=count,
                    denominator=everyone,
                    period=inputs.periods["population"],
                )
            )
    return Reading(table=pd.concat(parts, ignore_index=True))


def read_people(path: Path) -> pd.DataFrame:
    """Read people by age group; frame by ``area_code``, columns ``people``, ``people_65_plus`` ...

    Raises ``SourceError`` where an age group asked for did not come back: Nomis drops the codes
    that a dataset lacks without a word.
    """
    table = pd.read_csv(path, encoding="utf-8-sig")
    table.columns = pd.Index([str(name).lower() for name in table.columns])
    missing = [name for name in ("geography_code", "c_age", "obs_value") if name not in table]
    if missing:
        raise SourceError(f"{path.name} lacks the columns {', '.join(missing)}: it has changed.")
    table = table[table["geography_code"].str.startswith("E01")]
    _require_clean(table, path)
    ages = table.pivot(index="geography_code", columns="c_age", values="obs_value")
    needed = {ALL_AGES, *(code for codes in AGE_GROUPS.values() for code in codes)}
    absent = sorted(needed - set(ages.columns))
    if absent:
        raise SourceError(f"{path.name} lacks the ages {absent} (column C_AGE).")
    people = pd.DataFrame({"people": ages[ALL_AGES].astype(float)})
    for group, codes in AGE_GROUPS.items():
        people[f"people_{group}"] = ages[list(codes)].sum(axis=1, min_count=len(codes))
    if (people["people_65_plus"] > people["people"]).any():
        raise SourceError(f"{path.name}: some areas have more people aged 65 and over than people.")
    people.index.name = "area_code"
    return people


def _require_clean(table: pd.DataFrame, path: Path) -> None:
    doubled = table.loc[table.duplicated(["geography_code", "c_age"]), "geography_code"]
    if len(doubled):
        codes = ", ".join(doubled.astype(str).unique()[:5])
        raise SourceError(f"{path.name} lists an area and age more than once: {codes}.")
    numbers = pd.to_numeric(table["obs_value"], errors="coerce")
    strange = table.loc[numbers.isna() | (numbers < 0), "geography_code"]
    if len(strange):
        codes = ", ".join(strange.astype(str).unique()[:5])
        raise SourceError(f"{path.name}: OBS_VALUE is not a number of people for {codes}.")


def people_of_edition(inputs: Inputs) -> pd.Series[float]:
    """Return the people of each small area, all ages, by ``area_code``."""
    return read_people(inputs.files["population"]["main"])["people"]
