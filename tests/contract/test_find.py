"""Find on full builds of both editions, with the postcodes of the stand-in."""

import pandas as pd
import pytest

from context.find import find, find_area
from geodata.download import Downloader
from geodata.editions import area_datasets
from geodata.fit import read_fit

pytestmark = pytest.mark.contract

DEVON = "E54000037"


@pytest.fixture(scope="module")
def fit(official, tmp_path_factory):
    dataset = area_datasets("2024")["small_area_fit"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        raw = Downloader(tmp_path_factory.mktemp("raw")).fetch(dataset, dataset.part())
    return read_fit(raw.path)


@pytest.fixture
def mirror(official, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.clear_log()
    return official


@pytest.mark.parametrize("edition", ["2020", "2024"])
def test_a_postcode_leads_to_the_system_of_the_edition(mirror, full_store, fit, edition):
    rows = find("pl12aa", full_store(edition), fit=fit)
    assert [row["level"] for row in rows] == ["lsoa", "msoa", "ltla", "utla", "system"]
    assert [row["code"] for row in rows][2:] == ["E06000026", "E06000026", DEVON]
    assert [entry["path"] for entry in mirror.log() if "postcodes" in entry["path"]] == [
        "/api.postcodes.io/postcodes/PL12AA"
    ]


def test_the_authority_is_that_of_the_time_of_the_edition(mirror, full_store, fit):
    then = {row["level"]: row["name"] for row in find("E01019303", full_store("2020"))}
    now = {row["level"]: row["name"] for row in find("E01019303", full_store("2024"))}
    assert then["utla"] == "Cumbria"
    assert now["utla"] in ("Cumberland", "Westmorland and Furness")


@pytest.mark.parametrize(
    ("text", "small_areas", "word"), [("EX1 1AE", 2, "split"), ("PL13 1AA", 1, "merged")]
)
@pytest.mark.usefixtures("mirror")
def test_a_changed_small_area_goes_through_the_fit(full_store, fit, text, small_areas, word):
    found = find_area(text, full_store("2024"), fit=fit)
    levels = [row["level"] for row in found.rows]
    assert levels == ["lsoa"] * small_areas + ["msoa", "ltla", "utla", "system"]
    assert word in found.notices[0]
    before = find_area(text, full_store("2020"), fit=fit)
    assert [row["level"] for row in before.rows].count("lsoa") == 1
    assert before.notices == ()


def test_a_postcode_out_of_use_is_placed_and_said(mirror, full_store, fit):
    for edition in ("2020", "2024"):
        found = find_area("PL1 1AA", full_store(edition), fit=fit)
        assert found.rows[-1]["code"] == DEVON
        assert "went out of use in December 2002" in found.notices[0]


@pytest.mark.parametrize("edition", ["2020", "2024"])
def test_every_system_and_authority_is_found_by_its_own_name(full_store, edition):
    store = full_store(edition)
    named = pd.concat(
        [
            store.systems.set_axis(["code", *store.systems.columns[1:]], axis=1)[["code", "name"]],
            store.membership[["area_code", "area_name"]].set_axis(["code", "name"], axis=1),
        ]
    ).drop_duplicates()
    sample = named.sample(40, random_state=1)
    for code, name in zip(sample["code"], sample["name"], strict=True):
        assert code in [row["code"] for row in find(name, store)[:3]], name


def test_a_ward_that_names_a_place_leads_to_its_system(full_store):
    before, after = (find("Old Glossop", full_store(edition)) for edition in ("2020", "2024"))
    assert {row["system"] for row in before} == {"E54000007"}  # Greater Manchester
    assert {row["system"] for row in after} == {"E54000058"}  # Derby and Derbyshire
