"""Differences of two published figures, judged from their published 95% intervals.

The standard error of a figure is a quarter of its interval's width, more exactly
(upper - lower) / (2 x 1.96); that of a difference is the root of the sum of both squares; the
difference is established at the 5% level where it is more than 1.96 standard errors from zero.
Source: Altman and Bland, "Interaction revisited: the difference between two estimates", BMJ 2003;
326:219. The two figures are taken to be independent, which holds for two authorities, and not for
a part and its whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Z_95 = 1.959963984540054
HALF = 0.5
"""Share of people inside from which an authority may be named for its system."""


@dataclass(frozen=True)
class Difference:
    """First minus second, with its 95% interval; ``established`` at the 5% level."""

    value: float
    lower: float
    upper: float
    z: float
    p: float

    @property
    def established(self) -> bool:
        """Say whether the interval of the difference leaves out zero."""
        return self.lower > 0 or self.upper < 0


def judge_difference(first: Mapping[str, Any], second: Mapping[str, Any]) -> Difference | None:
    """Test two rows with ``value``, ``lower``, ``upper``; None where an interval is missing.

    Worked example: 20.3 (20.0 to 20.6) and 21.3 (20.9 to 21.7) differ by 1.0 (0.5 to 1.5).
    """
    errors = [standard_error(row) for row in (first, second)]
    if any(math.isnan(error) for error in errors):
        return None
    value = float(first["value"]) - float(second["value"])
    error = math.hypot(*errors)
    z = value / error if error else math.copysign(math.inf, value) if value else 0.0
    return Difference(
        value=value,
        lower=value - Z_95 * error,
        upper=value + Z_95 * error,
        z=z,
        p=math.erfc(abs(z) / math.sqrt(2)),
    )


def standard_error(row: Mapping[str, Any]) -> float:
    """Return the standard error that a published 95% interval implies; nan without one."""
    lower, upper = row["lower"], row["upper"]
    if lower is None or upper is None:
        return math.nan
    return (float(upper) - float(lower)) / (2 * Z_95)


@dataclass(frozen=True)
class Extreme:
    """Who is at one end: the first row alone where that is established, else all tied with it."""

    rows: tuple[Mapping[str, Any], ...]
    next: Mapping[str, Any] | None
    difference: Difference | None

    @property
    def established(self) -> bool:
        """Say whether one row alone is at the end."""
        return len(self.rows) == 1 and self.next is not None


def find_extreme(rows: Sequence[Mapping[str, Any]], *, highest: bool) -> Extreme | None:
    """Find the lowest or highest of several rows, those mostly outside the system left out.

    The first of them is named alone only where its difference from the next is established; else
    every row that is not established to differ from it is tied with it. None without two rows
    that have an interval.
    """
    counted = [
        row
        for row in rows
        if not math.isnan(standard_error(row)) and float(row["share_inside"]) >= HALF
    ]
    if len(counted) < 2:
        return None
    ordered = sorted(
        counted, key=lambda row: (-row["value"] if highest else row["value"], row["area_code"])
    )
    first, following = ordered[0], ordered[1]
    nearest = judge_difference(first, following)
    if nearest is not None and nearest.established:
        return Extreme((first,), following, nearest)
    tied = [row for row in ordered if not _differs(first, row)]
    return Extreme(tuple(tied), None, nearest)


def _differs(first: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    found = judge_difference(first, other)
    return found is not None and found.established
