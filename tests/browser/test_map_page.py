"""The map page of the dashboard: points of a reader's own, and a link that reopens the map."""

from typing import Any

import pytest

from tests.browser.test_dashboard import dashboard, heading, page, silent

__all__ = ["dashboard", "page", "silent"]
pytestmark = pytest.mark.browser
POINTS = b"name,easting,northing\n<img src=x onerror=alert(1)>,249850,59350\nBad,x,1\n"


def map_frame(page: Any) -> Any:
    frame = page.wait_for_selector("iframe").content_frame()
    frame.wait_for_function("window.inContext && window.inContext.drawn > 0")
    return frame


def test_points_are_drawn_and_listed_and_bad_rows_named(dashboard, page):
    page.goto(f"{dashboard}/map")
    heading(page, "Plymouth on the map")
    assert map_frame(page).locator(".ic-pin").count() == 0
    page.get_by_text("Show points of your own").click()
    upload = {"name": "points.csv", "mimeType": "text/csv", "buffer": POINTS}
    page.get_by_test_id("stMain").locator("input[type=file]").set_input_files(upload)
    heading(page, "The points and their small areas")
    page.get_by_text("Row 3: the easting").wait_for()
    page.get_by_text("A hospital's catchment is not its council").wait_for()
    page.get_by_role("rowheader", name="<img src=x onerror=alert(1)>").first.wait_for()
    page.wait_for_function(
        "() => { const f = document.querySelector('iframe').contentDocument;"
        " return f && f.querySelectorAll('.ic-pin').length === 1; }"
    )


def test_the_link_of_the_map_reopens_it_in_the_dashboard(dashboard, page):
    page.goto(f"{dashboard}/map")
    heading(page, "Plymouth on the map")
    page.wait_for_function("location.search.includes('focus=')")
    frame = map_frame(page)
    frame.locator("#ic-indicator1").select_option("population_density")
    frame.get_by_role("button", name="Side by side").click()
    frame.get_by_label("Find an area or authority").fill("Plymouth 003C")
    frame.get_by_role("button", name="Copy link").click()
    link = frame.get_by_label("Link to this view").input_value()
    assert link.startswith(f"{dashboard}/map?")
    kept = frame.evaluate("[inContext.measure, inContext.second, inContext.chosen]")
    assert kept[0] == "people_per_km2"
    page.goto("about:blank")
    page.goto(link)
    frame = map_frame(page)
    assert frame.evaluate("[inContext.measure, inContext.second, inContext.chosen]") == kept
