"""The comparison table: focus, peers, rest, system, England and every authority of the system."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from context.overlay import catalogue_of, coverage
from context.request import WHOLE, Request, is_small_area
from context.wording import say_place, say_places
from geodata.areas import ENGLAND_CODE
from indicators.aggregate import column, sum_parts
from indicators.catalogue import Measure

if TYPE_CHECKING:
    from geodata.store import Store

ROW = (
    "indicator",
    "measure",
    "role",
    "area_code",
    "area_name",
    "level",
    "share_inside",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "unit",
    "period",
    "rank",
    "of",
    "quintile",
    "difference",
    "against_england",
    "status",
)
FROM_TABLE = (
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "rank",
    "of",
    "quintile",
    "status",
)


EMPTY: dict[str, Any] = {
    **dict.fromkeys(("value", "lower", "upper", "numerator", "denominator"), math.nan),
    **dict.fromkeys(("rank", "of", "quintile"), pd.NA),
    "status": "",
}
NOT_LOADED = "not loaded"
NOT_AT_LEVEL = "not published at this level"
WHOLE_ONLY = "published for whole authorities only, not to be averaged"
RowsOf = dict[tuple[str, str, str], dict[str, Any]]
"""Numbers of the published areas, by measure, level and code."""


@dataclass(frozen=True)
class Place:
    """One row per measure is made for each of these."""

    role: str
    code: str
    name: str
    level: str
    share_inside: float | None
    parts: pd.DataFrame | None = None
    """Small areas to sum where the place is no published area (group, rest, part)."""
    members: tuple[tuple[str, str], ...] = ()
    """Level and code of the whole authorities to sum, for a group that reaches outside."""


def compare_places(
    request: Request,
    store: Store,
    small_areas: pd.DataFrame,
    places: pd.DataFrame,
    in_focus: pd.Series[bool],
    *,
    short_name: str,
    group_name: str = "",
) -> pd.DataFrame:
    """Lay every measure of the build beside every place of the request; columns ``ROW``.

    Values are unrounded; shares in percent. ``difference`` is area minus England, for every
    measure but counts. ``against_england`` is set only where an interval is published.
    """
    found = [
        *_focus(request, store, small_areas, in_focus, short_name, group_name=group_name),
        *_peers(request, store),
        Place("system", request.system, str(places["system_name"].iloc[0]), "system", None),
        Place("england", ENGLAND_CODE, "England", "england", None),
        *_authorities(request, store),
    ]
    rows_of = _read_rows(store, found)
    records = []
    for measure in catalogue_of(store).measures.values():
        if not measure.is_compared:
            continue
        known = store.measures.get(measure.id)
        england = rows_of.get((measure.id, "england", ENGLAND_CODE), EMPTY)["value"]
        for place in found:
            level, numbers = _numbers(place, measure, rows_of, loaded=known is not None)
            difference = None if measure.is_count else numbers["value"] - england
            records.append(
                {
                    "indicator": measure.indicator,
                    "measure": measure.id,
                    "role": place.role,
                    "area_code": place.code,
                    "area_name": place.name,
                    "level": level,
                    "share_inside": place.share_inside,
                    "unit": measure.unit,
                    "period": known["period"] if known else None,
                    "difference": difference,
                    "against_england": _against(numbers, england, place),
                    **numbers,
                }
            )
    return pd.DataFrame.from_records(records, columns=list(ROW))


def _read_rows(store: Store, found: list[Place]) -> RowsOf:
    """Index the published rows of the places of a request, and of England."""
    codes = {place.code for place in found}
    codes |= {code for place in found for _, code in place.members}
    table = store.areas[store.areas["area_code"].isin(codes)]
    keys = zip(table["measure"], table["level"], table["area_code"], strict=True)
    numbers_of = table[list(FROM_TABLE)].to_dict("records")
    return {
        (str(measure), str(level), str(code)): {str(k): v for k, v in row.items()}
        for (measure, level, code), row in zip(keys, numbers_of, strict=True)
    }


def _against(numbers: dict[str, Any], england: float, place: Place) -> str | None:
    """Say on which side of England's value the published interval lies.

    The rule that the public health profiles of the Office for Health Improvement and Disparities
    follow: the area's 95% interval against England's value, not England's interval.
    """
    lower, upper = numbers["lower"], numbers["upper"]
    if place.level == "england" or any(pd.isna(n) for n in (lower, upper, england)):
        return None
    if upper < england:
        return "lower"
    return "higher" if lower > england else "similar"


def _numbers(
    place: Place, measure: Measure, rows_of: RowsOf, *, loaded: bool
) -> tuple[str, dict[str, Any]]:
    """Return the level at which a measure of a place is taken, and its numbers.

    Focus and peers are taken at the lowest level at which the measure exists: a unitary authority
    among the districts, but among the upper tier for what is published for those alone.
    """
    if not loaded:
        return place.level, {**EMPTY, "status": NOT_LOADED}
    if place.parts is None and not place.members:
        levels = [place.level]
        if place.role in ("focus", "peer") and place.level == "ltla":
            levels.append("utla")
        for level in levels:
            row = rows_of.get((measure.id, level, place.code))
            if row is not None:
                return level, row
        alone = place.level == "system" and not measure.adds_up
        return place.level, {**EMPTY, "status": WHOLE_ONLY if alone else NOT_AT_LEVEL}
    if not measure.adds_up:
        return place.level, {**EMPTY, "status": WHOLE_ONLY}
    return place.level, _sum(place, measure, rows_of)


def _sum(place: Place, measure: Measure, rows_of: RowsOf) -> dict[str, Any]:
    """Return the numbers of the parts of a place taken together."""
    parts = place.parts
    if parts is None:
        rows = [rows_of[(measure.id, *member)] for member in place.members]
        missing = [str(row["status"]) for row in rows if pd.isna(row["numerator"])]
        fields = ("numerator", "denominator")
        parts = pd.DataFrame({column(measure.id, f): [row[f] for row in rows] for f in fields})
    else:
        missing = [coverage(parts, measure)]
    if any(missing):
        return {**EMPTY, "status": next(filter(None, missing))}
    total = sum_parts(parts, measure)
    status = "nothing is left of the system" if parts.empty else total.status
    return {**EMPTY, **total._asdict(), "status": status}


def _focus(
    request: Request,
    store: Store,
    small_areas: pd.DataFrame,
    in_focus: pd.Series[bool],
    short_name: str,
    *,
    group_name: str,
) -> list[Place]:
    """Return the focus (one authority, a part of one, or a group) and the rest of the system."""
    if not request.focus:
        return []
    members = store.membership
    inside = members[
        (members["system_code"] == request.system) & members["area_code"].isin(request.focus)
    ].drop_duplicates("area_code")
    rest = Place(
        "rest",
        f"rest:{request.system}:{','.join(request.focus)}",
        name_of_rest(short_name),
        "rest",
        1.0,
        small_areas[~in_focus],
    )
    if any(is_small_area(code) for code in request.focus):
        code = "group:" + ",".join(request.focus)
        name = group_name or f"{int(in_focus.sum())} small areas"
        return [Place("focus", code, name, "group", 1.0, small_areas[in_focus]), rest]
    share = float(inside["people_inside"].sum() / inside["people"].sum())
    if len(request.focus) > 1:
        name = say_places([say_place(str(name)) for name in inside["area_name"]])
        code = "group:" + ",".join(request.focus)
        if share < WHOLE and request.extent == "whole":
            levels, codes = inside["level"].astype(str), inside["area_code"].astype(str)
            whole = tuple(zip(levels, codes, strict=True))
            return [Place("focus", code, name, "group", share, members=whole), rest]
        if share < WHOLE:
            name = f"{name} (the parts in the system)"
        return [Place("focus", code, name, "group", share, small_areas[in_focus]), rest]
    row = inside.iloc[0]
    if share < WHOLE and request.extent == "inside":
        name = f"{row['area_name']} (the part in the system)"
        code = f"part:{request.system}:{row['area_code']}"
        return [Place("focus", code, name, "part", share, small_areas[in_focus]), rest]
    return [Place("focus", row["area_code"], row["area_name"], row["level"], share), rest]


def _peers(request: Request, store: Store) -> list[Place]:
    members = store.membership
    found = []
    for code in request.peers:
        rows = members[members["area_code"] == code]
        level = rows["level"].iloc[0]
        here = rows[(rows["system_code"] == request.system) & (rows["level"] == level)]
        share = float(here["share_inside"].iloc[0]) if len(here) else 0.0
        found.append(Place("peer", code, rows["area_name"].iloc[0], level, share))
    return found


def _authorities(request: Request, store: Store) -> list[Place]:
    members = store.membership[store.membership["system_code"] == request.system]
    members = members.sort_values(["level", "area_code"])
    columns = (members[name].astype(str) for name in ("area_code", "area_name", "level"))
    shares = members["share_inside"].astype(float)
    return [
        Place(level, code, name, level, share)
        for code, name, level, share in zip(*columns, shares, strict=True)
    ]


def name_of_rest(short_name: str) -> str:
    """Name what is left of a system without its focus."""
    return f"the rest of {say_place(short_name)}"
