"""The first page: what may be said, with its evidence, beside small maps."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from context.pages.sentences import show_not_said, show_statement
from context.pages.shown import View, escape, indicator_name, note, show_notices
from context.pages.small_maps import show_small_maps

if TYPE_CHECKING:
    from context.build import Context
    from context.statements import Statements

SHORT, LONG = "Short", "Long"
ABOUT = (
    "Short: at most five sentences, as on a slide. Long: everything that the figures bear, "
    "indicator by indicator."
)


def show(view: View) -> None:
    """Show the statements of the request and the maps that go with them."""
    context = view.context()
    st.title(escape(heading(context)))
    show_notices(context)
    said = view.statements()
    left, right = st.columns([3, 2], gap="large")
    with left:
        form = st.segmented_control(
            "Length", [SHORT, LONG], default=SHORT, required=True, key="form", help=ABOUT
        )
        if not said.statements:
            st.text("Nothing can be said from the figures that are loaded.")
        else:
            _show_short(said) if form == SHORT else _show_long(view, said)
            _offer(view, said, str(form))
        show_not_said(view, said.not_made)
    with right:
        st.header("On the map")
        show_small_maps(view)


def heading(context: Context) -> str:
    """Return the title of the request: its focus, else its system.

    >>> from types import SimpleNamespace
    >>> heading(SimpleNamespace(focus_name=None, system_short_name="Devon"))
    'Devon in context'
    """
    return f"{context.focus_name or context.system_short_name} in context"


def _show_short(said: Statements) -> None:
    st.header("In brief")
    for statement in said.short:
        show_statement(statement, short=True)


def _show_long(view: View, said: Statements) -> None:
    st.header("In brief")
    st.markdown("\n".join(f"- {escape(statement.bullet)}" for statement in said.short))
    for indicator, statements in groupby(said.statements, key=lambda one: one.indicator):
        st.header(escape(indicator_name(view.store, indicator)))
        for statement in statements:
            show_statement(statement)


def _offer(view: View, said: Statements, form: str) -> None:
    """Offer the sentences as text to copy, and all of them as a file."""
    from context.downloads import make_download

    context = view.context()
    with st.expander("Copy as text"):
        note("The button in the corner copies the text.")
        st.code(as_text(context, said, short=form == SHORT), language=None, wrap_lines=True)
    st.download_button(
        "Download the statements with their evidence",
        lambda: make_download(context, "statements"),
        file_name=view.file_name("statements.md"),
        mime="text/markdown",
        on_click="ignore",
    )


def as_text(context: Context, said: Statements, *, short: bool) -> str:
    """Return the sentences as plain text to paste: bullets, or paragraphs with their sources."""
    if short:
        lines = [heading(context), *(f"- {statement.bullet}" for statement in said.short)]
    else:
        lines = [heading(context)]
        for statement in said.statements:
            lines += ["", statement.text]
    shown = said.short if short else said.statements
    sources = dict.fromkeys(source for statement in shown for source in statement.sources)
    return "\n".join([*lines, "", "Sources", *(f"- {source}" for source in sources)])
