"""Charts of where people live by national fifth of deprivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from context.chart_data import (
    ChartData,
    Panel,
    Series,
    make_series,
    place_and_period,
    require_measures,
    source_line,
    subject_name,
)
from context.wording import start_sentence
from geodata.errors import NotAvailableError
from indicators.aggregate import column
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from context.build import Context

FIFTHS = (5, 4, 3, 2, 1)
"""Most deprived first."""
OLDER = "people_65_plus"
GROUPS = {
    "people_asian": "Asian",
    "people_black": "Black",
    "people_mixed": "Mixed",
    "people_white": "White",
    "people_other": "Other",
}
FEWEST = 100
"""A group of fewer people in a place is not shown there."""
MEASURE = "imd_score"


def make_people_by_fifth(context: Context) -> ChartData:
    """Count people by national fifth of deprivation of their small area: focus against rest."""
    require_measures(context, [MEASURE])
    fifths = _fifths(context)
    sides = [(side, _count(context.places["people"], fifths, side[2])) for side in _sides(context)]
    words, period = _words(), str(context.store.measures[MEASURE]["period"])
    series = tuple(
        make_series(label, _shares(counts), counts=counts, role=role)
        for (label, role, _), counts in sides
    )
    shares = [one.values[0] or 0 for one in series]
    against = f", against {shares[1]:.0f}% in {context.rest_name}" if len(shares) > 1 else ""
    place = subject_name(context)
    return ChartData(
        id="people_by_fifth",
        kind="columns",
        indicator="deprivation",
        measures=(MEASURE,),
        title=f"{shares[0]:.0f}% of people in {place} live in the {words[0]} "
        f"of small areas in England{against}",
        subtitle="Share of people by national fifth of deprivation of their small area, "
        + place_and_period(context, period),
        source=source_line(context, ["deprivation"]),
        alt="Columns of people by national fifth of deprivation. " + _say(series, words),
        note="",
        unit="%",
        decimals=1,
        panels=(
            Panel(
                title="",
                labels=tuple(start_sentence(word) for word in words),
                roles=("",) * len(words),
                notes=("",) * len(words),
                series=series,
            ),
        ),
    )


def make_groups_by_fifth(context: Context) -> ChartData:
    """Set each ethnic group and people aged 65 and over against deprivation, focus and rest.

    A group of fewer than 100 people in a place is left out there, with the reason. Raises
    ``NotAvailableError`` where the build has no count of the groups.
    """
    require_measures(context, [MEASURE, *GROUPS])
    fifths = _fifths(context)
    periods = [context.store.measures[name]["period"] for name in ("people_asian", MEASURE)]
    period = "{} and deprivation {}".format(*periods)
    names = {"": "All people", OLDER: "Aged 65 and over", **GROUPS}
    names = {k: v for k, v in names.items() if not k or k in context.store.measures}
    panels: list[Panel] = []
    first: dict[str, float | None] = {}
    for label, role, chosen in _sides(context):
        counts = {key: _count(_people(context, key), fifths, chosen) for key in names}
        panel = _group_panel(label, role, names, counts)
        panels.append(panel)
        first = first or dict(zip(names, panel.series[0].values, strict=True))
    return ChartData(
        id="groups_by_fifth",
        kind="stacked",
        indicator="ethnicity",
        measures=(MEASURE, *(key for key in names if key)),
        title=_message(context, names, first),
        subtitle="Percentage of each ethnic group and of people aged 65 and over by national fifth "
        f"of deprivation of their small area, {place_and_period(context, period)}",
        source=source_line(context, ["deprivation", "ethnicity"]),
        alt=f"Stacked bars of people by national fifth of deprivation. {_say_groups(panels)}.",
        note="",
        unit="%",
        decimals=0,
        panels=tuple(panels),
    )


def _group_panel(
    label: str, role: str, names: dict[str, str], counts: dict[str, list[float]]
) -> Panel:
    """Stack the fifths of each group in one place; too few people are left out, with the reason."""
    shown = {key: None if sum(n) < FEWEST else n for key, n in counts.items()}
    shares = {key: None if n is None else _shares(n) for key, n in shown.items()}
    return Panel(
        title=label,
        labels=tuple(names.values()),
        roles=(role,) * len(names),
        notes=tuple("" if n else f"fewer than {FEWEST} people" for n in shown.values()),
        series=tuple(
            make_series(
                start_sentence(word),
                [None if s is None else s[at] for s in shares.values()],
                counts=[None if n is None else n[at] for n in shown.values()],
            )
            for at, word in enumerate(_words())
        ),
    )


def _say_groups(panels: list[Panel]) -> str:
    return ". ".join(
        f"{panel.title}, in the {_words()[0]}: "
        + ", ".join(
            f"{name} {value:.0f}%"
            for name, value in zip(panel.labels, panel.series[0].values, strict=True)
            if value is not None
        )
        for panel in panels
    )


def _message(context: Context, names: dict[str, str], first: dict[str, float | None]) -> str:
    """Name the ethnic groups with the largest and smallest share in the most deprived fifth."""
    known = [(value, key) for key, value in first.items() if key in GROUPS and value is not None]
    place = subject_name(context)
    if len(known) < 2:
        return start_sentence(f"{place}: people by national fifth of deprivation")
    (low, last), (high, most) = min(known), max(known)
    where = f"live in the {_words()[0]} of small areas in England"
    if f"{low:.0f}" == f"{high:.0f}":
        return f"In {place}, {high:.0f}% of people of every ethnic group {where}"
    return (
        f"In {place}, {high:.0f}% of people of {names[most]} ethnic groups and {low:.0f}% of "
        f"people of {names[last]} ethnic groups {where}"
    )


def _sides(context: Context) -> list[tuple[str, str, pd.Series[bool]]]:
    """Name, role and small areas of focus and rest, or of the system without a focus."""
    inside = context.in_focus
    if context.focus_name is None:
        return [(f"{context.system_short_name} system", "focus", ~inside)]
    sides = [(context.focus_name, "focus", inside)]
    if not inside.all():
        sides.append((start_sentence(str(context.rest_name).removeprefix("the ")), "rest", ~inside))
    return sides


def _fifths(context: Context) -> pd.Series[int]:
    fifths = context.small_areas[column(MEASURE, "quintile")].astype("Int64")
    if fifths.isna().all():
        raise NotAvailableError("No small area of the system has a deprivation score.")
    return fifths


def _words() -> tuple[str, ...]:
    words = catalogue().measure(MEASURE).fifth_words()
    return tuple(words[fifth] for fifth in FIFTHS)


def _people(context: Context, key: str) -> pd.Series[float]:
    people = context.small_areas[column(key, "numerator")] if key else context.places["people"]
    return people.astype(float)


def _count(
    people: pd.Series[float], fifths: pd.Series[int], chosen: pd.Series[bool]
) -> list[float]:
    """Sum people by fifth, most deprived first."""
    sums = people[chosen].groupby(fifths[chosen]).sum().reindex(list(FIFTHS)).fillna(0)
    return [float(number) for number in sums]


def _shares(counts: list[float]) -> list[float]:
    total = sum(counts)
    return [100 * count / total if total else 0.0 for count in counts]


def _say(series: tuple[Series, ...], words: tuple[str, ...]) -> str:
    said = []
    for one in series:
        parts = [
            f"{value:.1f}% ({count:,.0f} people) in the {word}"
            for value, count, word in zip(one.values, one.counts, words, strict=True)
        ]
        said.append(f"{one.name}: {', '.join(parts)}.")
    return " ".join(said)
