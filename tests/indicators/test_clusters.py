"""Clusters: found where planted, not found in shuffled maps, the same whatever the order."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.errors import BoundaryError, SourceError
from geodata.store import STARTER, open_store
from indicators.clusters import contiguity, local_moran, normal_scores

SIDE = 20


def grid(columns, rows):
    codes = [f"{row:02d}{column:02d}" for row in range(rows) for column in range(columns)]
    boxes = [shapely.box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)]
    return gpd.GeoSeries(boxes, index=pd.Index(codes, name="area_code"), crs="EPSG:27700")


def noise(codes, seed=1):
    return pd.Series(np.random.default_rng(seed).normal(size=len(codes)), index=codes)


def block(row, column, height=4, width=4):
    rows, columns = range(row, row + height), range(column, column + width)
    return {f"{r:02d}{c:02d}" for r in rows for c in columns}


@pytest.fixture(scope="module")
def square():
    return contiguity(grid(SIDE, SIDE))


@pytest.fixture(scope="module")
def planted(square):
    values = pd.Series(1.0, index=square.codes)
    values[list(block(2, 2) | block(12, 10, 3, 5))] = 12.0
    return values


@pytest.fixture(scope="module")
def devon(tmp_path_factory):
    store = open_store("2020", root=tmp_path_factory.mktemp("no_home"))
    assert store.folder == STARTER
    system = next(s["code"] for s in store.manifest["systems"] if s["name"] == "Devon")
    return contiguity(store.outlines(system)), store.small_areas(system)


def members(found, kind):
    return [set(part.index) for _, part in found[found["kind"] == kind].groupby("cluster")]


def test_corner_counts_as_neighbour():
    neighbours = contiguity(grid(3, 3))
    assert sorted(neighbours.graph["0000"].index) == ["0001", "0100", "0101"]
    assert len(neighbours.graph["0101"]) == 8
    assert neighbours.isolated == ()


def test_five_areas_in_a_row_by_hand():
    codes = [f"000{i}" for i in range(5)]
    found = local_moran(pd.Series([1.0, 2, 3, 4, 5], index=codes), contiguity(grid(5, 1)))
    # Blom: (rank - 3/8) / 5.25 -> -1.17976, -0.49720, 0, 0.49720, 1.17976; their standard
    # deviation is sqrt(2 (1.39183 + 0.24721) / 5) = 0.80970
    z = [-1.45704, -0.61406, 0.0, 0.61406, 1.45704]
    assert found["z"].tolist() == pytest.approx(z, abs=1e-5)
    mean = [-0.61406, -0.72852, 0.0, 0.72852, 0.61406]
    assert found["neighbours_mean"].tolist() == pytest.approx(mean, abs=1e-5)
    i = [0.89471, 0.44735, 0.0, 0.44735, 0.89471]
    assert found["i"].tolist() == pytest.approx(i, abs=5e-5)
    # the first: w2 = 1, E = -2.12297/4 = -0.53074,
    # Var = 2.12297 x 5/3 x (1 - 1/4) x (1 - 2.12297/4) = 1.24528; (0.89471 + 0.53074)/1.11592
    assert found["p"].iloc[0] == pytest.approx(math.erfc(1.27738 / math.sqrt(2)), abs=1e-5)
    # the second: w2 = 1/2, E = -0.37707/4 = -0.09427,
    # Var = 0.37707 x 5/3 x (1/2 - 1/4) x (1 - 0.37707/4) = 0.14230; (0.44735 + 0.09427)/0.37723
    assert found["p"].iloc[1] == pytest.approx(math.erfc(1.43578 / math.sqrt(2)), abs=1e-4)
    assert found["p"].iloc[2] == 1
    assert set(found["kind"]) == {""}


def test_moments_are_those_of_every_possible_dealing():
    from itertools import permutations

    values = [3.0, 1.0, 7.0, 4.0, 9.0, 8.0]
    outlines = grid(3, 2)
    codes = list(outlines.index)
    found = local_moran(pd.Series(values, index=codes), contiguity(outlines))
    z = found["z"].to_numpy()
    others = [1, 3, 4]  # the neighbours of the corner 0000
    dealt = [z[0] * np.mean([{0: z[0], **dict(zip(range(1, 6), order, strict=True))}[j]
             for j in others]) for order in permutations(z[1:])]  # fmt: skip
    deviate = (found["i"].iloc[0] - np.mean(dealt)) / np.std(dealt)
    assert found["p"].iloc[0] == pytest.approx(math.erfc(abs(deviate) / math.sqrt(2)), rel=1e-9)


def test_normal_scores_share_ties_and_keep_what_is_missing():
    scores = normal_scores(pd.Series([5.0, 1.0, 5.0, None, 9000.0]))
    assert scores[0] == scores[2]
    assert math.isnan(scores[3])
    assert scores.mean() == pytest.approx(0)
    assert scores.std(ddof=0) == pytest.approx(1)
    assert normal_scores(pd.Series([2.0, 2.0])).tolist() == [0, 0]


@pytest.mark.parametrize(("kind", "sign", "other"), [("high", 1, "low"), ("low", -1, "high")])
def test_planted_clusters_are_found_exactly(square, planted, kind, sign, other):
    found = local_moran(planted * sign, square)
    assert members(found, kind) == [block(2, 2), block(12, 10, 3, 5)]
    assert members(found, other) == []
    assert found.loc["0202", "cluster"] == 1  # 16 areas before 15
    assert found.loc["1210", "cluster"] == 2


def test_planted_clusters_are_found_in_noise(square):
    values = noise(square.codes)
    values[list(block(2, 2))] += 12
    values[list(block(12, 10))] -= 12
    found = local_moran(values, square)
    for kind, first in (("high", (2, 2)), ("low", (12, 10))):
        (cluster,) = members(found, kind)
        inner = block(first[0] + 1, first[1] + 1, 2, 2)
        # a corner has 3 of 8 neighbours in the block; noise may make one beside it alike
        assert inner <= cluster <= block(first[0] - 1, first[1] - 1, 6, 6)


def test_order_of_rows_never_matters_to_the_byte(planted):
    outlines = grid(SIDE, SIDE)
    order = np.random.default_rng(3).permutation(len(outlines))
    first = local_moran(planted, contiguity(outlines))
    second = local_moran(planted.iloc[order[::-1]], contiguity(outlines.iloc[order]))
    assert first.to_csv() == second.to_csv()


def test_area_without_value_leaves_the_others_their_neighbours(square, planted):
    values = planted.copy()
    values["0202"] = np.nan
    found = local_moran(values, square)
    assert found.loc["0202", "kind"] == "no value"
    assert found.loc["0202", ["z", "i", "p", "cluster"]].isna().all()
    assert members(found, "high") == [block(2, 2) - {"0202"}, block(12, 10, 3, 5)]
    present = values.dropna()
    around = ["0102", "0103", "0104", "0204", "0302", "0303", "0304"]
    expected = normal_scores(present)[around].mean()
    assert found.loc["0203", "neighbours_mean"] == pytest.approx(expected)


def test_islands_are_left_out_and_named(planted):
    outlines = pd.concat(
        [grid(SIDE, SIDE), gpd.GeoSeries({"9999": shapely.box(90, 90, 91, 91)}, crs="EPSG:27700")]
    )
    neighbours = contiguity(outlines)
    assert neighbours.isolated == ("9999",)
    found = local_moran(pd.concat([planted, pd.Series({"9999": 50.0})]), neighbours)
    assert found.loc["9999", "kind"] == "no neighbours"
    assert found.loc["9999", ["z", "p", "cluster"]].isna().all()
    without = local_moran(planted, contiguity(grid(SIDE, SIDE)))
    pd.testing.assert_frame_equal(found.drop("9999"), without, check_index_type=False)


def test_area_whose_neighbours_have_no_value_has_no_neighbours(square, planted):
    values = planted.drop(["0001", "0100", "0101"])
    assert local_moran(values, square).loc["0000", "kind"] == "no neighbours"


def test_equal_values_show_nothing(square):
    found = local_moran(pd.Series(4.0, index=square.codes), square)
    assert set(found["kind"]) == {""}
    assert found["cluster"].isna().all()


def test_fewer_than_three_areas_are_no_cluster(square):
    values = noise(square.codes, seed=4)
    values[["1010", "1011"]] += 12
    assert local_moran(values, square)["cluster"].isna().all()


def test_shuffled_maps_show_clusters_at_most_5_times_in_100(devon):
    neighbours, small_areas = devon
    values = small_areas["imd_score.value"]
    assert local_moran(values, neighbours)["cluster"].nunique() > 3
    dealer = np.random.default_rng(20200701)
    shown = sum(
        local_moran(pd.Series(dealer.permutation(values), index=values.index), neighbours)[
            "cluster"
        ]
        .notna()
        .any()
        for _ in range(100)
    )
    assert shown <= 5


def test_bad_input_is_named(square, planted):
    with pytest.raises(BoundaryError, match="no outline: E1"):
        local_moran(pd.Series({"E1": 1.0}), square)
    with pytest.raises(SourceError, match="Several values for 0000"):
        local_moran(pd.concat([planted, planted[["0000"]]]), square)
    with pytest.raises(SourceError, match=r"finite.*0000"):
        local_moran(pd.Series({"0000": math.inf}), square)
    with pytest.raises(BoundaryError, match="Several outlines for 0000"):
        contiguity(pd.concat([grid(2, 2), grid(1, 1)]))
    with pytest.raises(BoundaryError, match="no outlines"):
        contiguity(grid(0, 0))
