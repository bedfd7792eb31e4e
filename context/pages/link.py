"""The link that holds what is asked, and reopens the view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from context.pages.shown import keep_store
from context.request import (
    DEFAULT_TOPIC,
    EXTENTS,
    Request,
    authority_candidates,
    find_authority,
    find_place,
    find_system,
    is_small_area,
    short_system_name,
    system_candidates,
)
from geodata.errors import InContextError
from geodata.names import Named
from geodata.store import open_store
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from geodata.store import Store


def open_chosen() -> tuple[Store, list[str]]:
    """Open the chosen edition: of the sidebar, else of the link, else the newest loaded.

    Also returns what is wrong with the link, in sentences.
    """
    wrong: list[str] = []
    chosen = st.session_state.get("edition")
    asked = st.query_params.get("edition")
    if chosen is None and asked:
        try:
            return keep_store(open_store(asked)), wrong
        except InContextError as error:
            wrong.append(str(error))
    return keep_store(open_store(chosen)), wrong


def read_link(store: Store, wrong: list[str]) -> None:
    """Take what the link asks, once in a session; without a link, what the build proposes.

    What is not known stays out, with one sentence.
    """
    state = st.session_state
    if "system" in state:
        if asked_now() != state.get("asked_first"):
            state["link_problems"] = []  # something was chosen since
        return
    link = st.query_params
    asked: dict[str, Any] = {
        "system": link.get("system"),
        "focus": link.get_all("focus"),
        "peers": link.get_all("peer"),
    }
    proposed = store.manifest.get("default_request", {})
    if not asked["system"]:
        asked = {**asked, **proposed} if not (asked["focus"] or asked["peers"]) else asked
    if not asked["system"] and asked["focus"]:
        asked["system"] = _system_of(store, asked["focus"][0], wrong)
    found = _known(store, asked, wrong)
    if found["system"] is None and proposed and asked["system"]:
        found = _known(store, proposed, [])
    topic, extent = link.get("topic", DEFAULT_TOPIC), link.get("extent", "")
    if topic not in catalogue().topics:
        wrong.append(f'There is no topic called "{topic[:40]}" in this tool; choose one here.')
        topic = DEFAULT_TOPIC
    state.update(found)
    if found["system"] is None:
        state["system"] = systems_of(store)[0].code
    state["topic"] = topic
    if extent in EXTENTS[1:]:
        state["extent"] = extent
    elif extent:
        wrong.append("The extent in the link is neither whole nor inside; choose it here.")
    state["link_problems"] = wrong


def asked_now() -> tuple[Any, ...]:
    """Return what the sidebar asks, as one value to compare."""
    state = st.session_state
    return (
        state.get("edition"),
        state.get("system"),
        *state.get("focus", ()),
        *state.get("peers", ()),
        state["topic"],
    )


def _known(store: Store, asked: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Return what exists of what is asked, as codes; the sentences about the rest go in wrong."""
    codes = _codes([asked["system"]] if asked.get("system") else [], wrong, "system", store)
    loaded = {system.code: system for system in systems_of(store)}
    if not codes:
        return {"system": None, "focus": [], "peers": []}
    if codes[0] not in loaded:
        name = short_system_name(store, codes[0])
        wrong.append(f"{name} is not loaded. Run `incontext fetch` to load all of England.")
        return {"system": None, "focus": [], "peers": []}
    focus = _codes(asked.get("focus", ()), wrong, "focus", store, loaded[codes[0]])
    peers = _codes(asked.get("peers", ()), wrong, "peers", store)
    named = {place.code: place.name for place in authority_candidates(store)}
    for code in set(focus) & set(peers):
        wrong.append(f"{named[code]} is the focus, so it is not compared with itself.")
    return {
        "system": codes[0],
        "focus": focus,
        "peers": [code for code in peers if code not in focus],
    }


def _system_of(store: Store, text: str, wrong: list[str]) -> str | None:
    """Return the system in which most people of a place live, for a link that names none."""
    try:
        place = find_authority(text, store)
    except InContextError as error:
        wrong.append(str(error))
        return None
    members = store.membership
    rows = members[members["area_code"] == place.code].sort_values("share_inside")
    return str(rows["system_code"].iloc[-1])


def _codes(
    texts: Sequence[str], wrong: list[str], kind: str, store: Store, system: Named | None = None
) -> list[str]:
    """Find names or codes one by one; what is not found goes into ``wrong`` as a sentence."""
    found = []
    for text in texts:
        try:
            if system is not None:
                found.append(find_place(text, store, system).code)
            elif kind == "system":
                found.append(find_system(text, store).code)
            else:
                found.append(find_authority(text, store).code)
        except InContextError as error:
            wrong.append(str(error))
    return list(dict.fromkeys(found))


def systems_of(store: Store) -> list[Named]:
    """Return the systems that are loaded with their small areas, in the order of their names."""
    complete = set(store.manifest["complete_systems"])
    loaded = [system for system in system_candidates(store) if system.code in complete]
    return sorted(loaded, key=lambda system: short_system_name(store, system.code))


def write_link(request: Request) -> None:
    """Write the request into the query string, so that the link reopens the view.

    A group of small areas is left out: it is the reader's own, and too long for an address.
    """
    wanted: dict[str, str | list[str]] = {
        "edition": request.edition,
        "system": request.system,
        "focus": [code for code in request.focus if not is_small_area(code)],
        "peer": list(request.peers),
        "topic": request.topic,
    }
    if request.extent:
        wanted["extent"] = request.extent
    wanted = {key: value for key, value in wanted.items() if value}
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    if now != {key: [v] if isinstance(v, str) else v for key, v in wanted.items()}:
        st.query_params.from_dict(wanted)
