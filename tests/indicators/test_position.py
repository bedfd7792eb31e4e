"""Ranks and fifths: whole-number rules, checked against a slow count."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.position import fifth_of_decile, fifth_of_rank, rank_values

QUICK = settings(max_examples=40, deadline=None)
VALUES = st.lists(
    st.one_of(st.none(), st.integers(-50, 50).map(float), st.floats(-1e6, 1e6)), max_size=60
)


def series(values):
    return pd.Series(values, dtype=float)


@QUICK
@given(VALUES)
def test_rank_counts_the_lower_values(values):
    position = rank_values(series(values))
    present = [v for v in values if v is not None]
    for value, rank, of, fifth in zip(
        values, position["rank"], position["of"], position["quintile"], strict=True
    ):
        if value is None:
            assert rank is pd.NA
            assert of is pd.NA
            assert fifth is pd.NA
        else:
            assert rank == 1 + sum(other < value for other in present)
            assert of == len(present)
            assert fifth == (5 * rank + of - 1) // of
            assert 1 <= fifth <= 5


@QUICK
@given(VALUES, st.randoms())
def test_order_of_rows_never_matters(values, random):
    given_order = series(values)
    order = list(range(len(values)))
    random.shuffle(order)
    shuffled = rank_values(given_order.iloc[order]).sort_index()
    pd.testing.assert_frame_equal(shuffled, rank_values(given_order))


@QUICK
@given(st.integers(1, 40_000), st.data())
def test_fifth_is_the_rounded_up_share(of, data):
    rank = data.draw(st.integers(1, of))
    fifth = fifth_of_rank(pd.Series([rank], dtype="Int64"), of)[0]
    assert (fifth - 1) * of < 5 * rank <= fifth * of


@QUICK
@given(st.integers(1, 300))
def test_fifths_of_different_values_are_of_almost_equal_size(fives):
    of = 5 * fives
    fifths = rank_values(pd.Series(range(of), dtype=float))["quintile"].value_counts()
    assert fifths.to_dict() == dict.fromkeys(range(1, 6), fives)


@pytest.mark.parametrize(("rank", "fifth"), [(1, 1), (62, 1), (63, 2), (252, 5), (314, 5)])
def test_fifth_of_314_authorities(rank, fifth):
    assert fifth_of_rank(pd.Series([rank], dtype="Int64"), 314).tolist() == [fifth]
    assert fifth == math.ceil(5 * rank / 314)


def test_ties_share_the_smaller_rank():
    assert rank_values(series([2.0, 1.0, 2.0, 3.0]))["rank"].tolist() == [2, 1, 2, 4]


def test_nothing_to_rank():
    assert rank_values(series([])).empty
    assert rank_values(series([None, None])).isna().all().all()


def test_deciles_in_pairs_fifth_5_being_most_deprived():
    deciles = pd.Series(range(1, 11), dtype=float)
    assert fifth_of_decile(deciles).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert fifth_of_decile(series([None, 1.0]))[0] is pd.NA
