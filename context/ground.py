"""The ground and the layers of a map, from a ``Context``; the only place that joins geometry."""

from __future__ import annotations

from typing import Any

import pandas as pd

from context.build import Context
from context.layers import FIFTHS, ClusterLayer, Ground, Layer, Origin
from context.overlay import catalogue_of
from context.own_measure import OwnMeasure
from context.request import WHOLE
from context.statements import Statements, make_statements
from context.voice import PART_IN_SYSTEM
from context.wording import say_licence, start_sentence
from geodata.boundaries import dissolve
from geodata.errors import NotAvailableError, RequestError
from indicators.aggregate import column
from indicators.catalogue import Indicator, Measure

BOUNDARY_NOTE = "Outlines generalised to 200 m"
CLUSTER_KIND = "cluster_kind"
PEOPLE = "population"
"""Dataset of the people in the legend of every map."""


def read_ground(context: Context) -> Ground:
    """Read the outlines of the system and dissolve its authorities and the focus."""
    places = context.places
    outlines = context.store.outlines(context.request.system).reindex(places.index)
    in_focus = context.in_focus
    focus = None
    if in_focus.any():
        focus = dissolve(outlines[in_focus], in_focus[in_focus].astype(str)).iloc[0]
    attribution = next(
        entry["attribution"]
        for entry in context.store.manifest["datasets"]
        if entry["id"] == "outlines"
    )
    return Ground(
        system_code=context.request.system,
        system_name=context.system_short_name,
        focus_name=_name_of_focus(context),
        outlines=outlines,
        area_names=places["area_name"],
        ltla_codes=places["ltla_code"],
        ltla_names=places.drop_duplicates("ltla_code").set_index("ltla_code")["ltla_name"],
        people=places["people"].astype(float),
        in_focus=in_focus,
        ltla_outlines=dissolve(outlines, places["ltla_code"]),
        focus_outline=focus,
        boundary_note=BOUNDARY_NOTE,
        attribution=str(attribution),
    )


def _name_of_focus(context: Context) -> str | None:
    """Name what is drawn of the focus: of one that reaches outside, the part in the system."""
    rows = context.comparison[context.comparison["role"] == "focus"]
    if context.request.extent == "whole" and rows["share_inside"].lt(WHOLE).any():
        return f"{context.focus_name}{PART_IN_SYSTEM}"
    return context.focus_name


def default_measures(context: Context) -> tuple[str, ...]:
    """Return the measure to map for each indicator that has small areas, in the topic's order."""
    entries = catalogue_of(context.store)
    mapped = {name for name in context.store.measures if entries.measures[name].is_of_small_areas}
    found = (
        entries.indicators[name].default_of(mapped)
        for name in entries.topics[context.request.topic]
    )
    return tuple(measure for measure in found if measure is not None)


def sheet_measures(context: Context, most: int) -> tuple[str, ...]:
    """Return up to ``most`` measures for a sheet of maps: the main ones, then more of them."""
    entries = catalogue_of(context.store)
    more = [name for name in entries.more_maps if name in context.store.measures]
    return tuple(dict.fromkeys([*default_measures(context), *more]))[:most]


def choose_measure(context: Context, indicator: Indicator, measure_id: str = "") -> Measure:
    """Return the measure to map: the one named, else the indicator's default.

    Raises ``RequestError`` for a measure of another indicator or one that no small area has, and
    ``NotAvailableError`` with reason and remedy where it is not loaded.
    """
    available = context.store.measures
    chosen = measure_id or indicator.default_of(available) or indicator.default
    measure = catalogue_of(context.store).measure(chosen)
    if measure.indicator != indicator.id:
        raise RequestError(f"{measure.id} is a measure of {measure.indicator}.")
    if measure.id not in available:
        for gone in context.store.manifest.get("missing", []):
            if measure.id in gone["measures"]:
                raise NotAvailableError(
                    f"{measure.title} is not available: {gone['reason']} {gone['remedy']}"
                )
        raise NotAvailableError(f"{measure.title} is not loaded. Run `incontext fetch`.")
    if not measure.is_of_small_areas:
        raise RequestError(
            f"{measure.title} is published for whole authorities only: small areas have no map "
            "of it. Use compare or statements."
        )
    return measure


def select_layers(
    context: Context, measures: tuple[str, ...] = (), *, said: Statements | None = None
) -> tuple[Layer, ...]:
    """Return the layers asked for, else the default measure of each indicator in topic order.

    ``said`` are the statements of this context where they are made already: titles come from them.
    """
    entries = catalogue_of(context.store)
    chosen = measures or default_measures(context)
    made = (said or make_statements(context)).statements
    messages = {statement.id.split(".")[2]: statement.bullet for statement in made[::-1]}
    return tuple(_layer(context, entries.measure(name), messages.get(name, "")) for name in chosen)


def _layer(context: Context, measure: Measure, message: str) -> Layer:
    small = context.small_areas
    fifths = small[column(measure.id, "quintile")].astype("Int64")
    values = small[column(measure.id, "value")].astype(float)
    status = column(measure.id, "status")
    reasons = small[status] if status in small else pd.Series("", index=small.index)
    described = context.store.measures[measure.id]
    sources = _datasets(context, measure)
    return Layer(
        indicator=measure.indicator,
        measure=measure.id,
        title=measure.title,
        unit=measure.unit,
        decimals=measure.decimals,
        period=described["period"],
        values=values,
        fifths=fifths,
        reasons=reasons,
        limits={int(k): (low, high) for k, (low, high) in described["limits"].items()},
        people=_people_by(context, fifths.fillna(0)).reindex((0, *FIFTHS)).fillna(0),
        fifth_words=measure.fifth_words(),
        darkest="low" if measure.polarity == "high is better" else "high",
        source=_say_source(sources),
        caveat=start_sentence(measure.limit),
        message=message,
        is_national=not isinstance(measure, OwnMeasure) or measure.national,
        origins=_origins(sources),
    )


def cluster_layer(context: Context, measure_id: str) -> ClusterLayer:
    """Return the clusters of one measure, from the column ``MEASURE.cluster_kind`` of the build.

    Its message is the statement on them: that of high values, else of low ones.

    Raises ``NotAvailableError`` where the build has no clusters of the measure.
    """
    measure = catalogue_of(context.store).measure(measure_id)
    name = column(measure.id, CLUSTER_KIND)
    if name not in context.small_areas:
        raise NotAvailableError(
            f"There are no clusters of {measure.title} in this build. Run `incontext fetch`, or "
            "choose another measure."
        )
    kinds = context.small_areas[name].fillna("no value").astype(str)
    sources = _datasets(context, measure)
    said = {statement.id: statement.bullet for statement in make_statements(context).statements}
    sides = [
        f"pattern.{measure.indicator}.{measure.id}.clusters.{side}" for side in ("high", "low")
    ]
    found = "Clusters" if kinds.isin(["high", "low"]).any() else "No clusters established"
    message = next((said[name] for name in sides if name in said), f"{found}: {measure.title}")
    return ClusterLayer(
        indicator=measure.indicator,
        measure=measure.id,
        title=measure.title,
        period=context.store.measures[measure.id]["period"],
        kinds=kinds,
        people=_people_by(context, kinds),
        high_words=measure.high_words,
        low_words=measure.low_words,
        darkest="low" if measure.polarity == "high is better" else "high",
        source=_say_source(sources),
        origins=_origins(sources),
        message=message,
    )


def _datasets(context: Context, measure: Measure) -> list[dict[str, Any]]:
    """The datasets of a measure, and the one that counts the people of the legend."""
    known = {str(d["id"]): d for d in context.store.manifest["datasets"]}
    wanted = dict.fromkeys((*measure.datasets, PEOPLE))
    return [known[name] for name in wanted if name in known]


def _origins(sources: list[dict[str, Any]]) -> tuple[Origin, ...]:
    return tuple(Origin(*(str(d[name]) for name in Origin._fields)) for d in sources)


def _say_source(sources: list[dict[str, Any]]) -> str:
    titles = "; ".join(f"{d['title']}, {d['period']}" for d in sources)
    publishers = ", ".join(dict.fromkeys(d["publisher"] for d in sources))
    return f"Source: {publishers}: {titles}. {say_licence(str(d['licence']) for d in sources)}"


def _people_by(context: Context, classes: pd.Series[Any]) -> pd.DataFrame:
    """Count people of the focus and of the rest by class."""
    people = context.places["people"]
    focus = people.where(context.in_focus, 0).groupby(classes).sum()
    rest = people.where(~context.in_focus, 0).groupby(classes).sum()
    return pd.DataFrame({"focus": focus, "rest": rest}).astype(float)
