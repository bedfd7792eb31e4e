"""The conductor of a fetch: download, read, validate, aggregate, hand to the store."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import store
from geodata.areas import read_places
from geodata.editions import Edition
from geodata.errors import SourceError, StoreError
from geodata.fit import read_fit
from geodata.moved import list_moved, list_others
from geodata.sources import Dataset
from geodata.wards import read_ward_names
from indicators.aggregate import aggregate, carry_people, membership, publish, widen
from indicators.catalogue import Catalogue, Measure, catalogue
from indicators.describe import (
    describe_datasets,
    describe_measures,
    describe_missing,
    describe_systems,
)
from indicators.obtain import Raw, Report, datasets_of, obtain
from indicators.patterns import clustered_measures, find_clusters
from indicators.readers.population import people_of_edition
from indicators.schema import CONTRACT, Inputs, Missing, Reading, validate

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.download import Downloader

FORMAT_VERSION = 3
RAW = "raw"
LOCK = "fetch.lock"


@dataclass(frozen=True)
class Built:
    """What a fetch made, or found unchanged."""

    build: str
    folder: Path
    small_areas: int
    people: int
    unchanged: bool = False


def fetch(
    edition: Edition,
    *,
    files: Mapping[str, str] | None = None,
    refresh: bool = False,
    report: Report = lambda line: None,
) -> Built:
    """Build an edition from the publishers' files and make it the current one.

    ``files`` maps ``DATASET`` or ``DATASET.PART`` to a local path or an address that stands in for
    the declared one. Where neither the files nor this code changed since the build in use, that
    build is verified and stays. Raises an ``InContextError`` in one sentence if anything fails;
    the build in use is then untouched.
    """
    import filelock

    from geodata.download import Downloader

    folder = store.home() / edition.id
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / LOCK, timeout=0):
            store.remove_old_builds(folder)
            downloader = Downloader(folder.parent / RAW, refresh=refresh, report=report)
            raw = obtain(edition, files or {}, downloader)
            return _use(edition, raw, folder, downloader)
    except filelock.Timeout:
        raise StoreError(
            f"Another fetch of edition {edition.id} is running. Wait until it has ended."
        ) from None
    except OSError as error:
        raise StoreError(
            f"The store at {store.home()} cannot be written ({error.strerror or error}). "
            "Free some space or set INCONTEXT_HOME to another folder; the last good data stay."
        ) from error


def _use(edition: Edition, raw: Raw, folder: Path, downloader: Downloader) -> Built:
    """Build from raw files; what no reader takes makes way for the last files that were good."""
    report = downloader.report
    inputs = _fingerprint(edition, raw)
    try:
        built = _unchanged(folder, inputs, report) or _build(edition, raw, folder, inputs, report)
    except SourceError as error:
        blamed = error.blamed or tuple(raw)
        downloader.reject(f for name in blamed for f in raw.get(name, {}).values())
        raise
    downloader.accept(f for parts in raw.values() for f in parts.values())
    return built


def _fingerprint(edition: Edition, raw: Raw) -> str:
    """Digest all that a build follows from: the raw files and the code that reads them."""
    code = hashlib.sha256()
    for package in ("geodata", "indicators"):
        root = Path(__file__).resolve().parent.parent / package
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
            code.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    hashes = {f"{name}.{p}": f.sha256 for name, parts in raw.items() for p, f in parts.items()}
    text = json.dumps([FORMAT_VERSION, edition.id, hashes, code.hexdigest()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _unchanged(folder: Path, inputs: str, report: Report) -> Built | None:
    """Return the build in use if it follows from the same inputs and is whole."""
    name = store.read_current(folder)
    if name is None:
        return None
    try:
        manifest = store.verify_build(folder / name)
    except StoreError:
        return None
    if manifest.get("inputs") != inputs:
        return None
    report("Nothing has changed since the build in use.")
    systems = manifest["systems"]
    areas, people = (sum(s[key] for s in systems) for key in ("small_areas", "population"))
    return Built(name, folder / name, areas, people, unchanged=True)


def _build(edition: Edition, raw: Raw, folder: Path, inputs: str, report: Report) -> Built:
    entries = catalogue()
    files = {name: {p: f.path for p, f in parts.items()} for name, parts in raw.items()}
    report("Reading the lookups")
    places = read_places(files, edition)
    datasets = datasets_of(edition, entries)
    periods = {key: dataset.period for key, dataset in datasets.items()}
    given = Inputs(files=files, edition=edition, periods=periods, places=places)
    table, missing = read_indicators(entries, given, datasets, report)
    report("Computing authorities, systems and England")
    people = people_of_edition(given).reindex(places.index)
    there = set(table["measure"].unique())
    measures = [measure for measure in entries.measures.values() if measure.id in there]
    wide, areas = compute(table, measures, places, people)
    report("Repairing the outlines")
    shapes = _read_outlines(files, edition, places)
    report("Looking for clusters")
    clustered = clustered_measures(entries.indicators.values(), wide_measures(wide))
    wide = wide.join(find_clusters(wide, shapes, clustered))
    centre = shapes.centroid
    wards = read_ward_names(files, edition).reindex(places.index).fillna("")
    named = places.assign(
        ward_name=wards, people=people, easting=centre.x.round(1), northing=centre.y.round(1)
    )
    fit = read_fit(files["small_area_fit"]["main"])
    parts = {
        store.FIT: fit,
        store.PLACES: named.reset_index(),
        store.SMALL_AREAS: wide.assign(system_code=places["system_code"]).reset_index(),
        store.AREAS: areas,
        store.MEMBERSHIP: membership(places, people),
        store.OUTLINES: outline_table(shapes, places["system_code"]),
    }
    stamp = dt.datetime.now(dt.UTC)
    name = f"{stamp:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    manifest = {
        "format": FORMAT_VERSION,
        "build": name,
        "inputs": inputs,
        "edition": edition.id,
        "made_at": stamp.isoformat(timespec="seconds"),
        "complete_systems": sorted(places["system_code"].unique()),
        "systems": describe_systems(places, people),
        "measures": describe_measures(wide, areas, measures, first_periods(table)),
        "datasets": describe_datasets(datasets, raw),
        "missing": describe_missing(missing),
        "moved": list_moved(files, edition, places, people, fit),
        "others": list_others(files, edition, places, fit),
    }
    report("Writing the build")
    store.write_build(folder / name, parts, manifest)
    store.make_current(folder / name)
    return Built(name, folder / name, len(places), int(people.sum()))


def read_indicators(
    entries: Catalogue, inputs: Inputs, datasets: Mapping[str, Dataset], report: Report
) -> tuple[pd.DataFrame, dict[str, list[Missing]]]:
    """Run every reader of the catalogue.

    Returns one validated table of contract rows, and per indicator what is missing and why.
    """
    tables, missing = [], {}
    for indicator in entries.indicators.values():
        report(f"Reading {indicator.title.lower()}")
        absent = indicator.not_in.get(inputs.edition.id)
        main = datasets.get(indicator.datasets[0])
        if absent is None and main is not None and main.id not in inputs.files:
            absent = {"reason": f"{main.title} was not given.", "remedy": main.remedy}
        if absent is not None:
            nothing = pd.DataFrame(columns=list(CONTRACT))
            lost = tuple(Missing(measure=m.id, **absent) for m in indicator.measures)
            reading = Reading(table=nothing, missing=lost)
        else:
            reader = importlib.import_module(f"indicators.readers.{indicator.reader}")
            try:
                reading = reader.read(inputs)
                tables.append(validate(reading, indicator, inputs, file=indicator.datasets[0]))
            except SourceError as error:
                error.blamed = indicator.datasets
                raise
        if reading.missing:
            missing[indicator.id] = list(reading.missing)
    if not tables:
        raise SourceError("No indicator has a file: there is nothing to load.")
    return pd.concat(tables, ignore_index=True), missing


def compute(
    table: pd.DataFrame, measures: list[Measure], places: pd.DataFrame, people: pd.Series[float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the wide small-area table and the table of all larger areas (``AREA_TABLE``)."""
    of_parts = [measure for measure in measures if measure.is_of_small_areas]
    wide = carry_people(widen(table, of_parts, places), of_parts, people)
    summed = aggregate(wide, places, of_parts, first_periods(table))
    whole = table[~table["level"].isin(["lsoa", "msoa"])]
    if whole.empty:
        return wide, summed
    return wide, pd.concat([summed, publish(whole, places)], ignore_index=True)


def first_periods(table: pd.DataFrame) -> dict[str, str]:
    """Return the period of each measure."""
    first = table.drop_duplicates("measure")
    return dict(zip(first["measure"].astype(str), first["period"].astype(str), strict=True))


def wide_measures(wide: pd.DataFrame) -> list[str]:
    """Return the measures of which the small areas have a value column."""
    return [name.rpartition(".")[0] for name in wide.columns if name.endswith(".value")]


def _read_outlines(
    files: Mapping[str, Mapping[str, Path]], edition: Edition, places: pd.DataFrame
) -> gpd.GeoSeries:
    """Return the repaired outlines, in the order of the places."""
    from geodata.boundaries import read_outlines, repair_coverage

    outlines = read_outlines(files["outlines"]["main"], f"{edition.columns['small_area']}CD")
    strange = outlines.index.symmetric_difference(places.index)
    if len(strange):
        codes = ", ".join(strange[:5])
        raise SourceError(f"Outlines and lookup differ in {len(strange):,} areas: {codes}.")
    return repair_coverage(outlines).reindex(places.index)


def outline_table(shapes: gpd.GeoSeries, system_codes: pd.Series[str]) -> pd.DataFrame:
    """Lay out the outlines as they are stored: code, system, well-known binary."""
    return pd.DataFrame(
        {
            "area_code": shapes.index,
            "system_code": system_codes.to_numpy(),
            "geometry": shapes.to_wkb().to_numpy(),
        }
    )
