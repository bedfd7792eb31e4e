"""Readers on tiny made files: what is read, and what is refused by file and column."""

import pandas as pd
import pytest

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.readers import deprivation, population
from indicators.schema import Inputs, validate

PERIODS = {"population": "mid-2019", "iod": "2019"}
PERIODS_2024 = {"population": "mid-2024", "iod": "2025", "census_ages": "Census 2021"}
CODES = ["E01000001", "E01000002", "E01000003"]
AGES = {200: (100, 200, 300), 209: (10, 50, 60), 17: (3, 10, 20), 18: (2, 5, 7), 210: (1, 4, 0)}
DECILE = "Index of Multiple Deprivation (IMD)\r\nDecile (where 1 is most deprived 10% of LSOAs)"
HEADERS = {
    "LSOA code (2011)": CODES,
    "LSOA name (2011)": ["A", "B", "C"],
    "Index of Multiple Deprivation\n(IMD)  Score": [6.208, 40.0, 20.0],
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": [29199, 3, 9000],
    DECILE: [9, 2, 3],
    "Income Deprivation Affecting Older People (IDAOPI) Score (rate)": [0.025, 0.5, 0.1],
    "Income Score (rate)": [0.007, 0.25, 0.1],
    "Employment Score (rate)": [0.01, 0.2, 0.1],
    "Education, Skills and Training Score": [0.024, 40.0, 20.0],
    "Health Deprivation and Disability Score": [-1.654, 1.0, 0.0],
    "Crime Score": [-2.012, 1.0, 0.0],
    "Barriers to Housing and Services Score": [29.472, 20.0, 10.0],
    "Living  Environment\nScore": [31.873, 20.0, 10.0],
    "Geographical Barriers Sub-domain\nScore": [-0.5, 1.25, 0.0],
    "Geographical Barriers Sub-domain Decile (where 1 is most deprived 10% of LSO": [5, 1, 9],
    "Wider Barriers Sub-domain Score": [7.0, 8.0, 9.0],
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


def inputs(edition="2020", periods=PERIODS, **files):
    """What a reader is given for three small areas of an edition."""
    return Inputs(
        files={dataset: {"main": path} for dataset, path in files.items()},
        edition=Edition.named(edition),
        periods=periods,
        places=pd.DataFrame(index=pd.Index(CODES, name="area_code")),
    )


def given(folder, **index):
    return inputs(population=write_people(folder), iod=write_index(folder, **index))


def read(reader, indicator, of):
    """Read and validate, as the conductor does."""
    return validate(reader.read(of), catalogue().indicator(indicator), of, file=indicator)


def pick(table, measure):
    return table[table["measure"] == measure].set_index("area_code")


def header(begins):
    return next(name for name in HEADERS if " ".join(name.split()).startswith(begins))


def test_population(tmp_path):
    table = read(population, "older_people", given(tmp_path))
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
    table = read(deprivation, "deprivation", given(tmp_path))
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
    assert pick(table, "imd_rank")["value"].tolist() == [29199, 3, 9000]


def test_domains_are_weighted_by_people_and_never_confused(tmp_path):
    table = read(deprivation, "deprivation", given(tmp_path))
    assert pick(table, "barriers_domain_score")["value"].tolist() == [29.472, 20.0, 10.0]
    assert pick(table, "environment_domain_score")["value"].tolist() == [31.873, 20.0, 10.0]
    assert pick(table, "crime_domain_score")["numerator"].tolist() == pytest.approx(
        [-201.2, 200.0, 0.0]
    )
    income = pick(table, "income_domain_rate")
    assert income["value"].tolist() == pytest.approx([0.7, 25.0, 10.0])
    assert income["numerator"].tolist() == pytest.approx([0.7, 50.0, 30.0])
    assert income["denominator"].tolist() == [100, 200, 300]


@pytest.mark.parametrize("begins", ["Income Deprivation Affecting Older", "Older population aged"])
def test_idaopi_that_is_not_served_is_missing_with_its_remedy(tmp_path, begins):
    reading = deprivation.read(given(tmp_path, drop=[header(begins)]))
    assert "idaopi_rate" not in set(reading.table["measure"])
    assert [entry.measure for entry in reading.missing] == ["idaopi_rate"]
    assert "60 and over" in reading.missing[0].reason
    assert "--edition 2020 --file iod=PATH" in reading.missing[0].remedy


def test_a_small_area_listed_twice_in_the_index_is_refused(tmp_path):
    of = given(tmp_path, change={"LSOA code (2011)": ["E01000001", "E01000002", "E01000001"]})
    with pytest.raises(SourceError, match=r"file7.csv.*once: E01000001"):
        deprivation.read(of)


@pytest.mark.parametrize(
    ("begins", "cells"),
    [
        ("Income Score (rate)", [70.0, 25.0, 10.0]),
        ("Index of Multiple Deprivation (IMD) Rank", [0, 3, 9000]),
        ("Index of Multiple Deprivation (IMD) Rank", [32_845, 3, 9000]),
    ],
)
def test_rates_and_ranks_outside_their_range_are_refused(tmp_path, begins, cells):
    with pytest.raises(SourceError, match=r"file7.csv.*is not .* for E01"):
        deprivation.read(given(tmp_path, change={header(begins): cells}))


def test_another_vintage_is_refused_by_file_and_column(tmp_path):
    of = given(tmp_path, change={"LSOA code (2021)": CODES}, drop=["LSOA code (2011)"])
    with pytest.raises(SourceError, match=r"file7.csv.*LSOA code \(2011\).*LSOA 2011"):
        deprivation.read(of)


@pytest.mark.parametrize(
    "begins",
    [
        "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Decile",
        "Index of Multiple Deprivation (IMD) Rank",
        "Geographical Barriers",
        "Income Score (rate)",
        "Crime Score",
        "Barriers to Housing and Services Score",
        "Living Environment Score",
    ],
)
def test_a_missing_column_is_named(tmp_path, begins):
    of = given(tmp_path, drop=[header(begins)])
    with pytest.raises(SourceError) as caught:
        deprivation.read(of)
    assert "file7.csv" in str(caught.value)
    assert begins in str(caught.value)


@pytest.mark.parametrize("deciles", [[0, 1, 2], [9, 2, 11], [9, None, 3]])
def test_deciles_outside_1_to_10_are_refused(tmp_path, deciles):
    name = header("Index of Multiple Deprivation (IMD) Decile")
    of = given(tmp_path, change={name: deciles})
    with pytest.raises(SourceError, match=r"file7.csv.*Decile"):
        deprivation.read(of)


@pytest.mark.parametrize(
    "begins",
    ["Index of Multiple Deprivation (IMD) Score", "Index of Multiple Deprivation (IMD) Decile"],
)
def test_index_cells_that_are_no_numbers_are_refused(tmp_path, begins):
    of = given(tmp_path, change={header(begins): ["9", "n/k", "3"]})
    with pytest.raises(SourceError, match=r"file7.csv"):
        deprivation.read(of)


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


def later(folder, ages=(200,), **files):
    """Inputs of edition 2024: the people come without the ages that are not listed."""
    people = write_people(folder, {age: AGES[age] for age in ages})
    return inputs("2024", PERIODS_2024, population=people, **files)


def write_index_2025(folder):
    return write_index(folder, change={"LSOA code (2021)": CODES}, drop=["LSOA code (2011)"])


def test_older_people_come_from_the_census_with_its_own_residents(tmp_path):
    of = later(tmp_path, census_ages=write_census(tmp_path), iod=write_index_2025(tmp_path))
    table = read(population, "older_people", of)
    share = pick(table, "share_65_plus")
    assert share["value"].tolist() == pytest.approx([100 * 20 / 90, 100 * 60 / 210, 100 / 3])
    assert share["denominator"].tolist() == [90, 210, 300]
    assert set(share["period"]) == {"Census 2021"}
    assert set(table["measure"]) == {"share_65_plus", "people_65_plus"}
    missing = {entry.measure: entry for entry in population.read(of).missing}
    assert set(missing) == {f"{k}_{a}_plus" for k in ("share", "people") for a in (75, 85)}
    assert "aged 75 and over" in missing["share_75_plus"].reason
    assert "band that begins at 75" in missing["share_75_plus"].remedy
    assert population.people_of_edition(of).tolist() == [100, 200, 300]
    older = population.older_people_of_edition(of)
    assert older.people.tolist() == [20, 60, 100]
    assert older.everyone.tolist() == [90, 210, 300]
    assert older.period == "Census 2021"
    inside = pick(read(deprivation, "deprivation", of), "share_65_plus_most_deprived_20")
    assert inside["numerator"].tolist() == [0, 60, 0]
    assert inside["denominator"].tolist() == [20, 60, 100]
    assert set(inside["period"]) == {"2025, people of Census 2021"}


def test_older_people_that_nobody_gives_are_missing_with_their_remedy(tmp_path):
    of = later(tmp_path, iod=write_index_2025(tmp_path))
    reading = population.read(of)
    assert read(population, "older_people", of).empty
    assert len(reading.missing) == 6
    for entry in reading.missing:
        assert "--edition 2024 --file census_ages=PATH" in entry.remedy
    assert population.older_people_of_edition(of) is None
    table = read(deprivation, "deprivation", of)
    assert "share_most_deprived_20" in set(table["measure"])
    lost = [entry.measure for entry in deprivation.read(of).missing]
    assert lost == ["share_65_plus_most_deprived_20"]


def test_ages_that_are_served_come_before_the_census(tmp_path):
    of = later(tmp_path, ages=AGES, census_ages=write_census(tmp_path))
    table = read(population, "older_people", of)
    assert set(table["period"]) == {"mid-2024"}
    assert pick(table, "share_65_plus")["value"].tolist() == [10.0, 25.0, 20.0]
    some = later(tmp_path, ages=(200, 209), census_ages=write_census(tmp_path))
    periods = read(population, "older_people", some).groupby("measure")["period"].first()
    assert periods.to_dict() == {"share_65_plus": "mid-2024", "people_65_plus": "mid-2024"}
