"""The chart of years in good health and not, by sex and authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.chart_data import (
    ChartData,
    Panel,
    Row,
    Series,
    authority_rows,
    make_series,
    named_rows,
    place_and_period,
    rows_of,
    source_line,
    subject_name,
)
from context.wording import start_sentence
from geodata.errors import NotAvailableError

if TYPE_CHECKING:
    from context.build import Context

SEXES = {"female": "Females", "male": "Males"}
NOTE = (
    "Lines: published 95% intervals of years in good health and of all years. "
    "Years not in good health are the difference and have no interval."
)


class Start(NamedTuple):
    """What is drawn: the measure of the first part and, where stacked, of the rest and of all."""

    id: str
    words: str
    part: str
    rest: str = ""
    total: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the ids for both sexes."""
        names = [name for name in (self.part, self.rest, self.total) if name]
        return tuple(name.format(sex=sex) for sex in SEXES for name in names)


STARTS = (
    Start(
        "years_in_good_health_at_65", "years in good health at 65",
        "hle_65_{sex}", "years_poor_health_65_{sex}", "le_65_{sex}",
    ),
    # At birth the two expectancies may be of different releases, so that one is not taken from
    # the other: only the first that is there is drawn.
    Start("healthy_life_expectancy", "healthy life expectancy at birth", "hle_birth_{sex}"),
    Start("life_expectancy", "life expectancy at birth", "le_birth_{sex}"),
)  # fmt: skip


def make_years(context: Context) -> ChartData:
    """Stack years in good health and not at 65: focus, authorities of the system, England; by sex.

    Where nothing is published at 65: healthy life expectancy at birth, else life expectancy at
    birth, without a stack. Raises ``NotAvailableError`` where none is there for both sexes.
    """
    for start in STARTS:
        if all(name in context.store.measures for name in start.measures):
            order = _order(context, start)
            if order:
                return _draw(context, start, order)
    raise NotAvailableError(
        "The data have neither life expectancy nor healthy life expectancy of both sexes for any "
        "authority of the system."
    )


def _draw(context: Context, start: Start, order: dict[tuple[str, str], Row]) -> ChartData:
    panels = tuple(_panel(context, start, sex, order) for sex in SEXES)
    period = next(iter(order.values())).period
    limits = any(low is not None for panel in panels for low in panel.series[0].lower)
    measured = start_sentence(start.words)
    if start.rest:
        measured = "Life expectancy at 65: years in good health and not (self-reported)"
    return ChartData(
        id=start.id,
        kind="stacked",
        indicator="life_expectancy",
        measures=start.measures,
        title=_message(context, start, panels),
        subtitle=f"{measured}, {place_and_period(context, period)}",
        source=source_line(context, ["life_expectancy"]),
        alt=_alt(start, panels),
        note=(NOTE if start.rest else "Lines: published 95% intervals.") if limits else "",
        unit="years",
        decimals=1,
        panels=panels,
    )


def _order(context: Context, start: Start) -> dict[tuple[str, str], Row]:
    """Return the rows to show by role and code: focus first, England last, else most years."""
    name = start.part.format(sex="female")
    rows = [row for row in named_rows(context, name) if row.role in ("focus", "peer", "england")]
    upper = authority_rows(context, name, "utla")
    lower = authority_rows(context, name, "ltla")
    rows += upper if any(row.value is not None for row in upper) else lower
    rows = [row for row in rows if row.value is not None]
    if not any(row.role != "england" for row in rows):
        return {}
    rank = {"focus": 0, "england": 2}
    rows.sort(key=lambda row: (rank.get(row.role, 1), -(row.value or 0), row.code))
    return {(row.role, row.code): row for row in rows}


def _series(
    context: Context, name: str, measure: str, limits: str, order: dict[tuple[str, str], Row]
) -> Series:
    """Take values of one measure and limits of another (or the same), in the order of the rows."""
    values = {(row.role, row.code): row for row in rows_of(context, measure)}
    ends = {(row.role, row.code): row for row in rows_of(context, limits)}
    rows = [(values.get(key), ends.get(key)) for key in order]
    return make_series(
        name,
        [row.value if row else None for row, _ in rows],
        limits=[(end.lower, end.upper) if end else (None, None) for _, end in rows],
    )


def _panel(context: Context, start: Start, sex: str, order: dict[tuple[str, str], Row]) -> Panel:
    part, rest, total = (name.format(sex=sex) for name in (start.part, start.rest, start.total))
    name = "Years in good health" if start.rest else start_sentence(start.words)
    series = [_series(context, name, part, part, order)]
    if rest:
        series.append(_series(context, "Years not in good health", rest, total, order))
    gone = [
        any(value is None for value in row) for row in zip(*(s.values for s in series), strict=True)
    ]
    return Panel(
        title=SEXES[sex],
        labels=tuple(row.label for row in order.values()),
        roles=tuple(row.role for row in order.values()),
        notes=tuple("not published" if missing else "" for missing in gone),
        series=tuple(series),
    )


def _message(context: Context, start: Start, panels: tuple[Panel, ...]) -> str:
    """Say the years of the focus; where it has none, from lowest to highest of the authorities."""
    clauses, places = [], set()
    for panel in panels:
        rows = list(zip(panel.roles, panel.labels, panel.series[0].values, strict=True))
        own = {name: years for role, name, years in rows if role == "focus" and years is not None}
        found = own or {
            name: years
            for role, name, years in rows
            if role not in ("peer", "england") and years is not None
        }
        if not found:
            continue
        few, most = (f"{end(found.values()):.1f}" for end in (min, max))
        england = next((years for role, _, years in rows if role == "england"), None)
        against = f" (England {england:.1f})" if england is not None else ""
        years_said = few if few == most else f"{few} to {most}"
        clauses.append(f"{panel.title.lower()} {years_said}{against}")
        single = subject_name(context) if own else next(iter(found))
        several = f"the authorities of {context.system_short_name}"
        places.add(single if len(found) == 1 else several)
    text = f"{start.words} in {places.pop()}" if len(places) == 1 else start.words
    return start_sentence(f"{text}: {', '.join(clauses)}" if clauses else text)


def _alt(start: Start, panels: tuple[Panel, ...]) -> str:
    after = " and years not in good health" if start.rest else ""
    parts = [f"Bars of {start.words}{after}."]
    for panel in panels:
        said = []
        for n, label in enumerate(panel.labels):
            known = [one.values[n] for one in panel.series]
            if all(value is not None for value in known):
                said.append(f"{label} " + " and ".join(f"{value:.1f}" for value in known))
        parts.append(f"{panel.title}: {'; '.join(said)}.")
    return " ".join(parts)
