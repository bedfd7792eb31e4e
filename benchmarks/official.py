"""A stand-in of the official services for a benchmark, on a port of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ABSENT, SERVER, Official, official_folder

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def running() -> Iterator[Official]:
    """Start the stand-in, give its address, end it; exit with one sentence if it is not here."""
    folder = official_folder()
    if folder is None:
        sys.exit(ABSENT)
    command = [sys.executable, "-u", str(folder / SERVER), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield Official(line[line.index("http://") :].strip().rstrip("/"), folder)
        finally:
            process.terminate()
