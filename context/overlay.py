"""A reader's own table laid over a store, so that everything shows it as one more indicator.

The overlaid store is a value of one session: nothing is written, and the build below it is
untouched. Its build has a name of its own, so that no cache mixes the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from context.own_areas import PEOPLE, compute_own, coverage, publish_own
from context.own_codes import all_places
from context.own_measure import OWN, OwnMeasure, extend_catalogue, make_measure
from context.own_table import OwnTable, read_values
from geodata.errors import VintageError
from geodata.store import Store
from indicators.catalogue import Catalogue, catalogue
from indicators.describe import describe_measures

__all__ = ["OWN", "OverlaidStore", "OwnTable", "catalogue_of", "coverage", "overlay", "read_values"]


@dataclass(frozen=True, eq=False)
class OverlaidStore(Store):
    """A store with one more indicator, ``own``, from a reader's table."""

    below: Store = field(kw_only=True, repr=False)
    entries: Catalogue = field(kw_only=True, repr=False)
    own_small_areas: pd.DataFrame = field(kw_only=True, repr=False)
    own_areas: pd.DataFrame = field(kw_only=True, repr=False)

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Every larger area, per measure, the reader's own last."""
        areas = self.below.areas
        own = self.own_areas.astype(areas.dtypes.to_dict())
        return pd.concat([areas, own], ignore_index=True)

    def small_areas(self, system_code: str) -> pd.DataFrame:
        """Return the wide table of a system's small areas, the reader's own columns last."""
        return self.below.small_areas(system_code).join(self.own_small_areas)


def catalogue_of(store: Store) -> Catalogue:
    """Return what is measured in a store: the catalogue, and the reader's own where there is one.

    The catalogue itself is shared by all readers and never changed.
    """
    return store.entries if isinstance(store, OverlaidStore) else catalogue()


def overlay(store: Store, table: OwnTable) -> OverlaidStore:
    """Lay a reader's table over a store.

    Values by small area or MSOA give larger areas the population-weighted mean, where the table
    says that they may be averaged and nearly all people of the area have a value; values by
    district stay as they are given. Raises ``VintageError`` for a table of another edition.
    """
    if table.edition != store.edition.id:
        raise VintageError(
            f"The table was read for edition {table.edition}; this is edition "
            f"{store.edition.id}. Choose edition {table.edition}, or give the table again."
        )
    if isinstance(store, OverlaidStore):
        raise TypeError("a table is laid over a build, not over another table")
    places = all_places(store)
    people = places[PEOPLE].astype(float)
    measure = make_measure(table, store, places)
    if table.level == "ltla":
        wide, areas = pd.DataFrame(index=places.index), publish_own(table, measure, store)
    else:
        wide, areas = compute_own(table, measure, store, places, people)
    return OverlaidStore(
        store.edition,
        store.folder,
        _manifest(store, table, measure, wide, areas),
        store.is_starter,
        store._checked,
        below=store,
        entries=extend_catalogue(measure),
        own_small_areas=wide,
        own_areas=areas,
    )


def _manifest(
    store: Store, table: OwnTable, measure: OwnMeasure, wide: pd.DataFrame, areas: pd.DataFrame
) -> dict[str, Any]:
    """Return the manifest of the build with the own measure, its source and a name of its own."""
    described = describe_measures(wide, areas, [measure], {OWN: table.period})
    if measure.is_of_small_areas:
        described[OWN]["of"] = int(table.values.notna().sum())
    dataset = {
        "id": OWN,
        "publisher": "the user's own table",
        "title": table.name,
        "licence": "not recorded (the user's own table)",
        "attribution": f"{table.name}: the user's own table, not official statistics.",
        "landing_page": "",
        "period": table.period,
        "vintage": f"edition {table.edition}",
        "release_date": "not recorded",
        "note": "Given for this session only; not checked against any source.",
        "files": [
            {
                "part": "main",
                "url": "file:///own-table.csv",
                "sha256": table.sha256,
                "bytes": 0,
                "downloaded_at": "not recorded",
                "rows": len(table.values),
            }
        ],
    }
    return {
        **store.manifest,
        "build": f"{store.build}-own-{table.sha256[:16]}",
        "measures": {**store.measures, **described},
        "datasets": [*store.manifest["datasets"], dataset],
    }
