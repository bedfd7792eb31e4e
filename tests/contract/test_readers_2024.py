"""The readers of edition 2024 on what the stand-in serves, checked against published totals."""

import pandas as pd
import pytest

from geodata.areas import read_places
from geodata.download import Downloader, local_file
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.obtain import datasets_of
from indicators.readers import deprivation, population, population_density
from indicators.schema import Inputs, validate

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("readers_2024")]

ENGLAND_MID_2024 = 58_620_101
# The table of ages; that of ethnic groups sums to 56,490,108, since small cells are perturbed.
ENGLAND_CENSUS_2021 = 56_489_608
SMALL_AREAS = 33_755
FIRST = "E01000001"
EDITION = Edition.named("2024")
READ = ("system_lookup", "authority_lookup", "msoa_names", "iod", "population", "land_area")
OLDER = {f"{kind}_{age}_plus" for kind in ("share", "people") for age in (65, 75, 85)}


@pytest.fixture(scope="module")
def served(official, tmp_path_factory):
    """What a reader is given of edition 2024 when nobody gives a file."""
    datasets = datasets_of(EDITION, catalogue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        downloader = Downloader(tmp_path_factory.mktemp("raw"))
        files = {
            name: {
                part.name: downloader.fetch(datasets[name], part).path
                for part in datasets[name].parts
            }
            for name in READ
        }
    periods = {name: dataset.period for name, dataset in datasets.items()}
    places = read_places(files, EDITION)
    return Inputs(files=files, edition=EDITION, periods=periods, places=places)


@pytest.fixture(scope="module")
def with_census(served, official, tmp_path_factory):
    """The same with the census table that a person gives, packed as it is."""
    dataset = datasets_of(EDITION, catalogue())["census_ages"]
    given = str(official.official_dir / "local" / "census2021_age6_lsoa21.csv.gz")
    raw = local_file(dataset, dataset.part(), given, Downloader(tmp_path_factory.mktemp("given")))
    files = {**served.files, "census_ages": {"main": raw.path}}
    return Inputs(files=files, edition=EDITION, periods=served.periods, places=served.places)


def read(reader, indicator, inputs):
    reading = reader.read(inputs)
    table = validate(reading, catalogue().indicator(indicator), inputs, file=indicator)
    return table.set_index(["measure", "area_code"]), {m.measure: m for m in reading.missing}


def test_people_of_the_edition_are_those_of_mid_2024(served):
    people = population.people_of_edition(served)
    assert (len(people), people.sum()) == (SMALL_AREAS, ENGLAND_MID_2024)


def test_without_a_census_table_older_people_are_missing_and_say_what_to_give(served):
    table, missing = read(population, "older_people", served)
    assert table.empty
    assert set(missing) == OLDER
    assert "--edition 2024 --file census_ages=PATH" in missing["share_65_plus"].remedy
    assert population.older_people_of_edition(served) is None


def test_older_people_of_the_census_have_its_own_denominator(with_census):
    table, missing = read(population, "older_people", with_census)
    assert set(missing) == {name for name in OLDER if "65" not in name}
    share = table.loc["share_65_plus"]
    assert share["denominator"].sum() == ENGLAND_CENSUS_2021
    first = share.loc[FIRST]
    assert (first["numerator"], first["denominator"]) == (370, 1477)
    assert first["value"] == pytest.approx(100 * 370 / 1477)
    assert set(share["period"]) == {"Census 2021"}
    assert population.people_of_edition(with_census).sum() == ENGLAND_MID_2024


def test_the_index_of_2025(with_census, served):
    table, missing = read(deprivation, "deprivation", with_census)
    assert set(missing) == {"idaopi_rate"}
    first = table.xs(FIRST, level="area_code")["value"]
    assert (first["imd_score"], first["imd_rank"], first["imd_decile"]) == (8.742, 26_525, 8)
    assert first["environment_domain_score"] == 69.345
    assert first["barriers_domain_score"] == 10.95
    assert first["income_domain_rate"] == pytest.approx(1.3)
    people = population.people_of_edition(served)
    assert table.loc["imd_score"]["denominator"].sum() == ENGLAND_MID_2024
    deprived = table.loc["imd_decile"]["value"].le(2)
    inside = table.loc["share_most_deprived_20"]["numerator"]
    assert inside.sum() == people[deprived[deprived].index].sum()
    assert inside.sum() / ENGLAND_MID_2024 == pytest.approx(0.2, abs=0.02)
    older = table.loc["share_65_plus_most_deprived_20"]
    assert set(older["period"]) == {"2025, people of Census 2021"}
    assert older["denominator"].sum() < 0.25 * ENGLAND_CENSUS_2021


def test_the_authority_in_the_index_file_is_never_read(served, tmp_path):
    """It differs between the two versions of the file; areas come from the lookup."""
    path = served.files["iod"]["main"]
    index = pd.read_csv(path, encoding="utf-8-sig")
    kept = tmp_path / "file7.csv"
    index.drop(columns=[c for c in index if "District" in c]).to_csv(kept, index=False)
    pd.testing.assert_frame_equal(
        deprivation.read_index(kept, EDITION), deprivation.read_index(path, EDITION)
    )


def test_the_index_of_2019_is_refused(served):
    with pytest.raises(SourceError, match=r"LSOA code \(2011\).*edition 2020"):
        deprivation.read_index(served.files["iod"]["main"], Edition.named("2020"))


def test_density_says_that_water_is_in_the_area(served):
    table, _ = read(population_density, "population_density", served)
    rows = table.loc["people_per_km2"]
    assert rows["denominator"].sum() == pytest.approx(130_462.6, abs=0.1)
    assert rows.loc[FIRST, "denominator"] == pytest.approx(0.1298)
    people = population.people_of_edition(served)[FIRST]
    assert rows.loc[FIRST, "value"] == pytest.approx(people / 0.1298)
    assert set(rows["period"]) == {"mid-2024, area to the coast, inland water included"}
    note = datasets_of(EDITION, catalogue())["land_area"].note
    assert "to the coast, inland water included" in note


@pytest.mark.parametrize("dataset", ["iod", "population", "census_ages", "land_area"])
def test_edition_2026_reads_the_same_data(dataset):
    declared = catalogue().datasets
    assert declared["2026"][dataset].parts == declared["2024"][dataset].parts
