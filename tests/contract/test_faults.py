"""The table of faults in the documentation is what the code does today."""

from pathlib import Path

import pytest

from benchmarks import faults

pytestmark = pytest.mark.contract
TABLE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
REMEDY = "run python -m benchmarks.faults -o docs/faults.md"


@pytest.fixture(scope="module")
def found():
    return faults.sources()


@pytest.mark.parametrize("fault", ["drop", "html200", "missing_column", "duplicate_rows"])
def test_the_written_table_is_true(official, found, fault):
    written = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    begin = f"| {faults.FAULTS[fault]} |"
    rows = [outcome.row for outcome in faults.outcomes(official, found, [fault])]
    assert rows == [line for line in written if line.startswith(begin)], REMEDY


def test_the_table_holds_every_fault_of_every_source(found):
    written = TABLE.read_text(encoding="utf-8")
    begins = [
        f"| {words} | {source.name} |" for words in faults.FAULTS.values() for source in found
    ]
    assert [begin for begin in begins if written.count(begin) != 1] == [], REMEDY


def test_a_passing_fault_is_survived_and_no_spoiled_answer_is_taken_as_good():
    """But for a whole, sound file that answers another question: only its reader can tell."""
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    others = [row for row in rows[1:] if faults.FAULTS["repeat_page"] not in row]
    lost = [row for row in others if row.split(" | ")[3] != faults.LOADED or faults.TAKEN in row]
    assert lost == []
