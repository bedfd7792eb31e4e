"""Small maps beside the sentences: the areas and place names as a picture, the legend as text."""

from __future__ import annotations

from html import escape as in_html
from typing import TYPE_CHECKING

import streamlit as st

from context.map_key import key_of
from context.maps import alt_text
from context.pages.shown import View, note
from context.wording import say_join, say_licence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.layers import Ground, Layer
    from context.map_key import Row


def show_small_maps(view: View) -> None:
    """Show a map of each indicator of the topic with its legend, and the source once below."""
    ground, layers = view.ground()
    for layer in layers:
        with st.container(gap="xsmall"):
            st.image(view.small_map(layer.measure), alt=alt_text(ground, layer), width="stretch")
            st.html(key_html(ground, layer))
    _say_sources(ground, layers)


def _say_sources(ground: Ground, layers: Sequence[Layer]) -> None:
    """Name publishers and licences once for all maps; the statements name the datasets."""
    origins = [origin for layer in layers for origin in layer.origins]
    publishers = say_join(list(dict.fromkeys(origin.publisher for origin in origins)))
    rights = ground.attribution.split(". ")[-1].rstrip(".")
    parts = (f"Source: {publishers}", say_licence(o.licence for o in origins), rights)
    note(". ".join(part.rstrip(".") for part in (*parts, ground.boundary_note) if part) + ".")


def key_html(ground: Ground, layer: Layer) -> str:
    """Return the legend of a layer as a table: fifths in words, and the people in each.

    The limits of the fifths stand on the interactive map.
    """
    key = key_of(ground, layer)
    columns = ["People"]
    if ground.focus_name:
        columns = [f"People in {ground.focus_name}", f"In the rest of {ground.system_name}"]
    heads = "".join(f'<th scope="col">{in_html(name)}</th>' for name in ("Fifth", *columns))
    rows = "".join(_row(row, split=bool(ground.focus_name)) for row in key.rows)
    return (
        f'<div class="ic-key"><table><caption><b>{in_html(key.title)}</b>, '
        f"{in_html(layer.period)}. {in_html(key.about)}.</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: Row, *, split: bool) -> str:
    kind, paint = ("ic-swatch ic-none", "") if row.hatched else ("ic-swatch", row.fill)
    style = f' style="background:{paint}"' if paint else ""
    counts = [row.focus, row.rest] if split else [row.focus + row.rest]
    cells = "".join(f"<td>{round(count):,}</td>" for count in counts)
    return (
        f'<tr><th scope="row"><span class="{kind}"{style}></span>'
        f"{in_html(row.words.removesuffix(' fifth'))}</th>{cells}</tr>"
    )
