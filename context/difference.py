"""The test of a difference between two published estimates, from their 95% intervals.

The standard error of an estimate is the width of its interval over 2 x 1.96. The difference d of
two independent estimates has the standard error sqrt(SE1^2 + SE2^2), the interval d +- 1.96 SE and
z = d / SE (Altman DG, Bland JM, 2003, "Interaction revisited: the difference between two
estimates", BMJ 326, 219). It serves life expectancy, whose published limits are those of a normal
approximation (Toson B, Baker A, 2003, "Life expectancy at birth: methodological options for small
populations", National Statistics Methodological Series 33). That two intervals overlap is no test:
they may overlap although the difference is established.

Independence is assumed: it holds for two areas without people in common, not for a part and its
whole; against England, the area's own interval decides (DESIGN, section 7).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

NORMAL_95 = 1.96
"""The multiplier that the publishers' limits were made with."""
INSIDE_AT_LEAST = 0.5


class Verdict(Enum):
    """Whether a difference is beyond chance at the 5% level."""

    ESTABLISHED = "established"
    NOT_ESTABLISHED = "not established"


class Reason(Enum):
    """Why something could not be tested, or why an area was left out."""

    NO_VALUE = "no value is published"
    NO_INTERVAL = "no interval is published"
    NO_USABLE_INTERVAL = "the published interval does not hold the value or has no width"
    LESS_THAN_HALF_INSIDE = "less than half of its people live in the system"
    FEWER_THAN_TWO = "fewer than two areas can be compared"


@dataclass(frozen=True)
class Estimate:
    """A published figure of an area with its 95% limits, in the unit of the measure.

    ``share_inside`` is the share (0 to 1) of the area's people who live in the system; None where
    that does not apply. A missing number is None or nan.
    """

    area_code: str
    value: float | None
    lower: float | None
    upper: float | None
    share_inside: float | None = None


@dataclass(frozen=True)
class Difference:
    """First minus second, with its 95% interval, standard error, z and two-sided p.

    ``verdict`` is None where nothing could be tested, and ``reason`` says why.
    """

    difference: float | None
    lower: float | None = None
    upper: float | None = None
    standard_error: float | None = None
    z: float | None = None
    p: float | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class End:
    """The lowest (or highest) of several areas: one code, or all that are not clearly apart.

    ``codes`` begins with the most extreme value; ``test`` is that area against the next one.
    """

    codes: tuple[str, ...]
    test: Difference

    @property
    def established(self) -> bool:
        """Say whether one area alone may be named."""
        return len(self.codes) == 1


@dataclass(frozen=True)
class Extremes:
    """Both ends of a set of areas; None with a ``reason`` where nothing can be compared.

    ``left_out`` names the areas that were not compared, with the reason of each.
    """

    lowest: End | None
    highest: End | None
    left_out: tuple[tuple[str, Reason], ...] = ()
    reason: Reason | None = None


def standard_error(lower: float, upper: float) -> float:
    """Return the standard error behind a 95% interval.

    >>> standard_error(80.0, 83.92)
    1.0
    """
    return (upper - lower) / (2 * NORMAL_95)


def compare_estimates(first: Estimate, second: Estimate) -> Difference:
    """Test whether two estimates of areas without people in common differ.

    Established means that the interval of the difference leaves out 0, so p is under 0.05. An
    estimate without value or interval gives the reason in place of a verdict.

    >>> # 84.0 (83.216 to 84.784) and 82.5 (81.912 to 83.088): SE 0.4 and 0.3, together 0.5;
    >>> # 1.5 years (0.52 to 2.48), z = 3, p = 0.0027: established
    """
    if _missing(first.value) or _missing(second.value):
        return Difference(None, reason=Reason.NO_VALUE)
    difference = _number(first.value) - _number(second.value)
    for estimate in (first, second):
        reason = _unusable(estimate)
        if reason:
            return Difference(difference, reason=reason)
    error = math.hypot(*(_error(estimate) for estimate in (first, second)))
    lower, upper = difference - NORMAL_95 * error, difference + NORMAL_95 * error
    z = difference / error
    apart = lower > 0 or upper < 0
    return Difference(
        difference=difference,
        lower=lower,
        upper=upper,
        standard_error=error,
        z=z,
        p=math.erfc(abs(z) / math.sqrt(2)),
        verdict=Verdict.ESTABLISHED if apart else Verdict.NOT_ESTABLISHED,
    )


def lowest_and_highest(rows: Iterable[Estimate]) -> Extremes:
    """Find the lowest and the highest area, each alone only where it is clearly apart.

    An area is alone where its difference from every other is established, not only from the next:
    one further off with a wide interval may still be the lowest. Else ``codes`` holds it and all
    that are not clearly apart from it, in order of value, equal values by code. Areas with less
    than half of their people inside, or without a value, are left out; one with a value but no
    interval can never be told apart. The tests are not corrected for the number of areas.

    >>> # 80.0, 81.0 and 84.0 years, each +- 0.98 (SE 0.5, of a difference 0.707): 80 and 81 are
    >>> # 1.41 SE apart, so both are "lowest"; 84 is 4.2 SE above 81, so it alone is highest
    """
    ordered = sorted(rows, key=lambda row: row.area_code)
    left_out = tuple((row.area_code, reason) for row in ordered if (reason := _excluded(row)))
    kept = [row for row in ordered if not _excluded(row)]
    if len(kept) < 2:
        return Extremes(None, None, left_out, Reason.FEWER_THAN_TWO)
    if all(_unusable(row) for row in kept):
        return Extremes(None, None, left_out, _unusable(kept[0]))
    upwards = sorted(kept, key=lambda row: _number(row.value))
    downwards = sorted(kept, key=lambda row: -_number(row.value))
    return Extremes(_end(upwards), _end(downwards), left_out)


def _end(ordered: list[Estimate]) -> End:
    """Gather the first area and those that are not clearly apart from it."""
    first, *others = ordered
    tests = [compare_estimates(first, other) for other in others]
    tied = [
        other.area_code
        for other, test in zip(others, tests, strict=True)
        if test.verdict is not Verdict.ESTABLISHED
    ]
    return End((first.area_code, *tied), tests[0])


def _excluded(row: Estimate) -> Reason | None:
    if _missing(row.value):
        return Reason.NO_VALUE
    if not _missing(row.share_inside) and _number(row.share_inside) < INSIDE_AT_LEAST:
        return Reason.LESS_THAN_HALF_INSIDE
    return None


def _unusable(row: Estimate) -> Reason | None:
    if _missing(row.lower) or _missing(row.upper):
        return Reason.NO_INTERVAL
    lower, upper = _number(row.lower), _number(row.upper)
    if not lower <= _number(row.value) <= upper or lower == upper:
        return Reason.NO_USABLE_INTERVAL
    return None


def _error(row: Estimate) -> float:
    return standard_error(_number(row.lower), _number(row.upper))


def _missing(number: float | None) -> bool:
    return number is None or math.isnan(number)


def _number(number: float | None) -> float:
    return math.nan if number is None else float(number)
