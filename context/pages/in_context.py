"""The first page: what may be said, with its evidence, beside small maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from context.ledger import evidence_table
from context.pages.shown import View, escape, indicator_name, show_notices, show_table

if TYPE_CHECKING:
    from context.build import Context
    from context.statements import Statement, Statements


def show(view: View) -> None:
    """Show the statements of the request and the maps that go with them."""
    context = view.context()
    st.header(escape(heading(context)))
    show_notices(context)
    said = view.statements()
    left, right = st.columns(2, gap="large")
    with left:
        for statement in said.statements:
            _show_statement(statement)
        if not said.statements:
            st.text("Nothing can be said from the figures that are loaded.")
        else:
            st.download_button(
                "Download these statements",
                as_markdown(context, said),
                file_name=f"{view.file_stem()}_statements.md",
                mime="text/markdown",
                on_click="ignore",
            )
        _show_not_said(said)
    with right:
        _show_maps(view)


def heading(context: Context) -> str:
    """Return the title of the request: its focus, else its system.

    >>> from types import SimpleNamespace
    >>> heading(SimpleNamespace(focus_name=None, system_short_name="Devon"))
    'Devon in context'
    """
    return f"{context.focus_name or context.system_short_name} in context"


def _show_statement(statement: Statement) -> None:
    with st.container(gap="small"):
        st.markdown(escape(statement.text))
        with st.expander("Evidence and how to answer a challenge"):
            if statement.if_challenged:
                st.markdown("**If challenged**")
                st.markdown(escape(statement.if_challenged))
            if statement.evidence:
                st.markdown("**Evidence**")
                columns, rows = evidence_table(statement)
                show_table(pd.DataFrame(rows, columns=list(columns)))
            st.markdown("**Rule**")
            st.markdown(escape(str(statement.rule)))
            st.markdown("**Sources**")
            for source in statement.sources:
                st.markdown(f"- {escape(source)}")


def _show_not_said(said: Statements) -> None:
    with st.expander("Considered and not said"):
        if not said.not_made:
            st.text("Everything that was considered is said.")
        for left_out in said.not_made:
            name = indicator_name(left_out.indicator)
            st.markdown(f"- **{escape(name)}**: {escape(left_out.reason)}")


def _show_maps(view: View) -> None:
    from context.maps import alt_text

    ground, layers = view.ground()
    for layer in layers:
        st.image(
            view.picture(layer.measure, title=False),
            caption=escape(f"{layer.title}, {layer.period}"),
            alt=alt_text(ground, layer),
            width="stretch",
        )


def as_markdown(context: Context, said: Statements) -> str:
    """Return the statements as one Markdown text, each with its answer and its sources."""
    lines = [f"# {escape(heading(context))}", ""]
    lines += [line for notice in context.notices for line in (f"> {escape(notice)}", "")]
    for statement in said.statements:
        lines += [escape(statement.text), ""]
        if statement.if_challenged:
            lines += [f"If challenged: {escape(statement.if_challenged)}", ""]
        lines += [f"- Source: {escape(source)}" for source in statement.sources]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
