"""The sheet a chart is drawn on: titles, source, colours, lines and dots, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from context.drawing import INK, QUIET, points
from context.lettering import SMALLEST, Box, fit, height_of, wrap
from context.palette import FOCUS, OTHER
from context.sheet import HEIGHT, WIDTH, Sheet

if TYPE_CHECKING:
    from context.chart_data import ChartData

MARGIN = 40
GREY = {"peer": "#8C8C8C", "rest": "#8C8C8C", "system": "#8C8C8C", "england": QUIET}
BLUES = ("#12436D", "#2073BC", "#6BACE6", "#B5D3F0", "#E6F0FA")
GREYS = ("#5A5A5A", "#8C8C8C", "#B0B0B0", "#D3D3D3", "#EDEDED")
LINE, TICKS = "#D9D9D9", "#A6A6A6"


def flat_colours() -> tuple[str, ...]:
    """The colours of charts, which come out exactly in a picture of few colours."""
    greys = (*GREY.values(), OTHER, *GREYS, LINE, TICKS)
    return tuple(dict.fromkeys(("#FFFFFF", INK, FOCUS, *BLUES, *greys)))


def colour_of(role: str) -> str:
    """One strong colour for the focus, greys for all others."""
    return FOCUS if role == "focus" else GREY.get(role, OTHER)


def shades_of(role: str, count: int) -> tuple[str, ...]:
    """Shades of a stacked bar, dark to light: blues for the focus, greys for all others."""
    scale = BLUES if role == "focus" else GREYS
    picked = {1: (0,), 2: (0, 3), 3: (0, 2, 3), 4: (0, 1, 2, 3)}.get(count, (0, 1, 2, 3, 4))
    return tuple(scale[at] for at in picked)


def ink_on(colour: str) -> str:
    """Black or white, whichever stands out more on a colour."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#FFFFFF"


class ChartSheet(Sheet):
    """A sheet with the titles above and the source below; ``body`` is what is left between."""

    def __init__(
        self, chart: ChartData, *, with_titles: bool, size: tuple[int, int] = (WIDTH, HEIGHT)
    ) -> None:
        super().__init__(size)
        margin = MARGIN if size[0] == WIDTH else 8
        width, y = self.width - 2 * margin, 24.0
        if with_titles:
            most = 2 if size[0] == WIDTH else 6
            title, letters = fit(chart.title, width, (42, 38, 34, 30), most, bold=True)
            y = self.lines(title, (margin, y), letters, bold=True) + 4
            under, letters = fit(chart.subtitle, width, (30, SMALLEST), most)
            y = self.lines(under, (margin, y), letters, colour=QUIET) + 12
        foot = [line for t in (chart.note, chart.source) for line in wrap(t, width, SMALLEST)]
        bottom = self.height - 18 - height_of(len(foot))
        self.lines(foot, (margin, bottom), colour=QUIET)
        self.body = Box(margin, y, width, bottom - 16 - y)

    def segments(self, lines: Sequence[Any], colour: str, width: float, order: float = 5) -> None:
        """Draw straight lines, each ((x, y), (x, y)) in pixels."""
        flipped = [[(x / self.width, 1 - y / self.height) for x, y in line] for line in lines]
        drawn = LineCollection(
            flipped,
            colors=colour,
            linewidths=points(width),
            transform=self.figure.transFigure,
            zorder=order,
        )
        self.figure.add_artist(drawn)

    def interval(self, low: float, high: float, y: float, colour: str = INK) -> None:
        """Draw a published interval as a line with two ends."""
        ends = [((x, y - 9), (x, y + 9)) for x in (low, high)]
        lines = [((low, y), (high, y)), *ends]
        self.segments(lines, "#FFFFFF", 7, 5)  # so that the line is seen on dark bars
        self.segments(lines, colour, 3, 5.5)

    def dot(self, x: float, y: float, colour: str, width: float) -> None:
        """Draw a dot."""
        mark = Line2D(
            [x / self.width], [1 - y / self.height], marker="o", linestyle="none", color=colour
        )
        mark.set(markersize=points(width), transform=self.figure.transFigure, zorder=6)
        self.figure.add_artist(mark)

    def middle(self, text: str, x: float, y: float, **more: Any) -> None:
        """Write one line centred on a height."""
        self.lines([text], (x, y - 0.6 * SMALLEST), **more)
