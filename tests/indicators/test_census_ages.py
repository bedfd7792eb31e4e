"""The census table of ages that a person gives: which groups it holds, and what is refused."""

import pandas as pd
import pytest

from geodata.errors import SourceError
from indicators.readers import population

CODES = ["E01000001", "E01000002", "E01000003"]


def write_census(folder, change=(), drop=()):
    columns = {
        "LSOA21CD": CODES,
        "LSOA21NM": ["A", "B", "C"],
        "All usual residents": [90, 210, 300],
        "Aged 15 years and under": [10, 20, 30],
        "Aged 16 to 64 years": [60, 130, 170],
        "Aged 65 years and over": [20, 60, 100],
    }
    table = pd.DataFrame({k: v for k, v in (columns | dict(change)).items() if k not in drop})
    path = folder / "census.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_narrower_census_bands_give_the_older_groups(tmp_path):
    bands = {
        "Aged 65 to 74 years": [10, 30, 50],
        "Aged 75 to 84 years": [6, 20, 30],
        "Aged 85 years and over": [4, 10, 20],
    }
    path = write_census(tmp_path, change=bands, drop=["Aged 65 years and over"])
    people = population.read_census_ages(path)
    assert people["people_65_plus"].tolist() == [20, 60, 100]
    assert people["people_75_plus"].tolist() == [10, 30, 50]
    assert people["people_85_plus"].tolist() == [4, 10, 20]


@pytest.mark.parametrize(
    ("change", "drop", "says"),
    [
        ({}, ["LSOA21CD"], "lsoa21cd"),
        ({}, ["All usual residents"], "all usual residents"),
        ({}, ["Aged 16 to 64 years"], "sum to 240 and its residents to 600"),
        ({"Aged 85 years and over": [10, 20, 30]}, [], "sum to 660"),
        ({"LSOA21CD": ["E01000001", "E01000001", "E01000003"]}, [], "more than once: E01000001"),
        ({"Aged 65 years and over": ["20", "c", "100"]}, [], "no full counts: E01000002"),
        ({"Aged 65 years and over": [20, -60, 100]}, [], "no full counts: E01000002"),
    ],
)
def test_a_census_table_that_is_not_one_is_refused(tmp_path, change, drop, says):
    with pytest.raises(SourceError, match=says) as caught:
        population.read_census_ages(write_census(tmp_path, change=change, drop=drop))
    assert str(caught.value).startswith("census.csv")


def test_a_census_file_that_is_no_table_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "census.csv"
    path.write_text("a\n1,2\n3,4,5\n")
    with pytest.raises(SourceError, match=r"^census.csv cannot be read as a table.*[^\n]$"):
        population.read_census_ages(path)
