"""The data page: where every figure comes from, what is missing, and how to load the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from context.overlay import catalogue_of
from context.pages.loading import show_loading
from context.pages.shown import (
    ABSENT,
    LOAD_BELOW,
    View,
    escape,
    indicator_name,
    note,
    say_here,
    sentence,
)
from context.pages.tables import show_table
from context.pages.upload import show_upload
from context.workbook import safe
from geodata.editions import editions
from geodata.errors import InContextError
from geodata.store import Store, open_store

NOT_RECORDED = "not recorded"


def show(view: View) -> None:
    """Show the datasets of the build, what it lacks, other editions, and how to load England."""
    store = view.store
    st.title("Data")
    st.markdown(escape(describe(store)))
    st.header("What is missing")
    _show_missing(store)
    st.header("Sources")
    sources = pd.DataFrame([_dataset(entry) for entry in store.manifest["datasets"]])
    show_table(sources)
    st.download_button(
        "Download the sources as CSV",
        sources.map(safe).to_csv(index=False).encode("utf-8-sig"),
        file_name=f"sources_{store.edition.id}_{store.build}.csv",
        mime="text/csv",
        on_click="ignore",
    )
    _show_notes(store)
    st.header("Editions")
    st.markdown("\n".join(f"- {line}" for line in _editions(store)))
    st.header("Your own values")
    show_upload(view)
    st.header("Load all of England")
    show_loading(store)


def describe(store: Store) -> str:
    """Say in one sentence what is loaded."""
    kind = "the starter" if store.is_starter else "all of England"
    complete, systems = len(store.manifest["complete_systems"]), len(store.manifest["systems"])
    return (
        f"In use is {kind}: {store.edition.title}, build {store.build}{_made(store)}; "
        f"{complete} of {systems} systems with their small areas."
    )


def _made(store: Store) -> str:
    """Say when a build was made, where that is recorded."""
    made = day(str(store.manifest.get("made_at", "")))
    return "" if made == NOT_RECORDED else f", made on {made}"


def _show_missing(store: Store) -> None:
    lines = []
    for entry in store.manifest.get("missing", []):
        known = catalogue_of(store).measures
        titles = [known[name].title for name in entry.get("measures", ()) if name in known]
        name = indicator_name(store, str(entry["indicator"]))
        measures = f" ({escape('; '.join(titles))})" if titles else ""
        reason, remedy = (sentence(str(entry.get(key, ""))) for key in ("reason", "remedy"))
        lines.append(f"- **{escape(name)}**{measures}: {reason} **How to get it:** {remedy}")
    if lines:
        st.markdown("\n".join(lines))
    else:
        st.text("Nothing: every indicator of the catalogue is loaded.")


def _dataset(entry: dict[str, Any]) -> dict[str, str]:
    files = entry.get("files", ())
    times = [file.get("downloaded_at") or "" for file in files]
    rows = sum(file.get("rows") or 0 for file in files)
    return {
        "Title": entry["title"],
        "Publisher": entry["publisher"],
        "Period": entry["period"],
        "Areas": entry.get("vintage") or ABSENT,
        "Released": entry["release_date"],
        "Licence": entry["licence"],
        "Rows": f"{rows:,}" if rows else "not counted",
        "Downloaded": day(max(times, default="")),
    }


def _show_notes(store: Store) -> None:
    datasets = store.manifest["datasets"]
    notes = [f"- **{escape(e['title'])}**: {escape(e['note'])}" for e in datasets if e.get("note")]
    if notes:
        with st.expander("Notes on the sources"):
            st.markdown("\n".join(notes))
    attributions = dict.fromkeys(e["attribution"] for e in datasets if e.get("attribution"))
    for text in attributions:
        note(text)


def _editions(store: Store) -> list[str]:
    """Say of every edition whether it is loaded, in Markdown."""
    return [
        f"**{escape(edition.title)}**: {_state(edition.id, store)}"
        for edition in editions().values()
    ]


def _state(edition: str, store: Store) -> str:
    try:
        other = open_store(edition)
    except InContextError as error:
        awaits = editions()[edition].awaits
        waits = f" It awaits {escape(awaits)}." if awaits else ""
        return say_here(str(error), LOAD_BELOW) + waits
    kind = "the starter" if other.is_starter else "all of England"
    using = ", in use here" if other.folder == store.folder else ""
    return escape(f"{kind}, build {other.build}{_made(other)}{using}.")


def day(time: str) -> str:
    """Write the day of an ISO time as people write it.

    >>> day("2026-11-03T05:57:18+00:00")
    '3 November 2026'
    """
    try:
        found = dt.datetime.fromisoformat(time)
    except ValueError:
        return NOT_RECORDED
    return f"{found.day} {found:%B %Y}"
