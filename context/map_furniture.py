"""What stands around a still map: a sheet measured in pixels, wrapped text, legend, scale bar."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Stroke

from context.palette import MISSING, MISSING_HATCH, colour_of_fifth

if TYPE_CHECKING:
    from context.layers import Ground, Layer

WIDTH, HEIGHT, DPI = 1920, 1080, 100
SMALLEST = 28
"""No text on the sheet is smaller than this many pixels."""
INK, QUIET = "#0B0C0C", "#3D3D3D"
_FONT = "DejaVu Sans"  # comes with matplotlib, so that pictures are the same everywhere
_LEADING = 1.2


def points(pixels: float) -> float:
    """Pixels of the sheet in points, which matplotlib takes for fonts and lines."""
    return pixels * 72 / DPI


@lru_cache(maxsize=4096)
def _word_width(word: str, size: float, bold: bool) -> float:
    font = get_font(findfont(FontProperties(family=_FONT, weight="bold" if bold else "normal")))
    font.set_size(points(size), DPI)
    font.set_text(word, 0.0)
    return float(font.get_width_height()[0]) / 64


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in pixels, reckoned word by word."""
    words = text.split()
    return sum(_word_width(word, size, bold) for word in words) + 0.35 * size * (len(words) - 1)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """As few lines as go into ``width`` pixels, of like length; a word too wide is broken."""
    lines = _greedy(text, width, size, bold)
    for share in (0.9, 0.8, 0.7, 0.6) if len(lines) > 1 else ():
        trial = _greedy(text, width * share, size, bold)
        if len(trial) > len(lines) or sum(map(len, trial)) != sum(map(len, lines)):
            break
        lines = trial
    return lines


def _greedy(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        trial = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(trial, size, bold=bold) <= width:
            lines[-1] = trial
            continue
        rest = word
        while len(rest) > 1 and text_width(rest, size, bold=bold) > width:
            fits = len(rest) - 1
            while fits > 1 and text_width(rest[:fits], size, bold=bold) > width:
                fits -= 1
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
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
    """A rectangle on the sheet in pixels, counted from the top left."""

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

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: Box) -> bool:
        """Whether this lies inside the other."""
        across = self.left >= other.left and self.right <= other.right
        return across and self.top >= other.top and self.bottom <= other.bottom


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
                    1 - (y + 0.95 * size) / HEIGHT,
                    line,
                    fontsize=points(size),
                    fontfamily=_FONT,
                    fontweight="bold" if bold else "normal",
                    ha=align,
                    va="baseline",
                    color=colour,
                    parse_math=False,
                    zorder=6,
                    path_effects=effects,
                )
            y += _LEADING * size
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


def height_of(lines: int, size: float = SMALLEST) -> float:
    """Height of so many lines."""
    return lines * _LEADING * size


def footer(sheet: Sheet, ground: Ground, layer: Layer) -> float:
    """Write the source and boundary lines at the bottom and return where they start."""
    note = ground.boundary_note.rstrip(".")
    small = ". ".join(part for part in (note, ground.attribution) if part)
    lines = [line for part in (layer.source, small) for line in wrap(part, WIDTH - 60, SMALLEST)]
    top = HEIGHT - 16 - height_of(len(lines))
    sheet.lines(lines, (30, top), colour=QUIET)
    return top


def heading(sheet: Sheet, ground: Ground, layer: Layer) -> float:
    """Write title and subtitle at the top and return where they end."""
    title, size = fit(layer.message or layer.title, WIDTH - 60, (42, 38, 34, 30), 2, bold=True)
    place = ground.system_name
    if ground.focus_name:
        place = f"{ground.focus_name} in {place}"
    y = sheet.lines(title, (30, 16), size, bold=True)
    measure = f"{layer.title}, " if layer.message else ""  # the title names it otherwise
    under, size = fit(f"{measure}{place}, {layer.period}", WIDTH - 60, (30, SMALLEST), 1)
    return sheet.lines(under, (30, y + 2), size, colour=QUIET) + 6


def scale_bar(sheet: Sheet, at: tuple[float, float], metres_per_pixel: float) -> None:
    """Draw a bar of a round number of kilometres, at most 220 pixels long, with its length."""
    steps = [f * 10.0**e for e in range(-2, 4) for f in (1, 2, 5)]
    km = max((s for s in steps if s * 1000 / metres_per_pixel <= 220), default=steps[0])
    x, y = at
    end = x + km * 1000 / metres_per_pixel
    sheet.line([x, x, end, end], [y + 10, y + 20, y + 20, y + 10], 2.5)
    sheet.lines([f"{km:g} km"], (end + 12, y), SMALLEST)


def limits_in_words(layer: Layer, fifth: int) -> str:
    """Lowest and highest value of a national fifth, for example "1.2 to 3.4"."""
    if fifth not in layer.limits:
        return ""
    low, high = (f"{value:,.{layer.decimals}f}" for value in layer.limits[fifth])
    return f"{low} to {high}"


def drawn_order(layer: Layer) -> tuple[int, ...]:
    """The fifths from the darkest to the lightest."""
    return (5, 4, 3, 2, 1) if layer.darkest == "high" else (1, 2, 3, 4, 5)


def legend(sheet: Sheet, ground: Ground, layer: Layer, box: Box, *, missing: bool) -> None:
    """Draw the legend: fifths in words with limits, and the people living in each."""
    swatch, number = 60, 166
    columns: list[tuple[str, list[float]]]
    people = layer.people.reindex(range(6)).fillna(0)
    if ground.focus_name:
        columns = [
            (ground.focus_name, people["focus"].to_list()),
            (f"Rest of {ground.system_name}", people["rest"].to_list()),
        ]
    else:
        columns = [("People", (people["focus"] + people["rest"]).to_list())]
    words_width = box.width - swatch - number * len(columns)
    named = layer.unit.lower() in layer.title.lower() or " per " in layer.title
    title = f"{layer.title} ({layer.unit})" if layer.unit and not named else layer.title
    title_lines, size = fit(title, box.width, (32, 30, SMALLEST), 2, bold=True)
    y = sheet.lines(title_lines, (box.left, box.top), size, bold=True)
    y = sheet.lines(
        wrap("National fifths, and people living in each", box.width, SMALLEST),
        (box.left, y),
        colour=QUIET,
    )
    y = _column_heads(sheet, box, y + 6, [head for head, _ in columns], number)
    sheet.line([box.left, box.right], [y + 4, y + 4], 1.5, QUIET)
    y += 14
    rows: list[tuple[int, list[str]]] = []
    room = box.bottom - y
    for compact in (False, True):
        rows = []
        for fifth in drawn_order(layer):
            words = layer.fifth_words.get(fifth, f"fifth {fifth}")
            limits = limits_in_words(layer, fifth)
            words = words[:1].upper() + words[1:]
            lines = (_greedy if compact else wrap)(words, words_width, SMALLEST)
            joined = f"{lines[-1]}, {limits}"
            if compact and limits and text_width(joined, SMALLEST) <= words_width:
                lines[-1] = joined
            elif limits:
                lines.append(limits)
            rows.append((fifth, lines))
        if missing:
            rows.append((0, ["No value"]))
        gap = (room - sum(height_of(len(lines)) for _, lines in rows)) / len(rows)
        if gap >= 7:
            break
    for fifth, lines in rows:
        mark = Box(box.left, y + 2, 46, 34)
        if fifth:
            sheet.box(mark, colour_of_fifth(fifth, layer.darkest), QUIET)
        else:
            sheet.box(mark, MISSING, MISSING_HATCH, hatch="//")
        end = sheet.lines(lines, (box.left + swatch, y))
        for place, (_, counts) in enumerate(reversed(columns)):
            text = f"{round(counts[fifth]):,}"
            sheet.lines([text], (box.right - place * number, y), align="right")
        y = end + min(max(gap, 2), 16)


def _column_heads(sheet: Sheet, box: Box, y: float, heads: list[str], number: float) -> float:
    """Head the columns of people; a head too long for its column stands above, with a lead."""
    wrapped = [wrap(head, number - 14, SMALLEST, bold=True) for head in heads]
    tallest = max(map(len, wrapped))
    if len(heads) == 1 or tallest <= 3:
        for place, lines in enumerate(reversed(wrapped)):
            top = y + height_of(tallest - len(lines))
            sheet.lines(lines, (box.right - place * number, top), bold=True, align="right")
        return y + height_of(tallest)
    last = wrap(heads[1], box.width, SMALLEST, bold=True)
    top = sheet.lines(last, (box.right, y), bold=True, align="right")
    first = wrap(heads[0], box.width - number, SMALLEST, bold=True)
    end = sheet.lines(first, (box.right - number, top), bold=True, align="right")
    x = box.right - 60
    sheet.line([x, x], [top + 4, end], 2, QUIET)
    sheet.line([x - 8, x, x + 8], [end - 10, end, end - 10], 2, QUIET)
    return end
