"""A figure of matplotlib that is drawn on in pixels from the top left; the charts draw on it."""

from __future__ import annotations

from typing import Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Stroke

from context.drawing import BASELINE, DPI, INK, points
from context.lettering import FAMILY, SMALLEST, Box, height_of

WIDTH, HEIGHT = 1920, 1080


class Sheet:
    """A figure of so many pixels, drawn on in pixels from the top left."""

    def __init__(self, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        self.width, self.height = size
        self.is_narrow = self.width < WIDTH
        inches = (self.width / DPI, self.height / DPI)
        self.figure = Figure(figsize=inches, dpi=DPI, facecolor="white")

    def lines(
        self,
        lines: list[str],
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
        ring = [Stroke(linewidth=points(6), foreground="white")]
        for line in lines:
            for effects in [ring, []] if halo else [[]]:  # the text itself stays text in SVG
                self.figure.text(
                    x / self.width,
                    1 - (y + BASELINE * size) / self.height,
                    line,
                    fontsize=points(size),
                    fontfamily=FAMILY,
                    fontweight="bold" if bold else "normal",
                    ha=align,
                    va="baseline",
                    color=colour,
                    parse_math=False,
                    zorder=6,
                    path_effects=effects,
                )
            y += height_of(1, size)
        return y

    def box(self, box: Box, fill: str, edge: str, line: float = 1.5, hatch: str = "") -> None:
        """Draw a rectangle."""
        corner = (box.left / self.width, 1 - box.bottom / self.height)
        shape = Rectangle(corner, box.width / self.width, box.height / self.height, zorder=3)
        shape.set(facecolor=fill, edgecolor=edge, linewidth=points(line), hatch=hatch or None)
        shape.set_transform(self.figure.transFigure)
        self.figure.add_artist(shape)

    def line(self, xs: list[float], ys: list[float], line: float = 2, colour: str = INK) -> None:
        """Draw a line through the points."""
        self.figure.add_artist(
            Line2D(
                [x / self.width for x in xs],
                [1 - y / self.height for y in ys],
                transform=self.figure.transFigure,
                color=colour,
                linewidth=points(line),
                zorder=4,
            )
        )
