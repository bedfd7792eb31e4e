"""The figures of the edition before, on the ground of today: what a change is measured from.

A place keeps its name while its boundary moves, so an earlier figure is summed over the small
areas that make up today's ground, never taken from the area of the same code. Small areas of the
two vintages are put together into units: the smallest pieces of ground that both vintages know
whole (the exact fit of the Office for National Statistics).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from context.request import is_small_area
from geodata.areas import ENGLAND_CODE
from geodata.editions import earlier_edition
from geodata.errors import StoreError
from geodata.fit import COLUMN_OF, units_of
from geodata.store import open_store, read_current
from indicators.aggregate import Total, column, sum_parts
from indicators.catalogue import Measure, catalogue

if TYPE_CHECKING:
    from context.build import Context
    from geodata.store import Store

NO_EARLIER = "Edition {edition} is the first: there is no earlier one to compare with."
NOT_LOADED = (
    "The change since edition {edition} is not known, because that edition is not loaded. Run "
    "`incontext fetch --edition {edition}`."
)
NUMBERS = ("value", "numerator", "denominator")


@dataclass(frozen=True)
class Earlier:
    """The edition before, on the ground of a store; without one, ``reason`` says why."""

    before: Store | None
    reason: str
    unit_of: pd.Series[int]
    """Unit of each small area of today."""
    sums: pd.DataFrame
    """Per unit: ``areas`` of today, ``held`` (all its earlier areas are loaded), and the summed
    ``MEASURE.numerator`` and ``MEASURE.denominator`` of the edition before."""

    def total(self, ground: pd.Index, measure: Measure) -> Total:
        """Return a measure of the edition before for a set of today's small areas.

        ``status`` says why where there is none: the ground is not made of whole units, or the
        edition before is not loaded for it.
        """
        counts = self.unit_of.reindex(ground).value_counts()
        rows = self.sums.loc[counts.index]
        cut = int((counts != rows["areas"]).sum())
        if cut:
            many = "areas" if cut > 1 else "area"
            return _nothing(f"its boundary runs through {cut} small {many} of the earlier vintage")
        if self.before is not None and not rows["held"].all():
            edition = self.before.edition.id
            return _nothing(
                f"that edition is not loaded for it (run `incontext fetch --edition {edition}`)"
            )
        return sum_parts(rows, measure)

    def england(self, measure: Measure) -> Total:
        """Return a measure of the edition before for England."""
        if self.before is None:
            return _nothing(self.reason)
        areas = self.before.areas
        row = areas[(areas["measure"] == measure.id) & (areas["area_code"] == ENGLAND_CODE)].iloc[0]
        value, numerator, denominator = (float(row[k]) for k in NUMBERS)
        return Total(value, numerator, denominator, "")


def read_earlier(store: Store) -> Earlier:
    """Open the edition before that of a store and lay its figures on today's ground."""
    return _read(store, earlier_build(store))


@lru_cache(maxsize=2)  # every request of a store looks back at the same figures
def _read(store: Store, build_before: str) -> Earlier:
    before = earlier_edition(store.edition)
    nothing = (pd.Series(dtype=int), pd.DataFrame())
    if before is None:
        return Earlier(None, NO_EARLIER.format(edition=store.edition.id), *nothing)
    try:
        found = open_store(before, root=store.folder.parent.parent)
        return Earlier(found, "", *_lay(found, store))
    except StoreError:
        return Earlier(None, NOT_LOADED.format(edition=before.id), *nothing)


def earlier_build(store: Store) -> str:
    """Name the build of the edition before that is in use beside a store, to keep caches apart."""
    before = earlier_edition(store.edition)
    if before is None:
        return ""
    return read_current(store.folder.parent.parent / before.id) or ""


def ground_of(context: Context, role: str, area_code: str) -> pd.Index:
    """Return the small areas of a place of a context: focus, peer, rest or system."""
    if role == "system":
        return context.places.index
    if role == "rest":
        return context.places.index[~context.in_focus]
    if role == "focus" and context.request.extent != "whole":
        return context.places.index[context.in_focus]
    codes = context.request.focus if role == "focus" else (area_code,)
    everywhere = context.store.every_place(["ltla_code", "utla_code"])
    if any(is_small_area(code) for code in codes):
        return everywhere.index[everywhere.index.isin(codes)]
    lies_in = everywhere["ltla_code"].isin(codes) | everywhere["utla_code"].isin(codes)
    return everywhere.index[lies_in]


def _lay(before: Store, now: Store) -> tuple[pd.Series[int], pd.DataFrame]:
    """Return ``Earlier.unit_of`` and ``Earlier.sums`` for the measures that compare over time."""
    wanted = [entry.change.measure for entry in catalogue().indicators.values()]
    fields = [
        column(measure, name)
        for measure in wanted
        if measure in before.measures
        for name in ("numerator", "denominator")
    ]
    table = before.every_small_area(fields)
    here, there = (COLUMN_OF[store.edition.small_area] for store in (now, before))
    same = here == there
    units = now.fit.assign(unit=pd.factorize(now.fit[here])[0]) if same else units_of(now.fit)
    unit_of = units.drop_duplicates(here).set_index(here)["unit"]
    earlier = units.drop_duplicates(there).set_index(there)["unit"]
    sums = table.groupby(earlier.reindex(table.index).to_numpy()).sum(min_count=1)
    sums = sums.reindex(np.unique(unit_of))
    found = pd.Series(table.index.to_numpy()).map(earlier).value_counts()
    expected = earlier.value_counts()
    held = found.reindex(sums.index).fillna(0) == expected.reindex(sums.index)
    return unit_of, sums.assign(areas=unit_of.value_counts().reindex(sums.index), held=held)


def _nothing(status: str) -> Total:
    return Total(np.nan, np.nan, np.nan, status)
