"""What a map shows, as plain values: the ground (where) and the layers (what) of one request.

Both the still maps and the interactive map draw from these, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FIFTHS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The small areas of one system and the places in it, in EPSG:27700.

    ``outlines`` has one geometry per small area, indexed by ``area_code``; ``area_names``,
    ``ltla_codes``, ``people`` and ``in_focus`` (boolean) share that index. ``ltla_names`` is
    indexed by LTLA code. ``focus_outline`` is the dissolve of the small areas in the focus, or
    None without a focus; ``ltla_outlines`` the dissolve by LTLA, inside the system only.
    """

    system_code: str
    system_name: str
    focus_name: str | None
    outlines: gpd.GeoSeries
    area_names: pd.Series[str]
    ltla_codes: pd.Series[str]
    ltla_names: pd.Series[str]
    people: pd.Series[float]
    in_focus: pd.Series[bool]
    ltla_outlines: gpd.GeoSeries
    focus_outline: object | None
    boundary_note: str
    """For example "Outlines generalised to 200 m"."""
    attribution: str
    """For example "Contains OS data © Crown copyright and database right 2011"."""

    @cached_property
    def drawn(self) -> dict[Any, Any]:
        """What was drawn of this ground, kept for its next map and gone with the ground."""
        return {}


class Origin(NamedTuple):
    """A dataset behind a layer, as it is named under a picture."""

    publisher: str
    title: str
    period: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One measure on the ground.

    ``values`` (float, NaN where missing), ``fifths`` (nullable integer 1 to 5, 5 the highest
    values in England) and ``reasons`` (why a value is missing, else "") are indexed by
    ``area_code`` like the ground. ``limits`` is the lowest and highest value of each national
    fifth, 1 to 5. ``people`` counts residents by fifth (index 1 to 5, and 0 for areas without a
    value), columns ``focus`` and ``rest`` (``focus`` is all zero without a focus).
    ``fifth_words`` names each fifth in words ("most deprived fifth"). ``darkest`` is the end of
    the scale that is drawn darkest.
    """

    indicator: str
    measure: str
    title: str
    unit: str
    decimals: int
    period: str
    values: pd.Series[float]
    fifths: pd.Series[int]
    reasons: pd.Series[str]
    limits: dict[int, tuple[float, float]]
    people: pd.DataFrame
    fifth_words: dict[int, str]
    darkest: Literal["high", "low"]
    source: str
    """Source line with publisher, dataset and licence."""
    caveat: str
    message: str = ""
    """The title that says what the map shows; empty where nothing is established."""
    is_national: bool = True
    """Whether the fifths are of all areas of England, not of those in a reader's own table."""
    origins: tuple[Origin, ...] = ()
    """The same datasets as in ``source``, apart, so that a picture can name them in two lines."""


@dataclass(frozen=True, kw_only=True)
class ClusterLayer:
    """Where neighbouring small areas are high together, or low together, on the ground.

    ``kinds`` is "high" or "low" in a cluster, "no neighbours" or "no value" where nothing could
    be tested, else ""; indexed by ``area_code`` like the ground. ``people`` counts residents by
    kind, columns ``focus`` and ``rest``. ``high_words`` and ``low_words`` name the ends of the
    measure ("most deprived"). ``darkest`` is the side that is drawn darkest.
    """

    indicator: str
    measure: str
    title: str
    period: str
    kinds: pd.Series[str]
    people: pd.DataFrame
    high_words: str
    low_words: str
    darkest: Literal["high", "low"]
    source: str
    origins: tuple[Origin, ...] = ()
    message: str = ""
