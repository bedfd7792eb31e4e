"""The store: what is written is read back, and what is damaged or half done is never used."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geodata import store as store_module
from geodata.errors import NotAvailableError, RequestError, StoreError
from geodata.store import (
    AREAS,
    CURRENT,
    FIT,
    MANIFEST,
    MEMBERSHIP,
    OUTLINES,
    PLACES,
    SMALL_AREAS,
    TABLES,
    home,
    make_current,
    open_store,
    remove_old_builds,
    write_build,
)

AREA_CODES = ["E01000003", "E01000001", "E01000002"]
SYSTEMS = ["E54000002", "E54000001", "E54000002"]


def tables():
    keys = {"area_code": AREA_CODES, "system_code": SYSTEMS}
    shapes = [box(i, 0, i + 1, 1) for i in range(3)]
    return {
        FIT: pd.DataFrame({"area_code_2011": AREA_CODES, "area_code_2021": AREA_CODES}),
        PLACES: pd.DataFrame({**keys, "area_name": ["C", "A", "B"]}),
        SMALL_AREAS: pd.DataFrame({**keys, "share.value": [3.0, 1.0, None]}),
        AREAS: pd.DataFrame(
            {
                "area_code": ["E06000001", "E54000001"],
                "level": ["ltla", "system"],
                "rank": pd.Series([1, None], dtype="Int64"),
            }
        ),
        MEMBERSHIP: pd.DataFrame(
            {"area_code": ["E06000001"], "level": ["ltla"], "system_code": ["E54000001"]}
        ),
        OUTLINES: pd.DataFrame({**keys, "geometry": [shape.wkb for shape in shapes]}),
    }


def manifest(build, edition="2020", complete=("E54000001", "E54000002")):
    return {
        "build": build,
        "edition": edition,
        "complete_systems": list(complete),
        "systems": [
            {"code": f"E5400000{i}", "name": f"System {i}", "small_areas": i, "population": i}
            for i in (1, 2, 3)
        ],
        "measures": {"share": {"of": 2}},
        "datasets": [],
    }


def build(root, name="one", edition="2020"):
    folder = root / edition / name
    write_build(folder, tables(), manifest(name, edition))
    return folder


@pytest.fixture(autouse=True)
def _no_starter(monkeypatch, tmp_path):
    monkeypatch.setattr(store_module, "STARTER", tmp_path / "no-starter")


@pytest.fixture
def root(tmp_path):
    make_current(build(tmp_path / "home"))
    return tmp_path / "home"


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_round_trip(root):
    store = open_store("2020", root=root)
    assert (store.build, store.edition.id, store.is_starter) == ("one", "2020", False)
    pd.testing.assert_frame_equal(store.areas, tables()[AREAS])
    pd.testing.assert_frame_equal(store.membership, tables()[MEMBERSHIP])
    assert store.places("E54000002")["area_name"].to_dict() == {"E01000002": "B", "E01000003": "C"}
    assert store.small_areas("E54000001")["share.value"].to_dict() == {"E01000001": 1.0}
    outlines = store.outlines("E54000002")
    assert isinstance(outlines, gpd.GeoSeries)
    assert outlines.crs.to_epsg() == 27700
    assert outlines["E01000003"].equals(box(0, 0, 1, 1))
    assert store.systems["name"].tolist() == ["System 1", "System 2", "System 3"]
    assert store.measures == {"share": {"of": 2}}


def test_without_an_edition_the_newest_is_opened(root):
    make_current(build(root, "later", "2024"))
    assert open_store(root=root).edition.id == "2024"
    assert open_store("2020", root=root).edition.id == "2020"


def test_a_system_that_is_not_complete_is_not_available(root):
    with pytest.raises(NotAvailableError, match=r"System 3.*incontext fetch"):
        open_store("2020", root=root).places("E54000003")


@pytest.mark.parametrize("name", TABLES)
def test_a_flipped_byte_is_noticed(root, name):
    flip(root / "2020" / "one" / name)
    store = open_store("2020", root=root)
    with pytest.raises(StoreError, match=rf"{name}.*incontext fetch"):
        _ = (
            store.areas,
            store.fit,
            store.membership,
            store.places("E54000001"),
            store.small_areas("E54000001"),
            store.outlines("E54000001"),
        )


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_or_cut_table_is_noticed_at_once(root, name):
    path = root / "2020" / "one" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=name):
        open_store("2020", root=root)
    path.unlink()
    with pytest.raises(StoreError, match=name):
        open_store("2020", root=root)


def test_a_cut_manifest_is_damaged(root):
    path = root / "2020" / "one" / MANIFEST
    text = path.read_text(encoding="utf-8")
    for length in (0, 1, len(text) // 2, len(text) - 3):
        path.write_text(text[:length], encoding="utf-8")
        with pytest.raises(StoreError, match=r"manifest\.json"):
            open_store("2020", root=root)


@pytest.mark.parametrize("text", ["null", "3", "[]", "{}", '"text"'])
def test_a_manifest_of_another_kind_is_damaged(root, text):
    (root / "2020" / "one" / MANIFEST).write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json"):
        open_store("2020", root=root)


@pytest.mark.parametrize("key", sorted(manifest("one")))
def test_a_manifest_that_lacks_something_is_damaged(root, key):
    path = root / "2020" / "one" / MANIFEST
    content = json.loads(path.read_text(encoding="utf-8"))
    del content[key]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError, match=r"manifest\.json"):
        open_store("2020", root=root).places("E54000001")


def test_a_build_of_another_edition_is_refused(root):
    (root / "2020").rename(root / "2024")
    with pytest.raises(StoreError):
        open_store("2024", root=root)


def test_an_interrupted_build_is_never_used(root):
    folder = build(root, "two")
    (folder / MANIFEST).unlink()
    assert open_store("2020", root=root).build == "one"
    with pytest.raises(StoreError, match=r"manifest\.json"):
        make_current(folder)
    assert open_store("2020", root=root).build == "one"


def test_a_damaged_build_does_not_become_current(root):
    folder = build(root, "two")
    flip(folder / OUTLINES)
    with pytest.raises(StoreError, match=OUTLINES):
        make_current(folder)
    assert open_store("2020", root=root).build == "one"


def test_a_build_is_never_written_over(root):
    with pytest.raises(FileExistsError):
        build(root, "one")


@pytest.mark.parametrize(
    "name", ["../x", "..", ".", "", "x", "/", "one/../one", "one\none", "one/", "\0", "x" * 300]
)
def test_current_may_only_name_a_build_beside_it(root, name):
    build(root, "x", "other")
    (root / "x").mkdir()
    (root / "2020" / CURRENT).write_text(name + "\n")
    with pytest.raises(StoreError, match="incontext fetch"):
        open_store("2020", root=root)


def test_current_names_the_newest_after_make_current(root):
    make_current(build(root, "two"))
    assert open_store("2020", root=root).build == "two"
    assert (root / "2020" / CURRENT).read_text() == "two\n"
    assert not list((root / "2020").glob("*.tmp"))


def test_old_builds_go_and_the_current_one_stays(root):
    make_current(build(root, "two"))
    (build(root, "three") / MANIFEST).unlink()
    (root / "2020" / f"{CURRENT}.three.tmp").write_text("three\n")
    (root / "2020" / "fetch.lock").touch()
    remove_old_builds(root / "2020")
    left = sorted(path.name for path in (root / "2020").iterdir())
    assert left == [CURRENT, "fetch.lock", "two"]
    assert open_store("2020", root=root).build == "two"


def test_removing_from_nowhere_is_harmless(tmp_path):
    remove_old_builds(tmp_path / "nothing")


def test_removing_survives_a_current_that_is_no_text(root):
    """What the message of a damaged store tells people to run must not fail on the damage."""
    (root / "2020" / CURRENT).write_bytes(b"\xff\xfe\x00one")
    with pytest.raises(StoreError):
        open_store("2020", root=root)
    remove_old_builds(root / "2020")


def test_nothing_loaded_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="incontext fetch"):
        open_store(root=tmp_path)
    with pytest.raises(StoreError, match=r"2020.*incontext fetch"):
        open_store("2020", root=tmp_path)
    with pytest.raises(StoreError, match=r"2024.*incontext fetch"):
        open_store("2024", root=tmp_path)
    with pytest.raises(RequestError, match="1999"):
        open_store("1999", root=tmp_path)


@pytest.fixture
def starter(monkeypatch, tmp_path):
    folder = tmp_path / "starter"
    write_build(folder, tables(), manifest("starter", complete=["E54000001"]))
    monkeypatch.setattr(store_module, "STARTER", folder)
    return folder


def test_the_starter_serves_where_nothing_is_loaded(starter, tmp_path):
    for edition in (None, "2020"):
        store = open_store(edition, root=tmp_path / "home")
        assert store.is_starter
        assert store.edition.id == "2020"
    assert len(store.places("E54000001")) == 1
    with pytest.raises(NotAvailableError, match=r"starter.*System 2.*incontext fetch"):
        store.places("E54000002")
    with pytest.raises(StoreError, match=r"2024.*incontext fetch"):
        open_store("2024", root=tmp_path / "home")


def test_a_build_comes_before_the_starter(starter, root):
    assert not open_store(root=root).is_starter


def test_the_starter_never_stands_in_for_a_damaged_build(starter, root):
    (root / "2020" / "one" / AREAS).unlink()
    for edition in (None, "2020"):
        with pytest.raises(StoreError, match="damaged"):
            open_store(edition, root=root)


def test_home(monkeypatch, tmp_path):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.setenv("INCONTEXT_HOME", "")
    assert home().name == "incontext"
