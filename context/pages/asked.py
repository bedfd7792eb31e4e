"""What is asked: the choices of the sidebar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from context.pages.finding import show_find
from context.pages.group import ask_group, has_group_file
from context.pages.link import asked_now, systems_of, write_link
from context.pages.shown import GLOSSARY, escape, how_to_load, note
from context.request import (
    DEFAULT_TOPIC,
    WHOLE,
    Request,
    authority_candidates,
    find_system,
    resolve_request,
    short_system_name,
)
from geodata.editions import editions
from geodata.errors import InContextError
from geodata.store import CURRENT, home
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from geodata.names import Named
    from geodata.store import Store

HELP = {
    "edition": "A set of figures and areas of one time; they are never mixed.",
    "system": "A health system: the NHS and councils of an area. Type a part of the name.",
    "focus": "The place that is reviewed: districts, unitary authorities or counties of the "
    "system. Several make a group. Without one the system is set against England.",
    "peers": "Places anywhere in England to set beside the focus. Type a part of the name.",
    "topic": "What the review is about: it decides what is said first.",
}


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
    systems = [system.code for system in systems_of(store)]
    _keep_system(store, systems)
    side.selectbox(
        "System",
        systems,
        format_func=lambda code: short_system_name(store, code),
        key="system",
        help=HELP["system"],
    )
    if len(systems) < len(store.manifest["systems"]):
        with side:
            note(f"Only these are loaded. {how_to_load()}")
    _places(
        "Focus", "focus", authority_candidates(store, state["system"]), disabled=has_group_file()
    )
    group = ask_group(store, state["system"])
    focus = [] if has_group_file() else state["focus"]
    extent = _ask_extent(store, focus)
    others = [place for place in authority_candidates(store) if place.code not in focus]
    _places("Compare with", "peers", others)
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
    state.setdefault("asked_first", asked_now())
    write_link(request)
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


def _keep_system(store: Store, systems: Sequence[str]) -> None:
    """Hold on to the chosen system by its name where another edition gives it another code."""
    state = st.session_state
    if state.get("system") not in systems:
        name = state.get("system_name", "")
        try:
            found = find_system(name, store).code
        except InContextError:
            found = ""
        state["system"] = found if found in systems else systems[0]
        if name and state["system"] != found:
            shown = short_system_name(store, state["system"])
            text = f"{name} is no system of {store.edition.title}; {shown} is shown."
            state["link_problems"] = [*state.get("link_problems", ()), text]
    state["system_name"] = short_system_name(store, state["system"])


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
