"""Text on a picture: how wide it is, where its lines break, and the box that it takes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from matplotlib import get_data_path
from PIL import ImageFont

SMALLEST = 28
"""No text on a picture of 1920 pixels across is smaller than this many pixels."""
FAMILY = "DejaVu Sans"  # comes with matplotlib, so that pictures are the same everywhere
_LEADING = 1.2


@lru_cache(maxsize=32)
def font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16384)
def _width(text: str, size: float, bold: bool) -> float:
    return float(font(size, bold).getlength(text))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in pixels."""
    return _width(text, size, bold)


def height_of(lines: int, size: float = SMALLEST) -> float:
    """Height of so many lines."""
    return lines * _LEADING * size


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """As few lines as go into ``width`` pixels, of like length; a word too wide is broken."""
    lines = fill(text, width, size, bold=bold)
    for share in (0.9, 0.8, 0.7, 0.6) if len(lines) > 1 else ():
        trial = fill(text, width * share, size, bold=bold)
        if len(trial) > len(lines) or sum(map(len, trial)) != sum(map(len, lines)):
            break
        lines = trial
    return lines


def fill(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines as full as they go into ``width`` pixels; a word too wide is broken.

    No pair of letters with a space moves together in this font, so that widths of words add up.
    """
    lines: list[str] = []
    used, space = 0.0, _width(" ", size, bold)
    for word in text.split():
        wide = _width(word, size, bold)
        if lines and used + space + wide <= width:
            lines[-1] = f"{lines[-1]} {word}"
            used += space + wide
            continue
        rest = word
        while len(rest) > 1 and _width(rest, size, bold) > width:
            fits = len(rest) - 1
            while fits > 1 and _width(rest[:fits], size, bold) > width:
                fits -= 1
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
        used = _width(rest, size, bold)
    return lines


def fit(
    text: str, width: float, sizes: tuple[float, ...], most: int, *, bold: bool = False
) -> tuple[list[str], float]:
    """Lines and the first of the sizes at which they are at most ``most``, else the last size."""
    for size in sizes:
        lines = wrap(text, width, size, bold=bold)
        if len(lines) <= most:
            return lines, size
    return lines, size


class Box(NamedTuple):
    """A rectangle of a picture in pixels, counted from the top left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Bottom edge."""
        return self.top + self.height

    def grown(self, by: float) -> Box:
        """Return the box with an edge of so many pixels around it."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: Box) -> bool:
        """Whether this lies inside the other."""
        across = self.left >= other.left and self.right <= other.right
        return across and self.top >= other.top and self.bottom <= other.bottom
