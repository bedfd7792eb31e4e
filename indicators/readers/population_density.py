"""People and published land area -> people per square kilometre."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.errors import SourceError
from indicators.readers.population import read_people
from indicators.schema import Inputs, Reading, small_area_rows

HEADER_ROW = 4
SHEET_ENDS = "Population Density"


def read(inputs: Inputs) -> Reading:
    """Divide people by land area; contract rows at level ``lsoa``, people per km2."""
    people = read_people(inputs.files["population"]["main"])["people"]
    land = read_land_area(inputs.files["land_area"]["main"]).reindex(people.index)
    table = small_area_rows(
        "population_density",
        "people_per_km2",
        value=(people / land).where(land > 0),
        numerator=people,
        denominator=land,
        period=inputs.periods["population"],
    )
    return Reading(table=table)


def read_land_area(path: Path) -> pd.Series[float]:
    """Read square kilometres of land per small area from the ONS density workbook.

    Measured from generalised outlines, small dense places would be wrong by tens of percent.
    """
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    sheets = [name for name in workbook.sheet_names if name.strip().endswith(SHEET_ENDS)]
    if not sheets:
        raise SourceError(f"{path.name} has no sheet that ends {SHEET_ENDS!r}: it has changed.")
    rows = workbook.get_sheet_by_name(sheets[0]).to_python()
    header = [" ".join(str(cell).split()) for cell in rows[HEADER_ROW]]
    if "Code" not in header or "Area Sq Km" not in header:
        raise SourceError(f"{path.name}: row 5 lacks the columns 'Code' and 'Area Sq Km'.")
    code, area = header.index("Code"), header.index("Area Sq Km")
    body = [row for row in rows[HEADER_ROW + 1 :] if str(row[code]).startswith("E01")]
    land = pd.Series([row[area] for row in body], index=[str(row[code]) for row in body])
    if land.index.has_duplicates:
        raise SourceError(f"{path.name} lists small areas more than once (column Code).")
    return pd.to_numeric(land, errors="coerce").astype(float)
