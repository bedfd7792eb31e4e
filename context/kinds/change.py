"""Kind "change": what became of a measure since the edition before, on the same ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from context.earlier import ground_of
from context.voice import NotMade, Row, Said, Voice, brief_period, templates
from context.wording import fit_bullet, say_join, say_least, say_number, start_sentence
from indicators.catalogue import Indicator, Measure, catalogue

if TYPE_CHECKING:
    from geodata.store import Store

KIND = "change"
WAYS = {"higher": "rose", "lower": "fell", "same": "same"}
Pair = tuple[Row, Row]
"""The row of a place now, and in the edition before."""


def make(voice: Voice, indicator: Indicator) -> Iterator[Said]:
    """State the change of an indicator since the edition before, or why none is stated."""
    earlier = voice.context.earlier
    if earlier.before is None:
        # What never compares needs no earlier edition.
        reason = earlier.reason if indicator.change.measure else ""
    else:
        reason = _why_not(voice, indicator, earlier.before)
    if reason:
        yield NotMade(kind=KIND, indicator=indicator.id, reason=reason)
    elif earlier.before is not None:
        yield from _since(voice, indicator, earlier.before)


def _why_not(voice: Voice, indicator: Indicator, before: Store) -> str:
    """Return why an indicator does not compare with the edition before; nothing where it does."""
    now = voice.context.store.measures
    shown = indicator.change.measure or indicator.default_of(now)
    if shown not in now or shown not in before.measures:
        return f"{indicator.title}: not available in both editions."
    if now[shown]["period"] == before.measures[shown]["period"]:
        return (
            f"{indicator.title}: editions {before.edition.id} and {voice.context.request.edition} "
            f"hold the same figures ({now[shown]['period']})."
        )
    return "" if indicator.change.measure else indicator.change.reason


def _since(voice: Voice, indicator: Indicator, before: Store) -> Iterator[Said]:
    measure = catalogue().measure(indicator.change.measure)
    subject = voice.subject(measure.id)
    pairs: list[Pair] = []
    for row in [*([subject] if subject else []), *voice.others(measure.id)]:
        then = _earlier_row(voice, measure, row, before)
        if isinstance(then, str):
            yield NotMade(
                kind=KIND,
                indicator=indicator.id,
                reason=(
                    f"{start_sentence(voice.name(row))} does not compare with edition "
                    f"{before.edition.id}: {then}."
                ),
            )
        else:
            pairs.append((row, then))
    if pairs and pairs[0][0] is subject and not any(r["numerator"] for r in pairs[0]):
        reason = f"{measure.title}: nobody in {voice.name(pairs[0][0])} at either time."
        yield NotMade(kind=KIND, indicator=indicator.id, reason=reason)
    elif pairs and pairs[0][0] is subject:
        yield _state(voice, indicator, measure, pairs, before)


def _state(
    voice: Voice, indicator: Indicator, measure: Measure, pairs: list[Pair], before: Store
) -> Said:
    (subject, then), *others = pairs
    said = templates()[KIND]
    named = _named(voice, measure, subject, then)
    way = _way(voice, measure, subject, then)
    bullets = ("bullet_same", "brief_same") if way == "same" else ("bullet", "brief")
    clause = said["ways"][way]["counted"].format(**named)
    text = said[measure.id]["text"].format(clause=clause, **named)
    if others:
        text += said["others"].format(clauses=_clauses(voice, measure, others))
    return voice.state(
        kind=KIND,
        measure=measure,
        key=measure.id,
        text=text,
        bullet=fit_bullet(said[measure.id][w].format(**named) for w in bullets),
        evidence=[row for pair in pairs for row in pair],
        rule=(
            "Both figures are for the ground of today: those of the edition before are summed "
            "over the small areas that correspond to it by the exact fit of the Office for "
            f"National Statistics. A change below {say_least(measure.worth_saying, measure.unit)} "
            'is worded as "about the same".'
        ),
        size=abs(subject["value"] - then["value"]) / (measure.worth_saying or 1.0),
        challenged=(
            f"{measure.definition} The figures are for {named['then_period']} and "
            f"{named['now_period']}, both on the ground of today, and {indicator.change.limit}"
        ),
        more_sources=voice.sources(measure, [then], before),
    )


def _earlier_row(voice: Voice, measure: Measure, row: Row, before: Store) -> Row | str:
    """Return the evidence row of a place in the edition before, or why there is none."""
    context = voice.context
    if row["role"] == "england":
        total = context.earlier.england(measure)
    else:
        ground = ground_of(context, row["role"], row["area_code"])
        total = context.earlier.total(ground, measure)
    if total.status:
        return total.status
    edition = before.edition.id
    return {
        "area_code": f"edition:{edition}:{row['area_code']}",
        "area_name": f"{voice.name(row)}, in edition {edition}",
        "role": row["role"],
        "level": "part",
        "measure": measure.id,
        "value": total.value,
        "numerator": total.numerator,
        "denominator": total.denominator,
        "period": before.measures[measure.id]["period"],
    }


def _named(voice: Voice, measure: Measure, now: Row, then: Row) -> dict[str, str]:
    named = {"place": voice.name(now), "place_bare": voice.bare_name(now)}
    for key, row in (("now", now), ("then", then)):
        period = brief_period(row)
        named |= {
            key: voice.shown(row, measure),
            f"{key}_count": say_number(row["numerator"], "people", 0),
            f"{key}_period": period,
            f"{key}_year": period.split()[-1],
        }
    return named


def _way(voice: Voice, measure: Measure, now: Row, then: Row) -> str:
    return WAYS[voice.differs(now, then, measure)]


def _clauses(voice: Voice, measure: Measure, pairs: list[Pair]) -> str:
    """Say what became of the other places: "rose from 1% to 2% in A and from 3% to 5% in B"."""
    said = templates()[KIND]["ways"]
    parts: dict[str, list[str]] = {}
    for now, then in pairs:
        way = _way(voice, measure, now, then)
        part = said[way]["part"].format(**_named(voice, measure, now, then))
        parts.setdefault(way, []).append(part)
    clauses = [f"{said[way]['verb']} {say_join(places)}" for way, places in parts.items()]
    return f"{clauses[0]} but {clauses[1]}" if len(clauses) == 2 else say_join(clauses)
