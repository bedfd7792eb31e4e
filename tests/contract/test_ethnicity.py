"""Ethnic groups of both censuses as the stand-in serves them, against published totals."""

import zipfile

import pandas as pd
import pytest

from geodata.areas import read_places
from geodata.download import Downloader
from geodata.editions import Edition
from indicators.catalogue import catalogue
from indicators.obtain import datasets_of
from indicators.readers import ethnicity
from indicators.schema import Inputs, validate

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("ethnicity")]

READ = ("system_lookup", "authority_lookup", "msoa_names", "ethnicity", "iod")
FIRST = "E01000001"
GROUPS = ("asian", "black", "mixed", "white", "other")
PLYMOUTH = "E06000026"


def read_edition(official, cache, name):
    edition = Edition.named(name)
    datasets = datasets_of(edition, catalogue())
    wanted = (*READ, "life_expectancy") if name == "2020" else READ
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        downloader = Downloader(cache)
        files = {
            key: {
                part.name: downloader.fetch(datasets[key], part).path
                for part in datasets[key].parts
            }
            for key in wanted
        }
    periods = {key: dataset.period for key, dataset in datasets.items()}
    places = read_places(files, edition)
    inputs = Inputs(files=files, edition=edition, periods=periods, places=places)
    reading = ethnicity.read(inputs)
    table = validate(reading, catalogue().indicator("ethnicity"), inputs, file="ethnicity")
    return inputs, table.set_index(["measure", "area_code"]), reading.missing


@pytest.fixture(scope="module")
def census_2011(official, tmp_path_factory):
    return read_edition(official, tmp_path_factory.mktemp("raw"), "2020")


@pytest.fixture(scope="module")
def census_2021(official, tmp_path_factory):
    return read_edition(official, tmp_path_factory.mktemp("raw"), "2024")


def test_england_at_the_census_of_2011(census_2011):
    _, table, missing = census_2011
    assert not missing
    white = table.loc["share_white"]
    assert len(white) == 32_844
    assert white["denominator"].sum() == 53_012_456
    assert white["numerator"].sum() == 45_281_142
    assert table.loc["people_minority_ethnic"]["value"].sum() == 53_012_456 - 45_281_142
    assert set(white["period"]) == {"Census 2011"}


def test_england_at_the_census_of_2021(census_2021):
    _, table, missing = census_2021
    assert [entry.measure for entry in missing] == ["share_not_white_british"]
    asian = table.loc["share_asian"]
    assert (len(asian), asian["denominator"].sum()) == (33_755, 56_490_108)
    first = table.xs(FIRST, level="area_code")
    assert first.loc["share_asian", "denominator"] == 1_474
    assert first.loc["people_asian", "value"] == 158
    assert first.loc["people_black", "value"] == 11
    assert first.loc["share_black", "value"] == pytest.approx(100 * 11 / 1_474)
    groups = sum(table.loc[f"people_{group}"]["value"].sum() for group in GROUPS)
    assert groups == 56_490_108


def test_a_second_computation_of_2011_by_district(census_2011):
    """Plain pandas on the raw files: shares of districts, all and in deprived areas."""
    inputs, table, _ = census_2011
    raw = pd.read_csv(inputs.files["ethnicity"]["main"])
    cells = raw.set_index(["GEOGRAPHY_CODE", "CELL"])["OBS_VALUE"].unstack()
    index = pd.read_csv(inputs.files["iod"]["main"]).set_index("LSOA code (2011)")
    decile = index[next(c for c in index if c.startswith("Index") and "Decile" in c)]
    lookup = pd.read_csv(inputs.files["system_lookup"]["main"], encoding="utf-8-sig")
    district = lookup.set_index("LSOA11CD")["LAD20CD"]
    total = cells.groupby(district).sum()
    minority = cells[[200, 300, 400, 500]].sum(axis=1)
    rows = table.loc["share_minority_ethnic"]
    sums = rows[["numerator", "denominator"]].groupby(district).sum()
    share = 100 * sums["numerator"] / sums["denominator"]
    expected = 100 * minority.groupby(district).sum() / total[0]
    pd.testing.assert_series_equal(share, expected, check_names=False)
    british = table.loc["share_not_white_british"]["numerator"].groupby(district).sum()
    assert british[PLYMOUTH] == total.loc[PLYMOUTH, 0] - total.loc[PLYMOUTH, 1]
    inside = cells[decile.reindex(cells.index) <= 2]
    black = inside.groupby(district)[400].sum()[PLYMOUTH]
    rows = table.loc["share_most_deprived_20_black"]
    sums = rows[["numerator", "denominator"]].groupby(district).sum().loc[PLYMOUTH]
    assert sums.tolist() == [black, total.loc[PLYMOUTH, 400]]


def test_a_second_computation_of_2021_in_deprived_areas(census_2021):
    inputs, table, _ = census_2021
    with zipfile.ZipFile(inputs.files["ethnicity"]["main"]) as archive:
        raw = pd.read_csv(archive.open("census2021-ts021-lsoa.csv"))
    raw = raw[raw["geography code"].str.startswith("E")].set_index("geography code")
    asian = raw["Ethnic group: Asian, Asian British or Asian Welsh"]
    index = pd.read_csv(inputs.files["iod"]["main"]).set_index("LSOA code (2021)")
    decile = index[next(c for c in index if c.startswith("Index") and "Decile" in c)]
    deprived = decile[decile <= 2].index
    rows = table.loc["share_most_deprived_20_asian"]
    assert rows["numerator"].sum() == asian[deprived].sum()
    assert rows["denominator"].sum() == asian.sum()
    assert set(rows["period"]) == {"2025, people of Census 2021"}
    assert (rows["value"].isna() == (asian == 0).reindex(rows.index)).all()


def test_edition_2026_reads_the_same_data():
    declared = catalogue().datasets
    assert declared["2026"]["ethnicity"].parts == declared["2024"]["ethnicity"].parts
