"""Statistical neighbours: a worked example, symmetry, and what is left out."""

import math

import pandas as pd
import pytest

from geodata.errors import NotAvailableError, RequestError, UnknownNameError
from geodata.store import open_store
from indicators.neighbours import nearest


def table(measures, level="ltla"):
    return pd.DataFrame(
        [
            {"measure": m, "area_code": code, "area_name": f"Area {code}", "level": level,
             "value": value}
            for m, values in measures.items()
            for code, value in values.items()
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def england(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("no_home")).areas


def test_worked_example():
    # scores: age of A -1, B 1; density, by its logarithm, A -1, B 1; deprivation the same:
    # each theme is 2 apart, so the distance is sqrt(4 + 4 + 4)
    areas = table(
        {
            "share_65_plus": {"A": 10.0, "B": 20.0},
            "people_per_km2": {"A": 100.0, "B": 10_000.0},
            "imd_score": {"A": 30.0, "B": 14.0},
        }
    )
    found = nearest(areas, "A")
    assert found.areas.to_dict("records") == [
        {"area_code": "B", "area_name": "Area B", "distance": pytest.approx(math.sqrt(12))}
    ]
    assert found.used == ("share_65_plus", "people_per_km2", "imd_score")
    assert found.left_out == ("share_75_plus", "share_85_plus")


def test_three_age_shares_weigh_as_much_as_one():
    share = {"A": 1.0, "B": 2.0, "C": 5.0}
    one = {"share_65_plus": share, "imd_score": {"A": 3.0, "B": 9.0, "C": 4.0}}
    three = {**one, "share_75_plus": share, "share_85_plus": share}
    pd.testing.assert_frame_equal(nearest(table(one), "A").areas, nearest(table(three), "A").areas)


def test_same_distance_in_both_directions(england):
    codes = sorted(england.loc[england["level"] == "ltla", "area_code"].unique())[::40]
    far = {code: nearest(england, code, 400).areas.set_index("area_code") for code in codes}
    for a in codes:
        for b in codes:
            if a != b:
                assert far[a].loc[b, "distance"] == far[b].loc[a, "distance"]


def test_plymouth_against_all_of_england(england):
    found = nearest(england, "E06000026")
    assert len(found.areas) == 5
    assert found.areas["distance"].is_monotonic_increasing
    assert found.left_out == ()
    assert "E06000026" not in set(found.areas["area_code"])
    everyone = nearest(england, "E06000026", 1000).areas
    assert len(everyone) == 313


def test_order_of_rows_never_matters(england):
    shuffled = england.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(
        nearest(england, "E06000026", 50).areas, nearest(shuffled, "E06000026", 50).areas
    )


def test_equal_distances_come_by_code():
    areas = table({"imd_score": {"C": 3.0, "B": 2.0, "A": 1.0}})
    assert nearest(areas, "B").areas["area_code"].tolist() == ["A", "C"]


def test_ltla_without_a_value_is_nobodys_neighbour():
    areas = table({"imd_score": {"A": 1.0, "B": 2.0, "C": None}})
    assert nearest(areas, "A").areas["area_code"].tolist() == ["B"]
    with pytest.raises(NotAvailableError, match=r"Area C .* imd_score"):
        nearest(areas, "C")


def test_what_cannot_be_answered():
    areas = table({"imd_score": {"A": 1.0, "B": 2.0}})
    with pytest.raises(UnknownNameError, match="X is no lower-tier"):
        nearest(areas, "X")
    with pytest.raises(RequestError, match="at least 1"):
        nearest(areas, "A", 0)
    with pytest.raises(NotAvailableError, match="none of the measures"):
        nearest(table({"le_65_female": {"A": 20.0}}), "A")
