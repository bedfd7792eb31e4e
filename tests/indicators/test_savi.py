"""SAVI: a file with columns nobody knows beforehand, read or refused in one sentence."""

import numpy as np
import pandas as pd
import pytest

from geodata.download import Downloader, local_file
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.readers import savi
from indicators.schema import Inputs, validate

CITY, SCILLY = "E02000001", "E02006781"
MSOAS = [CITY, "E02000002", "E02000003", SCILLY]
SMALL = ["E01000001", "E01000002", "E01000003", "E01000004", "E01000005"]
PLACES = pd.DataFrame(
    {"msoa_code": [CITY, "E02000002", "E02000002", "E02000003", SCILLY]},
    index=pd.Index(SMALL, name="area_code"),
)
PEOPLE = [10, 100, 200, 50, 5]
AGES = (200, 209, 17, 18, 210)
GOOD = {"MSOA11CD": ["E02000003", "E02000002"], "SAVI": [0.8, 1.5]}


@pytest.fixture
def read(tmp_path):
    """Write a file, read and validate it as the conductor does."""
    people = tmp_path / "population.csv"
    rows = [(c, a, n if a == 200 else 1) for c, n in zip(SMALL, PEOPLE, strict=True) for a in AGES]
    pd.DataFrame(rows, columns=["GEOGRAPHY_CODE", "C_AGE", "OBS_VALUE"]).to_csv(people, index=False)

    def run(columns, encoding="utf-8", path=tmp_path / "main.table"):
        if columns is not None:
            pd.DataFrame(columns).to_csv(path, index=False, encoding=encoding)
        inputs = Inputs(
            files={"savi": {"main": path}, "population": {"main": people}},
            edition=Edition.named("2020"),
            periods={"savi": "2020", "population": "mid-2019"},
            places=PLACES,
        )
        table = validate(savi.read(inputs), catalogue().indicator("savi"), inputs, file="savi")
        return table.set_index("area_code")

    run.path = tmp_path / "main.table"
    return run


def test_savi_is_weighted_by_the_people_of_its_small_areas(read):
    table = read(GOOD)
    assert list(table.index) == MSOAS
    assert set(table["level"]) == {"msoa"}
    assert table.loc["E02000002", ["value", "numerator", "denominator"]].tolist() == [1.5, 450, 300]
    assert table.loc["E02000003", ["value", "numerator", "denominator"]].tolist() == [0.8, 40, 50]
    assert table.loc[[CITY, SCILLY], "status"].tolist() == ["not published"] * 2
    assert table.loc[[CITY, SCILLY], "denominator"].isna().all()


@pytest.mark.parametrize(
    "columns",
    [
        {"area": GOOD["MSOA11CD"], "value": GOOD["SAVI"]},
        {"": [7, 8], "code": GOOD["MSOA11CD"], "SAVI": GOOD["SAVI"], "savi_decile": [1, 10]},
        {"MSOA": GOOD["MSOA11CD"], "Vulnerability score": GOOD["SAVI"], "beds": [3.0, 4.0]},
        {"MSOA": GOOD["MSOA11CD"], "name": ["A, B", "C"], "index 2020": GOOD["SAVI"]},
        {
            "MSOA": ["W02000001", CITY, *GOOD["MSOA11CD"]],
            "name": ["Isle", "City", "A", "B"],
            "savi": [500, "", *GOOD["SAVI"]],
        },
    ],
)
def test_the_columns_are_found_by_what_they_hold(read, columns):
    pd.testing.assert_frame_equal(read(columns), read(GOOD))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_encodings_of_spreadsheets_are_read(read, encoding):
    named = {**GOOD, "name": ["Caf\xe9", "Bj\xf8rn"]}
    pd.testing.assert_frame_equal(read(named, encoding), read(GOOD))


def test_a_workbook_with_a_cover_is_read(read):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    expected = read(GOOD)
    with xlsxwriter.Workbook(read.path) as book:
        book.add_worksheet("About").write(0, 0, "About")
        sheet = book.add_worksheet("Data")
        rows = [("Table 1",), ("MSOA code", "SAVI"), *zip(*GOOD.values(), strict=True)]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    pd.testing.assert_frame_equal(read(None), expected)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"LSOA": ["E01000001"], "savi": [1.0]}, "no column of MSOA codes.*LSOA, savi"),
        ({**GOOD, "MSOA21CD": GOOD["MSOA11CD"]}, "several columns of MSOA.*MSOA11CD, MSOA21CD"),
        ({"MSOA": GOOD["MSOA11CD"], "a": [1, 2], "b": [3, 4]}, "which column.*a, b.*to savi"),
        ({"MSOA": GOOD["MSOA11CD"], "savi_x": [1, 2], "savi_y": [3, 4]}, "which column.*savi_y"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": ["x", "1"]}, "which column.*to savi"),
        ({"MSOA": [*GOOD["MSOA11CD"], "E02000002"], "savi": [1, 2, 3]}, "once: E02000002"),
        ({"MSOA": [*GOOD["MSOA11CD"], "E02999999"], "savi": [1, 2, 3]}, "2011: E02999999"),
        ({"MSOA": ["E02000002"], "savi": [1]}, "1 areas have no value.*E02000003"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": ["", 1]}, "1 areas have no value.*E02000003"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": [0, 1]}, "relative risk.*savi.*E02000003"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": [-0.2, 1]}, "relative risk.*E02000003"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": [6_789, 1]}, "relative risk.*E02000003"),
        ({"MSOA": GOOD["MSOA11CD"], "savi": [np.inf, 1]}, "relative risk.*E02000003"),
    ],
)
def test_a_file_that_is_not_savi_is_refused_in_one_sentence(read, columns, says):
    with pytest.raises(SourceError, match=says) as caught:
        read(columns)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 no workbook", b"", b"\xff\0\1,\n\0", b'a,b\n"1,2\n3', b"a\n1,2\n3,4,5\n"],
)
def test_a_damaged_file_is_refused_in_one_sentence(read, content):
    read.path.write_bytes(content)
    with pytest.raises(SourceError, match=r"main\.table") as caught:
        read(None)
    assert "\n" not in str(caught.value)


def test_savi_is_not_carried_over_to_later_editions():
    later = catalogue().indicator("savi").not_in
    assert set(later) == {"2024", "2026"}
    assert all(entry["remedy"] == "Choose edition 2020." for entry in later.values())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_or_a_workbook_passes_the_checks_of_the_cache(tmp_path, kind):
    dataset = catalogue().datasets["2020"]["savi"]
    given = tmp_path / f"savi_by_msoa.{kind}"
    if kind == "csv":
        pd.DataFrame(GOOD).to_csv(given, index=False, encoding="utf-8-sig")
    else:
        with pytest.importorskip("xlsxwriter").Workbook(given) as book:
            book.add_worksheet().write(0, 0, "MSOA11CD")
    raw = local_file(dataset, dataset.part(), str(given), Downloader(tmp_path / "raw"))
    assert raw.path.read_bytes() == given.read_bytes()
    assert "--edition 2020 --file savi=PATH" in dataset.remedy
