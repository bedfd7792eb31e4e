"""A picture as a list of plain marks in pixels, and how it becomes a PNG.

What is drawn is decided before anything is drawn, so that a test can ask every text for its box.
The PNG has a palette of 256 colours in which the flat ones stay as they are: a map has few
colours, and the file is a third as large and written in a third of the time.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image, ImageDraw, PngImagePlugin

from context.lettering import SMALLEST, Box, font, height_of, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.map_ground import Outlines, View

INK, QUIET = "#0B0C0C", "#3D3D3D"
DPI = 100
BASELINE = 0.95
"""How far under its top a line of text stands, in sizes of the text."""
HALO = 6
_LOCK = RLock()  # matplotlib is not made for several threads
_ANCHOR = {"left": "ls", "center": "ms", "right": "rs"}


class Text(NamedTuple):
    """One line of text; ``x`` is its left, middle or right by ``align``, ``y`` its top."""

    words: str
    x: float
    y: float
    size: float
    bold: bool
    align: Literal["left", "center", "right"]
    colour: str
    halo: bool

    @property
    def box(self) -> Box:
        """The rectangle that the line takes."""
        wide = text_width(self.words, self.size, bold=self.bold)
        shift = {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
        return Box(self.x - shift, self.y, wide, height_of(1, self.size))


class Areas(NamedTuple):
    """Outlines of the ground seen in a view, each with its fill ("none" for none)."""

    outlines: Outlines
    view: View
    fills: tuple[str, ...]
    edge: str
    line: float
    hatched: bool = False


class Stroke(NamedTuple):
    """A line through points of the picture."""

    through: tuple[tuple[float, float], ...]
    line: float
    colour: str


class Swatch(NamedTuple):
    """A rectangle, perhaps hatched."""

    box: Box
    fill: str
    edge: str
    line: float
    hatched: bool = False


Mark = Areas | Stroke | Swatch


@dataclass
class Drawing:
    """A picture of ``width`` by ``height`` pixels; texts stand above all other marks."""

    width: int
    height: int
    marks: list[Mark] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def lines(
        self,
        lines: Sequence[str],
        at: tuple[float, float],
        size: float = SMALLEST,
        *,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        colour: str = INK,
        halo: bool = False,
    ) -> float:
        """Write lines downwards from ``at`` and return where the next line would start."""
        x, y = at
        for words in lines:
            self.texts.append(Text(words, x, y, size, bold, align, colour, halo))
            y += height_of(1, size)
        return y

    def box(
        self, box: Box, fill: str, edge: str, line: float = 1.5, *, hatched: bool = False
    ) -> None:
        """Draw a rectangle."""
        self.marks.append(Swatch(box, fill, edge, line, hatched))

    def stroke(
        self, through: Sequence[tuple[float, float]], line: float = 2, colour: str = INK
    ) -> None:
        """Draw a line through the points."""
        self.marks.append(Stroke(tuple(through), line, colour))

    def flat_colours(self) -> tuple[str, ...]:
        """The colours that must come out exactly, in the order of their first use."""
        found = ["#FFFFFF", INK]
        for mark in self.marks:
            if isinstance(mark, Areas):
                found += [*mark.fills, mark.edge]
            elif isinstance(mark, Swatch):
                found += [mark.fill, mark.edge]
            else:
                found.append(mark.colour)
        return tuple(colour for colour in dict.fromkeys(found) if colour != "none")


def points(pixels: float) -> float:
    """Pixels of a picture in points, which matplotlib takes for fonts and lines."""
    return pixels * 72 / DPI


def _add(figure: Figure, mark: Mark, height: int) -> None:
    flip = Affine2D().scale(1, -1).translate(0, height)
    shown: Any
    if isinstance(mark, Stroke):
        shown = LineCollection([mark.through], colors=mark.colour, linewidths=points(mark.line))
        shown.set_transform(flip)
        figure.add_artist(shown)
        return
    if isinstance(mark, Swatch):
        left, top, right, bottom = mark.box.left, mark.box.top, mark.box.right, mark.box.bottom
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        shown = PathCollection([mpl.path.Path(corners, closed=True)], facecolors=mark.fill)
        shown.set_transform(flip)
    else:
        view = mark.view
        scale = 1 / view.metres
        place = Affine2D().translate(-view.west, -view.north).scale(scale, -scale)
        shown = PathCollection(mark.outlines.paths, facecolors=mark.fills, joinstyle="round")
        shown.set_transform(place.translate(view.box.left, view.box.top) + flip)
        shown.set_clip_box(
            Bbox.from_extents(
                view.box.left,
                height - view.box.bottom,
                view.box.right,
                height - view.box.top,
            )
        )
    shown.set(edgecolors=mark.edge, linewidths=points(mark.line))
    if mark.hatched:
        shown.set_hatch("////" if isinstance(mark, Areas) else "//")
    figure.add_artist(shown)


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
        ink = np.rint(np.array(to_rgb(colour)) * 255).astype(np.uint16)
        under[:] = (under * (255 - mask) + ink * mask + 127) // 255


def pixels_of(drawing: Drawing) -> Any:
    """Return the picture in full colour: an array of rows, columns, and red, green, blue."""
    size = (drawing.width / DPI, drawing.height / DPI)
    with _LOCK, mpl.rc_context({"hatch.linewidth": 1.0}):
        figure = Figure(figsize=size, dpi=DPI, facecolor="white")
        for mark in drawing.marks:
            _add(figure, mark, drawing.height)
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())
        for text in drawing.texts:
            _write(pixels, text)
    return pixels[..., :3]


def _keys(red: Any, green: Any, blue: Any) -> Any:
    """Number colours with 5, 6 and 5 bits for red, green and blue."""
    wide = np.uint16
    return (red.astype(wide) >> 3 << 11) | (green.astype(wide) >> 2 << 5) | (blue.astype(wide) >> 3)


def with_palette(pixels: Any, flat: Sequence[str]) -> Image.Image:
    """Return the picture with 256 colours: the flat ones exactly, then the most frequent."""
    keys = _keys(pixels[..., 0], pixels[..., 1], pixels[..., 2])
    counts = np.bincount(keys.ravel(), minlength=1 << 16)
    exact = np.array([to_rgb(colour) for colour in flat[:128]]) * 255
    exact = np.rint(exact).astype(np.uint8)
    present = np.flatnonzero(counts)
    present = present[np.argsort(-counts[present], kind="stable")]
    levels = np.stack([present >> 11 << 3, present >> 5 << 2 & 0xFC, present << 3 & 0xF8], axis=1)
    levels |= levels >> 5
    taken = np.isin(present, _keys(exact[:, 0], exact[:, 1], exact[:, 2]))
    palette = np.concatenate([exact, levels[~taken][: 256 - len(exact)]])
    apart = ((levels[:, None, :].astype(int) - palette[None, :, :]) ** 2).sum(axis=2)
    index = np.zeros(1 << 16, dtype=np.uint8)
    index[present] = apart.argmin(axis=1)
    index[_keys(exact[:, 0], exact[:, 1], exact[:, 2])[::-1]] = np.arange(len(exact))[::-1]
    reduced = Image.fromarray(index[keys])
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    return reduced


def png_of(drawing: Drawing, *, title: str, words: str) -> bytes:
    """Write the picture as PNG with its title and its description in words."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Title", title)
    info.add_itxt("Description", words)
    target = io.BytesIO()
    reduced = with_palette(pixels_of(drawing), drawing.flat_colours())
    reduced.save(target, "PNG", pnginfo=info, compress_level=3, dpi=(DPI, DPI))
    return target.getvalue()
