"""Try every fault of a publisher on every dataset and write what came of it as one table.

Usage: python -m benchmarks.faults -o docs/faults.md

Each fault is shown once (a passing fault: the fetch is expected to ask again and succeed) and
always (a lasting fault: one clear sentence is expected, and the last good file stays in use).
Tables that are read page by page are asked for a few areas only, else the same. Nothing in the
output depends on time, place or port, so that a second run gives the same file.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.official import running
from geodata.download import Downloader
from geodata.editions import Edition
from geodata.errors import DownloadError, InContextError, SourceError
from geodata.sources import Dataset, Part
from indicators.catalogue import catalogue
from indicators.obtain import datasets_of
from tests.conftest import Official

EDITIONS = ("2020", "2024")
FAULTS = {
    "status:503": "HTTP 503, wait 1 s",
    "status:429": "HTTP 429, wait 1 s",
    "status:404": "HTTP 404",
    "drop": "connection dropped",
    "truncate": "body cut in half",
    "slow:80": "body trickles",
    "hang": "no answer",
    "html200": "web page, HTTP 200",
    "empty200": "empty body, HTTP 200",
    "arcgis_error200": "ArcGIS error, HTTP 200",
    "garbage": "random bytes",
    "missing_column": "first column missing",
    "duplicate_rows": "ten rows repeated",
    "repeat_page": "answer to another question",
    "bad_encoding": "bytes that are not UTF-8",
    "huge": "5 GB",
    "redirect_loop": "redirect to itself",
}
TIMEOUT_S = {"slow:80": 1.0, "hang": 1.0}
USUAL_TIMEOUT_S = 20.0
THREADS = 6
LOADED, SAME, TAKEN = "loaded", "no effect", "TAKEN AS GOOD"
FEW_AREAS = "E010000%"
ONE_AREA = "E01000001"
HEADER = """# What happens when a publisher fails

Written by `python -m benchmarks.faults -o docs/faults.md` against the stand-in of the official
services; not edited by hand. Each row is one fault of one source, shown *once* and then *always*.
"Loaded" under *once* means that the file was asked for again and came whole. Under *always* stands
the reason that the sentence on screen gives; after each of them the last good raw file was in
place, unchanged, and the next fetch used it. "No effect" means that the fault leaves this kind of
answer as it is. Faults amid many pages, of a reader and of the store are in `tests/contract`.

| Fault | Source | From | Once | Always |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Source:
    """One part of one dataset, asked for few areas."""

    dataset: Dataset
    part: Part

    @property
    def name(self) -> str:
        """Edition, dataset and, where there are several, part."""
        part = f".{self.part.name}" if len(self.dataset.parts) > 1 else ""
        return f"{self.dataset.edition} {self.dataset.id}{part}"

    @property
    def match(self) -> str:
        """What the address of this part has and others have not."""
        if self.part.kind == "arcgis":
            return f"/{self.part.service}/"
        address = urlsplit(self.part.url)
        return f"{address.path}?{address.query}".rstrip("?")


@dataclass(frozen=True)
class Outcome:
    """What one fault did to one source."""

    fault: str
    source: Source
    once: str
    always: str

    @property
    def row(self) -> str:
        """The row of the table."""
        host = urlsplit(self.source.part.url).hostname
        cells = (FAULTS[self.fault], self.source.name, host, self.once, self.always)
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def sources(editions: Sequence[str] = EDITIONS) -> list[Source]:
    """Return every part that has an address, narrowed to few areas where it is read by pages."""
    return [
        Source(dataset, narrow(part))
        for edition in editions
        for dataset in datasets_of(Edition.named(edition), catalogue()).values()
        for part in dataset.parts
        if part.url
    ]


def narrow(part: Part) -> Part:
    """Ask the same of few areas."""
    params = dict(part.params)
    if part.kind == "arcgis" and part.key.startswith("LSOA"):
        params["where"] = f"{part.key} LIKE '{FEW_AREAS}'"
    elif part.kind == "nomis" and "TYPE" in params.get("geography", ""):
        params["geography"] = ONE_AREA
    return replace(part, params=params)


def get(cache: Path, source: Source, fault: str = "", *, refresh: bool = False) -> bytes:
    """Fetch a source and return the raw file."""
    timeout_s = TIMEOUT_S.get(fault, USUAL_TIMEOUT_S)
    downloader = Downloader(cache, refresh=refresh, tries=2, wait_s=0.01, timeout_s=timeout_s)
    return downloader.fetch(source.dataset, source.part).path.read_bytes()


def in_words(error: InContextError) -> str:
    """Return the reason out of the sentence, without what is the same in all of them."""
    reason = re.sub(r"^.* could not be downloaded from [^:]*: ", "", str(error))
    return re.sub(r"( \(\d+ tries\))?; check .*$|\. Check .*$", "", reason)


def try_once(cache: Path, good: Path, source: Source, fault: str) -> str:
    """Fetch into an empty cache under a passing fault."""
    try:
        came = get(cache, source, fault)
    except (DownloadError, SourceError) as error:
        return in_words(error)
    return LOADED if came == get(good, source) else TAKEN


def try_always(cache: Path, source: Source, fault: str) -> str:
    """Fetch anew into a cache with a good file under a lasting fault; the file must stay."""
    good = get(cache, source)
    try:
        came = get(cache, source, fault, refresh=True)
    except (DownloadError, SourceError) as error:
        if get(cache, source) != good:
            sys.exit(f"{fault} lost the last good file of {source.name}")
        return in_words(error)
    return SAME if came == good else TAKEN


def rounds(found: Sequence[Source]) -> Iterator[list[Source]]:
    """Yield groups in which every source has an address of its own."""
    left = list(found)
    while left:
        first = list({source.match: source for source in reversed(left)}.values())
        yield first
        left = [source for source in left if source not in first]


def run_fault(official: Official, found: Sequence[Source], good: Path, fault: str) -> list[Outcome]:
    """Show one fault to every source, once and always; ``good`` is a cache of good files."""
    once: dict[str, str] = {}
    threads = 1 if fault == "repeat_page" else THREADS  # it answers with what came before
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(threads) as pool:
        cache = Path(folder) / "once"
        for group in rounds(found):
            official.faults([{"match": s.match, "mode": fault, "times": 1} for s in group])
            tried = pool.map(lambda source: try_once(cache, good, source, fault), group)
            once |= {source.name: came for source, came in zip(group, tried, strict=True)}
        cache = shutil.copytree(good, Path(folder) / "always")
        official.faults([{"mode": fault}])
        always = list(pool.map(lambda source: try_always(cache, source, fault), found))
        official.clear()
    return [
        Outcome(fault, source, once[source.name], came)
        for source, came in zip(found, always, strict=True)
    ]


def outcomes(
    official: Official, found: Sequence[Source], faults: Iterable[str] = tuple(FAULTS)
) -> Iterator[Outcome]:
    """Yield every fault of every source; the stand-in must be nobody else's meanwhile."""
    before = os.environ.get("INCONTEXT_MIRROR")
    os.environ["INCONTEXT_MIRROR"] = official.url
    try:
        with tempfile.TemporaryDirectory() as folder:
            for source in found:
                get(Path(folder), source)
            for fault in faults:
                yield from run_fault(official, found, Path(folder), fault)
    finally:
        official.clear()
        if before is None:
            del os.environ["INCONTEXT_MIRROR"]
        else:
            os.environ["INCONTEXT_MIRROR"] = before


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-o", "--output", type=Path, required=True)
    output = parser.parse_args().output
    with running() as official:
        rows = [outcome.row for outcome in outcomes(official, sources())]
    output.write_text(HEADER + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
