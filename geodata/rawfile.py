"""Raw files in the cache: what is kept beside them, and the checks before one takes its place."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from geodata.errors import SourceError
from geodata.sources import Dataset, Part

CHUNK = 1 << 16
MEGABYTE = 1_000_000
TEXT_SUFFIXES = {".csv", ".geojson", ".json"}
ZIP_SUFFIXES = {".zip", ".xlsx"}


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A checked file as the publisher sent it, or as a person gave it."""

    dataset: str
    part: str
    path: Path
    url: str
    sha256: str
    size: int
    downloaded_at: str
    reused: bool


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A raw file in the cache with what is needed to ask whether it is still current."""

    raw: RawFile
    etag: str
    last_modified: str

    @property
    def age_days(self) -> float:
        """How long ago the file was downloaded."""
        then = datetime.fromisoformat(self.raw.downloaded_at)
        return (datetime.now(UTC) - then).total_seconds() / 86_400


def sidecar(path: Path) -> Path:
    """Return the file that says where the raw file ``path`` came from."""
    return path.with_name(f"{path.name}.json")


def identity(part: Part) -> str:
    """Return a digest of what a raw file was asked with; the checks do not count."""
    declared = asdict(part)
    for about_checks in ("must_contain", "max_mb"):
        declared.pop(about_checks)
    declared["params"] = dict(part.params)
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()


def recall(dataset: Dataset, part: Part, path: Path) -> Kept | None:
    """Return the cached raw file if it answers for ``part`` and nobody has changed it."""
    try:
        about = json.loads(sidecar(path).read_text(encoding="utf-8"))
        size, sha256 = path.stat().st_size, digest(path)
        intact = (about["size"], about["sha256"]) == (size, sha256)
        if not intact or about["request"] != identity(part):
            return None
        raw = RawFile(
            dataset=dataset.id,
            part=part.name,
            path=path,
            url=about["url"],
            sha256=sha256,
            size=size,
            downloaded_at=about["downloaded_at"],
            reused=True,
        )
        kept = Kept(raw=raw, etag=about["etag"], last_modified=about["last_modified"])
        return kept if kept.age_days >= 0 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # nothing there, or not what was written: fetched anew


def recall_given(dataset: Dataset, part: Part, path: Path) -> Kept | None:
    """Return the file that a person gave for a part, whatever its name was, if it is intact."""
    try:
        url = json.loads(sidecar(path).read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return recall(dataset, replace(part, kind="file", url=url, fallbacks=(), params={}), path)


def keep(
    partial: Path,
    path: Path,
    dataset: Dataset,
    part: Part,
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
) -> RawFile:
    """Put a checked file in its place. A crash half-way leaves a digest that does not match."""
    raw = RawFile(
        dataset=dataset.id,
        part=part.name,
        path=path,
        url=url,
        sha256=digest(partial),
        size=partial.stat().st_size,
        downloaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        reused=False,
    )
    about = {
        "url": url,
        "sha256": raw.sha256,
        "size": raw.size,
        "downloaded_at": raw.downloaded_at,
        "etag": etag,
        "last_modified": last_modified,
        "request": identity(part),
    }
    beside = sidecar(partial)
    try:
        beside.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
        beside.replace(sidecar(path))
    finally:
        beside.unlink(missing_ok=True)
    return raw


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_size(size: int, part: Part, name: str) -> None:
    """Refuse a file beyond the limit of its part."""
    if size > part.max_mb * MEGABYTE:
        raise SourceError(
            f"{name} is larger than the {part.max_mb:,} MB that are expected; "
            "check that it is the right file."
        )


def unpack(path: Path, part: Part, name: str) -> None:
    """Unpack a gzip file in place, never beyond the limit of its part."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed or part.suffix.endswith(".gz"):
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
        raise ValueError("it sent a gzip file that is cut or damaged") from error
    finally:
        plain.unlink(missing_ok=True)


def check_file(path: Path, part: Part, name: str) -> None:
    """Check that a file is what its part promises.

    ``ValueError`` means a spoiled answer, worth asking for again; ``SourceError`` another file.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if not start:
        raise ValueError("it answered with an empty file")
    if start.startswith((b"<!doctype html", b"<html")):
        raise ValueError("it answered with a web page instead of data")
    if start.startswith(b'{"error"'):
        raise ValueError("it answered with an error instead of data")
    if part.suffix in ZIP_SUFFIXES:
        if not head.startswith(b"PK"):
            raise ValueError(f"it answered with something that is no {part.suffix} file")
        return
    if part.suffix in TEXT_SUFFIXES:
        _check_text(path)
    text = head.decode("utf-8-sig", errors="replace")
    missing = [needed for needed in part.must_contain if needed not in text]
    if missing:
        raise SourceError(
            f"{name} does not contain {missing[0]!r} where it is expected; "
            "check that it is the right file and edition."
        )


def _check_text(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                raise ValueError("it answered with bytes that are no text")
    decoder.decode(b"", final=True)
