import io
import zipfile

import pytest

from context.build import build_context
from context.downloads import DOWNLOADS, Shelf, find_download, make_download, say_size, zip_folder
from context.request import Request
from geodata.errors import RequestError
from geodata.store import open_store

PLYMOUTH, TORBAY = "E06000026", "E06000027"


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_HOME", str(tmp_path_factory.mktemp("home")))
        store = open_store()
    request = Request(edition="2020", system="E54000037", focus=(PLYMOUTH,), peers=(TORBAY,))
    return build_context(request, store)


def test_every_download_is_described_and_named_for_what_it_is():
    assert [d.id for d in DOWNLOADS] == [
        "deck", "workbook", "csv", "geopackage", "statements", "maps", "pack",
    ]  # fmt: skip
    assert len({d.ending for d in DOWNLOADS}) == len(DOWNLOADS)
    assert all(d.contents.endswith(".") for d in DOWNLOADS)


@pytest.mark.parametrize("kind", ["csv", "statements", "workbook", "geopackage"])
def test_the_same_request_gives_the_same_bytes_and_leaves_nothing_behind(
    context, kind, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # others may work in the usual one
    first = make_download(context, kind)
    assert first == make_download(context, kind)
    assert len(first) > 1000
    assert not list(tmp_path.iterdir())


def test_an_unknown_download_lists_what_there_is():
    with pytest.raises(RequestError, match="Choose one of: deck, workbook"):
        find_download("film")


def test_a_template_that_is_no_deck_is_refused_in_one_sentence(context):
    with pytest.raises(RequestError):
        make_download(context, "deck", template=b"not a deck")


def test_a_zip_holds_every_file_and_is_the_same_each_time(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "a.png").write_bytes(b"picture")
    (tmp_path / "b.txt").write_text("words")
    content = zip_folder(tmp_path)
    assert content == zip_folder(tmp_path)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["b.txt", "maps/a.png"]
        assert archive.testzip() is None


def test_the_shelf_gives_up_what_was_not_asked_for_longest():
    shelf = Shelf(most_bytes=10)
    shelf.keep("a", b"12345")
    shelf.keep("b", b"12345")
    assert shelf.find("a") == b"12345"
    shelf.keep("c", b"1")
    assert shelf.find("b") is None
    assert shelf.find("a") == b"12345"
    shelf.keep("too large", b"x" * 11)
    assert shelf.find("too large") is None


def test_sizes_are_said_as_people_say_them():
    assert say_size(b"x" * 1_250_000) == "1.2 MB"
    assert say_size(b"") == "1 KB"
