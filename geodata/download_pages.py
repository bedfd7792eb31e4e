"""Pages of a table, asked for with retries and kept until the whole table is there."""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from geodata.arcgis import RenamedError
from geodata.download_transport import Fault, Transport
from geodata.errors import InContextError
from geodata.sources import Dataset, Part

T = TypeVar("T")


@dataclass(frozen=True)
class PageReader:
    """Asks for pages and keeps them until the fetch is complete; see ``arcgis.Read``."""

    transport: Transport
    dataset: Dataset
    part: Part
    pages: Path

    def __call__(
        self, url: str, params: Mapping[str, str], parse: Callable[[bytes], T], *, keep: str = ""
    ) -> T:
        """Return what ``parse`` makes of the page, from the kept pages where it is there.

        Raises ``RenamedError`` where there is nothing at the address.
        """
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

        try:
            body, result = self.transport.attempt(self.dataset, url, once)
        except Fault as error:  # only what is gone arrives here
            raise RenamedError(str(error)) from error
        if keep:
            self._keep(kept, body)
        return result

    def _keep(self, kept: Path, body: bytes) -> None:
        self.pages.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(FileNotFoundError):  # another fetch of this part has just finished
            partial.write_bytes(body)
            partial.replace(kept)
