"""What a fetch says while it runs, and the one display that draws it.

Whoever works takes ``report: Callable[[str], None]``. A plain line is a stage of the build; a
``Note`` is a line about one download that also carries its numbers. ``Progress`` is such a
``report``: one updating line on a terminal, few lines elsewhere, JSON lines for a program.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from typing import Literal, TextIO

Mode = Literal["auto", "terminal", "lines", "json"]
State = Literal["planned", "asking", "loading", "trying again", "kept", "loaded"]
MODES: tuple[Mode, ...] = ("auto", "terminal", "lines", "json")
ENVIRONMENT = "INCONTEXT_PROGRESS"
REDRAW_S = 0.2
TITLE_LETTERS = 36
CLEAR = "\r\x1b[K"
MEGABYTE = 1_000_000


class Note(str):
    """A line about one part of a dataset: ``done`` of ``total`` rows or bytes, and its state."""

    dataset: str
    part: str
    state: State
    done: int
    total: int | None
    amount: str

    def __new__(
        cls,
        dataset: str,
        words: str = "",
        *,
        part: str = "main",
        state: State = "loading",
        done: int = 0,
        total: int | None = None,
        unit: Literal["rows", "bytes"] = "rows",
    ) -> Note:
        """Make the line ``dataset: words``; without words they are the amount."""
        amount = _amount(done, total, unit)
        note = super().__new__(cls, f"{dataset}: {words or amount}")
        note.dataset, note.part, note.state, note.amount = dataset, part, state, amount
        note.done, note.total = done, total
        return note


def planned(count: int) -> Note:
    """Say how many parts the fetch will load."""
    return Note("Loading", f"{count:,} files and tables", state="planned", total=count)


def _amount(done: int, total: int | None, unit: str) -> str:
    if unit == "bytes":
        whole = f" of {total / MEGABYTE:,.1f}" if total else ""
        return f"{done / MEGABYTE:,.1f}{whole} MB"
    return f"{done:,} of {total:,}" if total else f"{done:,}"


class Progress:
    """Draws what a fetch reports; safe to call from several threads, closed by ``with``."""

    def __init__(self, stream: TextIO, mode: str = "auto") -> None:
        """Draw on ``stream``; ``auto`` asks ``INCONTEXT_PROGRESS``, then whether it is a terminal.

        A mode that is not known counts as ``auto``.
        """
        if mode == "auto":
            mode = os.environ.get(ENVIRONMENT, "").strip().lower()
        if mode not in MODES or mode == "auto":
            mode = "terminal" if stream.isatty() else "lines"
        self.mode = mode
        self._stream = stream
        self._lock = threading.Lock()
        self._notes: dict[tuple[str, str], Note] = {}
        self._total = 0
        self._stage = ""
        self._drawn_at = dict.fromkeys([("", "")], 0.0)

    def __call__(self, line: str) -> None:
        """Take one line of a fetch."""
        note = line if isinstance(line, Note) else None
        with self._lock:
            self._remember(line, note)
            if self.mode == "json":
                self._write_json(line, note)
            elif self.mode == "terminal":
                self._draw(note)
            elif note is None or note.state not in ("loading", "asking"):
                self._write(f"{line}\n")

    def __enter__(self) -> Progress:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave a clean line on the terminal."""
        if self.mode == "terminal":
            self._write(CLEAR)

    def _remember(self, line: str, note: Note | None) -> None:
        if note is None:
            self._stage = line
            self._notes.clear()
        elif note.state == "planned":
            self._total = note.total or 0
        else:
            self._notes[(note.dataset, note.part)] = note

    def _write_json(self, line: str, note: Note | None) -> None:
        if note and note.state == "loading" and self._is_too_soon((note.dataset, note.part)):
            return
        event = {
            "stage": note.state if note else line,
            "dataset": note.dataset if note and note.state != "planned" else "",
            "done": note.done if note else 0,
            "total": note.total if note else None,
        }
        self._write(json.dumps(event, ensure_ascii=False) + "\n")

    def _draw(self, note: Note | None) -> None:
        if note and note.state == "loading" and self._is_too_soon(("", "")):
            return
        width = max(shutil.get_terminal_size().columns - 1, 20)
        text = self._stage
        if note is not None:
            ended = [n for n in self._notes.values() if n.state in ("kept", "loaded")]
            of_all = f" of {self._total}" if self._total else ""
            running = [n for n in self._notes.values() if n not in ended]
            text = " | ".join([f"{len(ended)}{of_all} loaded", *map(_brief, reversed(running))])
        self._write(CLEAR + (text if len(text) <= width else f"{text[: width - 1]}…"))

    def _is_too_soon(self, key: tuple[str, str]) -> bool:
        now = time.monotonic()
        if now - self._drawn_at.get(key, 0.0) < REDRAW_S:
            return True
        self._drawn_at[key] = now
        return False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _brief(note: Note) -> str:
    title = note.dataset
    short = title if len(title) <= TITLE_LETTERS else f"{title[: TITLE_LETTERS - 1].rstrip()}…"
    return f"{short}: {note.amount if note.done else note.state}"
