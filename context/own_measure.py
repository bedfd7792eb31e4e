"""The measure of a reader's own table, and the catalogue with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from context.own_codes import LEVEL_NAMES
from indicators.catalogue import SMALL_AREA, Catalogue, Indicator, Measure, catalogue

if TYPE_CHECKING:
    import pandas as pd

    from context.own_table import OwnTable
    from geodata.store import Store

OWN = "own"
"""Id of the indicator, of its measure and of its dataset."""
COVERED = 0.95
"""Least share of an area's people, or of England's areas, that must have a value.

A mean of a part must not stand for the whole, nor a rank among a few for one in England.
"""


@dataclass(frozen=True, kw_only=True)
class OwnMeasure(Measure):
    """The measure of a reader's table; its fifths are national only where England is covered."""

    national: bool

    @property
    def is_compared(self) -> bool:
        """Say whether larger areas have it: not where it is of small areas and not averaged."""
        return self.adds_up or not self.is_of_small_areas

    def fifth_words(self) -> dict[int, str]:
        """Return the words for each fifth, saying among which areas where not all of England."""
        words = super().fifth_words()
        return words if self.national else {k: f"{w} of the areas given" for k, w in words.items()}


def make_measure(table: OwnTable, store: Store, places: pd.DataFrame) -> OwnMeasure:
    """Describe a reader's table as a measure of the catalogue."""
    national = _is_national(table, store, places)
    mean = " Larger areas have the mean weighted by their people." if table.averaged else ""
    among = "" if national else " The fifths are among the areas given, not among all of England."
    return OwnMeasure(
        id=OWN,
        indicator=OWN,
        title=table.name,
        phrase=f"value of “{table.name}”",
        unit="score",
        decimals=_decimals(table.values),
        quantity="own values",
        polarity="neutral",
        low_words="lowest",
        high_words="highest",
        aggregation="weighted mean" if table.averaged else "published only",
        levels=(table.level,),
        counted="",
        count="",
        weight="people" if table.averaged else "",
        sex="all",
        age="all",
        worth_saying=0.0,
        minimum=0,
        fifths_from="",
        datasets=(OWN,),
        definition=(
            f"These are values from the user's own table, by "
            f"{LEVEL_NAMES[table.level].removeprefix('codes of ')}.{mean}"
        ),
        limit=f"these are not official statistics and were not checked.{among}",
        national=national,
    )


def _is_national(table: OwnTable, store: Store, places: pd.DataFrame) -> bool:
    """Say whether nearly every area of England of the level has a value."""
    given = int(table.values.notna().sum())
    if table.level == "ltla":
        members = store.membership
        return given >= COVERED * members.loc[members["level"] == "ltla", "area_code"].nunique()
    if len(store.manifest["complete_systems"]) < len(store.manifest["systems"]):
        return False
    areas = len(places) if table.level == SMALL_AREA else places["msoa_code"].nunique()
    return given >= COVERED * areas


def _decimals(values: pd.Series[float]) -> int:
    """Return the decimals to show: those that the values have, at most what their size needs."""
    known = values.dropna().abs()
    largest = float(known.max()) if len(known) else 0.0
    most = 1 if largest >= 10 else 2 if largest >= 1 else 4
    return next((d for d in range(most) if np.allclose(known, known.round(d), rtol=0)), most)


def extend_catalogue(measure: OwnMeasure) -> Catalogue:
    """Return the catalogue with the own indicator, of which every topic speaks last."""
    shared = catalogue()
    own = Indicator(
        id=OWN,
        title=measure.title,
        reader="",
        datasets=(OWN,),
        defaults=(OWN,),
        order=1 + max(entry.order for entry in shared.indicators.values()),
        measures=(measure,),
        not_in={},
    )
    topics = {name: (*order, OWN) for name, order in shared.topics.items()}
    return replace(shared, indicators={**shared.indicators, OWN: own}, topics=topics)
