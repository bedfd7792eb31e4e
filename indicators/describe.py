"""What the manifest of a build says: systems, measures, datasets and what is missing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd

from geodata.sources import Dataset
from indicators.aggregate import column
from indicators.catalogue import Measure
from indicators.schema import Missing

if TYPE_CHECKING:
    from geodata.download import RawFile


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
    wide: pd.DataFrame,
    areas: pd.DataFrame,
    measures: Iterable[Measure],
    periods: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Return, per measure: indicator, period, levels, areas ranked and limits of the fifths.

    ``of`` counts the small areas (MSOAs where it is published for those) that have a value; it is
    0, and there are no limits, where no small area has the measure.
    """
    levels = areas.groupby("measure", observed=True)["level"].unique()
    described = {}
    for measure in measures:
        entry: dict[str, Any] = {
            "indicator": measure.indicator,
            "period": periods[measure.id],
            "levels": list(levels.get(measure.id, [])),
            "of": 0,
            "limits": {},
        }
        if measure.is_of_small_areas:
            values = wide[column(measure.id, "value")]
            fifths = values.groupby(wide[column(measure.id, "quintile")]).agg(["min", "max"])
            entry["levels"].insert(0, measure.levels[0])
            entry["of"] = int(values.notna().sum())
            entry["limits"] = {str(k): [row["min"], row["max"]] for k, row in fifths.iterrows()}
        described[measure.id] = entry
    return described


def describe_missing(missing: Mapping[str, Iterable[Missing]]) -> list[dict[str, Any]]:
    """Return what is missing: indicator, measures, reason and remedy, one entry per reason."""
    entries: dict[tuple[str, str, str], list[str]] = {}
    for indicator, lost in missing.items():
        for entry in lost:
            entries.setdefault((indicator, entry.reason, entry.remedy), []).append(entry.measure)
    return [
        {"indicator": indicator, "measures": measures, "reason": reason, "remedy": remedy}
        for (indicator, reason, remedy), measures in entries.items()
    ]


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
                    "url": _address(file.url, dataset.part(name).params),
                    "sha256": file.sha256,
                    "bytes": file.size,
                    "downloaded_at": file.downloaded_at,
                    "rows": count_rows(file.path),
                }
                for name, file in raw[dataset.id].items()
            ],
        }
        for dataset in datasets.values()
        if dataset.id in raw
    ]


def _address(url: str, params: Mapping[str, str]) -> str:
    """Return the whole address that was asked; that of a given file as it is."""
    asked = bool(params) and "?" not in url and not url.startswith("file:")
    return f"{url}?{urlencode(params)}" if asked else url


def count_rows(path: Path) -> int:
    """Count the records of a raw file: rows below the first of a table, or outlines.

    A zip counts its first member, a workbook the rows of all its sheets.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if path.suffix == ".geojson":
        return path.read_bytes().count(b'"geometry"')
    if head.startswith(b"PK") and path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
            return max(sum(1 for _ in member) - 1, 0)
    if head.startswith(b"PK"):
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(path)
        return sum(book.get_sheet_by_name(name).total_height for name in book.sheet_names)
    with path.open("rb") as file:
        return max(sum(1 for _ in file) - 1, 0)
