"""Areas of an edition: which small area lies in which MSOA, authority, region and system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geodata.editions import Edition
from geodata.errors import SourceError

ENGLAND_CODE = "E92000001"
ENGLAND_NAME = "England"

PLACE_COLUMNS = (
    "area_name",
    "msoa_code",
    "msoa_name",
    "ltla_code",
    "ltla_name",
    "utla_code",
    "utla_name",
    "region_code",
    "region_name",
    "system_code",
    "system_name",
)

HEADED_SHEET = "HE - Male at birth"
REGION_HEADING = r"E12\d{6}"
SMALL_AREA_COUNTS = {"LSOA 2011": 32_844, "LSOA 2021": 33_755}


def read_places(files: Mapping[str, Mapping[str, Path]], edition: Edition) -> pd.DataFrame:
    """Join the lookups of an edition into one row per small area of England.

    Returns a frame indexed by ``area_code`` (sorted, unique) with ``PLACE_COLUMNS``. Raises
    ``SourceError`` where a small area is missing, doubled, or has no MSOA (2011), authority,
    region or system.
    """
    small, system, ltla = (edition.columns[key] for key in ("small_area", "system", "ltla"))
    columns = {
        f"{small}CD": "area_code",
        f"{small}NM": "area_name",
        f"{system}CD": "system_code",
        f"{system}NM": "system_name",
        f"{ltla}CD": "ltla_code",
        f"{ltla}NM": "ltla_name",
    }
    lookup = read_lookup(files["system_lookup"]["main"], columns)
    lookup = lookup[lookup["area_code"].str.startswith("E01")]
    _require_unique(lookup["area_code"], files["system_lookup"]["main"])
    districts = lookup[["ltla_code", "ltla_name"]].drop_duplicates()
    upper = _join_by_code_or_name(districts, _read_upper_tier(files, edition))
    places = lookup.merge(upper, on="ltla_code", how="left")
    # A small area is named after its MSOA plus one letter; no such lookup gives the code.
    places = places.assign(msoa_name=places["area_name"].str[:-1])
    places = places.merge(_read_msoas(files, edition), on="msoa_name", how="left")
    regions = _join_by_code_or_name(districts, _read_regions(files, edition))
    places = places.merge(regions, on="ltla_code", how="left")
    places = places.assign(msoa_code=places["msoa_code"].fillna(""))
    places = places.set_index("area_code").sort_index()[list(PLACE_COLUMNS)]
    _require_complete(places, edition)
    return places


def read_lookup(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read the named columns of a lookup file as text, whatever the case of its header.

    Raises ``SourceError`` naming the file and the missing columns.
    """
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    found = {str(column).strip().upper(): column for column in table.columns}
    missing = [column for column in columns if column.upper() not in found]
    if missing:
        raise SourceError(f"{path.name} lacks the columns {', '.join(missing)}: it has changed.")
    chosen = table[[found[column.upper()] for column in columns]]
    return chosen.set_axis(list(columns.values()), axis=1)


def _join_by_code_or_name(districts: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Look up what a table says of each district: by code, else by its name.

    A district may change its code and keep its name and area, as Barnsley and Sheffield did.
    """
    by_code = table.drop(columns="name").drop_duplicates("ltla_code").set_index("ltla_code")
    by_name = table.drop(columns="ltla_code").drop_duplicates("name").set_index("name")
    found = by_code.reindex(districts["ltla_code"])
    named = by_name.reindex(districts["ltla_name"]).set_axis(found.index)
    joined = found.where(found.notna(), named)
    if "utla_code" in joined:  # a unitary authority is its own upper tier, under its code of today
        unitary = joined["utla_name"].eq(pd.Series(districts["ltla_name"].to_numpy(), joined.index))
        joined["utla_code"] = joined["utla_code"].where(~unitary, joined.index.to_series())
    return joined.reset_index()


def _read_upper_tier(files: Mapping[str, Mapping[str, Path]], edition: Edition) -> pd.DataFrame:
    lower, upper = edition.columns["upper"]
    columns = {
        f"{lower}CD": "ltla_code",
        f"{lower}NM": "name",
        f"{upper}CD": "utla_code",
        f"{upper}NM": "utla_name",
    }
    table = read_lookup(files["authority_lookup"]["main"], columns)
    _require_unique(table["ltla_code"], files["authority_lookup"]["main"])
    return table


def _read_msoas(files: Mapping[str, Mapping[str, Path]], edition: Edition) -> pd.DataFrame:
    path, begins = files["msoa_names"]["main"], edition.columns["msoa"]
    table = read_lookup(path, {f"{begins}CD": "msoa_code", f"{begins}NM": "msoa_name"})
    return table.drop_duplicates().reset_index(drop=True)


def _read_regions(files: Mapping[str, Mapping[str, Path]], edition: Edition) -> pd.DataFrame:
    """Region of each district; of those abolished before the lookup, from the workbook's headings.

    The names are those of the lookup, since the workbook of 2019 writes its own in capitals.
    """
    path = files["authority_lookup"]["regions"]
    district, region = edition.columns["region"]
    columns = {
        f"{district}CD": "ltla_code",
        f"{district}NM": "name",
        f"{region}CD": "region_code",
        f"{region}NM": "region_name",
    }
    table = read_lookup(path, columns)
    if edition.small_area != "LSOA 2011":
        return table
    names = table.drop_duplicates("region_code").set_index("region_code")["region_name"]
    former = _read_region_headings(files)
    older = pd.DataFrame(
        {
            "ltla_code": former.index,
            "name": "",
            "region_code": former.to_numpy(),
            "region_name": former.map(names).to_numpy(),
        }
    )
    return pd.concat([older, table], ignore_index=True)


def _read_region_headings(files: Mapping[str, Mapping[str, Path]]) -> pd.Series[str]:
    """Carry each region heading of the life expectancy workbook down to its authorities."""
    from python_calamine import CalamineError, CalamineWorkbook

    path = files["life_expectancy"]["main"]
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(HEADED_SHEET)
    except CalamineError as error:
        refused = SourceError(
            f"The life expectancy workbook {path.name} has no sheet {HEADED_SHEET!r}: it is "
            "another file. Give the right one with --file life_expectancy=PATH."
        )
        refused.blamed = ("life_expectancy",)
        raise refused from error
    codes = pd.Series([str(row[0]).strip() for row in sheet.to_python()], dtype=str)
    codes = codes[codes.str.fullmatch(r"[EWSNK]\d{8}")]
    heading = codes.where(codes.str.fullmatch(REGION_HEADING)).ffill()
    authority = codes.str.match(r"E0[6-9]") & heading.notna()
    return pd.Series(
        heading[authority].to_numpy(), index=codes[authority].to_numpy(), name="region_code"
    )


def _require_unique(codes: pd.Series[str], path: Path) -> None:
    doubled = sorted(codes[codes.duplicated()].unique())[:5]
    if doubled:
        raise SourceError(f"{path.name} lists codes more than once: {', '.join(doubled)}.")


def _require_complete(places: pd.DataFrame, edition: Edition) -> None:
    expected = SMALL_AREA_COUNTS[edition.small_area]
    if len(places) != expected:
        raise SourceError(
            f"The lookups give {len(places):,} small areas; "
            f"England has {expected:,} ({edition.small_area})."
        )
    systems = places["system_code"].nunique()
    if systems != edition.system_count:
        raise SourceError(
            f"The system lookup gives {systems} systems; "
            f"{edition.title} has {edition.system_count}."
        )
    for column in PLACE_COLUMNS:
        if column == "msoa_code" and edition.small_area != "LSOA 2011":
            continue  # no lookup of 2021 is known to list every MSOA; the name says which it is
        empty = places.index[places[column].isna() | (places[column] == "")]
        if len(empty):
            codes = ", ".join(empty[:5])
            raise SourceError(f"The lookups give no {column} for {len(empty):,} areas: {codes}.")
