"""People and published area -> people per square kilometre."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd

from geodata.errors import SourceError
from indicators.readers.population import people_of_edition
from indicators.schema import Inputs, Reading, small_area_rows

HEADER_ROW = 4
SHEET_ENDS = "Population Density"
HECTARES_PER_KM2 = 100.0
MEMBER_BEGINS = "SAM_LSOA"
LAND_HECTARES = "AREALHECT"
COAST_HECTARES = "AREACHECT"
COAST_WORDS = "area to the coast, inland water included"
MEMBER_MB = 100


class LandArea(NamedTuple):
    """Square kilometres by ``area_code``, and what they hold where that is more than land."""

    km2: pd.Series[float]
    words: str


def read(inputs: Inputs) -> Reading:
    """Divide people by land area; contract rows at level ``lsoa``, people per km2.

    Where the publisher gives no area of land alone, the period says what it is instead.
    """
    people = people_of_edition(inputs)
    path = inputs.files["land_area"]["main"]
    area = read_measurements(path) if path.suffix == ".zip" else LandArea(read_land_area(path), "")
    km2 = area.km2.reindex(people.index)
    period = inputs.periods["population"]
    table = small_area_rows(
        "population_density",
        "people_per_km2",
        value=(people / km2).where(km2 > 0),
        numerator=people,
        denominator=km2,
        period=f"{period}, {area.words}" if area.words else period,
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


def read_measurements(path: Path) -> LandArea:
    """Read square kilometres per small area from the ONS Standard Area Measurements (a zip).

    The area of land alone where the file has it, else the area to the coast, which holds inland
    water (0.1% of England, more where there are lakes and reservoirs); both come in hectares.
    """
    member, content = _read_member(path)
    table = pd.read_csv(io.BytesIO(content), encoding="latin-1", dtype=str, keep_default_na=False)
    table.columns = pd.Index([str(name).strip().upper() for name in table.columns])
    codes = [str(name) for name in table.columns if str(name).endswith("LSOA21CD")]
    areas = [name for name in (LAND_HECTARES, COAST_HECTARES) if name in table.columns]
    if not codes or not areas:
        raise SourceError(
            f"{path.name}: {member} lacks the columns LSOA21CD and {LAND_HECTARES} or "
            f"{COAST_HECTARES}: it has changed."
        )
    # A byte-order mark read as latin-1 stands before the first name, hence "ends with".
    table = table[table[codes[0]].str.startswith("E01")].set_index(codes[0])
    hectares = pd.to_numeric(table[areas[0]], errors="coerce").astype(float)
    _refuse(table.index[table.index.duplicated()], path, codes[0], "are there more than once")
    _refuse(table.index[~(hectares > 0)], path, areas[0], "are no areas")
    km2 = (hectares / HECTARES_PER_KM2).rename_axis("area_code")
    return LandArea(km2, "" if areas[0] == LAND_HECTARES else COAST_WORDS)


def _read_member(path: Path) -> tuple[str, bytes]:
    """Return name and content of the one table of small areas in the zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                entry
                for entry in archive.infolist()
                if PurePosixPath(entry.filename).name.upper().startswith(MEMBER_BEGINS)
                and entry.filename.lower().endswith(".csv")
            ]
            if len(members) != 1:
                raise SourceError(
                    f"{path.name} holds {len(members)} files {MEMBER_BEGINS}*.csv instead of one: "
                    "it has changed."
                )
            if members[0].file_size > MEMBER_MB * 1_000_000:
                raise SourceError(f"{path.name}: {members[0].filename} is over {MEMBER_MB} MB.")
            return members[0].filename, archive.read(members[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{path.name} is a damaged or locked zip: {error}.") from error


def _refuse(codes: pd.Index, path: Path, column: str, what: str) -> None:
    if len(codes):
        listed = ", ".join(dict.fromkeys(codes.astype(str)[:5]))
        raise SourceError(f"{path.name}: entries of column {column} {what}: {listed}.")
