"""Feature services of ArcGIS, read page by page and checked against their own count.

No network code: a page is asked for through ``Read``. A ``parse`` function raises ``ValueError``
or ``ChangedError`` for an answer that is worth asking for again, ``SourceError`` for one that is
not.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from geodata.contents import ChangedError
from geodata.errors import SourceError
from geodata.progress import Note
from geodata.sources import Part

THREADS = 4
MOST_ROWS = 2_000_000
"""More than any table here by far: a count beyond it is a mistake, not a table to page through."""
SAID_LETTERS = 200
T = TypeVar("T")
Report = Callable[[str], None]
Row = dict[str, Any]


class Read(Protocol):
    """Ask an address, with retries, and return what ``parse`` makes of the body.

    With ``keep``, the body stays beside the raw file until the fetch is complete, so that an
    interrupted fetch need not ask again; a changed ``keep`` (such as the count) asks anew.
    """

    def __call__(
        self, url: str, params: Mapping[str, str], parse: Callable[[bytes], T], *, keep: str = ""
    ) -> T:
        """Return ``parse(body)``."""
        ...


class RenamedError(Exception):
    """The service name is not known to the server any more."""


def write(part: Part, title: str, target: Path, read: Read, report: Report) -> str:
    """Write the whole layer to ``target`` and return the address that gave it."""
    service = part.service
    try:
        count = _ask_count(part, service, read)
    except RenamedError:
        service = _find_service(part, read)
        count = _ask_count(part, service, read)
    rows: list[Row] = []
    for page in _pages(part, service, count, read):
        rows += page
        report(Note(title, part=part.name, done=len(rows), total=count))
    _check_keys(part, rows)
    if len(rows) != count:
        raise ValueError(f"it gave {len(rows):,} rows of {service} where it counts {count:,}")
    (_write_geojson if part.geometry else _write_csv)(part, rows, target)
    return f"{_query_url(part, service)}?{urlencode(_params(part))}"


def _query_url(part: Part, service: str) -> str:
    return f"{part.url.rstrip('/')}/{quote(service, safe='')}/FeatureServer/0/query"


def _fields(part: Part) -> list[str]:
    return [name.strip() for name in part.params.get("outFields", "*").split(",")]


def _keys(part: Part) -> list[str]:
    return [name.strip() for name in part.key.split(",") if name.strip()]


def _params(part: Part) -> dict[str, str]:
    fields = _fields(part)
    if fields != ["*"]:
        known = {name.lower() for name in fields}
        fields += [key for key in _keys(part) if key.lower() not in known]
    shape = (
        {"f": "geojson", "outSR": "27700", "returnGeometry": "true"}
        if part.geometry
        else {"f": "json", "returnGeometry": "false"}
    )
    order = {"orderByFields": part.key} if part.key else {}
    return {"where": "1=1", **shape, **part.params, **order, "outFields": ",".join(fields)}


def read_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer; an error inside HTTP 200 counts as an error."""
    text = body.decode("utf-8-sig")
    if not text.strip():
        raise ValueError("it answered with an empty file")
    if text.lstrip().startswith("<"):
        raise ValueError("it answered with a web page instead of data")
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("it answered with something that is no sensible JSON") from error
    if not isinstance(content, dict):
        raise ValueError("it answered with something other than a JSON object")
    trouble = content.get("error")
    if trouble:
        details = trouble if isinstance(trouble, dict) else {"message": trouble}
        message = say_plainly(details.get("message") or "no reason given")
        if "Invalid URL" in [message, *(details.get("details") or [])]:
            raise RenamedError(message)
        raise ValueError(f"it answered with the error '{message}'")
    return content


def say_plainly(text: object) -> str:
    """Return what a publisher said as one short line without control characters."""
    words = " ".join(str(text).split())
    return "".join(letter for letter in words if letter.isprintable())[:SAID_LETTERS]


def _ask_count(part: Part, service: str, read: Read) -> int:
    def parse(body: bytes) -> int:
        count = read_body(body).get("count")
        if not isinstance(count, int) or not 1 <= count <= MOST_ROWS:
            raise ValueError(f"it did not count the rows of {service}")
        return count

    params = {"where": part.params.get("where", "1=1"), "returnCountOnly": "true", "f": "json"}
    return read(_query_url(part, service), params, parse)


def _find_service(part: Part, read: Read) -> str:
    def parse(body: bytes) -> list[str]:
        services = read_body(body).get("services")
        if not isinstance(services, list):
            raise ValueError("its list of services is missing")
        return [str(entry.get("name", "")) for entry in services if isinstance(entry, dict)]

    if part.service_pattern:
        names = read(part.url, {"f": "pjson"}, parse)
        found = [name for name in names if re.fullmatch(part.service_pattern, name)]
        if found:
            return max(found, key=_version)
    raise SourceError(
        f"The service {part.service} is no longer published at {part.url} and no other name fits "
        f"{part.service_pattern!r}; look up its new name or give a local copy with --file."
    )


def _version(name: str) -> list[tuple[int, str]]:
    """Return what orders V9 before V10."""
    return [
        (int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)
    ]


def _pages(part: Part, service: str, count: int, read: Read) -> Iterator[list[Row]]:
    """Yield the pages in order; the size of the first one guides but is never trusted."""
    first = _page(part, service, count, read, offset=0, least=1)
    yield first
    size = len(first)
    offset = size
    with ThreadPoolExecutor(THREADS) as pool:
        ahead = pool.map(
            lambda start: _page(part, service, count, read, offset=start, least=size),
            range(size, count, size),
        )
        for page in ahead:
            yield page
            offset += len(page)
            if len(page) != size:
                break
    while offset < count:
        page = _page(part, service, count, read, offset=offset, least=1)
        yield page
        offset += len(page)


def _page(
    part: Part, service: str, count: int, read: Read, *, offset: int, least: int
) -> list[Row]:
    """Read one page; without the flag for more it must reach the end or have ``least`` rows."""

    def parse(body: bytes) -> list[Row]:
        content = read_body(body)
        features = content.get("features")
        if not isinstance(features, list) or not features:
            raise ValueError(f"it gave no rows of {service} from row {offset:,} on")
        nested = content.get("properties")
        more = content.get("exceededTransferLimit") or (
            isinstance(nested, dict) and nested.get("exceededTransferLimit")
        )
        end = offset + len(features)
        if end > count or (end < count and not more and len(features) < least):
            raise ValueError(f"its page of {service} from row {offset:,} on has the wrong length")
        _check_fields(part, service, features)
        _check_keys(part, features)
        return features

    params = {**_params(part), "resultOffset": str(offset)}
    return read(_query_url(part, service), params, parse, keep=f"{offset} of {count}")


def _values(part: Part, feature: object) -> dict[str, Any]:
    kind = "properties" if part.geometry else "attributes"
    values = feature.get(kind) if isinstance(feature, dict) else None
    if not isinstance(values, dict):
        raise ValueError("it gave a row without values")
    return {name.lower(): value for name, value in values.items()}


def _check_fields(part: Part, service: str, features: list[Row]) -> None:
    needed = [*_fields(part), *_keys(part)]
    for feature in features:
        present = _values(part, feature)
        for name in needed:
            if name != "*" and name.lower() not in present:
                raise ChangedError(
                    f"The service {service} has no column {name} any more; "
                    "check for a newer edition or give a local copy with --file."
                )


def _check_keys(part: Part, features: list[Row]) -> None:
    """Refuse a row that came twice: by its key, without one by all that was asked for."""
    keys = [key.lower() for key in _keys(part)]
    seen: set[tuple[str, ...]] = set()
    for feature in features:
        values = _values(part, feature)
        key = tuple(str(values[name]) for name in keys or sorted(values))
        if key in seen:
            raise ValueError(f"it gave the row {say_plainly(', '.join(key))} twice")
        seen.add(key)


def _write_geojson(part: Part, features: list[Row], target: Path) -> None:
    srid = part.params.get("outSR", "27700")
    crs = {"type": "name", "properties": {"name": f"EPSG:{srid}"}}
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"type":"FeatureCollection","crs":{json.dumps(crs)},"features":[\n')
        for number, feature in enumerate(features):
            file.write(",\n" if number else "")
            file.write(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
        file.write("\n]}\n")


def _write_csv(part: Part, features: list[Row], target: Path) -> None:
    fields = _fields(part)
    if fields == ["*"]:
        fields = list(features[0]["attributes"])
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(fields)
        for feature in features:
            values = _values(part, feature)
            writer.writerow([values.get(name.lower()) for name in fields])
