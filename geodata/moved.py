"""What moved between the systems of an edition and those before or after it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.editions import Edition
from geodata.footprints import FOOTPRINT_COLUMNS, list_moves, moves, read_footprints

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
