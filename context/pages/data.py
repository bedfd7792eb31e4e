"""The data page: where every figure comes from, what is missing, and how to load the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from context.pages.shown import View, escape, indicator_name, show_table

HOW_TO_LOAD = (
    "To load all of England, run this in a terminal on the computer where this page is served. "
    "It downloads the official files, checks them and makes them the current data; until it is "
    "done, the data that are loaded stay in use."
)


def show(view: View) -> None:
    """Show the datasets of the build, what it lacks, and how to load all of England."""
    store = view.store
    st.header("Data")
    kind = "The starter" if store.is_starter else "All of England"
    st.markdown(
        escape(
            f"{kind}: {store.edition.title}, build {store.build}, "
            f"{len(store.manifest['complete_systems'])} of {len(store.manifest['systems'])} "
            "systems at small-area level."
        )
    )
    st.subheader("Sources")
    table = pd.DataFrame([_dataset(entry) for entry in store.manifest["datasets"]])
    show_table(table)
    for attribution in dict.fromkeys(e.get("attribution", "") for e in store.manifest["datasets"]):
        if attribution:
            st.caption(escape(attribution))
    st.subheader("What is missing")
    missing = store.manifest.get("missing", [])
    for entry in missing:
        name = indicator_name(str(entry["indicator"]))
        st.markdown(
            f"- **{escape(name)}**: {escape(entry['reason'])} {escape(entry.get('remedy', ''))}"
        )
    if not missing:
        st.text("Nothing: every indicator of the catalogue is loaded.")
    st.subheader("Load all of England")
    st.text(HOW_TO_LOAD)
    st.code("incontext fetch", language="bash")


def _dataset(entry: dict[str, Any]) -> dict[str, str]:
    times = [file.get("downloaded_at") or "" for file in entry.get("files", ())]
    return {
        "Publisher": entry["publisher"],
        "Title": entry["title"],
        "Period": entry["period"],
        "Released": entry["release_date"],
        "Licence": entry["licence"],
        "Downloaded": day(max(times, default="")),
    }


def day(time: str) -> str:
    """Write the day of an ISO time as people write it.

    >>> day("2026-11-03T05:57:18+00:00")
    '3 November 2026'
    """
    try:
        found = dt.datetime.fromisoformat(time)
    except ValueError:
        return "not recorded"
    return f"{found.day} {found:%B %Y}"
