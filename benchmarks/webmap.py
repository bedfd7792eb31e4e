"""Time the interactive map against folium's own layers; prints two Markdown tables.

Usage: python benchmarks/webmap.py   (with a build of edition 2020 in the store, else the starter)

Six measures of the largest system with legend, panel and tooltips, against six folium Choropleths
as folium makes them, with tooltips, and against one GeoJson layer on a canvas with one measure.
The build: medians of processor time, a warm-up first, so that other work on the machine does not
count. The opening: headless Chromium, Leaflet inlined in all alike, from the start of the
navigation to the first frame with all areas, by the page's own clock; the pages take turns, so
that a busy minute falls on all of them, and ours has its legend while the Choropleths have none.
A change of the measure: from the choice to the frame after it. Only ratios compare across
machines.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd

from context.build import build_context
from context.ground import read_ground, select_layers
from context.layers import Ground, Layer
from context.request import resolve_request
from context.webmap import inline_leaflet, leaflet, leaflet_files, web_map_html
from geodata.store import open_store
from indicators.catalogue import catalogue

RUNS = 7
MEASURES = ("imd_score", "share_65_plus", "people_per_km2", "share_75_plus", "share_85_plus")
DRAWN = (
    "() => new Promise(done => "
    "requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
)


def median_of(job: Callable[[], object], runs: int = RUNS) -> float:
    job()
    times = []
    for _ in range(runs):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return statistics.median(times)


def frame(ground: Ground, layers: tuple[Layer, ...]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame({"name": ground.area_names}, geometry=ground.outlines)
    for layer in layers:
        table[layer.measure] = layer.values.astype(float)
    return table.reset_index()


def local_map(bounds: list[float], *, canvas: bool) -> folium.Map:
    """A map of folium whose Leaflet is inlined as in ours, and nothing else of it is asked for."""
    page = folium.Map(tiles=None, prefer_canvas=canvas)
    west, south, east, north = bounds
    page.fit_bounds([[south, west], [north, east]])
    script, style = leaflet()
    page.default_js, page.default_css = [("leaflet", script)], [("leaflet_css", style)]
    return page


def choropleths(table: gpd.GeoDataFrame, measures: list[str], *, legend: bool = True) -> str:
    """Six layers; without their legends, which ask a server for D3, where a browser opens them."""
    degrees = table.to_crs(4326)
    page = local_map(degrees.total_bounds.tolist(), canvas=False)
    for measure in measures:
        shown = folium.Choropleth(
            degrees,
            data=degrees,
            columns=["area_code", measure],
            key_on="feature.properties.area_code",
        ).add_to(page)
        folium.GeoJsonTooltip(["name", measure]).add_to(shown.geojson)
        if not legend:
            del shown._children[shown.color_scale.get_name()]
    return inline_leaflet(page.get_root().render())


def one_geojson(table: gpd.GeoDataFrame, measure: str) -> str:
    degrees = table.to_crs(4326)
    page = local_map(degrees.total_bounds.tolist(), canvas=True)
    tooltip = folium.GeoJsonTooltip(["name", measure])
    folium.GeoJson(degrees[["name", measure, "geometry"]], tooltip=tooltip).add_to(page)
    return inline_leaflet(page.get_root().render())


def beside_leaflet(page: str) -> float:
    """Megabytes of a page without the Leaflet in it."""
    return (len(page.encode()) - sum(len(part) for part in leaflet_files())) / 1e6


def open_seconds(browser: Any, pages: dict[str, str], folder: Path) -> dict[str, float]:
    """Median seconds until each page has drawn its areas; one round first that does not count."""
    times: dict[str, list[float]] = {name: [] for name in pages}
    for run in range(RUNS + 1):
        for number, (name, page) in enumerate(pages.items()):
            path = folder / f"page{number}.html"
            if run == 0:
                local = re.sub(r'<script src="https?:[^>]*></script>', "", page)
                path.write_text(local, encoding="utf-8")
            seconds = open_once(browser, path)
            if run > 0:
                times[name].append(seconds)
    return {name: statistics.median(measured) for name, measured in times.items()}


def open_once(browser: Any, path: Path) -> float:
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(path.as_uri())
    seconds = float(tab.evaluate(DRAWN)) / 1000
    tab.close()
    if wrong:
        raise RuntimeError(f"the page does not run: {wrong[0]}")
    return seconds


def change_seconds(browser: Any, page: str, folder: Path) -> tuple[float, int, int]:
    """Median seconds of a change of the measure, the requests meanwhile and the areas drawn."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(path.as_uri())
    tab.wait_for_function("window.inContext && window.inContext.drawn > 0")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    values = tab.locator("#ic-indicator1 option").evaluate_all("all => all.map(o => o.value)")
    times = []
    for value in (values * 6)[1:13]:
        tab.evaluate("inContext.changeMs = null")
        tab.locator("#ic-indicator1").select_option(value)
        tab.wait_for_function("inContext.changeMs !== null")
        times.append(tab.evaluate("inContext.changeMs") / 1000)
    drawn = tab.evaluate("inContext.drawn")
    tab.close()
    return statistics.median(times), len(asked), drawn


def print_browser(plain: str, single: str, ours: str, every: str) -> None:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        print("\nNo Chromium here: opening and changing are not measured.")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        pages = {"six Choropleths": plain, "one GeoJson layer": single, "ours": ours}
        opened = open_seconds(browser, {**pages, "ours, every measure": every}, folder)
        print("\n| open in Chromium | s | ours is faster by |\n|---|---|---|")
        for key, seconds in opened.items():
            print(f"| {key} | {seconds:.2f} | {seconds / opened['ours']:.1f} |")
        for what, page in (("six measures", ours), ("every measure", every)):
            seconds, asked, drawn = change_seconds(browser, page, folder)
            print(
                f"\nChange of the indicator, {what}: {seconds:.3f} s, {asked} requests; "
                f"{drawn:,} areas drawn"
            )
        browser.close()


def main() -> None:
    store = open_store("2020")
    codes = store.manifest["complete_systems"]
    largest = max(codes, key=lambda code: len(store.places(code)))
    context = build_context(resolve_request(store, system=largest), store)
    ground = read_ground(context)
    layers = select_layers(context, (*MEASURES, "share_most_deprived_20"))
    known = catalogue().measures.values()
    mapped = tuple(m.id for m in known if m.is_of_small_areas and m.id in store.measures)
    every = select_layers(context, mapped)
    table, ids = frame(ground, layers), [layer.measure for layer in layers]
    jobs: dict[str, tuple[Callable[[], str], int]] = {
        "six Choropleths": (lambda: choropleths(table, ids), 2),
        "one GeoJson layer": (lambda: one_geojson(table, ids[0]), RUNS),
        "ours, 6 measures": (lambda: web_map_html(ground, layers), 3 * RUNS),
        f"ours, all {len(every)} measures": (lambda: web_map_html(ground, every), RUNS),
    }
    times = {name: median_of(job, runs) for name, (job, runs) in jobs.items()}
    pages = {name: job() for name, (job, _) in jobs.items()}
    print(f"{context.system_name}: {len(table):,} small areas\n")
    print("| build | s | ours is faster by | MB beside Leaflet |\n|---|---|---|---|")
    for name, seconds in times.items():
        faster = seconds / times["ours, 6 measures"]
        print(f"| {name} | {seconds:.3f} | {faster:.1f} | {beside_leaflet(pages[name]):.2f} |")
    _, single, ours, whole = pages.values()
    plain = choropleths(table, ids, legend=False)
    print_browser(plain, single, ours, whole)


if __name__ == "__main__":
    main()
