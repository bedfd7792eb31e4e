"""Search areas by name: systems, authorities, MSOAs, wards and small areas, best match first."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from context.request import authority_candidates, system_candidates
from geodata.errors import UnknownNameError
from geodata.names import normalise, shown_text, spoken_forms

if TYPE_CHECKING:
    import pandas as pd

    from geodata.store import Store

LEVEL_ORDER = {"system": 0, "utla": 1, "ltla": 2, "msoa": 3, "lsoa": 4}
NEAR_ENOUGH = 0.7
MOST_NEAR = 10
LONGEST = 100
TIERS = 4
WARD_NOTICE = "The names of wards, in brackets, are those of 2024."


@dataclass(frozen=True)
class Match:
    """One area in one system; an authority that is split between two stands once in each."""

    level: str
    code: str
    name: str
    system: str


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Areas by name, best first, and what has to be said about them."""

    found: tuple[Match, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    """A name in plain letters, and the area or the ward that bears it."""

    key: str
    match: Match | None = None
    ward: str = ""


def find_by_name(text: str, store: Store, places: pd.DataFrame) -> Matches:
    """Find areas of a store by name, whatever the case, accents and punctuation.

    First those of exactly that name or alias, then those that begin with it, contain it or hold
    all of its words; where there are none, the nearest spellings, which a notice says. ``places``
    are the small areas of the store. Raises ``UnknownNameError`` where nothing is near.
    """
    entries = list(_entries(text, store, places))
    for forms in spoken_forms(text[:LONGEST]):
        found = _ranked(forms, entries)
        if found:
            return _matches(found, places)
    near = _nearest(normalise(text[:LONGEST]), entries)
    quoted, edition = shown_text(text), store.edition.id
    if not near:
        raise UnknownNameError(
            f'Nothing in edition {edition} is called "{quoted}": '
            "try the council, the health system, an area code or a full postcode."
        )
    nearest = _matches(near, places)
    words = f'Nothing in edition {edition} is called "{quoted}"; these are the nearest names.'
    return Matches(found=nearest.found, notices=(words, *nearest.notices))


def system_matches(store: Store) -> list[Match]:
    """Return every system of the edition under its official name."""
    return [Match("system", s["code"], s["name"], s["code"]) for s in store.manifest["systems"]]


def authority_matches(store: Store) -> list[Match]:
    """Return every authority in every system that it touches, most people first.

    A unitary authority stands once, as LTLA.
    """
    members = store.membership.sort_values(["area_code", "level", "people_inside"], kind="stable")
    members = members.drop_duplicates(["area_code", "system_code"])
    ordered = members.sort_values(["area_code", "people_inside"], ascending=[True, False])
    return _from_columns(ordered, ("level", "area_code", "area_name", "system_code"))


def msoa_matches(places: pd.DataFrame) -> list[Match]:
    """Return every MSOA in every system that it touches; one without a code has its name alone."""
    unique = places.drop_duplicates(["msoa_code", "msoa_name", "system_code"]).assign(level="msoa")
    return _from_columns(unique, ("level", "msoa_code", "msoa_name", "system_code"))


def small_area_matches(places: pd.DataFrame) -> list[Match]:
    """Return every small area."""
    named = places.rename_axis("area_code").reset_index().assign(level="lsoa")
    return _from_columns(named, ("level", "area_code", "area_name", "system_code"))


def _from_columns(table: pd.DataFrame, columns: Sequence[str]) -> list[Match]:
    values = (table[name].astype(str) for name in columns)
    return [Match(*row) for row in zip(*values, strict=True)]


def _entries(text: str, store: Store, places: pd.DataFrame) -> Iterator[_Entry]:
    aliases = {c.code: c.aliases for c in (*system_candidates(store), *authority_candidates(store))}
    for match in (*system_matches(store), *authority_matches(store)):
        for name in (match.name, *aliases.get(match.code, ())):
            yield _Entry(normalise(name), match)
    for match in msoa_matches(places):
        yield _Entry(normalise(match.name), match)
    if any(c.isdigit() for c in text):  # their names end in a number, so a text without has none
        for match in small_area_matches(places):
            yield _Entry(normalise(match.name), match)
    for ward in places["ward_name"].unique() if "ward_name" in places else ():
        if ward:
            yield _Entry(normalise(str(ward)), ward=str(ward))


def _ranked(forms: Sequence[str], entries: Sequence[_Entry]) -> list[_Entry]:
    ranked = []
    for place, entry in enumerate(entries):
        tiers = [t for form in forms if (t := _tier(entry.key, form)) is not None]
        if tiers:
            ranked.append((_order(entry, min(tiers)), place, entry))
    return [entry for *_, entry in sorted(ranked, key=lambda found: found[:2])]


def _order(entry: _Entry, tier: int) -> tuple[int, int, str]:
    """Put authorities whose name holds the words before the many small places that share it."""
    level = entry.match.level if entry.match else "lsoa"
    if entry.ward:
        return (TIERS if tier == 0 else TIERS + 2, 0, entry.key)
    if level in ("msoa", "lsoa"):
        return (0 if tier == 0 else TIERS + 1, LEVEL_ORDER[level], entry.key)
    return (tier, LEVEL_ORDER[level], "")


def _tier(key: str, form: str) -> int | None:
    """Return how well a name matches, 0 best of ``TIERS``; None where it does not."""
    if not form or not key:
        return None
    if key == form:
        return 0
    if key.startswith(form):
        return 1
    spaced = f" {key}"
    if f" {form}" in spaced:
        return 2
    return 3 if all(f" {word}" in spaced for word in form.split()) else None


def _nearest(form: str, entries: Sequence[_Entry]) -> list[_Entry]:
    by_key: dict[str, list[_Entry]] = {}
    for entry in entries:
        if entry.match is None or entry.match.level not in ("msoa", "lsoa"):  # these are numbers
            by_key.setdefault(entry.key, []).append(entry)
    close = difflib.get_close_matches(form, list(by_key), n=MOST_NEAR, cutoff=NEAR_ENOUGH)
    return [entry for key in close for entry in by_key[key]]


def _matches(entries: Sequence[_Entry], places: pd.DataFrame) -> Matches:
    """Keep each area once, under the name by which it matched best; a ward is its small areas."""
    best: dict[tuple[str, str, str], Match] = {}
    wards = {entry.ward for entry in entries if entry.ward}
    in_wards = places[places["ward_name"].isin(wards)] if wards else places.iloc[:0]
    by_ward = {str(ward): rows for ward, rows in in_wards.groupby("ward_name")} if wards else {}
    for entry in entries:
        if entry.match is not None:
            found = [entry.match]
        else:
            found = [
                replace(match, name=f"{match.name} ({entry.ward})")
                for match in small_area_matches(by_ward[entry.ward])
            ]
        for match in found:
            best.setdefault((match.level, match.code or match.name, match.system), match)
    return Matches(found=tuple(best.values()), notices=(WARD_NOTICE,) if wards else ())
