"""Clusters: where neighbouring small areas are high together, or low together, beyond chance.

Local Moran's I (Anselin L, 1995, "Local indicators of spatial association - LISA", Geographical
Analysis 27, 93-115) on all of England's small areas, so that the edge of a system has its
neighbours too. In order:

1. Two areas are neighbours where their outlines share an edge or a corner (queen contiguity).
2. Values become normal scores by rank (Blom G, 1958, "Statistical Estimates and Transformed
   Beta-Variables"): z = Phi^-1((rank - 3/8) / (n + 1/4)), ties at their mean rank, then divided
   by their standard deviation. Skewed values would spoil the normal approximation of step 4.
3. I_i = z_i x (mean of z over the neighbours of i): row-standardised weights w_ij = 1/neighbours.
4. Conditional randomisation (Sokal RR, Oden NL, Thomson BA, 1998, "Local spatial autocorrelation
   in a biological model", Geographical Analysis 30, 331-354, A7 and A8): the value stays at i and
   all others are dealt out anew. With m2 = sum(z^2)/n, w_i = sum_j(w_ij), w_i2 = sum_j(w_ij^2):

       E(I_i)   = -w_i z_i^2 / ((n - 1) m2)
       Var(I_i) = (z_i / m2)^2  n/(n - 2)  (w_i2 - w_i^2/(n - 1))  (m2 - z_i^2/(n - 1))

   They come from esda; permutations would differ from seed to seed. p = 2 (1 - Phi(|I - E| / sd)),
   two-sided: an area unlike its neighbours is a departure from chance as well, though no cluster.
5. False-discovery rate 5% over all areas tested (Benjamini Y, Hochberg Y, 1995, "Controlling the
   false discovery rate", Journal of the Royal Statistical Society B 57, 289-300).
6. A cluster: at least three areas, each established, each above (or each below) the middle with
   neighbours on the same side, connected through one another.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.errors import BoundaryError, SourceError

if TYPE_CHECKING:
    import geopandas as gpd

HIGH = "high"
LOW = "low"
NO_CLUSTER = ""
NO_NEIGHBOURS = "no neighbours"
NO_VALUE = "no value"
FALSE_DISCOVERY_RATE = 0.05
AREAS_AT_LEAST = 3
TESTED_AT_LEAST = 4
"""The variance of step 4 divides by n - 2; below this nothing could be established anyway."""
MIDDLE = 1e-9
"""A normal score nearer to 0 than this is on neither side."""
NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Neighbours:
    """Which areas touch; ``graph`` is a ``libpysal.graph.Graph`` of weights 1 over all codes."""

    graph: Any

    @property
    def codes(self) -> pd.Index[str]:
        """Return every area, with neighbours or without, sorted."""
        codes: pd.Index[str] = self.graph.unique_ids
        return codes

    @property
    def isolated(self) -> tuple[str, ...]:
        """Return the areas that touch no other, such as islands, sorted."""
        return tuple(sorted(str(code) for code in self.graph.isolates))


def contiguity(outlines: gpd.GeoSeries) -> Neighbours:
    """Find the neighbours of every area: outlines that share an edge or a corner.

    ``outlines`` is a valid coverage in EPSG:27700 indexed by ``area_code``, as
    ``geodata.boundaries.repair_coverage`` returns it, in any order. It must be valid: neighbours
    are found by vertices in common. Raises ``BoundaryError`` for several outlines of one code.
    """
    from libpysal.graph import Graph

    if not outlines.index.is_unique:
        twice = outlines.index[outlines.index.duplicated()]
        raise BoundaryError(f"Several outlines for {_named(twice)}. Repair the coverage first.")
    if outlines.empty:
        raise BoundaryError("There are no outlines to find neighbours in. Load the outlines first.")
    return Neighbours(Graph.build_contiguity(outlines.sort_index(), rook=False, strict=False))


def normal_scores(values: pd.Series[float]) -> pd.Series[float]:
    """Turn values into normal scores by rank, with mean 0 and standard deviation 1.

    Ties share their mean rank; missing stays missing; scores of equal values are all 0.

    >>> normal_scores(pd.Series([1.0, 50.0, 2.0])).round(4).tolist()
    [-1.2247, 1.2247, 0.0]
    """
    of = int(values.notna().sum())
    ranks = values.rank(method="average")
    normal = NormalDist()
    by_rank = {rank: normal.inv_cdf((rank - 0.375) / (of + 0.25)) for rank in ranks.dropna()}
    scores = ranks.map(by_rank).astype(float)
    centred = scores - scores.mean()
    spread = float(centred.std(ddof=0)) if values.nunique() > 1 else 0.0
    return centred / spread if spread else centred * 0.0


def local_moran(values: pd.Series[float], neighbours: Neighbours) -> pd.DataFrame:
    """Test each area against its neighbours and join the established ones into clusters.

    ``values`` is indexed by ``area_code``, in any order. An area that is absent or null is left
    out: its neighbours keep their other neighbours. Returns one row per area of ``neighbours``,
    sorted by ``area_code``: ``z`` (normal score), ``neighbours_mean`` (of z), ``i`` (local Moran's
    I), ``p`` (two-sided, before the false-discovery rule), ``kind`` and ``cluster`` (whole number,
    1 = most areas, then by smallest code; null outside clusters). ``kind`` is "high" or "low" in a
    cluster, "no neighbours" or "no value" where nothing could be tested, else "". Raises
    ``BoundaryError`` for an area without outline, ``SourceError`` for a code that stands twice or
    a value that is not finite.
    """
    _check(values, neighbours)
    present = values.dropna().astype(float).sort_index()
    graph = neighbours.graph.subgraph(present.index)
    tested = present.drop(graph.isolates)
    result = pd.DataFrame(
        {"z": np.nan, "neighbours_mean": np.nan, "i": np.nan, "p": np.nan, "kind": NO_VALUE},
        index=neighbours.codes.rename("area_code"),
    ).sort_index()
    result.loc[graph.isolates, "kind"] = NO_NEIGHBOURS
    result.loc[neighbours.graph.isolates, "kind"] = NO_NEIGHBOURS
    result["cluster"] = pd.array([pd.NA] * len(result), dtype="Int64")
    result.loc[tested.index, "kind"] = NO_CLUSTER
    if len(tested) < TESTED_AT_LEAST or tested.nunique() < 2:
        return result
    found, sides = _test(tested, graph.subgraph(tested.index))
    result.loc[tested.index, list(found.columns)] = found
    clusters = _join(sides, graph)
    result.loc[clusters.index, "kind"] = sides.reindex(clusters.index)
    result.loc[clusters.index, "cluster"] = clusters
    return result


def _test(values: pd.Series[float], graph: Any) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return z, neighbours_mean, i, p of every area, and the side of the established ones."""
    import esda

    z = normal_scores(values)
    with warnings.catch_warnings():  # esda sets a filter for the whole process
        found = esda.Moran_Local(z.to_numpy(), graph.transform("r"), permutations=0)
    # esda divides I by the variance over n - 1 but its moments by the one over n
    statistic = found.Is * (found.n / found.n_1)
    spread = np.sqrt(np.maximum(found.VIc, 0.0))
    known = np.abs(found.z) > MIDDLE  # there, rounding alone would decide the side and p
    deviate = np.zeros(len(z))
    deviate[known] = (statistic - found.EIc)[known] / spread[known]
    p = np.array([math.erfc(abs(t) / math.sqrt(2)) for t in deviate])
    mean = np.asarray(found.w.lag(found.z), dtype=float)
    table = pd.DataFrame(
        {"z": found.z, "neighbours_mean": mean, "i": statistic, "p": p}, index=values.index
    )
    established = p <= esda.fdr(p, FALSE_DISCOVERY_RATE)
    sides = pd.Series(NO_CLUSTER, index=values.index)
    sides[established & (found.z > MIDDLE) & (mean > 0)] = HIGH
    sides[established & (found.z < -MIDDLE) & (mean < 0)] = LOW
    return table, sides[sides != NO_CLUSTER]


def _join(sides: pd.Series[str], graph: Any) -> pd.Series[int]:
    """Number the connected areas of one side: the largest first, then by smallest code."""
    groups: list[list[str]] = []
    for side in (HIGH, LOW):
        codes = sides.index[sides == side]
        if len(codes):
            labels = graph.subgraph(codes).component_labels
            parts = labels.groupby(labels).groups.values()
            groups += [sorted(part) for part in parts if len(part) >= AREAS_AT_LEAST]
    groups.sort(key=lambda codes: (-len(codes), codes[0]))
    numbers = {code: i for i, codes in enumerate(groups, start=1) for code in codes}
    return pd.Series(numbers, dtype="Int64").sort_index()


def _check(values: pd.Series[float], neighbours: Neighbours) -> None:
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()]
        raise SourceError(f"Several values for {_named(twice)}. Give one value per area.")
    unknown = values.index.difference(neighbours.codes)
    if len(unknown):
        raise BoundaryError(
            f"Areas with values have no outline: {_named(unknown)}. "
            "Use outlines of the same edition."
        )
    endless = values.index[np.isinf(values.to_numpy(dtype=float))]
    if len(endless):
        raise SourceError(f"Values must be finite numbers, but are not for {_named(endless)}.")


def _named(codes: pd.Index[Any]) -> str:
    distinct = sorted({str(code) for code in codes})
    more = len(distinct) - NAMED_AT_MOST
    return ", ".join(distinct[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
