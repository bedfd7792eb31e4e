"""Save a deck so that the same request gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.store import Store

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
PACKED = (".png", ".jpg", ".jpeg", ".xlsx")
"""Compressed already, so stored as they are."""


def date_of(store: Store) -> dt.datetime:
    """Return when the build was made, else when its edition began: never the time of writing."""
    made = str(store.manifest.get("made_at", ""))
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)", made)
    found = found or re.match(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", store.build)
    if found:
        return dt.datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]
    return dt.datetime.combine(store.edition.valid_from, dt.time())


def save_deck(deck: Any, path: Path) -> None:
    """Write the presentation with fixed dates inside the file."""
    raw = io.BytesIO()
    deck.save(raw)
    target = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.external_attr = 0o600 << 16
            packed = name.lower().endswith(PACKED)
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, source.read(name))
    path.write_bytes(target.getvalue())
