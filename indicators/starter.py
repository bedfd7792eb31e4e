"""The starter: one system whole, plus every larger area, small enough to ship in the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geodata import store as stores
from geodata.errors import RequestError, StoreError
from geodata.store import Store

SYSTEM = "E54000037"
EDITION = "2020"
# The reference review, opened first where nobody has asked for anything yet.
DEFAULT_REQUEST = {"system": SYSTEM, "focus": ["E06000026"], "peers": ["E06000027"]}
MOST_BYTES = 3_000_000
NOT_RECORDED = "not recorded"


def make_starter(store: Store, folder: Path) -> Path:
    """Write the starter from a full build of edition 2020 into a new folder; return it.

    The same published files give the same bytes: times are left out, hashes stay. Raises
    ``StoreError`` from another edition, from the starter itself, or over 3 MB, and
    ``RequestError`` where the folder is not empty.
    """
    if store.is_starter or store.edition.id != EDITION:
        raise StoreError("The starter is made from a full build of edition 2020: fetch it first.")
    if folder.exists() and any(folder.iterdir()):
        raise RequestError(f"The folder {folder} is not empty: name a new one.")
    if folder.exists():
        folder.rmdir()
    tables = {
        stores.FIT: store.fit[store.fit["area_code_2011"].isin(store.places(SYSTEM).index)],
        stores.PLACES: store.places(SYSTEM).reset_index(),
        stores.SMALL_AREAS: store.small_areas(SYSTEM).reset_index(),
        stores.AREAS: store.areas,
        stores.MEMBERSHIP: store.membership,
        stores.OUTLINES: store.raw_outlines(SYSTEM).reset_index(),
    }
    left_out = ("files", "inputs")  # what of this build or this code would differ next time
    kept = {key: value for key, value in store.manifest.items() if key not in left_out}
    manifest = {
        **kept,
        "build": f"starter-{EDITION}",
        "made_at": NOT_RECORDED,
        "datasets": [_without_times(entry) for entry in kept["datasets"]],
        "complete_systems": [SYSTEM],
        "default_request": DEFAULT_REQUEST,
    }
    stores.write_build(folder, tables, manifest)
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > MOST_BYTES:
        raise StoreError(f"The starter has {size:,} bytes; at most {MOST_BYTES:,} are allowed.")
    return folder


def _without_times(dataset: dict[str, Any]) -> dict[str, Any]:
    files = [{**file, "downloaded_at": NOT_RECORDED} for file in dataset["files"]]
    return {**dataset, "files": files}
