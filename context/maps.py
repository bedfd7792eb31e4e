"""Still maps of one layer: PNG of 1920 by 1080 pixels or SVG, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from context.drawing import INK, Areas, Drawing
from context.drawing_png import png_of
from context.drawing_svg import svg_of
from context.layers import ClusterLayer, Layer
from context.lettering import SMALLEST, Box, height_of, wrap
from context.map_furniture import HEIGHT, WIDTH, footer, heading, legend, scale_bar
from context.map_ground import INSET, Shapes, View, shapes_of, views_of
from context.map_key import Key, drawn_order, key_of
from context.map_names import Name, place_names
from context.palette import MISSING, MISSING_HATCH
from geodata.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from context.layers import Ground

Form = Literal["slide", "standalone"]
FileFormat = Literal["png", "svg"]
PANEL, NARROW_PANEL, GAP = 800, 760, 30
"""Width of the legend, also of that on a narrower picture, and the gap to the map beside it."""
WHOLE = (WIDTH, HEIGHT)
UNDER_TITLE = (1800, 930)
"""Size of a map under the title of a slide of 1920 by 1080 pixels, left of the slide's number."""
SMALL = (840, 680)
"""Pixels of a map in a narrow column, where its text is half as large as in the picture."""


def draw_areas(
    drawing: Drawing, shapes: Shapes, view: View, key: Key, *, slender: bool = False
) -> None:
    """Draw the areas and the outlines of places and focus in a view; ``slender`` for a small one.

    Edges are so fine that they do not hide small areas.
    """
    fine = min(0.6, 0.05 * shapes.typical / view.metres)
    strong = min(2.5 if slender else 3.5, max(1.0, 0.05 * shapes.focus_side / view.metres))
    drawing.marks.append(Areas(shapes.areas, view, key.fills, "#AAB4BC", fine))
    if key.gaps.any():
        gaps = shapes.areas.only(np.flatnonzero(key.gaps))
        drawing.marks.append(Areas(gaps, view, (MISSING,), MISSING_HATCH, 0.8, hatched=True))
    for outlines, colour, line in (
        (shapes.ltlas, "#FFFFFF", 0.0 if slender else 3.2),
        (shapes.ltlas, "#505A5F", 1.0 if slender else 1.6),
        (shapes.focus, "#FFFFFF", 1.9 * strong if strong > 1.4 else 0.0),
        (shapes.focus, "#000000", strong),
    ):
        if line:
            drawing.marks.append(Areas(outlines, view, ("none",), colour, line))


def _draw_ground(drawing: Drawing, ground: Ground, key: Key, box: Box, note: str = "") -> None:
    """Draw areas, outlines, inset and names in a box; the scale bar below it with a note."""
    shapes = shapes_of(ground)
    view, inset, names = _arranged(ground, shapes, box)
    draw_areas(drawing, shapes, view, key)
    if inset:
        draw_areas(drawing, shapes, inset, key)
        drawing.box(inset.box, "none", INK, 2.5)
        caption = _caption(ground, view, inset)
        drawing.lines(caption, (inset.box.left, inset.box.top - height_of(len(caption)) - 4))
    for name in names:
        if name.lead:
            drawing.stroke(name.lead, 5, "#FFFFFF")
            drawing.stroke(name.lead, 2, INK)
        middle = (name.box.left + name.box.width / 2, name.box.top)
        drawing.lines(name.lines, middle, bold=name.strong, align="center", halo=True)
    under_inset = inset is not None and inset.box.left == box.left
    at = (box.left + 6 + under_inset * (INSET + 30), box.bottom + 6)
    scale_bar(drawing, at, view.metres, note)


def draw_small_map(ground: Ground, layer: Layer | ClusterLayer) -> Drawing:
    """Draw areas, names and scale alone, so large that they are read in a narrow column.

    Titles, legend, source and the note on the outlines must stand as text beside the picture.
    """
    drawing = Drawing(*SMALL)
    box = Box(16, 16, SMALL[0] - 32, SMALL[1] - 72)
    _draw_ground(drawing, ground, key_of(ground, layer), box)
    return drawing


def render_small_map(ground: Ground, layer: Layer | ClusterLayer) -> bytes:
    """Draw one layer as ``draw_small_map`` does, as PNG."""
    drawing = draw_small_map(ground, layer)
    return png_of(drawing, title=layer.title, words=alt_text(ground, layer))


def draw_map(
    ground: Ground,
    layer: Layer | ClusterLayer,
    form: Form = "standalone",
    size: tuple[int, int] = WHOLE,
) -> Drawing:
    """Decide where everything stands: titles, map, inset, names, scale bar, legend, source."""
    drawing = Drawing(*size)
    top = heading(drawing, ground, layer) if form == "standalone" else 20.0
    bottom = footer(drawing, ground, layer) - 8
    wide = PANEL if drawing.width >= WIDTH else NARROW_PANEL
    box = Box(30, top + 6, drawing.width - wide - GAP - 60, bottom - 46 - top - 6)
    key = key_of(ground, layer)
    _draw_ground(drawing, ground, key, box, ground.boundary_note)
    panel = Box(drawing.width - 30 - wide, top + 6, wide, bottom - top - 6)
    legend(drawing, ground, key, panel)
    return drawing


def _caption(ground: Ground, view: View, inset: View) -> list[str]:
    words = f"{ground.focus_name}, {view.metres / inset.metres:.1f} times larger"
    return wrap(words, INSET, SMALLEST)


def _arranged(ground: Ground, shapes: Shapes, box: Box) -> tuple[View, View | None, list[Name]]:
    """The views and names of a ground in a box, found once for all its layers."""
    if ("map", box) not in ground.drawn:
        ways = []
        for scale in (1.0, 0.93, 0.86):  # a little smaller where names find no room
            view, inset = views_of(ground, shapes, box, scale)
            taken = []
            if inset:
                caption = height_of(len(_caption(ground, view, inset))) + 4
                left, top, wide, high = inset.box
                taken.append(Box(left, top - caption, wide, high + caption))
            room = box._replace(width=box.width + GAP // 2)
            names = place_names(ground, view, shapes.land, within=room, taken=taken)
            ways.append((view, inset, list(names)))
            if len(names) >= len(ground.ltla_outlines):
                break
        ground.drawn["map", box] = max(ways, key=lambda way: len(way[2]))
    found: tuple[View, View | None, list[Name]] = ground.drawn["map", box]
    return found


def render_map(
    ground: Ground,
    layer: Layer | ClusterLayer,
    *,
    form: Form = "standalone",
    size: tuple[int, int] = WHOLE,
    file_format: FileFormat = "png",
) -> bytes:
    """Draw one layer; ``slide`` has no title inside, ``standalone`` has title and subtitle.

    A picture for a part of a slide is as large as that part on a slide of 1920 by 1080 pixels
    (``UNDER_TITLE``), so that its text is never smaller than on a whole one.
    """
    write = png_of if file_format == "png" else svg_of
    title, words = layer.message or layer.title, alt_text(ground, layer)
    return write(draw_map(ground, layer, form, size), title=title, words=words)


def write_map(
    ground: Ground, layer: Layer | ClusterLayer, path: Path, form: Form = "standalone"
) -> None:
    """Write a map as .png or .svg, by the name of the file."""
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise RequestError(
            f"A map cannot be written as {path.name!r}: the name must end in .png or .svg."
        )
    path.write_bytes(
        render_map(ground, layer, form=form, file_format="png" if kind == ".png" else "svg")
    )


def alt_text(ground: Ground, layer: Layer | ClusterLayer) -> str:
    """Say in words what the map shows, from the figures of the layer alone."""
    if isinstance(layer, ClusterLayer):
        return _alt_of_clusters(ground, layer)
    first = drawn_order(layer)[0]
    words = layer.fifth_words.get(first, f"fifth {first}")
    fifths, where = "national fifths", " in England"
    if not layer.is_national:
        fifths, where = "fifths of the areas given", ""
    parts = [f"Map of {ground.system_name}: {layer.title}, {layer.period}, in {fifths}."]
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
                f"({100 * count / total:.0f}%) live in areas of the {words}{where}."
            )
    gone = int(layer.fifths.reindex(ground.outlines.index).isna().sum())
    if gone:
        parts.append(f"{gone:,} of {len(ground.outlines):,} areas have no value.")
    return " ".join(parts)


def _alt_of_clusters(ground: Ground, layer: ClusterLayer) -> str:
    kinds = layer.kinds.reindex(ground.outlines.index)
    parts = [f"Map of {ground.system_name}: clusters of {layer.title}, {layer.period}."]
    if ground.focus_name:
        parts.append(f"{ground.focus_name} is outlined.")
    for kind, words in (("high", layer.high_words), ("low", layer.low_words)):
        areas, people = int((kinds == kind).sum()), layer.people.reindex([kind]).fillna(0)
        parts.append(
            f"{areas:,} of {len(kinds):,} small areas, home to {round(people.to_numpy().sum()):,} "
            f"people, lie in a cluster of {kind} values ({words})."
        )
    return " ".join(parts)
