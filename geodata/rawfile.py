"""Raw files in the cache, what is kept beside them, and the last good one while a new one is tried.

A raw file is *kept* once it is whole, and *accepted* once a build was made of it. Until then the
accepted file before it waits beside it, so that one that no reader understands can be rejected.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geodata.sources import Dataset, Part


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


def recall(dataset: Dataset, part: Part, path: Path, *, given: bool = False) -> Kept | None:
    """Return the cached raw file if it answers for ``part`` and nobody has changed it.

    With ``given`` it is the file that a person gave for the part, whatever was declared since.
    """
    about = _read_about(path)
    try:
        fits = about["given"] if given else about["request"] == identity(part)
        if not fits:
            return None
        raw = RawFile(
            dataset=dataset.id,
            part=part.name,
            path=path,
            url=about["url"],
            sha256=about["sha256"],
            size=about["size"],
            downloaded_at=about["downloaded_at"],
            reused=True,
        )
        kept = Kept(raw=raw, etag=about["etag"], last_modified=about["last_modified"])
        return kept if kept.age_days >= 0 else None
    except (ValueError, KeyError, TypeError):
        return None  # nothing there, or not what was written: fetched anew


def _read_about(path: Path) -> dict[str, Any]:
    """Return what stands beside a raw file; nothing where the two do not fit together."""
    try:
        about: dict[str, Any] = json.loads(sidecar(path).read_text(encoding="utf-8"))
        intact = (about["size"], about["sha256"]) == (path.stat().st_size, digest(path))
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return about if intact else {}


def keep(
    partial: Path,
    path: Path,
    dataset: Dataset,
    part: Part,
    url: str,
    *,
    given: bool = False,
    etag: str = "",
    last_modified: str = "",
) -> RawFile:
    """Put a checked file in its place. A crash half-way leaves a digest that does not match.

    An accepted file that stood there stays beside it until the new one is accepted or rejected.
    """
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
        "given": given,
        "accepted": False,
    }
    if _read_about(path).get("accepted"):
        for source, target in _both(path, last_good(path)):
            shutil.copyfile(source, target)
    beside = sidecar(partial)
    try:
        beside.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
        beside.replace(sidecar(path))
    finally:
        beside.unlink(missing_ok=True)
    return raw


def last_good(path: Path) -> Path:
    """Return where the accepted file waits while a newer one is tried."""
    return path.with_name(f".{path.name}.last-good")


def accept(path: Path) -> None:
    """Trust the raw file: a build was made of it."""
    about = _read_about(path)
    if about and not about.get("accepted"):
        written = sidecar(last_good(path))
        written.write_text(json.dumps({**about, "accepted": True}, indent=1) + "\n", "utf-8")
        written.replace(sidecar(path))
    for left in (last_good(path), sidecar(last_good(path))):
        left.unlink(missing_ok=True)


def reject(path: Path) -> None:
    """Put the last accepted file back, or none, unless the present one was accepted itself."""
    if _read_about(path).get("accepted"):
        return
    if _read_about(last_good(path)):
        for source, target in _both(last_good(path), path):
            source.replace(target)
    else:
        for left in (sidecar(path), path):
            left.unlink(missing_ok=True)


def _both(source: Path, target: Path) -> tuple[tuple[Path, Path], tuple[Path, Path]]:
    return (source, target), (sidecar(source), sidecar(target))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
