"""Kind "pattern", clusters: where high or low areas lie together beyond chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from context.voice import NotMade, Row, Said, Voice, brief_period, templates
from context.wording import fit_bullet, say_join, say_number, say_place, say_places, start_sentence
from indicators.aggregate import column
from indicators.catalogue import Measure

KIND = "pattern"
SHOWN = 3
"""Clusters named in one sentence, the largest by people first, those of the focus before others."""
AREAS_AT_LEAST = 3
"""A cluster of which fewer lie inside the system belongs to its neighbour."""
WARDS = 2
WIDE = 3
"""A cluster over more districts than these is named by districts alone."""


@dataclass(frozen=True)
class Cluster:
    """One cluster inside the system: its name in words, small areas and people."""

    number: int
    name: str
    brief: str
    small_areas: int
    people: float
    in_focus: bool


def make(voice: Voice, measure: Measure) -> Iterator[Said]:
    """State where clusters of high, and for some measures low, values lie in the system."""
    template = templates()["clusters"].get(measure.id)
    if template is None or column(measure.id, "cluster") not in voice.context.small_areas:
        return
    for side in ("high", "low"):
        if side in template:
            yield _state(voice, measure, side, template)


def _state(voice: Voice, measure: Measure, side: str, template: dict[str, str]) -> Said:
    found = _find(voice, measure, side)
    system = voice.context.system_phrase
    if not found:
        reason = f"No cluster of {template[side]} is established in {system}."
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    shown = found[:SHOWN]
    said = templates()["clusters"]
    named = {
        "what": template[side],
        "what_start": start_sentence(template[side]),
        "brief": start_sentence(template.get(f"{side}_brief", template[side])),
        "system": system,
        "places": "; ".join(_place(cluster) for cluster in shown),
        "first": shown[0].brief,
        "areas": str(shown[0].small_areas),
        "period": brief_period(_about(voice, measure)),
    }
    text = said["text"].format(**named)
    if len(found) > len(shown):
        more = len(found) - len(shown)
        text += said["more" if more > 1 else "one_more"].format(n=more)
    bullet = "bullet" if shown[0].people == max(c.people for c in found) else "bullet_one"
    everyone = float(voice.context.places["people"].sum())
    evidence = [row for c in shown for row in _evidence(voice, measure, c, everyone)]
    return voice.state(
        kind=KIND,
        measure=measure,
        key=f"{measure.id}.clusters.{side}",
        text=text,
        bullet=fit_bullet(said[wording].format(**named) for wording in (bullet, "brief")),
        evidence=[*evidence, _counted(voice, measure, side, found, everyone)],
        rule=(
            "Local Moran's I on all small areas of England (neighbours share an edge or a corner; "
            "normal scores; analytical moments of Sokal and others 1998; false-discovery rate 5%); "
            "at least three areas that touch; only the areas inside the system are counted. Ward "
            "names of 2024 say where, and stand for no figure."
        ),
        size=100 * sum(c.people for c in found) / everyone / 2.0,
    )


def _find(voice: Voice, measure: Measure, side: str) -> list[Cluster]:
    context = voice.context
    small, places = context.small_areas, context.places
    kind, number = (small[column(measure.id, field)] for field in ("cluster_kind", "cluster"))
    inside = number[kind.eq(side) & number.notna()].astype(int)
    found = []
    for which, codes in inside.groupby(inside).groups.items():
        here = places.loc[codes]
        found.append(
            Cluster(
                number=int(str(which)),
                name=_name(here),
                brief=_brief(here),
                small_areas=len(here),
                people=float(here["people"].sum()),
                in_focus=float(here["people"][context.in_focus.loc[codes]].sum())
                > 0.5 * here["people"].sum(),
            )
        )
    found = [cluster for cluster in found if cluster.small_areas >= AREAS_AT_LEAST]
    return sorted(found, key=lambda c: (not c.in_focus, -c.people, c.number))


def _name(here: pd.DataFrame) -> str:
    """Name a cluster by its wards and district, a wide one by its districts."""
    districts = [say_place(name) for name in _most(here["ltla_name"])]
    if len(districts) > WIDE:
        others = len(districts) - 2
        return f"across {districts[0]}, {districts[1]} and {others} other districts"
    wards = [ward for ward in _most(here["ward_name"]) if ward]
    if not wards:
        return f"in {say_places(districts)}"
    around = say_join([*wards[:WARDS], *(["nearby wards"] if len(wards) > WARDS else [])])
    return f"in {say_places(districts)} ({around})"


def _brief(here: pd.DataFrame) -> str:
    districts = [say_place(name) for name in _most(here["ltla_name"])]
    return say_places(districts) if len(districts) < WIDE else f"{districts[0]} and other districts"


def _most(names: pd.Series[str]) -> list[str]:
    """Return the names by how many areas carry them, equal ones by name."""
    counts = names.astype(str).value_counts()
    return sorted(counts.index.astype(str), key=lambda name: (-int(counts[name]), name))


def _place(cluster: Cluster) -> str:
    areas = "small areas" if cluster.small_areas > 1 else "small area"
    people = say_number(cluster.people, "people", 0)
    return f"{cluster.name}: {cluster.small_areas:,} {areas}, {people} people"


def _evidence(voice: Voice, measure: Measure, cluster: Cluster, everyone: float) -> list[Row]:
    about = _about(voice, measure)
    of_system = float(len(voice.context.places))
    return [
        {
            **about,
            "area_code": f"cluster:{measure.id}:{cluster.number}",
            "area_name": f"cluster {cluster.name}",
            "measure": f"{measure.id}.{part}",
            "value": 100 * numerator / denominator,
            "numerator": numerator,
            "denominator": denominator,
        }
        for part, numerator, denominator in (
            ("people_in_cluster", cluster.people, everyone),
            ("small_areas_in_cluster", float(cluster.small_areas), of_system),
        )
    ]


def _counted(
    voice: Voice, measure: Measure, side: str, found: list[Cluster], everyone: float
) -> Row:
    """Return the row that counts all clusters of one side, those not named too."""
    people = sum(cluster.people for cluster in found)
    return {
        **_about(voice, measure),
        "area_code": f"clusters:{measure.id}:{side}",
        "area_name": f"all {len(found)} clusters, {max(len(found) - SHOWN, 0)} of them not named",
        "measure": f"{measure.id}.people_in_cluster",
        "value": 100 * people / everyone,
        "numerator": people,
        "denominator": everyone,
    }


def _about(voice: Voice, measure: Measure) -> Row:
    period = voice.context.store.measures[measure.id]["period"]
    return {"role": "part", "level": "part", "period": period}
