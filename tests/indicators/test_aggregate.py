"""Sums over small areas: one rule, checked against exact fractions."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.areas import PLACE_COLUMNS
from geodata.errors import AggregationError
from indicators.aggregate import (
    AREA_TABLE,
    aggregate,
    carry_people,
    column,
    membership,
    publish,
    sum_parts,
    widen,
)
from indicators.catalogue import catalogue
from indicators.schema import small_area_rows

SHARE = catalogue().measure("share_65_plus")
COUNT = catalogue().measure("people_65_plus")
DENSITY = catalogue().measure("people_per_km2")
SCORE = catalogue().measure("imd_score")
DECILE = catalogue().measure("imd_decile")
SUMMED = (SHARE, COUNT, DENSITY, SCORE)
QUICK = settings(max_examples=25, deadline=None)
PERIODS = {measure.id: "2019" for measure in SUMMED}

AREA = st.tuples(
    st.integers(1, 3000),  # people
    st.integers(0, 3000),  # of them in the group, cut to people below
    st.integers(1, 500_000),  # land in hundredths of a hectare
    st.integers(0, 92_000),  # score in thousandths
    st.sampled_from("ab"),  # ltla
    st.sampled_from("xy"),  # system
)
AREAS = st.lists(AREA, min_size=1, max_size=25)


def frames(areas):
    index = pd.Index([f"E01{i:06d}" for i in range(len(areas))], name="area_code")
    people = np.array([a[0] for a in areas], dtype=float)
    group = np.array([min(a[0], a[1]) for a in areas], dtype=float)
    land = np.array([a[2] for a in areas]) / 10_000
    score = np.array([a[3] for a in areas]) / 1000
    pairs = {
        SHARE: (100 * group / people, group, people),
        COUNT: (group, group, people),
        DENSITY: (people / land, people, land),
        SCORE: (score, score * people, people),
    }
    wide = pd.DataFrame(index=index)
    for measure, parts in pairs.items():
        for name, numbers in zip(("value", "numerator", "denominator"), parts, strict=True):
            wide[column(measure.id, name)] = numbers
    places = pd.DataFrame(dict.fromkeys(PLACE_COLUMNS, "one"), index=index)
    for level, at in (("ltla", 4), ("system", 5)):
        for what in ("code", "name"):
            places[f"{level}_{what}"] = [f"{level}-{what}-{a[at]}" for a in areas]
    return wide, places


def exact(areas, measure):
    people = sum(a[0] for a in areas)
    group = sum(min(a[0], a[1]) for a in areas)
    if measure is SHARE:
        return Fraction(100 * group, people)
    if measure is COUNT:
        return Fraction(group)
    if measure is DENSITY:
        return Fraction(people * 10_000, sum(a[2] for a in areas))
    return Fraction(sum(a[0] * a[3] for a in areas), people * 1000)


@QUICK
@given(AREAS)
def test_values_are_those_of_exact_arithmetic(areas):
    wide, places = frames(areas)
    table = aggregate(wide, places, SUMMED, PERIODS).set_index(["measure", "level", "area_code"])
    for measure in SUMMED:
        whole = sum_parts(wide, measure)[0]
        assert whole == pytest.approx(float(exact(areas, measure)), rel=1e-12, abs=1e-12)
        assert table.loc[(measure.id, "england", "E92000001"), "value"] == pytest.approx(whole)
        for level, at in (("ltla", 4), ("system", 5)):
            for key in {a[at] for a in areas}:
                expected = float(exact([a for a in areas if a[at] == key], measure))
                found = table.loc[(measure.id, level, f"{level}-code-{key}"), "value"]
                assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@QUICK
@given(AREAS)
def test_parts_sum_to_the_whole(areas):
    wide, places = frames(areas)
    table = aggregate(wide, places, SUMMED, PERIODS)
    assert tuple(table.columns) == AREA_TABLE
    for measure in SUMMED:
        rows = table[table["measure"] == measure.id]
        sums = rows.groupby("level")[["numerator", "denominator"]].sum()
        for name in ("numerator", "denominator"):
            whole = math.fsum(wide[column(measure.id, name)])
            assert sums[name].to_list() == pytest.approx([whole] * 5, rel=1e-12)


@QUICK
@given(AREAS, st.data())
def test_focus_and_rest_are_the_whole(areas, data):
    wide, _ = frames(areas)
    flags = st.lists(st.booleans(), min_size=len(areas), max_size=len(areas))
    inside = np.array(data.draw(flags))
    for measure in SUMMED:
        parts = [sum_parts(wide[mask], measure)[1:3] for mask in (inside, ~inside)]
        whole = sum_parts(wide, measure)[1:3]
        assert np.nansum(parts, axis=0).tolist() == pytest.approx(list(whole), rel=1e-12)


@QUICK
@given(AREAS, st.randoms())
def test_order_of_rows_never_matters(areas, random):
    wide, places = frames(areas)
    order = list(range(len(areas)))
    random.shuffle(order)
    expected = aggregate(wide, places, SUMMED, PERIODS)
    found = aggregate(wide.iloc[order], places.iloc[order], SUMMED, PERIODS)
    exact_columns = [c for c in AREA_TABLE if c not in ("rank", "quintile")]
    pd.testing.assert_frame_equal(found[exact_columns], expected[exact_columns], rtol=1e-12)


@QUICK
@given(AREAS)
def test_a_mean_lies_between_its_parts(areas):
    wide, _ = frames(areas)
    for measure in (SHARE, DENSITY, SCORE):
        values = wide[column(measure.id, "value")]
        value = sum_parts(wide, measure)[0]
        slack = 1e-9 * (1 + abs(value))
        assert values.min() - slack <= value <= values.max() + slack


def test_share_of_a_group_is_no_mean_of_percentages():
    wide, _ = frames([(10, 1, 100, 0, "a", "x"), (30, 9, 300, 0, "a", "x")])
    assert sum_parts(wide, SHARE) == (25.0, 10.0, 40.0, "")
    assert sum_parts(wide, COUNT)[0] == 10.0


def test_density_is_people_over_land_and_score_is_weighted_by_people():
    wide, _ = frames([(1000, 0, 10_000, 10_000, "a", "x"), (3000, 0, 30_000, 50_000, "a", "x")])
    assert sum_parts(wide, DENSITY)[0] == 1000.0
    assert sum_parts(wide, SCORE)[0] == 40.0


def test_areas_without_a_value_count_in_neither_sum():
    index = pd.Index(["E01000001", "E01000002", "E01000003"])
    rows = small_area_rows(
        "older_people",
        "share_65_plus",
        value=pd.Series([10.0, np.nan, 30.0], index=index),
        numerator=pd.Series([1.0, 5.0, 9.0], index=index),
        denominator=pd.Series([10.0, 1000.0, 30.0], index=index),
        period="2019",
    )
    wide = widen(rows, [SHARE], pd.DataFrame(index=index))
    assert sum_parts(wide, SHARE) == (25.0, 10.0, 40.0, "")
    assert wide["share_65_plus.status"].tolist() == ["", "not published", ""]
    assert wide["share_65_plus.rank"].tolist() == [1, pd.NA, 2]
    assert all(math.isnan(number) for number in sum_parts(wide.iloc[[1]], SHARE)[:3])
    assert all(math.isnan(number) for number in sum_parts(wide.iloc[[]], SHARE)[:3])


def test_widen_takes_the_order_of_the_index_and_fifths_from_deciles():
    codes = pd.Index(["E01000003", "E01000001", "E01000002"])
    score = pd.Series([1.0, 2.0, 3.0], index=sorted(codes))
    decile = pd.Series([10.0, 4.0, 1.0], index=sorted(codes))
    none = decile * np.nan
    rows = pd.concat(
        [
            small_area_rows("deprivation", name, value=value, numerator=n, denominator=d, period="")
            for name, value, n, d in (
                ("imd_score", score, score, score),
                ("imd_decile", decile, none, none),
            )
        ]
    )
    wide = widen(rows, [SCORE, DECILE], pd.DataFrame(index=codes))
    assert wide.index.tolist() == codes.tolist()
    assert wide["imd_score.value"].tolist() == [3.0, 1.0, 2.0]
    assert wide["imd_score.quintile"].tolist() == [5, 1, 4]
    assert wide["imd_score.rank"].tolist() == [3, 1, 2]


def test_a_share_of_too_few_people_is_not_shown_but_counts():
    index = pd.Index(["E01000001", "E01000002"], name="area_code")
    shy = dataclasses.replace(SHARE, minimum=100)
    rows = small_area_rows(
        "older_people",
        "share_65_plus",
        value=pd.Series([50.0, 20.0], index=index),
        numerator=pd.Series([20.0, 24.0], index=index),
        denominator=pd.Series([40.0, 120.0], index=index),
        period="2019",
    )
    places = pd.DataFrame(dict.fromkeys(PLACE_COLUMNS, "one"), index=index)
    wide = widen(rows, [shy], places)
    assert wide["share_65_plus.status"].tolist() == ["fewer than 100 people", ""]
    assert wide["share_65_plus.rank"].tolist() == [pd.NA, 1]
    assert sum_parts(wide, shy) == (27.5, 44.0, 160.0, "")
    alone = sum_parts(wide.iloc[[0]], shy)
    assert math.isnan(alone.value)
    assert alone[1:] == (20.0, 40.0, "fewer than 100 people")
    places["ltla_code"] = ["few", "many"]
    table = aggregate(wide, places, [shy], PERIODS)
    few = table[table["area_code"] == "few"].iloc[0]
    assert math.isnan(few["value"])
    assert few["status"] == "fewer than 100 people"
    assert few["rank"] is pd.NA


def test_what_is_published_by_msoa_is_carried_and_ranked_among_msoas():
    index = pd.Index([f"E0100000{i}" for i in range(1, 5)], name="area_code")
    msoas = ["E02000001", "E02000001", "E02000002", "E02000003"]
    places = pd.DataFrame({"msoa_code": msoas}, index=index)
    by_msoa = dataclasses.replace(SCORE, levels=("msoa",), fifths_from="")
    rows = small_area_rows(
        "deprivation",
        "imd_score",
        value=pd.Series([2.0, 5.0, np.nan], index=sorted(set(msoas))),
        numerator=pd.Series([80.0, 50.0, np.nan], index=sorted(set(msoas))),
        denominator=pd.Series([40.0, 10.0, np.nan], index=sorted(set(msoas))),
        period="2020",
    )
    people = pd.Series([10.0, 30.0, 10.0, 7.0], index=index)
    wide = carry_people(widen(rows, [by_msoa], places), [by_msoa], people)
    assert wide["imd_score.rank"].tolist() == [1, 1, 2, pd.NA]
    assert wide["imd_score.quintile"].tolist() == [3, 3, 5, pd.NA]
    assert sum_parts(wide, by_msoa) == (2.6, 130.0, 50.0, "")
    assert wide["imd_score.status"].tolist() == ["", "", "", "not published"]


def test_what_is_published_for_authorities_is_ranked_among_them_and_kept():
    _, places = frames([(10, 1, 100, 0, "a", "x"), (10, 1, 100, 0, "b", "x")])
    rows = pd.DataFrame(
        {
            "indicator": "life",
            "measure": "le",
            "area_code": ["ltla-code-a", "ltla-code-b"],
            "level": "ltla",
            "value": [80.0, np.nan],
            "lower": [79.0, np.nan],
            "upper": [81.0, np.nan],
            "numerator": np.nan,
            "denominator": np.nan,
            "period": "2016 to 2018",
            "status": ["", "not published"],
        }
    )
    table = publish(rows, places).set_index("area_code")
    assert table.loc["ltla-code-a", ["area_name", "value", "lower", "rank", "of"]].tolist() == [
        "ltla-name-a",
        80.0,
        79.0,
        1,
        1,
    ]
    assert table.loc["ltla-code-b", "rank"] is pd.NA


def test_published_only_is_refused_and_left_out():
    wide, places = frames([(10, 1, 100, 0, "a", "x")])
    with pytest.raises(AggregationError, match="must not be summed or averaged"):
        sum_parts(wide, DECILE)
    table = aggregate(wide, places, [*SUMMED, DECILE], PERIODS)
    assert set(table["measure"]) == {measure.id for measure in SUMMED}


@QUICK
@given(AREAS)
def test_every_person_is_in_one_system(areas):
    wide, places = frames(areas)
    people = wide[column("share_65_plus", "denominator")]
    table = membership(places, people)
    for _, rows in table.groupby("level"):
        assert rows["people_inside"].sum() == people.sum()
        assert rows["small_areas_inside"].sum() == len(areas)
        shares = rows.groupby("area_code")["share_inside"].sum()
        assert shares.to_list() == pytest.approx([1.0] * len(shares))
