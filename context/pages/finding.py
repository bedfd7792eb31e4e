"""The part of the sidebar that finds a place or a postcode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from context.pages.shown import note, say_here
from context.request import short_system_name
from geodata.errors import InContextError

if TYPE_CHECKING:
    from geodata.store import Store


def show_find(store: Store) -> None:
    """Find a place or a postcode; a postcode leaves the machine only when one is typed."""
    from context.find import PRIVACY, find_area

    with st.sidebar.expander("Find a place or postcode"):
        text = st.text_input("Place, area code or postcode", key="find_text", help=PRIVACY)
        if not text.strip():
            return
        try:
            found = find_area(text, store, fit=store.fit)
        except InContextError as error:
            st.markdown(f":small[{say_here(str(error))}]")
            return
        for notice in found.notices:
            st.markdown(f":small[{say_here(notice)}]")
        for row in found.rows:
            system = short_system_name(store, row["system"]) if row["system"] else ""
            inside = f", in {system}" if system and row["level"] != "system" else ""
            note(f"{row['name']} ({row['kind']} {row['code']}){inside}")
