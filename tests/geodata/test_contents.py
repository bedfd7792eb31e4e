"""What a raw file must hold before it is kept."""

import gzip
import io
import zipfile
from dataclasses import replace

import pytest

from geodata.contents import ChangedError, check_file, unpack
from geodata.errors import SourceError
from geodata.sources import Part

CSV = Part(name="main", kind="file", suffix=".csv", max_mb=1)
BOOK = replace(CSV, suffix=".xlsx")
EITHER = replace(CSV, suffix=".table")


def book(name="xl/workbook.xml", content=b"<workbook/>" * 2_000):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(name, content)
    return into.getvalue()


def check(tmp_path, content, part):
    path = tmp_path / "file.part"
    path.write_bytes(content)
    unpack(path, part, "File")
    check_file(path, part, "File")
    return path.read_bytes()


GOOD = b"code,value\r\nE01000001,1\r\nE01000002,1\r\n"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (GOOD, CSV),
        (b"\xef\xbb\xbf" + GOOD, replace(CSV, must_contain=("code,value",))),
        (b'code,note\r\n1,"two\r\nlines"\r\n2,"two\r\nlines"\r\n', CSV),
        (book(), BOOK),
        (book(), EITHER),
        (GOOD, EITHER),
        (book("a.csv"), replace(CSV, suffix=".zip")),
    ],
)
def test_good_files_pass(tmp_path, content, part):
    assert check(tmp_path, content, part) == content
    assert check(tmp_path, gzip.compress(content, mtime=0), part) == content


@pytest.mark.parametrize(
    ("content", "part", "reason"),
    [
        (b"\xef\xbb\xbf \n", CSV, "empty"),
        (b"\n<!-- x --><html>", CSV, "web page"),
        (b'<?xml version="1.0"?><html>', EITHER, "web page"),
        (b'{ "error": {"code": 500}}', CSV, "an error"),
        (b"code,value\n", CSV, "no rows"),
        (GOOD + GOOD[12:], CSV, "repeated 2 rows"),
        (b"\xff\xfec\x00o\x00", CSV, "utf-8"),
        (b"a,b\n1,\0\n", CSV, "no text"),
        (book(), CSV, "workbook instead of a .csv"),
        (GOOD, BOOK, "no whole .xlsx"),
        (book()[:900], BOOK, "no whole .xlsx"),
        (book()[:9_000] + b"\xe9\xff\xfe" + book()[9_000:], BOOK, "no whole .xlsx"),
        (book().replace(b"<workbook/>", b"<workbeek/>", 1), BOOK, "no whole .xlsx"),
        (book("other.xml"), BOOK, "no whole .xlsx"),
        (gzip.compress(GOOD, mtime=0)[:-9], CSV, "cut or damaged"),
    ],
)
def test_spoiled_files_are_worth_asking_for_again(tmp_path, content, part, reason):
    with pytest.raises(ValueError, match=reason):
        check(tmp_path, content, part)


def test_another_file_is_asked_for_again_and_then_named(tmp_path):
    with pytest.raises(ChangedError, match="File does not contain 'LSOA'"):
        check(tmp_path, GOOD, replace(CSV, must_contain=("value", "LSOA")))


@pytest.mark.parametrize(("content", "part"), [
    (gzip.compress(b"x" * 2_000_000, mtime=0), CSV),
    (book(content=b"x" * 21_000_000), BOOK),
])  # fmt: skip
def test_what_unpacks_beyond_its_limit_is_refused(tmp_path, content, part):
    with pytest.raises(SourceError, match="larger than"):
        check(tmp_path, content, part)
