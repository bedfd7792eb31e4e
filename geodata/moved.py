"""What moved between the systems of an edition and those before or after it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.areas import read_lookup
from geodata.editions import Edition
from geodata.fit import COLUMN_OF
from geodata.footprints import FOOTPRINT_COLUMNS, list_moves, moves, read_footprints
from geodata.names import normalise

OTHER_LEVELS = ("system", "ltla")
HOLDS_AT_LEAST = 0.01
"""Share of the small areas of an area from which a place that holds them now is named."""
FORMER = {"2024": "2020", "2026": "2024"}
LATER = {"2020": "2024"}


def list_moved(
    files: Mapping[str, Mapping[str, Path]],
    edition: Edition,
    places: pd.DataFrame,
    people: pd.Series[float],
    fit: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Return what moved into or out of the systems of an edition, as ``list_moves`` gives it.

    Small areas and people are those of this edition. ``fit`` is the table of ``fit.read_fit``.
    """
    own = places.assign(people=people).reset_index()[list(FOOTPRINT_COLUMNS)]
    nobody = pd.Series(dtype=float)
    if edition.id in FORMER and "former_systems" in files:
        other = Edition.named(FORMER[edition.id])
        before = read_footprints(files["former_systems"]["main"], other, nobody)
        carried = fit if other.small_area != edition.small_area else None
        return list_moves(moves(before, own, carried, count="after"))
    if edition.id in LATER and "later_systems" in files:
        other = Edition.named(LATER[edition.id])
        after = read_footprints(files["later_systems"]["main"], other, nobody)
        return list_moves(moves(own, after, fit, count="before"))
    return []


def list_others(
    files: Mapping[str, Mapping[str, Path]],
    edition: Edition,
    places: pd.DataFrame,
    fit: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Return the systems and districts of the neighbouring edition that this one does not have.

    Each has ``code, name, level, edition`` and ``here``, the code and name of each area of this
    edition that holds its small areas, most first. ``places`` is indexed by ``area_code``; ``fit``
    is the table of ``fit.read_fit``.
    """
    for dataset, neighbour in (("former_systems", FORMER), ("later_systems", LATER)):
        if edition.id in neighbour and dataset in files:
            other = Edition.named(neighbour[edition.id])
            pairs = _on_ground(files[dataset]["main"], other, edition, fit)
            return [
                entry
                for level in OTHER_LEVELS
                for entry in _others_of(pairs.join(places, on="here_code"), level, other.id)
            ]
    return []


def _on_ground(path: Path, other: Edition, edition: Edition, fit: pd.DataFrame) -> pd.DataFrame:
    """Read the other lookup, one row per small area of this edition on the same ground."""
    prefixes = {level: other.columns[level] for level in ("small_area", *OTHER_LEVELS)}
    names = {f"{prefixes['small_area']}CD": "other_code"}
    for level in OTHER_LEVELS:
        names |= {f"{prefixes[level]}{end}": f"other_{level}_{end}" for end in ("CD", "NM")}
    lookup = read_lookup(path, names)
    if other.small_area == edition.small_area:
        return lookup.assign(here_code=lookup["other_code"])
    there, here = COLUMN_OF[other.small_area], COLUMN_OF[edition.small_area]
    pairs = fit.rename(columns={there: "other_code", here: "here_code"})
    return lookup.merge(pairs[["other_code", "here_code"]], on="other_code")


def _others_of(pairs: pd.DataFrame, level: str, edition: str) -> list[dict[str, Any]]:
    codes, names = f"other_{level}_CD", f"other_{level}_NM"
    here = [f"{level}_code", f"{level}_name"]
    known = set(pairs[here[0]]) | {normalise(name) for name in pairs[here[1]].unique()}
    counts = pairs.groupby([codes, names, *here], as_index=False).size()
    found = []
    for (code, name), rows in counts.groupby([codes, names]):
        if code in known and normalise(str(name)) in known:
            continue
        held = rows[rows["size"] >= HOLDS_AT_LEAST * rows["size"].sum()]
        held = held.sort_values(["size", here[0]], ascending=[False, True])
        areas = [{"code": str(c), "name": str(n)} for c, n in held[here].to_numpy()]
        entry = {"code": str(code), "name": str(name), "level": level, "edition": edition}
        found.append({**entry, "here": areas})
    return found
