"""Kind "spread": how many people and small areas lie in one end of England's small areas."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from context.request import WHOLE
from context.voice import NotMade, Row, Said, Voice, brief_period, templates
from context.wording import fit_bullet, say_number, start_sentence
from indicators.aggregate import column
from indicators.catalogue import Measure

KIND = "spread"
ENDS = {"high": 5, "low": 1}
WORTH_SAYING = 2.0
"""Percentage points of people, fixed before the reference review was run."""
AREAS_AT_LEAST = 5


def make(voice: Voice, measure: Measure) -> Iterator[Said]:
    """State which share of the people of the focus lives in one national fifth of small areas.

    For deprivation always the most deprived fifth; else the end that holds more of the people.
    """
    if measure.id not in templates()["spread"] or not measure.is_of_small_areas:
        return
    context = voice.context
    inside = (
        context.in_focus if context.focus_name else pd.Series(True, index=context.in_focus.index)
    )
    subject = voice.every_row(measure.id, voice.subject_role)[0]
    place = voice.name(subject)
    if context.focus_name and context.request.extent == "whole" and subject["share_inside"] < WHOLE:
        reason = f"Only part of {place} has its small areas in this system."
    elif int(inside.sum()) < AREAS_AT_LEAST:
        reason = f"{start_sentence(place)} has too few small areas to speak of fifths."
    else:
        yield _state(voice, measure, inside, subject)
        return
    yield NotMade(kind=KIND, indicator=measure.indicator, reason=reason)


def _state(voice: Voice, measure: Measure, inside: pd.Series[bool], subject: Row) -> Said:
    template, said = templates()["spread"][measure.id], templates()["spread"]
    end = template.get("end") or _fuller_end(voice, measure, inside)
    here = _in_fifth(voice, measure, inside, ENDS[end], subject)
    rest = voice.every_row(measure.id, "rest")
    there: list[Row] = []
    size = here[0]["value"] / 20
    if rest and not inside.all():
        there = _in_fifth(voice, measure, ~inside, ENDS[end], rest[0])
        size = abs(here[0]["value"] - there[0]["value"]) / WORTH_SAYING
        if size < 1:
            reason = (
                f"{start_sentence(voice.name(subject))} and {voice.name(rest[0])} have about the "
                f"same share of people in {template[end]}."
            )
            return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    named = {
        "place": voice.name(subject),
        "place_start": start_sentence(voice.name(subject)),
        "place_short": voice.short_name(subject),
        "place_bare": voice.bare_name(subject),
        "rest": voice.name(rest[0]) if rest else "",
        "fifth": template[end],
        "fifth_brief": template[f"{end}_brief"],
        "period": brief_period(subject),
        **_numbers(here, there),
    }
    extreme = _extreme(here)
    alone = "" if there else "_alone"
    bullets = [f"bullet{alone}", "brief", "briefest"]
    return voice.state(
        kind=KIND,
        measure=measure,
        key=measure.id,
        text=said[f"{extreme or 'text'}{alone}"].format(**named),
        bullet=fit_bullet(
            said[wording].format(**named)
            for wording in ([f"bullet_{extreme}", f"brief_{extreme}"] if extreme else bullets)
        ),
        evidence=[*here, *there],
        rule=(
            "Small areas are sorted into fifths of England (deprivation: by published decile in "
            "pairs; else by rank); people are those of the edition. The end that holds more of "
            "the people is spoken of; for deprivation always the most deprived."
        ),
        size=size,
        challenged=_challenged(voice, measure, str(subject["period"])),
    )


def _extreme(here: list[Row]) -> str:
    """Return "none" or "all" where no small area, or every one, is in the fifth; else nothing."""
    areas = here[1]
    if not areas["numerator"]:
        return "none"
    return "all" if areas["numerator"] == areas["denominator"] else ""


def _challenged(voice: Voice, measure: Measure, period: str) -> str:
    """Say what small areas are and how they are sorted, then the period and its limit."""
    store = voice.context.store
    areas, people = (int(store.systems[key].sum()) for key in ("small_areas", "population"))
    return str(
        templates()["spread"]["challenged"].format(
            england_areas=f"{areas:,}",
            vintage=store.edition.small_area,
            people_each=f"{round(people / areas, -2):,.0f}",
            phrase=measure.phrase,
            period=period,
            limit=measure.limit or templates()["no_limit"],
        )
    )


def _fuller_end(voice: Voice, measure: Measure, inside: pd.Series[bool]) -> str:
    people = voice.context.places["people"][inside]
    fifth = voice.context.small_areas[column(measure.id, "quintile")][inside]
    held = {
        end: people[fifth.eq(number).fillna(False).astype(bool)].sum()
        for end, number in ENDS.items()
    }
    return max(held, key=lambda end: held[end])


def _in_fifth(
    voice: Voice, measure: Measure, inside: pd.Series[bool], fifth: int, place: Row
) -> list[Row]:
    """Return two rows: people, and small areas, of a place in one national fifth."""
    fifths = voice.context.small_areas[column(measure.id, "quintile")][inside]
    people = voice.context.places["people"][inside][fifths.notna()]
    fifths = fifths.dropna().astype(int)
    held = fifths.eq(fifth)
    about = {
        "area_code": f"fifth:{place['area_code']}:{fifth}",
        "area_name": f"{voice.name(place)}, {measure.fifth_words()[fifth]} of small areas",
        "role": place["role"],
        "level": "part",
        "period": place["period"],
    }
    parts = float(people[held].sum()), float(people.sum())
    areas = float(held.sum()), float(len(held))
    return [
        {**about, "measure": f"{measure.id}.people_in_fifth", **_share(*parts)},
        {**about, "measure": f"{measure.id}.small_areas_in_fifth", **_share(*areas)},
    ]


def _share(numerator: float, denominator: float) -> dict[str, float]:
    value = 100 * numerator / denominator if denominator else float("nan")
    return {"value": value, "numerator": numerator, "denominator": denominator}


def _numbers(here: list[Row], there: list[Row]) -> dict[str, str]:
    """Write people and areas of both places; shares in whole percent unless one is under 1."""
    shares = [rows[0]["value"] for rows in (here, there) if rows]
    digits = 0 if all(1 <= share <= 99 for share in shares) else 1
    named: dict[str, str] = {}
    for start, rows in (("", here), ("rest_", there)):
        if rows:
            people, areas = rows
            named |= {
                f"{start}share": say_number(people["value"], "%", digits),
                f"{start}areas": say_number(areas["numerator"], "people", 0),
                f"{start}all_areas": say_number(areas["denominator"], "people", 0),
            }
    return named
