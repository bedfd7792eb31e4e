"""Time the jobs that have a budget against the plain approach; prints one Markdown table.

Usage: python benchmarks/jobs.py   (with a build of edition 2020 in the store, else the starter)

Each job and its plain approach run in turn in one process on the same data, a warm-up first;
the table gives medians and their ratio. Only ratios compare across machines.
"""

from __future__ import annotations

import dataclasses
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Literal

import folium
import geopandas as gpd
import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

from context.build import build_context
from context.ground import read_ground, select_layers
from context.layers import Ground, Layer
from context.map_sheet import render_sheet
from context.maps import render_map
from context.request import resolve_request
from context.webmap import web_map_html
from geodata.store import Store, open_store
from indicators.aggregate import column

RUNS = 5
MEASURES = (
    "imd_score",
    "share_65_plus",
    "people_per_km2",
    "share_75_plus",
    "share_85_plus",
    "share_most_deprived_20",
)


def median_seconds(job: Callable[[], object], runs: int = RUNS) -> float:
    job()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def paired_seconds(
    plain: Callable[[], object], ours: Callable[[], object], runs: int = RUNS
) -> tuple[float, float]:
    """Medians of two jobs that run in turn, so that a busy machine slows both alike."""
    plain(), ours()
    times: list[tuple[float, float]] = []
    for _ in range(runs):
        start = time.perf_counter()
        plain()
        middle = time.perf_counter()
        ours()
        times.append((middle - start, time.perf_counter() - middle))
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def frame(ground: Ground, layers: tuple[Layer, ...]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame({"name": ground.area_names}, geometry=ground.outlines)
    for layer in layers:
        table[layer.measure] = layer.values.astype(float)
    return table.reset_index()


def plain_still_map(table: gpd.GeoDataFrame, measure: str, kind: str = "png") -> int:
    figure, axes = plt.subplots(figsize=(19.2, 10.8), dpi=100)
    table.plot(column=measure, scheme=None, ax=axes, legend=True, edgecolor="white", linewidth=0.3)
    target = io.BytesIO()
    figure.savefig(target, format=kind)
    plt.close(figure)
    return target.tell()


def plain_sheet(table: gpd.GeoDataFrame, measures: list[str]) -> int:
    figure, axes = plt.subplots(2, 3, figsize=(19.2, 10.8), dpi=100)
    for measure, panel in zip(measures, axes.flat, strict=True):
        table.plot(column=measure, ax=panel, legend=True, edgecolor="white", linewidth=0.3)
        panel.set_title(measure)
    target = io.BytesIO()
    figure.savefig(target, format="png")
    plt.close(figure)
    return target.tell()


def still_maps(store: Store) -> list[tuple[str, float, float]]:
    """The maps of the reference review; ``fresh`` has nothing kept from an earlier map."""
    request = resolve_request(store, system="Devon", focus=("Plymouth",))
    context = build_context(request, store)
    ground = read_ground(context)
    layers = select_layers(context, MEASURES)
    table, ids = frame(ground, layers), [layer.measure for layer in layers]

    def six(fresh: Ground) -> list[bytes]:
        return [render_map(fresh, layer, form="slide") for layer in layers]

    def one(kind: Literal["png", "svg"]) -> bytes:
        return render_map(ground, layers[0], form="slide", file_format=kind)

    def fresh() -> Ground:
        return dataclasses.replace(ground)

    def plain() -> int:
        return plain_still_map(table, ids[0])

    def first() -> bytes:
        return render_map(fresh(), layers[0], form="slide")

    sizes = (
        f"{plain_still_map(table, ids[0], 'svg') / 1e6:.2f} MB, ours {len(one('svg')) / 1e6:.2f}"
    )
    return [
        (
            "slide map PNG 1920x1080, 707 areas: plot and savefig",
            *paired_seconds(plain, lambda: one("png")),
        ),
        ("the same, first map of a ground", *paired_seconds(plain, first)),
        (
            "six slide maps: plot and savefig each",
            *paired_seconds(
                lambda: [plain_still_map(table, name) for name in ids], lambda: six(fresh())
            ),
        ),
        (
            f"slide map SVG: plot and savefig, {sizes} MB",
            *paired_seconds(lambda: plain_still_map(table, ids[0], "svg"), lambda: one("svg")),
        ),
        (
            "sheet of six maps: six plots on one figure",
            *paired_seconds(lambda: plain_sheet(table, ids), lambda: render_sheet(fresh(), layers)),
        ),
    ]


def plain_choropleths(table: gpd.GeoDataFrame, measures: list[str]) -> int:
    degrees = table.to_crs(4326)
    page = folium.Map(tiles=None)
    for measure in measures:
        shown = folium.Choropleth(
            degrees,
            data=degrees,
            columns=["area_code", measure],
            key_on="feature.properties.area_code",
        ).add_to(page)
        folium.GeoJsonTooltip(["name", measure]).add_to(shown.geojson)
    return len(page.get_root().render())


def plain_geojson(table: gpd.GeoDataFrame, measure: str) -> int:
    page = folium.Map(tiles=None, prefer_canvas=True)
    tooltip = folium.GeoJsonTooltip(["name", measure])
    folium.GeoJson(table.to_crs(4326)[["name", measure, "geometry"]], tooltip=tooltip).add_to(page)
    return len(page.get_root().render())


def aggregate_rows(store: Store) -> tuple[float, float]:
    codes = store.manifest["complete_systems"]
    import pandas as pd

    small = pd.concat([store.small_areas(code) for code in codes])
    groups = pd.concat([store.places(code)["ltla_code"] for code in codes])
    value, weight = column("imd_score", "value"), column("imd_score", "denominator")
    score = column("imd_score", "numerator")

    def plain() -> object:
        return small.groupby(groups).apply(lambda a: np.average(a[value], weights=a[weight]))

    def ours() -> object:
        sums = small[[score, weight]].groupby(groups.to_numpy()).sum(min_count=1)
        return sums[score] / sums[weight]

    return median_seconds(plain), median_seconds(ours)


def main() -> None:
    store = open_store("2020")
    codes = store.manifest["complete_systems"]
    largest = max(codes, key=lambda code: len(store.places(code)))
    context = build_context(resolve_request(store, system=largest), store)
    ground = read_ground(context)
    layers = select_layers(context, MEASURES)
    table, ids = frame(ground, layers), [layer.measure for layer in layers]
    command = [sys.executable, "-m", "context", "compare", "--system", largest, "--json"]

    def compare() -> object:
        return subprocess.run(command, capture_output=True, check=True)

    web = median_seconds(lambda: web_map_html(ground, layers))
    rows = [
        (
            "map, 6 measures: six Choropleths",
            median_seconds(lambda: plain_choropleths(table, ids), 2),
            web,
        ),
        (
            "map, 6 measures: one GeoJson layer",
            median_seconds(lambda: plain_geojson(table, ids[0])),
            web,
        ),
        *still_maps(store),
        ("weighted mean by LTLA: groupby.apply", *aggregate_rows(store)),
        ("compare, cold process: no plain approach", float("nan"), median_seconds(compare)),
    ]
    print(f"{context.system_name}: {len(table):,} small areas; medians of {RUNS} runs")
    print("Still maps: Devon and Plymouth\n")
    print("| job and plain approach | plain, s | ours, s | ratio |\n|---|---|---|---|")
    for name, plain, ours in rows:
        print(f"| {name} | {plain:.3f} | {ours:.3f} | {plain / ours:.1f} |")


if __name__ == "__main__":
    main()
