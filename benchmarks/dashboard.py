"""Time a new system on a warm dashboard: from the choice to its heading, sentences and maps.

Usage: python -m benchmarks.dashboard   (with a build of edition 2020 in the store)

Prints a Markdown table. The first system only warms the server up; each is chosen once, so that
nothing of it is kept from before.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from typing import Any

from benchmarks.screenshots import DRAWN, dashboard

FIRST = "?edition=2020&system=E54000037"
SYSTEMS = (
    "North East and North Cumbria",
    "North East London",
    "Lincolnshire",
    "Sussex",
    "Frimley",
    "Kent and Medway",
    "Cornwall and the Isles of Scilly",
)
MAPS_OF = """name => [...document.querySelectorAll("[data-testid=stImage] img")]
    .filter(image => image.complete && image.alt.includes(name)).length >= 4"""


def seconds_of(tab: Any, name: str) -> float:
    """Choose a system by typing its name and return the seconds until its page stands."""
    box = tab.get_by_role("combobox", name="System")
    box.click()
    box.fill(name)
    option = tab.get_by_role("option", name=name, exact=True)
    option.wait_for()
    start = time.perf_counter()
    option.click()
    tab.get_by_role("heading", name=f"{name} in context").wait_for()
    tab.wait_for_function(MAPS_OF, arg=name)
    tab.wait_for_function(DRAWN)
    return time.perf_counter() - start


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    home = os.environ.get("INCONTEXT_HOME")
    with dashboard(home) as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 1000})
        tab.goto(f"{url}/in-context{FIRST}")
        tab.get_by_role("heading", name="Devon in context").wait_for()
        tab.wait_for_function(DRAWN)
        times = {name: seconds_of(tab, name) for name in SYSTEMS}
        browser.close()
    print("| new system, full page | s |\n|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.2f} |")
    print(f"| median | {statistics.median(times.values()):.2f} |")


if __name__ == "__main__":
    main()
