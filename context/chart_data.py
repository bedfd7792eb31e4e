"""What a chart shows, as plain values: the picture and the slide's own chart are drawn from these.

``ChartData`` holds rows (places or groups of people) by series, in one or more panels that share
an axis, with two titles, source line and alternative text. Nothing here draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from context.overlay import catalogue_of
from context.request import WHOLE
from context.wording import say_licence, say_number, start_sentence
from geodata.errors import NotAvailableError
from indicators.catalogue import Measure

if TYPE_CHECKING:
    from context.build import Context

Kind = Literal["dots", "columns", "stacked", "strips"]
ROLES_IN_ORDER = ("focus", "rest", "peer", "system", "england")
NUMBERS = ("value", "lower", "upper", "numerator", "denominator")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One place of the comparison for one measure; missing numbers are None, never 0."""

    role: str
    code: str
    label: str
    level: str
    value: float | None
    lower: float | None
    upper: float | None
    numerator: float | None
    denominator: float | None
    period: str
    against_england: str | None
    status: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of the rows of a panel, in the order of its labels.

    ``lower`` and ``upper`` limit the end of the bar (in a stack, its end counted from zero), and
    ``counts`` are the people behind the values; all as long as ``values``.
    """

    name: str
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    counts: tuple[float | None, ...]
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Rows of a chart: ``labels`` name them, ``roles`` colour them, ``notes`` say what is not
    in the values (why there is none, or a rank)."""

    title: str
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    notes: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class ChartData:
    """A figure: the title says the message; the subtitle measure, place and period."""

    id: str
    kind: Kind
    indicator: str
    measures: tuple[str, ...]
    title: str
    subtitle: str
    source: str
    alt: str
    note: str
    """How to read the intervals and shades."""
    unit: str
    decimals: int
    panels: tuple[Panel, ...]

    @property
    def has_intervals(self) -> bool:
        """Say whether any value has published limits."""
        return any(low is not None for p in self.panels for s in p.series for low in s.lower)


@dataclass(frozen=True, kw_only=True)
class NotDrawn:
    """A chart that was considered and not drawn, with the reason."""

    id: str
    reason: str


@dataclass(frozen=True)
class Charts:
    """Every chart of a context that can be drawn, and those that cannot."""

    drawn: tuple[ChartData, ...]
    not_drawn: tuple[NotDrawn, ...]

    def find(self, chart_id: str) -> ChartData | None:
        """Return the chart with that id; None where it is not drawn."""
        return next((chart for chart in self.drawn if chart.id == chart_id), None)


def make_series(
    name: str,
    values: Iterable[float | None],
    *,
    limits: Sequence[tuple[float | None, float | None]] = (),
    counts: Sequence[float | None] = (),
    role: str = "",
) -> Series:
    """Build a series whose limits and counts are as long as its values."""
    found = tuple(values)
    none: tuple[float | None, ...] = (None,) * len(found)
    return Series(
        name=name,
        values=found,
        lower=tuple(low for low, _ in limits) or none,
        upper=tuple(high for _, high in limits) or none,
        counts=tuple(counts) or none,
        role=role,
    )


def rows_of(context: Context, measure_id: str) -> list[Row]:
    """Return the rows of a measure in the order of the comparison."""
    table = context.comparison
    records = table[table["measure"] == measure_id].to_dict("records")
    return [_row(context, {str(k): v for k, v in record.items()}) for record in records]


def _row(context: Context, record: dict[str, Any]) -> Row:
    return Row(
        role=str(record["role"]),
        code=str(record["area_code"]),
        label=_label(context, record),
        level=str(record["level"]),
        **{name: _number(record[name]) for name in NUMBERS},
        period=str(record["period"] or ""),
        against_england=record["against_england"] or None,
        status=str(record["status"] or ""),
    )


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _label(context: Context, record: dict[str, Any]) -> str:
    name, role, short = str(record["area_name"]), record["role"], context.system_short_name
    if role == "system":
        return f"{short} system"
    if role == "rest":
        return start_sentence(name.removeprefix("the "))
    if name == short and role in ("focus", "peer", "ltla", "utla"):
        name = f"{name} (council area)"
    share = _number(record["share_inside"])
    if role in ("ltla", "utla") and share is not None and share < WHOLE:
        return f"{name} ({share:.0%} inside)"
    return name


def named_rows(context: Context, measure_id: str) -> list[Row]:
    """Return focus, rest, peers, system and England, in that order."""
    rows = rows_of(context, measure_id)
    return [row for role in ROLES_IN_ORDER for row in rows if row.role == role]


def authority_rows(context: Context, measure_id: str, level: str) -> list[Row]:
    """Return the authorities of one level of the system that are not focus or peer already."""
    rows = rows_of(context, measure_id)
    named = {row.code for row in rows if row.role in ("focus", "peer")}
    return [row for row in rows if row.role == level and row.code not in named]


def subject_of(rows: Sequence[Row]) -> Row | None:
    """Return the focus, else the system, where it has a value."""
    roles = ("focus",) if any(row.role == "focus" for row in rows) else ("system",)
    return next((row for row in rows if row.role in roles and row.value is not None), None)


def shown_role(context: Context, row: Row) -> str:
    """Return the role by which a row is coloured: without a focus the system is in its place."""
    return "focus" if row.role == "system" and not context.focus_name else row.role


def row_of(rows: Sequence[Row], role: str) -> Row | None:
    """Return the first row of a role that has a value."""
    return next((row for row in rows if row.role == role and row.value is not None), None)


def said(context: Context, row: Row) -> str:
    """Name a place inside a sentence."""
    if row.role == "system":
        return context.system_phrase
    return str(context.rest_name) if row.role == "rest" else row.label


def subject_name(context: Context) -> str:
    """Name whom the figures are about, inside a sentence."""
    return context.focus_name or context.system_phrase


def say_value(value: float, measure: Measure) -> str:
    """Write a value with its unit, rounded as the catalogue says."""
    return say_number(value, measure.unit, measure.decimals)


def require_measures(context: Context, measures: Iterable[str]) -> None:
    """Raise ``NotAvailableError`` naming the measures of which the build has nothing."""
    gone = [name for name in measures if name not in context.store.measures]
    if gone:
        known = catalogue_of(context.store).measures
        said = "; ".join(known[name].title if name in known else name for name in gone)
        raise NotAvailableError(f"The data do not have: {said}{_reason(context, gone)}.")


def _reason(context: Context, gone: Sequence[str]) -> str:
    known = catalogue_of(context.store).measures
    indicators = {known[name].indicator for name in gone if name in known}
    for entry in context.store.manifest.get("missing", []):
        if set(entry.get("measures", ())) & set(gone) or entry["indicator"] in indicators:
            return f" ({str(entry['reason']).rstrip('.')})"
    return ""


def source_line(context: Context, names: Iterable[str]) -> str:
    """Say publishers, datasets, periods and licence of some measures, or whole indicators."""
    wanted = catalogue_of(context.store).datasets_of(names)
    entries = [e for e in context.store.manifest["datasets"] if e["id"] in wanted]
    titles = "; ".join(f"{e['publisher']}, {e['title']} ({e['period']})" for e in entries)
    licence = say_licence(str(entry["licence"]) for entry in entries)
    return f"Source: {titles}. {licence}." if entries else ""


def place_and_period(context: Context, period: str) -> str:
    """Say the place of a figure and its period, as a subtitle ends."""
    place = context.system_phrase
    if context.focus_name:
        place = f"{context.focus_name} and {place}"
    return f"{place}, {period}" if period else place
