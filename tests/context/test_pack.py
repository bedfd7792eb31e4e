"""The pack: whole or not there, the same bytes each time, and nobody's work lost."""

import errno
import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from context import pack, pack_all
from context.build import build_context
from context.pack import MANIFEST, STALE_S, command_of, write_geopackage, write_pack
from context.pack_all import write_packs
from context.pack_beside import second_process
from context.request import resolve_request
from context.workbook import small_area_table
from geodata.errors import RequestError
from geodata.store import open_store

PROMISED = ("statements.md", "context.xlsx", "context.pptx", "context.csv", "context.gpkg")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def plymouth(store):
    return context_of(store, focus=["plymouth"], peers=["torbay"])


@pytest.fixture
def torbay(store):
    return context_of(store, focus=["torbay"])


@pytest.fixture(scope="module")
def packed(plymouth, tmp_path_factory):
    """The one whole pack of these tests: with the maps, the charts and the deck."""
    folder = tmp_path_factory.mktemp("packed") / "plymouth"
    assert write_pack(plymouth, folder)
    return folder


@pytest.fixture
def brief(monkeypatch):
    """Packs of one small file, for the tests of what happens around the files."""

    def write(context, folder, *about):
        (folder / "charts").mkdir()
        (folder / "context.csv").write_text(f"{context.focus_name}\n", encoding="utf-8")

    monkeypatch.setattr(pack, "_write_files", write)
    return monkeypatch


def context_of(store, **named):
    return build_context(resolve_request(store, system="devon", **named), store)


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def manifest_of(folder):
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def test_a_pack_holds_every_file_that_is_promised(packed):
    for name in PROMISED:
        assert (packed / name).stat().st_size > 1000, name
    maps = {path.name for path in (packed / "maps").iterdir()}
    drawn = {name.rsplit("_", 1)[0] for name in maps}
    assert {"deprivation", "older_people", "population_density", "ethnicity"} <= drawn
    for indicator in drawn:
        forms = ("standalone",) if indicator.endswith("_clusters") else ("slide", "standalone")
        wanted = {f"{indicator}_{f}.{s}" for f in forms for s in ("png", "svg")}
        assert wanted <= maps
    assert len(list((packed / "charts").glob("*.png"))) >= 4


def test_the_manifest_names_every_file_with_its_true_hash(packed):
    named = {name: entry["sha256"] for name, entry in manifest_of(packed)["files"].items()}
    found = hashes(packed)
    del found[MANIFEST]
    assert named == found
    for name, entry in manifest_of(packed)["files"].items():
        assert (packed / name).stat().st_size == entry["bytes"]


def test_the_manifest_names_the_request_that_makes_the_pack_again(packed):
    assert manifest_of(packed)["command"] == (
        "incontext pack --edition 2020 --system E54000037 --focus E06000026 --peer E06000027 "
        "--topic older_people -o DIR"
    )
    assert {entry["id"] for entry in manifest_of(packed)["sources"]} >= {"iod", "population"}


def test_no_file_of_text_names_a_folder_of_this_machine(packed):
    for path in packed.rglob("*"):
        if path.suffix in (".json", ".md", ".csv", ".svg"):
            assert str(Path.home()) not in path.read_text(encoding="utf-8-sig"), path.name
            assert str(packed) not in path.read_text(encoding="utf-8-sig"), path.name


def test_the_same_request_gives_the_same_bytes_for_every_file(packed, plymouth, tmp_path):
    """The second pack is written by two processes, the first was by one."""
    again = build_context(plymouth.request, plymouth.store)
    with second_process() as beside:
        assert write_pack(again, tmp_path / "again", beside=beside)
    differing = hashes(packed).items() ^ hashes(tmp_path / "again").items()
    assert not sorted({name for name, _ in differing})


def test_the_geopackage_holds_every_small_area_with_all_its_values(packed, plymouth):
    import geopandas as gpd

    frame = gpd.read_file(packed / "context.gpkg", layer="small_areas")
    wanted = small_area_table(plymouth)
    assert len(frame) == len(wanted) == 707
    assert frame.crs.to_epsg() == 27700
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    assert [c for c in frame.columns if c != "geometry"] == list(wanted.columns)
    for name in wanted:
        missing = wanted[name].isna()
        assert frame[name].isna().tolist() == missing.tolist(), name
        assert (frame[name][~missing] == wanted[name][~missing]).all(), name
    outlines = plymouth.store.outlines("E54000037")
    apart = frame.set_index("area_code").area - outlines.area
    assert apart.abs().max() < 0.01


def test_a_geopackage_is_the_same_on_another_day(plymouth, tmp_path, monkeypatch):
    write_geopackage(plymouth, tmp_path / "one.gpkg")
    time.sleep(1.1)  # its clock counts whole seconds
    write_geopackage(plymouth, tmp_path / "two.gpkg")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()


def test_a_pack_that_is_there_is_left_alone(packed, plymouth):
    before = {path: path.stat().st_mtime_ns for path in packed.rglob("*")}
    said = []
    assert write_pack(plymouth, packed, report=said.append) is False
    assert said == ["plymouth: there already, unchanged."]
    assert {path: path.stat().st_mtime_ns for path in packed.rglob("*")} == before


def test_a_pack_that_lost_a_file_is_made_again(brief, plymouth, tmp_path):
    folder = tmp_path / "pack"
    assert write_pack(plymouth, folder)
    (folder / "context.csv").unlink()
    assert write_pack(plymouth, folder)
    assert (folder / "context.csv").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_a_pack_of_another_request_takes_the_place_of_the_old(brief, plymouth, torbay, tmp_path):
    assert write_pack(plymouth, tmp_path / "pack")
    assert write_pack(torbay, tmp_path / "pack")
    assert (tmp_path / "pack" / "context.csv").read_text() == "Torbay\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_a_file_that_somebody_edited_is_kept(brief, plymouth, torbay, tmp_path):
    folder = tmp_path / "pack"
    write_pack(plymouth, folder)
    (folder / "context.csv").write_text("my own work", encoding="utf-8")
    said = []
    assert write_pack(torbay, folder, report=said.append)
    assert (tmp_path / "pack.kept-1" / "context.csv").read_text() == "my own work"
    assert "pack.kept-1" in said[-1]
    (folder / "notes.txt").write_text("more of it", encoding="utf-8")
    assert write_pack(plymouth, folder)
    assert (tmp_path / "pack.kept-2" / "notes.txt").read_text() == "more of it"
    assert (folder / "context.csv").read_text() == "Plymouth\n"


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), KeyError()]
)
def test_an_interrupted_pack_leaves_no_half_folder(brief, plymouth, torbay, tmp_path, failure):
    write_pack(plymouth, tmp_path / "pack")
    before = hashes(tmp_path)

    def fail(context, folder, *about):
        (folder / "context.csv").write_text("half", encoding="utf-8")
        raise failure

    brief.setattr(pack, "_write_files", fail)
    expected = RequestError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected) as caught:
        write_pack(torbay, tmp_path / "pack")
    if expected is RequestError:
        assert "No space left on device" in str(caught.value)
    with pytest.raises(expected):
        write_pack(torbay, tmp_path / "new")
    assert hashes(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_what_a_killed_process_left_is_cleared_away_later(brief, plymouth, tmp_path):
    left, at_work = tmp_path / ".pack.part-1", tmp_path / ".pack.part-2"
    for path in (left, at_work):
        path.mkdir()
        (path / "half").touch()
    long_ago = time.time() - STALE_S - 60
    os.utime(left, (long_ago, long_ago))
    write_pack(plymouth, tmp_path / "pack")
    assert not left.exists()
    assert at_work.exists()


def test_a_folder_with_something_else_is_refused_and_left_as_it_is(brief, plymouth, tmp_path):
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "mine.jpg").write_bytes(b"x")
    (tmp_path / "letter.txt").write_bytes(b"x")
    with pytest.raises(RequestError, match="something else than a pack"):
        write_pack(plymouth, tmp_path / "photographs")
    with pytest.raises(RequestError, match="is a file: name a new folder"):
        write_pack(plymouth, tmp_path / "letter.txt")
    assert set(hashes(tmp_path)) == {"photographs/mine.jpg", "letter.txt"}


def test_a_manifest_of_something_else_is_no_pack(brief, plymouth, tmp_path):
    for text in ("[]", '{"name": "my extension"}', "not JSON"):
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(RequestError, match="something else than a pack"):
            write_pack(plymouth, tmp_path)


def test_a_new_build_or_template_makes_the_pack_again(brief, plymouth, tmp_path):
    folder = tmp_path / "pack"
    write_pack(plymouth, folder)
    newer = replace(plymouth.store, manifest={**plymouth.store.manifest, "build": "newer"})
    assert write_pack(replace(plymouth, store=newer), folder)
    template = tmp_path / "house.pptx"
    template.write_bytes(b"1")
    assert write_pack(plymouth, folder, template=template)
    assert not write_pack(plymouth, folder, template=template)
    assert "--template" in manifest_of(folder)["command"]
    template.write_bytes(b"2")
    assert write_pack(plymouth, folder, template=template)


def test_the_command_names_the_part_that_was_asked_for(store):
    request = replace(resolve_request(store, system="devon"), extent="inside")
    assert "--extent inside" in command_of(request)


def test_one_system_that_fails_does_not_stop_the_others(brief, store, tmp_path, monkeypatch):
    """Only Devon has small areas in the starter: Cornwall fails, Devon is made after it."""
    systems = ["E54000036", "E54000037"]
    both = replace(store, manifest={**store.manifest, "complete_systems": systems})
    monkeypatch.setattr(pack_all, "_pool", lambda jobs: ThreadPoolExecutor(1))
    monkeypatch.setattr("geodata.store.home", lambda: tmp_path / "no home")
    said = []
    failed = write_packs(both, tmp_path / "all", topic="cancer", report=said.append)
    assert list(failed) == ["E54000036"]
    assert failed["E54000036"].startswith("Cornwall and the Isles of Scilly")
    assert "Run `incontext fetch`" in failed["E54000036"]
    assert [line.rsplit(" ", 1)[1] for line in said] == ["failed", "made"]
    assert [path.name for path in (tmp_path / "all").iterdir()] == ["E54000037"]
    assert manifest_of(tmp_path / "all" / "E54000037")["identity"]["request"]["topic"] == "cancer"
    write_packs(both, tmp_path / "all", topic="cancer", report=said.append)
    assert said[-1].endswith("Devon unchanged")


def test_a_process_that_is_killed_fails_its_own_system_only(store, tmp_path, monkeypatch):
    systems = ["E54000036", "E54000037"]
    both = replace(store, manifest={**store.manifest, "complete_systems": systems})
    monkeypatch.setattr(pack_all, "_write_one", die_over_cornwall)
    failed = write_packs(both, tmp_path / "all", topic="cancer", jobs=2)
    assert list(failed) == ["E54000036"]
    assert "BrokenProcessPool" in failed["E54000036"]


def die_over_cornwall(request, folder, template):
    if request.system == "E54000036":
        os._exit(1)
    return True
