"""A picture as a list of plain marks in pixels.

What is drawn is decided before anything is drawn, so that a test can ask every text for its box.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from context.lettering import SMALLEST, Box, height_of, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.map_ground import Outlines, View

INK, QUIET = "#0B0C0C", "#3D3D3D"
DPI = 100
BASELINE = 0.95
"""How far under its top a line of text stands, in sizes of the text."""
HALO = 6


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
    """A picture of ``width`` by ``height`` pixels.

    Areas lie below, then swatches, strokes and texts, each kind in the order in which it came.
    """

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
