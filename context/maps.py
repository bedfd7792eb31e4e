"""Still maps of one measure: PNG of 1920 by 1080 pixels or SVG, the same bytes every time."""

from __future__ import annotations

import io
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from PIL import Image, PngImagePlugin

from context.map_furniture import (
    DPI,
    HEIGHT,
    INK,
    SMALLEST,
    WIDTH,
    Box,
    Sheet,
    drawn_order,
    footer,
    heading,
    height_of,
    legend,
    points,
    scale_bar,
    text_width,
    wrap,
)
from context.map_ground import INSET, Shapes, View, covers_land, shapes_of, views_of
from context.palette import MISSING, MISSING_HATCH, colour_of_fifth
from geodata.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.path import Path as Outline

    from context.layers import Ground, Layer

Form = Literal["slide", "standalone"]
_LOCK = RLock()  # matplotlib is not made for several threads
_PANEL = 800
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "incontext",
    "svg.fonttype": "none",
    "hatch.linewidth": 1.0,
}


def _draw(sheet: Sheet, shapes: Shapes, view: View, colours: list[str], missing: Any) -> None:
    """Draw the areas and the outlines of places and focus in a view."""
    box = view.box
    axes = sheet.figure.add_axes(
        (box.left / WIDTH, 1 - box.bottom / HEIGHT, box.width / WIDTH, box.height / HEIGHT),
        zorder=1,
    )
    axes.set_axis_off()
    axes.set_xlim(view.west, view.west + box.width * view.metres)
    axes.set_ylim(view.north - box.height * view.metres, view.north)

    def add(paths: list[Outline], fill: Any, edge: str, line: float, **more: Any) -> None:
        width = points(line)
        kept = PathCollection(paths, facecolors=fill, edgecolors=edge, linewidths=width, **more)
        kept.set_joinstyle("round")
        axes.add_collection(kept, autolim=False)

    fine = min(0.6, 0.05 * shapes.typical / view.metres)  # edges must not hide small areas
    add(shapes.areas, colours, "#AAB4BC", fine, zorder=1)
    gaps = [path for path, gone in zip(shapes.areas, missing, strict=True) if gone]
    if gaps:
        add(gaps, MISSING, MISSING_HATCH, 0.8, hatch="////", zorder=2)
    add(shapes.ltlas, "none", "#FFFFFF", 3.2, zorder=3)
    add(shapes.ltlas, "none", "#505A5F", 1.6, zorder=3.5)
    add(shapes.focus, "none", "#FFFFFF", 6.5, zorder=4)
    add(shapes.focus, "none", "#000000", 3.5, zorder=5)


def _names(
    sheet: Sheet, ground: Ground, view: View, *, within: Box, taken: list[Box], land: Any
) -> None:
    """Write the names of the focus and the places where they cover no other name."""
    wanted: list[tuple[str, Any, bool]] = []
    if ground.focus_name and ground.focus_outline is not None:
        wanted.append((ground.focus_name, ground.focus_outline, True))
    by_size = ground.ltla_outlines.iloc[np.argsort(-ground.ltla_outlines.area, kind="stable")]
    for code, outline in by_size.items():
        name = str(ground.ltla_names[code])
        if name != ground.focus_name:
            wanted.append((name, outline, False))
    for name, outline, strong in wanted:
        lines = wrap(name, 300, SMALLEST, bold=strong)
        wide = max(text_width(line, SMALLEST, bold=strong) for line in lines) + 8
        high = height_of(len(lines))
        point = shapely.point_on_surface(outline)
        x, y = view.pixel(float(shapely.get_x(point)), float(shapely.get_y(point)))
        own = view.pixels(shapely.bounds(outline))
        middle, across = own.left + own.width / 2, own.top + own.height / 2
        beside = [
            (middle, own.top - high / 2 - 4),
            (middle, own.bottom + high / 2 + 4),
            (own.right + wide / 2 + 6, across),
            (own.left - wide / 2 - 6, across),
        ]
        inside = [(x, y), (x, y - high / 2), (x, y + high / 2)]
        spots, around = (
            [
                Box(min(max(cx - wide / 2, within.left), within.right - wide), cy - high / 2,
                    wide, high)
                for cx, cy in centres
            ]
            for centres in (inside, beside)
        )  # fmt: skip
        if own.width < wide and own.height < 4 * high:  # too small to hold its own name
            free = [spot for spot in around if not covers_land(view, spot, land)]
            if strong:
                free += [spot for spot in around if spot not in free]
            spots = free + (spots if strong or own.width > 0.4 * wide else [])
        for spot in spots:
            if spot.within(within) and not any(spot.meets(other) for other in taken):
                taken.append(spot)
                at = (spot.left + wide / 2, spot.top)
                sheet.lines(lines, at, bold=strong, align="center", halo=True)
                break


def render_map(
    ground: Ground,
    layer: Layer,
    *,
    form: Form = "standalone",
    file_format: Literal["png", "svg"] = "png",
) -> bytes:
    """Draw one layer; ``slide`` has no title inside, ``standalone`` has title and subtitle."""
    with _LOCK, mpl.rc_context(_SETTINGS):
        sheet = Sheet()
        top = heading(sheet, ground, layer) if form == "standalone" else 20.0
        bottom = footer(sheet, ground, layer) - 10
        fifths = layer.fifths.reindex(ground.outlines.index)
        missing = fifths.isna().to_numpy()
        colours = [
            MISSING if gone else colour_of_fifth(int(fifth), layer.darkest)
            for fifth, gone in zip(fifths, missing, strict=True)
        ]
        shapes = shapes_of(ground)
        box = Box(30, top + 6, WIDTH - _PANEL - 90, bottom - 44 - top - 6)
        view, inset = views_of(ground, shapes, box)
        _draw(sheet, shapes, view, colours, missing)
        taken: list[Box] = []
        if inset:
            _draw(sheet, shapes, inset, colours, missing)
            sheet.box(inset.box, "none", INK, 2.5)
            words = f"{ground.focus_name}, {view.metres / inset.metres:.1f} times larger"
            lines = wrap(words, INSET, SMALLEST)
            y = inset.box.top - height_of(len(lines)) - 4
            sheet.lines(lines, (inset.box.left, y))
            taken.append(Box(inset.box.left, y, INSET, inset.box.bottom - y))
        _names(sheet, ground, view, within=box, taken=taken, land=shapes.land)
        under_inset = inset is not None and inset.box.left == box.left
        scale_bar(sheet, (36 + under_inset * (INSET + 30), bottom - 38), view.metres)
        panel = Box(WIDTH - 30 - _PANEL, top + 6, _PANEL, bottom - top - 6)
        legend(sheet, ground, layer, panel, missing=bool(missing.any()))
        target = io.BytesIO()
        title, words = layer.message or layer.title, alt_text(ground, layer)
        if file_format == "svg":
            about = {"Title": title, "Description": words, "Date": None, "Creator": None}
            vector = FigureCanvasSVG(sheet.figure)
            vector.print_figure(target, format="svg", dpi=DPI, metadata=about)
            return target.getvalue()
        canvas: Any = FigureCanvasAgg(sheet.figure)
        canvas.draw()
        info = PngImagePlugin.PngInfo()
        info.add_itxt("Title", title)
        info.add_itxt("Description", words)
        picture = Image.frombuffer("RGBA", (WIDTH, HEIGHT), canvas.buffer_rgba()).convert("RGB")
        picture.save(target, "PNG", pnginfo=info, compress_level=3, dpi=(DPI, DPI))
        return target.getvalue()


def write_map(ground: Ground, layer: Layer, path: Path, form: Form = "standalone") -> None:
    """Write a map as .png or .svg, by the name of the file."""
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise RequestError(
            f"A map cannot be written as {path.name!r}: the name must end in .png or .svg."
        )
    path.write_bytes(
        render_map(ground, layer, form=form, file_format="png" if kind == ".png" else "svg")
    )


def alt_text(ground: Ground, layer: Layer) -> str:
    """Say in words what the map shows, from the figures of the layer alone."""
    first = drawn_order(layer)[0]
    words = layer.fifth_words.get(first, f"fifth {first}")
    parts = [f"Map of {ground.system_name}: {layer.title}, {layer.period}, in national fifths."]
    people = layer.people.reindex(range(6)).fillna(0)
    sides = [("focus", ground.focus_name or ""), ("rest", f"the rest of {ground.system_name}")]
    if ground.focus_name:
        parts.append(f"{ground.focus_name} is outlined.")
    else:
        sides = [("all", ground.system_name)]
        people = people.assign(all=people["focus"] + people["rest"])
    for column, place in sides:
        count, total = float(people[column].loc[first]), float(people[column].sum())
        if total > 0:
            parts.append(
                f"In {place}, {round(count):,} of {round(total):,} people "
                f"({100 * count / total:.0f}%) live in areas of the {words} in England."
            )
    gone = int(layer.fifths.reindex(ground.outlines.index).isna().sum())
    if gone:
        parts.append(f"{gone:,} of {len(ground.outlines):,} areas have no value.")
    return " ".join(parts)
