"""The compare page: one measure or all of them, place by place, against England."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from context.pages.shown import View, escape, show_notices
from indicators.catalogue import Measure, catalogue

ALL = ""
ROLES = ("focus", "peer", "rest", "system", "england")
ABSENT = "–"


def show(view: View) -> None:
    """Show the comparison as a table that people can read, and offer all of it as CSV."""
    context = view.context()
    st.header(escape(f"{context.focus_name or context.system_short_name} compared"))
    show_notices(context)
    comparison = context.comparison
    known = [key for key in catalogue().measures if key in set(comparison["measure"])]
    titles = {ALL: "All measures", **{key: catalogue().measures[key].title for key in known}}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    measure = left.selectbox(
        "Measure", list(titles), index=1, format_func=lambda key: titles[key], key="table_measure"
    )
    everyone = right.toggle("All authorities of the system", key="table_everyone")
    roles = (*ROLES, "ltla", "utla") if everyone else ROLES
    rows = comparison[comparison["role"].isin(roles)]
    rows = rows if measure == ALL else rows[rows["measure"] == measure]
    order = [
        (known.index(m), roles.index(r)) for m, r in zip(rows["measure"], rows["role"], strict=True)
    ]
    rows = rows.iloc[sorted(range(len(rows)), key=order.__getitem__)]
    table = readable(rows, with_measure=measure == ALL)
    # as high as its rows, so that nothing scrolls inside the page
    st.dataframe(table, hide_index=True, width="stretch", height="content", placeholder=ABSENT)
    if measure != ALL:
        _explain(catalogue().measures[measure], str(rows["period"].iloc[0]))
    st.caption(
        "The national position counts from the lowest value among areas of the same kind: "
        "districts and unitary authorities, counties and unitary authorities, or systems. "
        "The difference is area minus England."
    )
    st.download_button(
        "Download the comparison as CSV",
        comparison.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{view.file_stem()}_comparison.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _explain(measure: Measure, period: str) -> None:
    limit = measure.limit[:1].upper() + measure.limit[1:]
    parts = (f"{measure.title}, {period}.", measure.definition, limit)
    st.markdown(" ".join(escape(part) for part in parts if part))


def readable(rows: pd.DataFrame, *, with_measure: bool) -> pd.DataFrame:
    """Return comparison rows with every figure formatted in the way of its measure."""
    shown = [
        _row(row, catalogue().measures[row["measure"]], with_measure=with_measure)
        for row in rows.to_dict("records")
    ]
    table = pd.DataFrame.from_records(shown)
    empty = [c for c in ("Difference from England", "Note") if table[c].isin(["", ABSENT]).all()]
    return table.drop(columns=empty)


def _row(row: dict[Any, Any], measure: Measure, *, with_measure: bool) -> dict[str, str]:
    fifth = row["quintile"]
    ranked = not pd.isna(row["rank"])
    return {
        **({"Measure": f"{measure.title}, {row['period']}"} if with_measure else {}),
        "Place": place_name(row),
        "Kind": KINDS[row["role"]],
        "Value": with_unit(row["value"], measure),
        "Numerator": _whole(row["numerator"]),
        "Denominator": _whole(row["denominator"]),
        "National position": f"{ordinal(row['rank'])} lowest of {row['of']}" if ranked else ABSENT,
        "National fifth": ABSENT if pd.isna(fifth) else measure.fifth_words()[int(fifth)],
        "Difference from England": difference(row, measure),
        "Note": str(row.get("status") or ""),
    }


KINDS = {
    "focus": "focus",
    "peer": "compared with",
    "rest": "rest",
    "system": "system",
    "england": "England",
    "ltla": "district or unitary",
    "utla": "county or unitary",
}


def place_name(row: dict[Any, Any]) -> str:
    """Return the name of a row's place, starting with a capital letter."""
    name = str(row["area_name"])
    return name[:1].upper() + name[1:]


def with_unit(value: Any, measure: Measure) -> str:
    """Format a value in the decimals and the unit of its measure.

    >>> with_unit(18.264, catalogue().measures["share_65_plus"])
    '18.3%'
    """
    if value is None or pd.isna(value):
        return ABSENT
    number = f"{value:,.{measure.decimals}f}"
    if measure.unit == "%":
        return f"{number}%"
    return (
        number
        if measure.unit in ("people", "score", "decile", "rank", "ratio")
        else f"{number} {measure.unit}"
    )


def difference(row: dict[Any, Any], measure: Measure) -> str:
    """Format the difference from England with its sign."""
    value = row.get("difference")
    if row["role"] == "england" or value is None or pd.isna(value):
        return ABSENT
    number = f"{value:+,.{measure.decimals}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number} percentage points" if measure.unit == "%" else number


def _whole(value: Any) -> str:
    return ABSENT if value is None or pd.isna(value) else f"{value:,.0f}"


def ordinal(number: int) -> str:
    """Write a rank as people say it.

    >>> ordinal(1), ordinal(12), ordinal(119), ordinal(252)
    ('1st', '12th', '119th', '252nd')
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
