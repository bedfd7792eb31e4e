"""Statements on a page: a sentence, and under it what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from context.ledger import evidence_table
from context.pages.shown import GLOSSARY, View, escape, indicator_name
from context.pages.tables import show_table

if TYPE_CHECKING:
    from context.statements import NotMade, Statement

OFFICIAL_CODE = re.compile(r"[A-Z]\d{8}")
FROM_THE_LOWEST = ", from the lowest"


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
                st.markdown(
                    "**Evidence**",
                    help=f"95% interval: {GLOSSARY['interval']} Position: {GLOSSARY['position']}",
                )
                for title, table in evidence(statement):
                    show_table(table, name=title)
            st.markdown(f"**Rule.** {escape(str(statement.rule))}")
            st.markdown("**Sources**")
            st.markdown("\n".join(f"- {escape(source)}" for source in statement.sources))


def evidence(statement: Statement) -> list[tuple[str, pd.DataFrame]]:
    """Return a table of text per measure and period, each with these as its title.

    Codes that are no official codes, such as that of the rest, are left out, and so are columns
    that are empty throughout.
    """
    columns, rows = evidence_table(statement)
    whole = pd.DataFrame(rows, columns=list(columns))
    if "Code" in whole:
        whole["Code"] = [c if OFFICIAL_CODE.fullmatch(c) else "" for c in whole["Code"]]
    if "Position" in whole:
        whole["Position"] = whole["Position"].str.removesuffix(FROM_THE_LOWEST)
        whole = whole.rename(columns={"Position": "Position from the lowest"})
    titled = [name for name in ("Measure", "Period") if name in whole]
    if not titled:
        return [("", whole)]
    found = []
    for title, table in whole.groupby(titled, sort=False):
        kept = table.drop(columns=titled)
        kept = kept.loc[:, [bool((kept[name] != "").any()) for name in kept]]
        said = [str(part) for part in title if part]
        found.append((f"{', '.join(said)}:", kept))
    return found


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
