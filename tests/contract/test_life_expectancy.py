"""Life expectancy from the stand-in: both editions against plain readings of the same files."""

import csv

import numpy as np
import pandas as pd
import pytest

from geodata.areas import read_places
from geodata.download import Downloader
from geodata.editions import Edition, area_datasets
from geodata.errors import DownloadError, SourceError
from indicators.catalogue import catalogue
from indicators.readers import life_expectancy
from indicators.readers.fingertips import read_comparisons
from indicators.schema import Inputs, validate

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("life_expectancy")]

DATASET = "life_expectancy"
INDICATOR = catalogue().indicator(DATASET)
LOOKUPS = ("system_lookup", "authority_lookup", "msoa_names")
ENGLAND, PLYMOUTH, TORBAY, DEVON = "E92000001", "E06000026", "E06000027", "E10000008"
BUCKS, BUCKS_2019 = "E06000060", "E10000002"
WITHOUT = {"E06000053", "E09000001"}  # Isles of Scilly, City of London
HTML = [{"match": "by_indicator_id", "mode": "html200"}]
MISSING_COLUMN = [{"match": "by_indicator_id", "mode": "missing_column:Time period"}]


def download(edition, folder):
    datasets = {**area_datasets(edition), **catalogue().datasets[edition]}
    downloader = Downloader(folder, tries=1)
    return {
        name: {part.name: downloader.fetch(dataset, part).path for part in dataset.parts}
        for name, dataset in datasets.items()
        if name in (*LOOKUPS, DATASET)
    }


def load(edition, official, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        files = download(edition, folder)
    chosen = Edition.named(edition)
    return Inputs(
        files=files,
        edition=chosen,
        periods={DATASET: catalogue().datasets[edition][DATASET].period},
        places=read_places(files, chosen),
    )


@pytest.fixture(scope="module")
def inputs_2020(official, tmp_path_factory):
    return load("2020", official, tmp_path_factory.mktemp("2020"))


@pytest.fixture(scope="module")
def inputs_2024(official, tmp_path_factory):
    return load("2024", official, tmp_path_factory.mktemp("2024"))


@pytest.fixture(scope="module")
def workbook(inputs_2020):
    reading = life_expectancy.read(inputs_2020)
    assert not reading.missing
    return validate(reading, INDICATOR, inputs_2020, file=DATASET)


@pytest.fixture(scope="module")
def reading_2024(inputs_2024):
    reading = life_expectancy.read(inputs_2024)
    validate(reading, INDICATOR, inputs_2024, file=DATASET)
    return reading


def numbers(table, measure, code, level="utla"):
    row = table.set_index(["measure", "level", "area_code"]).loc[(measure, level, code)]
    return row[["value", "lower", "upper"]].astype(float).round(2).tolist()


def test_england_in_2016_to_2018_is_as_published(workbook):
    assert numbers(workbook, "le_65_male", ENGLAND, "england") == [18.85, 18.83, 18.87]
    assert numbers(workbook, "hle_65_male", ENGLAND, "england") == [10.58, 10.46, 10.70]
    assert numbers(workbook, "le_65_female", ENGLAND, "england")[0] == 21.19
    assert numbers(workbook, "hle_65_female", ENGLAND, "england")[0] == 11.09
    assert numbers(workbook, "years_poor_health_65_male", ENGLAND, "england")[0] == 8.27


def test_149_upper_tier_authorities_have_every_figure_and_two_have_none(workbook):
    assert set(workbook["level"]) == {"utla", "region", "england"}
    for (measure, level), rows in workbook.groupby(["measure", "level"]):
        expected = {"utla": 149, "region": 9, "england": 1}[level]
        assert rows["value"].notna().sum() == expected, (measure, level)
        absent = rows[rows["value"].isna()]
        assert set(absent["area_code"]) == (WITHOUT if level == "utla" else set())
        assert set(absent["status"]) <= {"not published"}
    assert set(workbook["period"]) == {"2016 to 2018"}


def test_the_figures_are_those_of_the_sheets_read_by_position(workbook, inputs_2020):
    """A second reading by pandas: LE in columns 5 to 7, HLE in columns 9 to 11."""
    path = inputs_2020.files[DATASET]["main"]
    compared = 0
    for sex in ("male", "female"):
        for age, words in (("birth", "at birth"), ("65", "at 65")):
            sheet = pd.read_excel(
                path, sheet_name=f"HE - {sex.title()} {words}", header=None, engine="calamine"
            ).set_index(0)
            for quantity, first in (("le", 4), ("hle", 8)):
                for code in (PLYMOUTH, TORBAY, DEVON, BUCKS):
                    cells = sheet.loc[BUCKS_2019 if code == BUCKS else code]
                    plain = [round(float(cells.iloc[first - 1 + i]), 2) for i in range(3)]
                    found = numbers(workbook, f"{quantity}_{age}_{sex}", code)
                    assert found == pytest.approx(plain), (quantity, age, sex, code)
                    compared += 1
    assert compared == 32


def test_buckinghamshire_carries_the_code_of_april_2020(workbook, inputs_2020):
    assert BUCKS in inputs_2020.codes("utla")
    assert BUCKS_2019 not in set(workbook["area_code"])
    note = catalogue().datasets["2020"][DATASET].note
    assert BUCKS in note
    assert BUCKS_2019 in note


def test_2024_has_at_birth_what_is_complete_and_says_why_nothing_at_65(reading_2024):
    table = reading_2024.table
    counts = table.groupby(["measure", "level", "period"])["value"].count()
    assert counts.to_dict() == {
        (f"{quantity}_birth_{sex}", level, period): number
        for sex in ("male", "female")
        for quantity, level, period, number in [
            ("le", "ltla", "2023 to 2025", 294),
            ("le", "utla", "2023 to 2025", 130),
            ("le", "england", "2023 to 2025", 1),
            ("hle", "utla", "2022 to 2024", 151),
            ("hle", "region", "2022 to 2024", 9),
            ("hle", "england", "2022 to 2024", 1),
        ]
    }
    lost = {entry.measure: entry for entry in reading_2024.missing}
    assert set(lost) == {m.id for m in INDICATOR.measures if m.age == "65"}
    for entry in lost.values():
        assert "2016 to 2018" in entry.reason
        assert "144 of the 153" in entry.reason
        assert "--edition 2024" in entry.remedy


def test_2024_covers_every_area_and_unitaries_agree_at_both_levels(reading_2024, inputs_2024):
    table = reading_2024.table
    for level in ("ltla", "utla"):
        rows = table[(table["measure"] == "le_birth_female") & (table["level"] == level)]
        assert set(rows["area_code"]) == set(inputs_2024.codes(level))
        assert set(rows.loc[rows["value"].isna(), "status"]) == {"not published"}
    both = table.pivot_table(
        index=["measure", "area_code"], columns="level", values="value", observed=True
    )
    shared = both[["ltla", "utla"]].dropna()
    assert len(shared) == 260
    assert (shared["ltla"] == shared["utla"]).all()


def test_2024_figures_are_those_of_the_rows_found_by_plain_csv(reading_2024, inputs_2024):
    wanted = {
        ("90366", "Male", "2023 - 25", "districts", "ltla"): "le_birth_male",
        ("90362", "Female", "2022 - 24", "authorities", "utla"): "hle_birth_female",
    }
    for (number, sex, period, part, level), measure in wanted.items():
        with inputs_2024.files[DATASET][part].open(newline="", encoding="utf-8-sig") as file:
            plain = {
                row[4]: [float(cell) if cell else np.nan for cell in row[12:15]]
                for row in csv.reader(file)
                if (row[0], row[7], row[11], row[9]) == (number, sex, period, "")
                and row[4] != ENGLAND
            }
        table = reading_2024.table
        rows = table[(table["measure"] == measure) & (table["level"] == level)]
        rows = rows[rows["value"].notna()]
        found = dict(
            zip(
                rows["area_code"],
                rows[["value", "lower", "upper"]].to_numpy(dtype=float).tolist(),
                strict=True,
            )
        )
        assert set(found) == set(plain)
        for code, cells in plain.items():
            np.testing.assert_array_equal(found[code], cells)


def test_our_rule_reproduces_the_published_comparison_with_england(inputs_2024, capsys):
    """Similar where the area's 95% interval holds England's value, for 90362 in every period."""
    path = inputs_2024.files[DATASET]["authorities"]
    table = pd.read_csv(path, dtype={"Area Code": str})
    table = table[(table["Indicator ID"] == 90362) & table["Category Type"].isna()]
    table = table.assign(
        measure="hle_birth_" + table["Sex"].str.lower(),
        period=table["Time period"].str.replace(r" - (\d\d)", r" to 20\1", regex=True),
    ).rename(columns={"Area Code": "area_code"})
    key = ["measure", "period"]
    england = table[table["area_code"] == ENGLAND].drop_duplicates(key).set_index(key)["Value"]
    published = read_comparisons(path, "utla")
    published = published[published["measure"].str.startswith("hle_birth")]
    areas = table[table["area_code"] != ENGLAND]
    rows = published.merge(areas, on=["area_code", *key], validate="one_to_one")
    value = england.loc[pd.MultiIndex.from_frame(rows[key])].to_numpy()
    lower, upper = rows["Lower CI 95.0 limit"], rows["Upper CI 95.0 limit"]
    ours = np.select([lower > value, upper < value], ["Better", "Worse"], "Similar")
    agree = int((ours == rows["comparison"]).sum())
    with capsys.disabled():
        print(f"\nour rule reproduces {agree:,} of {len(rows):,} comparisons of 90362")  # noqa: T201
    assert set(rows["comparison"]) == {"Better", "Similar", "Worse"}
    assert len(rows) == 151 * 2 * 12
    assert agree == len(rows)


def test_a_web_page_instead_of_data_ends_in_one_sentence(official, tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.faults(HTML)
    dataset = catalogue().datasets["2024"][DATASET]
    with pytest.raises(DownloadError, match="web page"):
        Downloader(tmp_path, tries=1).fetch(dataset, dataset.part("districts"))


def test_a_column_that_is_gone_is_named(official, inputs_2024, tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.faults(MISSING_COLUMN)
    dataset = catalogue().datasets["2024"][DATASET]
    parts = {
        part.name: Downloader(tmp_path, tries=1).fetch(dataset, part).path for part in dataset.parts
    }
    given = Inputs(
        files={DATASET: parts},
        edition=inputs_2024.edition,
        periods=inputs_2024.periods,
        places=inputs_2024.places,
    )
    with pytest.raises(SourceError, match=r"districts\.csv lacks the columns Time period"):
        life_expectancy.read(given)
