"""Take a picture of every page of the dashboard, on a screen and on a phone, into a folder.

Usage: python -m benchmarks.screenshots -o docs

A dashboard of its own shows the starter, so that the pictures need no data and no network. They
have few colours, which keeps them small.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

PAGES = ("in-context", "map", "compare", "life-expectancy", "export", "data")
QUERY = "?edition=2020&system=E54000037&focus=E06000026&peer=E06000027"
SCREEN, PHONE = (1440, 1600), (390, 1500)
SHOWN_WIDE = 960
PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14) Mobile"
COLOURS = 96
FEW_POINTS = 20
DRAWN = """() => !document.querySelector("[data-testid=stStatusWidget]")
    && !document.querySelector("[data-testid=stSpinner]")
    && !document.querySelector("[data-stale=true]")
    && [...document.images].every(image => image.complete)"""


@contextmanager
def dashboard(data: str | None = None) -> Iterator[str]:
    """Run a dashboard on a folder of data, else on the starter alone, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "INCONTEXT_HOME": data or empty},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"{url}/_stcore/health")
            yield url
        finally:
            process.terminate()
            process.wait()


def wait_for(address: str) -> None:
    direct = build_opener(ProxyHandler({}))
    for _ in range(150):
        try:
            with direct.open(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the dashboard did not start within 30 seconds")


def take(browser: Any, address: str, size: tuple[int, int]) -> bytes:
    """Return a page as it is drawn, cut at the height of the window."""
    agent = PHONE_AGENT if size == PHONE else None
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]}, user_agent=agent)
    tab.goto(address)
    tab.locator("h1").first.wait_for()
    tab.wait_for_timeout(1000)
    tab.wait_for_function(DRAWN)
    tab.wait_for_timeout(1000)  # charts and maps fade in
    picture: bytes = tab.screenshot()
    tab.close()
    return picture


def save(picture: bytes, path: Path, width: int) -> None:
    """Write a picture at a width, in few colours."""
    from PIL import Image

    image = Image.open(BytesIO(picture)).convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)
    few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    if not (path.is_file() and looks_alike(few, Image.open(path))):
        few.save(path, optimize=True)


def looks_alike(one: Any, other: Any) -> bool:
    """Say whether two pictures differ in a few points alone, as those of one page do at times."""
    from PIL import ImageChops

    if one.size != other.size:
        return False
    apart = ImageChops.difference(one.convert("L"), other.convert("L")).histogram()
    return sum(apart[1:]) <= FEW_POINTS


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of every page of the dashboard.")
    parser.add_argument("-o", "--output", type=Path, required=True)
    output: Path = parser.parse_args().output
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with dashboard() as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for page in PAGES:
            address = f"{url}/{page}{QUERY}"
            save(take(browser, address, SCREEN), output / f"{page}.png", SHOWN_WIDE)
            save(take(browser, address, PHONE), output / f"{page}-phone.png", PHONE[0])
        browser.close()


if __name__ == "__main__":
    main()
