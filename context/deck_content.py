"""What the slides say: title, chosen bullets, the table, sources, method and notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from context.chart_data import ChartData, Charts, say_value
from context.map_source import with_period
from context.overlay import catalogue_of
from context.wording import say_join, say_licence, say_number, start_sentence
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from context.build import Context
    from context.statements import Statement


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
    """Say the years of focus (else of one or two authorities) and England from the chart."""
    texts = []
    for panel in chart.panels:
        others = [n for n, role in enumerate(panel.roles) if role not in ("focus", "england")]
        passed = others if "focus" in panel.roles or len(others) > 2 else []
        for n in range(len(panel.labels)):
            if n not in passed:
                said = [
                    f"{one.values[n]:.1f} {one.name.lower()}"
                    for one in panel.series
                    if one.values[n] is not None
                ]
                if said:
                    texts.append(f"{panel.title} in {panel.labels[n]}: {' and '.join(said)}.")
    return texts


def short_source(context: Context, names: Iterable[str]) -> str:
    """Name publishers and licence in a line, and say where the datasets are named."""
    brief = brief_source(context, names)
    return f"{brief} Datasets and periods are in the notes." if brief else ""


def brief_source(context: Context, names: Iterable[str]) -> str:
    """Name publishers and licence of measures or indicators, without a word too many."""
    wanted = catalogue_of(context.store).datasets_of(names)
    entries = [e for e in context.store.manifest["datasets"] if e["id"] in wanted]
    if not entries:
        return ""
    publishers = list(dict.fromkeys(str(e["publisher"]) for e in entries))
    licence = say_licence(str(entry["licence"]) for entry in entries)
    return f"Source: {say_join(publishers)}. {licence}."


def say_sources(context: Context) -> list[str]:
    """Say publisher, title, period, licence and attribution of every dataset of the build."""
    return [
        f"{entry['publisher']}: {entry['title']} ({entry['period']}). {entry['attribution']}."
        for entry in context.store.manifest["datasets"]
    ]


def list_datasets(context: Context) -> list[str]:
    """Name every dataset of the build with its publisher and period."""
    return [
        f"{entry['publisher']}: {with_period(str(entry['title']), str(entry['period']))}."
        for entry in context.store.manifest["datasets"]
    ]


def say_attributions(context: Context) -> str:
    """Say the attribution of every dataset, each sentence once."""
    said = (str(entry["attribution"]) for entry in context.store.manifest["datasets"])
    parts = [part.strip().rstrip(".") for text in said for part in text.split(". ")]
    return " ".join(f"{part}." for part in dict.fromkeys(parts) if part)


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
