"""Kind "life_expectancy", who is lowest and highest in the system, where that is established."""

from __future__ import annotations

from collections.abc import Iterator

from context.difference import INSIDE_AT_LEAST, End, Estimate, lowest_and_highest
from context.request import WHOLE
from context.voice import NotMade, Row, Said, Voice, templates
from context.wording import fit_bullet, say_join, start_sentence
from indicators.catalogue import Measure, catalogue

KIND = "life_expectancy"
QUANTITIES = ("le_65", "hle_65", "le_birth", "hle_birth")
SEXES = ("female", "male")
BEHIND = 100.0
"""Puts what is said about the authorities behind what is said about the focus."""
MOST_TIED = 3
"""More areas than these without a clear difference are not listed: nobody stands out."""


def make(voice: Voice) -> Iterator[Said]:
    """State, per quantity and sex, who is lowest and highest of the authorities of the system."""
    for quantity in QUANTITIES:
        for sex in SEXES:
            measure_id = f"{quantity}_{sex}"
            rows = _authorities(voice, measure_id)
            if len(rows) < 2:
                continue
            measure = catalogue().measure(measure_id)
            said = _state(voice, measure, rows)
            if said is not None:
                yield said


def _authorities(voice: Voice, measure_id: str) -> list[Row]:
    """Return the authorities of the lowest level at which the measure exists in the system."""
    for role in ("ltla", "utla"):
        rows = voice.rows(measure_id, role)
        if len(rows) == len(voice.every_row(measure_id, role)) or role == "utla":
            return rows
    return []


def _state(voice: Voice, measure: Measure, every: list[Row]) -> Said | None:
    rows = [row for row in every if row["share_inside"] >= INSIDE_AT_LEAST]
    outside = [voice.name(row) for row in every if row["share_inside"] < INSIDE_AT_LEAST]
    extremes = lowest_and_highest(estimate_of(row) for row in rows)
    if extremes.lowest is None or extremes.highest is None:
        why = extremes.reason.value if extremes.reason else "nothing can be compared"
        reason = f"{measure.title}: {why}, so nobody is called lowest or highest."
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    found = {"lowest": extremes.lowest, "highest": extremes.highest}
    shared = set(extremes.lowest.codes) & set(extremes.highest.codes)
    row_of = {str(row["area_code"]): row for row in rows}
    clauses = {
        end: _clause(voice, measure, name=end, end=extreme, row_of=row_of)
        for end, extreme in found.items()
        if extreme.established or not shared
    }
    told = {end: clause for end, clause in clauses.items() if clause}
    if len(rows) == 2:  # of two, the lowest says it all
        told = {"lowest": told["lowest"]} if "lowest" in told else told
    if not told:
        reason = (
            f"{measure.title}: no authority of {voice.context.system_phrase} stands "
            "out; the differences between the lowest, and between the highest, are not established."
        )
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    template = templates()["extremes"]
    named = {
        "measure": template["measures"][measure.id],
        "system": voice.context.system_phrase,
        "n": len(rows),
        "clauses": "; it is ".join(told.values()),
        "period": rows[0]["period"],
    }
    named["measure_start"] = named["measure"][:1].upper() + named["measure"][1:]
    text = template["text"].format(**named)
    aside = ""
    if outside:
        words = template["outside_one" if len(outside) == 1 else "outside"]
        aside = words.format(places=start_sentence(say_join(outside)))
    values = [float(row["value"]) for row in rows]
    end = next(iter(told))
    bullets = [
        template["bullet"].format(**named, clause=told[end]),
        *_briefs(voice, measure, end, [row_of[code] for code in found[end].codes]),
    ]
    return voice.state(
        kind=KIND,
        measure=measure,
        key=f"{measure.id}.extremes",
        text=text,
        bullet=fit_bullet(bullets),
        evidence=sorted(rows, key=lambda row: row["value"]),
        rule=(
            "Lowest or highest alone only where the difference from every other is established at "
            "the 5% level, from the published intervals (Altman and Bland 2003); authorities with "
            "less than half of their people in the system are left out."
        ),
        aside=aside,
        size=(max(values) - min(values)) / (measure.worth_saying or 1.0) - BEHIND,
    )


def estimate_of(row: Row) -> Estimate:
    """Return a comparison row as what the tests of differences take."""
    return Estimate(
        area_code=str(row["area_code"]),
        value=row["value"],
        lower=row["lower"],
        upper=row["upper"],
        share_inside=row["share_inside"],
    )


def _clause(voice: Voice, measure: Measure, *, name: str, end: End, row_of: dict[str, Row]) -> str:
    template = templates()["extremes"]
    if len(end.codes) > MOST_TIED:
        return ""
    shown = [
        f"{voice.name(row_of[code])} ({voice.shown(row_of[code], measure)}{_inside(row_of[code])})"
        for code in end.codes
    ]
    if not end.established:
        return str(template["tied"].format(end=name, places=say_join(shown)))
    others = [row for code, row in row_of.items() if code not in end.codes]
    pick = min if name == "lowest" else max
    following = pick(others, key=lambda row: float(row["value"]))
    said = f"{voice.name(following)} ({voice.shown(following, measure)})"
    return str(template["alone"].format(end=name, place=shown[0], next=said))


def _inside(row: Row) -> str:
    """Say where an authority lies only partly in the system."""
    return (
        "" if row["share_inside"] >= WHOLE else f", {row['share_inside']:.0%} of it in the system"
    )


def _briefs(voice: Voice, measure: Measure, end: str, rows: list[Row]) -> list[str]:
    """Name the lowest or highest, or those that share the place, with and without figures."""
    template = templates()["extremes"]
    wording = template["brief" if len(rows) == 1 else "brief_tied"]
    named = {"end": start_sentence(end), "measure": template["measures"][measure.id]}
    shown = [f"{voice.name(row)} ({voice.shown(row, measure)})" for row in rows]
    plain = [voice.name(row) for row in rows]
    return [wording.format(**named, places=say_join(names)) for names in (shown, plain)]
