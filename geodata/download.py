"""Downloading raw files into the cache, and taking a person's own file in place of one.

A file is fetched with retries, checked, and only then put in its place, so that the last good
file stays until a better one is complete. Raw files lie in ``cache/EDITION/DATASET/PART.SUFFIX``,
each with a ``.json`` beside it that says where it came from.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests

from geodata import arcgis, nomis
from geodata.download_transport import Fault, Transport, failed, mirrored
from geodata.errors import DownloadError, InContextError, RequestError, SourceError
from geodata.rawfile import (
    Kept,
    RawFile,
    check_file,
    check_size,
    keep,
    recall,
    recall_given,
    unpack,
)
from geodata.sources import Dataset, Part

__all__ = ["Downloader", "RawFile", "local_file", "mirrored"]

REUSE_DAYS = 7
LEFT_S = 86_400
T = TypeVar("T")


class Downloader:
    """Fetches raw files into a cache; parts may be fetched from several threads at once."""

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
        self.transport = Transport(tries=tries, wait_s=wait_s, timeout_s=timeout_s)
        self._refresh = refresh

    def place(self, dataset: Dataset, part: Part) -> Path:
        """Return where the raw file of a part lies."""
        return self.cache / dataset.edition / dataset.id / f"{part.name}{part.suffix}"

    def given(self, dataset: Dataset, part: Part) -> RawFile | None:
        """Return the file that a person gave earlier for a part without an address, if intact."""
        path = self.place(dataset, part)
        kept = recall_given(dataset, part, path)
        return kept.raw if kept else None

    def fetch(self, dataset: Dataset, part: Part) -> RawFile:
        """Return the raw file of a part, from the cache where that is still good."""
        path = self.place(dataset, part)
        old = None if self._refresh else recall(dataset, part, path)
        if old and not (old.etag or old.last_modified) and old.age_days < REUSE_DAYS:
            return old.raw
        with _partial_file(dataset, path) as partial:
            fetch = _Fetch(self, dataset, part, path, partial)
            return fetch.file(old) if part.kind == "file" else fetch.paged()


@contextmanager
def _partial_file(dataset: Dataset, path: Path) -> Iterator[Path]:
    """Give a name beside ``path`` that no other fetch uses; say plainly when the disk fails."""
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
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

    def file(self, old: Kept | None) -> RawFile:
        """Fetch a file from its address, or from the next one where it is gone."""
        for url in (self.part.url, *self.part.fallbacks):
            with suppress(Fault):  # only what is gone arrives here
                return self._file_at(url, old if old and old.raw.url == url else None)
        raise failed(self.dataset, self.part.url, "the file is no longer at its address", 1)

    def _file_at(self, url: str, old: Kept | None) -> RawFile:
        asked = {"If-None-Match": old.etag, "If-Modified-Since": old.last_modified} if old else {}
        headers = {name: value for name, value in asked.items() if value}
        transport, part, title = self.downloader.transport, self.part, self.dataset.title

        def once(deadline: float) -> requests.Response:
            with self.partial.open("wb") as into:
                answer = transport.receive(
                    url, part.params, headers, into, max_mb=part.max_mb, deadline=deadline
                )
            if not (old and answer.status_code == requests.codes.not_modified):
                unpack(self.partial, part, title)
                check_file(self.partial, part, title)
            return answer

        self.downloader.report(f"{title}: asking {urlsplit(url).hostname}")
        answer = transport.attempt(self.dataset, url, once)
        if old and answer.status_code == requests.codes.not_modified:
            return old.raw
        return keep(
            self.partial,
            self.path,
            self.dataset,
            part,
            url,
            etag=answer.headers.get("ETag", ""),
            last_modified=answer.headers.get("Last-Modified", ""),
        )

    def paged(self) -> RawFile:
        """Fetch a table page by page; kept pages let an interrupted fetch go on."""
        write = arcgis.write if self.part.kind == "arcgis" else nomis.write
        pages = self.path.with_name(f".{self.path.name}.pages")
        title, report = self.dataset.title, self.downloader.report
        read = _Reader(self.downloader.transport, self.dataset, self.part, pages)

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
        except (Fault, arcgis.RenamedError) as error:
            reason = "the table is no longer at its address"
            raise failed(self.dataset, self.part.url, reason, 1) from error
        raw = keep(self.partial, self.path, self.dataset, self.part, url)
        shutil.rmtree(pages, ignore_errors=True)
        return raw


def _drop_old(path: Path) -> None:
    """Drop what broken fetches left a day ago: the publisher may have changed rows since."""
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


@dataclass(frozen=True)
class _Reader:
    """Asks for pages and keeps them until the fetch is complete; see ``arcgis.Read``."""

    transport: Transport
    dataset: Dataset
    part: Part
    pages: Path

    def __call__(
        self, url: str, params: Mapping[str, str], parse: Callable[[bytes], T], *, keep: str = ""
    ) -> T:
        """Return what ``parse`` makes of the page, from the kept pages where it is there."""
        key = json.dumps([url, sorted(params.items()), keep]).encode()
        kept = self.pages / hashlib.sha256(key).hexdigest()
        if keep and kept.is_file():
            with suppress(ValueError, OSError, InContextError):
                return parse(kept.read_bytes())

        def once(deadline: float) -> tuple[bytes, T]:
            into = io.BytesIO()
            self.transport.receive(
                url, params, {}, into, max_mb=self.part.max_mb, deadline=deadline
            )
            return into.getvalue(), parse(into.getvalue())

        body, result = self.transport.attempt(self.dataset, url, once)
        if keep:
            self._keep(kept, body)
        return result

    def _keep(self, kept: Path, body: bytes) -> None:
        self.pages.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(FileNotFoundError):  # another fetch of this part has just finished
            partial.write_bytes(body)
            partial.replace(kept)


def local_file(dataset: Dataset, part: Part, path_or_url: str, downloader: Downloader) -> RawFile:
    """Take a file or address that a person gives in place of the declared one."""
    if path_or_url.lower().startswith(("https://", "http://")):
        given = replace(part, kind="file", url=path_or_url, fallbacks=(), params={})
        return downloader.fetch(dataset, given)
    source = Path(path_or_url).expanduser().resolve()
    if not source.is_file():
        raise RequestError(f"There is no file {source} for {dataset.title}; check --file.")
    check_size(source.stat().st_size, part, str(source))
    given = replace(part, kind="file", url=source.as_uri(), fallbacks=(), params={})
    path = downloader.place(dataset, part)
    with _partial_file(dataset, path) as partial:
        shutil.copyfile(source, partial)
        try:
            unpack(partial, part, str(source))
            check_file(partial, part, str(source))
        except ValueError as error:
            raise SourceError(
                f"{source} is not a {part.suffix} file for {dataset.title}: {error}."
            ) from error
        return keep(partial, path, dataset, given, source.as_uri())
