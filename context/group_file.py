"""A named group of small areas, read from a file that a person gives."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import RequestError, VintageError
from geodata.fit import vintages_of
from geodata.names import shown_text

if TYPE_CHECKING:
    import pandas as pd

    from geodata.store import Store

MOST_BYTES = 5_000_000
SHOWN_CODES = 5
_NO_LIST = "{} is no list of codes: give a CSV or text file with one small-area code per line."
LONGEST_NAME = 80
HEADINGS = re.compile(r"(lsoa|small|area|geograph|feature|code|gss|id\b|cd\b|fid)", re.IGNORECASE)
_CODE = re.compile(r"[EW]01\d{6}")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Small areas under one name; ``codes`` are sorted."""

    name: str
    codes: tuple[str, ...]


def read_group(
    path: Path, store: Store, system_code: str, *, fit: pd.DataFrame | None = None
) -> Group:
    """Read a group of small areas of one system from a CSV or text file.

    One column holds the codes (one per line); a line of words above them names the group, as
    does a line that begins with "#", else the name of the file does. Headings of a table name
    nothing. ``fit`` (``fit.read_fit``) tells codes of another vintage apart. Raises
    ``RequestError`` or ``VintageError`` for a file that cannot be read, and for codes that are
    malformed, doubled, unknown, of another vintage or outside the system: nothing is left out
    silently.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and size <= MOST_BYTES else b""
    except OSError as error:
        raise RequestError(
            f"{path} cannot be read ({error.strerror or error}): check --focus-file."
        ) from error
    if size > MOST_BYTES or not path.is_file():
        raise RequestError(_NO_LIST.format(path.name))
    return parse_group(content, path.name, store, system_code, fit=fit)


def parse_group(
    content: bytes,
    file_name: str,
    store: Store,
    system_code: str,
    *,
    fit: pd.DataFrame | None = None,
) -> Group:
    """Read a group from the content of a file, as ``read_group`` does from a path."""
    if len(content) > MOST_BYTES or b"\0" in content:
        raise RequestError(_NO_LIST.format(file_name))
    rows = _read_rows(content, file_name)
    name, codes = _split_heading(rows, file_name)
    _require_codes(codes, file_name)
    _require_edition(codes, file_name, store, system_code, fit)
    return Group(name=name, codes=tuple(sorted(codes)))


def _read_rows(content: bytes, file_name: str) -> list[list[str]]:
    """Return the cells of every line that is not empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = next((line for line in text.splitlines() if _CODE.search(line.upper())), "")
    delimiter = max(",;\t", key=first.count)
    try:
        parsed = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise RequestError(f"{file_name} is no table that can be read: {error}.") from error
    rows = [[cell.strip() for cell in row] for row in parsed]
    return [row for row in rows if any(row)]


def _split_heading(rows: Sequence[list[str]], file_name: str) -> tuple[str, list[str]]:
    """Return the name of the group and its codes."""
    start = next(
        (i for i, row in enumerate(rows) if any(_CODE.fullmatch(cell.upper()) for cell in row)),
        None,
    )
    if start is None:
        raise RequestError(
            f"{file_name} holds no small-area codes: give one code such as E01015023 per line."
        )
    column = next(i for i, cell in enumerate(rows[start]) if _CODE.fullmatch(cell.upper()))
    codes = [row[column].upper() if column < len(row) else "" for row in rows[start:]]
    named = [_name_in(row) for row in rows[:start]]
    name = next((name for name in named if name), "") or shown_text(Path(file_name).stem)
    return name[:LONGEST_NAME].strip() or "Group", codes


def _name_in(row: Sequence[str]) -> str:
    """Return the name that a line above the codes gives, empty where it is a table's heading."""
    cells = [cell for cell in row if cell]
    text = cells[0]
    if text.startswith("#"):
        return shown_text(text.lstrip("# "))
    if len(cells) > 1 or HEADINGS.search(text):
        return ""
    return shown_text(text)


def _require_codes(codes: Sequence[str], file_name: str) -> None:
    malformed = [code for code in codes if not _CODE.fullmatch(code)]
    if malformed:
        listed = ", ".join(f'"{shown_text(code)[:20]}"' for code in malformed[:SHOWN_CODES])
        raise RequestError(
            f"{file_name} holds {len(malformed):,} lines without a small-area code: {listed}. "
            "Correct or delete them."
        )
    doubled = sorted(code for code, times in Counter(codes).items() if times > 1)
    if doubled:
        raise RequestError(
            f"{file_name} lists {len(doubled):,} codes more than once: {_listed(doubled)}. "
            "Leave each only once."
        )


def _require_edition(
    codes: Sequence[str], file_name: str, store: Store, system_code: str, fit: pd.DataFrame | None
) -> None:
    inside = store.places(system_code)
    outside = sorted(set(codes) - set(inside.index))
    if not outside:
        return
    edition = store.edition
    if fit is not None:
        counts = vintages_of(fit, codes)
        if counts[edition.small_area] < len(codes) and max(counts.values()) > 0:
            said = " and ".join(f"{n:,} are of {vintage}" for vintage, n in counts.items())
            strange = len(set(codes) - set(fit["area_code_2011"]) - set(fit["area_code_2021"]))
            rest = f", and {strange:,} are of neither" if strange else ""
            raise VintageError(
                f"Of the {len(codes):,} codes in {file_name}, {said}{rest}; edition {edition.id} "
                f"uses {edition.small_area}. Give codes of that vintage or choose another edition."
            )
    system = str(inside["system_name"].iloc[0])
    if len(outside) == len(codes):
        raise RequestError(
            f"None of the {len(codes):,} codes in {file_name} lies in {system} in edition "
            f"{edition.id} ({edition.small_area}): check the system and the edition."
        )
    raise RequestError(
        f"Of the {len(codes):,} codes in {file_name}, {len(outside):,} do not lie in {system} in "
        f"edition {edition.id} ({edition.small_area}): {_listed(outside)}. Take them out, or "
        "check the system and the edition."
    )


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - SHOWN_CODES:,} more" if len(codes) > SHOWN_CODES else ""
    return ", ".join(codes[:SHOWN_CODES]) + more
