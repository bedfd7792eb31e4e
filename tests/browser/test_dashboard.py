"""The dashboard as a reader sees it: no request leaves the machine, and the map is drawn."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
LOCAL = {"localhost", "127.0.0.1", "::1", ""}
WAIT = 30_000


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
def silent() -> Iterator[str]:
    """The address of a publisher who takes every request and answers none."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory, silent: str) -> Iterator[str]:
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
            env={
                **os.environ,
                "INCONTEXT_HOME": str(folder / "home"),
                "INCONTEXT_MIRROR": silent,
            },
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


def choose(page: Any, label: str, text: str) -> None:
    """Choose by typing, as a reader does."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(text)
    page.get_by_role("option", name=text).first.click()
    page.keyboard.press("Escape")


def settle(page: Any) -> None:
    """Wait until the server has drawn everything."""
    page.wait_for_function(
        """() => !document.querySelector("[data-testid=stStatusWidget]")
            && !document.querySelector("[data-testid=stSpinner]")
            && !document.querySelector("[data-stale=true]")"""
    )


def test_the_first_page_and_the_map(dashboard, page):
    page.goto(dashboard)
    heading(page, "Plymouth in context")
    assert "/in-context?" in page.url
    page.wait_for_function("document.documentElement.lang === 'en-GB'")
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
        ("in-context", "Exeter in context"),
        ("map", "Exeter on the map"),
        ("compare", "Exeter compared"),
        ("life-expectancy", "Life expectancy: Exeter"),
        ("export", "Export: Exeter"),
        ("data", "Data"),
    ):
        page.goto(f"{dashboard}/{path}{link}")
        heading(page, text)
        page.wait_for_function("location.search.includes('focus=E07000041')")
        assert page.get_by_test_id("stException").count() == 0
        assert page.get_by_role("dialog").count() == 0  # where a page is not found


def test_what_is_chosen_by_typing_stands_in_the_link_and_survives_a_reload(dashboard, page):
    page.goto(f"{dashboard}/in-context?system=devon")
    heading(page, "Devon in context")
    choose(page, "Focus", "Exeter")
    heading(page, "Exeter in context")
    choose(page, "Compare with", "Norwich")
    page.wait_for_function("location.search.includes('peer=E07000148')")
    choose(page, "Topic", "Cancer")
    page.wait_for_function("location.search.includes('topic=cancer')")
    page.reload()
    heading(page, "Exeter in context")
    for part in ("system=E54000037", "focus=E07000041", "peer=E07000148", "topic=cancer"):
        assert part in page.url
    page.get_by_test_id("stSidebar").get_by_text("Norwich").first.wait_for()


def test_a_sentence_opens_to_its_evidence_which_fits_the_page(dashboard, page):
    page.goto(f"{dashboard}/in-context?system=devon&focus=plymouth&peer=torbay")
    heading(page, "Plymouth in context")
    page.get_by_text("Long", exact=True).click()
    heading(page, "Deprivation")
    settle(page)
    opened = page.get_by_text("Evidence and how to answer a challenge")
    for place in (0, 2, 5, 9):
        opened.nth(place).click()
    page.get_by_role("table").nth(3).wait_for()
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll(".ic-rows")]
            .flatMap(t => [t, ...t.querySelectorAll("div")])
            .filter(e => e.scrollWidth > e.clientWidth + 1).length"""
    )
    assert too_wide == 0
    shapes = "[...document.querySelectorAll('.ic-rows td')].map(c => getComputedStyle(c).display)"
    assert set(page.evaluate(shapes)) == {"table-cell"}  # lists are for narrow screens
    assert page.get_by_text("If challenged.").first.is_visible()
    assert page.get_by_role("cell", name="E06000026").first.is_visible()


def test_the_comparison_sorts_and_fits_and_a_similar_area_is_one_click_away(dashboard, page):
    page.goto(f"{dashboard}/compare?system=devon&focus=plymouth")
    heading(page, "Similar areas to compare with")
    settle(page)
    table = page.get_by_test_id("stDataFrame")
    assert table.locator(".dvn-scroller").evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.get_by_test_id("stMain").get_by_role("button", name="Compare with").first.click()
    page.wait_for_function("location.search.includes('peer=E')")


def test_a_deck_is_made_downloaded_and_opens(dashboard, page, tmp_path):
    from pptx import Presentation

    page.goto(f"{dashboard}/export?system=devon&focus=plymouth&peer=torbay")
    heading(page, "Export: Plymouth")
    page.get_by_role("button", name="Make: Slides").click()
    offered = page.get_by_role("button", name="Download (")
    offered.wait_for()
    assert offered.inner_text().endswith("B)")
    with page.expect_download() as download:
        offered.click()
    name = download.value.suggested_filename
    assert name.startswith("E54000037_E06000026_2020_")
    path = tmp_path / name
    download.value.save_as(path)
    deck = Presentation(str(path))
    words = [s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame]
    assert len(deck.slides) > 5
    assert any("Plymouth" in text for text in words)


def test_loading_shows_its_progress_and_can_be_stopped(dashboard, page):
    page.goto(f"{dashboard}/data")
    heading(page, "Load all of England")
    page.get_by_role("button", name="Load all of England").click()
    stop = page.get_by_role("button", name="Stop loading")
    stop.wait_for()
    page.get_by_text("seconds)").first.wait_for()
    page.get_by_role("button", name="Load all of England").wait_for(state="detached")
    stop.click()
    page.get_by_text("Loading was stopped").wait_for()
    page.get_by_role("button", name="Load all of England").wait_for()


def serious_of(axe: Any, page: Any) -> list[tuple[str, list[str]]]:
    """What axe finds that is serious, with the first elements."""
    return [
        (entry["id"], [node["html"][:120] for node in entry["nodes"][:3]])
        for entry in axe.run(page).response["violations"]
        if entry["impact"] in ("serious", "critical")
    ]


PAGES = ["in-context", "map", "compare", "life-expectancy", "export", "data"]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious_and_a_phone_shows_it_whole(dashboard, page, path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is absent").Axe()
    page.goto(f"{dashboard}/{path}?system=devon&focus=plymouth")
    page.locator("h1").first.wait_for()
    settle(page)
    page.wait_for_function("document.documentElement.lang === 'en-GB'")
    page.get_by_text("What the words mean").click()
    assert serious_of(axe, page) == []
    levels = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] :is(h1,h2,h3,h4)')]"
        ".map(h => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for closed in page.get_by_text("Evidence and how to answer a challenge").all()[:3]:
        closed.click()
    page.wait_for_timeout(600)
    assert serious_of(axe, page) == []


def test_a_phone_gets_charts_that_can_be_read(dashboard, page, chromium):
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, user_agent="Mozilla/5.0 (Linux) Mobile Safari"
    )
    widths = []
    for shown in (page, phone.new_page()):
        shown.goto(f"{dashboard}/compare?system=devon&focus=plymouth")
        heading(shown, "Plymouth compared")
        chart = shown.get_by_test_id("stImage").locator("img").first
        chart.wait_for()
        shown.wait_for_function("document.querySelector('[data-testid=stImage] img').complete")
        widths.append(chart.evaluate("image => image.naturalWidth"))
    phone.close()
    assert widths[0] > 1400
    assert widths[1] == 840


def test_on_a_phone_the_legend_of_the_map_is_not_cut(dashboard, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{dashboard}/map?system=devon&focus=plymouth")
    heading(page, "Plymouth on the map")
    frame = page.wait_for_selector("iframe").content_frame()
    frame.wait_for_function("window.inContext && window.inContext.drawn > 0")
    page.wait_for_function(
        "() => { const f = document.querySelector('iframe');"
        " return f.contentDocument.documentElement.scrollHeight <= f.clientHeight; }"
    )
    below = page.get_by_text("Show points of your own").bounding_box()["y"]
    map_box = page.locator("iframe").bounding_box()
    assert below >= map_box["y"] + map_box["height"]
