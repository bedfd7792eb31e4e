"""A whole build of edition 2020 from the stand-in, checked by a second computation in plain pandas.

``second`` imports nothing of the project: it reads the publishers' raw files itself.
"""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from context.build import build_context
from context.request import resolve_request
from geodata.editions import Edition
from geodata.errors import DownloadError, SourceError, StoreError
from geodata.store import open_store
from indicators.catalogue import catalogue
from indicators.load import fetch

pytestmark = pytest.mark.contract

ENGLAND = 56_286_961
DEVON, PLYMOUTH = "E54000037", "E06000026"
CLOSED = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def root(homes):
    """The folder of a store that a fetch has filled with edition 2020."""
    return homes("2020")


@pytest.fixture(scope="module")
def store(full_store):
    return full_store("2020")


@pytest.fixture(scope="module")
def england(store):
    """Every small area of England, as the store gives them system by system."""
    return pd.concat([store.small_areas(code) for code in store.systems["code"]])


@pytest.fixture(scope="module")
def second(root):
    """Per small area, from the raw files: people, people aged 65+, score, land, LTLA, system."""
    raw = root / "raw" / "2020"
    counts = pd.read_csv(raw / "population" / "main.csv")
    ages = counts.set_index(["GEOGRAPHY_CODE", "C_AGE"])["OBS_VALUE"].unstack()
    index = pd.read_csv(raw / "iod" / "main.csv").set_index("LSOA code (2011)")
    land = pd.read_excel(
        raw / "land_area" / "main.xlsx",
        sheet_name="Mid-2018 Population Density",
        header=4,
        engine="calamine",
    ).set_index("Code")
    lookup = pd.read_csv(raw / "system_lookup" / "main.csv", encoding="utf-8-sig")
    table = lookup.set_index("LSOA11CD")[["LAD20CD", "STP20CD"]]
    return table.assign(
        people=ages[200],
        older=ages[209],
        score=index["Index of Multiple Deprivation (IMD) Score"],
        land=land["Area Sq Km"],
    )


def row(store, measure, level, code):
    table = store.areas.set_index(["measure", "level", "area_code"])
    return table.loc[(measure, level, code)]


@pytest.fixture
def copied(root, tmp_path):
    """The store without the raw files, to be damaged."""
    shutil.copytree(root / "2020", tmp_path / "2020")
    return tmp_path


def test_counts_of_england_and_its_systems(store, second):
    assert store.systems["small_areas"].sum() == len(second) == 32_844
    assert store.systems["population"].sum() == second["people"].sum() == ENGLAND
    assert len(store.systems) == 42
    people = second.groupby("STP20CD")["people"].sum()
    assert store.systems.set_index("code")["population"].to_dict() == people.to_dict()
    for code, rows in second.groupby("STP20CD"):
        places = store.places(code)
        assert set(places.index) == set(rows.index)
        assert set(store.outlines(code).index) == set(rows.index)
        assert places["people"].sum() == people[code]
        assert row(store, "share_65_plus", "system", code)["denominator"] == people[code]


def test_every_level_sums_to_england(store):
    rows = store.areas[store.areas["numerator"].notna()]
    sums = rows.groupby(["measure", "level"])[["numerator", "denominator"]].sum()
    for measure in sums.index.get_level_values("measure").unique():
        whole = sums.loc[(measure, "england")].to_numpy()
        for level in ("ltla", "utla", "region", "system"):
            np.testing.assert_allclose(sums.loc[(measure, level)], whole, rtol=1e-12)


def test_devon_and_plymouth(store):
    devon = store.systems.set_index("code").loc[DEVON]
    assert (devon["small_areas"], devon["population"]) == (707, 1_200_739)
    plymouth = row(store, "share_65_plus", "ltla", PLYMOUTH)
    assert (plymouth["numerator"], plymouth["denominator"]) == (48_530, 262_100)
    assert plymouth["value"] == pytest.approx(100 * 48_530 / 262_100, rel=1e-12)
    assert row(store, "people_65_plus", "utla", PLYMOUTH)["value"] == 48_530


def test_a_known_small_area(england):
    first = england.loc["E01000001"]
    assert first["imd_score.value"] == 6.208
    assert first["imd_decile.value"] == 9
    assert first["imd_score.quintile"] == 1
    assert catalogue().measure("imd_score").fifth_words()[1] == "least deprived fifth"


def test_fifths_are_worded_the_right_way_round(england, store):
    most = {"imd_score": "most deprived fifth", "people_per_km2": "most densely populated fifth"}
    for name, measure in catalogue().measures.items():
        if name in ("imd_decile", "imd_rank") or not store.measures.get(name, {}).get("of"):
            continue
        means = england.groupby(f"{name}.quintile")[f"{name}.value"].mean()
        assert means.is_monotonic_increasing, name
        limits = store.measures[name]["limits"]
        assert limits[max(limits)][1] == england[f"{name}.value"].max()
        assert measure.fifth_words()[5] == most.get(name, measure.fifth_words()[5])
    deprived = england[england["imd_score.quintile"] == 5]
    assert set(deprived["imd_decile.value"]) == {1, 2}


def test_every_fifth_holds_a_fifth_of_small_areas(england):
    for name in ("imd_score", "share_65_plus", "people_per_km2", "geographical_barriers_score"):
        sizes = england[f"{name}.quintile"].value_counts()
        assert sorted(sizes.index) == [1, 2, 3, 4, 5]
        assert sizes.sum() == 32_844
        assert sizes.between(0.1995 * 32_844, 0.2005 * 32_844).all(), name


@pytest.mark.parametrize(("level", "column"), [("ltla", "LAD20CD"), ("system", "STP20CD")])
def test_a_second_computation_agrees(store, second, level, column):
    sums = (
        second.assign(weighted=second["score"] * second["people"])
        .groupby(column)
        .sum(numeric_only=True)
    )
    expected = {
        "share_65_plus": 100 * sums["older"] / sums["people"],
        "imd_score": sums["weighted"] / sums["people"],
        "people_per_km2": sums["people"] / sums["land"],
    }
    for measure, numbers in expected.items():
        rows = store.areas[(store.areas["measure"] == measure) & (store.areas["level"] == level)]
        found = rows.set_index("area_code")["value"]
        assert set(found.index) == set(numbers.index)
        np.testing.assert_allclose(found, numbers.reindex(found.index), rtol=1e-9)
        ranks = numbers.rank(method="min").reindex(found.index).astype(int)
        ordered = rows.set_index("area_code")
        assert ordered["rank"].tolist() == ranks.tolist()
        assert set(ordered["of"]) == {len(numbers)}


def test_a_second_computation_agrees_on_small_areas(england, second):
    rows = england.reindex(second.index)
    share = 100 * second["older"] / second["people"]
    np.testing.assert_allclose(rows["share_65_plus.value"], share, rtol=1e-9)
    np.testing.assert_allclose(rows["imd_score.value"], second["score"], rtol=1e-9)
    density = second["people"] / second["land"]
    np.testing.assert_allclose(rows["people_per_km2.value"], density, rtol=1e-9)


def test_focus_and_rest_are_the_system_in_all_systems(store):
    members = store.membership[store.membership["level"] == "ltla"]
    largest = members.sort_values("people_inside").drop_duplicates("system_code", keep="last")
    assert len(largest) == 42
    for place in largest.itertuples():
        request = resolve_request(
            store, system=place.system_code, focus=[place.area_code], extent="inside"
        )
        context = build_context(request, store)
        assert context.in_focus.sum() == place.small_areas_inside
        roles = context.comparison.set_index(["measure", "role"])[["numerator", "denominator"]]
        for measure in roles.index.get_level_values("measure").unique():
            parts = [roles.loc[[(measure, role)]].iloc[0] for role in ("focus", "rest")]
            whole = roles.loc[[(measure, "system")]].iloc[0]
            if whole.isna().all():
                continue
            total = np.nansum([part.astype(float) for part in parts], axis=0)
            np.testing.assert_allclose(total, whole.astype(float), rtol=1e-12)


def test_a_split_focus_is_a_part_or_the_whole_of_it(store):
    birmingham, system = "E08000025", "E54000016"
    found = {}
    for extent in ("inside", "whole"):
        request = resolve_request(store, system=system, focus=[birmingham], extent=extent)
        table = build_context(request, store).comparison
        rows = table[(table["role"] == "focus") & (table["measure"] == "share_65_plus")]
        found[extent] = rows.iloc[0]
    members = store.membership.set_index(["level", "area_code", "system_code"])
    member = members.loc[("ltla", birmingham, system)]
    assert found["inside"]["denominator"] == member["people_inside"]
    assert found["whole"]["denominator"] == member["people"]
    assert found["inside"]["rank"] is pd.NA
    assert found["inside"]["area_name"] != found["whole"]["area_name"]


def test_a_whole_group_with_a_split_authority_is_whole(store):
    """The extent "whole" holds for a group as for one authority."""
    group = ["E08000025", "E08000028"]  # Birmingham, Sandwell
    request = resolve_request(store, system="E54000016", focus=group, extent="whole")
    table = build_context(request, store).comparison
    focus = table[(table["role"] == "focus") & (table["measure"] == "share_65_plus")].iloc[0]
    people = sum(row(store, "share_65_plus", "ltla", code)["denominator"] for code in group)
    assert focus["denominator"] == people


def test_a_group_is_summed_never_averaged(store):
    group = [PLYMOUTH, "E07000041"]
    context = build_context(resolve_request(store, system="Devon", focus=group), store)
    table = context.comparison
    focus = table[(table["role"] == "focus") & (table["measure"] == "share_65_plus")].iloc[0]
    parts = [row(store, "share_65_plus", "ltla", code) for code in group]
    numerator, denominator = (sum(p[k] for p in parts) for k in ("numerator", "denominator"))
    assert focus["value"] == pytest.approx(100 * numerator / denominator, rel=1e-12)
    assert context.focus_name == "Plymouth and Exeter"


def test_a_publisher_that_is_down_leaves_the_old_build(copied, monkeypatch):
    before = (copied / "2020" / "current").read_text(encoding="utf-8")
    monkeypatch.setenv("INCONTEXT_MIRROR", CLOSED)
    monkeypatch.setenv("INCONTEXT_HOME", str(copied))
    with pytest.raises(DownloadError):
        fetch(Edition.named("2020"), refresh=True)
    assert (copied / "2020" / "current").read_text(encoding="utf-8") == before
    assert open_store("2020").build == before.strip()
    assert len(open_store("2020").small_areas(DEVON)) == 707


@pytest.mark.parametrize("name", ["areas.parquet", "small_areas.parquet", "places.parquet"])
def test_a_flipped_byte_is_noticed(copied, name):
    path = copied / "2020" / (copied / "2020" / "current").read_text().strip() / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    store = open_store("2020", root=copied)
    with pytest.raises(StoreError, match="incontext fetch"):
        _ = (store.areas, store.small_areas(DEVON), store.places(DEVON))


def test_a_shortened_table_is_noticed_at_once(copied):
    path = copied / "2020" / (copied / "2020" / "current").read_text().strip() / "outlines.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"outlines\.parquet"):
        open_store("2020", root=copied)


def test_the_manifest_says_where_everything_came_from(store):
    for dataset in store.manifest["datasets"]:
        assert dataset["publisher"]
        assert dataset["licence"]
        assert dataset["files"]
        for file in dataset["files"]:
            assert file["url"].startswith("https://"), json.dumps(file)
            assert len(file["sha256"]) == 64
            assert file["bytes"] > 0


def test_a_sound_workbook_that_is_another_one_is_refused_and_put_back(
    root, official, tmp_path, monkeypatch
):
    """The download cannot see it; the reader does, and the last good file and build stay."""
    for part in ("2020", "raw/2020"):
        shutil.copytree(root / part, tmp_path / "home" / part)
    raw = tmp_path / "home" / "raw" / "2020"
    wrong = shutil.copy(raw / "land_area" / "main.xlsx", tmp_path / "wrong.xlsx")
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path / "home"))
    kept = raw / "life_expectancy" / "main.xlsx"
    good, build = kept.read_bytes(), open_store("2020").build
    with pytest.raises(SourceError, match=r"HE - Male at birth"):
        fetch(Edition.named("2020"), files={"life_expectancy": str(wrong)})
    assert kept.read_bytes() == good
    assert open_store("2020").build == build
