"""Tables of our own: cells wrap, nothing scrolls, and on a narrow screen rows become lists."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

MANY = 8
"""From so many columns on a table becomes a list earlier."""
FIGURES = ' class="ic-figure"'
FIGURE = re.compile(r"[\d,.]+( ?%)?|[\d.,]+ to [\d.,]+%?")


def show_table(table: pd.DataFrame, *, name: str = "") -> None:
    """Show a table of text, the first column as the heading of each row; ``name`` is its caption.

    Streamlit's own tables scroll on a phone, where a keyboard cannot reach what is hidden.
    """
    st.html(table_html(table, name=name))


def table_html(table: pd.DataFrame, *, name: str = "") -> str:
    """Return the table as HTML; every text is escaped. Roles outlive the change to a list."""
    titles = [str(title) for title in table.columns]
    right = [_is_figures([str(cell) for cell in table[name]]) for name in table.columns]
    heads = "".join(f'<th role="columnheader" scope="col">{escape(t)}</th>' for t in titles)
    rows = [_row(titles, right, [str(cell) for cell in row]) for row in table.to_numpy().tolist()]
    kind = "ic-rows ic-many" if len(titles) >= MANY else "ic-rows"
    caption = f"<caption>{escape(name)}</caption>" if name else ""
    return (
        f'<div class="{kind}"><table role="table">{caption}'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>'
    )


def _row(titles: list[str], right: list[bool], cells: list[str]) -> str:
    first = f'<th role="rowheader" scope="row">{escape(cells[0])}</th>'
    rest = [
        f'<td role="cell" data-title="{escape(title)}"{FIGURES if figure else ""}>'
        f"{escape(cell)}</td>"
        for title, figure, cell in zip(titles[1:], right[1:], cells[1:], strict=True)
    ]
    return f'<tr role="row">{first}{"".join(rest)}</tr>'


def _is_figures(cells: list[str]) -> bool:
    """Say whether a column holds figures and nothing else."""
    return any(cells) and all(FIGURE.fullmatch(cell) for cell in cells if cell)
