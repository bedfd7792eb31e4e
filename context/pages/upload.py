"""The part of the data page that lays a reader's own table over the data, for this session only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from context.overlay import OverlaidStore, overlay
from context.own_table import LONGEST_NAME, NO_PERIOD, OwnTable, read_values
from context.pages.shown import View, build_key, escape, sentence
from geodata.errors import InContextError

if TYPE_CHECKING:
    from geodata.store import Store

TABLE = "own_table"
LAID = "own_store"
LARGEST_MB = 5
HOW = (
    "A CSV file with a column of area codes and one column of numbers: small areas (LSOA, codes "
    "that begin with E01), MSOAs (E02), or districts and unitary authorities (E06 to E09). It is "
    "then shown as one more indicator in maps, comparison and exports. An empty cell is a missing "
    "value. The table stays in this session and is in no link."
)
AVERAGED = "Larger areas may have the average of these values, weighted by people"
AVERAGED_HELP = (
    "Right for rates, shares and scores. Leave it out for counts, ranks and deciles: they are then "
    "shown for the areas given only."
)
KINDS = {"lsoa": "small areas", "msoa": "MSOAs", "ltla": "districts and unitary authorities"}


def with_own(store: Store) -> Store:
    """Return the store with the table that this session laid over it, else the store itself."""
    table: OwnTable | None = st.session_state.get(TABLE)
    if table is None or table.edition != store.edition.id or isinstance(store, OverlaidStore):
        return store
    key = (build_key(store), table.sha256)
    kept = st.session_state.get(LAID)
    if kept is None or kept[0] != key:
        kept = st.session_state[LAID] = (key, overlay(store, table))
    laid: Store = kept[1]
    return laid


def show_upload(view: View) -> None:
    """Ask for a table, say what is wrong with it, or show which one is in use."""
    table: OwnTable | None = st.session_state.get(TABLE)
    if table is not None:
        _show_table(table, view.store)
        return
    st.markdown(HOW)
    with st.form("own_table_form", border=False):
        file = st.file_uploader(
            "Your values (CSV)", type=["csv", "txt"], key="own_file", max_upload_size=LARGEST_MB
        )
        name = st.text_input(
            "What the values are, such as “Falls per 1,000 people”",
            max_chars=LONGEST_NAME,
            key="own_name",
        )
        period = st.text_input("Their period, such as “2019”", max_chars=LONGEST_NAME)
        averaged = st.checkbox(AVERAGED, value=True, help=AVERAGED_HELP)
        if not st.form_submit_button("Show these values"):
            return
    if file is None:
        st.error("Choose a CSV file first.")
        return
    try:
        read = read_values(file.getvalue(), name, view.store, averaged=averaged, period=period)
    except InContextError as error:
        st.error(sentence(str(error)))
        return
    st.session_state[TABLE] = read
    st.rerun()


def _show_table(table: OwnTable, store: Store) -> None:
    given = int(table.values.notna().sum())
    period = "" if table.period == NO_PERIOD else f", {table.period}"
    st.markdown(
        f"**{escape(table.name)}**"
        + escape(
            f"{period}: {given:,} values for {KINDS[table.level]} of edition {table.edition}, "
            "from your own table. Nothing of it is kept when this session ends."
        )
    )
    if table.edition != store.edition.id:
        st.warning(
            escape(
                f"It is not shown now: it was given for edition {table.edition}, and edition "
                f"{store.edition.id} is open."
            )
        )
    st.button("Take this table away", on_click=_forget, key="own_forget")


def _forget() -> None:
    for key in (TABLE, LAID):
        st.session_state.pop(key, None)
