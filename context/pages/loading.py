"""The part of the data page that loads all of England, with progress and a way to stop."""

from __future__ import annotations

import shlex
from typing import Any

import streamlit as st

from context.fetching import Fetch, Fetches, is_allowed
from context.pages.shown import escape, note, sentence
from geodata.editions import editions
from geodata.errors import InContextError
from geodata.store import Store

EVERY_S = 1.0
MOST_SHOWN = 6
HOW_TO_LOAD = (
    "The official files are downloaded from their publishers, checked, and become the current "
    "data. Until then, and if anything goes wrong, the data that are loaded stay in use."
)
IN_A_TERMINAL = "The same in a terminal, on the computer where this page is served:"
OFF = "Loading data from this page is switched off on this server: ask whoever runs it."


@st.cache_resource(show_spinner=False)
def fetches() -> Fetches:
    """Return the fetch of this server: data are loaded for everybody who uses it."""
    return Fetches()


def show_loading(store: Store | None) -> None:
    """Offer to load an edition; while one is loaded, show how far it is."""
    st.markdown(HOW_TO_LOAD)
    chosen = _choose_edition(store)
    if not is_allowed():
        st.markdown(OFF)
    else:
        fetch = fetches().latest
        running = fetch is not None and fetch.is_running
        if fetch is None or not running:
            st.button("Load all of England", on_click=_start, args=(chosen,), key="load")
        problem = st.session_state.pop("load_problem", "")
        if problem:
            st.error(sentence(problem))
        if fetch is not None:
            # drawn again on its own while it runs, so that the rest of the page stays as it is
            st.fragment(_watch, run_every=EVERY_S if running else None)(fetch, was_running=running)
    st.markdown(IN_A_TERMINAL)
    st.code(f"incontext fetch --edition {shlex.quote(chosen)}", language=None)


def show_loading_alone(store: Store | None) -> None:
    """Offer to load an edition where no page can be shown, such as with a damaged build."""
    if store is None:
        st.header("Load all of England")
        show_loading(None)


def _choose_edition(store: Store | None) -> str:
    names = list(editions())
    chosen: str = st.selectbox(
        "Edition to load",
        names,
        index=names.index(store.edition.id) if store else 0,
        format_func=lambda name: editions()[name].title,
        key="edition_to_load",
    )
    awaits = editions()[chosen].awaits
    if awaits:
        note(f"This edition awaits {awaits}; it cannot be loaded before.")
    return chosen


def _start(edition: str) -> None:
    try:
        fetches().start(edition)
    except InContextError as error:
        st.session_state["load_problem"] = str(error)


def _watch(fetch: Fetch, *, was_running: bool) -> None:
    if fetch.is_running:
        _show_progress(fetch)
        return
    if was_running:
        st.rerun()  # the whole page: the new data are in use from now on
    title = editions()[fetch.edition].title
    if fetch.cancelled:
        st.info(escape(f"Loading was stopped. {title}: the data in use stay in use."))
    elif fetch.problem:
        st.error(sentence(fetch.problem))
    else:
        st.success(escape(f"{title} is loaded: choose it in the sidebar."))


def _show_progress(fetch: Fetch) -> None:
    seen = fetch.seen
    title = editions()[fetch.edition].title
    st.markdown(f"**{escape(title)}: {escape(seen.stage)}** ({fetch.seconds:.0f} seconds)")
    if seen.planned and seen.is_downloading:
        share = min(seen.ended / seen.planned, 1.0)
        st.progress(share, text=f"{seen.ended} of {seen.planned} files and tables are here")
    lines = [f"- {escape(_say_part(part))}" for part in seen.running[:MOST_SHOWN]]
    st.markdown("\n".join(lines))
    st.button("Stop loading", on_click=fetches().cancel, key="stop_loading")


def _say_part(part: dict[str, Any]) -> str:
    done, total = part.get("done") or 0, part.get("total")
    if not done:
        return f"{part['dataset']}: {part['stage']}"
    return f"{part['dataset']}: {done / total:.0%}" if total else f"{part['dataset']}: {done:,}"
