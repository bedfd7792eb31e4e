"""Time a fetch of each edition from an empty home, and the second fetch; prints one table.

Usage: python -m benchmarks.loading [EDITION ...]

Each fetch is a process of its own against `INCONTEXT_MIRROR`, or a stand-in of its own where that
is not set. The memory is the most that the process had in use at once.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from benchmarks.official import running

PROJECT = Path(__file__).resolve().parent.parent
EDITIONS = ("2020", "2024")
BYTES_OF_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """What one fetch took."""

    seconds: float
    gigabytes: float


def run_fetch(edition: str, home: Path, mirror: str) -> Run:
    """Fetch an edition in a child of a child, so that its memory is counted alone."""
    start = time.perf_counter()
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.loading", "--measure", edition],
        cwd=PROJECT,
        env=os.environ | {"INCONTEXT_HOME": str(home), "INCONTEXT_MIRROR": mirror},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if child.returncode:
        sys.exit(f"The fetch of edition {edition} failed; see above.")
    return Run(seconds, float(child.stdout))


def measure(edition: str) -> int:
    """Run the fetch and print the most memory it had in use, in gigabytes."""
    command = [sys.executable, "-m", "context", "fetch", "--edition", edition]
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(peak * BYTES_OF_UNIT / 1e9)
    return code


def main(arguments: list[str]) -> int:
    """Print the table."""
    if arguments[:1] == ["--measure"]:
        return measure(arguments[1])
    named = os.environ.get("INCONTEXT_MIRROR")
    with nullcontext() if named else running() as own:
        mirror = named or (own.url if own else "")
        print("| edition | fetch | seconds | most memory, GB |\n|---|---|---|---|")
        for edition in arguments or EDITIONS:
            with tempfile.TemporaryDirectory() as home:
                for name in ("from an empty home", "again, nothing changed"):
                    run = run_fetch(edition, Path(home), mirror)
                    print(f"| {edition} | {name} | {run.seconds:.1f} | {run.gigabytes:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
