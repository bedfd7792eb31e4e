"""Readers on tiny made files: what is read, and what is refused by file and column."""

import pandas as pd
import pytest

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.readers import deprivation, population
from indicators.schema import validate

EDITION = Edition.named("2020")
PERIODS = {"population": "mid-2019", "iod": "2019"}
CODES = ["E01000001", "E01000002", "E01000003"]
AGES = {200: (100, 200, 300), 209: (10, 50, 60), 17: (3, 10, 20), 18: (2, 5, 7), 210: (1, 4, 0)}
HEADERS = {
    "LSOA code (2011)": CODES,
    "LSOA name (2011)": ["A", "B", "C"],
    "Index of Multiple Deprivation\n(IMD)  Score": [6.208, 40.0, 20.0],
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": [29199, 3, 9000],
    "Index of Multiple Deprivation (IMD)\r\nDecile (where 1 is most deprived 10% of LSOAs)": [
        9,
        2,
        3,
    ],
    "Income Deprivation Affecting Older People (IDAOPI) Score (rate)": [0.025, 0.5, 0.1],
    "Geographical Barriers Sub-domain\nScore": [-0.5, 1.25, 0.0],
    "Older population aged 60 and over: mid 2015 (excluding pris": [20, 60, 80],
}


def write_people(folder, ages=AGES, more=(), name="population.csv"):
    rows = [
        (code, 2019, age, number)
        for age, numbers in ages.items()
        for code, number in zip(CODES, numbers, strict=False)
    ]
    columns = ["GEOGRAPHY_CODE", "DATE_NAME", "C_AGE", "OBS_VALUE"]
    path = folder / name
    pd.DataFrame([*rows, *more], columns=columns).to_csv(path, index=False)
    return path


def write_index(folder, change=(), drop=()):
    table = pd.DataFrame({k: v for k, v in HEADERS.items() if k not in drop} | dict(change))
    path = folder / "file7.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def files(folder, **index):
    return {
        "population": {"main": write_people(folder)},
        "iod": {"main": write_index(folder, **index)},
    }


def pick(table, measure):
    return table[table["measure"] == measure].set_index("area_code")


def header(begins):
    return next(name for name in HEADERS if " ".join(name.split()).startswith(begins))


def test_population(tmp_path):
    table = population.read(files(tmp_path), EDITION, PERIODS)
    validate(table, catalogue().indicator("older_people"), CODES, file="population")
    share = pick(table, "share_65_plus")
    assert share["value"].tolist() == [10.0, 25.0, 20.0]
    assert share["numerator"].tolist() == [10, 50, 60]
    assert share["denominator"].tolist() == [100, 200, 300]
    assert pick(table, "people_75_plus")["value"].tolist() == [6, 19, 27]
    assert pick(table, "people_85_plus")["value"].tolist() == [1, 4, 0]
    assert set(table["period"]) == {"mid-2019"}


def test_population_order_of_rows_and_other_countries_do_not_matter(tmp_path):
    path = write_people(tmp_path)
    table = pd.read_csv(path)
    wales = table.assign(GEOGRAPHY_CODE="W01000001").drop_duplicates("C_AGE")
    mixed = pd.concat([wales, table]).sample(frac=1, random_state=7)
    other = tmp_path / "mixed.csv"
    mixed.rename(columns=str.lower).to_csv(other, index=False)
    pd.testing.assert_frame_equal(population.read_people(other), population.read_people(path))


@pytest.mark.parametrize("age", list(AGES))
def test_missing_ages_are_refused(tmp_path, age):
    path = write_people(tmp_path, {key: n for key, n in AGES.items() if key != age})
    with pytest.raises(SourceError, match=rf"population.csv.*\[{age}\].*C_AGE"):
        population.read_people(path)


def test_missing_columns_are_refused(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text("GEOGRAPHY_CODE,AGE\nE01000001,200\n")
    with pytest.raises(SourceError, match=r"population.csv.*c_age, obs_value"):
        population.read_people(path)


def test_more_old_people_than_people_is_refused(tmp_path):
    path = write_people(tmp_path, {**AGES, 209: (10, 201, 60)})
    with pytest.raises(SourceError, match=r"population.csv"):
        population.read_people(path)


def test_a_doubled_row_is_refused_and_never_summed(tmp_path):
    path = write_people(tmp_path, more=[("E01000001", 2020, 200, 100)])
    with pytest.raises(SourceError, match=r"population.csv"):
        population.read_people(path)


def test_people_that_are_no_numbers_are_refused(tmp_path):
    path = write_people(tmp_path, {**AGES, 200: ("100", ":", "300")})
    with pytest.raises(SourceError, match=r"population.csv"):
        population.read_people(path)


def test_an_area_without_a_figure_gets_no_value_rather_than_zero(tmp_path):
    path = write_people(tmp_path, {**AGES, 18: (2, 5)})
    people = population.read_people(path)
    assert people["people_75_plus"].isna().tolist() == [False, False, True]


def test_deprivation_with_line_breaks_and_a_header_cut_off(tmp_path):
    table = deprivation.read(files(tmp_path), EDITION, PERIODS)
    validate(table, catalogue().indicator("deprivation"), CODES, file="iod")
    score = pick(table, "imd_score")
    assert score["value"].tolist() == [6.208, 40.0, 20.0]
    assert score["numerator"].tolist() == pytest.approx([620.8, 8000.0, 6000.0])
    assert score["denominator"].tolist() == [100, 200, 300]
    assert pick(table, "imd_decile")["value"].tolist() == [9, 2, 3]
    older = pick(table, "idaopi_rate")
    assert older["value"].tolist() == pytest.approx([2.5, 50.0, 10.0])
    assert older["numerator"].tolist() == pytest.approx([0.5, 30.0, 8.0])
    assert older["denominator"].tolist() == [20, 60, 80]
    everyone = pick(table, "share_most_deprived_20")
    assert everyone["value"].tolist() == [0, 100, 0]
    assert everyone["numerator"].tolist() == [0, 200, 0]
    assert pick(table, "share_65_plus_most_deprived_20")["denominator"].tolist() == [10, 50, 60]
    assert pick(table, "geographical_barriers_score")["value"].tolist() == [-0.5, 1.25, 0.0]


def test_another_vintage_is_refused_by_file_and_column(tmp_path):
    given = files(tmp_path, change={"LSOA code (2021)": CODES}, drop=["LSOA code (2011)"])
    with pytest.raises(SourceError, match=r"file7.csv.*LSOA code \(2011\).*LSOA 2011"):
        deprivation.read(given, EDITION, PERIODS)


@pytest.mark.parametrize(
    "begins",
    [
        "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Decile",
        "Income Deprivation Affecting Older People",
        "Geographical Barriers",
        "Older population aged 60 and over",
    ],
)
def test_a_missing_column_is_named(tmp_path, begins):
    given = files(tmp_path, drop=[header(begins)])
    with pytest.raises(SourceError) as caught:
        deprivation.read(given, EDITION, PERIODS)
    assert "file7.csv" in str(caught.value)
    assert begins in str(caught.value)


@pytest.mark.parametrize("deciles", [[0, 1, 2], [9, 2, 11], [9, None, 3]])
def test_deciles_outside_1_to_10_are_refused(tmp_path, deciles):
    name = header("Index of Multiple Deprivation (IMD) Decile")
    given = files(tmp_path, change={name: deciles})
    with pytest.raises(SourceError, match=r"file7.csv.*Decile"):
        deprivation.read(given, EDITION, PERIODS)


@pytest.mark.parametrize(
    "begins",
    ["Index of Multiple Deprivation (IMD) Score", "Index of Multiple Deprivation (IMD) Decile"],
)
def test_index_cells_that_are_no_numbers_are_refused(tmp_path, begins):
    given = files(tmp_path, change={header(begins): ["9", "n/k", "3"]})
    with pytest.raises(SourceError, match=r"file7.csv"):
        deprivation.read(given, EDITION, PERIODS)
