"""The ground and the layers of a map, from a ``Context``; the only place that joins geometry."""

from __future__ import annotations

from typing import Any

import pandas as pd

from context.build import Context
from context.layers import FIFTHS, Ground, Layer
from context.statements import make_statements
from context.wording import say_join, start_sentence
from geodata.boundaries import dissolve
from geodata.errors import NotAvailableError, RequestError
from indicators.aggregate import column
from indicators.catalogue import Indicator, Measure, catalogue

BOUNDARY_NOTE = "Outlines generalised to 200 m"


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
        focus_name=context.focus_name,
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


def default_measures(context: Context) -> tuple[str, ...]:
    """Return the measure to map for each indicator that has small areas, in the topic's order."""
    entries = catalogue()
    mapped = {name for name in context.store.measures if entries.measures[name].is_of_small_areas}
    found = (
        entries.indicators[name].default_of(mapped)
        for name in entries.topics[context.request.topic]
    )
    return tuple(measure for measure in found if measure is not None)


def choose_measure(context: Context, indicator: Indicator, measure_id: str = "") -> Measure:
    """Return the measure to map: the one named, else the indicator's default.

    Raises ``RequestError`` for a measure of another indicator or one that no small area has, and
    ``NotAvailableError`` with reason and remedy where it is not loaded.
    """
    available = context.store.measures
    chosen = measure_id or indicator.default_of(available) or indicator.default
    measure = catalogue().measure(chosen)
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


def select_layers(context: Context, measures: tuple[str, ...] = ()) -> tuple[Layer, ...]:
    """Return the layers asked for, else the default measure of each indicator in topic order."""
    entries = catalogue()
    chosen = measures or default_measures(context)
    messages = {s.id.split(".")[2]: s.bullet for s in make_statements(context).statements[::-1]}
    return tuple(_layer(context, entries.measure(name), messages.get(name, "")) for name in chosen)


def _layer(context: Context, measure: Measure, message: str) -> Layer:
    small = context.small_areas
    fifths = small[column(measure.id, "quintile")].astype("Int64")
    values = small[column(measure.id, "value")].astype(float)
    status = column(measure.id, "status")
    reasons = small[status] if status in small else pd.Series("", index=small.index)
    described = context.store.measures[measure.id]
    datasets = catalogue().indicators[measure.indicator].datasets
    sources = [d for d in context.store.manifest["datasets"] if d["id"] in datasets]
    titles = "; ".join(f"{d['title']}, {d['period']}" for d in sources)
    publishers = ", ".join(dict.fromkeys(d["publisher"] for d in sources))
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
        people=_people_by_fifth(context, fifths),
        fifth_words=measure.fifth_words(),
        darkest="low" if measure.polarity == "high is better" else "high",
        source=f"Source: {publishers}: {titles}. {say_licence(sources)}",
        caveat=start_sentence(measure.limit),
        message=message,
    )


def say_licence(sources: list[dict[str, Any]]) -> str:
    """Say under which licences figures may be used, or that it is not recorded."""
    licences = dict.fromkeys(str(entry["licence"]) for entry in sources)
    if any(licence.startswith("not recorded") for licence in licences):
        return f"Licence {say_join(list(licences))}"
    return f"Licensed under the {say_join(list(licences))}"


def _people_by_fifth(context: Context, fifths: pd.Series[int]) -> pd.DataFrame:
    """Count people by national fifth, 0 standing for areas without a value."""
    people, group = context.places["people"], fifths.fillna(0)
    focus = people.where(context.in_focus, 0).groupby(group).sum()
    rest = people.where(~context.in_focus, 0).groupby(group).sum()
    return pd.DataFrame({"focus": focus, "rest": rest}).reindex((0, *FIFTHS)).fillna(0)
