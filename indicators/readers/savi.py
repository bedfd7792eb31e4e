"""Small Area Vulnerability Index, a file that a person gives -> SAVI of MSOAs of 2011.

The publisher's file name, columns and licence are not publicly recorded, so that the columns are
found by what they hold: MSOA codes, and one column of numbers.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd

from geodata.errors import SourceError
from indicators.readers.population import people_of_edition
from indicators.schema import Inputs, Reading, small_area_rows

MSOA = r"E02\d{6}"
# City of London and Isles of Scilly were left out of the model for their few people.
WITHOUT_VALUE = ("E02000001", "E02006781")
NAMES = ("savi", "vulnerab", "score", "index")
DERIVED = re.compile(
    r"rank|decile|quintile|quartile|percentile|lower|upper|lci|uci|(^|[_ ])se($|[_ ])"
)
# The score is a relative risk: a product of rate ratios of 1.08 to 1.28 per standard deviation
# (doi 10.1136/jech-2020-215227), so that 100 is far beyond any area; ranks and percentages exceed
# it somewhere, and logarithms fall below 0.
HIGHEST = 100.0


def read(inputs: Inputs) -> Reading:
    """Read SAVI by MSOA; contract rows at level ``msoa``.

    Numerator = SAVI x people of the MSOA, denominator = its people, so that a larger area is a
    population-weighted mean. The publisher makes no such mean: it is ours.
    """
    path = inputs.files["savi"]["main"]
    codes = inputs.codes("msoa")
    savi = read_savi(path)
    _refuse(savi.index.difference(codes), path, "are no MSOAs of 2011")
    absent = codes.difference(savi.index[savi.notna()]).difference(pd.Index(WITHOUT_VALUE))
    _refuse(absent, path, "have no value, City of London and Isles of Scilly aside")
    value = savi.reindex(codes)
    msoa = inputs.places["msoa_code"]
    people = people_of_edition(inputs).reindex(msoa.index).groupby(msoa).sum().reindex(codes)
    rows = small_area_rows(
        "savi",
        "savi",
        value=value,
        numerator=value * people,
        denominator=people,
        period=inputs.periods["savi"],
    )
    return Reading(table=rows.assign(level="msoa"))


def read_savi(path: Path) -> pd.Series[float]:
    """Read one number per MSOA from a CSV or xlsx with any column names, by ``area_code``.

    Raises ``SourceError`` where no or several columns could be the codes or the score, for codes
    listed twice, and for values that are no relative risk (above 0, below 100).
    """
    table = _read_table(path)
    code = _find_code(table, path)
    table = table[table[code].str.fullmatch(MSOA)].set_index(code)
    score = _find_score(table, path)
    _refuse(table.index[table.index.duplicated()], path, "are there more than once")
    savi = _numbers(table[score]).rename("savi").rename_axis("area_code")
    strange = savi.index[savi.notna() & ~savi.between(0, HIGHEST, inclusive="neither")]
    what = f"have no relative risk between 0 and {HIGHEST:g} in column {score!r}"
    _refuse(strange, path, f"{what} (rename the column of SAVI to savi)")
    return savi


def _read_table(path: Path) -> pd.DataFrame:
    """Read every cell as text; the encoding is UTF-8, else latin-1."""
    content = path.read_bytes()
    if content.startswith(b"PK"):
        return _read_workbook(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise SourceError(f"{path.name} is no text: give SAVI by MSOA as CSV or xlsx.")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except ValueError as error:  # pandas' own parser errors are ValueErrors
        reason = " ".join(str(error).split())
        raise SourceError(
            f"{path.name} cannot be read as a table: give SAVI by MSOA as CSV or xlsx ({reason})."
        ) from error
    return _tidy(table)


def _read_workbook(path: Path) -> pd.DataFrame:
    """Read the first sheet that holds MSOA codes; the row above the first of them is the header."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(f"{path.name} is no workbook that can be read: {error}.") from error
    for rows in sheets:
        cells = [[str(cell).strip() for cell in row] for row in rows]
        first = next(
            (i for i, row in enumerate(cells) if any(re.fullmatch(MSOA, c) for c in row)), 0
        )
        if first:
            return _tidy(pd.DataFrame(cells[first:], columns=pd.Index(cells[first - 1]), dtype=str))
    raise SourceError(f"{path.name} has no sheet with codes of MSOAs (E02...) under a header.")


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    names: list[str] = []
    for number, name in enumerate(table.columns, start=1):
        plain = " ".join(str(name).split())
        names.append(plain if plain and plain not in names else f"{plain} (column {number})")
    return pd.DataFrame(
        {name: table.iloc[:, i].astype(str).str.strip() for i, name in enumerate(names)}
    )


def _find_code(table: pd.DataFrame, path: Path) -> str:
    shares = {str(name): table[name].str.fullmatch(MSOA).sum() for name in table.columns}
    most = max(shares.values(), default=0)
    found = [name for name, count in shares.items() if count == most and most > 0]
    if not found:
        raise SourceError(
            f"{path.name} has no column of MSOA codes (E02...): its columns are {_listed(table)}. "
            "Give SAVI by MSOA of 2011."
        )
    if len(found) > 1:
        raise SourceError(
            f"{path.name} has several columns of MSOA codes ({', '.join(found)}): "
            "keep the one of 2011."
        )
    return found[0]


def _find_score(table: pd.DataFrame, path: Path) -> str:
    """Return the column of the score: by its name, else the only one that holds numbers."""
    numeric = [str(name) for name in table.columns if _is_numeric(table[name])]
    candidates = [name for name in numeric if not DERIVED.search(name.lower())]
    for part in NAMES:
        named = [name for name in candidates if part in name.lower()]
        named = [name for name in named if name.lower() == part] or named
        if len(named) == 1:
            return named[0]
        if named:
            break
    if len(candidates) == 1:
        return candidates[0]
    raise SourceError(
        f"{path.name}: which column is SAVI? Of {_listed(table)}, {len(candidates)} hold numbers "
        "and could be it. Rename it to savi."
    )


def _is_numeric(cells: pd.Series[str]) -> bool:
    numbers = _numbers(cells)
    return bool(numbers.notna().any() and (numbers.notna() | cells.isin(["", "NA", "NaN"])).all())


def _numbers(cells: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(cells, errors="coerce").astype(float)


def _listed(table: pd.DataFrame) -> str:
    return ", ".join(str(name)[:40] for name in table.columns[:20])


def _refuse(codes: pd.Index, path: Path, what: str) -> None:
    if len(codes):
        listed = ", ".join(dict.fromkeys(codes.astype(str)[:5]))
        raise SourceError(f"{path.name}: {len(codes):,} areas {what}: {listed}.")
