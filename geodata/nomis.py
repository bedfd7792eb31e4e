"""Tables of Nomis, read 25,000 rows at a time and checked against RECORD_COUNT.

Nomis cuts longer answers without a word and answers a year it does not have with the newest one;
both are caught here. No network code: a page is asked for through ``Read``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from geodata.arcgis import MOST_ROWS, Read, Report, say_plainly
from geodata.contents import ChangedError
from geodata.errors import SourceError
from geodata.progress import Note
from geodata.sources import Part

PAGE_ROWS = 25_000
Row = tuple[str, ...]


def write(part: Part, title: str, target: Path, read: Read, report: Report) -> str:
    """Write the whole table to ``target`` and return the address that gave it."""
    params = _params(part)
    seen: set[Row] = set()
    header: Row = ()
    rows: list[Row] = []
    count = -1
    while count < 0 or len(rows) < count:
        page_header, page, count = _page(part, params, read, seen, offset=len(rows), count=count)
        if header and page_header != header:
            raise ValueError("its pages have different columns")
        header = page_header
        seen.update(page)
        rows += page
        report(Note(title, part=part.name, done=len(rows), total=count))
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return f"{part.url}?{urlencode(params)}"


def _params(part: Part) -> dict[str, str]:
    params = dict(part.params)
    if "select" in params:
        names = [name.strip() for name in params["select"].split(",")]
        known = {name.upper() for name in names}
        wanted = ["RECORD_COUNT", *(["DATE_NAME"] if _years(params) else [])]
        params["select"] = ",".join([*names, *(name for name in wanted if name not in known)])
    return params


def _years(params: Mapping[str, str]) -> set[str]:
    """Return the dates that were asked for by name, empty where the newest one is wanted."""
    years = {year.strip() for year in params.get("date", "latest").split(",")}
    return years if all(year.isdigit() for year in years) else set()


def _page(
    part: Part, params: Mapping[str, str], read: Read, seen: set[Row], *, offset: int, count: int
) -> tuple[Row, list[Row], int]:
    def parse(body: bytes) -> tuple[Row, list[Row], int]:
        header, rows = _read_csv(body)
        _check_columns(part, params, header)
        _check_year(part, params, header, rows)
        column = header.index("RECORD_COUNT")
        counts = {int(row[column]) for row in rows}
        if len(counts) != 1 or (count >= 0 and counts != {count}):
            raise ValueError("it changed its RECORD_COUNT on the way")
        total = counts.pop()
        if total > MOST_ROWS:
            raise ValueError(f"it counts {total:,} rows, more than any table has")
        if len(set(rows)) != len(rows) or not seen.isdisjoint(rows):
            raise ValueError(f"it repeated rows in its page from row {offset:,} on")
        if offset + len(rows) > total:
            raise ValueError(f"it gave more rows than its RECORD_COUNT of {total:,}")
        return header, rows, total

    asked = {**params, "RecordLimit": str(PAGE_ROWS), "RecordOffset": str(offset)}
    return read(part.url, asked, parse, keep=f"{offset} of {count}" if offset else "")


def _read_csv(body: bytes) -> tuple[Row, list[Row]]:
    text = body.decode("utf-8-sig")
    if not text.strip():
        raise ValueError("it answered with an empty file")
    if text.lstrip()[:1] in ("<", "{"):
        raise ValueError("it answered with a web page instead of data")
    try:
        table = [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise ValueError("it answered with something that is no table") from error
    if len(table) < 2:
        raise ValueError("it answered with a header and no rows")
    header = tuple(name.strip().upper() for name in table[0])
    rows = table[1:]
    if any(len(row) != len(header) for row in rows):
        raise ValueError("it answered with rows that are cut")
    return header, rows


def _check_columns(part: Part, params: Mapping[str, str], header: Row) -> None:
    needed = {name.strip().upper() for name in params.get("select", "").split(",") if name.strip()}
    needed.add("RECORD_COUNT")
    if _years(params):
        needed.add("DATE_NAME")
    missing = sorted(needed - set(header))
    if missing:
        raise ChangedError(
            f"The Nomis table {part.url} came without the column {', '.join(missing)}; "
            "check its dimensions or give a local copy with --file."
        )


def _check_year(part: Part, params: Mapping[str, str], header: Row, rows: list[Row]) -> None:
    years = _years(params)
    if not years:
        return
    column = header.index("DATE_NAME")
    others = sorted({row[column] for row in rows} - years)
    if others:
        raise SourceError(
            f"The Nomis table {part.url} answered with {say_plainly(', '.join(others[:5]))} where "
            f"{', '.join(sorted(years))} was asked for; ask for a year that it has."
        )
