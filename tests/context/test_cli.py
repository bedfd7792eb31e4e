"""The command as a user meets it: exit codes, one sentence on standard error, JSON alone on out."""

import json
import subprocess
import sys

import pytest

from context.cli import main

WITH_PLYMOUTH = ["--system", "devon", "--focus", "plymouth", "--peer", "torbay"]


@pytest.fixture(autouse=True)
def no_build(monkeypatch, tmp_path):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path / "home"))


def run(capsys, *arguments):
    code = main(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_compare_gives_the_published_figures_of_plymouth(capsys):
    code, out, err = run(capsys, "compare", "--edition", "2020", *WITH_PLYMOUTH, "--json")
    assert code == 0
    assert "starter" in err
    answer = json.loads(out)
    assert answer["system"] == {"code": "E54000037", "name": "Devon"}
    rows = {(r["measure"], r["role"]): r for r in answer["rows"]}
    plymouth = rows["share_65_plus", "focus"]
    assert (plymouth["numerator"], plymouth["denominator"]) == (48_530, 262_100)
    assert rows["share_65_plus", "system"]["denominator"] == 1_200_739
    assert rows["share_65_plus", "england"]["denominator"] == 56_286_961
    assert (rows["imd_score", "focus"]["rank"], rows["imd_score", "focus"]["quintile"]) == (252, 5)
    assert rows["imd_score", "rest"]["area_code"] == "rest:E54000037:E06000026"
    assert rows["imd_score", "rest"]["quintile"] is None
    assert {r["role"] for r in answer["rows"]} == {
        "focus",
        "peer",
        "rest",
        "system",
        "england",
        "ltla",
        "utla",
    }
    assert "imd_decile" not in {r["measure"] for r in answer["rows"]}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["compare", "--system", "devonn"], 2, 'No system is called "devonn". The nearest are:'),
        (["compare", "--system", "devon", "--focus", "plimouth"], 2, "Plymouth"),
        (["compare", "--system", "devon", "--focus", "bristol"], 2, "does not lie in Devon"),
        (["compare", "--system", "lincolnshire"], 1, "Run `incontext fetch`"),
        (["status", "--edition", "2024"], 1, "incontext fetch --edition 2024"),
        (["status", "--edition", "1066"], 2, "Choose one of: 2020, 2024, 2026"),
        (["map", "savi", "--system", "devon", "-o", "x.png"], 1, "not available"),
        (["map", "deprivation", "--system", "devon", "-o", "x.gif"], 2, ".png, .svg or .html"),
        (["statements", "--system", "devon", "--topic", "x"], 2, "no topic"),
        (["fetch", "--file", "nonsense"], 2, "DATASET=PATH"),
        (["compare", "--system", "devon", "--date", "soon"], 2, "YYYY-MM-DD"),
    ],
)
def test_bad_input_gets_one_sentence_and_an_exit_code(capsys, arguments, code, words):
    got, out, err = run(capsys, *arguments)
    last = err.strip().splitlines()[-1]
    assert (got, out) == (code, "")
    assert last.startswith("incontext: ")
    assert words in last
    assert "Traceback" not in err


def test_a_damaged_build_is_an_error_and_never_the_starter(capsys, tmp_path):
    folder = tmp_path / "home" / "2020"
    folder.mkdir(parents=True)
    (folder / "current").write_text("20200101T000000Z-aaaaaa\n")
    code, out, err = run(capsys, "compare", *WITH_PLYMOUTH)
    assert (code, out) == (1, "")
    assert "damaged" in err


@pytest.mark.parametrize("suffix", [".png", ".svg", ".html"])
def test_a_map_is_written(capsys, tmp_path, suffix):
    path = tmp_path / f"map{suffix}"
    code, _, _ = run(
        capsys, "map", "deprivation", "--system", "devon", "--focus", "plymouth", "-o", str(path)
    )
    assert code == 0
    start = path.read_bytes()[:200]
    assert {".png": b"\x89PNG", ".svg": b"<?xml", ".html": b"<!DOCTYPE html>"}[suffix] in start


@pytest.mark.parametrize("command", [["status"], ["systems"], ["areas", "devon"]])
def test_lists_are_json_and_text(capsys, command):
    _, out, _ = run(capsys, *command, "--json")
    listed = json.loads(out)
    _, text, _ = run(capsys, *command)
    assert len(text.splitlines()) > len(listed) > 0


def test_compare_loads_no_geometry_library():
    script = (
        "import sys; from context.cli import main;"
        "main(['compare', '--system', 'devon', '--focus', 'plymouth']);"
        "print([m for m in ('geopandas', 'shapely', 'folium', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
