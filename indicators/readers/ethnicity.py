"""Census tables of ethnic groups (KS201EW of 2011, TS021 of 2021) -> counts and shares.

In both tables, as published, the five broad groups sum to the residents exactly, in each of the
32,844 small areas of 2011 and the 33,755 of 2021: any difference means another or a damaged table.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

import pandas as pd

from geodata.errors import SourceError
from indicators.aggregate import too_few
from indicators.catalogue import catalogue
from indicators.readers.deprivation import MOST_DEPRIVED_DECILES, read_index
from indicators.schema import Inputs, Missing, Reading, small_area_rows

INDICATOR = "ethnicity"
EVERYONE = "people"
BROAD_GROUPS = ("asian", "black", "mixed", "white", "other")
MINORITY = "minority_ethnic"
WHITE_BRITISH = "white_british"
NOT_WHITE_BRITISH = "share_not_white_british"

# KS201EW: the item codes of Nomis and how their names begin. A table that numbers its groups in
# another way would give plausible figures for the wrong people.
CELLS = {
    0: (EVERYONE, "All"),
    300: ("asian", "Asian"),
    400: ("black", "Black"),
    200: ("mixed", "Mixed"),
    100: ("white", "White"),
    500: ("other", "Other"),
    1: (WHITE_BRITISH, "White: English"),
}
# TS021: the bulk file may hold detailed groups between the broad ones, so labels are matched whole.
LABELS = {
    EVERYONE: "Ethnic group: Total: All usual residents",
    "asian": "Ethnic group: Asian, Asian British or Asian Welsh",
    "black": "Ethnic group: Black, Black British, Black Welsh, Caribbean or African",
    "mixed": "Ethnic group: Mixed or Multiple ethnic groups",
    "white": "Ethnic group: White",
    "other": "Ethnic group: Other ethnic group",
    WHITE_BRITISH: "Ethnic group: White: English, Welsh, Scottish, Northern Irish or British",
}
LABEL_CODE = "geography code"
MEMBER = "census2021-ts021-lsoa.csv"
MEMBER_MB = 100


def read(inputs: Inputs) -> Reading:
    """Read residents by ethnic group; contract rows at level ``lsoa``.

    Shares are of all residents. ``share_most_deprived_20_GROUP``: residents of the group in
    small areas of IMD decile 1 or 2, by all residents of the group. ``share_not_white_british``
    is missing where the table has the broad groups alone.
    """
    path = inputs.files[INDICATOR]["main"]
    people = read_bulk(path) if path.suffix == ".zip" else read_cells(path)
    _require_areas(people, inputs, path)
    everyone, period = people[EVERYONE], inputs.periods[INDICATOR]
    deprived = _deprived(people.index, inputs)
    when = f"{inputs.periods['iod']}, people of {period}"
    parts = []
    for group in (MINORITY, *BROAD_GROUPS):
        count = everyone - people["white"] if group == MINORITY else people[group]
        parts += [
            _share(f"share_{group}", count, everyone, period),
            _rows(f"people_{group}", count, count, everyone, period),
            _inside(f"share_most_deprived_20_{group}", deprived, count, when),
        ]
    missing = []
    if WHITE_BRITISH in people:
        count = everyone - people[WHITE_BRITISH]
        parts.append(_share(NOT_WHITE_BRITISH, count, everyone, period))
    else:
        missing.append(_without_white_british(inputs))
    return Reading(table=pd.concat(parts, ignore_index=True), missing=tuple(missing))


def read_cells(path: Path) -> pd.DataFrame:
    """Read KS201EW as Nomis answers, one row per area and cell; residents by ``area_code``.

    Columns ``people``, ``BROAD_GROUPS`` and, where the table has it, ``white_british``. Raises
    ``SourceError`` for missing columns or cells (Nomis drops codes that a table lacks without a
    word), cells of another name, doubled rows, cells that are no counts, and groups that do not
    sum to the residents.
    """
    table = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    table.columns = pd.Index([str(name).strip().upper() for name in table.columns])
    _require_columns(table, ["GEOGRAPHY_CODE", "CELL", "CELL_NAME", "OBS_VALUE"], path)
    table = table[table["CELL"].isin([str(cell) for cell in CELLS])]
    doubled = table.duplicated(["GEOGRAPHY_CODE", "CELL"])
    _refuse(table.loc[doubled, "GEOGRAPHY_CODE"], path, "CELL", "are there more than once")
    for cell, (group, begins) in CELLS.items():
        names = table.loc[table["CELL"] == str(cell), "CELL_NAME"]
        strange = names[~names.str.startswith(begins)]
        if len(strange):
            raise SourceError(
                f"{path.name}: cell {cell} (column CELL_NAME) is {strange.iloc[0]!r}, "
                f"not {begins!r}: the table has changed."
            )
        if not len(names) and group != WHITE_BRITISH:
            raise SourceError(f"{path.name} lacks the cell {cell}, {begins} (column CELL).")
    wide = table.pivot(index="GEOGRAPHY_CODE", columns="CELL", values="OBS_VALUE")
    columns = {group: str(cell) for cell, (group, _) in CELLS.items() if str(cell) in wide}
    return _counts(wide, columns, path)


def read_bulk(path: Path) -> pd.DataFrame:
    """Read TS021 from the bulk zip of the Census 2021; frame and errors as of ``read_cells``."""
    content = _read_member(path)
    try:
        table = pd.read_csv(
            io.BytesIO(content), encoding="utf-8-sig", dtype=str, keep_default_na=False
        )
    except ValueError as error:  # pandas' own parser errors are ValueErrors
        reason = " ".join(str(error).split())
        raise SourceError(f"{path.name}: {MEMBER} is no table ({reason}).") from error
    table.columns = pd.Index([" ".join(str(name).split()) for name in table.columns])
    broad = [label for group, label in LABELS.items() if group != WHITE_BRITISH]
    _require_columns(table, [LABEL_CODE, *broad], path)
    doubled = table.loc[table.duplicated(LABEL_CODE), LABEL_CODE]
    _refuse(doubled, path, LABEL_CODE, "are there more than once")
    columns = {group: label for group, label in LABELS.items() if label in table.columns}
    return _counts(table.set_index(LABEL_CODE), columns, path)


def _read_member(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            found = [e for e in archive.infolist() if PurePosixPath(e.filename).name == MEMBER]
            if len(found) != 1:
                raise SourceError(
                    f"{path.name} holds {len(found)} files {MEMBER} instead of one: it has changed."
                )
            if found[0].file_size > MEMBER_MB * 1_000_000:
                raise SourceError(f"{path.name}: {MEMBER} is over {MEMBER_MB} MB.")
            return archive.read(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{path.name} is a damaged or locked zip: {error}.") from error


def _counts(wide: pd.DataFrame, columns: dict[str, str], path: Path) -> pd.DataFrame:
    """Turn text into residents by group, without Wales; hold the parts to the whole."""
    england = wide[~wide.index.astype(str).str.startswith("W")]
    people = pd.DataFrame(
        {
            group: pd.to_numeric(england[label], errors="coerce").astype(float)
            for group, label in columns.items()
        }
    ).rename_axis("area_code")
    for group, label in columns.items():
        whole = people[group].ge(0) & people[group].mod(1).eq(0)
        _refuse(people.index[~whole], path, label, "are no number of people")
    summed = people[list(BROAD_GROUPS)].sum(axis=1)
    differ = people.index[summed != people[EVERYONE]]
    _refuse(differ, path, columns[EVERYONE], "are not the sum of their five broad groups")
    if WHITE_BRITISH in people:
        more = people.index[people[WHITE_BRITISH] > people["white"]]
        _refuse(more, path, columns[WHITE_BRITISH], "are more than all White people")
    return people.sort_index()


def _require_areas(people: pd.DataFrame, inputs: Inputs, path: Path) -> None:
    expected = inputs.codes("lsoa")
    vintage = inputs.edition.small_area
    _refuse(people.index.difference(expected), path, "area code", f"are not of {vintage}")
    _refuse(expected.difference(people.index), path, "area code", "are not there")


def _deprived(codes: pd.Index[str], inputs: Inputs) -> pd.Series[bool]:
    """Say which small areas are among the 20% most deprived; the index must have the same areas."""
    path = inputs.files["iod"]["main"]
    decile = read_index(path, inputs.edition)["imd_decile"]
    _refuse(codes.symmetric_difference(decile.index), path, "area code", "differ from the census")
    return decile.reindex(codes) <= MOST_DEPRIVED_DECILES


def _share(
    measure: str, count: pd.Series[float], everyone: pd.Series[float], period: str
) -> pd.DataFrame:
    value = (100.0 * count / everyone).where(everyone > 0)
    return _rows(measure, value, count, everyone, period)


def _inside(
    measure: str, deprived: pd.Series[bool], group: pd.Series[float], period: str
) -> pd.DataFrame:
    """Lay out the group in deprived areas by the group; where nobody is of it, 0 of 0 people."""
    rows = _rows(measure, 100.0 * deprived, group.where(deprived, 0.0), group, period)
    nobody = rows["denominator"] == 0
    return rows.assign(
        value=rows["value"].mask(nobody),
        status=rows["status"].mask(nobody, too_few(catalogue().measure(measure))),
    )


def _rows(
    measure: str,
    value: pd.Series[float],
    numerator: pd.Series[float],
    denominator: pd.Series[float],
    period: str,
) -> pd.DataFrame:
    return small_area_rows(
        INDICATOR,
        measure,
        value=value,
        numerator=numerator,
        denominator=denominator,
        period=period,
    )


def _without_white_british(inputs: Inputs) -> Missing:
    period = inputs.periods[INDICATOR]
    fetch = f"incontext fetch --edition {inputs.edition.id} --file {INDICATOR}=PATH"
    return Missing(
        measure=NOT_WHITE_BRITISH,
        reason=f"The table of {period} came with the five broad ethnic groups alone: White British "
        "people are not told apart from other White people by small area.",
        remedy=f"Give the same table with its detailed groups by small area ({fetch}).",
    )


def _require_columns(table: pd.DataFrame, columns: list[str], path: Path) -> None:
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise SourceError(f"{path.name} lacks the columns {', '.join(absent)}: it has changed.")
    twice = [name for name in columns if (table.columns == name).sum() > 1]
    if twice:
        raise SourceError(f"{path.name} has the columns {', '.join(twice)} more than once.")


def _refuse(codes: pd.Index | pd.Series[str], path: Path, column: str, what: str) -> None:
    if len(codes):
        listed = ", ".join(list(dict.fromkeys(codes.astype(str)))[:5])
        raise SourceError(f"{path.name}: entries of column {column} {what}: {listed}.")
