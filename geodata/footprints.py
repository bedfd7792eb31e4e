"""What moved between two vintages of the systems, computed from their lookups.

Systems change their code, name and ground from one vintage to the next. Each system is followed by
the one that holds most of its people; a small area whose new system does not follow its old one
has moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geodata.areas import read_lookup
from geodata.editions import Edition
from geodata.errors import SourceError, VintageError
from geodata.fit import COLUMN_OF, SHOWN_CODES, UNCHANGED

FOOTPRINT_COLUMNS = ("area_code", "system_code", "system_name", "ltla_name", "people")
MOVE_COLUMNS = (
    "from_code",
    "from_name",
    "to_code",
    "to_name",
    "ltla_name",
    "ltla_name_after",
    "small_areas",
    "counterparts",
    "people",
    "exact",
)
Side = Literal["before", "after"]


def read_footprints(path: Path, edition: Edition, people: pd.Series[float]) -> pd.DataFrame:
    """Read the system lookup of an edition as ``FOOTPRINT_COLUMNS``, one row per small area.

    ``people`` by ``area_code``; areas that it does not know have none (NaN). Raises
    ``SourceError`` where the lookup lacks a column or doubles a code.
    """
    small, system, ltla = (edition.columns[key] for key in ("small_area", "system", "ltla"))
    columns = {
        f"{small}CD": "area_code",
        f"{system}CD": "system_code",
        f"{system}NM": "system_name",
        f"{ltla}NM": "ltla_name",
    }
    lookup = read_lookup(path, columns)
    lookup = lookup[lookup["area_code"].str.startswith("E01")]
    doubled = lookup.loc[lookup["area_code"].duplicated(), "area_code"]
    if len(doubled):
        raise SourceError(f"{path.name} lists codes more than once: {', '.join(doubled[:5])}.")
    counted = lookup.assign(people=lookup["area_code"].map(people))
    return counted.sort_values("area_code").reset_index(drop=True)


def moves(
    before: pd.DataFrame,
    after: pd.DataFrame,
    fit: pd.DataFrame | None = None,
    *,
    count: Side = "after",
) -> pd.DataFrame:
    """Return what moved from one system to another, by district, most people first.

    ``before`` and ``after`` have ``FOOTPRINT_COLUMNS``; ``fit`` (``fit.read_fit``) carries small
    areas of 2011 to those of 2021 where the two differ. Small areas and people are those of the
    side named by ``count``; ``counterparts`` counts the small areas of the other side on the same
    ground, and both districts are named. ``exact`` says that each of them is an unchanged small
    area; what was split, merged or redrawn is carried to the system of most of its counterparts.
    Raises ``VintageError`` where the small areas differ and no fit is given.
    """
    linked = _link(before, after, fit, count)
    follows = _follow(linked).set_index("from_code")["follows"]
    moved = linked[linked["to_code"] != linked["from_code"].map(follows)]
    keys = ["from_code", "from_name", "to_code", "to_name", "ltla_name", "ltla_name_after"]
    once = moved["people"].where(~moved["area_code"].duplicated())
    found = (
        moved.assign(people=once)
        .groupby(keys, as_index=False)
        .agg(
            small_areas=("area_code", "nunique"),
            counterparts=("other_code", "nunique"),
            people=("people", lambda people: people.sum(min_count=1)),
            exact=("change", lambda changes: bool(changes.eq(UNCHANGED).all())),
        )
    )
    ordered = found.sort_values(["people", *keys], ascending=[False, *[True] * len(keys)])
    return ordered.reset_index(drop=True)[list(MOVE_COLUMNS)]


def successors(
    before: pd.DataFrame,
    after: pd.DataFrame,
    fit: pd.DataFrame | None = None,
    *,
    count: Side = "after",
) -> pd.DataFrame:
    """Return, per system of ``before``, the system of ``after`` that holds most of its people.

    Columns ``from_code``, ``from_name``, ``follows`` (the code), ``to_name``, ``share`` (of its
    people, 0 to 1), ordered by ``from_code``. Several systems may be followed by one (a merger).
    Without people, small areas are counted.
    """
    return _follow(_link(before, after, fit, count))


def _follow(linked: pd.DataFrame) -> pd.DataFrame:
    areas = linked.drop_duplicates("area_code")
    if areas["people"].isna().all():
        areas = areas.assign(people=1.0)
    keys = ["from_code", "from_name", "to_code", "to_name"]
    common = areas.groupby(keys, as_index=False)["people"].sum()
    common = common.assign(
        share=common["people"] / common.groupby("from_code")["people"].transform("sum")
    )
    ordered = common.sort_values(["from_code", "share", "to_code"], ascending=[True, False, True])
    most = ordered.drop_duplicates("from_code").rename(columns={"to_code": "follows"})
    columns = ["from_code", "from_name", "follows", "to_name", "share"]
    chosen: pd.DataFrame = most[columns].reset_index(drop=True)
    return chosen


def list_moves(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of ``moves`` as plain values, as a manifest keeps them."""
    rows = []
    for row in table[list(MOVE_COLUMNS)].to_dict("records"):
        plain = {str(key): value for key, value in row.items()}
        people = plain["people"]
        rows.append(
            {
                **plain,
                "small_areas": int(plain["small_areas"]),
                "counterparts": int(plain["counterparts"]),
                "people": None if pd.isna(people) else round(float(people)),
                "exact": bool(plain["exact"]),
            }
        )
    return rows


def say_moves(
    rows: Iterable[Mapping[str, Any]], system_code: str, names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Say in one sentence per move what a system gained or lost; none where nothing moved.

    ``rows`` as of ``list_moves``; ``names`` gives short names of systems by code. A system code
    of either vintage is understood.

    >>> row = {"from_code": "E1", "from_name": "Derby", "to_code": "E2", "to_name": "Leeds",
    ...        "ltla_name": "High Peak", "ltla_name_after": "High Peak", "small_areas": 21,
    ...        "counterparts": 21, "people": 33000, "exact": True}
    >>> say_moves([row], "E2")
    ('21 small areas of High Peak (33,000 people) moved from Derby to Leeds.',)
    """
    said = []
    for row in rows:
        if system_code not in (row["from_code"], row["to_code"]):
            continue
        source, target = (
            (names or {}).get(row[f"{end}_code"], row[f"{end}_name"]) for end in ("from", "to")
        )
        said.append(f"{_amount(row)} moved from {source} to {target}.{_caveat(row)}")
    return tuple(said)


def _amount(row: Mapping[str, Any]) -> str:
    count = int(row["small_areas"])
    today = row["ltla_name_after"]
    district = str(row["ltla_name"]) + (f" (now {today})" if today != row["ltla_name"] else "")
    people = "" if row["people"] is None else f" ({row['people']:,} people)"
    return f"{count:,} small area{'' if count == 1 else 's'} of {district}{people}"


def _caveat(row: Mapping[str, Any]) -> str:
    if row["exact"]:
        return ""
    count = int(row["counterparts"])
    return (
        " Some of them were split, merged or redrawn: "
        f"they are {count:,} small area{'' if count == 1 else 's'} in the other vintage."
    )


def _link(
    before: pd.DataFrame, after: pd.DataFrame, fit: pd.DataFrame | None, count: Side
) -> pd.DataFrame:
    """Pair every counted small area with its counterparts, its old and its new system.

    One row per pair: ``area_code`` (counted side), ``other_code``, ``change``, ``people``,
    ``from_*``, ``to_*``, ``ltla_name``, ``ltla_name_after``; the places are those of the area as a
    whole, the same on all of its pairs.
    """
    pairs = _pairs(before, after, fit)
    old = before[["area_code", "system_code", "system_name", "ltla_name"]].set_axis(
        ["before_code", "from_code", "from_name", "ltla_name"], axis=1
    )
    new = after[["area_code", "system_code", "system_name", "ltla_name"]].set_axis(
        ["after_code", "to_code", "to_name", "ltla_name_after"], axis=1
    )
    linked = pairs.merge(old, on="before_code").merge(new, on="after_code")
    counted = after if count == "after" else before
    other: Side = "before" if count == "after" else "after"
    linked = linked.rename(columns={f"{count}_code": "area_code", f"{other}_code": "other_code"})
    people = counted.set_index("area_code")["people"]
    linked = linked.assign(people=linked["area_code"].map(people).astype(float))
    if count == "after":
        return _settle(linked, ["from_code", "from_name", "ltla_name"])
    return _settle(linked, ["to_code", "to_name", "ltla_name_after"])


def _settle(linked: pd.DataFrame, ends: list[str]) -> pd.DataFrame:
    """Give every area one system and district at its other end: that of most counterparts."""
    code = ends[0]
    several = linked["area_code"].duplicated(keep=False)
    ties = linked[several]
    votes = ties.groupby(["area_code", *ends], as_index=False).agg(votes=("other_code", "size"))
    votes = votes.sort_values(["area_code", "votes", code], ascending=[True, False, True])
    chosen = votes.drop_duplicates("area_code")[["area_code", *ends]]
    settled = pd.concat([linked[~several], ties.drop(columns=ends).merge(chosen, on="area_code")])
    return settled.sort_values(["area_code", "other_code"]).reset_index(drop=True)


def _pairs(before: pd.DataFrame, after: pd.DataFrame, fit: pd.DataFrame | None) -> pd.DataFrame:
    old, new = set(before["area_code"]), set(after["area_code"])
    if old == new:
        codes = sorted(old)
        return pd.DataFrame({"before_code": codes, "after_code": codes, "change": UNCHANGED})
    if fit is None:
        raise VintageError(
            "The two lookups are on small areas of different vintages: give the exact fit "
            "between them (dataset small_area_fit)."
        )
    names = list(COLUMN_OF.values())
    first, last = (set(fit[name]) for name in names)
    if not old <= first and old <= last:  # from the newer vintage to the older
        names, first, last = names[::-1], last, first
    strange = sorted((old - first) | (new - last))
    if strange:
        raise SourceError(
            "The system lookups hold small areas that the exact fit does not know: "
            f"{', '.join(strange[:SHOWN_CODES])}."
        )
    pairs = fit.rename(columns={names[0]: "before_code", names[1]: "after_code"})
    return pairs[["before_code", "after_code", "change"]]
