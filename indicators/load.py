"""The conductor of a fetch: download, read, validate, aggregate, hand to the store."""

from __future__ import annotations

import datetime as dt
import importlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata import store
from geodata.areas import read_places
from geodata.editions import Edition, area_datasets
from geodata.errors import RequestError, StoreError
from geodata.sources import Dataset
from indicators.aggregate import aggregate, column, membership, widen
from indicators.catalogue import Catalogue, catalogue
from indicators.schema import validate

if TYPE_CHECKING:
    from geodata.download import RawFile

Report = Callable[[str], None]
FORMAT_VERSION = 1
RAW = "raw"
LOCK = "fetch.lock"
PARALLEL_DOWNLOADS = 4


@dataclass(frozen=True)
class Built:
    """What a fetch made."""

    build: str
    folder: Path
    small_areas: int
    people: int


def fetch(
    edition: Edition,
    *,
    files: Mapping[str, str] | None = None,
    refresh: bool = False,
    report: Report = lambda line: None,
) -> Built:
    """Build an edition from the publishers' files and make it the current one.

    ``files`` maps ``DATASET`` or ``DATASET.PART`` to a local path or an address that stands in for
    the declared one. Raises an ``InContextError`` in one sentence if anything fails; the build in
    use is then untouched.
    """
    import filelock

    edition.require_loadable()
    folder = store.home() / edition.id
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / LOCK, timeout=0):
            store.remove_old_builds(folder)
            raw = _download(edition, files or {}, folder.parent / RAW, refresh, report)
            return _build(edition, raw, folder, report)
    except filelock.Timeout:
        raise StoreError(
            f"Another fetch of edition {edition.id} is running. Wait until it has ended."
        ) from None
    except OSError as error:
        raise StoreError(
            f"The store at {store.home()} cannot be written ({error.strerror or error}). "
            "Free some space or set INCONTEXT_HOME to another folder; the last good data stay."
        ) from error


def datasets_of(edition: Edition, entries: Catalogue) -> dict[str, Dataset]:
    """Return every dataset that a build of an edition needs, by id."""
    return {**area_datasets(edition.id), **entries.datasets.get(edition.id, {})}


def _download(
    edition: Edition, files: Mapping[str, str], cache: Path, refresh: bool, report: Report
) -> dict[str, dict[str, RawFile]]:
    from geodata.download import Downloader, local_file

    datasets = datasets_of(edition, catalogue())
    given = _parts_given(files, datasets)
    downloader = Downloader(cache, refresh=refresh, report=report)
    jobs = [(dataset, part) for dataset in datasets.values() for part in dataset.parts]

    def run(job: tuple[Dataset, Any]) -> RawFile:
        dataset, part = job
        path = given.get((dataset.id, part.name))
        if path is not None:
            return local_file(dataset, part, path, downloader)
        return downloader.fetch(dataset, part)

    raw: dict[str, dict[str, RawFile]] = {}
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        try:
            for (dataset, part), future in zip(jobs, futures, strict=True):
                raw.setdefault(dataset.id, {})[part.name] = future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return raw


def _parts_given(
    files: Mapping[str, str], datasets: Mapping[str, Dataset]
) -> dict[tuple[str, str], str]:
    given = {}
    for key, path in files.items():
        dataset_id, _, part = key.partition(".")
        if dataset_id not in datasets:
            known = ", ".join(datasets)
            raise RequestError(
                f'--file names a dataset "{dataset_id[:40]}" that this edition does not use. '
                f"Choose one of: {known}."
            )
        given[(dataset_id, datasets[dataset_id].part(part or "main").name)] = path
    return given


def _build(
    edition: Edition, raw: dict[str, dict[str, RawFile]], folder: Path, report: Report
) -> Built:
    entries = catalogue()
    files = {name: {p: f.path for p, f in parts.items()} for name, parts in raw.items()}
    report("Reading the lookups")
    places = read_places(files, edition)
    tables = read_indicators(entries, edition, files, places.index, report)
    measures = [m for m in entries.measures.values() if m.id in set(tables["measure"])]
    first = tables.drop_duplicates("measure")
    periods = dict(zip(first["measure"].astype(str), first["period"].astype(str), strict=True))
    report("Computing authorities, systems and England")
    wide = widen(tables, measures, places.index)
    people = wide[column("share_65_plus", "denominator")]
    areas = aggregate(wide, places, measures, periods)
    members = membership(places, people)
    report("Repairing the outlines")
    outlines = _read_outlines(files, edition, places)
    parts = {
        store.PLACES: places.assign(people=people).reset_index(),
        store.SMALL_AREAS: wide.assign(system_code=places["system_code"]).reset_index(),
        store.AREAS: areas,
        store.MEMBERSHIP: members,
        store.OUTLINES: outlines,
    }
    stamp = dt.datetime.now(dt.UTC)
    name = f"{stamp:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    manifest = {
        "format": FORMAT_VERSION,
        "build": name,
        "edition": edition.id,
        "made_at": stamp.isoformat(timespec="seconds"),
        "complete_systems": sorted(places["system_code"].unique()),
        "systems": describe_systems(places, people),
        "measures": describe_measures(wide, measures, periods),
        "datasets": describe_datasets(datasets_of(edition, entries), raw),
        "missing": [{"indicator": key, **entry} for key, entry in entries.not_available.items()],
    }
    report("Writing the build")
    store.write_build(folder / name, parts, manifest)
    store.make_current(folder / name)
    return Built(name, folder / name, len(places), int(people.sum()))


def read_indicators(
    entries: Catalogue,
    edition: Edition,
    files: Mapping[str, Mapping[str, Path]],
    area_codes: pd.Index[str],
    report: Report,
) -> pd.DataFrame:
    """Run every reader of the catalogue; one validated table of contract rows."""
    periods = {key: d.period for key, d in datasets_of(edition, entries).items()}
    tables = []
    for indicator in entries.indicators.values():
        report(f"Reading {indicator.title.lower()}")
        reader = importlib.import_module(f"indicators.readers.{indicator.reader}")
        table = reader.read(files, edition, periods)
        tables.append(validate(table, indicator, area_codes, file=indicator.datasets[0]))
    return pd.concat(tables, ignore_index=True)


def _read_outlines(
    files: Mapping[str, Mapping[str, Path]], edition: Edition, places: pd.DataFrame
) -> pd.DataFrame:
    from geodata.boundaries import read_outlines, repair_coverage

    outlines = read_outlines(files["outlines"]["main"], f"LSOA{edition.small_area_year}CD")
    strange = outlines.index.symmetric_difference(places.index)
    if len(strange):
        codes = ", ".join(strange[:5])
        raise StoreError(f"Outlines and lookup differ in {len(strange):,} areas: {codes}.")
    repaired = repair_coverage(outlines)
    return pd.DataFrame(
        {
            "area_code": repaired.index,
            "system_code": places["system_code"].reindex(repaired.index).to_numpy(),
            "geometry": repaired.to_wkb().to_numpy(),
        }
    )


def describe_systems(places: pd.DataFrame, people: pd.Series[float]) -> list[dict[str, Any]]:
    """Return code, name, small areas and people of each system, by code."""
    counts = places.groupby("system_code").size()
    names = places.drop_duplicates("system_code").set_index("system_code")["system_name"]
    totals = people.groupby(places["system_code"]).sum()
    return [
        {
            "code": str(code),
            "name": str(names[code]),
            "small_areas": int(counts[code]),
            "population": int(totals[code]),
        }
        for code in counts.index
    ]


def describe_measures(
    wide: pd.DataFrame, measures: Iterable[Any], periods: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return, per measure: indicator, period, areas ranked and limits of the national fifths."""
    described = {}
    for measure in measures:
        values = wide[column(measure.id, "value")]
        fifths = values.groupby(wide[column(measure.id, "quintile")]).agg(["min", "max"])
        described[measure.id] = {
            "indicator": measure.indicator,
            "period": periods[measure.id],
            "of": int(values.notna().sum()),
            "limits": {str(k): [row["min"], row["max"]] for k, row in fifths.iterrows()},
        }
    return described


def describe_datasets(
    datasets: Mapping[str, Dataset], raw: Mapping[str, Mapping[str, RawFile]]
) -> list[dict[str, Any]]:
    """Return the manifest entry of each dataset: who, what, licence, where from, hash, when."""
    return [
        {
            "id": dataset.id,
            "publisher": dataset.publisher,
            "title": dataset.title,
            "licence": dataset.licence,
            "attribution": dataset.attribution,
            "landing_page": dataset.landing_page,
            "period": dataset.period,
            "vintage": dataset.vintage,
            "release_date": dataset.release_date,
            "note": dataset.note,
            "files": [
                {
                    "part": name,
                    "url": file.url,
                    "sha256": file.sha256,
                    "bytes": file.size,
                    "downloaded_at": file.downloaded_at,
                    "rows": count_rows(file.path),
                }
                for name, file in raw[dataset.id].items()
            ],
        }
        for dataset in datasets.values()
    ]


def count_rows(path: Path) -> int | None:
    """Count the data rows of a CSV; None for formats where a row has no plain meaning."""
    if path.suffix != ".csv":
        return None
    with path.open("rb") as file:
        return max(sum(1 for _ in file) - 1, 0)
