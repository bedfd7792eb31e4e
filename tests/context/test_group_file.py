"""A group of small areas from a file: what is read, and what is refused and why."""

import pandas as pd
import pytest

from context.group_file import Group, read_group
from geodata.editions import Edition
from geodata.errors import RequestError, UnknownNameError, VintageError
from geodata.store import Store

DEVON = "E54000037"
HERE = ["E01000001", "E01000002", "E01000003"]
FIT = pd.DataFrame(
    [
        *((code, code, "unchanged") for code in HERE),
        ("E01000010", "E01090010", "split"),
        ("E01000010", "E01090011", "split"),
        ("E01000020", "E01000020", "unchanged"),
    ],
    columns=["area_code_2011", "area_code_2021", "change"],
)


@pytest.fixture
def read(tmp_path):
    places = pd.DataFrame({"system_name": "Devon"}, index=[*HERE, "E01000010"])

    class SmallStore(Store):
        def places(self, system_code):
            assert system_code == DEVON
            return places

    store = SmallStore(Edition.named("2020"), tmp_path, {}, is_starter=False)

    def run(content, name="north coast.csv", fit=FIT):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_group(path, store, DEVON, fit=fit)

    return run


@pytest.mark.parametrize(
    "content",
    [
        "E01000002\nE01000001\n",
        "\ufeffLSOA11CD\r\nE01000002\r\nE01000001\r\n",
        "area_code\n\n e01000002 \nE01000001",
        "FID,LSOA11CD,LSOA11NM\n1,E01000002,Somewhere 001B\n2,E01000001,Somewhere 001A\n",
        '"LSOA code (2011)";people\nE01000002;10\nE01000001;20\n',
        "name\tcode\nx\tE01000002\ny\tE01000001\n",
    ],
)
def test_codes_in_a_list_or_a_table_under_the_name_of_the_file(read, content):
    assert read(content) == Group(name="north coast", codes=("E01000001", "E01000002"))


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Glossop and Hadfield\n", "Glossop and Hadfield"),
        ("# Glossop\nLSOA11CD\n", "Glossop"),
        ("Glossop\nLSOA11CD\n", "Glossop"),
        ("\x1b[31mGlossop\u202e\n", "[31mGlossop"),
        ("Caf\xe9s\n".encode("cp1252"), "Caf\xe9s"),
    ],
)
def test_a_line_of_words_names_the_group(read, heading, name):
    start = heading if isinstance(heading, bytes) else heading.encode()
    assert read(start + b"E01000001\n").name == name


def test_a_long_name_is_cut(read):
    assert len(read("very long " * 50 + "\nE01000001\n").name) <= 80


@pytest.mark.parametrize("content", ["", "\n\n", "Devon\nPlymouth\n", "E06000026\n"])
def test_a_file_without_codes(read, content):
    with pytest.raises(RequestError, match="no small-area codes: give one code such as"):
        read(content)


def test_a_line_that_is_no_code_is_named(read):
    with pytest.raises(RequestError, match=r'2 lines without a small-area code: "E0100002", ""\.'):
        read("code,n\nE01000001,1\nE0100002,1\n,3\n")


def test_doubled_codes_are_refused(read):
    with pytest.raises(RequestError, match=r"lists 1 codes more than once: E01000002\."):
        read("E01000002\nE01000001\ne01000002\n")


def test_codes_of_another_vintage_are_counted(read):
    with pytest.raises(VintageError) as error:
        read("E01000001\nE01090010\nE01090011\nE01777777\n")
    assert str(error.value) == (
        "Of the 4 codes in north coast.csv, 1 are of LSOA 2011 and 3 are of LSOA 2021, and 1 are "
        "of neither; edition 2020 uses LSOA 2011. Give codes of that vintage or choose another "
        "edition."
    )


def test_without_the_fit_the_same_codes_are_outside(read):
    with pytest.raises(RequestError, match=r"2 do not lie in Devon in edition 2020 \(LSOA 2011\)"):
        read("E01000001\nE01090010\nE01090011\n", fit=None)


def test_codes_outside_the_system_are_listed(read):
    with pytest.raises(RequestError, match=r"1 do not lie in Devon.*: E01000020\. Take them out"):
        read("E01000001\nE01000020\n")


def test_a_group_that_lies_elsewhere(read):
    with pytest.raises(
        RequestError, match=r"None of the 1 codes in north coast\.csv lies in Devon"
    ):
        read("E01000020\n")


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"x" * 5_000_001])
def test_a_file_that_is_no_list(read, content):
    with pytest.raises(RequestError, match="is no list of codes"):
        read(content)


def test_a_file_that_is_not_there_or_a_folder(read, tmp_path):
    read("E01000001\n")
    store = Store(Edition.named("2020"), tmp_path, {}, is_starter=False)
    with pytest.raises(RequestError, match="cannot be read"):
        read_group(tmp_path / "absent.csv", store, DEVON)
    with pytest.raises(RequestError, match="is no list of codes"):
        read_group(tmp_path, store, DEVON)


def test_every_refusal_is_an_error_of_the_request():
    assert RequestError.exit_code == UnknownNameError.exit_code == 2
