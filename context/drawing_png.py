"""A picture as PNG.

Three things make it quick: text is laid on as masks that are kept, the edges of areas are kept
with the ground, and the file has a palette.
"""

from __future__ import annotations

import math
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image, ImageDraw

from context.drawing import BASELINE, DPI, HALO, Areas, Stroke, Swatch, points
from context.lettering import font
from context.png_file import write_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.drawing import Drawing, Text
    from context.lettering import Box
    from context.map_ground import View

_LOCK = RLock()  # matplotlib is not made for several threads


def _corners(box: Box) -> Outline:
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    around = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Outline(around, closed=True)


def _in_view(shown: PathCollection, view: View, height: int) -> PathCollection:
    """Draw a collection from metres, cut at the edge of a view."""
    box = view.box
    place = Affine2D().translate(-view.west, -view.north).scale(1 / view.metres, -1 / view.metres)
    shown.set_transform(place.translate(box.left, box.top).scale(1, -1).translate(0, height))
    shown.set_clip_box(
        Bbox.from_extents(box.left, height - box.bottom, box.right, height - box.top)
    )
    return shown


def _fills(mark: Areas, height: int) -> PathCollection:
    """The areas in view, all of one colour as one path."""
    if mark.hatched:
        shown = PathCollection([mark.outlines.paths[n] for n in mark.outlines.seen(mark.view)])
        shown.set(facecolors=mark.fills, hatch="////")
        shown.set(edgecolors=mark.edge, linewidths=points(mark.line))
        return _in_view(shown, mark.view, height)
    groups: dict[str, list[int]] = {}
    for number in mark.outlines.seen(mark.view):
        groups.setdefault(mark.fills[number % len(mark.fills)], []).append(number)
    joined = [mark.outlines.joined(numbers) for numbers in groups.values()]
    shown = PathCollection(joined, facecolors=list(groups), edgecolors="none", linewidths=0)
    return _in_view(shown, mark.view, height)


def _edges(mark: Areas, height: int) -> PathCollection:
    paths = [mark.outlines.paths[number] for number in mark.outlines.seen(mark.view)]
    shown = PathCollection(paths, facecolors="none", edgecolors=mark.edge, joinstyle="round")
    shown.set_linewidth(points(mark.line))
    return _in_view(shown, mark.view, height)


def _draw(shown: Any, renderer: Any, figure: Figure) -> None:
    shown.set_figure(figure)
    shown.draw(renderer)


def _lines_over(areas: Sequence[Areas], renderer: Any, figure: Figure) -> tuple[Any, Any, Any]:
    """The edges of all areas as pixels to lay over the fills: where, how much stays, what comes.

    They are the same for every layer of a ground, so that they are drawn once and kept with it.
    """
    key = tuple((mark.outlines, mark.view, mark.edge, mark.line) for mark in areas)
    kept = areas[0].outlines.kept
    if key not in kept:
        renderer.clear()
        buffer = np.asarray(renderer.buffer_rgba())
        buffer[:] = 0
        for mark in areas:
            _draw(_edges(mark, renderer.height), renderer, figure)
        flat = buffer.reshape(-1, 4)
        where = np.flatnonzero(flat[:, 3])
        drawn = flat[where].astype(np.uint16)
        ink = drawn[:, 3:]
        kept[key] = (where, 255 - ink, drawn[:, :3] * ink)
    found: tuple[Any, Any, Any] = kept[key]
    return found


def _small_marks(marks: Sequence[Stroke | Swatch], height: int) -> list[Any]:
    """All strokes, all swatches and all hatched swatches as one each: each costs its time."""
    flip = Affine2D().scale(1, -1).translate(0, height)
    strokes = [mark for mark in marks if isinstance(mark, Stroke)]
    drawn: list[Any] = []
    for hatched in (False, True):
        boxes = [m for m in marks if isinstance(m, Swatch) and m.hatched == hatched]
        shown: Any = PathCollection([_corners(mark.box) for mark in boxes])
        shown.set(
            facecolors=[mark.fill for mark in boxes],
            edgecolors=[mark.edge for mark in boxes],
            linewidths=[points(mark.line) for mark in boxes],
            hatch="//" if hatched else None,
        )
        drawn += [shown] if boxes else []
    if strokes:
        shown = LineCollection([mark.through for mark in strokes])
        shown.set_linewidth([points(mark.line) for mark in strokes])
        shown.set_color([mark.colour for mark in strokes])
        drawn.append(shown)
    for shown in drawn:
        shown.set_transform(flip)
    return drawn


@lru_cache(maxsize=2048)
def _mask(words: str, size: float, bold: bool, halo: int) -> tuple[Any, int, int]:
    """How much ink each pixel of a line holds, 0 to 255, and its left and top from the baseline."""
    letters = font(size, bold)
    left, top, right, bottom = letters.getbbox(words, anchor="ls", stroke_width=halo)
    x, y = math.floor(left) - 1, math.floor(top) - 1
    picture = Image.new("L", (math.ceil(right) - x + 1, math.ceil(bottom) - y + 1))
    pen = ImageDraw.Draw(picture)
    pen.text((-x, -y), words, fill=255, font=letters, anchor="ls", stroke_width=halo)
    return np.asarray(picture, dtype=np.uint16)[..., None], x, y


def _ink(colour: str) -> Any:
    return np.rint(np.array(to_rgb(colour)) * 255).astype(np.uint16)


@lru_cache(maxsize=512)
def _on_white(words: str, size: float, bold: bool, halo: int, colour: str) -> Any:
    """A line as it looks on white, where most text stands."""
    mask = _mask(words, size, bold, halo)[0]
    return _by_255(255 * (255 - mask) + _ink(colour) * mask).astype(np.uint8)


def _write(pixels: Any, text: Text) -> None:
    """Lay the ink of one line over the pixels, cut at the edges of the picture."""
    x, y = round(text.box.left), round(text.y + BASELINE * text.size)
    rings = ((HALO // 2, "#FFFFFF"), (0, text.colour)) if text.halo else ((0, text.colour),)
    for halo, colour in rings:
        mask, left, top = _mask(text.words, text.size, text.bold, halo)
        first, start = max(y + top, 0), max(x + left, 0)
        mask = mask[first - y - top :, start - x - left :]
        under = pixels[first : first + len(mask), start : start + mask.shape[1], :3]
        mask = mask[: under.shape[0], : under.shape[1]]
        if (under == 255).all():
            white = _on_white(text.words, text.size, text.bold, halo, colour)
            cut = white[first - y - top :, start - x - left :]
            under[:] = cut[: under.shape[0], : under.shape[1]]
            continue
        under[:] = _by_255(under * (255 - mask) + _ink(colour) * mask)


@lru_cache(maxsize=2)
def _renderer(width: int, height: int) -> Any:
    """The renderer of a size: its memory is what costs most to get anew."""
    make: Any = RendererAgg
    return make(width, height, DPI)


def pixels_of(drawing: Drawing) -> Any:
    """Return the picture in full colour: an array of rows, columns, and red, green, blue.

    The array is that of a renderer which the next picture of this size draws on again.
    """
    high = drawing.height
    areas = [mark for mark in drawing.marks if isinstance(mark, Areas)]
    others = [mark for mark in drawing.marks if not isinstance(mark, Areas)]
    with _LOCK, mpl.rc_context({"hatch.linewidth": 1.0}):
        renderer = _renderer(drawing.width, high)
        figure = Figure(dpi=DPI)  # collections ask it for its resolution
        edged = [mark for mark in areas if not mark.hatched]
        lines = _lines_over(edged, renderer, figure) if edged else None
        renderer.clear()
        pixels = np.asarray(renderer.buffer_rgba())
        pixels[:] = 255
        for mark in areas:
            if mark.fills != ("none",):
                _draw(_fills(mark, high), renderer, figure)
        if lines:
            where, stays, comes = lines
            flat = pixels.reshape(-1, 4)
            flat[where, :3] = _by_255(flat[where, :3] * stays + comes)
        for shown in _small_marks(others, high):
            _draw(shown, renderer, figure)
        for text in drawing.texts:
            _write(pixels, text)
    return pixels[..., :3]


def _by_255(products: Any) -> Any:
    """Divide products of two bytes by 255 and round, in less time than a division."""
    products = products + 128
    return (products + (products >> 8)) >> 8


def png_of(drawing: Drawing, *, title: str, words: str) -> bytes:
    """Write the picture as PNG with its title and its description in words."""
    with _LOCK:  # the pixels are those of a renderer that the next picture draws on
        return write_png(pixels_of(drawing), drawing.flat_colours(), title=title, words=words)
