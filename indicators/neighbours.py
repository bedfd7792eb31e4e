"""Statistical neighbours: the authorities of England whose people and land are most alike.

The usual approach of nearest-neighbour models, such as CIPFA's for councils and the one of the
Office for National Statistics ("Clustering similar local authorities and statistical nearest
neighbours in the UK"): choose features that shape need but are not the outcome to be compared,
put them on one scale, and take the smallest Euclidean distances. Ours has three themes that count
alike: age, density, deprivation.

Left out on purpose: life expectancy, because it is what neighbours are compared on; and ethnicity,
because it is itself a topic of the comparison (a place would be set only against places with its
own share, and could not stand out), and because it would count London twice beside density. It is
therefore not to be said that neighbours are alike in ethnicity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.errors import NotAvailableError, RequestError, UnknownNameError

LEVEL = "ltla"
DENSITY = "people_per_km2"
THEMES: dict[str, tuple[str, ...]] = {
    "age": ("share_65_plus", "share_75_plus", "share_85_plus"),
    "density": (DENSITY,),
    "deprivation": ("imd_score",),
}


@dataclass(frozen=True)
class Nearest:
    """The nearest authorities and what nearness was measured on.

    ``areas`` has one row per neighbour, nearest first: ``area_code, area_name, distance``;
    ``used`` and ``left_out`` are the measures that the edition has and has not.
    """

    areas: pd.DataFrame
    used: tuple[str, ...]
    left_out: tuple[str, ...]


def nearest(areas: pd.DataFrame, code: str, count: int = 5) -> Nearest:
    """Find the LTLAs most like one LTLA, nearest first; equal distances by code.

    ``areas`` is the store's table of areas (``AREA_TABLE`` rows). Each measure, density as its
    logarithm, becomes a standard score over all LTLAs of England. The squared difference of a
    theme is the mean over its measures, so that three age shares weigh as much as one density; the
    distance is the root of their sum over the themes, in standard deviations, and the same in both
    directions. LTLAs that lack a measure in use are no neighbours of any. Raises
    ``UnknownNameError`` for a code that is no LTLA of the edition, ``NotAvailableError`` where the
    LTLA lacks a measure or the edition has none, ``RequestError`` for a count below 1.

    >>> # scores (age, density, deprivation) of (1, 0, 0) and (0, 2, 2) are 3 apart
    """
    if count < 1:
        raise RequestError(f"Ask for at least 1 statistical neighbour, not {count}.")
    rows = areas[areas["level"] == LEVEL]
    names = rows.drop_duplicates("area_code").set_index("area_code")["area_name"]
    if code not in names.index:
        raise UnknownNameError(
            f"{code} is no lower-tier authority of this edition. Choose a district or unitary."
        )
    values, left_out = _measures(rows)
    if code not in values.index:
        raise NotAvailableError(
            f"{names[code]} has no statistical neighbours: a figure on "
            f"{', '.join(values.columns)} is not published for it."
        )
    distances = _distances(_standardise(values), code).drop(code)
    table = distances.rename_axis("area_code").reset_index(name="distance")
    table = table.sort_values(["distance", "area_code"], ignore_index=True).head(count)
    table.insert(1, "area_name", names.reindex(table["area_code"]).to_numpy())
    return Nearest(table, tuple(values.columns), left_out)


def _measures(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the LTLAs with all measures of the edition in columns, and the measures it lacks."""
    wanted = [measure for theme in THEMES.values() for measure in theme]
    wide = (
        rows[rows["measure"].isin(wanted)]
        .pivot(index="area_code", columns="measure", values="value")
        .reindex(columns=wanted)
        .astype(float)
    )
    wide[DENSITY] = np.log(wide[DENSITY].where(wide[DENSITY] > 0))
    used = [measure for measure in wanted if wide[measure].notna().any()]
    if not used:
        raise NotAvailableError(
            "This edition has none of the measures that statistical neighbours are found by "
            f"({', '.join(wanted)}). Load it with `incontext fetch`."
        )
    left_out = tuple(measure for measure in wanted if measure not in used)
    return wide[used].dropna().sort_index(), left_out


def _standardise(values: pd.DataFrame) -> pd.DataFrame:
    spread = values.std(ddof=0)
    return (values - values.mean()) / spread.where(spread > 0, 1.0)


def _distances(scores: pd.DataFrame, code: str) -> pd.Series[float]:
    squares = (scores - scores.loc[code]) ** 2
    total = pd.Series(0.0, index=scores.index)
    for theme in THEMES.values():
        used = [measure for measure in theme if measure in squares]
        if used:
            total = total + squares[used].mean(axis=1)
    return pd.Series(np.sqrt(total), index=scores.index)
