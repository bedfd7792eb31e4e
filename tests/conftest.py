"""What every test may use: the stand-in of the official services and a headless Chromium."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

SERVER = "official_server.py"
ABSENT = "the stand-in of the official services is not here: set INCONTEXT_OFFICIAL"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_direct = build_opener(ProxyHandler({}))  # never through a proxy: the stand-in is on this machine
_skipped_contract: set[str] = set()


def official_folder() -> Path | None:
    """The folder of the stand-in, or None: the environment decides before the default place."""
    named = os.environ.get("INCONTEXT_OFFICIAL")
    default = Path(__file__).resolve().parents[2] / "shared" / "official"
    folder = Path(named).expanduser().resolve() if named else default
    return folder if (folder / SERVER).is_file() else None


class Official:
    """A running stand-in of the official services."""

    def __init__(self, url: str, official_dir: Path) -> None:
        self.url = url
        self.official_dir = official_dir

    def _call(self, method: str, path: str, payload: Any = None) -> Any:
        data = None if payload is None else json.dumps(payload).encode()
        request = Request(self.url + path, data=data, method=method)
        with _direct.open(request, timeout=30) as response:
            return json.load(response)

    def faults(self, rules: list[dict[str, Any]]) -> None:
        """Replace the fault rules; they are cleared after the test."""
        self._call("POST", "/__faults", rules)

    def clear(self) -> None:
        """Take all fault rules away."""
        self._call("DELETE", "/__faults")

    def log(self) -> list[dict[str, Any]]:
        """The requests so far."""
        return self._call("GET", "/__log")

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._call("DELETE", "/__log")


@pytest.fixture(scope="session")
def official() -> Iterator[Official]:
    """The stand-in of the official services, one for each pytest-xdist worker."""
    folder = official_folder()
    if folder is None:
        pytest.skip(ABSENT)
    command = [sys.executable, "-u", str(folder / SERVER), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http://" not in line:
            pytest.fail(f"{SERVER} did not say where it listens: {line!r}")
        yield Official(line[line.index("http://") :].strip().rstrip("/"), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(autouse=True)
def _no_fault_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    service = request.getfixturevalue("official") if "official" in request.fixturenames else None
    yield
    if service is not None:
        service.clear()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium driven by Playwright: the browser of the machine, never a download."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    path = next((p for p in found if p), None)
    if path is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH: install Chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and "contract" in report.keywords:
        _skipped_contract.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped and report.nodeid.startswith("tests/contract"):
        _skipped_contract.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    controller = not hasattr(session.config, "workerinput")
    if controller and _skipped_contract and official_folder() is not None and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = terminalreporter.stats.get("skipped", [])
    reasons: Counter[str] = Counter()
    for report in reports:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[why.removeprefix("Skipped: ")] += 1
    listed = "; ".join(f"{n} because {why}" for why, n in reasons.most_common())
    counted = f"skipped tests: {len(reports)}"
    terminalreporter.write_line(f"{counted} ({listed})" if listed else counted)
    if _skipped_contract and official_folder() is not None:
        few = ", ".join(sorted(_skipped_contract)[:5])
        terminalreporter.write_line(
            f"FAILED: the stand-in is present, yet contract tests were skipped: {few}"
        )
