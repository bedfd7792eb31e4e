"""English Indices of Deprivation, File 7 -> deprivation measures of small areas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.areas import SMALL_AREA_COUNTS
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.readers.population import older_people_of_edition, people_of_edition
from indicators.schema import Inputs, Missing, Reading, small_area_rows

MOST_DEPRIVED_DECILES = 2
IMD = "Index of Multiple Deprivation (IMD)"
WHERE = "(where 1 is most deprived"
# Headers are matched whole, but for ranks, deciles and people, which the publisher cuts off or
# continues: those are matched by their beginning.
WHOLE = {
    "imd_score": f"{IMD} Score",
    "income_domain_rate": "Income Score (rate)",
    "employment_domain_rate": "Employment Score (rate)",
    "education_domain_score": "Education, Skills and Training Score",
    "health_domain_score": "Health Deprivation and Disability Score",
    "crime_domain_score": "Crime Score",
    "barriers_domain_score": "Barriers to Housing and Services Score",
    "environment_domain_score": "Living Environment Score",
    "geographical_barriers_score": "Geographical Barriers Sub-domain Score",
}
BEGINNINGS = {"imd_rank": f"{IMD} Rank {WHERE}", "imd_decile": f"{IMD} Decile {WHERE}"}
OLDER_PEOPLE_RATE = "Income Deprivation Affecting Older People (IDAOPI) Score (rate)"
OLDER_PEOPLE = "Older population aged 60 and over: mid"
PUBLISHED_ONLY = ("imd_decile", "imd_rank")


def read(inputs: Inputs) -> Reading:
    """Read the index and join the people of the edition; contract rows at level ``lsoa``.

    Scores: numerator = score x people, denominator = people, so that any larger area is the
    population-weighted mean. IDAOPI is weighted by the publisher's people aged 60 and over, and
    missing where the file lacks either. Decile and rank are the publisher's.
    """
    index = read_index(inputs.files["iod"]["main"], inputs.edition)
    everyone = people_of_edition(inputs).reindex(index.index)
    nobody = pd.Series(np.nan, index=index.index)
    period = inputs.periods["iod"]
    parts = [_rows(name, index[name], everyone, period) for name in WHOLE]
    parts += [_rows(name, index[name], nobody, period) for name in PUBLISHED_ONLY]
    deprived = index["imd_decile"] <= MOST_DEPRIVED_DECILES
    when = f"{period}, people of {inputs.periods['population']}"
    parts.append(_inside("share_most_deprived_20", deprived, everyone, when))
    missing = []
    older = older_people_of_edition(inputs)
    if older is None:
        missing.append(_without_older_people(inputs))
    else:
        count, when = older.people.reindex(index.index), f"{period}, people of {older.period}"
        parts.append(_inside("share_65_plus_most_deprived_20", deprived, count, when))
    if "idaopi_rate" in index:
        parts.append(_rows("idaopi_rate", index["idaopi_rate"], index["older_people"], period))
    else:
        missing.append(_without_idaopi(inputs))
    return Reading(table=pd.concat(parts, ignore_index=True), missing=tuple(missing))


def _rows(
    measure: str, score: pd.Series[float], weight: pd.Series[float], period: str
) -> pd.DataFrame:
    factor = 100.0 if measure.endswith("_rate") else 1.0
    return small_area_rows(
        "deprivation",
        measure,
        value=score * factor,
        numerator=score * weight,
        denominator=weight,
        period=period,
    )


def _inside(
    measure: str, deprived: pd.Series[bool], group: pd.Series[float], period: str
) -> pd.DataFrame:
    return small_area_rows(
        "deprivation",
        measure,
        value=(100.0 * deprived).where(group > 0),
        numerator=group.where(deprived, 0.0),
        denominator=group,
        period=period,
    )


def _without_older_people(inputs: Inputs) -> Missing:
    fetch = f"incontext fetch --edition {inputs.edition.id} --file census_ages=PATH"
    return Missing(
        measure="share_65_plus_most_deprived_20",
        reason="The population estimates have no people aged 65 and over by small area.",
        remedy="Give the Census 2021 table of residents by LSOA 2021 with an age band that begins "
        f"at 65 ({fetch}).",
    )


def _without_idaopi(inputs: Inputs) -> Missing:
    fetch = f"incontext fetch --edition {inputs.edition.id} --file iod=PATH"
    return Missing(
        measure="idaopi_rate",
        reason="The file of the index came without income deprivation of older people (IDAOPI) "
        "or without the publisher's people aged 60 and over, by which it is weighted.",
        remedy=f"Give the complete File 7 of the index ({fetch}).",
    )


def read_index(path: Path, edition: Edition) -> pd.DataFrame:
    """Read File 7 by column name; frame by ``area_code``, one column per key of ``WHOLE``.

    Besides ``imd_rank`` and ``imd_decile``, and, where the file has both, ``idaopi_rate`` and
    ``older_people``. Headers may hold line breaks and double spaces: white space is collapsed.
    Raises ``SourceError`` for another vintage, missing columns, cells that are no numbers,
    doubled codes, and ranks, deciles and rates outside their range.
    """
    table = pd.read_csv(path, encoding="utf-8-sig")
    table.columns = pd.Index([" ".join(str(name).split()) for name in table.columns])
    code = f"LSOA code (20{edition.small_area_year})"
    if code not in table.columns:
        raise SourceError(
            f"{path.name} has no column {code!r}; "
            f"edition {edition.id} uses {edition.small_area}. Is it another release?"
        )
    columns = {name: _find_column(table, label, path, whole=True) for name, label in WHOLE.items()}
    columns |= {name: _find_column(table, label, path) for name, label in BEGINNINGS.items()}
    if _has(table, OLDER_PEOPLE_RATE) and _has(table, OLDER_PEOPLE):
        columns["idaopi_rate"] = _find_column(table, OLDER_PEOPLE_RATE, path, whole=True)
        columns["older_people"] = _find_column(table, OLDER_PEOPLE, path)
    index = table.set_index(code)[list(columns.values())].set_axis(list(columns), axis=1)
    index.index.name = "area_code"
    numbers = pd.DataFrame(
        {name: pd.to_numeric(index[name], errors="coerce").astype(float) for name in columns}
    )
    for name, label in columns.items():
        strange = index.index[numbers[name].isna()]
        if len(strange):
            codes = ", ".join(strange.astype(str)[:5])
            raise SourceError(f"{path.name}: {label!r} is not a number for {codes}.")
    _require_ranges(numbers, columns, path, SMALL_AREA_COUNTS[edition.small_area])
    return numbers


def _require_ranges(
    numbers: pd.DataFrame, columns: dict[str, str], path: Path, last_rank: int
) -> None:
    doubled = numbers.index[numbers.index.duplicated()]
    if len(doubled):
        codes = ", ".join(doubled.astype(str).unique()[:5])
        raise SourceError(f"{path.name} lists small areas more than once: {codes}.")
    ranges = {"imd_decile": (1, 10), "imd_rank": (1, last_rank)}
    ranges |= {name: (0, 1) for name in columns if name.endswith("_rate")}
    for name, (low, high) in ranges.items():
        strange = numbers.index[~numbers[name].between(low, high)]
        if len(strange):
            codes = ", ".join(strange.astype(str)[:5])
            raise SourceError(
                f"{path.name}: the column {columns[name]!r} is not {low:,} to {high:,} for {codes}."
            )


def _has(table: pd.DataFrame, begins: str) -> bool:
    return any(str(name).startswith(begins) for name in table.columns)


def _find_column(table: pd.DataFrame, label: str, path: Path, *, whole: bool = False) -> str:
    names = [str(name) for name in table.columns]
    found = [name for name in names if name == label or (not whole and name.startswith(label))]
    if not found:
        how = "" if whole else "that begins "
        raise SourceError(f"{path.name} has no column {how}{label!r}: it has changed.")
    if len(found) > 1:
        raise SourceError(f"{path.name} has several columns that begin {label!r}: it has changed.")
    return found[0]
