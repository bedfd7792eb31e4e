"""The store: immutable builds on disk, one of them current, and the starter inside the package.

``HOME/EDITION/BUILD/`` is a build; ``HOME/EDITION/current`` is a one-line file with its name,
replaced atomically once the build is whole. The manifest is written last, so a folder without one
was interrupted and is never used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.editions import Edition, editions
from geodata.errors import NotAvailableError, StoreError

if TYPE_CHECKING:
    import geopandas as gpd

CURRENT = "current"
MANIFEST = "manifest.json"
PLACES = "places.parquet"
SMALL_AREAS = "small_areas.parquet"
AREAS = "areas.parquet"
MEMBERSHIP = "membership.parquet"
OUTLINES = "outlines.parquet"
FIT = "fit.parquet"
TABLES = (FIT, PLACES, SMALL_AREAS, AREAS, MEMBERSHIP, OUTLINES)
STARTER = Path(__file__).resolve().parent.parent / "context" / "starter"
BUILD_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,99}")
MANIFEST_KEYS = (
    "build",
    "edition",
    "measures",
    "systems",
    "complete_systems",
    "files",
    "datasets",
)
REMEDY = "Run `incontext fetch` to load all of England."


def home() -> Path:
    """Return the folder of the store: ``INCONTEXT_HOME``, else the user's data directory."""
    chosen = os.environ.get("INCONTEXT_HOME")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_data_dir("incontext", appauthor=False))


@dataclass(frozen=True, eq=False)  # one store is itself alone, so that caches can hold it
class Store:
    """One verified build, opened for reading; nothing is read before it is asked for."""

    edition: Edition
    folder: Path
    manifest: dict[str, Any]
    is_starter: bool
    _checked: set[str] = field(default_factory=set, compare=False, repr=False)

    @property
    def build(self) -> str:
        """Return the name of the build."""
        return str(self.manifest["build"])

    @property
    def measures(self) -> dict[str, dict[str, Any]]:
        """Return, per measure of the build: indicator, period, areas ranked and fifth limits."""
        return dict(self.manifest["measures"])

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Every LTLA, UTLA, region, system and England, per measure, with ranks and fifths."""
        return self._read(AREAS)

    @cached_property
    def membership(self) -> pd.DataFrame:
        """People of each authority in each system that it touches."""
        return self._read(MEMBERSHIP)

    @cached_property
    def fit(self) -> pd.DataFrame:
        """Which small areas of 2011 and 2021 correspond (``fit.FIT_COLUMNS``)."""
        return self._read(FIT)

    @cached_property
    def systems(self) -> pd.DataFrame:
        """Code, name, people and small areas of every system of the edition."""
        return pd.DataFrame(self.manifest["systems"])

    def places(self, system_code: str) -> pd.DataFrame:
        """Return the small areas of a system with their MSOA, authorities, region and names."""
        return self._read_system(PLACES, system_code)

    def small_areas(self, system_code: str) -> pd.DataFrame:
        """Return the wide table of a system's small areas (``MEASURE.FIELD`` columns)."""
        return self._read_system(SMALL_AREAS, system_code)

    def outlines(self, system_code: str) -> gpd.GeoSeries:
        """Return the outlines of a system's small areas, EPSG:27700, indexed by ``area_code``."""
        import geopandas as gpd
        import shapely

        table = self.raw_outlines(system_code)
        shapes = shapely.from_wkb(table["geometry"].to_numpy())
        return gpd.GeoSeries(shapes, index=table.index, crs="EPSG:27700", name="geometry")

    def raw_outlines(self, system_code: str) -> pd.DataFrame:
        """Return the same outlines as stored: well-known binary, indexed by ``area_code``."""
        return self._read_system(OUTLINES, system_code)

    def every_place(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of ``places`` for all the small areas held, indexed by ``area_code``."""
        return self._read(PLACES, columns=["area_code", *columns]).set_index("area_code")

    def every_small_area(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of ``small_areas`` for all of them, indexed by ``area_code``."""
        return self._read(SMALL_AREAS, columns=["area_code", *columns]).set_index("area_code")

    def _read_system(self, name: str, system_code: str) -> pd.DataFrame:
        if system_code not in self.manifest["complete_systems"]:
            raise NotAvailableError(
                f"The {'starter' if self.is_starter else 'build'} has no small areas for "
                f"{self._system_name(system_code)}. {REMEDY}"
            )
        table = self._read(name, filters=[("system_code", "==", system_code)])
        return table.set_index("area_code").sort_index()

    def _system_name(self, system_code: str) -> str:
        for system in self.manifest["systems"]:
            if system["code"] == system_code:
                return str(system["name"])
        return system_code

    def _read(
        self,
        name: str,
        filters: list[tuple[str, str, str]] | None = None,
        columns: list[str] | None = None,
    ) -> pd.DataFrame:
        path = self.folder / name
        if name not in self._checked:
            verify_file(path, self.manifest["files"][name])
            self._checked.add(name)
        try:
            import pyarrow.parquet as pq

            table: pd.DataFrame = pq.read_table(path, filters=filters, columns=columns).to_pandas()
        except (OSError, ValueError) as error:
            raise StoreError(f"{damaged(path)} ({type(error).__name__})") from error
        return table


def open_store(edition: str | Edition | None = None, *, root: Path | None = None) -> Store:
    """Open the current build of an edition, else the starter where it has that edition.

    Without an edition: the newest in the store, else the starter's. Raises ``StoreError`` where
    the current build is damaged (the starter never stands in silently for it) or nothing serves.
    """
    root = home() if root is None else root
    if edition is None:
        built = [name for name in editions() if (root / name / CURRENT).is_file()]
        chosen = editions()[built[-1]] if built else None
    else:
        chosen = Edition.named(edition) if isinstance(edition, str) else edition
    if chosen is not None and (root / chosen.id / CURRENT).is_file():
        return _open_current(root / chosen.id, chosen)
    if (STARTER / MANIFEST).is_file():
        manifest = _read_manifest(STARTER)
        if chosen is None or chosen.id == manifest["edition"]:
            return Store(Edition.named(manifest["edition"]), STARTER, manifest, is_starter=True)
    if chosen is not None:
        raise StoreError(
            f"Edition {chosen.id} is not loaded. "
            f"Run `incontext fetch --edition {chosen.id}` to load all of England."
        )
    raise StoreError(f"Nothing is loaded yet. {REMEDY}")


def _open_current(folder: Path, edition: Edition) -> Store:
    name = read_current(folder)
    if name is None or not (folder / name).is_dir():
        raise StoreError(damaged(folder / CURRENT))
    manifest = _read_manifest(folder / name)
    if manifest["edition"] != edition.id:
        raise StoreError(damaged(folder / name / MANIFEST))
    for table in TABLES:
        path = folder / name / table
        if not path.is_file() or path.stat().st_size != manifest["files"][table]["bytes"]:
            raise StoreError(damaged(path))
    return Store(edition, folder / name, manifest, is_starter=False)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if all(key in manifest for key in MANIFEST_KEYS) and all(
            {"bytes", "sha256"} <= manifest["files"][table].keys() for table in TABLES
        ):
            return manifest
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass  # whatever is wrong with it, the one thing to do is the same
    raise StoreError(damaged(folder / MANIFEST))


def read_current(edition_folder: Path) -> str | None:
    """Return the name of the current build; None where there is none or the file says no name."""
    path = edition_folder / CURRENT
    if not path.is_file():
        return None
    name = path.read_text(encoding="utf-8", errors="replace").strip()
    return name if BUILD_NAME.fullmatch(name) else None


def damaged(path: Path) -> str:
    """Say in one sentence that a file of the store is damaged, and what to do."""
    return (
        f"The loaded data are damaged ({path.parent.name}/{path.name}). "
        "Run `incontext fetch` to load them again."
    )


def verify_file(path: Path, expected: dict[str, Any]) -> None:
    """Raise ``StoreError`` unless the file has the recorded size and SHA-256."""
    if not path.is_file() or hash_file(path) != expected["sha256"]:
        raise StoreError(damaged(path))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_build(folder: Path, tables: dict[str, pd.DataFrame], manifest: dict[str, Any]) -> None:
    """Write the tables, then the manifest with their hashes; the folder must not exist yet.

    Tables with a ``system_code`` are ordered by it, one row group per system, so that one system
    is read without the rest.
    """
    folder.mkdir(parents=True)
    written: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        _write_table(table, folder / name)
        size = (folder / name).stat().st_size
        written[name] = {"bytes": size, "sha256": hash_file(folder / name), "rows": len(table)}
    text = json.dumps({**manifest, "files": written}, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _write_table(table: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = pa.Table.from_pandas(table, preserve_index=False)
    by_system = "area_code" in table and "system_code" in table and "level" not in table
    with pq.ParquetWriter(path, whole.schema, compression="zstd") as writer:
        if not by_system:
            writer.write_table(whole)
            return
        for code in sorted(table["system_code"].unique()):
            rows = table[table["system_code"] == code]
            group = pa.Table.from_pandas(rows, schema=whole.schema, preserve_index=False)
            writer.write_table(group)


def verify_build(folder: Path) -> dict[str, Any]:
    """Return the manifest of a build whose files are all whole, else raise ``StoreError``."""
    manifest = _read_manifest(folder)
    for name in TABLES:
        verify_file(folder / name, manifest["files"][name])
    return manifest


def make_current(folder: Path) -> None:
    """Verify a build from disk, then let ``current`` name it (one atomic replacement)."""
    verify_build(folder)
    temporary = folder.parent / f"{CURRENT}.{folder.name}.tmp"
    temporary.write_text(folder.name + "\n", encoding="utf-8")
    temporary.replace(folder.parent / CURRENT)


def remove_old_builds(edition_folder: Path) -> None:
    """Delete every build but the current one; called at the start of a fetch, under its lock."""
    keep = read_current(edition_folder)
    for entry in edition_folder.iterdir() if edition_folder.is_dir() else ():
        if entry.is_dir() and entry.name != keep:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name.startswith(f"{CURRENT}.") and entry.suffix == ".tmp":
            entry.unlink(missing_ok=True)
