"""A focus that is a file of small areas, and what the command line does with files."""

import json

import pytest

from context.cli import main
from geodata.store import open_store

PLYMOUTH = "E06000026"


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    store = open_store("2020", root=tmp_path_factory.mktemp("empty"))
    places = store.places("E54000037")
    return sorted(places.index[places["ltla_code"] == PLYMOUTH])


@pytest.fixture(autouse=True)
def no_build(tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path / "empty"))


def compare(capsys, *arguments):
    assert main(["compare", "--system", "devon", *arguments, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    return {(row["measure"], row["role"]): row for row in rows}


def test_all_small_areas_of_a_place_are_that_place(codes, tmp_path, capsys):
    path = tmp_path / "city.txt"
    path.write_text("# The city\n" + "\n".join(codes) + "\n", encoding="utf-8")
    group = compare(capsys, "--focus-file", str(path))
    place = compare(capsys, "--focus", "plymouth")
    for measure in ("share_65_plus", "imd_score", "people_per_km2", "share_minority_ethnic"):
        found, expected = group[measure, "focus"], place[measure, "focus"]
        assert found["value"] == pytest.approx(expected["value"], rel=1e-12)
        assert found["denominator"] == pytest.approx(expected["denominator"], rel=1e-12)
        assert (found["level"], found["area_name"], found["rank"]) == ("group", "The city", None)
        assert found["area_code"] == "group:" + ",".join(codes)
    life = group["le_65_female", "focus"]
    assert life["value"] is None
    assert "whole authorities only" in life["status"]


def test_a_group_speaks_by_its_name(codes, tmp_path, capsys):
    path = tmp_path / "quarter.txt"
    path.write_text("# Waterfront\n" + "\n".join(codes[:12]) + "\n", encoding="utf-8")
    assert main(["statements", "--system", "devon", "--focus-file", str(path), "--json"]) == 0
    texts = [s["text"] for s in json.loads(capsys.readouterr().out)["statements"]]
    assert any("in Waterfront" in text for text in texts)


def test_a_focus_and_a_file_are_not_given_together(codes, tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text(codes[0] + "\n", encoding="utf-8")
    given = ["--focus", "plymouth", "--focus-file", str(path)]
    assert main(["compare", "--system", "devon", *given]) == 2
    assert "not both" in capsys.readouterr().err


def test_districts_like_one_are_listed_with_their_distance(capsys):
    assert main(["similar", "plymouth", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    distances = [area["distance"] for area in said["areas"]]
    assert len(distances) == 5
    assert distances == sorted(distances)
    assert PLYMOUTH not in {area["code"] for area in said["areas"]}


def test_points_are_drawn_on_the_map_and_problems_are_said(tmp_path, capsys):
    points = tmp_path / "visits.csv"
    points.write_text(
        "name,easting,northing\nDerriford <b>,249800,59200\nNowhere,here,there\n", encoding="utf-8"
    )
    target = tmp_path / "map.html"
    arguments = ["map", "deprivation", "--system", "devon", "--points", str(points)]
    assert main([*arguments, "-o", str(target)]) == 0
    page = target.read_text(encoding="utf-8")
    assert "Derriford" in page
    assert "Derriford <b>" not in page
    assert "Row 3" in capsys.readouterr().err


def test_systems_say_what_moved(capsys):
    assert main(["systems"]) == 0
    out = capsys.readouterr().out
    assert "What moved between systems:" in out
    assert "High Peak" in out
