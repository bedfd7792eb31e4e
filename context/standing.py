"""Where a place stands among the others: in England, and inside its system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.request import WHOLE

if TYPE_CHECKING:
    import pandas as pd

    from context.build import Context
    from indicators.catalogue import Measure


def wholly_inside(context: Context, measure_id: str) -> pd.Series[float]:
    """Return the values of the LTLAs that lie wholly in the system, by ``area_code``."""
    table = context.comparison
    rows = table[
        (table["measure"] == measure_id)
        & (table["role"] == "ltla")
        & (table["share_inside"] >= WHOLE)
    ]
    return rows.set_index("area_code")["value"]


def above_and_below(context: Context, measure_id: str, level: str, value: float) -> tuple[int, int]:
    """Count the areas of a level in England with a higher and with a lower value."""
    areas = context.store.areas
    values = areas[(areas["measure"] == measure_id) & (areas["level"] == level)]["value"]
    return int((values > value).sum()), int((values < value).sum())


def shown_alike(context: Context, measure: Measure, level: str, value: float) -> int:
    """Count the areas of a level in England that are displayed with the same figure, itself too."""
    areas = context.store.areas
    values = areas[(areas["measure"] == measure.id) & (areas["level"] == level)]["value"]
    return int((values.round(measure.decimals) == round(value, measure.decimals)).sum())
