"""The part of the sidebar that takes a group of small areas as the focus, for this session only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from context.group_file import MOST_BYTES, Group, parse_group
from context.pages.shown import escape, note, sentence
from geodata.errors import InContextError

if TYPE_CHECKING:
    from geodata.store import Store

FILE = "group_file"
HOW = (
    "A CSV or text file with one small-area code (LSOA, such as E01015023) per line, all in this "
    "system. The first line may name the group; otherwise the name of the file does."
)
IN_NO_LINK = (
    "The group stands in place of the focus. It stays in this session and is in no link: whoever "
    "opens the address of this page sees the whole system."
)


def has_group_file() -> bool:
    """Say whether a file was given, be it good or not."""
    return st.session_state.get(FILE) is not None


def ask_group(store: Store, system: str) -> Group | None:
    """Ask for a file of small areas; say in the sidebar what is wrong with it.

    The file is read anew at every run, so that it is checked against the system and the edition
    that are chosen now.
    """
    with st.sidebar.expander("Use a group of small areas as the focus"):
        note(HOW)
        file = st.file_uploader(
            "Group of small areas (CSV or text)",
            type=["csv", "txt"],
            key=FILE,
            max_upload_size=MOST_BYTES // 1_000_000,
        )
    if file is None:
        return None
    with st.sidebar:
        try:
            group = parse_group(file.getvalue(), file.name, store, system, fit=store.fit)
        except InContextError as error:
            st.error(sentence(f"{error} Until then there is no focus."))
            return None
        count = len(group.codes)
        areas = "1 small area" if count == 1 else f"{count:,} small areas"
        st.markdown(f"**{escape(group.name)}**: {areas}")
        note(IN_NO_LINK)
    return group
