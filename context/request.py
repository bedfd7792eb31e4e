"""What was asked: a system, a focus, peers and a topic, as codes of one edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from context.elsewhere import names_kept, say_elsewhere
from geodata.errors import RequestError, UnknownNameError
from geodata.names import (
    Named,
    find_named,
    load_system_names,
    name_parts,
    said_names,
    system_aliases,
)
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from geodata.store import Store

DEFAULT_TOPIC = "older_people"
EXTENTS = ("", "whole", "inside")
WHOLE = 0.9999
"""Share of people inside from which an authority counts as wholly inside (guards rounding)."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question: codes only, so that the same request always gives the same output."""

    edition: str
    system: str
    focus: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    topic: str = DEFAULT_TOPIC
    extent: str = ""


def is_small_area(code: str) -> bool:
    """Say whether a code of a focus is that of a small area, given in a file."""
    return code.startswith("E01")


def resolve_request(
    store: Store,
    *,
    system: str,
    focus: Sequence[str] = (),
    peers: Sequence[str] = (),
    topic: str = DEFAULT_TOPIC,
    extent: str = "",
    small_areas: Sequence[str] = (),
) -> Request:
    """Turn names or codes into a ``Request`` against one store.

    ``small_areas`` (codes of the system) stand for a focus of authorities.
    Raises ``UnknownNameError`` with the nearest names, and ``RequestError`` for a topic or extent
    that does not exist, a focus lying partly inside without ``extent``, or a peer in the focus.
    """
    if topic not in catalogue().topics:
        known = ", ".join(catalogue().topics)
        raise RequestError(f'There is no topic called "{topic[:40]}". Choose one of: {known}.')
    if extent not in EXTENTS:
        raise RequestError("The extent is either whole or inside.")
    if small_areas and focus:
        raise RequestError("Give either a focus or a file of small areas, not both.")
    chosen = find_system(system, store)
    inside = [find_place(text, store, chosen) for text in focus]
    anywhere = [find_authority(text, store) for text in peers]
    _refuse_itself(inside, anywhere)
    request = Request(
        edition=store.edition.id,
        system=chosen.code,
        focus=tuple(sorted({*(place.code for place in inside), *small_areas})),
        peers=tuple(dict.fromkeys(place.code for place in anywhere)),
        topic=topic,
        extent=extent,
    )
    _require_extent(store, request, chosen)
    return request


def _refuse_itself(focus: Sequence[Named], peers: Sequence[Named]) -> None:
    codes = {place.code for place in focus}
    for peer in peers:
        if peer.code in codes:
            raise RequestError(
                f"{peer.name} is in the focus, so it cannot be compared with: leave it out as a "
                "peer."
            )


def find_system(text: str, store: Store) -> Named:
    """Find a system of the edition by any of its names, then by a part of one that is its alone.

    Raises ``UnknownNameError`` with the nearest names otherwise.
    """
    candidates = system_candidates(store)
    try:
        return find_named(text, candidates, what="system")
    except UnknownNameError as error:
        parts = [_by_part(system) for system in candidates if system.aliases]
        try:
            found = find_named(text, parts, what="system")
        except UnknownNameError:
            raise (
                _elsewhere(text, store, "system") or _of_a_system(text, store) or error
            ) from None
        return next(system for system in candidates if system.code == found.code)


def find_authority(text: str, store: Store) -> Named:
    """Find an authority anywhere in England; raise ``UnknownNameError`` otherwise.

    One that only the neighbouring edition has raises ``RequestError`` with what holds it now.
    """
    try:
        return find_named(text, authority_candidates(store), what="local authority")
    except UnknownNameError as error:
        raise _elsewhere(text, store, "ltla") or error from None


def _of_a_system(text: str, store: Store) -> RequestError | None:
    """Say in which system a local authority lies that was given as one."""
    try:
        found = find_named(text, authority_candidates(store), what="local authority")
    except UnknownNameError:
        return None
    members = store.membership
    rows = members[members["area_code"] == found.code].drop_duplicates("system_code")
    names = {system["code"]: system["name"] for system in store.manifest["systems"]}
    systems = " or ".join(f"{names[code]} ({code})" for code in rows["system_code"])
    return RequestError(
        f"{found.name} is a local authority: give it as the focus of its system, {systems}."
    )


def _elsewhere(text: str, store: Store, level: str) -> RequestError | None:
    said = say_elsewhere(text, store, level)
    return RequestError(said) if said else None


def find_place(text: str, store: Store, system: Named) -> Named:
    """Find an authority of the system; say so where it exists but lies outside."""
    candidates = authority_candidates(store, system.code)
    try:
        return find_named(text, candidates, what=f"place in {system.name}")
    except UnknownNameError as error:
        try:
            outside = find_authority(text, store)
        except UnknownNameError:
            raise error from None
        raise RequestError(
            f"{outside.name} does not lie in {system.name}; give it as a peer, "
            "or choose its own system."
        ) from None


def system_candidates(store: Store) -> tuple[Named, ...]:
    """Return every system of the edition with all the names that people use for it."""
    return _system_candidates(
        store.edition.id,
        store.edition.system_kind,
        tuple((system["code"], system["name"]) for system in store.manifest["systems"]),
        tuple(names_kept(store).items()),
    )


@lru_cache(maxsize=4)
def _system_candidates(
    edition: str,
    kind: str,
    systems: tuple[tuple[str, str], ...],
    kept: tuple[tuple[str, str], ...],
) -> tuple[Named, ...]:
    names = load_system_names(edition, dict(systems))
    found = []
    for code, official in systems:
        known = names.get(code)
        aliases: tuple[str, ...] = ()
        if known is not None:
            more = system_aliases(known.short_name, official, known.aliases, kind)  # type: ignore[arg-type]
            aliases = (known.short_name, *more)
        aliases = (*aliases, *(name for other, name in kept if other == code))
        found.append(Named(code=code, name=official, level="system", aliases=aliases))
    return tuple(found)


def _by_part(system: Named) -> Named:
    """Let a system answer to the parts of its short name alone: "Kent" of "Kent and Medway"."""
    return replace(system, name="", aliases=tuple(name_parts(system.aliases[0])))


def short_system_name(store: Store, code: str) -> str:
    """Return the name of a system as people say it ("Devon"), else its official name."""
    official = {s["code"]: s["name"] for s in store.manifest["systems"]}
    known = load_system_names(store.edition.id, official).get(code)
    if known is not None:
        return known.short_name
    return next(str(s["name"]) for s in store.manifest["systems"] if s["code"] == code)


def authority_candidates(store: Store, system_code: str | None = None) -> tuple[Named, ...]:
    """Return every LTLA, then every UTLA that is not also an LTLA, of a system or of England."""
    members = store.membership
    if system_code is not None:
        members = members[members["system_code"] == system_code]
    members = members.drop_duplicates("area_code")
    columns = (members[name].astype(str) for name in ("area_code", "area_name", "level"))
    return tuple(
        Named(code=code, name=name, level=level, aliases=said_names(name))
        for code, name, level in zip(*columns, strict=True)
    )


def _require_extent(store: Store, request: Request, system: Named) -> None:
    members = store.membership
    rows = members[
        members["area_code"].isin(request.focus) & (members["system_code"] == request.system)
    ].drop_duplicates("area_code")
    split = rows[rows["share_inside"] < WHOLE]
    if len(split) and not request.extent:
        row = split.iloc[0]
        raise RequestError(
            f"{row['area_name']} lies only partly in {system.name} "
            f"({row['share_inside']:.0%} of its people): choose --extent inside for that part, "
            "or --extent whole for all of it."
        )
