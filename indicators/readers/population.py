"""Population by age -> people and shares of people aged 65, 75 and 85 and over.

The people of an edition are the published estimates of all ages. Where that table comes without
the older ages, they are taken from the census table that a person gives, with its own residents
as the denominator, and the period says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from geodata.errors import SourceError
from indicators.schema import CONTRACT, Inputs, Missing, Reading, small_area_rows

ALL_AGES = 200
# Nomis item codes of variable C_AGE whose sum is the group: 209 is 65 and over, 17 and 18 are
# the five-year bands 75 to 79 and 80 to 84, 210 is 85 and over.
AGE_GROUPS = {"65_plus": (209,), "75_plus": (17, 18, 210), "85_plus": (210,)}
CENSUS = "census_ages"
CENSUS_CODE = "LSOA21CD"
CENSUS_ALL_AGES = "all usual residents"
CENSUS_BAND = r"aged (\d+)\b"
# Small cells of a census are perturbed, so that bands need not sum to the residents exactly.
BANDS_TOLERANCE = 0.01


class OlderPeople(NamedTuple):
    """People of an age group per small area, the people they are part of, and the period."""

    people: pd.Series[float]
    everyone: pd.Series[float]
    period: str


def read(inputs: Inputs) -> Reading:
    """Read the people of each small area; contract rows at level ``lsoa``.

    Groups that neither the estimates nor the census table have are returned as missing.
    """
    groups = _older_groups(inputs)
    parts, missing = [pd.DataFrame(columns=list(CONTRACT))], []
    for group in AGE_GROUPS:
        measures = (f"share_{group}", f"people_{group}")
        if group not in groups:
            missing += [_missing(measure, group, inputs) for measure in measures]
            continue
        count, everyone, period = groups[group]
        share = (100.0 * count / everyone).where(everyone > 0)
        for measure, value in zip(measures, (share, count), strict=True):
            parts.append(
                small_area_rows(
                    "older_people",
                    measure,
                    value=value,
                    numerator=count,
                    denominator=everyone,
                    period=period,
                )
            )
    return Reading(table=_stack(parts), missing=tuple(missing))


def people_of_edition(inputs: Inputs) -> pd.Series[float]:
    """Return the people of each small area, all ages, by ``area_code``."""
    return _people(inputs)["people"]


def older_people_of_edition(inputs: Inputs) -> OlderPeople | None:
    """Return the people aged 65 and over of each small area, those they are part of, the period.

    None where neither the population estimates nor a given census table has them.
    """
    return _older_groups(inputs).get("65_plus")


def read_people(path: Path, needed: Iterable[str] = tuple(AGE_GROUPS)) -> pd.DataFrame:
    """Read people by age group; frame by ``area_code``, columns ``people``, ``people_65_plus`` ...

    Raises ``SourceError`` where an age asked for in ``needed`` did not come back: Nomis drops the
    codes that a dataset lacks without a word. Groups not needed are there where they are served.
    """
    table = pd.read_csv(path, encoding="utf-8-sig")
    table.columns = pd.Index([str(name).lower() for name in table.columns])
    missing = [name for name in ("geography_code", "c_age", "obs_value") if name not in table]
    if missing:
        raise SourceError(f"{path.name} lacks the columns {', '.join(missing)}: it has changed.")
    table = table[table["geography_code"].str.startswith("E01")]
    _require_clean(table, path)
    ages = table.pivot(index="geography_code", columns="c_age", values="obs_value")
    codes = {ALL_AGES, *(code for group in needed for code in AGE_GROUPS[group])}
    absent = sorted(codes - set(ages.columns))
    if absent:
        raise SourceError(f"{path.name} lacks the ages {absent} (column C_AGE).")
    people = pd.DataFrame({"people": ages[ALL_AGES].astype(float)})
    for group, parts in AGE_GROUPS.items():
        if set(parts) <= set(ages.columns):
            people[f"people_{group}"] = ages[list(parts)].sum(axis=1, min_count=len(parts))
    _require_part(people, path)
    people.index.name = "area_code"
    return people


def read_census_ages(path: Path) -> pd.DataFrame:
    """Read a census table of residents by age band; frame as that of ``read_people``.

    A group is there where the bands of the table hold it exactly: 65 and over where a band
    begins at 65. Raises ``SourceError`` for missing columns, doubled codes, cells that are no
    numbers, and bands that overlap or leave ages out.
    """
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    except ValueError as error:  # pandas' own parser errors are ValueErrors
        reason = " ".join(str(error).split())
        raise SourceError(f"{path.name} cannot be read as a table: {reason}.") from error
    names = pd.Index([" ".join(str(name).split()).lower() for name in table.columns])
    table = table.set_axis(names, axis=1)
    begins = names.str.extract(CENSUS_BAND, expand=False).astype(float)
    bands = {str(name): float(age) for name, age in zip(names, begins, strict=True) if age >= 0}
    for column in (CENSUS_CODE.lower(), CENSUS_ALL_AGES):
        if column not in names:
            raise SourceError(
                f"{path.name} has no column {column!r}: give residents by LSOA 2021 and age band."
            )
    table = table[table[CENSUS_CODE.lower()].str.startswith("E01")]
    table = table.set_index(CENSUS_CODE.lower()).rename_axis("area_code")
    _refuse(table.index[table.index.duplicated()], path, "are there more than once")
    columns = [CENSUS_ALL_AGES, *bands]
    counts = table[columns].apply(pd.to_numeric, errors="coerce").astype(float)
    _refuse(counts.index[(counts.isna() | (counts < 0)).any(axis=1)], path, "have no full counts")
    total, summed = counts[CENSUS_ALL_AGES].sum(), counts[list(bands)].to_numpy().sum()
    if abs(summed - total) > BANDS_TOLERANCE * total:
        raise SourceError(
            f"{path.name}: its age bands sum to {summed:,.0f} and its residents to {total:,.0f}; "
            "give a table whose bands hold every age once."
        )
    people = pd.DataFrame({"people": counts[CENSUS_ALL_AGES]})
    for group in AGE_GROUPS:
        age = float(group.removesuffix("_plus"))
        if age in bands.values():
            people[f"people_{group}"] = counts[[k for k, v in bands.items() if v >= age]].sum(
                axis=1
            )
    _require_part(people, path)
    return people.sort_index()


def _people(inputs: Inputs) -> pd.DataFrame:
    """Read the estimates; older ages may be absent only where a census can stand in for them."""
    needed = () if CENSUS in inputs.periods else tuple(AGE_GROUPS)
    return read_people(inputs.files["population"]["main"], needed)


def _older_groups(inputs: Inputs) -> dict[str, OlderPeople]:
    """Return each age group that is there: from the estimates, else from the census table."""
    found: dict[str, OlderPeople] = {}
    if CENSUS in inputs.files:
        census = read_census_ages(inputs.files[CENSUS]["main"])
        found |= _groups(census, inputs.periods[CENSUS])
    return found | _groups(_people(inputs), inputs.periods["population"])


def _groups(people: pd.DataFrame, period: str) -> dict[str, OlderPeople]:
    return {
        group: OlderPeople(people[f"people_{group}"], people["people"], period)
        for group in AGE_GROUPS
        if f"people_{group}" in people
    }


def _missing(measure: str, group: str, inputs: Inputs) -> Missing:
    age, edition = group.removesuffix("_plus"), inputs.edition.id
    where = "The population estimates have"
    if CENSUS in inputs.files:
        where = "The population estimates and the census table that was given have"
    fetch = f"incontext fetch --edition {edition} --file"
    return Missing(
        measure=measure,
        reason=f"{where} no people aged {age} and over by small area.",
        remedy=f"Give the Census 2021 table of residents by LSOA 2021 with an age band that begins "
        f"at {age} ({fetch} {CENSUS}=PATH), or population estimates with these ages "
        f"({fetch} population=PATH).",
    )


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    there = [part for part in parts if len(part)]
    return pd.concat(there, ignore_index=True) if there else parts[0]


def _require_part(people: pd.DataFrame, path: Path) -> None:
    if "people_65_plus" in people and (people["people_65_plus"] > people["people"]).any():
        raise SourceError(f"{path.name}: some areas have more people aged 65 and over than people.")


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


def _refuse(codes: pd.Index, path: Path, what: str) -> None:
    if len(codes):
        listed = ", ".join(dict.fromkeys(codes.astype(str)[:5]))
        raise SourceError(f"{path.name}: entries of column {CENSUS_CODE} {what}: {listed}.")
