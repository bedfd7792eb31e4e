"""Kind "pattern", halves: north against south and east against west of the system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from context.voice import NotMade, Row, Said, Voice, templates
from context.wording import (
    fit_bullet,
    say_join,
    say_least,
    say_number,
    say_place,
    say_places,
    start_sentence,
)
from indicators.aggregate import column
from indicators.catalogue import Measure

KIND = "pattern"
AXES = {"north_south": ("northing", "north", "south"), "east_west": ("easting", "east", "west")}


@dataclass(frozen=True)
class Split:
    """One way of looking at both halves: everybody, without some places, or by land."""

    key: str
    first: Row
    second: Row

    @property
    def difference(self) -> float:
        """Return first half minus second half."""
        return float(self.first["value"] - self.second["value"])


def make(voice: Voice, measure: Measure) -> Iterator[Said]:
    """State the difference between both halves, and whether every way of looking finds it.

    The halves meet at the population-weighted centre of the system. Ways of looking: the whole
    system, without the focus, without focus and peers, and weighted by land, which is what the eye
    sees on a map. If they disagree, that is the sentence.
    """
    if measure.id not in templates()["halves"] or "easting" not in voice.context.places:
        return
    for axis, (coordinate, first, second) in AXES.items():
        splits = _splits(voice, measure, coordinate, (first, second))
        yield _state(voice, measure, axis, splits)


def _splits(voice: Voice, measure: Measure, coordinate: str, names: tuple[str, str]) -> list[Split]:
    context = voice.context
    places = context.places
    centre = float(np.average(places[coordinate], weights=places["people"]))
    beyond = places[coordinate] >= centre
    everywhere = pd.Series(True, index=places.index)
    ways = {"whole": everywhere}
    if context.focus_name and not context.in_focus.all():
        ways["without_focus"] = ~context.in_focus
        peers = places["ltla_code"].isin(context.request.peers) | places["utla_code"].isin(
            context.request.peers
        )
        if (peers & ~context.in_focus).any() and not (peers | context.in_focus).all():
            ways["without_focus_and_peers"] = ~context.in_focus & ~peers
    found = []
    for key, mask in ways.items():
        halves = [
            _half(voice, measure, mask & side, name=name, way=key)
            for side, name in ((beyond, names[0]), (~beyond, names[1]))
        ]
        found.append(Split(key, *halves))
    land = column("people_per_km2", "denominator")
    if land in context.small_areas:
        halves = [
            _half(voice, measure, side, name=name, way="by_land", land=context.small_areas[land])
            for side, name in ((beyond, names[0]), (~beyond, names[1]))
        ]
        found.append(Split("by_land", *halves))
    return found


def _half(
    voice: Voice,
    measure: Measure,
    mask: pd.Series[bool],
    *,
    name: str,
    way: str,
    land: pd.Series[float] | None = None,
) -> Row:
    context = voice.context
    small = context.small_areas
    numerator, denominator = (
        small[column(measure.id, field)][mask] for field in ("numerator", "denominator")
    )
    if land is not None:
        values = small[column(measure.id, "value")][mask] / measure.factor
        weight = land[mask].where(values.notna())
        numerator, denominator = values * weight, weight
    total, weight_sum = float(numerator.sum()), float(denominator.sum())
    suffix = "" if way == "whole" else f":{way}"
    described = templates()["halves"]["ways"][way].format(
        focus=context.focus_name, peers=_peers(voice)
    )
    return {
        "area_code": f"part:{context.request.system}:{name}{suffix}",
        "area_name": f"the {name} of {context.system_phrase}{described}",
        "role": "part",
        "level": "part",
        "measure": measure.id,
        "value": measure.factor * total / weight_sum if weight_sum else float("nan"),
        "numerator": total,
        "denominator": weight_sum,
        "period": context.store.measures[measure.id]["period"],
    }


def _peers(voice: Voice) -> str:
    names = [say_place(name) for name in voice.context.peer_names]
    return say_places(names) if names else ""


def _state(voice: Voice, measure: Measure, axis: str, splits: list[Split]) -> Said:
    _, first, second = AXES[axis]
    system = voice.context.system_phrase
    if any(np.isnan(split.difference) for split in splits):
        reason = f"One half ({first} or {second}) has no people or no figures."
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    signs = [_sign(split, measure) for split in splits]
    if not any(signs):
        reason = (
            f"{start_sentence(first)} and {second} of {system} differ by less than "
            f"{say_least(measure.worth_saying, measure.unit)} in every way of looking."
        )
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    template = templates()["halves"]
    agree = len(set(signs)) == 1
    named = _named(voice, measure, splits[0], (first, second))
    text = template["text" if signs[0] else "same"].format(**named)
    text += _other_ways(voice, measure, (first, second), splits, signs)
    said = template["agree" if agree else "disagree"]
    return voice.state(
        kind=KIND,
        measure=measure,
        key=f"{measure.id}.{axis}",
        text=text,
        bullet=fit_bullet(said[wording].format(**named) for wording in ("bullet", "brief")),
        evidence=[row for split in splits for row in (split.first, split.second)],
        rule=(
            f"{start_sentence(first)} and {second} meet at the centre of the system weighted by "
            f"people. Up to four ways of looking are compared; a difference below "
            f"{say_least(measure.worth_saying, measure.unit)} counts as none; a direction is "
            "stated only with what the other ways say."
        ),
        size=abs(splits[0].difference) / measure.worth_saying,
    )


def _named(voice: Voice, measure: Measure, whole: Split, names: tuple[str, str]) -> dict[str, str]:
    up = whole.difference > 0
    higher, lower = names if up else names[::-1]
    high, low = (whole.first, whole.second) if up else (whole.second, whole.first)
    what = templates()["halves"][measure.id]["what"]
    return {
        "system": voice.context.system_phrase,
        "system_bare": voice.context.system_short_name,
        "what": what,
        "brief": templates()["halves"][measure.id]["brief"],
        "what_start": start_sentence(what),
        "higher": higher,
        "lower": lower,
        "high_value": voice.shown(high, measure),
        "low_value": voice.shown(low, measure),
        "high_people": say_number(high["denominator"], "people", 0),
        "low_people": say_number(low["denominator"], "people", 0),
        "period": str(high["period"]),
    }


def _sign(split: Split, measure: Measure) -> int:
    if abs(split.difference) < measure.worth_saying:
        return 0
    return 1 if split.difference > 0 else -1


def _other_ways(
    voice: Voice,
    measure: Measure,
    names: tuple[str, str],
    splits: list[Split],
    signs: list[int],
) -> str:
    """Say what each other way of looking finds: those that agree, those that do not, the rest."""
    template = templates()["halves"]
    clauses: dict[str, list[str]] = {"also": [], "but": [], "little": []}
    half = {}
    for split, sign in zip(splits[1:], signs[1:], strict=True):
        way = template["ways"]["said"][split.key].format(
            focus=voice.subject_name, peers=_peers(voice)
        )
        rows = (split.first, split.second) if split.difference > 0 else (split.second, split.first)
        values = f"{voice.shown(rows[0], measure)} against {voice.shown(rows[1], measure)}"
        kind = "little" if sign == 0 else "also" if sign == signs[0] else "but"
        half[kind] = names[0] if sign > 0 else names[1]
        clauses[kind].append(f"{way} ({values})")
    return "".join(
        template["found"][kind].format(ways=say_join(ways), half=half[kind])
        for kind, ways in clauses.items()
        if ways
    )
