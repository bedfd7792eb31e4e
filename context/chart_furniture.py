"""How each kind of chart is drawn, in pixels of a sheet of 1920 by 1080."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from context.chart_sheet import LINE, TICKS, ChartSheet, colour_of, ink_on, shades_of
from context.drawing import INK, QUIET
from context.lettering import SMALLEST, Box, fit, height_of, text_width, wrap
from context.palette import FOCUS
from context.wording import say_number

if TYPE_CHECKING:
    from context.chart_data import ChartData, Panel


TALLEST_ROW = 104.0
"""Pixels of a row of a dot plot of few places; the axis stands under the last."""


def _label_width(labels: Sequence[str], most: float) -> float:
    return min(most, max(text_width(label, SMALLEST, bold=True) for label in labels) + 24)


def _rows(
    sheet: ChartSheet, panel: Panel, box: Box, label_width: float, tallest: float = 74
) -> list[float]:
    """Write the row labels left of the box and return the middle of each row.

    Where there is less room than the labels want, a label keeps one line and is widened.
    """
    step = min(tallest, box.height / len(panel.labels))
    middles = [box.top + step * (n + 0.5) for n in range(len(panel.labels))]
    for label, role, y in zip(panel.labels, panel.roles, middles, strict=True):
        strong = role in ("focus", "england")
        lines = wrap(label, label_width - 16, SMALLEST, bold=strong)
        if height_of(len(lines)) > step:
            lines = _shortened(label, label_width - 16, strong, max(1, int(step // height_of(1))))
        top = y - height_of(len(lines)) / 2
        sheet.lines(
            lines, (box.left + label_width - 16, top), bold=strong, align="right",
            colour=FOCUS if role == "focus" else INK,
        )  # fmt: skip
    return middles


def _shortened(label: str, width: float, strong: bool, most: int) -> list[str]:
    lines = wrap(label, width, SMALLEST, bold=strong)[:most]
    while lines[-1] and text_width(lines[-1] + "…", SMALLEST, bold=strong) > width:
        lines[-1] = lines[-1][:-1]
    return [*lines[:-1], lines[-1].rstrip() + "…"]


def _ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values from low to high, at most one more than ``most``."""
    span = high - low or 1
    steps = [f * 10.0**e for e in range(-3, 7) for f in (1, 2, 2.5, 5)]
    step = next(s for s in steps if span / s <= most)
    first = -(-low // step) * step
    return [first + step * n for n in range(8) if first + step * n <= high + 1e-9 * span]


def decimals_of(ticks: Sequence[float]) -> int:
    """Return the fewest decimals in which each tick reads as what it is.

    >>> decimals_of([83.5, 83.55, 83.6]), decimals_of([0.0, 10.0])
    (2, 0)
    """
    return next(
        (n for n in range(3) if all(abs(round(tick, n) - tick) < 1e-6 for tick in ticks)), 3
    )


def draw_dots(sheet: ChartSheet, chart: ChartData) -> None:
    """Draw a dot per place with its value beside it, and a line at England's value."""
    panel, body = chart.panels[0], sheet.body
    values = panel.series[0]
    known = [v for s in (values.values, values.lower, values.upper) for v in s if v is not None]
    low, high = min(known), max(known)
    low = 0.0 if low > 0 and low < 0.6 * high else low - 0.08 * (high - low or 1)
    words = _label_width(panel.labels, min(640, 0.4 * body.width))
    room = 140 if sheet.is_narrow else 190  # for the last value
    high_enough = min(body.height - 44, TALLEST_ROW * len(panel.labels))
    axis = Box(body.left + words + 10, body.top, body.width - words - room, high_enough)
    scale = axis.width / ((high - low) or 1)
    ticks = _ticks(low, high, min(5, int(axis.width // 130)))
    decimals = decimals_of(ticks)
    for tick in ticks:
        x = axis.left + (tick - low) * scale
        sheet.segments([((x, axis.top), (x, axis.bottom))], LINE, 1.5, 1)
        text = say_number(tick, chart.unit, decimals)
        sheet.lines([text], (x, axis.bottom + 6), align="center", colour=QUIET)
    middles = _rows(sheet, panel, Box(body.left, axis.top, words, axis.height), words, TALLEST_ROW)
    for n, (y, role, value) in enumerate(zip(middles, panel.roles, values.values, strict=True)):
        if value is None:
            _no_value(sheet, panel.notes[n], axis.left + 8, y)
            continue
        x, end = axis.left + (value - low) * scale, 0.0
        colour = colour_of(role)
        if role == "england":
            sheet.segments([((x, axis.top), (x, axis.bottom))], QUIET, 2, 1.5)
        below, above = values.lower[n], values.upper[n]
        if below is not None and above is not None:
            right = axis.left + (above - low) * scale
            sheet.interval(axis.left + (below - low) * scale, right, y, colour)
            end = right - x
        sheet.dot(x, y, colour, 28 if role == "focus" else 21)
        strong = role in ("focus", "england")
        text = say_number(value, chart.unit, chart.decimals)
        sheet.middle(text, x + max(end, 16) + 10, y, bold=strong, halo=True)


def _no_value(sheet: ChartSheet, reason: str, x: float, y: float) -> None:
    """Write that there is no value, and why where there is room."""
    text = f"no value: {reason}"
    fits = x + text_width(text, SMALLEST) <= sheet.width
    sheet.middle(text if fits or not sheet.is_narrow else "no value", x, y, colour=QUIET)


def draw_columns(sheet: ChartSheet, chart: ChartData) -> None:
    """Draw columns side by side for each label, with share and people above each."""
    panel, body = chart.panels[0], sheet.body
    top = body.top
    if len(panel.series) > 1:
        names = [(colour_of(one.role), one.name) for one in panel.series]
        top = _key(sheet, names, body.left, body.top, body.width)
    slot = body.width / len(panel.labels)
    below = [wrap(label, slot - 20, SMALLEST) for label in panel.labels]
    base = body.bottom - height_of(max(map(len, below))) - 8
    highest = max((v for one in panel.series for v in one.values if v is not None), default=1) or 1
    scale = (base - top - height_of(2) - 14) / highest
    wide = min(170.0, (slot - 30) / len(panel.series))
    for n, lines in enumerate(below):
        centre = body.left + slot * (n + 0.5)
        sheet.lines(lines, (centre, base + 8), align="center")
        left = centre - wide * len(panel.series) / 2
        for at, one in enumerate(panel.series):
            value, count = one.values[n] or 0.0, one.counts[n]
            bar = Box(left + at * wide + 3, base - value * scale, wide - 6, value * scale)
            sheet.box(bar, colour_of(one.role), "none", 0)
            text = [say_number(value, chart.unit, 1)]
            text += [] if count is None else [f"{count:,.0f}"]
            y = bar.top - height_of(len(text)) - 4
            strong = one.role == "focus"
            sheet.lines(text, (bar.left + bar.width / 2, y), align="center", bold=strong)
    sheet.segments([((body.left, base), (body.right, base))], QUIET, 2)


def _key(
    sheet: ChartSheet, names: Sequence[tuple[Any, str]], x: float, y: float, width: float
) -> float:
    """Draw a key, wrapped into lines, and return where it ends; a colour may be a pair."""
    left = x
    for colours, name in names:
        pair = (colours,) if isinstance(colours, str) else colours
        wide = 30 * len(pair) + text_width(name, SMALLEST) + 50
        if left + wide > x + width and left > x:
            left, y = x, y + height_of(1) + 6
        for at, colour in enumerate(pair):
            sheet.box(Box(left + 30 * at, y + 3, 28, 28), colour, QUIET, 1)
        sheet.lines([name], (left + 30 * len(pair) + 10, y))
        left += wide
    return y + height_of(1) + 16


def draw_stacked(sheet: ChartSheet, chart: ChartData, together: Sequence[Panel] = ()) -> None:
    """Draw stacked bars, panels side by side on one scale, with the values inside the parts.

    On a narrow sheet the panels stand below each other, on the scale of all ``together``.
    """
    if sheet.is_narrow and len(chart.panels) > 1:
        for part in chart.panels:
            body = sheet.body
            sheet.body = body._replace(height=body.height / len(chart.panels))
            draw_stacked(sheet, replace(chart, panels=(part,)), chart.panels)
            sheet.body = body._replace(top=body.top + sheet.body.height)
        return
    body, count = sheet.body, len(chart.panels[0].series)
    roles = [role for panel in chart.panels for role in panel.roles]
    kinds = [r for r in ("focus", "rest") if (r == "focus") in {x == "focus" for x in roles}]
    pairs = list(zip(*(shades_of(kind, count) for kind in kinds), strict=True))
    names = [one.name for one in chart.panels[0].series]
    top = _key(sheet, list(zip(pairs, names, strict=True)), body.left, body.top, body.width)
    most = 480 if len(chart.panels) > 1 else 640
    words = _label_width(chart.panels[0].labels, min(most, 0.4 * body.width))
    apart = 60.0
    each = (body.width - words - apart * (len(chart.panels) - 1)) / len(chart.panels)
    scaled = together or chart.panels
    totals = [sum(v or 0 for v in row) for p in scaled for row in _across(p)]
    ends = [high for p in scaled for s in p.series for high in s.upper if high is not None]
    whole = chart.unit == "%" and all(abs(t - 100) < 0.01 or t == 0 for t in totals)
    room = each - (0 if whole else 110)
    scale = room / max([*totals, *ends, 1e-9])
    heads = [wrap(panel.title, each, SMALLEST + 2, bold=True) for panel in chart.panels]
    tallest = max(map(len, heads))
    head = height_of(tallest, SMALLEST + 2) + 10 if tallest else 0
    first: list[float] = []
    for n, panel in enumerate(chart.panels):
        left = body.left + words + n * (each + apart)
        sheet.lines(heads[n], (left, top), SMALLEST + 2, bold=True)
        if not n:
            box = Box(body.left, top + head, words, body.bottom - top - head)
            first = _rows(sheet, panel, box, words, 150)
        step = first[1] - first[0] if len(first) > 1 else 150
        for y, at in zip(first, range(len(panel.labels)), strict=True):
            bar = _Bar(at, left, y, min(84, max(step - 10, 0.62 * step)), scale)
            _stack(sheet, chart, panel, bar, whole=whole)


def _across(panel: Panel) -> list[tuple[float | None, ...]]:
    return list(zip(*(one.values for one in panel.series), strict=True))


class _Bar(NamedTuple):
    """Where a stacked bar stands: its row, left end, middle, thickness and pixels per unit."""

    row: int
    left: float
    y: float
    thick: float
    scale: float


def _stack(sheet: ChartSheet, chart: ChartData, panel: Panel, bar: _Bar, *, whole: bool) -> None:
    """Draw one bar: its parts, their values, their intervals and, unless 100%, the total."""
    at, left, y, thick, scale = bar
    parts = _across(panel)[at]
    if all(part is None for part in parts):
        _no_value(sheet, panel.notes[at], left + 8, y)
        return
    x, end = left, left
    for one, part, colour in zip(
        panel.series, parts, shades_of(panel.roles[at], len(parts)), strict=True
    ):
        wide = (part or 0) * scale
        sheet.box(Box(x, y - thick / 2, wide, thick), colour, "#FFFFFF", 2)
        text = say_number(part or 0, "" if whole else chart.unit, chart.decimals)
        low, high = one.lower[at], one.upper[at]
        free = wide if low is None else wide - (x + wide - left - low * scale)
        if free > text_width(text, SMALLEST) + 10:
            sheet.middle(text, x + free / 2, y, align="center", colour=ink_on(colour))
        x += wide
        end = max(end, x)
        if low is not None and high is not None:
            sheet.interval(left + low * scale, left + high * scale, y)
            end = max(end, left + high * scale)
    if not whole and len(parts) > 1:
        total = say_number(sum(part or 0 for part in parts), chart.unit, chart.decimals)
        sheet.middle(total, end + 10, y, bold=True)


def draw_strips(sheet: ChartSheet, chart: ChartData) -> None:
    """Draw one strip per measure: a line for each area of England, the focus marked and named."""
    body = sheet.body
    step = body.height / len(chart.panels)
    for n, panel in enumerate(chart.panels):
        y = body.top + n * step
        series = panel.series[0]
        rank, low_words, high_words = panel.notes
        head = f"{panel.title}: {series.name}"
        sheet.lines([head], (body.left, y), bold=True)
        room = body.width - text_width(head, SMALLEST, bold=True) - 30
        sheet.lines(fit(rank, room, (SMALLEST,), 1)[0][:1], (body.right, y), align="right")
        values = [value for value in series.values if value is not None]
        low, span = values[0], (values[-1] - values[0]) or 1
        top, bottom = y + height_of(1) + 6, y + step - height_of(1) - 22
        xs = [body.left + (value - low) / span * body.width for value in values]
        marked = [x for x, role in zip(xs, panel.roles, strict=True) if role == "focus"]
        sheet.segments([((x, top), (x, bottom)) for x in xs], TICKS, 2, 2)
        sheet.segments([((x, top - 6), (x, bottom + 6)) for x in marked], FOCUS, 9, 6)
        sheet.lines([low_words], (body.left, bottom + 4), colour=QUIET)
        sheet.lines([high_words], (body.right, bottom + 4), align="right", colour=QUIET)


BODIES: dict[str, Callable[[ChartSheet, ChartData], None]] = {
    "dots": draw_dots,
    "columns": draw_columns,
    "stacked": draw_stacked,
    "strips": draw_strips,
}
