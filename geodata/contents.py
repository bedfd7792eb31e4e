"""What a raw file must hold before it is kept: the checks that need no reader.

``ValueError`` means a spoiled answer and ``ChangedError`` another file than promised; both are
worth asking for again. Any other ``SourceError`` is final.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from pathlib import Path

from geodata.errors import SourceError
from geodata.sources import Part

CHUNK = 1 << 16
MEGABYTE = 1_000_000
GZIP = b"\x1f\x8b"
ZIP = b"PK"
TEXT_SUFFIXES = {".csv", ".geojson", ".json"}
ZIP_SUFFIXES = {".zip", ".xlsx"}
UNPACKED_TIMES = 20
"""A workbook or zip may grow this often beyond the limit of its part when it is unpacked."""
WEB_PAGE = re.compile(rb"<(!doctype html|html|head|body|\?xml|!--)", re.IGNORECASE)
ERROR = re.compile(rb'\{\s*"error"')


class ChangedError(SourceError):
    """A file without what it is known for: perhaps a notice in its place, so asked for again."""


def check_size(size: int, part: Part, name: str, *, times: int = 1) -> None:
    """Refuse a file beyond the limit of its part."""
    if size > times * part.max_mb * MEGABYTE:
        raise SourceError(
            f"{name} is larger than the {times * part.max_mb:,} MB that are expected; "
            "check that it is the right file."
        )


def unpack(path: Path, part: Part, name: str) -> None:
    """Unpack a gzip file in place, never beyond the limit of its part."""
    with path.open("rb") as file:
        if file.read(len(GZIP)) != GZIP:
            return
    plain = path.with_name(f"{path.name}.plain")
    try:
        size = 0
        with gzip.open(path) as source, plain.open("wb") as target:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                check_size(size, part, name)
                target.write(chunk)
        plain.replace(path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError("it answered with a gzip file that is cut or damaged") from error
    finally:
        plain.unlink(missing_ok=True)


def check_file(path: Path, part: Part, name: str) -> None:
    """Check that a file is what its part promises.

    A suffix other than of a text or a zip says that either will do (a table or a workbook).
    """
    with path.open("rb") as file:
        start = file.read(CHUNK)
        _check_start(start)
        is_zip, is_text = start.startswith(ZIP), part.suffix in TEXT_SUFFIXES
        if part.suffix in ZIP_SUFFIXES or (is_zip and not is_text):
            _check_zip(path, part, name)
            return
        if is_zip:
            raise ValueError(f"it answered with a zip file or workbook instead of a {part.suffix}")
        file.seek(0)
        _check_text(file)
        _check_promised(start, part, name)
        if part.suffix == ".csv" and part.kind == "file":
            file.seek(0)
            _check_rows(file)


def _check_start(start: bytes) -> None:
    words = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not words:
        raise ValueError("it answered with an empty file")
    if WEB_PAGE.match(words):
        raise ValueError("it answered with a web page instead of data")
    if ERROR.match(words):
        raise ValueError("it answered with an error instead of data")


def _check_promised(start: bytes, part: Part, name: str) -> None:
    text = start.decode("utf-8-sig", errors="replace")
    for promised in part.must_contain:
        if promised not in text:
            raise ChangedError(
                f"{name} does not contain {promised!r} where it is expected; "
                "check that it is the right file and edition."
            )


def _check_zip(path: Path, part: Part, name: str) -> None:
    """Read every member once: the checksums inside notice what the length does not."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(
                sum(member.file_size for member in archive.infolist()),
                part,
                name,
                times=UNPACKED_TIMES,
            )
            damaged = archive.testzip()
            whole = part.suffix != ".xlsx" or "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"it answered with something that is no whole {part.suffix} file"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise SourceError(
            f"{name} is locked with a password or packed in an unknown way; give it unlocked."
        ) from error
    if damaged is not None or not whole:
        raise ValueError(f"it answered with something that is no whole {part.suffix} file")


def _check_text(file: io.BufferedReader) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while chunk := file.read(CHUNK):
        if "\0" in decoder.decode(chunk):
            raise ValueError("it answered with bytes that are no text")
    decoder.decode(b"", final=True)


def _check_rows(file: io.BufferedReader) -> None:
    """A published table has rows, and none of them twice."""
    seen: set[int] = set()
    count = 0
    try:
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(text):
                if any(row):
                    count += 1
                    seen.add(hash(tuple(row)))
    except csv.Error as error:
        raise ValueError("it answered with something that is no table") from error
    if count < 2:
        raise ValueError("it answered with a header and no rows")
    if len(seen) < count:
        raise ValueError(f"it repeated {count - len(seen):,} rows")
