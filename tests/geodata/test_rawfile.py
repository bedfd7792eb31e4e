"""A raw file that no reader takes gives way to the one before it."""

import json

import pytest

from geodata.download import Downloader, local_file
from geodata.errors import RequestError
from geodata.rawfile import accept, keep, last_good, recall, reject, sidecar
from geodata.sources import Dataset, Part

PART = Part(name="main", kind="file", url="https://a.uk/t.csv", suffix=".csv")
GIVEN = Part(name="main", kind="file", suffix=".csv")


def dataset(part):
    return Dataset(
        id="savi", edition="2020", title="Index", publisher="P", licence="", attribution="",
        period="", vintage="", release_date="", landing_page="", note="", parts=(part,),
        remedy="Get it from its author and give it with --file savi=PATH.",
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "main.csv"


def put(path, text):
    partial = path.with_name("new.part")
    partial.write_text(text)
    return keep(partial, path, dataset(PART), PART, PART.url)


def names(path):
    return sorted(entry.name for entry in path.parent.iterdir())


def test_a_rejected_file_gives_way_to_the_accepted_one(path):
    put(path, "good")
    accept(path)
    put(path, "bad")
    put(path, "worse")
    reject(path)
    assert path.read_text() == "good"
    assert recall(dataset(PART), PART, path) is not None
    assert names(path) == ["main.csv", "main.csv.json"]


def test_a_rejected_first_file_is_asked_for_anew(path):
    put(path, "bad")
    reject(path)
    assert recall(dataset(PART), PART, path) is None
    assert names(path) == []


def test_an_accepted_file_is_not_rejected_and_leaves_nothing_beside_it(path):
    put(path, "old")
    accept(path)
    put(path, "new")
    assert last_good(path).read_text() == "old"
    accept(path)
    reject(path)
    assert path.read_text() == "new"
    assert names(path) == ["main.csv", "main.csv.json"]


def test_a_damaged_last_good_file_is_not_put_back(path):
    put(path, "good")
    accept(path)
    put(path, "bad")
    last_good(path).write_text("spoiled")
    reject(path)
    assert recall(dataset(PART), PART, path) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"size": "x"}', "\x00"])
def test_a_strange_note_beside_a_file_is_no_trust(path, content):
    put(path, "good")
    sidecar(path).write_text(content)
    assert recall(dataset(PART), PART, path) is None
    accept(path)
    reject(path)


def test_a_given_file_stays_until_another_is_given(tmp_path):
    part, entry = GIVEN, dataset(GIVEN)
    mine = tmp_path / "mine.csv"
    mine.write_text("code,value\nE02000001,1\n")
    first = Downloader(tmp_path / "cache")
    assert first.given(entry, part) is None
    with pytest.raises(RequestError, match=r"no public address.*--file savi=PATH"):
        first.fetch(entry, part)
    taken = local_file(entry, part, str(mine), first)
    mine.unlink()
    for refresh in (False, True):
        later = Downloader(tmp_path / "cache", refresh=refresh)
        kept = later.given(entry, part)
        assert kept is not None
        assert (kept.sha256, kept.reused, later.fetch(entry, part)) == (taken.sha256, True, kept)
    mine.write_text("code,value\nE02000001,2\n")
    assert local_file(entry, part, str(mine), first).sha256 != taken.sha256
    assert first.given(entry, part).path.read_text() == "code,value\nE02000001,2\n"


def test_a_file_that_was_downloaded_is_not_taken_for_one_that_was_given(tmp_path):
    downloader = Downloader(tmp_path)
    path = downloader.place(dataset(PART), PART)
    path.parent.mkdir(parents=True)
    put(path, "a,b\n1,2\n")
    assert downloader.given(dataset(PART), PART) is None


def test_a_given_file_that_was_changed_on_disk_is_not_used(tmp_path):
    downloader, entry = Downloader(tmp_path / "cache"), dataset(GIVEN)
    mine = tmp_path / "mine.csv"
    mine.write_text("code,value\nE02000001,1\n")
    local_file(entry, GIVEN, str(mine), downloader).path.write_text("code,value\nE02000001,9\n")
    assert downloader.given(entry, GIVEN) is None


def test_what_a_killed_fetch_left_is_swept_and_the_rest_stays(tmp_path):
    downloader, entry = Downloader(tmp_path), dataset(PART)
    path = downloader.place(entry, PART)
    path.parent.mkdir(parents=True)
    put(path, "good")
    pages = path.with_name(".main.csv.pages")
    pages.mkdir()
    for left in (".main.csv.1-2.part", ".main.csv.1-2.part.plain", ".main.csv.1-2.part.json"):
        path.with_name(left).write_text("half")
    downloader.sweep("2020")
    assert names(path) == [".main.csv.pages", "main.csv", "main.csv.json"]
    assert json.loads(sidecar(path).read_text())["accepted"] is False
