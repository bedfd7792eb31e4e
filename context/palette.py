"""Colours of every figure, after the Government Analysis Function palettes."""

from __future__ import annotations

from typing import Literal

FOCUS = "#12436D"
OTHER = "#BFBFBF"
CATEGORICAL = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
FIFTHS = ("#E6F0FA", "#B5D3F0", "#6BACE6", "#2073BC", "#12436D")
"""Five blues, light to dark."""
MISSING = "#FFFFFF"
"""Ground colour of areas without a value; they are hatched with ``MISSING_HATCH``."""
MISSING_HATCH = "#6F6F6F"
CLUSTERS = ("#12436D", "#F46A25")
"""The dark and the other side of a map of clusters; apart in lightness too."""
PLAIN = "#E4E7EA"
"""Areas in no cluster."""
ALONE = "#FFFFFF"
"""Areas without neighbours, in the map of clusters; they are not hatched."""


def colour_of_fifth(fifth: int, darkest: Literal["high", "low"]) -> str:
    """Colour of a national fifth (1 to 5, 5 the highest values) with the given end darkest."""
    if fifth not in range(1, 6):
        raise ValueError(f"A fifth is a number from 1 to 5, not {fifth!r}.")
    return FIFTHS[fifth - 1] if darkest == "high" else FIFTHS[5 - fifth]
