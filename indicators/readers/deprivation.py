"""English Indices of Deprivation, File 7 -> deprivation measures of small areas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.readers.population import read_people
from indicators.schema import Inputs, Reading, small_area_rows

MOST_DEPRIVED_DECILES = 2
IMD = "Index of Multiple Deprivation (IMD)"
OLDER_PEOPLE_RATE = "Income Deprivation Affecting Older People (IDAOPI) Score (rate)"
BARRIERS = "Geographical Barriers Sub-domain Score"
OLDER_PEOPLE = "Older population aged 60 and over: mid"


def read(inputs: Inputs) -> Reading:
    """Read the index and join the people of the edition; contract rows at level ``lsoa``.

    Scores: numerator = score x people, denominator = people, so that any larger area is the
    population-weighted mean. IDAOPI is weighted by the publisher's people aged 60 and over.
    """
    index = read_index(inputs.files["iod"]["main"], inputs.edition)
    people = read_people(inputs.files["population"]["main"]).reindex(index.index)
    period = inputs.periods["iod"]
    everyone, older = people["people"], people["people_65_plus"]
    deprived = index["decile"] <= MOST_DEPRIVED_DECILES

    def weighted(measure: str, score: pd.Series[float], weight: pd.Series[float]) -> pd.DataFrame:
        factor = 100.0 if measure == "idaopi_rate" else 1.0
        return small_area_rows(
            "deprivation",
            measure,
            value=score * factor,
            numerator=score * weight,
            denominator=weight,
            period=period,
        )

    def inside(measure: str, group: pd.Series[float]) -> pd.DataFrame:
        share = (100.0 * deprived).where(group > 0)
        return small_area_rows(
            "deprivation",
            measure,
            value=share,
            numerator=group.where(deprived, 0.0),
            denominator=group,
            period=f"{period}, people of {inputs.periods['population']}",
        )

    decile = small_area_rows(
        "deprivation",
        "imd_decile",
        value=index["decile"],
        numerator=pd.Series(float("nan"), index=index.index),
        denominator=pd.Series(float("nan"), index=index.index),
        period=period,
    )
    table = pd.concat(
        [
            weighted("imd_score", index["score"], everyone),
            decile,
            inside("share_most_deprived_20", everyone),
            inside("share_65_plus_most_deprived_20", older),
            weighted("idaopi_rate", index["older_rate"], index["older_people"]),
            weighted("geographical_barriers_score", index["barriers"], everyone),
        ],
        ignore_index=True,
    )
    return Reading(table=table)


def read_index(path: Path, edition: Edition) -> pd.DataFrame:
    """Read File 7 by column name; frame by ``area_code``.

    Columns ``score``, ``decile``, ``older_rate``, ``older_people``, ``barriers``. Headers may
    hold line breaks and double spaces, and one is cut off, so names are matched by their
    beginning after white space is collapsed.
    """
    table = pd.read_csv(path, encoding="utf-8-sig")
    table.columns = pd.Index([" ".join(str(name).split()) for name in table.columns])
    code = f"LSOA code (20{edition.small_area_year})"
    if code not in table.columns:
        raise SourceError(
            f"{path.name} has no column {code!r}; "
            f"edition {edition.id} uses {edition.small_area}. Is it another release?"
        )
    wanted = {
        "score": f"{IMD} Score",
        "decile": f"{IMD} Decile",
        "older_rate": OLDER_PEOPLE_RATE,
        "older_people": OLDER_PEOPLE,
        "barriers": BARRIERS,
    }
    columns = {name: _find_column(table, begins, path) for name, begins in wanted.items()}
    index = table.set_index(code)[list(columns.values())].set_axis(list(columns), axis=1)
    index.index.name = "area_code"
    numbers = pd.DataFrame(
        {name: pd.to_numeric(index[name], errors="coerce").astype(float) for name in columns}
    )
    for name in index.columns:
        strange = index.index[numbers[name].isna()]
        if len(strange):
            codes = ", ".join(strange.astype(str)[:5])
            raise SourceError(f"{path.name}: {columns[name]!r} is not a number for {codes}.")
    if not numbers["decile"].between(1, 10).all():
        raise SourceError(f"{path.name}: the column {columns['decile']!r} is not 1 to 10.")
    return numbers


def _find_column(table: pd.DataFrame, begins: str, path: Path) -> str:
    for name in table.columns:
        if str(name).startswith(begins):
            return str(name)
    raise SourceError(f"{path.name} has no column that begins {begins!r}: it has changed.")
