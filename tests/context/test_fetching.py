import json
import os
import sys
import time

import pytest

from context.fetching import Fetches, Seen, command_of, is_allowed
from geodata.errors import InContextError, RequestError


def child(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def wait_until(done, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def fetches():
    made = Fetches()
    yield made
    made.cancel()


SLOW = "import time; print('Reading', file=__import__('sys').stderr, flush=True); time.sleep(60)"


def test_the_events_of_a_fetch_add_up():
    seen = Seen()
    for event in (
        {"stage": "planned", "dataset": "", "done": 0, "total": 3},
        {"stage": "loading", "dataset": "Index of deprivation", "done": 5, "total": 10},
        {"stage": "loaded", "dataset": "Index of deprivation", "done": 10, "total": 10},
        {"stage": "asking", "dataset": "Population", "done": 0, "total": None},
    ):
        seen.take(json.dumps(event) + "\n")
    assert (seen.planned, seen.ended) == (3, 1)
    assert [part["dataset"] for part in seen.running] == ["Population"]
    seen.take('{"stage": "Verifying the build", "dataset": "", "done": 0, "total": null}\n')
    assert seen.stage == "Verifying the build"


@pytest.mark.parametrize("line", ["plain words", "{broken", '{"no": "stage"}', "[1]", ""])
def test_a_line_that_is_no_event_is_taken_as_it_stands(line):
    seen = Seen()
    seen.take(line + "\n")
    assert list(seen.lines) == ([line] if line else [])
    assert seen.ended == 0


def test_two_clicks_start_one_fetch(fetches):
    first = fetches.start("2020", child(SLOW))
    second = fetches.start("2024", child(SLOW))
    assert first is second
    assert second.edition == "2020"


def test_cancelling_ends_the_child(fetches):
    fetch = fetches.start("2020", child(SLOW))
    wait_until(lambda: "Reading" in fetch.seen.lines)
    fetches.cancel()
    assert not fetch.is_running
    assert fetch.cancelled
    assert fetch.problem == ""
    assert fetches.start("2020", child("pass")) is not fetch


def test_a_child_that_will_not_end_is_ended_all_the_same(fetches, monkeypatch):
    monkeypatch.setattr("context.fetching.PATIENCE_S", 0.3)
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLOW}"
    fetch = fetches.start("2020", child(code))
    wait_until(lambda: "Reading" in fetch.seen.lines)
    fetches.cancel()
    assert not fetch.is_running


def test_a_fetch_that_fails_says_the_sentence_of_the_command(fetches):
    code = "import sys; print('incontext: No space.', file=sys.stderr); sys.exit(1)"
    fetch = fetches.start("2020", child(code))
    wait_until(lambda: not fetch.is_running)
    assert fetch.problem == "No space."


def test_a_fetch_that_dies_without_a_word_says_what_to_do(fetches):
    fetch = fetches.start("2020", child("import os; os._exit(3)"))
    wait_until(lambda: not fetch.is_running)
    assert "code 3" in fetch.problem


def test_the_child_is_asked_for_events_and_finds_the_package(fetches):
    code = (
        "import os, sys, context; "
        "print(os.environ['INCONTEXT_PROGRESS'], context.__name__, file=sys.stderr)"
    )
    fetch = fetches.start("2020", child(code))
    wait_until(lambda: not fetch.is_running and bool(fetch.seen.lines))
    assert list(fetch.seen.lines) == ["json context"]


def test_a_server_that_may_not_fetch_refuses(fetches, monkeypatch):
    monkeypatch.setenv("INCONTEXT_FETCH", "off")
    assert not is_allowed()
    with pytest.raises(RequestError, match="switched off"):
        fetches.start("2020", child("pass"))
    assert fetches.latest is None


def test_a_command_that_cannot_be_started_is_one_sentence(fetches):
    with pytest.raises(InContextError, match="could not be started"):
        fetches.start("2020", [os.devnull + "/nothing"])


def test_the_command_is_the_one_that_people_run():
    assert command_of("2024")[1:] == ["-m", "context", "fetch", "--edition", "2024"]
