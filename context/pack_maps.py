"""The maps of a pack: each indicator in both forms, the sheet of all, and the clusters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from context.maps import FileFormat

if TYPE_CHECKING:
    from context.build import Context
    from context.deck_slides import Picture
    from context.layers import Ground, Layer
    from context.maps import Form

MOST_IN_SHEET = 6
KINDS: tuple[FileFormat, FileFormat] = ("png", "svg")


def write_maps(context: Context, folder: Path) -> tuple[dict[str, Picture], Picture]:
    """Write each map in both forms as PNG and SVG, the sheet of all, and the clusters.

    Returns the maps and the sheet for the deck, each as large as its part of a slide.
    """
    from context.deck_slides import Picture
    from context.ground import read_ground, select_layers, sheet_measures
    from context.map_sheet import BESIDE, alt_text_of_sheet, render_sheet
    from context.maps import UNDER_TITLE, alt_text, render_map, write_map

    others: tuple[tuple[Form, str], ...] = (
        ("slide", "svg"),
        ("standalone", "png"),
        ("standalone", "svg"),
    )
    ground = read_ground(context)
    pictures = {}
    layers = select_layers(context)
    for layer in layers:
        slide = render_map(ground, layer, form="slide")
        (folder / f"{layer.indicator}_slide.png").write_bytes(slide)
        shown = render_map(ground, layer, form="slide", size=UNDER_TITLE)
        words = layer.message or layer.title
        pictures[layer.indicator] = Picture(shown, alt_text(ground, layer), words)
        for form, suffix in others:
            path = folder / f"{layer.indicator}_{form}.{suffix}"
            write_map(ground, layer, path, form)
    _write_clusters(context, ground, layers, folder)
    sheet = select_layers(context, sheet_measures(context, MOST_IN_SHEET))
    forms: tuple[Form, Form] = ("slide", "standalone")
    for whole in forms:
        for suffix in KINDS:
            picture = render_sheet(ground, sheet, whole, file_format=suffix)
            (folder / f"sheet_{whole}.{suffix}").write_bytes(picture)
    beside = render_sheet(ground, sheet, "slide", size=BESIDE, with_source=False)
    return pictures, Picture(beside, alt_text_of_sheet(ground, sheet), "The maps side by side")


def _write_clusters(
    context: Context, ground: Ground, layers: tuple[Layer, ...], folder: Path
) -> None:
    """Write the map of clusters of each measure that the build has clusters of."""
    from context.ground import CLUSTER_KIND, cluster_layer
    from context.maps import render_map
    from indicators.aggregate import column

    for layer in layers:
        if column(layer.measure, CLUSTER_KIND) in context.small_areas:
            found = cluster_layer(context, layer.measure)
            for suffix in KINDS:
                picture = render_map(ground, found, form="standalone", file_format=suffix)
                path = folder / f"{layer.indicator}_clusters_standalone.{suffix}"
                path.write_bytes(picture)
