"""Published areas of small areas, read from a zip of made measurements."""

import zipfile

import pandas as pd
import pytest

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.readers import population_density
from indicators.schema import Inputs, validate

CODES = ["E01000001", "E01000002", "E01000003"]


def write_areas(folder, columns, name="SAM_LSOA_DEC_2021_EW/Measurements/SAM_LSOA_DEC_2021_EW.csv"):
    table = pd.DataFrame({"LSOA21CD": CODES, "LSOA21NM": ["\xc2", "B", "C"], **columns})
    path = folder / "land.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SAM_LSOA_DEC_2021_EW/Readme.txt", "about")
        archive.writestr(name, table.to_csv(index=False).encode("latin-1"))
    return path


@pytest.mark.parametrize(
    ("columns", "density", "period"),
    [
        (
            {"AREACHECT": [50.0, 1000.0, 25.0]},
            [200.0, 20.0, 1200.0],
            "mid-2024, area to the coast, inland water included",
        ),
        (
            {"AREACHECT": [50.0, 1000.0, 25.0], "AREALHECT": [40.0, 500.0, 25.0]},
            [250.0, 40.0, 1200.0],
            "mid-2024",
        ),
    ],
)
def test_density_says_whether_water_is_in_its_area(tmp_path, columns, density, period):
    people = tmp_path / "population.csv"
    rows = {"GEOGRAPHY_CODE": CODES, "C_AGE": 200, "OBS_VALUE": [100, 200, 300]}
    pd.DataFrame(rows).to_csv(people, index=False)
    files = {"population": {"main": people}, "land_area": {"main": write_areas(tmp_path, columns)}}
    inputs = Inputs(
        files=files,
        edition=Edition.named("2024"),
        periods={"population": "mid-2024", "census_ages": "Census 2021"},
        places=pd.DataFrame(index=pd.Index(CODES, name="area_code")),
    )
    indicator = catalogue().indicator("population_density")
    table = validate(population_density.read(inputs), indicator, inputs, file="land_area")
    assert table["value"].tolist() == pytest.approx(density)
    assert table["denominator"].tolist()[0] == pytest.approx(100 / density[0])
    assert set(table["period"]) == {period}


@pytest.mark.parametrize(
    ("columns", "name", "says"),
    [
        ({"HECTARES": [1, 2, 3]}, "SAM_LSOA.csv", "lacks the columns.*AREALHECT or AREACHECT"),
        ({"AREACHECT": [1, 0, 3]}, "SAM_LSOA.csv", "AREACHECT are no areas: E01000002"),
        ({"AREACHECT": [1, "x", 3]}, "SAM_LSOA.csv", "AREACHECT are no areas: E01000002"),
        ({"AREACHECT": [1, 2, 3]}, "SAM_MSOA.csv", "holds 0 files SAM_LSOA"),
    ],
)
def test_measurements_that_are_none_are_refused(tmp_path, columns, name, says):
    with pytest.raises(SourceError, match=says):
        population_density.read_measurements(write_areas(tmp_path, columns, name))


def test_a_damaged_zip_is_refused(tmp_path):
    path = write_areas(tmp_path, {"AREACHECT": [1, 2, 3]})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"land.zip is a damaged or locked zip"):
        population_density.read_measurements(path)
