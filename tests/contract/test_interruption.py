"""A fetch that is killed at any moment, or meets a failing publisher, loses nothing.

The moments come from a seed that is printed; ``INCONTEXT_SEED`` sets it.
"""

import hashlib
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from geodata import download
from geodata.editions import Edition
from geodata.errors import DownloadError, InContextError, SourceError
from geodata.store import make_current, open_store, read_current, verify_build
from indicators.load import fetch

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("interruption")]

PROJECT = Path(__file__).resolve().parents[2]
ENGLAND = 56_286_961
SEED = int(os.environ.get("INCONTEXT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
KILLS = 10
LONGEST_S = 4.0
PATIENCE_S = 240


class Fetch:
    """A real ``incontext fetch`` in a process of its own."""

    def __init__(self, home, mirror, *arguments):
        environment = os.environ | {
            "INCONTEXT_HOME": str(home),
            "INCONTEXT_MIRROR": mirror,
            "INCONTEXT_PROGRESS": "lines",
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "context", "fetch", "--edition", "2020", *arguments]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True
        )
        self.said = []
        self._lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stderr:
            self._lines.put(line.strip())
        self._lines.put(None)

    def wait_for(self, words):
        """Read on until a line holds ``words`` or the fetch has ended; say whether it runs."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            line = self._lines.get(timeout=PATIENCE_S)
            if line is None:
                return False
            self.said.append(line)
            if words and words in line:
                return True
        raise AssertionError(f"the fetch does not end: {self.said}")

    def end(self):
        self.wait_for("")
        return self.process.wait(timeout=PATIENCE_S)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)


def is_whole(home):
    """Nothing is loaded, or the build in use opens and every hash in it is right."""
    folder = home / "2020"
    current = read_current(folder)
    if current is None:
        assert not (folder / "current").exists()
        return None
    manifest = verify_build(folder / current)
    store = open_store("2020", root=home)
    assert not store.is_starter
    assert store.build == manifest["build"] == current
    return current


def spare_copy(home, number):
    """Give the index of deprivation as a file that differs, so that there is something to build."""
    copy = home / f"given-{number}.csv"
    original = home / "raw" / "2020" / "iod" / "main.csv"
    text = original.read_bytes().rstrip(b"\r\n")
    copy.write_bytes(text + b"\r\n" * (number + 1))
    return f"iod={copy}"


@pytest.fixture(scope="module")
def home(official, tmp_path_factory):
    """A store that was killed ten times while it was fetched, and then fetched to its end."""
    folder = tmp_path_factory.mktemp("home")
    chance = random.Random(SEED)  # noqa: S311 - chance, not secrecy
    sys.stderr.write(f"INCONTEXT_SEED={SEED}\n")
    stages = ["", "", "Reading", "Computing", "Writing the build"]
    for number in range(KILLS // 2):
        run = Fetch(folder, official.url)
        if not (stages[number] and not run.wait_for(stages[number])):
            time.sleep(chance.uniform(0.1, LONGEST_S if not stages[number] else 0.6))
        run.kill()
        is_whole(folder)
    run = Fetch(folder, official.url)
    assert run.end() == 0, run.said
    built = is_whole(folder)
    assert built is not None
    for number in range(KILLS // 2):
        run = Fetch(folder, official.url, "--file", spare_copy(folder, number))
        words = chance.choice(["Reading", "Computing", "Repairing", "Writing the build"])
        if run.wait_for(words):
            time.sleep(chance.uniform(0.0, 1.0))
        run.kill()
        assert is_whole(folder) is not None
    return folder


def test_a_killed_fetch_leaves_a_whole_build_and_the_next_one_completes(official, home):
    run = Fetch(home, official.url)
    assert run.end() == 0, run.said
    build = is_whole(home)
    manifest = verify_build(home / "2020" / build)
    assert sum(system["small_areas"] for system in manifest["systems"]) == 32_844
    assert sum(system["population"] for system in manifest["systems"]) == ENGLAND
    left = [path.name for path in (home / "raw").rglob(".*") if ".part" in path.name]
    assert left == []


def everything(folder):
    """Every file of the build in use with its hash."""
    build = folder / "2020" / (folder / "2020" / "current").read_text().strip()
    files = sorted([folder / "2020" / "current", *build.rglob("*")])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(
    "mode",
    ["status:503", "drop", "truncate", "hang", "html200", "arcgis_error200", "garbage",
     "missing_column", "duplicate_rows", "bad_encoding", "huge", "redirect_loop"],
)  # fmt: skip
def test_a_lasting_fault_leaves_the_store_untouched(official, home, monkeypatch, mode):
    timeout_s = 0.3 if mode == "hang" else 20.0
    patient = partial(download.Downloader, tries=2, wait_s=0.01, timeout_s=timeout_s)
    monkeypatch.setattr(download, "Downloader", patient)
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    monkeypatch.setenv("INCONTEXT_HOME", str(home))
    before = everything(home)
    official.faults([{"mode": mode}])
    with pytest.raises(InContextError) as caught:
        fetch(Edition.named("2020"), refresh=True)
    assert isinstance(caught.value, DownloadError | SourceError)
    assert everything(home) == before
    is_whole(home)


def test_the_build_before_can_be_made_current_again_whatever_stands_beside_it(home):
    """A folder without a manifest, as a killed fetch leaves it, is never used."""
    current = read_current(home / "2020")
    half = home / "2020" / "20200101T000000Z-killed"
    half.mkdir()
    (half / "areas.parquet").write_bytes(b"half")
    with pytest.raises(InContextError):
        make_current(half)
    assert is_whole(home) == current
