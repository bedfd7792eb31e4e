"""What moved between two vintages of the systems, and how it is said."""

from dataclasses import replace

import pandas as pd
import pytest

from geodata.download import Downloader
from geodata.editions import Edition, area_datasets
from geodata.errors import SourceError, VintageError
from geodata.fit import read_fit
from geodata.footprints import list_moves, moves, read_footprints, say_moves, successors
from geodata.sources import Part

COLUMNS = ["area_code", "system_code", "system_name", "ltla_name", "people"]
WEST, EAST, BIG, SMALL = "E54000001", "E54000002", "E54000011", "E54000012"


def footprint(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


BEFORE = footprint(
    ("E01000001", WEST, "West", "Aford", 100.0),
    ("E01000002", WEST, "West", "Aford", 100.0),
    ("E01000003", WEST, "West", "Beton", 50.0),
    ("E01000004", EAST, "East", "Beton", 70.0),
    ("E01000005", EAST, "East", "Beton", 80.0),
)
AFTER = footprint(
    ("E01000001", BIG, "Big", "Aford", 110.0),
    ("E01000002", BIG, "Big", "Aford", 110.0),
    ("E01000003", SMALL, "Small", "Newton", 55.0),
    ("E01000004", SMALL, "Small", "Newton", 75.0),
    ("E01000005", SMALL, "Small", "Newton", 85.0),
)
AFTER_2021 = footprint(
    ("E01000001", BIG, "Big", "Aford", 110.0),
    ("E01000002", BIG, "Big", "Aford", 110.0),
    ("E01090031", SMALL, "Small", "Newton", 30.0),
    ("E01090032", SMALL, "Small", "Newton", 25.0),
    ("E01090045", SMALL, "Small", "Newton", 160.0),
)
FIT = pd.DataFrame(
    [
        ("E01000001", "E01000001", "unchanged"),
        ("E01000002", "E01000002", "unchanged"),
        ("E01000003", "E01090031", "split"),
        ("E01000003", "E01090032", "split"),
        ("E01000004", "E01090045", "merged"),
        ("E01000005", "E01090045", "merged"),
    ],
    columns=["area_code_2011", "area_code_2021", "change"],
)
MOVED = {
    "from_code": WEST,
    "from_name": "West",
    "to_code": SMALL,
    "to_name": "Small",
    "ltla_name": "Beton",
    "ltla_name_after": "Newton",
}


def test_a_renamed_and_recoded_system_has_not_moved():
    renamed = BEFORE.assign(
        system_code=BEFORE["system_code"].map({WEST: BIG, EAST: SMALL}), system_name="New"
    )
    assert moves(BEFORE, renamed).empty
    assert list_moves(moves(BEFORE, renamed)) == []


def test_what_moved_is_counted_with_its_people_and_both_districts():
    expected = {**MOVED, "small_areas": 1, "counterparts": 1, "people": 55, "exact": True}
    assert list_moves(moves(BEFORE, AFTER)) == [expected]
    assert list_moves(moves(BEFORE, AFTER, count="before")) == [{**expected, "people": 50}]


def test_split_areas_are_carried_through_the_fit_and_marked():
    expected = {**MOVED, "small_areas": 2, "counterparts": 1, "people": 55, "exact": False}
    assert list_moves(moves(BEFORE, AFTER_2021, FIT)) == [expected]
    assert list_moves(moves(BEFORE, AFTER_2021, FIT, count="before")) == [
        {**expected, "small_areas": 1, "counterparts": 2, "people": 50}
    ]


def test_the_fit_is_read_from_the_newer_vintage_too():
    back = moves(AFTER_2021, BEFORE, FIT)
    assert back[["from_code", "to_code", "small_areas", "counterparts"]].to_numpy().tolist() == [
        [SMALL, WEST, 1, 2]
    ]


def test_the_order_of_rows_never_matters():
    straight = moves(BEFORE, AFTER_2021, FIT)
    turned = moves(BEFORE[::-1], AFTER_2021.sample(frac=1, random_state=3), FIT[::-1])
    pd.testing.assert_frame_equal(straight, turned)


def test_an_area_of_two_former_systems_counts_once():
    unsure = BEFORE.assign(
        system_code=[WEST, WEST, WEST, WEST, EAST],
        system_name=["West", "West", "West", "West", "East"],
    )
    found = moves(unsure, AFTER_2021, FIT)
    assert found["small_areas"].sum() == 3
    assert not found["exact"].any()
    assert successors(unsure, AFTER_2021, FIT)["share"].between(0, 1).all()


def test_a_merger_of_two_systems_moves_nothing():
    merged = AFTER.assign(system_code=BIG, system_name="Big")
    assert moves(BEFORE, merged).empty
    found = successors(BEFORE, merged)
    assert found["follows"].tolist() == [BIG, BIG]
    assert found["share"].tolist() == [1.0, 1.0]


def test_the_successor_holds_most_people_not_most_areas():
    people = BEFORE.assign(people=[10.0, 10.0, 500.0, 1.0, 1.0])
    found = successors(people, AFTER, count="before").set_index("from_code")
    assert found.loc[WEST, "follows"] == SMALL
    assert found.loc[WEST, "share"] == pytest.approx(500 / 520)
    assert moves(people, AFTER, count="before")["small_areas"].tolist() == [2]


def test_without_people_small_areas_decide_and_people_stay_missing():
    nobody = AFTER.assign(people=float("nan"))
    assert [row["people"] for row in list_moves(moves(BEFORE, nobody))] == [None]
    assert say_moves(list_moves(moves(BEFORE, nobody)), WEST) == (
        "1 small area of Beton (now Newton) moved from West to Small.",
    )


def test_moves_are_said_of_the_systems_that_they_concern():
    rows = list_moves(moves(BEFORE, AFTER_2021, FIT))
    said = say_moves(rows, SMALL, {WEST: "the west"})
    assert said == say_moves(rows, WEST, {WEST: "the west"})
    assert said == (
        "2 small areas of Beton (now Newton) (55 people) moved from the west to Small. Some of "
        "them were split, merged or redrawn: they are 1 small area in the other vintage.",
    )
    assert say_moves(rows, EAST) == ()


def test_other_small_areas_need_a_fit_that_knows_them():
    with pytest.raises(VintageError, match="small_area_fit"):
        moves(BEFORE, AFTER_2021)
    with pytest.raises(SourceError, match="does not know: E01000005"):
        moves(BEFORE, AFTER_2021, FIT[FIT["area_code_2011"] != "E01000005"])


def test_a_doubled_code_in_a_lookup_is_refused(tmp_path):
    path = tmp_path / "lookup.csv"
    row = {"LSOA11CD": "E01000001", "STP20CD": WEST, "STP20NM": "West", "LAD20NM": "Aford"}
    pd.DataFrame([row, row]).to_csv(path, index=False)
    with pytest.raises(SourceError, match=r"lookup\.csv lists codes more than once: E01000001"):
        read_footprints(path, Edition.named("2020"), pd.Series(dtype=float))


MOVED_BY_2022 = {"High Peak": 21, "Bassetlaw": 70, "Birmingham": 92, "East Northamptonshire": 9}
ITEM_2022 = "https://opendata.arcgis.com/datasets/423c8069710c4d488d5ff99475688101_0.csv"


@pytest.fixture(scope="module")
def published(official, tmp_path_factory):
    """The lookups of April 2020, July 2022 and April 2024, and the fit; one person per area."""
    downloader = Downloader(tmp_path_factory.mktemp("raw"))
    edition_2020, edition_2024 = Edition.named("2020"), Edition.named("2024")
    columns = {**edition_2020.columns, "system": "ICB22", "ltla": "LAD22"}
    lookups = {name: area_datasets(name)["system_lookup"] for name in ("2020", "2024")}
    part_2022 = Part(name="july_2022", kind="file", suffix=".csv", url=ITEM_2022)
    wanted = {
        "2020": (lookups["2020"], lookups["2020"].part(), edition_2020),
        "2022": (lookups["2020"], part_2022, replace(edition_2020, columns=columns)),
        "2024": (lookups["2024"], lookups["2024"].part(), edition_2024),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        paths = {key: downloader.fetch(dataset, p).path for key, (dataset, p, _) in wanted.items()}
        fit = area_datasets("2024")["small_area_fit"]
        fit_path = downloader.fetch(fit, fit.part()).path
    nobody = pd.Series(dtype=float)
    tables = {
        key: read_footprints(paths[key], edition, nobody).assign(people=1.0)
        for key, (_, _, edition) in wanted.items()
    }
    return tables, read_fit(fit_path)


@pytest.mark.contract
def test_what_moved_by_july_2022_is_what_is_recorded(published):
    tables, _ = published
    found = moves(tables["2020"], tables["2022"])
    assert dict(zip(found["ltla_name"], found["small_areas"], strict=True)) == MOVED_BY_2022
    assert found["exact"].all()
    assert len(successors(tables["2020"], tables["2022"])["follows"].unique()) == 42


@pytest.mark.contract
def test_the_same_moves_through_the_fit_and_what_moved_since(published):
    tables, fit = published
    by_then = moves(tables["2020"], tables["2024"], fit, count="before")
    since = moves(tables["2022"], tables["2024"], fit, count="before")
    counted = dict(zip(by_then["ltla_name"], by_then["small_areas"], strict=True))
    later = dict(zip(since["ltla_name"], since["small_areas"], strict=True))
    assert later  # the boards of April 2024 are not quite those of July 2022
    assert not set(later) & set(MOVED_BY_2022)
    assert counted == {**MOVED_BY_2022, **later}
    exact = by_then.set_index("ltla_name")["exact"].to_dict()
    assert exact["High Peak"]
    assert exact["East Northamptonshire"]
    assert not exact["Birmingham"]  # some of its small areas were split by 2021
    now = by_then.set_index("ltla_name")["ltla_name_after"]
    assert now["East Northamptonshire"] == "North Northamptonshire"


@pytest.mark.contract
def test_counted_in_small_areas_of_2021_the_same_ground_moved(published):
    tables, fit = published
    columns = ["from_code", "to_code", "ltla_name", "small_areas", "counterparts"]
    before = moves(tables["2020"], tables["2024"], fit, count="before")[columns]
    after = moves(tables["2020"], tables["2024"], fit)[columns]
    swapped = after.rename(columns={"small_areas": "counterparts", "counterparts": "small_areas"})
    key = ["from_code", "to_code", "ltla_name"]
    assert (
        before.sort_values(key)
        .set_index(key)
        .equals(swapped.sort_values(key).set_index(key)[["small_areas", "counterparts"]])
    )
