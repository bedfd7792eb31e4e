"""A sheet of small maps: up to six layers of one ground in one picture, with one legend."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.drawing import INK, QUIET, Drawing
from context.drawing_png import png_of
from context.drawing_svg import svg_of
from context.lettering import SMALLEST, Box, fit, height_of, text_width, wrap
from context.map_furniture import HEIGHT, WIDTH
from context.map_ground import Shapes, fit_view, shapes_of
from context.map_key import Key, key_of
from context.map_source import rights_lines, source_lines
from context.maps import FileFormat, Form, alt_text, draw_areas
from context.palette import FIFTHS, MISSING, MISSING_HATCH
from geodata.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.layers import Ground, Layer

MOST = 6
"""So many maps at most stand on one sheet."""
WHOLE = (WIDTH, HEIGHT)
BESIDE = (1036, 770)
"""Size of a sheet beside text, on a slide of 1920 by 1080 pixels."""
SMALLEST_SIZE = (900, 640)
_EDGE, _GAP = 20, 24
_SWATCH = 46
_BRIEF_BELOW = 1400  # titles in narrow panels would take the room of the maps
_NARROWEST, _LOWEST = 240, 80
_BRACKETS = r"\s*\(([^()]*)\)"


class Grid(NamedTuple):
    """How many columns and rows of maps, and the room of each map without its title."""

    columns: int
    rows: int
    wide: float
    high: float
    heads: tuple[float, ...]  # room of the titles in each row


def render_sheet(
    ground: Ground,
    layers: Sequence[Layer],
    form: Form = "slide",
    *,
    size: tuple[int, int] = WHOLE,
    with_source: bool = True,
    file_format: FileFormat = "png",
) -> bytes:
    """Draw one to six layers on one picture of ``size`` pixels, PNG or SVG.

    A picture for a part of a slide is as large as that part on a slide of 1920 by 1080 pixels, so
    that its text is never smaller than on a whole one. ``standalone`` has a title inside. Without
    the source only the rights of the outlines stand below: the slide must name publishers and
    licence. Raises ``RequestError`` for no layer, more than six, or a size without room for them.
    """
    drawing = draw_sheet(ground, layers, form, size, with_source=with_source)
    write = png_of if file_format == "png" else svg_of
    return write(drawing, title=_title(ground), words=alt_text_of_sheet(ground, layers))


def alt_text_of_sheet(ground: Ground, layers: Sequence[Layer]) -> str:
    """Say in words what the sheet shows, map by map."""
    each = [alt_text(ground, layer) for layer in layers]
    return " ".join([f"{len(layers)} small maps with one legend.", *each])


def draw_sheet(
    ground: Ground,
    layers: Sequence[Layer],
    form: Form = "slide",
    size: tuple[int, int] = WHOLE,
    *,
    with_source: bool = True,
) -> Drawing:
    """Decide where everything stands: title, panels, legend and source."""
    if not 1 <= len(layers) <= MOST:
        raise RequestError(f"A sheet holds one to {MOST} maps, not {len(layers)}.")
    if size[0] < SMALLEST_SIZE[0] or size[1] < SMALLEST_SIZE[1]:
        raise RequestError(
            f"A sheet of {size[0]} by {size[1]} pixels is too small for readable text: give at "
            f"least {SMALLEST_SIZE[0]} by {SMALLEST_SIZE[1]}."
        )
    drawing = Drawing(*size)
    top: float = _EDGE / 2
    if form == "standalone":
        title, letters = fit(_title(ground), size[0] - 2 * _EDGE, (42, 36, 32), 2, bold=True)
        top = drawing.lines(title, (_EDGE, top), letters, bold=True) + 6
    keys = [key_of(ground, layer) for layer in layers]
    has_gaps = any(key.gaps.any() for key in keys)
    bottom = _source(drawing, ground, layers if with_source else ())
    notes = [ground.boundary_note, *_notes(layers, brief=size[0] < _BRIEF_BELOW)]
    own = [layer.title for layer in layers if not layer.is_national]
    notes += [f"{title}: fifths of the areas given, not of England" for title in own]
    bottom = _shared_legend(drawing, ground, bottom - 6, notes, has_gaps=has_gaps)
    body = Box(_EDGE, top, size[0] - 2 * _EDGE, bottom - 12 - top)
    _panels(drawing, shapes_of(ground), layers, keys, body)
    return drawing


def _panels(
    drawing: Drawing, shapes: Shapes, layers: Sequence[Layer], keys: Sequence[Key], body: Box
) -> None:
    brief = drawing.width < _BRIEF_BELOW
    grid = _grid(shapes, layers, body, brief=brief)
    for number, (layer, key) in enumerate(zip(layers, keys, strict=True)):
        row, column = divmod(number, grid.columns)
        left = body.left + column * (grid.wide + _GAP)
        foot = body.top + sum(grid.heads[: row + 1]) + row * (grid.high + 10)
        title = _panel_title(layer, grid.wide, brief=brief)
        drawing.lines(title, (left, foot - height_of(len(title))), bold=True)
        box = Box(left, foot + 4, grid.wide, grid.high - 4)
        view = fit_view(shapes.bounds, box.grown(-3), (0.0, 0.0))
        draw_areas(drawing, shapes, view, key, slender=True)


def _title(ground: Ground) -> str:
    if not ground.focus_name:
        return f"{ground.system_name} in context"
    return f"{ground.focus_name} in {ground.system_name}"


def _panel_title(layer: Layer, wide: float, *, brief: bool) -> list[str]:
    """The measure and its period; ``brief`` leaves what stands in brackets to a note."""
    title = re.sub(_BRACKETS, "", layer.title) if brief else layer.title
    words = f"{title}, {layer.period}"
    if layer.darkest == "low":  # the legend names the other end
        words += " (darkest: lowest fifth)"
    return wrap(words, wide, SMALLEST, bold=True)


def _notes(layers: Sequence[Layer], *, brief: bool) -> list[str]:
    """What was left out of brief titles."""
    return [
        f"{re.sub(_BRACKETS, '', layer.title)}: {', '.join(found)}"
        for layer in layers
        if brief and (found := re.findall(_BRACKETS, layer.title))
    ]


def _grid(shapes: Shapes, layers: Sequence[Layer], body: Box, *, brief: bool) -> Grid:
    """The grid in which the maps come out largest; fewer columns where two are equal."""
    west, south, east, north = shapes.bounds
    found: list[tuple[float, Grid]] = []
    for columns in range(1, len(layers) + 1):
        rows = -(-len(layers) // columns)
        wide = (body.width - _GAP * (columns - 1)) / columns
        if wide < _NARROWEST:
            break
        titles = [len(_panel_title(layer, wide, brief=brief)) for layer in layers]
        heads = tuple(
            height_of(max(titles[at : at + columns])) for at in range(0, len(titles), columns)
        )
        high = (body.height - 10 * (rows - 1) - sum(heads)) / rows
        scale = min(wide / max(east - west, 1e-6), (high - 10) / max(north - south, 1e-6))
        found.append((scale, Grid(columns, rows, wide, high, heads)))
    scale, grid = max(found, key=lambda one: one[0])
    if scale <= 0 or grid.high < _LOWEST:
        raise RequestError("The sheet has no room for so many maps: give it fewer, or more room.")
    return grid


def _source(drawing: Drawing, ground: Ground, layers: Sequence[Layer]) -> float:
    """Write the source lines at the bottom and return where they start.

    Periods stand in the titles of the maps, so that publishers are enough here.
    """
    origins = tuple(dict.fromkeys(one for layer in layers for one in layer.origins))
    otherwise = " ".join(dict.fromkeys(layer.source for layer in layers))
    wide = drawing.width - 2 * _EDGE
    lines = (
        source_lines(origins, ground.attribution, wide, otherwise=otherwise, publishers_only=True)
        if layers
        else rights_lines(ground.attribution, wide)
    )
    top = drawing.height - 12 - height_of(len(lines))
    drawing.lines(lines, (_EDGE, top), colour=QUIET)
    return top


def _shared_legend(
    drawing: Drawing, ground: Ground, bottom: float, notes: Sequence[str], *, has_gaps: bool
) -> float:
    """Draw the legend of all maps, then the notes, in lines down to ``bottom``; return its top."""
    groups: list[tuple[str, tuple[str, ...], str]] = [
        ("Highest fifth in England", FIFTHS[::-1], "Lowest fifth in England")
    ]
    if has_gaps:
        groups.append(("", (MISSING,), "No value"))
    if ground.focus_name:
        groups.append(("", ("none",), f"{ground.focus_name} outlined"))
    groups += [(note.rstrip("."), (), "") for note in notes if note]
    lefts: list[tuple[int, float]] = []
    row, x = 0, 0.0
    for before, colours, after in groups:
        wide = sum(text_width(words, SMALLEST) + 12 for words in (before, after) if words)
        wide += len(colours) * _SWATCH
        if x and x + wide > drawing.width - 2 * _EDGE:
            row, x = row + 1, 0.0
        lefts.append((row, _EDGE + x))
        x += wide + 34
    top = bottom - (row + 1) * 40
    for (line, left), group in zip(lefts, groups, strict=True):
        _entry(drawing, group, left, top + line * 40)
    return top


def _entry(
    drawing: Drawing, group: tuple[str, tuple[str, ...], str], left: float, y: float
) -> None:
    """Draw swatches with the words before and after them."""
    before, colours, after = group
    if before:
        drawing.lines([before], (left, y))
        left += text_width(before, SMALLEST) + 12
    for colour in colours:
        mark = Box(left, y + 2, _SWATCH - 2, 30)
        if colour == "none":
            drawing.box(mark.grown(-2), colour, INK, 3.5)
        else:
            gap = colour == MISSING
            drawing.box(mark, colour, MISSING_HATCH if gap else QUIET, hatched=gap)
        left += _SWATCH
    if after:
        drawing.lines([after], (left + 12, y))
