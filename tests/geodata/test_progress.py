"""What a fetch shows: one line on a terminal, few lines elsewhere, JSON for a program."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from geodata.progress import Note, Progress, planned


class Terminal(io.StringIO):
    def isatty(self):
        return True


def fetch(report):
    """What a fetch of two datasets reports."""
    report(planned(2))
    report(Note("People", "asking a.uk", state="asking"))
    for done in (25_000, 50_000):
        report(Note("People", done=done, total=50_000))
    report(Note("Index", done=1_500_000, total=3_000_000, unit="bytes"))
    report(Note("People", state="loaded", done=9, total=9, unit="bytes"))
    report(Note("Index", "kept from 2026-01-01", state="kept"))
    report("Reading the lookups")


def test_a_note_is_a_plain_line_for_whoever_wants_lines():
    lines = []
    fetch(lines.append)
    assert lines[2:5] == ["People: 25,000 of 50,000", "People: 50,000 of 50,000",
                          "Index: 1.5 of 3.0 MB"]  # fmt: skip


def test_lines_are_few_where_there_is_no_terminal(monkeypatch):
    monkeypatch.delenv("INCONTEXT_PROGRESS", raising=False)
    stream = io.StringIO()
    with Progress(stream) as progress:
        fetch(progress)
    assert stream.getvalue().splitlines() == [
        "Loading: 2 files and tables",
        "People: 0.0 of 0.0 MB",
        "Index: kept from 2026-01-01",
        "Reading the lookups",
    ]


def test_a_terminal_shows_one_line_that_fits(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("geodata.progress.REDRAW_S", 0.0)
    stream = Terminal()
    with Progress(stream, "auto") as progress:
        fetch(progress)
        progress(Note("A dataset with a very long title, longer than any line", done=5))
    text = stream.getvalue()
    assert "\n" not in text
    drawn = text.split("\r\x1b[K")
    assert max(map(len, drawn)) <= 39
    assert "0 of 2 loaded | People: 50,000 of 50,000"[:38] in text
    assert "Reading the lookups" in drawn
    assert drawn[-1] == ""


def test_json_lines_for_a_program(monkeypatch):
    monkeypatch.setenv("INCONTEXT_PROGRESS", "json")
    monkeypatch.setattr("geodata.progress.REDRAW_S", 0.0)
    stream = io.StringIO()
    fetch(Progress(stream))
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(list(event) == ["stage", "dataset", "done", "total"] for event in events)
    assert events[0] == {"stage": "planned", "dataset": "", "done": 0, "total": 2}
    assert events[2] == {"stage": "loading", "dataset": "People", "done": 25_000, "total": 50_000}
    assert [event["stage"] for event in events[-3:]] == ["loaded", "kept", "Reading the lookups"]


def test_many_notes_of_one_dataset_are_thinned_out():
    stream = io.StringIO()
    progress = Progress(stream, "json")
    for done in range(1_000):
        progress(Note("People", done=done, total=1_000))
    assert 1 <= len(stream.getvalue().splitlines()) < 50


def test_threads_do_not_mix_their_lines():
    stream = io.StringIO()
    progress = Progress(stream, "json")
    with ThreadPoolExecutor(8) as pool:
        for number in range(200):
            pool.submit(progress, Note(f"Dataset {number}", "x" * 500, state="loaded"))
    assert len([json.loads(line) for line in stream.getvalue().splitlines()]) == 200


@pytest.mark.parametrize("mode", ["", "loud", "auto"])
def test_an_unknown_mode_counts_as_automatic(monkeypatch, mode):
    monkeypatch.setenv("INCONTEXT_PROGRESS", mode)
    assert Progress(io.StringIO(), mode).mode == "lines"
    assert Progress(Terminal(), mode).mode == "terminal"
