"""What the slides say: title, chosen bullets, the table, sources, method and notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from context.chart_data import ROLES_IN_ORDER, ChartData, Charts, rows_of, say_value
from context.deck_slides import TABLE_SIZES, Table, column_widths, row_heights
from context.overlay import catalogue_of
from context.wording import say_join, say_licence, say_number, start_sentence
from indicators.catalogue import Measure, catalogue

if TYPE_CHECKING:
    from context.build import Context
    from context.chart_data import Row
    from context.deck_template import Area
    from context.statements import Statement

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


def deck_title(context: Context) -> str:
    """Return "Plymouth in context", or the system's name without a focus."""
    name = context.focus_name or context.system_phrase
    return start_sentence(f"{name} in context")


def subtitle_lines(context: Context) -> list[str]:
    """Say system, peers, topic and edition."""
    topic = context.request.topic.replace("_", " ")
    lines = [f"{context.system_name}: the population behind a review of {topic}"]
    if context.peer_names:
        lines.append(f"Compared with {say_join(list(context.peer_names))}")
    edition = context.store.edition
    lines.append(f"{edition.title}. Official statistics, as published")
    return lines


def choose_bullets(statements: Sequence[Statement], most: int = 5) -> list[Statement]:
    """Choose statements for bullets: the first of each indicator, then the next of each."""
    queues: dict[str, list[Statement]] = {}
    for one in statements:
        if one.bullet:
            queues.setdefault(one.indicator, []).append(one)
    chosen: list[Statement] = []
    while len(chosen) < most and any(queues.values()):
        for queue in queues.values():
            if queue and len(chosen) < most:
                chosen.append(queue.pop(0))
    order = [id(one) for one in statements]
    return sorted(chosen, key=lambda one: order.index(id(one)))


def years_bullets(chart: ChartData) -> list[str]:
    """Say the years of focus and England from the chart, where no statement does."""
    texts = []
    for panel in chart.panels:
        for n, role in enumerate(panel.roles):
            if role in ("focus", "england"):
                said = [
                    f"{one.values[n]:.1f} {one.name.lower()}"
                    for one in panel.series
                    if one.values[n] is not None
                ]
                if said:
                    texts.append(f"{panel.title} in {panel.labels[n]}: {' and '.join(said)}.")
    return texts


def short_source(context: Context, indicators: Iterable[str]) -> str:
    """Name publishers and licence in a line."""
    known = catalogue_of(context.store).indicators
    wanted = {name for i in indicators if i in known for name in known[i].datasets}
    entries = [e for e in context.store.manifest["datasets"] if e["id"] in wanted]
    publishers = list(dict.fromkeys(str(e["publisher"]) for e in entries))
    licence = say_licence(str(entry["licence"]) for entry in entries)
    if not entries:
        return ""
    return f"Source: {say_join(publishers)}. {licence}. Datasets and periods are in the notes."


def say_sources(context: Context) -> list[str]:
    """Say publisher, title, period, licence and attribution of every dataset of the build."""
    return [
        f"{entry['publisher']}: {entry['title']} ({entry['period']}). {entry['attribution']}."
        for entry in context.store.manifest["datasets"]
    ]


def say_method(context: Context, charts: Charts) -> list[str]:
    """Say the edition and build, what the rest is, how fifths and intervals are meant."""
    edition, store = context.store.edition, context.store
    texts = [
        f"{edition.title}; small areas are {edition.small_area}. Build {store.build}.",
        "Small areas, authorities and systems are set in national fifths among all of the same "
        "kind in England.",
        "Shares and densities of larger areas come from summed people and land, never from "
        "averaged percentages.",
        "Intervals are shown where they are published; other differences are described by size.",
    ]
    if context.rest_name:
        texts.insert(
            1,
            f"{start_sentence(context.rest_name)} is {context.system_phrase} "
            f"without {context.focus_name}, other named places included.",
        )
    texts += list(context.notices)
    lost = [f"{entry.id.replace('_', ' ')}: {entry.reason}" for entry in charts.not_drawn]
    return [*texts, *(f"Not drawn, {text}" for text in lost)]


def notes_of_statements(statements: Sequence[Statement]) -> list[str]:
    """Say each statement in full with its evidence, the answer to a challenge and its sources."""
    texts: list[str] = []
    for one in statements:
        texts.append(one.text)
        texts += [f"Evidence: {_say_evidence(row)}" for row in one.evidence[:12]]
        if len(one.evidence) > 12:
            texts.append(f"Evidence: {len(one.evidence) - 12:,} more figures in statements.md.")
        texts.append(f"If challenged: {one.if_challenged}")
    sources = dict.fromkeys(source for one in statements for source in one.sources)
    return [*texts, *(f"Source: {source}" for source in sources)]


def _say_evidence(row: dict[str, Any]) -> str:
    measure = catalogue().measures.get(str(row["measure"]))
    title = measure.title if measure else str(row["measure"])
    value = row["value"]
    if value is None:
        return f"{row['area_name']}, {title}: no value."
    shown = say_value(value, measure) if measure else f"{value:,.1f}"
    if row["lower"] is not None and row["upper"] is not None and measure:
        shown += f" ({say_value(row['lower'], measure)} to {say_value(row['upper'], measure)})"
    if measure and measure.unit == "%" and row["numerator"] is not None:
        shown += f", {row['numerator']:,.0f} of {row['denominator']:,.0f} people"
    return f"{row['area_name']}, {title}: {shown} ({row['period']})."


def notes_of_chart(chart: ChartData) -> list[str]:
    """Say what the chart shows, in words and with every value, and its source."""
    texts = [chart.subtitle, chart.alt]
    for panel in chart.panels:
        for n, label in enumerate(panel.labels):
            said = [_say_bar(chart, one, n) for one in panel.series]
            known = [text for text in said if text]
            prefix = f"{panel.title}, {label}" if panel.title else label
            texts.append(f"{prefix}: {'; '.join(known) or f'no value ({panel.notes[n]})'}.")
    return [*texts, chart.note, chart.source]


def _say_bar(chart: ChartData, series: Any, at: int) -> str:
    value, low, high = series.values[at], series.lower[at], series.upper[at]
    if value is None:
        return ""
    text = f"{series.name} {say_number(value, chart.unit, max(1, chart.decimals))}"
    if low is not None and high is not None:
        text += f" (interval {low:,.1f} to {high:,.1f})"
    if series.counts[at] is not None:
        text += f" ({series.counts[at]:,.0f} people)"
    return text


def tables_of(context: Context, area: Area) -> list[Table]:
    """Lay the main measures beside the named places, split so that each part fits a slide."""
    measures = _table_measures(context)
    rows = {measure.id: _named(rows_of(context, measure.id)) for measure in measures}
    if not rows:
        return []
    places = list(next(iter(rows.values())))
    groups = [places[n : n + MOST_PLACES] for n in range(0, len(places), MOST_PLACES)]
    tables, note = [], _why_dashes(rows.values())
    for group in groups:
        first = rows[measures[0].id]
        head = ("Measure and period", *(_column_head(first[key]) for key in group))
        body = [
            (_row_head(context, m), *(_cell(rows[m.id].get(key), m) for key in group))
            for m in measures
        ]
        widths = column_widths(len(head), area)
        each = _rows_on_a_slide(head, body, widths, area)
        for start in range(0, len(body), each):
            tables.append(_table(head, body[start : start + each], note))
    return tables


def _rows_on_a_slide(
    head: tuple[str, ...], body: list[tuple[str, ...]], widths: list[int], area: Area
) -> int:
    """Return how many rows go on each slide: all if they fit, else the same on each."""
    pages = 1
    for size in TABLE_SIZES[1:3]:
        first, *heights = row_heights([head, *body], widths, size)
        pages, used = 1, first
        for height in heights:
            if used + height > area.height:
                pages, used = pages + 1, first
            used += height
        if pages == 1:
            break
    return -(-len(body) // pages)


def _why_dashes(rows: Iterable[dict[tuple[str, str], Row]]) -> str:
    reasons = {r.status or "no value" for row in rows for r in row.values() if r.value is None}
    return f"{DASH} {'; '.join(sorted(reasons))}." if reasons else ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], note: str) -> Table:
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
    return sorted(
        chosen, key=lambda m: order.index(m.indicator) if m.indicator in order else len(order)
    )


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
