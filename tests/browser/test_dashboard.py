"""The dashboard as a reader sees it: no request leaves the machine, and the map is drawn."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
LOCAL = {"localhost", "127.0.0.1", "::1", ""}
WAIT = 60_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    direct = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "streamlit ended at once"
        try:
            with direct.open(f"{url}/_stcore/health", timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("streamlit did not start within a minute")


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard with nothing but the starter."""
    port = free_port()
    folder = tmp_path_factory.mktemp("dashboard")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command += [word for key, value in options.items() for word in (f"--{key}", value)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "INCONTEXT_HOME": str(folder / "home")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_healthy(url, process)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page on which nothing outside this machine can be reached; attempts are kept."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    attempts: list[str] = []

    def only_here(route: Any) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("http", "https") and address.hostname not in LOCAL:
            attempts.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", only_here)
    opened = context.new_page()
    opened.set_default_timeout(WAIT)
    yield opened
    context.close()
    assert attempts == []


def heading(page: Any, text: str) -> None:
    page.get_by_role("heading", name=text, exact=True).wait_for()


def test_the_first_page_and_the_map(dashboard, page):
    page.goto(dashboard)
    heading(page, "Plymouth in context")
    page.get_by_text("This is the starter").first.wait_for()
    page.get_by_role("img", name="Map of Devon").first.wait_for()
    page.get_by_role("link", name="Map", exact=True).click()
    heading(page, "Plymouth on the map")
    frame = page.wait_for_selector("iframe").content_frame()
    frame.wait_for_function("window.inContext !== undefined")
    frame.wait_for_selector("canvas, path.leaflet-interactive", state="attached")
    drawn = frame.evaluate(
        """() => {
            const canvas = document.querySelector("canvas");
            if (!canvas) return document.querySelectorAll("path.leaflet-interactive").length;
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(pixels.data.buffer)).size;
        }"""
    )
    assert drawn > 5
    assert "focus=E06000026" in page.url


def test_a_link_reopens_the_view_on_every_page(dashboard, page):
    link = "?edition=2020&system=E54000037&focus=E07000041&peer=E06000027&topic=cancer"
    for path, text in (
        ("", "Exeter in context"),
        ("map", "Exeter on the map"),
        ("compare", "Exeter compared"),
        ("data", "Data"),
    ):
        page.goto(f"{dashboard}/{path}{link}")
        heading(page, text)
        page.wait_for_function("location.search.includes('focus=E07000041')")
        assert page.get_by_test_id("stException").count() == 0
