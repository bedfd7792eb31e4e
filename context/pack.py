"""The whole pack of a context in one folder: maps, charts, deck, workbook, data, statements.

All is written to a folder beside the target and moved when whole, so that a pack is complete or
not there. ``manifest.json`` names the request that makes it again, and the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.build import build_context
from context.listing import say_markdown
from context.request import Request
from context.statements import make_statements
from context.workbook import small_area_table, write_csv, write_workbook
from geodata.errors import RequestError

if TYPE_CHECKING:
    from context.build import Context
    from context.deck_slides import Picture
    from geodata.store import Store

MANIFEST = "manifest.json"
FORMAT_VERSION = 1
EPOCH = "2000-01-01T00:00:00Z"
"""Stands for the time of making in the GeoPackage, which would make every file different."""
Report = Callable[[str], None]


def write_pack(
    context: Context,
    folder: Path,
    *,
    template: Path | None = None,
    report: Report = lambda line: None,
) -> bool:
    """Write the pack of one context into ``folder``; return False where it is there already.

    Raises ``RequestError`` where the folder holds something else.
    """
    wanted = _identity(context, template)
    if folder.exists() and any(folder.iterdir()):
        there = _read_manifest(folder)
        if there is None:
            raise RequestError(
                f"The folder {folder} holds something else than a pack: name a new one."
            )
        if there["identity"] == wanted and _is_whole(folder, there):
            report(f"{folder.name}: there already, unchanged.")
            return False
    partial = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        _write_files(context, partial, template, report)
        _write_manifest(context, partial, wanted)
        _move(partial, folder)
    except OSError as error:
        raise RequestError(
            f"The pack could not be written to {folder}: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


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


def _write_files(context: Context, folder: Path, template: Path | None, report: Report) -> None:
    from context.charts import make_charts, write_chart
    from context.deck import write_deck

    said = make_statements(context)
    for name in ("maps", "charts"):
        (folder / name).mkdir()
    report("Drawing maps")
    pictures = _write_maps(context, folder / "maps")
    report("Drawing charts")
    charts = make_charts(context)
    for chart in charts.drawn:
        write_chart(chart, folder / "charts" / f"{chart.id}.png")
    report("Writing the deck and the data")
    deck = folder / "context.pptx"
    write_deck(context, deck, template=template, map_picture=pictures.__getitem__, charts=charts)
    write_workbook(context, said, folder / "context.xlsx")
    write_csv(context, folder / "context.csv")
    write_geopackage(context, folder / "context.gpkg")
    (folder / "statements.md").write_text(say_markdown(context) + "\n", encoding="utf-8")


def _write_maps(context: Context, folder: Path) -> dict[str, Picture]:
    """Write each map in both forms as PNG and SVG; the slide PNGs serve the deck too."""
    from context.deck_slides import Picture
    from context.ground import read_ground, select_layers
    from context.maps import alt_text, render_map, write_map

    ground = read_ground(context)
    pictures = {}
    for layer in select_layers(context):
        slide = render_map(ground, layer, form="slide")
        (folder / f"{layer.indicator}_slide.png").write_bytes(slide)
        words = layer.message or layer.title
        pictures[layer.indicator] = Picture(slide, alt_text(ground, layer), words)
        for form, suffix in (("slide", "svg"), ("standalone", "png"), ("standalone", "svg")):
            path = folder / f"{layer.indicator}_{form}.{suffix}"
            write_map(ground, layer, path, form)
    return pictures


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
        drawn_with = hashlib.sha256(template.read_bytes()).hexdigest() if template.is_file() else ""
    return {
        "format": FORMAT_VERSION,
        "request": json.loads(json.dumps(asdict(context.request))),
        "build": context.store.build,
        "template": drawn_with,
        "notices": list(context.notices),
    }


def _write_manifest(context: Context, folder: Path, identity: dict[str, Any]) -> None:
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "identity": identity,
        "command": command_of(context.request),
        "sources": [
            {key: entry[key] for key in ("id", "title", "publisher", "period", "licence")}
            for entry in context.store.manifest["datasets"]
        ],
        "files": files,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def command_of(request: Request) -> str:
    """Return the command that makes the pack of a request again."""
    words = ["incontext pack", f"--edition {request.edition}", f"--system {request.system}"]
    words += [f"--focus {code}" for code in request.focus]
    words += [f"--peer {code}" for code in request.peers]
    words += [f"--topic {request.topic}"]
    words += [f"--extent {request.extent}"] if request.extent else []
    return " ".join([*words, "-o DIR"])


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if {"identity", "files"} <= manifest.keys() else None


def _is_whole(folder: Path, manifest: dict[str, Any]) -> bool:
    for name, expected in manifest["files"].items():
        path = folder / name
        if (
            not path.is_file()
            or hashlib.sha256(path.read_bytes()).hexdigest() != expected["sha256"]
        ):
            return False
    return True


def write_packs(
    store: Store,
    folder: Path,
    *,
    topic: str,
    template: Path | None = None,
    jobs: int = 1,
    report: Report = lambda line: None,
) -> dict[str, str]:
    """Write the pack of every system of a store, one folder each, named by its code.

    A system that fails does not stop the others; returns code -> reason for those that failed.
    """
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    requests = [
        Request(edition=store.edition.id, system=code, topic=topic)
        for code in store.manifest["complete_systems"]
    ]
    folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    # A fresh interpreter each: a forked one would share the locks of the drawing library.
    with ProcessPoolExecutor(max(1, jobs), mp_context=get_context("spawn")) as pool:
        futures = {
            pool.submit(_write_one, request, folder / request.system, template): request.system
            for request in requests
        }
        for done, future in enumerate(as_completed(futures), start=1):
            code = futures[future]
            error = future.exception()
            if error is not None:
                failed[code] = str(error)
            made = "failed" if error else "made" if future.result() else "unchanged"
            report(f"{done} of {len(futures)}: {code} {made}")
    return failed


def _write_one(request: Request, folder: Path, template: Path | None) -> bool:
    from geodata.store import open_store

    context = build_context(request, open_store(request.edition))
    return write_pack(context, folder, template=template)
