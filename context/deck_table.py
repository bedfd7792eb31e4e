"""The table of the slides: the main measures beside the named places, on pages that fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from context.chart_data import ROLES_IN_ORDER, rows_of, say_value
from context.deck_template import INCH
from context.deck_text import INSET, count_lines, line_height, width_of
from context.overlay import catalogue_of
from context.wording import say_join, say_rank

if TYPE_CHECKING:
    from context.build import Context
    from context.chart_data import Row
    from context.deck_template import Area
    from indicators.catalogue import Measure

TABLE_SIZES = (16, 14, 12, 11)
MOST_PLACES = 6
DASH = "–"
LONGEST_HEAD = 24
BESIDE_DEFAULTS = (
    "people_65_plus",
    "share_most_deprived_20",
    "share_65_plus_most_deprived_20",
    "le_65_male",
    "hle_65_female",
    "hle_65_male",
)


class Table(NamedTuple):
    """A table of text: the first row is its head, the first column names the rows."""

    rows: tuple[tuple[str, ...], ...]
    alt: str
    note: str
    """Why a cell has a dash."""


def tables_of(context: Context, area: Area) -> list[Table]:
    """Lay the main measures beside the named places, split so that each part fits a slide.

    Without a focus a last column says how the system stands among all systems.
    """
    measures = _table_measures(context)
    rows = {measure.id: _named(rows_of(context, measure.id)) for measure in measures}
    measures = [m for m in measures if _is_of_a_place(rows[m.id])]
    if not measures:
        return []
    first = rows[measures[0].id]
    places = list(first)
    groups = [places[n : n + MOST_PLACES] for n in range(0, len(places), MOST_PLACES)]
    tables, note = [], _why_dashes([rows[measure.id] for measure in measures])
    for group in groups:
        head = ["Measure and period", *(_column_head(first[key]) for key in group)]
        body = [
            [_row_head(context, m), *(_cell(rows[m.id].get(key), m) for key in group)]
            for m in measures
        ]
        if not context.focus_name:
            head.append("Among the systems of England")
            for line, measure in zip(body, measures, strict=True):
                line.append(_standing(context, measure))
        kinds = [measure.indicator for measure in measures]
        pages = _pages(head, list(zip(kinds, body, strict=True)), area)
        tables += [_table(tuple(head), page, note) for page in pages]
    return tables


def _is_of_a_place(rows: dict[tuple[str, str], Row]) -> bool:
    """Say whether any place but England has a value, so that there is something to set beside."""
    return any(row.value is not None for row in rows.values() if row.role != "england")


def _standing(context: Context, measure: Measure) -> str:
    """Return "4th lowest of 42"; counts of people are not ranked."""
    areas, code = context.store.areas, context.request.system
    known = areas[(areas["measure"] == measure.id) & (areas["level"] == "system")]
    values = known.set_index("area_code")["value"].dropna()
    if measure.is_count or code not in values.index:
        return "not ranked"
    above, below = int((values > values[code]).sum()), int((values < values[code]).sum())
    return f"{say_rank(above, below)} of {len(values):,}"


def _pages(
    head: Sequence[str], body: Sequence[tuple[str, Sequence[str]]], area: Area
) -> list[list[tuple[str, ...]]]:
    """Put the rows on as few slides as hold them, alike full, an indicator whole where it fits."""
    widths = column_widths(len(head), area)
    total, room, heights = 0, 1, [0]
    for size in TABLE_SIZES[1:3]:
        first, *heights = row_heights([head, *(row for _, row in body)], widths, size)
        total, room = sum(heights), area.height - first
        if total <= room:
            break
    share = total / -(-total // room)
    pages: list[list[tuple[str, ...]]] = [[]]
    used = 0
    tall = list(zip(body, heights, strict=True))
    for _, group in groupby(tall, key=lambda entry: entry[0][0]):
        rows = list(group)
        whole = sum(height for _, height in rows)
        if pages[-1] and used + whole / 2 > share:
            pages, used = [*pages, []], 0
        for (_, row), height in rows:
            if pages[-1] and used + height > room:
                pages, used = [*pages, []], 0
            pages[-1].append(tuple(row))
            used += height
    return pages


def _why_dashes(rows: Iterable[dict[tuple[str, str], Row]]) -> str:
    reasons = {r.status or "no value" for row in rows for r in row.values() if r.value is None}
    return f"{DASH} {'; '.join(sorted(reasons))}." if reasons else ""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], note: str) -> Table:
    names = say_join([row[0] for row in rows])
    alt = f"Table of {names} for {say_join(list(head[1:]))}."
    return Table((head, *rows), alt, note)


def _table_measures(context: Context) -> list[Measure]:
    entries = catalogue_of(context.store)
    defaults = {entry.default_of(context.store.measures) for entry in entries.indicators.values()}
    chosen = [
        measure
        for measure in entries.measures.values()
        if measure.id in context.store.measures
        and measure.is_compared
        and (measure.id in defaults or measure.id in BESIDE_DEFAULTS)
    ]
    order = list(entries.topics[context.request.topic])
    place = {name: n for n, name in enumerate(order)}
    return sorted(chosen, key=lambda m: (place.get(m.indicator, len(order)), m.sex))


def _named(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    return {(r.role, r.code): r for role in ROLES_IN_ORDER for r in rows if r.role == role}


def _column_head(row: Row) -> str:
    """Name a place at the top of its column; the long names of systems are left out."""
    brief = {"rest": "Rest of the system", "system": "Whole system"}
    long = len(row.label) > LONGEST_HEAD and row.role in brief
    return brief[row.role] if long else row.label


def _row_head(context: Context, measure: Measure) -> str:
    period = str(context.store.measures[measure.id]["period"])
    unit = measure.unit if measure.unit == "years" else ""
    return ", ".join(part for part in (measure.title, unit, period) if part)


def _cell(row: Row | None, measure: Measure) -> str:
    if row is None or row.value is None:
        return DASH
    text = say_value(row.value, measure)
    if row.lower is None or row.upper is None:
        return text
    return f"{text} ({say_value(row.lower, measure)} to {say_value(row.upper, measure)})"


def column_widths(columns: int, area: Area) -> list[int]:
    """Return the width of each column: the first, which names the rows, is widest."""
    first = int(area.width * (0.34 if columns > 2 else 0.5))
    each = (area.width - first) // max(1, columns - 1)
    return [first, *[each] * (columns - 1)]


def row_heights(rows: Sequence[Sequence[str]], widths: Sequence[int], size: float) -> list[int]:
    """Return the height of each row for its text at a size."""
    heights = []
    for n, row in enumerate(rows):
        lines = max(
            count_lines(text, width - 2 * INSET, size, bold=not n or not at)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        heights.append(lines * line_height(size) + INCH // 8)
    return heights


def table_size(rows: Sequence[Sequence[str]], area: Area) -> float:
    """Return the largest size at which the table fits, else the smallest."""
    widths = column_widths(len(rows[0]), area)
    for size in TABLE_SIZES:
        unbroken = all(
            width_of(word, size, bold=True) <= width - 2 * INSET
            for row in rows
            for text, width in zip(row, widths, strict=True)
            for word in text.split()
        )
        if unbroken and sum(row_heights(rows, widths, size)) <= area.height:
            return size
    return TABLE_SIZES[-1]
