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
    """A figure of 1920 by 1080 pixels that is drawn on in pixels from the top left."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")

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
                    x / WIDTH,
                    1 - (y + BASELINE * size) / HEIGHT,
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
        corner = (box.left / WIDTH, 1 - box.bottom / HEIGHT)
        shape = Rectangle(corner, box.width / WIDTH, box.height / HEIGHT, zorder=3)
        shape.set(facecolor=fill, edgecolor=edge, linewidth=points(line), hatch=hatch or None)
        shape.set_transform(self.figure.transFigure)
        self.figure.add_artist(shape)

    def line(self, xs: list[float], ys: list[float], line: float = 2, colour: str = INK) -> None:
        """Draw a line through the points."""
        self.figure.add_artist(
            Line2D(
                [x / WIDTH for x in xs],
                [1 - y / HEIGHT for y in ys],
                transform=self.figure.transFigure,
                color=colour,
                linewidth=points(line),
                zorder=4,
            )
        )
