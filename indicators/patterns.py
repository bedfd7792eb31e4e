"""Clusters of every indicator's main measure, computed once when a build is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from indicators.aggregate import column
from indicators.catalogue import SMALL_AREA, Indicator, catalogue

if TYPE_CHECKING:
    import geopandas as gpd

CLUSTER = "cluster"
KIND = "cluster_kind"


def clustered_measures(indicators: Iterable[Indicator], available: Iterable[str]) -> list[str]:
    """Return the main measure of each indicator that has a value of its own per small area."""
    there = set(available)
    chosen = (indicator.default_of(there) for indicator in indicators)
    measures = catalogue().measures
    return [name for name in chosen if name and measures[name].levels[0] == SMALL_AREA]


def find_clusters(
    wide: pd.DataFrame, outlines: gpd.GeoSeries, measures: Iterable[str]
) -> pd.DataFrame:
    """Return ``MEASURE.cluster_kind`` and ``MEASURE.cluster`` per small area of ``wide``.

    Kind and number as ``clusters.local_moran`` gives them, over all of England's small areas.
    """
    from indicators.clusters import contiguity, local_moran

    neighbours = contiguity(outlines)
    columns = {}
    for measure in measures:
        found = local_moran(wide[column(measure, "value")], neighbours).reindex(wide.index)
        columns[column(measure, KIND)] = found["kind"].astype(str)
        columns[column(measure, CLUSTER)] = found["cluster"]
    return pd.DataFrame(columns, index=wide.index)
