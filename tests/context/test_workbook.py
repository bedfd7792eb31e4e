"""The workbook and the CSV, opened again with another library: every figure, and text as text."""

import csv
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from context.build import build_context
from context.compare import ROW
from context.request import resolve_request
from context.statements import make_statements
from context.workbook import public_address, safe, small_area_table, write_csv, write_workbook
from geodata.store import open_store

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x")')
SHEETS = ["Cover", "Comparison", "Statements", "Evidence", "Not said", "Small areas", "Measures"]


@pytest.fixture(scope="module")
def plymouth(tmp_path_factory):
    store = open_store("2020", root=tmp_path_factory.mktemp("empty"))
    request = resolve_request(store, system="devon", focus=["plymouth"], peers=["torbay"])
    return build_context(request, store)


@pytest.fixture(scope="module")
def book(plymouth, tmp_path_factory):
    return reopen(plymouth, tmp_path_factory.mktemp("book") / "context.xlsx")


@pytest.fixture
def hostile(plymouth):
    """Every name of the comparison begins like a formula."""
    names = [FORMULAS[i % len(FORMULAS)] for i in range(len(plymouth.comparison))]
    comparison = plymouth.comparison.assign(area_name=names)
    return replace(plymouth, comparison=comparison, focus_name=FORMULAS[0])


def reopen(context, path):
    write_workbook(context, make_statements(context), path)
    return openpyxl.load_workbook(path)


def rows_of(book, name):
    head, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_cover_then_one_table_per_sheet_with_no_merged_cells(book):
    assert book.sheetnames == [*SHEETS, "Sources"]
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert all(cell.value for cell in sheet[1]), name
        assert sheet.freeze_panes == "A2"
    listed = [cell.value for cell in book["Cover"]["A"]]
    assert set(book.sheetnames[1:]) <= set(listed)


def test_the_comparison_sheet_holds_every_row_of_the_context_unrounded(plymouth, book):
    written = pd.DataFrame(rows_of(book, "Comparison"))
    assert tuple(written.columns) == ROW
    wanted = plymouth.comparison
    assert len(written) == len(wanted) > 800
    numbers = {"share_inside", "value", "lower", "upper", "numerator", "denominator"}
    numbers |= {"rank", "of", "quintile", "difference"}
    for name in ROW:
        if name in numbers:
            expected = wanted[name].astype("Float64").astype(float).reset_index(drop=True)
            found = pd.to_numeric(written[name], errors="raise").astype(float)
            # XlsxWriter keeps 16 digits: the last bit of a number may differ, nothing else.
            pd.testing.assert_series_equal(found, expected, check_names=False, rtol=1e-15)
        else:
            expected = wanted[name].fillna("").astype(str).tolist()
            assert written[name].fillna("").astype(str).tolist() == expected, name


def test_a_missing_value_is_an_empty_cell_with_its_reason_and_never_nought(book):
    missing = [row for row in rows_of(book, "Comparison") if row["status"]]
    assert missing
    assert all(row["value"] is None for row in missing)


def test_numbers_are_numbers_in_every_sheet(book):
    for name, columns in {
        "Comparison": ("value", "numerator", "rank"),
        "Evidence": ("value", "of"),
        "Small areas": ("people", "in_focus", "imd_score", "imd_score_fifth"),
    }.items():
        for row in rows_of(book, name):
            for column in columns:
                assert isinstance(row[column], (int, float, type(None))), (name, column, row)


def test_the_small_areas_are_all_there_with_their_values(plymouth, book):
    rows = rows_of(book, "Small areas")
    table = small_area_table(plymouth)
    assert len(rows) == len(table) == 707
    assert [row["area_code"] for row in rows] == table["area_code"].tolist()
    assert sum(row["in_focus"] for row in rows) == int(plymouth.in_focus.sum())
    assert sum(row["people"] for row in rows) == 1_200_739
    scores = plymouth.small_areas["imd_score.value"].tolist()
    assert [row["imd_score"] for row in rows] == pytest.approx(scores, rel=1e-15)


def test_the_evidence_of_every_statement_is_there(plymouth, book):
    said = make_statements(plymouth).statements
    rows = rows_of(book, "Evidence")
    assert len(rows) == sum(len(s.evidence) for s in said)
    assert {row["statement"] for row in rows} == {s.id for s in said}
    assert [row["text"] for row in rows_of(book, "Statements")] == [s.text for s in said]


def test_every_dataset_is_named_with_its_licence(plymouth, book):
    rows = rows_of(book, "Sources")
    for entry in plymouth.store.manifest["datasets"]:
        found = [row for row in rows if row["dataset"] == entry["id"]]
        assert len(found) == len(entry["files"]) > 0
        assert {row["licence"] for row in found} == {entry["licence"]}


def test_a_name_that_begins_like_a_formula_stays_text_in_the_workbook(hostile, tmp_path):
    book = reopen(hostile, tmp_path / "hostile.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
    names = [row["area_name"] for row in rows_of(book, "Comparison")]
    assert names[: len(FORMULAS)] == list(FORMULAS)


def test_a_name_that_begins_like_a_formula_is_guarded_in_the_csv(hostile, tmp_path):
    write_csv(hostile, tmp_path / "context.csv")
    with (tmp_path / "context.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(hostile.comparison)
    assert [row["area_name"] for row in rows[: len(FORMULAS)]] == [f"'{name}" for name in FORMULAS]


def test_negative_numbers_of_the_csv_stay_numbers(plymouth, tmp_path):
    write_csv(plymouth, tmp_path / "context.csv")
    table = pd.read_csv(tmp_path / "context.csv", encoding="utf-8-sig")
    assert (table["difference"] < 0).any()
    assert table["value"].to_numpy() == pytest.approx(
        plymouth.comparison["value"].astype(float).to_numpy(), rel=1e-15, nan_ok=True
    )


@pytest.mark.parametrize("value", ["Plymouth", "E06000026", -0.5, None, 3, ""])
def test_only_text_that_could_run_is_guarded(value):
    assert safe(value) == value


def test_the_same_request_gives_the_same_workbook(plymouth, tmp_path):
    said = make_statements(plymouth)
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(plymouth, said, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_given_file_is_named_without_its_folder():
    assert public_address("file:///folder/savi.csv") == "given file: savi.csv"
    assert public_address("https://www.gov.uk/x.csv") == "https://www.gov.uk/x.csv"
