"""Bringing the raw files of an edition: downloaded, kept from before, or given by a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from geodata.editions import Edition, area_datasets
from geodata.errors import DownloadError, RequestError, SourceError, VintageError
from geodata.sources import Dataset, Part
from indicators.catalogue import Catalogue, catalogue

if TYPE_CHECKING:
    from geodata.download import Downloader, RawFile

Report = Callable[[str], None]
Raw = dict[str, dict[str, "RawFile"]]
PARALLEL_DOWNLOADS = 4


def datasets_of(edition: Edition, entries: Catalogue) -> dict[str, Dataset]:
    """Return every dataset that a build of an edition needs, by id."""
    return {**area_datasets(edition.id), **entries.datasets.get(edition.id, {})}


def obtain(edition: Edition, files: Mapping[str, str], downloader: Downloader) -> Raw:
    """Download every part of an edition, or take what was given; what nobody gave is absent.

    Raises ``VintageError`` where the edition awaits its publisher, ``RequestError`` for a file
    given for a dataset that the edition does not use.
    """
    from geodata.progress import planned

    datasets = datasets_of(edition, catalogue())
    given = _parts_given(files, datasets)
    jobs = [(dataset, part) for dataset in datasets.values() for part in dataset.parts]
    downloader.sweep(edition.id)
    downloader.report(planned(len(jobs)))
    raw: Raw = {}
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        futures = [
            pool.submit(_obtain, downloader, *job, given.get((job[0].id, job[1].name)))
            for job in jobs
        ]
        try:
            for (dataset, part), future in zip(jobs, futures, strict=True):
                file = future.result()
                if file is not None:
                    raw.setdefault(dataset.id, {})[part.name] = file
        except (DownloadError, SourceError) as error:
            downloader.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            if edition.awaits and dataset.id == "system_lookup":
                raise VintageError(
                    f"Edition {edition.id} awaits {edition.awaits}, which the publisher does "
                    "not serve yet: give it with --file system_lookup=PATH, or choose another "
                    "edition."
                ) from error
            raise
        except BaseException:
            downloader.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return raw


def _obtain(
    downloader: Downloader, dataset: Dataset, part: Part, path: str | None
) -> RawFile | None:
    """Take the file that was given, else fetch it; None where nobody gave what must be given."""
    from geodata.download import local_file

    if path is not None:
        return local_file(dataset, part, path, downloader)
    if not part.url:
        return downloader.given(dataset, part)
    return downloader.fetch(dataset, part)


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
