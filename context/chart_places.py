"""Charts that set places side by side: the comparison, the ages, and the place in England."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.chart_data import (
    ChartData,
    Panel,
    Row,
    Series,
    authority_rows,
    make_series,
    named_rows,
    place_and_period,
    require_measures,
    row_of,
    rows_of,
    said,
    say_value,
    shown_role,
    source_line,
    subject_name,
    subject_of,
)
from context.overlay import catalogue_of
from context.wording import say_number, say_rank, start_sentence
from geodata.errors import NotAvailableError
from indicators.catalogue import Measure

if TYPE_CHECKING:
    from context.build import Context

INTERVAL_NOTE = "Lines show the published 95% interval."
KINDS = {
    "ltla": "districts and unitary authorities",
    "utla": "counties and unitary authorities",
    "system": "health systems",
}
AGES = (
    ("65 to 74", "people_65_plus", "people_75_plus"),
    ("75 to 84", "people_75_plus", "people_85_plus"),
    ("85 and over", "people_85_plus", None),
)


def make_comparison(context: Context, measure_id: str) -> ChartData:
    """Set focus, peers, rest, system, England and each authority in a row by one measure.

    Districts where any has a value, else the upper tier. Raises ``NotAvailableError`` where the
    build lacks the measure or no place has a value.
    """
    require_measures(context, [measure_id])
    measure = catalogue_of(context.store).measure(measure_id)
    rows = _compared_rows(context, measure_id)
    with_value = sorted((r for r in rows if r.value is not None), key=lambda r: -(r.value or 0))
    if not with_value:
        raise NotAvailableError(f"No place of this request has a value of {measure.title}.")
    ordered = [*with_value, *(row for row in rows if row.value is None)]
    period = with_value[0].period
    panel = _compared_panel(context, measure, ordered)
    limits = any(row.lower is not None for row in ordered)
    return ChartData(
        id=f"comparison-{measure_id}",
        kind="dots",
        indicator=measure.indicator,
        measures=(measure_id,),
        title=say_comparison(context, measure) or measure.title,
        subtitle=f"{_titled(measure)}, {place_and_period(context, period)}",
        source=source_line(context, [measure.id]),
        alt=_alt_of_comparison(context, measure, with_value),
        note=INTERVAL_NOTE if limits else "",
        unit=measure.unit,
        decimals=measure.decimals,
        panels=(panel,),
    )


def _compared_rows(context: Context, measure_id: str) -> list[Row]:
    """Return the named places, then the districts; the upper tier where no district has a value."""
    others = authority_rows(context, measure_id, "ltla")
    if all(row.value is None for row in others):
        others = authority_rows(context, measure_id, "utla")
    return [*named_rows(context, measure_id), *others]


def _compared_panel(context: Context, measure: Measure, ordered: list[Row]) -> Panel:
    return Panel(
        title="",
        labels=tuple(row.label for row in ordered),
        roles=tuple(shown_role(context, row) for row in ordered),
        notes=tuple(row.status if row.value is None else "" for row in ordered),
        series=(
            make_series(
                measure.title,
                [row.value for row in ordered],
                limits=[(row.lower, row.upper) for row in ordered],
                counts=[row.numerator if measure.unit == "%" else None for row in ordered],
            ),
        ),
    )


def _titled(measure: Measure) -> str:
    named = measure.unit in ("%", "score", "people per km2", "people", "years")
    return measure.title if named else f"{measure.title} ({measure.unit})"


def say_comparison(context: Context, measure: Measure) -> str:
    """Say how focus and rest (or system and England) differ, as far as may be said; else ""."""
    rows = named_rows(context, measure.id)
    subject = subject_of(rows)
    other = (row_of(rows, "rest") if context.focus_name else None) or row_of(rows, "england")
    if subject is None or other is None or subject.value is None or other.value is None:
        return ""
    first, second = (say_value(row.value or 0, measure) for row in (subject, other))
    gap = subject.value - other.value
    way = f"{'higher' if gap > 0 else 'lower'} in"
    than = "than in"
    if _is_same(subject, gap, measure, first == second):
        way, than = "about the same in", "as in"
    text = f"the {measure.phrase} is {way} {said(context, subject)} ({first}) "
    return start_sentence(f"{text}{than} {said(context, other)} ({second})")


def _is_same(subject: Row, gap: float, measure: Measure, looks_same: bool) -> bool:
    if subject.against_england:  # an interval decides where one is published
        return subject.against_england == "similar"
    return looks_same or abs(gap) < measure.worth_saying


def _alt_of_comparison(context: Context, measure: Measure, rows: list[Row]) -> str:
    highest, lowest = rows[0], rows[-1]
    parts = [
        f"Dot plot of {len(rows)} places by {measure.title}, {rows[0].period}.",
        *(
            f"{start_sentence(said(context, row))}: {say_value(row.value or 0, measure)}."
            for row in named_rows(context, measure.id)
            if row.value is not None
        ),
        f"The highest value shown is that of {said(context, highest)} "
        f"({say_value(highest.value or 0, measure)}), the lowest that of "
        f"{said(context, lowest)} ({say_value(lowest.value or 0, measure)}).",
    ]
    return " ".join(parts)


def make_age_structure(context: Context) -> ChartData:
    """Stack the shares of people aged 65 to 74, 75 to 84, 85 and over, place by place."""
    require_measures(context, [name for _, name, _ in AGES])
    shown, counts = _count_ages(context)
    subject = subject_of(shown)
    if subject is None:
        raise NotAvailableError("The focus has no count of people by age.")
    series = tuple(
        make_series(
            f"Aged {label}",
            [100 * n / (row.denominator or 1) for n, row in zip(counts[label], shown, strict=True)],
            counts=counts[label],
        )
        for label, _, _ in AGES
    )
    own = [one.values[shown.index(subject)] or 0 for one in series]
    said_shares = _say_ages(context, shown, series)
    return ChartData(
        id="age_structure",
        kind="stacked",
        indicator="older_people",
        measures=tuple(name for _, name, _ in AGES),
        title=f"{sum(own):.1f}% of people in {said(context, subject)} are aged 65 and over, "
        f"{own[-1]:.1f}% are aged 85 and over",
        subtitle="Share of all people by age, " + place_and_period(context, subject.period),
        source=source_line(context, ["older_people"]),
        alt=f"Stacked bars of older people, {subject.period}. {'. '.join(said_shares)}.",
        note="",
        unit="%",
        decimals=1,
        panels=(
            Panel(
                title="",
                labels=tuple(row.label for row in shown),
                roles=tuple(shown_role(context, row) for row in shown),
                notes=("",) * len(shown),
                series=series,
            ),
        ),
    )


def _say_ages(context: Context, shown: list[Row], series: tuple[Series, ...]) -> list[str]:
    return [
        f"{start_sentence(said(context, row))}: "
        + ", ".join(f"{one.values[n]:.1f}% {one.name.lower()}" for one in series)
        for n, row in enumerate(shown)
    ]


def _count_ages(context: Context) -> tuple[list[Row], dict[str, list[float]]]:
    """Count people of each age in each named place that has every count."""
    counted = {name: rows_of(context, name) for _, name, _ in AGES}
    places = [row for row in named_rows(context, AGES[0][1]) if row.value is not None]
    counts: dict[str, list[float]] = {label: [] for label, _, _ in AGES}
    shown: list[Row] = []
    for place in places:
        people = {
            name: next(r.numerator for r in rows if (r.role, r.code) == (place.role, place.code))
            for name, rows in counted.items()
        }
        if place.denominator is None or any(number is None for number in people.values()):
            continue
        shown.append(place)
        for label, name, older in AGES:
            counts[label].append((people[name] or 0) - ((people[older] or 0) if older else 0))
    return shown, counts


def make_positions(context: Context) -> ChartData:
    """Mark focus (else system) among all areas of its level in England, one strip a measure."""
    panels: list[Panel] = []
    firsts: list[tuple[float, int, str]] = []
    said_ranks: list[str] = []
    used: list[Measure] = []
    for measure in default_measures_of(context):
        row = _ranked_subject(context, measure)
        if row is None or row.value is None:
            continue
        panel, above, below = _strip(context, measure, row)
        total = len(panel.labels)
        rank = panel.notes[0]
        panels.append(panel)
        if row.lower is None:  # a rank among overlapping intervals is not for a title
            distance = min(above, below) / total
            message = f"the {say_rank(above, below)} {measure.phrase} of {total:,}"
            firsts.append((distance, len(firsts), f"{message} {KINDS[row.level]}"))
        said_ranks.append(f"{measure.title}: {say_value(row.value, measure)}, {rank}")
        used.append(measure)
    if not panels:
        raise NotAvailableError("A group or part of an authority has no place among the others.")
    place = subject_name(context)
    return ChartData(
        id="national_position",
        kind="strips",
        indicator=used[0].indicator,
        measures=tuple(measure.id for measure in used),
        title=start_sentence(f"{place} has {min(firsts)[2]} in England")
        if firsts
        else f"Where {place} stands among the areas of England",
        subtitle=f"Each line is one area of England; {place} is marked",
        source=source_line(context, [measure.id for measure in used]),
        alt=f"Strips of all areas in England with {place} marked. {'. '.join(said_ranks)}.",
        note="",
        unit="",
        decimals=1,
        panels=tuple(panels),
    )


def _strip(context: Context, measure: Measure, row: Row) -> tuple[Panel, int, int]:
    """Return every area of the place's level by value, and how many lie above and below it."""
    value = row.value or 0.0
    areas = context.store.areas
    values = areas[(areas["measure"] == measure.id) & (areas["level"] == row.level)]
    values = values[values["value"].notna()].sort_values(["value", "area_code"])
    above, below = int((values["value"] > value).sum()), int((values["value"] < value).sum())
    codes = values["area_code"].astype(str)
    rank = start_sentence(f"{say_rank(above, below)} of {len(values):,}")
    panel = Panel(
        title=measure.title,
        labels=tuple(codes),
        roles=tuple("focus" if code == row.code else "other" for code in codes),
        notes=(rank, measure.low_words, measure.high_words),
        series=(make_series(say_value(value, measure), [float(v) for v in values["value"]]),),
    )
    return panel, above, below


def default_measures_of(context: Context) -> list[Measure]:
    """Return the default measure of each indicator of the topic that the build has."""
    entries = catalogue_of(context.store)
    order = entries.topics[context.request.topic]
    names = [entries.indicators[i].default_of(context.store.measures) for i in order]
    return [entries.measures[name] for name in names if name is not None]


def _ranked_subject(context: Context, measure: Measure) -> Row | None:
    row = subject_of(rows_of(context, measure.id))
    return row if row is not None and row.level in ("ltla", "utla", "system") else None


def say_count(value: float | None) -> str:
    """Write people, or nothing where there is no count."""
    return "" if value is None else say_number(value, "people", 0)
