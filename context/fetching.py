"""A fetch started from the dashboard: a child process with progress, which can be ended.

The child is the same ``incontext fetch`` that people run in a terminal. It reports one JSON value
per line (``geodata.progress``); a line that is no JSON is taken as it stands.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from geodata.errors import InContextError, RequestError
from geodata.progress import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SWITCH = "INCONTEXT_FETCH"
ROOT = Path(__file__).resolve().parent.parent
ENDED = ("kept", "loaded")
DOWNLOADING = "Downloading"
LINES_KEPT = 200
PATIENCE_S = 5


def is_allowed() -> bool:
    """Say whether this server may fetch: ``INCONTEXT_FETCH=off`` forbids it."""
    return os.environ.get(SWITCH, "").strip().lower() not in ("off", "0", "no", "false")


def command_of(edition: str) -> list[str]:
    """Return the command that loads all of England."""
    return [sys.executable, "-m", "context", "fetch", "--edition", edition]


@dataclass
class Seen:
    """What the child has reported so far."""

    stage: str = "Starting"
    planned: int = 0
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))

    def take(self, line: str) -> None:
        """Take one line: an event as JSON, else words."""
        event = _read_event(line)
        if event is None:
            if line.strip():
                self.lines.append(line.strip())
        elif event["stage"] == "planned":
            self.planned = int(event.get("total") or 0)
            self.stage = DOWNLOADING
        elif event.get("dataset"):
            self._take_part(event)
        else:
            self.stage = str(event["stage"])
            self.lines.append(self.stage)

    def _take_part(self, event: dict[str, Any]) -> None:
        name = str(event["dataset"])
        before = self.parts.get(name, {"ended": 0})
        ended = before["ended"] + (event["stage"] in ENDED)
        self.parts[name] = {**event, "ended": ended}

    @property
    def is_downloading(self) -> bool:
        """Say whether the publishers' files are being loaded, and nothing is built yet."""
        return self.stage == DOWNLOADING

    @property
    def ended(self) -> int:
        """Return how many files and tables are loaded."""
        return sum(part["ended"] for part in self.parts.values())

    @property
    def running(self) -> list[dict[str, Any]]:
        """Return the events of what is being loaded now."""
        return [part for part in self.parts.values() if part["stage"] not in ENDED]


def _read_event(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "stage" in event else None


class Fetch:
    """One running or ended fetch."""

    def __init__(self, edition: str, command: Sequence[str]) -> None:
        """Start the child."""
        self.edition = edition
        self.seen = Seen()
        self.started = time.monotonic()
        self.cancelled = False
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(  # noqa: S603
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, ENVIRONMENT: "json", "PYTHONPATH": path},
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = Thread(target=self._read, args=(self._process.stderr,), daemon=True)
        self._reader.start()

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.seen.take(line)

    @property
    def is_running(self) -> bool:
        """Say whether the child is at work."""
        return self._process.poll() is None

    @property
    def seconds(self) -> float:
        """Return how long ago the fetch was started."""
        return time.monotonic() - self.started

    @property
    def problem(self) -> str:
        """Return the one sentence that the child ended with; empty while it runs or succeeded."""
        code = self._process.poll()
        if not code or self.cancelled:
            return ""
        self._reader.join(PATIENCE_S)
        said = [line for line in self.seen.lines if line.startswith("incontext: ")]
        if said:
            return said[-1].removeprefix("incontext: ")
        return f"The fetch ended with code {code}. Run it in a terminal to see why."

    def cancel(self) -> None:
        """End the child; the data in use stay in use."""
        if not self.is_running:
            return
        self.cancelled = True
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Fetches:
    """The fetch of this server: one at a time, whoever asks."""

    def __init__(self) -> None:
        """Have none; end the one that runs when the server ends."""
        self._lock = Lock()
        self._latest: Fetch | None = None
        atexit.register(self.cancel)

    @property
    def latest(self) -> Fetch | None:
        """Return the fetch that was started last; None where there was none."""
        return self._latest

    def start(self, edition: str, command: Sequence[str] | None = None) -> Fetch:
        """Start a fetch, or return the one that runs.

        Raises ``RequestError`` where this server may not fetch, ``InContextError`` where the
        command cannot be started.
        """
        if not is_allowed():
            raise RequestError("Loading data is switched off on this server.")
        with self._lock:
            if self._latest is None or not self._latest.is_running:
                try:
                    self._latest = Fetch(edition, command or command_of(edition))
                except OSError as error:
                    raise InContextError(
                        f"The fetch could not be started ({error.strerror or error}). "
                        f"Run `incontext fetch --edition {edition}` in a terminal."
                    ) from error
            return self._latest

    def cancel(self) -> None:
        """End the fetch that runs, if any."""
        with self._lock:
            if self._latest is not None:
                self._latest.cancel()

    def forget(self) -> None:
        """Forget a fetch that has ended."""
        with self._lock:
            if self._latest is not None and not self._latest.is_running:
                self._latest = None
