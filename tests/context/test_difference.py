"""Differences of two published estimates, and who is lowest and highest."""

import math

import pytest

from context.difference import (
    Estimate,
    Reason,
    Verdict,
    compare_estimates,
    lowest_and_highest,
    standard_error,
)

NAN = float("nan")


def around(code, value, half=0.98, share_inside=1.0):
    return Estimate(code, value, value - half, value + half, share_inside)


def test_standard_error_of_an_interval():
    assert standard_error(80.0, 83.92) == pytest.approx(1.0)


def test_example_of_the_source():
    # Altman and Bland 2003: relative risks 0.67 (0.46 to 0.98) and 0.88 (0.71 to 1.08), as
    # logarithms: difference -0.2726, standard error 0.2206, z = -1.24
    first = Estimate("A", *(math.log(x) for x in (0.67, 0.46, 0.98)))
    second = Estimate("B", *(math.log(x) for x in (0.88, 0.71, 1.08)))
    found = compare_estimates(first, second)
    assert found.difference == pytest.approx(-0.2726, abs=5e-5)
    assert found.standard_error == pytest.approx(0.2206, abs=5e-5)
    assert found.z == pytest.approx(-1.24, abs=5e-3)
    assert found.p == pytest.approx(0.2165, abs=5e-4)
    assert found.verdict is Verdict.NOT_ESTABLISHED


def test_worked_example_in_years():
    found = compare_estimates(around("A", 84.0, 0.784), around("B", 82.5, 0.588))
    assert found.standard_error == pytest.approx(0.5)
    assert (found.lower, found.upper) == pytest.approx((0.52, 2.48))
    assert found.z == pytest.approx(3.0)
    assert found.p == pytest.approx(0.0027, abs=5e-5)
    assert found.verdict is Verdict.ESTABLISHED
    assert found.reason is None


def test_overlapping_intervals_may_be_an_established_difference():
    first, second = around("A", 80.0), around("B", 81.5)
    assert first.upper > second.lower
    assert compare_estimates(first, second).verdict is Verdict.ESTABLISHED


@pytest.mark.parametrize(("gap", "established"), [(1.95, False), (1.97, True)])
def test_limit_is_1_96_standard_errors(gap, established):
    found = compare_estimates(around("A", 80.0), around("B", 80.0 + gap * math.hypot(0.5, 0.5)))
    assert (found.verdict is Verdict.ESTABLISHED) is established
    assert (found.p < 0.05) is (found.lower > 0 or found.upper < 0)


def test_swapping_changes_only_the_sign():
    first, second = around("A", 80.0, 0.7), around("B", 81.0, 0.4)
    there, back = compare_estimates(first, second), compare_estimates(second, first)
    assert there.difference == -back.difference
    assert (there.lower, there.upper) == (-back.upper, -back.lower)
    assert (there.p, there.verdict) == (back.p, back.verdict)


@pytest.mark.parametrize(
    ("other", "difference", "reason"),
    [
        (Estimate("B", 81.0, None, None), -1.0, Reason.NO_INTERVAL),
        (Estimate("B", 81.0, 80.0, NAN), -1.0, Reason.NO_INTERVAL),
        (Estimate("B", 81.0, 82.0, 83.0), -1.0, Reason.NO_USABLE_INTERVAL),
        (Estimate("B", 81.0, 81.0, 81.0), -1.0, Reason.NO_USABLE_INTERVAL),
        (Estimate("B", NAN, 80.0, 83.0), None, Reason.NO_VALUE),
        (Estimate("B", None, None, None), None, Reason.NO_VALUE),
    ],
)
def test_no_verdict_without_a_usable_interval(other, difference, reason):
    found = compare_estimates(around("A", 80.0), other)
    assert (found.difference, found.verdict, found.p, found.reason) == (
        difference,
        None,
        None,
        reason,
    )


def test_lowest_and_highest_worked_example():
    found = lowest_and_highest([around("C", 84.0), around("B", 81.0), around("A", 80.0)])
    assert found.lowest.codes == ("A", "B")
    assert not found.lowest.established
    assert found.lowest.test.z == pytest.approx(-math.sqrt(2))
    assert found.highest.codes == ("C",)
    assert found.highest.established
    assert found.highest.test.z == pytest.approx(3 * math.sqrt(2))


def test_wide_interval_further_off_still_ties():
    rows = [around("A", 80.0, 0.2), around("B", 81.0, 0.2), around("C", 81.5, 4.0)]
    found = lowest_and_highest(rows)
    assert found.lowest.test.verdict is Verdict.ESTABLISHED
    assert found.lowest.codes == ("A", "C")


def test_less_than_half_inside_is_never_named():
    rows = [around("A", 70.0, share_inside=0.49), around("B", 80.0, share_inside=0.5)]
    found = lowest_and_highest([*rows, around("C", 84.0, share_inside=None)])
    assert found.lowest.codes == ("B",)
    assert found.left_out == (("A", Reason.LESS_THAN_HALF_INSIDE),)


def test_area_without_interval_cannot_be_ruled_out():
    rows = [around("A", 80.0), around("B", 84.0), Estimate("C", 90.0, None, None)]
    found = lowest_and_highest(rows)
    assert found.lowest.codes == ("A", "C")
    assert found.highest.codes == ("C", "B", "A")
    assert found.highest.test.reason is Reason.NO_INTERVAL


def test_nothing_to_compare():
    alone = lowest_and_highest([around("A", 80.0), Estimate("B", None, None, None)])
    assert (alone.lowest, alone.highest, alone.reason) == (None, None, Reason.FEWER_THAN_TWO)
    assert alone.left_out == (("B", Reason.NO_VALUE),)
    without = lowest_and_highest([Estimate(c, 8.0, None, None) for c in "AB"])
    assert (without.lowest, without.reason) == (None, Reason.NO_INTERVAL)
    assert lowest_and_highest([]).reason is Reason.FEWER_THAN_TWO


def test_order_of_rows_never_matters():
    rows = [around("A", 80.0), around("B", 80.0), around("C", 84.0), around("D", 84.0, 5)]
    assert lowest_and_highest(rows) == lowest_and_highest(reversed(rows))
