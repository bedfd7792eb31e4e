"""Areas of the neighbouring edition that somebody asks for here: what holds their ground now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.wording import say_join
from geodata.names import normalise, spoken_forms

if TYPE_CHECKING:
    from geodata.store import Store

LEVELS = ("system", "ltla")


def say_elsewhere(text: str, store: Store, *levels: str) -> str:
    """Say of which edition an area is that this one does not have, and what holds its ground.

    ``levels`` are those to look among (``LEVELS``, all where none is given). Returns nothing where
    the neighbouring edition does not have it either.
    """
    wanted = {form for forms in spoken_forms(text) for form in forms} - {""}
    code = text.strip().upper()
    for other in store.manifest.get("others", []):
        if other["level"] not in (levels or LEVELS) or _is_kept(other):
            continue
        if code == other["code"] or normalise(other["name"]) in wanted:
            return _say(other, store)
    return ""


def names_kept(store: Store) -> dict[str, str]:
    """Return, by code, the name that the neighbouring edition has for an area of both."""
    return {
        str(other["code"]): str(other["name"])
        for other in store.manifest.get("others", [])
        if _is_kept(other)
    }


def _is_kept(other: dict[str, Any]) -> bool:
    return any(area["code"] == other["code"] for area in other["here"])


def _say(other: dict[str, Any], store: Store) -> str:
    areas = [f"{area['name']} ({area['code']})" for area in other["here"]]
    one_of = "one of these" if len(areas) > 1 else "this one"
    return (
        f"{other['name']} ({other['code']}) is of edition {other['edition']}; in edition "
        f"{store.edition.id} its ground lies in {say_join(areas)}. Choose {one_of}, or edition "
        f"{other['edition']}."
    )
