"""Area codes of a reader's table: their level, and whether they are of the edition in use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from geodata.editions import Edition, editions
from geodata.errors import InContextError, RequestError, VintageError
from geodata.store import REMEDY, home, open_store

if TYPE_CHECKING:
    from geodata.store import Store

LEVEL_NAMES = {
    "lsoa": "codes of small areas (LSOA)",
    "msoa": "codes of MSOAs",
    "ltla": "codes of districts and unitary authorities",
}
PATTERNS = {"lsoa": r"E01\d{6}", "msoa": r"E02\d{6}", "ltla": r"E0[6-9]\d{6}"}
MOST_NAMED = 5


def level_of(code: str) -> str | None:
    """Return the level that a code is of by its pattern; None where it is none of ours.

    >>> level_of("E01000001"), level_of("e06000026"), level_of("W01000001")
    ('lsoa', 'ltla', None)
    """
    return next((k for k, p in PATTERNS.items() if re.fullmatch(p, code.upper())), None)


def all_places(store: Store) -> pd.DataFrame:
    """Return every small area that a store holds, with its people and the areas it lies in."""
    return pd.concat([store.places(code) for code in store.manifest["complete_systems"]])


def known_codes(store: Store, level: str) -> frozenset[str]:
    """Return the codes of a level that a store holds."""
    if level == "ltla":
        members = store.membership
        return frozenset(members.loc[members["level"] == "ltla", "area_code"].astype(str))
    places = all_places(store)
    return frozenset((places.index if level == "lsoa" else places["msoa_code"]).astype(str))


def check_codes(codes: Sequence[str], level: str, store: Store) -> None:
    """Raise ``VintageError`` or ``RequestError`` for codes that the edition does not have."""
    known = known_codes(store, level)
    unknown = [code for code in codes if code not in known]
    if not unknown:
        return
    edition = store.edition
    for other in _other_editions(edition, level):
        theirs = _codes_of(other, level)
        fitting = [code for code in unknown if code in theirs]
        if fitting:
            raise VintageError(
                f"{_some(fitting)} of the table {_is(fitting)} of {_vintage(other, level)}; "
                f"edition {edition.id} uses {_vintage(edition, level)}. "
                f"Choose edition {other.id}, or give values for the areas of edition {edition.id}."
            )
    if store.is_starter and level != "ltla":
        complete = set(store.manifest["complete_systems"])
        here = [s["name"] for s in store.manifest["systems"] if s["code"] in complete]
        raise RequestError(
            f"{_some(unknown)} of the table {_is(unknown)} not in the starter, which holds the "
            f"{LEVEL_NAMES[level].removeprefix('codes of ')} of {', '.join(here)} only "
            f"({_vintage(edition, level)}). Leave out what lies elsewhere. {REMEDY}"
        )
    others = [e for e in _other_editions(edition, level) if not e.awaits]
    hint = "".join(f" {_vintage(e, level)} belongs to edition {e.id}." for e in others[:1])
    raise RequestError(
        f"{_some(unknown)} of the table {_is(unknown)} not known in edition {edition.id} "
        f"({_vintage(edition, level)}). Correct or leave out.{hint}"
    )


def _other_editions(edition: Edition, level: str) -> list[Edition]:
    """Return the editions whose areas of that level are of another time."""
    return [
        other
        for other in editions().values()
        if other.id != edition.id and _vintage(other, level) != _vintage(edition, level)
    ]


def _vintage(edition: Edition, level: str) -> str:
    """Name the vintage of a level: "LSOA 2011", "MSOA 2011"; authorities by their edition."""
    if level == "ltla":
        return f"the authorities of edition {edition.id}"
    return edition.small_area.replace("LSOA", level.upper())


def _codes_of(edition: Edition, level: str) -> frozenset[str]:
    """Return the codes of another edition where its data are here, else none."""
    try:
        return known_codes(open_store(edition, root=home()), level)
    except InContextError:
        return frozenset()


def _some(codes: Sequence[str]) -> str:
    more = len(codes) - MOST_NAMED
    named = ", ".join(codes[:MOST_NAMED])
    return f"{named} and {more:,} more code{'s' * (more > 1)}" if more > 0 else named


def _is(codes: Sequence[str]) -> str:
    return "are" if len(codes) > 1 else "is"
