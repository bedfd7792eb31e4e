"""What is downloaded, from whom and under which licence: declared in TOML, read here.

A dataset (``iod``, ``population``, ``outlines`` ...) has one declaration per edition. It consists
of one or more parts, each of which is one thing to download and becomes one raw file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geodata.errors import SourceError

Kind = Literal["arcgis", "nomis", "file"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing to download; it becomes one raw file.

    ``kind`` says how: ``file`` is one address (``fallbacks`` are tried in turn when it is gone);
    ``arcgis`` is a layer or table of a feature service, read page by page and checked against
    its own count, written as one GeoJSON (``geometry``) or one CSV; ``nomis`` is a query read
    page by page and checked against its RECORD_COUNT, written as one CSV.
    """

    name: str
    kind: Kind
    suffix: str
    url: str = ""
    """Empty where no public address is recorded: the file has to be given."""
    fallbacks: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    service_pattern: str = ""
    """Where a service was renamed: the newest name in the service list that matches fully."""
    key: str = ""
    """Field that is unique per row (ArcGIS): pages are ordered by it and checked with it."""
    geometry: bool = False
    must_contain: tuple[str, ...] = ()
    """Texts that the first 64 KB of the raw file must hold, else the answer is not the data."""
    max_mb: int = 200


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One published dataset in one edition: its parts and everything a source line needs."""

    id: str
    edition: str
    title: str
    publisher: str
    licence: str
    attribution: str
    period: str
    vintage: str
    release_date: str
    landing_page: str
    note: str
    remedy: str
    """What to do to get a dataset that has no public address; empty where it has one."""
    parts: tuple[Part, ...]

    @property
    def is_given(self) -> bool:
        """Say whether a person has to give the file, since no public address is recorded."""
        return bool(self.remedy)

    def part(self, name: str = "main") -> Part:
        """Return the part called ``name``; raise ``SourceError`` with the names that exist."""
        for part in self.parts:
            if part.name == name:
                return part
        names = ", ".join(part.name for part in self.parts)
        raise SourceError(f"Dataset {self.id} has no part {name!r}; it has: {names}.")


def read_datasets(
    declared: Mapping[str, Any], publishers: Mapping[str, Any]
) -> dict[str, dict[str, Dataset]]:
    """Turn the ``[datasets]`` table of a TOML file into ``edition -> dataset id -> Dataset``.

    What is the same in every edition stands on the dataset, what differs in its ``editions``.
    """
    datasets: dict[str, dict[str, Dataset]] = {}
    for dataset_id, entry in declared.items():
        shared = {key: value for key, value in entry.items() if key != "editions"}
        for edition, special in entry["editions"].items():
            merged = {**shared, **special}
            datasets.setdefault(edition, {})[dataset_id] = _read_dataset(
                dataset_id, edition, merged, publishers[merged["publisher"]]
            )
    return datasets


def _read_dataset(
    dataset_id: str, edition: str, entry: Mapping[str, Any], publisher: Mapping[str, str]
) -> Dataset:
    return Dataset(
        id=dataset_id,
        edition=edition,
        title=entry["title"],
        publisher=publisher["name"],
        licence=entry.get("licence", publisher["licence"]),
        attribution=entry.get("attribution", publisher["attribution"]),
        period=entry.get("period", ""),
        vintage=entry.get("vintage", ""),
        release_date=entry.get("release_date", "not recorded"),
        landing_page=entry.get("landing_page", ""),
        note=entry.get("note", ""),
        remedy=entry.get("remedy", ""),
        parts=tuple(_read_part(name, part) for name, part in entry.get("parts", {}).items()),
    )


def _read_part(name: str, entry: Mapping[str, Any]) -> Part:
    values = dict(entry)
    for key in ("fallbacks", "must_contain"):
        values[key] = tuple(values.get(key, ()))
    return Part(name=name, **values)
