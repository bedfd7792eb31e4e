"""Kind "life_expectancy": focus against England with published intervals, by sex."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from context.request import WHOLE
from context.voice import NotMade, Row, Said, Voice, templates
from context.wording import fit_bullet, say_join
from indicators.catalogue import Measure, catalogue

KIND = "life_expectancy"
SEXES = ("female", "male")
INDICATOR = "life_expectancy"
DERIVED = "years_poor_health_65"
FIRST = 1000.0
"""Lifts what is measured at the age that the topic is about above every other size."""
QUANTITIES = ("le_65", "hle_65", "years_poor_health_65", "le_birth", "hle_birth")


def make(voice: Voice) -> Iterator[Said]:
    """State each quantity for both sexes of the focus, or of the county that it is part of."""
    role = _role_to_speak_of(voice)
    if role is None:
        who = voice.subject_name
        reason = f"Life expectancy is published for whole authorities only, not for {who}."
        yield NotMade(kind=KIND, indicator=INDICATOR, reason=reason)
    for quantity in QUANTITIES:
        pairs = [pair for sex in SEXES if (pair := _pair(voice, f"{quantity}_{sex}", role))]
        if pairs:
            yield _state(voice, quantity, pairs, county=role == "utla")
        elif not any(f"{quantity}_{sex}" in voice.context.store.measures for sex in SEXES):
            reason = f"{templates()['life'][quantity]['title']}: not published for this edition."
            yield NotMade(kind=KIND, indicator=INDICATOR, reason=reason)
        elif role is not None:
            reason = (
                f"{templates()['life'][quantity]['title']}: not published for {voice.subject_name}."
            )
            yield NotMade(kind=KIND, indicator=INDICATOR, reason=reason)


def _role_to_speak_of(voice: Voice) -> str | None:
    """Return "focus", or "utla" for the county of a district; None for groups and systems."""
    if not voice.context.focus_name or len(voice.context.request.focus) > 1:
        return None
    rows = [voice.every_row(f"{q}_female", "focus") for q in QUANTITIES]
    level = next((row[0]["level"] for row in rows if row), "")
    if level in ("part", "group"):
        return None
    if any(row and not pd.isna(row[0]["value"]) for row in rows):
        return "focus"
    return "utla"


def _pair(voice: Voice, measure: str, role: str | None) -> tuple[Measure, Row, Row] | None:
    if role is None:
        return None
    rows = voice.rows(measure, role)
    if role == "utla":
        focus = voice.context.places[voice.context.in_focus]
        rows = [row for row in rows if row["area_code"] in set(focus["utla_code"])]
    england = voice.rows(measure, "england")
    return (catalogue().measure(measure), rows[0], england[0]) if rows and england else None


def _state(
    voice: Voice, quantity: str, pairs: list[tuple[Measure, Row, Row]], *, county: bool
) -> Said:
    said = templates()["life"][quantity]
    clauses = [_clause(voice, quantity, *pair) for pair in pairs]
    measure, row, _ = pairs[0]
    named = {"place": voice.name(row), "period": row["period"], "focus": voice.subject_name}
    text = said["text"].format(**named, clauses=say_join(clauses))
    if row["share_inside"] is not None and row["share_inside"] < WHOLE:
        share = f"{row['share_inside']:.0%}"
        text += templates()["life"]["inside"].format(share=share, place=voice.name(row))
    if county:
        text += templates()["life"]["county"].format(**named)
    sizes = [voice.size(r, [e], m) for m, r, e in pairs]
    strongest = pairs[sizes.index(max(sizes))]
    return voice.state(
        kind=KIND,
        measure=measure,
        key=quantity,
        text=text,
        bullet=_bullet(voice, quantity, *strongest),
        evidence=[r for _, *rows in pairs for r in rows],
        rule=_rule(pairs),
        size=max(sizes) + (FIRST if _comes_first(voice, quantity) else 0.0),
        challenged=(
            f"{said['definition']} The figures are for {row['period']}, and {measure.limit}"
        ),
    )


def _comes_first(voice: Voice, quantity: str) -> bool:
    """Say whether the topic is about the age that a quantity is measured at.

    A difference of two figures, without an interval, never comes first.
    """
    return quantity != DERIVED and quantity.endswith(
        templates()["life"]["first"].get(voice.context.request.topic, "-")
    )


def _rule(pairs: list[tuple[Measure, Row, Row]]) -> str:
    if all(row["against_england"] for _, row, _ in pairs):
        return (
            "Lower or higher only where the area's published 95% interval leaves out England's "
            "value."
        )
    measure = pairs[0][0]
    return (
        "No interval is published, so the difference is worded by size: below "
        f"{measure.worth_saying:g} years it is about the same."
    )


def verdict(voice: Voice, measure: Measure, row: Row, england: Row) -> str:
    """Return lower, similar or higher by interval; without one lower, same or higher by size."""
    return str(row["against_england"]) or voice.differs(row, england, measure)


def _clause(voice: Voice, quantity: str, measure: Measure, row: Row, england: Row) -> str:
    said = templates()["life"]
    first = measure.sex == SEXES[0]
    interval = ""
    if not pd.isna(row["lower"]):
        interval = (
            f" ({voice.shown(row, measure, 'lower')} to {voice.shown(row, measure, 'upper')})"
        )
    return str(
        said[quantity]["first" if first else "second"].format(
            who=said["who"][quantity.rsplit("_", 1)[1]][measure.sex],
            place=voice.name(row),
            value=voice.shown(row, measure),
            interval=interval,
            verdict=said["verdict"][verdict(voice, measure, row, england)],
            england=voice.shown(england, measure),
        )
    )


def _bullet(voice: Voice, quantity: str, measure: Measure, row: Row, england: Row) -> str:
    said = templates()["life"]
    named = {
        "who": said["who_aged"][quantity.rsplit("_", 1)[1]][measure.sex],
        "place": voice.name(row),
        "value": voice.shown(row, measure),
        "england": voice.shown(england, measure),
        "verdict": said["verdict"][verdict(voice, measure, row, england)],
    }
    return fit_bullet(said[quantity][w].format(**named) for w in ("bullet", "brief"))
