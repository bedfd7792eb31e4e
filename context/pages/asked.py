"""What is asked: the sidebar, and the link that reopens the view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from context.pages.finding import show_find
from context.pages.group import ask_group, has_group_file
from context.pages.shown import GLOSSARY, escape, keep_store, note
from context.request import (
    DEFAULT_TOPIC,
    EXTENTS,
    WHOLE,
    Request,
    authority_candidates,
    find_authority,
    find_place,
    find_system,
    is_small_area,
    resolve_request,
    short_system_name,
    system_candidates,
)
from geodata.editions import editions
from geodata.errors import InContextError
from geodata.names import Named
from geodata.store import CURRENT, home, open_store
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from geodata.store import Store

HELP = {
    "edition": "A set of figures and areas of one time; they are never mixed.",
    "system": "A health system: the NHS and councils of an area. Type a part of the name.",
    "focus": "The place that is reviewed: districts, unitary authorities or counties of the "
    "system. Several make a group. Without one the system is set against England.",
    "peers": "Places anywhere in England to set beside the focus. Type a part of the name.",
    "topic": "What the review is about: it decides what is said first.",
}


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
        if _asked_now() != state.get("asked_first"):
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
    found = _known(store, asked, wrong)
    if found["system"] is None and proposed and asked["system"]:
        found = _known(store, proposed, [])
    topic, extent = link.get("topic", DEFAULT_TOPIC), link.get("extent", "")
    if topic not in catalogue().topics:
        wrong.append(f'There is no topic called "{topic[:40]}" in this tool; choose one here.')
        topic = DEFAULT_TOPIC
    state.update(found)
    if found["system"] is None:
        state["system"] = _systems(store)[0].code
    state["topic"] = topic
    if extent in EXTENTS[1:]:
        state["extent"] = extent
    elif extent:
        wrong.append("The extent in the link is neither whole nor inside; choose it here.")
    state["link_problems"] = wrong


def _asked_now() -> tuple[Any, ...]:
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
    loaded = {system.code: system for system in _systems(store)}
    if not codes:
        return {"system": None, "focus": [], "peers": []}
    if codes[0] not in loaded:
        name = short_system_name(store, codes[0])
        wrong.append(f"{name} is not loaded. Run `incontext fetch` to load all of England.")
        return {"system": None, "focus": [], "peers": []}
    return {
        "system": codes[0],
        "focus": _codes(asked.get("focus", ()), wrong, "focus", store, loaded[codes[0]]),
        "peers": _codes(asked.get("peers", ()), wrong, "peers", store),
    }


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


def _systems(store: Store) -> list[Named]:
    complete = set(store.manifest["complete_systems"])
    loaded = [system for system in system_candidates(store) if system.code in complete]
    return sorted(loaded, key=lambda system: short_system_name(store, system.code))


def _loaded_editions(store: Store) -> list[str]:
    built = {name for name in editions() if (home() / name / CURRENT).is_file()}
    return [name for name in editions() if name in {*built, store.edition.id}]


def ask_in_sidebar(store: Store) -> tuple[Request, str]:
    """Ask edition, system, focus, peers and topic; write them into the link.

    Also returns the name of a focus that is a group of small areas, else "".
    """
    state, side = st.session_state, st.sidebar
    loaded = _loaded_editions(store)
    _keep("edition", loaded, store.edition.id)
    side.selectbox(
        "Edition",
        loaded,
        format_func=_edition_name,
        key="edition",
        help=f"{HELP['edition']} This one has the {store.edition.system_title}.",
    )
    _say_what_is_gone(store)
    systems = [system.code for system in _systems(store)]
    _keep("system", systems, systems[0])
    side.selectbox(
        "System",
        systems,
        format_func=lambda code: short_system_name(store, code),
        key="system",
        help=HELP["system"],
    )
    if len(systems) < len(store.manifest["systems"]):
        with side:
            note("Only these are loaded. The page Data loads all of England.")
    _places(
        "Focus", "focus", authority_candidates(store, state["system"]), disabled=has_group_file()
    )
    group = ask_group(store, state["system"])
    focus = [] if has_group_file() else state["focus"]
    extent = _ask_extent(store, focus)
    _places("Compare with", "peers", authority_candidates(store))
    topics = list(catalogue().topics)
    _keep("topic", topics, DEFAULT_TOPIC)
    side.selectbox("Topic", topics, format_func=_topic_name, key="topic", help=HELP["topic"])
    show_find(store)
    request = resolve_request(
        store,
        system=state["system"],
        focus=focus,
        small_areas=group.codes if group else (),
        peers=state["peers"],
        topic=state["topic"],
        extent=extent,
    )
    state.setdefault("asked_first", _asked_now())
    _write_link(request)
    with side:
        note("The address of this page holds these choices: copy it to share this view.")
        _explain_words()
    return request, group.name if group else ""


def _explain_words() -> None:
    with st.expander("What the words mean"):
        st.markdown(
            "\n".join(f"- **{word.capitalize()}**: {text}" for word, text in GLOSSARY.items())
        )


def _edition_name(name: str) -> str:
    edition = editions()[name]
    return f"{name}: {edition.system_count} {edition.system_kind}s"


def _topic_name(topic: str) -> str:
    return topic.replace("_", " ").capitalize()


def _keep(key: str, options: Sequence[str], otherwise: str) -> None:
    """Hold on to a choice only where it can still be chosen."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = otherwise


def _say_what_is_gone(store: Store) -> None:
    """Say which places chosen in another edition do not exist in this one, by name."""
    state = st.session_state
    known = {place.code for place in authority_candidates(store)}
    gone = [code for key in ("focus", "peers") for code in state.get(key, ()) if code not in known]
    if gone:
        names = state.get("names", {})
        listed = ", ".join(names.get(code, code) for code in gone)
        text = f"Not in {store.edition.title}, so left out: {listed}."
        state["link_problems"] = [*state.get("link_problems", ()), text]


def _places(label: str, key: str, candidates: Sequence[Named], *, disabled: bool = False) -> None:
    names = {c.code: c.name if c.level == "ltla" else f"{c.name} (county)" for c in candidates}
    kept = [code for code in st.session_state.get(key, ()) if code in names]
    st.session_state[key] = kept
    st.session_state["names"] = {
        **st.session_state.get("names", {}),
        **{code: names[code] for code in kept},
    }
    options = sorted(names, key=lambda code: names[code])
    st.sidebar.multiselect(
        label,
        options,
        format_func=lambda code: names[code],
        key=key,
        placeholder="The whole system" if key == "focus" else "Choose places",
        help=HELP[key],
        disabled=disabled,
    )


def _ask_extent(store: Store, focus: Sequence[str]) -> str:
    """Ask whether all of a focus is meant, only where one lies partly outside the system."""
    state, members = st.session_state, store.membership
    here = members["area_code"].isin(focus) & (members["system_code"] == state["system"])
    split = members[here & (members["share_inside"] < WHOLE)]
    if not len(split):
        return ""
    words = {"inside": "Only the part in this system", "whole": "All of it"}
    _keep("extent", list(words), "inside")
    share = float(split["share_inside"].iloc[0])
    label = f"{escape(str(split['area_name'].iloc[0]))}: {share:.0%} of its people live here"
    chosen: str = st.sidebar.radio(
        label, list(words), format_func=lambda key: words[key], key="extent"
    )
    return chosen


def _write_link(request: Request) -> None:
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
