"""Census tables of ethnic groups on tiny made files: what is read, and what is refused."""

import zipfile

import pandas as pd
import pytest

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.aggregate import aggregate, widen
from indicators.catalogue import catalogue
from indicators.readers import deprivation, ethnicity
from indicators.schema import Inputs, validate

CODES = ["E01000001", "E01000002", "E01000003"]
GROUPS = ("asian", "black", "mixed", "white", "other")
CELLS = {
    0: ("All usual residents", (1000, 500, 200)),
    100: ("White", (600, 480, 50)),
    200: ("Mixed/multiple ethnic group", (50, 5, 30)),
    300: ("Asian/Asian British", (200, 10, 90)),
    400: ("Black/African/Caribbean/Black British", (100, 0, 20)),
    500: ("Other ethnic group", (50, 5, 10)),
    1: ("White: English/Welsh/Scottish/Northern Irish/British", (500, 470, 20)),
}
BULK = {
    "date": 2021,
    "geography": ["A", "B", "C"],
    "geography code": CODES,
    "Ethnic group: Total: All usual residents": CELLS[0][1],
    "Ethnic group: Asian, Asian British or Asian Welsh": CELLS[300][1],
    "Ethnic group: Asian, Asian British or Asian Welsh: Chinese": 1,
    "Ethnic group: Black, Black British, Black Welsh, Caribbean or African": CELLS[400][1],
    "Ethnic group: Mixed or Multiple ethnic groups": CELLS[200][1],
    "Ethnic group: White": CELLS[100][1],
    "Ethnic group: Other ethnic group": CELLS[500][1],
}
BRITISH = "Ethnic group: White: English, Welsh, Scottish, Northern Irish or British"
DETAILED = {**BULK, BRITISH: CELLS[1][1]}
MEMBER = "census2021-ts021-lsoa.csv"


def write_cells(folder, cells=CELLS, more=(), drop=()):
    rows = [
        (code, 2011, cell, name, number)
        for cell, (name, numbers) in cells.items()
        for code, number in zip(CODES, numbers, strict=True)
    ]
    columns = ["GEOGRAPHY_CODE", "DATE_NAME", "CELL", "CELL_NAME", "OBS_VALUE"]
    path = folder / "main.csv"
    table = pd.DataFrame([*rows, *more], columns=columns)
    table.drop(columns=list(drop)).to_csv(path, index=False)
    return path


def write_bulk(folder, columns=BULK, member=MEMBER):
    path = folder / "main.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("census2021-ts021-ltla.csv", "date,geography\n")
        archive.writestr(member, pd.DataFrame(columns).to_csv(index=False))
    return path


def write_index(folder, codes=CODES, year="11", deciles=(1, 2, 3)):
    """A file of the index in which the first two small areas are among the most deprived."""
    labels = [
        *deprivation.WHOLE.values(),
        deprivation.OLDER_PEOPLE_RATE,
        f"{deprivation.OLDER_PEOPLE} 2015",
    ]
    columns = {f"LSOA code (20{year})": codes, **dict.fromkeys(labels, 0.5)}
    columns[f"{deprivation.BEGINNINGS['imd_rank']})"] = range(1, len(codes) + 1)
    columns[f"{deprivation.BEGINNINGS['imd_decile']} 10%)"] = deciles
    path = folder / "file7.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def make_inputs(folder, census, index=None, edition="2020"):
    year = Edition.named(edition).small_area_year
    return Inputs(
        files={
            "ethnicity": {"main": census},
            "iod": {"main": index or write_index(folder, year=year)},
        },
        edition=Edition.named(edition),
        periods={"ethnicity": "Census 2011", "iod": "2019"},
        places=pd.DataFrame(index=pd.Index(CODES, name="area_code")),
    )


def read(inputs):
    reading = ethnicity.read(inputs)
    table = validate(reading, catalogue().indicator("ethnicity"), inputs, file="ethnicity")
    return table.set_index(["measure", "area_code"]), reading.missing


def test_shares_and_counts(tmp_path):
    table, missing = read(make_inputs(tmp_path, write_cells(tmp_path)))
    assert not missing
    minority = table.loc["share_minority_ethnic"]
    assert minority["value"].tolist() == [40.0, 4.0, 75.0]
    assert minority["numerator"].tolist() == [400, 20, 150]
    assert minority["denominator"].tolist() == [1000, 500, 200]
    assert set(minority["period"]) == {"Census 2011"}
    assert table.loc["share_not_white_british"]["numerator"].tolist() == [500, 30, 180]
    assert table.loc["share_mixed"]["value"].tolist() == [5.0, 1.0, 15.0]
    black = table.loc["people_black"]
    assert black["value"].tolist() == black["numerator"].tolist() == [100, 0, 20]
    assert black["denominator"].tolist() == [1000, 500, 200]


def test_the_minority_and_the_white_share_make_all_people(tmp_path):
    table, _ = read(make_inputs(tmp_path, write_cells(tmp_path)))
    whole = table.loc["share_minority_ethnic"]["value"] + table.loc["share_white"]["value"]
    assert whole.tolist() == [100.0] * 3
    parts = sum(table.loc[f"people_{group}"]["value"] for group in GROUPS)
    assert parts.tolist() == list(CELLS[0][1])


def test_a_group_in_deprived_areas(tmp_path):
    table, _ = read(make_inputs(tmp_path, write_cells(tmp_path)))
    asian = table.loc["share_most_deprived_20_asian"]
    assert asian["value"].tolist() == [100, 100, 0]
    assert asian["numerator"].tolist() == [200, 10, 0]
    assert asian["denominator"].tolist() == [200, 10, 90]
    assert set(asian["period"]) == {"2019, people of Census 2011"}
    minority = table.loc["share_most_deprived_20_minority_ethnic"]
    assert minority["denominator"].tolist() == [400, 20, 150]


def test_nobody_of_a_group_is_0_of_0_people_and_no_share(tmp_path):
    table, _ = read(make_inputs(tmp_path, write_cells(tmp_path)))
    nobody = table.loc["share_most_deprived_20_black", :].loc[CODES[1]]
    assert (nobody["numerator"], nobody["denominator"]) == (0, 0)
    assert pd.isna(nobody["value"])
    assert nobody["status"] == "fewer than 100 people"


def test_a_share_of_fewer_than_100_people_is_not_shown_but_counts_in_larger_areas(tmp_path):
    reading = ethnicity.read(make_inputs(tmp_path, write_cells(tmp_path)))
    measures = [catalogue().measure(f"share_most_deprived_20_{g}") for g in ("asian", "black")]
    levels = ("msoa", "ltla", "utla", "region", "system")
    names = [f"{level}_{part}" for level in levels for part in ("code", "name")]
    places = pd.DataFrame("X", index=pd.Index(CODES, name="area_code"), columns=names)
    places["ltla_code"] = ["L1", "L2", "L2"]
    wide = widen(reading.table, measures, places)
    asian = wide["share_most_deprived_20_asian.value"]
    assert asian.notna().tolist() == [True, False, False]
    few = wide["share_most_deprived_20_asian.status"].tolist()
    assert few == ["", "fewer than 100 people", "fewer than 100 people"]
    periods = {measure.id: "2019" for measure in measures}
    areas = aggregate(wide, places, measures, periods).set_index(["measure", "level", "area_code"])
    second = areas.loc[("share_most_deprived_20_asian", "ltla", "L2")]
    assert (second["value"], second["numerator"], second["denominator"]) == (10.0, 10, 100)
    england = areas.xs("england", level="level").droplevel("area_code")
    black = england.loc["share_most_deprived_20_black"]
    assert black["value"] == pytest.approx(100 * 100 / 120)
    few = areas.loc[("share_most_deprived_20_black", "ltla", "L2")]
    assert pd.isna(few["value"])
    assert few["status"] == "fewer than 100 people"


def test_order_of_rows_and_wales_do_not_matter(tmp_path):
    path = write_cells(tmp_path)
    table = pd.read_csv(path)
    expected = ethnicity.read_cells(path)
    wales = table[table["GEOGRAPHY_CODE"] == CODES[0]].assign(GEOGRAPHY_CODE="W01000001")
    mixed = pd.concat([wales, table]).sample(frac=1, random_state=3)
    mixed.rename(columns=str.lower).to_csv(path, index=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(ethnicity.read_cells(path), expected)


def test_the_bulk_zip_gives_the_same_by_label(tmp_path):
    expected = ethnicity.read_cells(write_cells(tmp_path))
    for columns in (DETAILED, dict(reversed(DETAILED.items()))):
        found = ethnicity.read_bulk(write_bulk(tmp_path, columns))
        pd.testing.assert_frame_equal(found, expected, check_like=True)


@pytest.mark.parametrize("kind", ["cells", "bulk"])
def test_without_white_british_one_measure_is_missing_with_its_remedy(tmp_path, kind):
    if kind == "cells":
        path = write_cells(tmp_path, {k: v for k, v in CELLS.items() if k != 1})
        table, missing = read(make_inputs(tmp_path, path))
    else:
        table, missing = read(make_inputs(tmp_path, write_bulk(tmp_path), edition="2024"))
        assert "--edition 2024 --file ethnicity=PATH" in missing[0].remedy
    assert [entry.measure for entry in missing] == ["share_not_white_british"]
    assert "White British" in missing[0].reason
    assert table.loc["share_minority_ethnic"]["value"].tolist() == [40.0, 4.0, 75.0]


@pytest.mark.parametrize("column", ["GEOGRAPHY_CODE", "CELL", "CELL_NAME", "OBS_VALUE"])
def test_a_missing_column_is_named(tmp_path, column):
    with pytest.raises(SourceError, match=rf"main.csv lacks the columns {column}:"):
        ethnicity.read_cells(write_cells(tmp_path, drop=[column]))


@pytest.mark.parametrize("cell", [0, 100, 200, 300, 400, 500])
def test_a_cell_that_nomis_dropped_is_named(tmp_path, cell):
    path = write_cells(tmp_path, {k: v for k, v in CELLS.items() if k != cell})
    with pytest.raises(SourceError, match=rf"main.csv lacks the cell {cell}, .*CELL"):
        ethnicity.read_cells(path)


def test_a_table_that_numbers_its_groups_in_another_way_is_refused(tmp_path):
    swapped = {**CELLS, 300: CELLS[400], 400: CELLS[300]}
    with pytest.raises(SourceError, match=r"main.csv: cell 300 .*Black/African.*not 'Asian'"):
        ethnicity.read_cells(write_cells(tmp_path, swapped))


def test_doubled_rows_are_refused(tmp_path):
    more = [("E01000002", 2011, 300, "Asian/Asian British", 10)]
    with pytest.raises(SourceError, match=r"main.csv.*CELL are there more than once: E01000002\."):
        ethnicity.read_cells(write_cells(tmp_path, more=more))


@pytest.mark.parametrize("strange", ["", ":", "-1", "10.5", "inf"])
def test_what_is_no_count_is_refused(tmp_path, strange):
    cells = {**CELLS, 300: (CELLS[300][0], (200, strange, 90))}
    with pytest.raises(SourceError, match=r"main.csv.*300 are no number of people: E01000002\."):
        ethnicity.read_cells(write_cells(tmp_path, cells))


def test_an_area_without_one_of_its_groups_is_refused(tmp_path):
    more = [("E01000004", 2011, 0, "All usual residents", 5)]
    with pytest.raises(SourceError, match=r"are no number of people: E01000004\."):
        ethnicity.read_cells(write_cells(tmp_path, more=more))


def test_groups_that_do_not_sum_to_all_residents_are_refused(tmp_path):
    cells = {**CELLS, 300: (CELLS[300][0], (201, 10, 89))}
    with pytest.raises(SourceError, match=r"sum of their five .*: E01000001, E01000003\."):
        ethnicity.read_cells(write_cells(tmp_path, cells))
    column = "Ethnic group: White"
    with pytest.raises(SourceError, match=r"Total.* sum of their five .*: E01000002\."):
        ethnicity.read_bulk(write_bulk(tmp_path, {**BULK, column: (600, 481, 50)}))


def test_more_white_british_than_white_people_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"more than all White people: E01000003\."):
        ethnicity.read_bulk(write_bulk(tmp_path, {**BULK, BRITISH: (500, 470, 51)}))


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (["E01000001", "E01000002", "E01000009"], r"not of LSOA 2021: E01000009\."),
        (["E01000001", "E01000002", "W01000009"], r"are not there: E01000003\."),
        (["E01000001", "E01000002", "E01000002"], r"more than once: E01000002\."),
        (["E01000001", "E01000002", "K04000001"], r"not of LSOA 2021: K04000001\."),
    ],
)
def test_codes_of_the_census_must_be_those_of_the_edition(tmp_path, codes, says):
    census = write_bulk(tmp_path, {**BULK, "geography code": codes})
    with pytest.raises(SourceError, match=rf"main.zip.*{says}"):
        read(make_inputs(tmp_path, census, edition="2024"))


def test_codes_of_the_index_must_be_those_of_the_census(tmp_path):
    index = write_index(tmp_path, [*CODES[:2], "E01000007"])
    inputs = make_inputs(tmp_path, write_cells(tmp_path), index)
    with pytest.raises(SourceError, match=r"file7.csv.*differ from.*E01000003, E01000007\."):
        read(inputs)


def test_an_index_of_another_vintage_is_refused(tmp_path):
    inputs = make_inputs(tmp_path, write_cells(tmp_path), write_index(tmp_path, year="21"))
    with pytest.raises(SourceError, match=r"file7.csv.*LSOA code \(2011\)"):
        read(inputs)


@pytest.mark.parametrize("column", [c for c in BULK if "code" in c or c.count(":") == 1])
def test_a_missing_label_is_named(tmp_path, column):
    path = write_bulk(tmp_path, {k: v for k, v in BULK.items() if k != column})
    with pytest.raises(SourceError, match=rf"main.zip lacks the columns {column}:"):
        ethnicity.read_bulk(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>", "damaged or locked zip"),
        (None, "holds 0 files census2021-ts021-lsoa.csv"),
    ],
)
def test_another_archive_is_refused(tmp_path, content, says):
    path = write_bulk(tmp_path, member="census2021-ts022-lsoa.csv")
    if content:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"main.zip.*{says}"):
        ethnicity.read_bulk(path)


def test_the_words_are_those_of_official_statistics():
    indicator = catalogue().indicator("ethnicity")
    measures = {measure.id: measure for measure in indicator.measures}
    assert indicator.default == "share_minority_ethnic"
    default = measures["share_minority_ethnic"]
    assert default.title == "People from ethnic minorities (excluding White minorities)"
    assert {measure.polarity for measure in measures.values()} == {"neutral"}
    for measure in measures.values():
        assert measure.definition.endswith(".")
        assert measure.limit.startswith("they ")
        assert measure.limit.endswith(".")
        assert not measure.count or measures[measure.count].is_count
        assert measure.minimum == (100 if "most_deprived" in measure.id else 0)
    for group in ("minority_ethnic", *GROUPS):
        assert measures[f"share_{group}"].count == f"people_{group}"
        assert measures[f"share_{group}"].worth_saying == 1.0
        assert measures[f"share_most_deprived_20_{group}"].worth_saying == 2.0
