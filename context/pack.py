"""The whole pack of a context in one folder: maps, charts, deck, workbook, data, statements.

All is written to a folder beside the target and moved when whole, so that a pack is complete or
not there. ``manifest.json`` names the request that makes it again, and the hash of every file.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.earlier import earlier_build
from context.pack_beside import write_charts_and_data
from context.pack_maps import write_maps
from context.request import Request, is_small_area
from context.statements import make_statements
from context.workbook import small_area_table
from geodata.errors import RequestError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from context.build import Context

MANIFEST = "manifest.json"
FORMAT_VERSION = 2
EPOCH = "2000-01-01T00:00:00Z"
"""Stands for the time of making in the GeoPackage, which would make every file different."""
STALE_S = 3600.0
"""Seconds after which what a killed process left behind is cleared away."""
NOT_WORK = ("Thumbs.db", "desktop.ini")
Report = Callable[[str], None]


def write_pack(
    context: Context,
    folder: Path,
    *,
    template: Path | None = None,
    beside: Executor | None = None,
    report: Report = lambda line: None,
) -> bool:
    """Write the pack of one context into ``folder``; return False where it is there already.

    Where a second process is given (``pack_beside.second_process``), it writes the charts and the
    data ``beside`` the maps and the deck.
    An older pack in which somebody changed or added a file is kept beside the new one. Raises
    ``RequestError`` where the folder holds something else, or cannot be written.
    """
    folder = folder.absolute()
    wanted = _identity(context, template)
    there = _find_pack(folder)
    if there is not None and there["identity"] == wanted and _is_whole(folder, there):
        report(f"{folder.name}: there already, unchanged.")
        return False
    partial = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        _remove_leftovers(folder)
        _write_files(context, partial, template, beside, report)
        _write_manifest(context, partial, wanted, template)
        kept = _keep_work(folder, there)
        if kept is not None:
            report(f"Files were changed or added by hand: the older pack is kept as {kept.name}.")
        _move(partial, folder)
    except (OSError, BrokenProcessPool) as error:
        raise RequestError(_say_failure(folder, error)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _say_failure(folder: Path, error: OSError | BrokenProcessPool) -> str:
    if isinstance(error, OSError):
        return f"The pack could not be written to {folder}: {error.strerror or error}."
    return (
        f"The pack could not be written to {folder}: a process was ended from outside, perhaps "
        "for lack of memory."
    )


def _find_pack(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the pack in a folder; None where nothing is there."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    there = _read_manifest(folder) if folder.is_dir() else None
    if there is None:
        what = "holds something else than a pack" if folder.is_dir() else "is a file"
        raise RequestError(f"{folder} {what}: name a new folder.")
    return there


def _remove_leftovers(folder: Path) -> None:
    """Clear away what a killed process left beside the folder, unless it may still be at work."""
    for kind in ("part", "old"):
        for path in folder.parent.glob(f".{glob.escape(folder.name)}.{kind}-*"):
            if time.time() - path.stat().st_mtime > STALE_S:
                shutil.rmtree(path, ignore_errors=True)


def _keep_work(folder: Path, there: dict[str, Any] | None) -> Path | None:
    """Move an older pack that holds work of its reader aside; None where it holds none."""
    if there is None or not _has_work(folder, there["files"]):
        return None
    names = (folder.with_name(f"{folder.name}.kept-{number}") for number in count(1))
    return folder.rename(next(path for path in names if not path.exists()))


def _has_work(folder: Path, written: dict[str, dict[str, Any]]) -> bool:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == MANIFEST:
            continue
        if path.name in NOT_WORK or path.name.startswith((".", "~$")):
            continue
        if name not in written or _hash(path) != written[name]["sha256"]:
            return True
    return False


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _move(partial: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one, which is kept until then."""
    old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        partial.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_files(
    context: Context,
    folder: Path,
    template: Path | None,
    beside: Executor | None,
    report: Report,
) -> None:
    for name in ("maps", "charts"):
        (folder / name).mkdir()
    report("Drawing maps and charts, writing the deck and the data")
    others = beside.submit(write_charts_and_data, context, folder) if beside else None
    _write_maps_and_deck(context, folder, template)
    if others is None:
        write_charts_and_data(context, folder)
    else:
        others.result()


def _write_maps_and_deck(context: Context, folder: Path, template: Path | None) -> None:
    from context.charts import make_charts
    from context.deck import write_deck

    drawn, sheet = write_maps(context, folder / "maps")
    write_deck(
        context,
        folder / "context.pptx",
        template=template,
        map_picture=drawn.__getitem__,
        sheet_picture=lambda: sheet,
        charts=make_charts(context),
        statements=make_statements(context).statements,
    )
    write_geopackage(context, folder / "context.gpkg")


def write_geopackage(context: Context, path: Path) -> None:
    """Write the small areas with all their values as one layer, EPSG:27700."""
    import geopandas as gpd
    import pyogrio

    table = small_area_table(context)
    outlines = context.store.outlines(context.request.system).reindex(table["area_code"])
    frame = gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=outlines.crs)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
    frame.to_file(path, layer="small_areas", driver="GPKG", engine="pyogrio")


def _identity(context: Context, template: Path | None) -> dict[str, Any]:
    drawn_with = None
    if template is not None:
        drawn_with = _hash(template) if template.is_file() else ""
    return {
        "format": FORMAT_VERSION,
        "request": json.loads(json.dumps(asdict(context.request))),
        "build": context.store.build,
        "earlier_build": earlier_build(context.store),
        "template": drawn_with,
        "focus_name": context.focus_name,
        "notices": list(context.notices),
    }


def _write_manifest(
    context: Context, folder: Path, identity: dict[str, Any], template: Path | None
) -> None:
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": _hash(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "identity": identity,
        "command": command_of(context.request, template),
        "sources": [
            {key: entry[key] for key in ("id", "title", "publisher", "period", "licence")}
            for entry in context.store.manifest["datasets"]
        ],
        "files": files,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def command_of(request: Request, template: Path | None = None) -> str:
    """Return the command that makes the pack of a request again; files are named by kind only."""
    words = ["incontext pack", f"--edition {request.edition}", f"--system {request.system}"]
    if any(is_small_area(code) for code in request.focus):
        words += ["--focus-file FILE"]
    else:
        words += [f"--focus {code}" for code in request.focus]
    words += [f"--peer {code}" for code in request.peers]
    words += [f"--topic {request.topic}"]
    words += [f"--extent {request.extent}"] if request.extent else []
    words += ["--template FILE.pptx"] if template else []
    return " ".join([*words, "-o DIR"])


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict):
        return manifest if "identity" in manifest else None
    return None


def _is_whole(folder: Path, manifest: dict[str, Any]) -> bool:
    return all(
        (folder / name).is_file() and _hash(folder / name) == expected["sha256"]
        for name, expected in manifest["files"].items()
    )
