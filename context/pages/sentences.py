"""Statements on a page: a sentence, and under it what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from context.ledger import evidence_table
from context.pages.shown import GLOSSARY, View, escape, indicator_name, show_table

if TYPE_CHECKING:
    from context.statements import NotMade, Statement

OFFICIAL_CODE = re.compile(r"[A-Z]\d{8}")
SAID_ONCE = ("Measure", "Period")


def show_statement(statement: Statement, *, short: bool = False) -> None:
    """Show a sentence (or its bullet) that opens to evidence, rule, sources and an answer."""
    with st.container(gap="xsmall"):
        st.markdown(escape(statement.bullet if short else statement.text))
        with st.expander("Evidence and how to answer a challenge"):
            if short:
                st.markdown(f"**In full.** {escape(statement.text)}")
            if statement.if_challenged:
                st.markdown(f"**If challenged.** {escape(statement.if_challenged)}")
            if statement.evidence:
                once, table = evidence(statement)
                st.markdown(
                    f"**Evidence.** {escape(once)}",
                    help=f"95% interval: {GLOSSARY['interval']} Position: {GLOSSARY['position']}",
                )
                show_table(table)
            st.markdown(f"**Rule.** {escape(str(statement.rule))}")
            st.markdown("**Sources**")
            st.markdown("\n".join(f"- {escape(source)}" for source in statement.sources))


def evidence(statement: Statement) -> tuple[str, pd.DataFrame]:
    """Return what all rows share (measure, period) as words, and the rows as a table of text.

    Codes that are no official codes, such as that of the rest, are left out; people need them
    nowhere.
    """
    columns, rows = evidence_table(statement)
    table = pd.DataFrame(rows, columns=list(columns))
    if "Code" in table:
        table["Code"] = [c if OFFICIAL_CODE.fullmatch(c) else "" for c in table["Code"]]
    said = []
    for name in SAID_ONCE:
        if name in table and table[name].nunique() == 1:
            said.append(str(table[name].iloc[0]))
            table = table.drop(columns=name)
    return (f"{', '.join(said)}." if said else ""), table


def show_not_said(view: View, not_made: Sequence[NotMade]) -> None:
    """Show, folded away, what was considered and not said, each with its reason."""
    with st.expander("Considered and not said"):
        if not not_made:
            st.text("Everything that was considered is said.")
        lines = []
        for left_out in not_made:
            name = indicator_name(view.store, left_out.indicator)
            lines.append(f"- **{escape(name)}**: {escape(left_out.reason)}")
        if lines:
            st.markdown("\n".join(lines))
