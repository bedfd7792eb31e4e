"""Downloading raw files into the cache, and taking a person's own file in place of one.

A file is fetched with retries, checked, and only then put in its place, so that the last good
file stays until a better one is complete. Raw files lie in ``cache/EDITION/DATASET/PART.SUFFIX``,
each with a ``.json`` beside it that says where it came from.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import requests

from geodata import arcgis, nomis, rawfile
from geodata.contents import MEGABYTE, check_file, check_size, unpack
from geodata.download_pages import PageReader
from geodata.download_transport import Fault, Transport, failed, mirrored, reason_of
from geodata.errors import DownloadError, RequestError, SourceError
from geodata.progress import Note
from geodata.rawfile import Kept, RawFile, keep, recall
from geodata.sources import Dataset, Part

__all__ = ["Downloader", "RawFile", "local_file", "mirrored"]

REUSE_DAYS = 7
LEFT_S = 86_400
TELL_S = 0.3
PARTIAL = ".part"


class Downloader:
    """Fetches raw files into a cache; parts may be fetched from several threads at once.

    ``report`` hears one ``progress.Note`` at a time, which is also a plain line.
    """

    def __init__(
        self,
        cache: Path,
        *,
        refresh: bool = False,
        report: Callable[[str], None] = lambda line: None,
        tries: int = 4,
        wait_s: float = 0.5,
        timeout_s: float = 30.0,
    ) -> None:
        self.cache = cache
        self.report = report
        self.transport = Transport(tries=tries, wait_s=wait_s, timeout_s=timeout_s, report=report)
        self._refresh = refresh

    def place(self, dataset: Dataset, part: Part) -> Path:
        """Return where the raw file of a part lies."""
        return self.cache / dataset.edition / dataset.id / f"{part.name}{part.suffix}"

    def fetch(self, dataset: Dataset, part: Part) -> RawFile:
        """Return the raw file of a part, from the cache where that is still good.

        A part without an address is the file that a person gave; ``RequestError`` without one.
        """
        if not part.url:
            return self._given_or_refuse(dataset, part)
        return self._fetch(dataset, part, is_given=False)

    def given(self, dataset: Dataset, part: Part) -> RawFile | None:
        """Return the checked copy of the file that a person gave, None if nobody did."""
        kept = recall(dataset, part, self.place(dataset, part), given=True)
        if kept is None:
            return None
        self.report(Note(dataset.title, "the file given before", part=part.name, state="kept"))
        return kept.raw

    def take(self, dataset: Dataset, part: Part, address: str) -> RawFile:
        """Fetch a part from an address that a person gives in place of the declared one."""
        given = replace(part, kind="file", url=address, fallbacks=(), params={})
        return self._fetch(dataset, given, is_given=True)

    def accept(self, files: Iterable[RawFile]) -> None:
        """Trust raw files: a build was made of them."""
        for file in files:
            rawfile.accept(file.path)

    def reject(self, files: Iterable[RawFile]) -> None:
        """Put back what was trusted before, so that files that no reader takes are not reused."""
        for file in files:
            rawfile.reject(file.path)

    def sweep(self, edition: str) -> None:
        """Delete what killed fetches of an edition left half written; none may be running."""
        for left in (self.cache / edition).glob(f"*/.*{PARTIAL}*"):
            with suppress(OSError):
                left.unlink()

    def stop(self) -> None:
        """Let running downloads end at their next bytes; for when the fetch has failed."""
        self.transport.stopped.set()

    def _given_or_refuse(self, dataset: Dataset, part: Part) -> RawFile:
        raw = self.given(dataset, part)
        if raw is None:
            remedy = dataset.remedy or f"Give it with --file {dataset.id}=PATH."
            raise RequestError(f"{dataset.title} has no public address. {remedy}")
        return raw

    def _fetch(self, dataset: Dataset, part: Part, *, is_given: bool) -> RawFile:
        path = self.place(dataset, part)
        old = None if self._refresh else recall(dataset, part, path)
        if old and not (old.etag or old.last_modified) and old.age_days < REUSE_DAYS:
            self._say(dataset, part, old.raw)
            return old.raw
        with _partial_file(dataset, path) as partial:
            fetch = _Fetch(self, dataset, part, path, partial, is_given)
            raw = fetch.file(old) if part.kind == "file" else fetch.paged()
        self._say(dataset, part, raw)
        return raw

    def _say(self, dataset: Dataset, part: Part, raw: RawFile) -> None:
        size = f"{raw.size / MEGABYTE:,.1f} MB"
        words = f"{size} kept from {raw.downloaded_at[:10]}" if raw.reused else f"{size} loaded"
        self.report(
            Note(
                dataset.title,
                words,
                part=part.name,
                state="kept" if raw.reused else "loaded",
                done=raw.size,
                total=raw.size,
                unit="bytes",
            )
        )


@contextmanager
def _partial_file(dataset: Dataset, path: Path) -> Iterator[Path]:
    """Give a name beside ``path`` that no other fetch uses; say plainly when the disk fails."""
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_old(path)
        yield partial
    except OSError as error:
        raise DownloadError(
            f"{dataset.title} could not be saved in {path.parent}: {error.strerror or error}; "
            "free some space or choose another folder with INCONTEXT_HOME."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Fetch:
    """One fetch of one part."""

    downloader: Downloader
    dataset: Dataset
    part: Part
    path: Path
    partial: Path
    is_given: bool

    def file(self, old: Kept | None) -> RawFile:
        """Fetch a file from its address, or from the next one where that does not deliver."""
        failure: DownloadError | None = None
        for url in (self.part.url, *self.part.fallbacks):
            try:
                return self._file_at(url, old if old and old.raw.url == url else None)
            except Fault:  # only what is gone arrives here
                continue
            except DownloadError as error:
                failure = failure or error
        gone = failed(self.dataset, self.part.url, "the file is no longer at its address", 1)
        raise failure or gone

    def _file_at(self, url: str, old: Kept | None) -> RawFile:
        asked = {"If-None-Match": old.etag, "If-Modified-Since": old.last_modified} if old else {}
        headers = {name: value for name, value in asked.items() if value}
        transport, part, title = self.downloader.transport, self.part, self.dataset.title

        def once(deadline: float) -> requests.Response:
            with self.partial.open("wb") as into:
                answer = transport.receive(
                    url,
                    part.params,
                    headers,
                    into,
                    max_mb=part.max_mb,
                    deadline=deadline,
                    tell=self._teller(),
                )
            if not (old and answer.status_code == requests.codes.not_modified):
                unpack(self.partial, part, title)
                check_file(self.partial, part, title)
            return answer

        words = f"asking {urlsplit(url).hostname}"
        self.downloader.report(Note(title, words, part=part.name, state="asking"))
        answer = transport.attempt(self.dataset, url, once)
        if old and answer.status_code == requests.codes.not_modified:
            return old.raw
        return keep(
            self.partial,
            self.path,
            self.dataset,
            part,
            url,
            given=self.is_given,
            etag=answer.headers.get("ETag", ""),
            last_modified=answer.headers.get("Last-Modified", ""),
        )

    def _teller(self) -> Callable[[int, int | None], None]:
        """Report bytes now and then: a plain ``report`` gets a line for each."""
        said_at = time.monotonic()

        def tell(done: int, total: int | None) -> None:
            nonlocal said_at
            if time.monotonic() - said_at >= TELL_S:
                said_at = time.monotonic()
                title, part = self.dataset.title, self.part.name
                self.downloader.report(Note(title, part=part, done=done, total=total, unit="bytes"))

        return tell

    def paged(self) -> RawFile:
        """Fetch a table page by page; kept pages let an interrupted fetch go on."""
        write = arcgis.write if self.part.kind == "arcgis" else nomis.write
        pages = self.path.with_name(f".{self.path.name}.pages")
        title, report = self.dataset.title, self.downloader.report
        read = PageReader(self.downloader.transport, self.dataset, self.part, pages)

        def once(deadline: float) -> str:
            try:
                url = write(self.part, title, self.partial, read, report)
                check_file(self.partial, self.part, title)
            except (ValueError, SourceError):  # the pages do not fit: none of them is trusted
                shutil.rmtree(pages, ignore_errors=True)
                raise
            return url

        try:
            url = self.downloader.transport.attempt(self.dataset, self.part.url, once)
        except arcgis.RenamedError as error:
            reason = "the table is no longer at its address"
            raise failed(self.dataset, self.part.url, reason, 1) from error
        raw = keep(self.partial, self.path, self.dataset, self.part, url)
        shutil.rmtree(pages, ignore_errors=True)
        return raw


def _drop_old(path: Path) -> None:
    """Drop what broken fetches left a day ago: the publisher may have changed rows since."""
    for left in path.parent.glob(f".{path.name}.*"):
        is_waste = left.name.endswith(".pages") or PARTIAL in left.name
        with suppress(FileNotFoundError):
            if is_waste and time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def local_file(dataset: Dataset, part: Part, path_or_url: str, downloader: Downloader) -> RawFile:
    """Take a file or address that a person gives in place of the declared one.

    The checked copy stays in the cache; where the part has no address of its own, later fetches
    use it (``Downloader.given``) until another file is given.
    """
    if path_or_url.lower().startswith(("https://", "http://")):
        return downloader.take(dataset, part, path_or_url)
    source = Path(path_or_url).expanduser().resolve()
    if not source.is_file():
        raise RequestError(f"There is no file {source} for {dataset.title}; check --file.")
    check_size(source.stat().st_size, part, str(source))
    if not os.access(source, os.R_OK):
        raise RequestError(f"{source} cannot be read; check its rights and --file.")
    given = replace(part, kind="file", url=source.as_uri(), fallbacks=(), params={})
    path = downloader.place(dataset, part)
    with _partial_file(dataset, path) as partial:
        shutil.copyfile(source, partial)
        try:
            unpack(partial, given, str(source))
            check_file(partial, given, str(source))
        except ValueError as error:
            reason = reason_of(error).removeprefix("it answered with ")
            raise SourceError(
                f"{source} does not fit {dataset.title}, where a {part.suffix} file is expected: "
                f"{reason}. Check the file and give it again with --file {dataset.id}=PATH."
            ) from error
        raw = keep(partial, path, dataset, given, source.as_uri(), given=True)
    downloader.report(
        Note(dataset.title, f"taken from {source.name}", part=part.name, state="loaded")
    )
    return raw
