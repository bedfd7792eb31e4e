"""The compare page: one measure, place by place, against England; and places that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from context.overlay import catalogue_of
from context.pages.shown import (
    ABSENT,
    GLOSSARY,
    View,
    escape,
    note,
    number_format,
    say_here,
    say_why_not,
    show_chart,
    show_figures,
    show_notices,
)
from context.wording import say_ordinal, start_sentence
from geodata.errors import InContextError

if TYPE_CHECKING:
    from geodata.store import Store
    from indicators.catalogue import Measure
    from indicators.neighbours import Nearest

ROLES = ("focus", "peer", "rest", "system", "england")
AUTHORITIES = ("ltla", "utla")
KINDS = {
    "focus": "focus",
    "peer": "compared with",
    "rest": "rest",
    "system": "system",
    "england": "England",
    "ltla": "district or unitary",
    "utla": "county or unitary",
}
SUGGESTED = 5
WORDS = {
    "95% interval": GLOSSARY["interval"],
    "National position": GLOSSARY["position"],
    "National fifth": GLOSSARY["fifth"],
    "Difference": GLOSSARY["difference"],
    "Counted": "The people (or what else is counted) behind the figure: its numerator.",
    "Out of": "What they are a share of: the denominator, people or square kilometres.",
}
WIDTHS = {
    "Value": 75,
    "Difference": 100,
    "95% interval": 110,
    "Counted": 85,
    "Out of": 90,
    "National position": 140,
    "National fifth": 170,
    "Kind": 130,
}


def show(view: View) -> None:
    """Show a chart and a table of one measure, all of it as CSV, and suggestions of peers."""
    context = view.context()
    st.title(escape(f"{context.focus_name or context.system_short_name} compared"))
    show_notices(context)
    measure = _choose_measure(view)
    st.header(escape(measure.title))
    chart = view.charts((measure.id,)).find(f"comparison-{measure.id}")
    if chart is None:
        st.markdown(_why_missing(view, measure))
    else:
        show_chart(view, chart)
    _explain(measure, str(view.store.measures.get(measure.id, {}).get("period", "")))
    _show_table(view, measure)
    _suggest(view)


def _why_missing(view: View, measure: Measure) -> str:
    """Say why no place has a value of a measure, and what would bring it."""
    for missing in view.store.manifest.get("missing", []):
        if measure.id in missing.get("measures", ()):
            return say_here(f"Not available: {missing['reason']} {missing['remedy']}")
    return "No place of this request has a value of this measure."


def _choose_measure(view: View) -> Measure:
    """Ask for the indicator, then for one of its measures."""
    entries = catalogue_of(view.store)
    compared = set(view.context().comparison["measure"])
    offered = {
        name: [m.id for m in entries.indicators[name].measures if m.id in compared]
        for name in entries.topics[view.request.topic]
    }
    offered = {name: measures for name, measures in offered.items() if measures}
    left, right = st.columns([1, 2])
    indicator = left.selectbox(
        "Indicator",
        list(offered),
        format_func=lambda name: entries.indicators[name].title,
        key="compared_indicator",
    )
    default = entries.indicators[indicator].default_of(offered[indicator])
    measure_id = right.selectbox(
        "Measure",
        offered[indicator],
        index=offered[indicator].index(default) if default else 0,
        format_func=lambda name: entries.measures[name].title,
        key=f"compared_measure_{indicator}",
    )
    return entries.measure(measure_id)


def _explain(measure: Measure, period: str) -> None:
    titled = f"{measure.title}, {period}." if period else f"{measure.title}."
    parts = (titled, measure.definition, start_sentence(measure.limit))
    st.markdown(" ".join(escape(part) for part in parts if part))


def _show_table(view: View, measure: Measure) -> None:
    from context.downloads import make_download

    context = view.context()
    st.header("The figures")
    everyone = st.toggle("All authorities of the system", key="table_everyone")
    roles = (*ROLES, *AUTHORITIES) if everyone else ROLES
    rows = context.comparison[context.comparison["measure"] == measure.id]
    rows = _once(rows[rows["role"].isin(roles)])
    table, written = figures(rows, measure, context.system_short_name)
    show_figures(table, written, words=WORDS, widths=WIDTHS, alt=f"{measure.title} by place")
    system = context.system_short_name
    names = rows["area_name"].astype(str).mask(rows["role"] == "system", f"the {system} system")
    say_why_not(zip(names, rows["status"].fillna("").astype(str), strict=True))
    note(
        "The heading of a column sorts by it. The national position counts from the lowest value "
        "among areas of the same kind: districts and unitary authorities, counties and unitary "
        "authorities, or systems. The difference is place minus England; of shares, in percentage "
        "points."
    )
    st.download_button(
        "Download all measures of these places as CSV",
        lambda: make_download(context, "csv"),
        file_name=view.file_name("comparison.csv"),
        mime="text/csv",
        on_click="ignore",
    )


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out, among the authorities, the places that stand above them at the same level."""
    named = rows[~rows["role"].isin(AUTHORITIES)]
    above = set(zip(named["area_code"], named["level"], strict=True))
    pairs = zip(rows["area_code"], rows["level"], rows["role"], strict=True)
    kept = [r not in AUTHORITIES or (code, level) not in above for code, level, r in pairs]
    return rows[kept]


def figures(
    rows: pd.DataFrame, measure: Measure, system: str = ""
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the rows of one measure as a table of figures, and how each figure is written.

    Places are in the order of ``KINDS``; a column that says nothing for any of them is left out.
    """
    order = list(KINDS)
    rows = rows.iloc[sorted(range(len(rows)), key=lambda at: order.index(rows["role"].iloc[at]))]
    records = [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]
    summed = measure.aggregation == "sum of parts" and not measure.is_count
    table = pd.DataFrame(
        {
            "Place": [place_name(row, system) for row in records],
            "Value": _numbers(records, "value"),
            "Difference": _numbers(
                [{} if row["role"] == "england" else row for row in records], "difference"
            ),
            "95% interval": [interval(row, measure) for row in records],
            "Counted": _numbers(records, "numerator" if summed else ""),
            "Out of": _numbers(records, "denominator" if summed else ""),
            "National position": _numbers(records, "rank"),
            "National fifth": [_fifth(row, measure) for row in records],
            "Kind": [KINDS[row["role"]] for row in records],
        }
    )
    written = {
        "Value": [with_unit(row["value"], measure) for row in records],
        "Counted": [_whole(row["numerator"]) for row in records],
        "Out of": [_whole(row["denominator"]) for row in records],
        "National position": [_position(row) for row in records],
        "Difference": [difference(row, measure) for row in records],
    }
    empty = [
        name
        for name in table.columns[2:]
        if table[name].isna().all() or table[name].isin([ABSENT, ""]).all()
    ]
    written = {name: texts for name, texts in written.items() if name not in empty}
    return table.drop(columns=empty), written


def _numbers(records: list[dict[str, Any]], field: str) -> list[float]:
    values = [row.get(field) for row in records]
    return [float("nan") if pd.isna(value) else float(value) for value in values]


def _position(row: dict[str, Any]) -> str:
    if pd.isna(row["rank"]):
        return ABSENT
    return f"{say_ordinal(int(row['rank']))} lowest of {row['of']}"


def _fifth(row: dict[str, Any], measure: Measure) -> str:
    return ABSENT if pd.isna(row["quintile"]) else measure.fifth_words()[int(row["quintile"])]


def place_name(row: dict[str, Any], system: str = "") -> str:
    """Return the name of a row's place, starting with a capital letter.

    ``system`` is the system's name as people say it, which its own row then has.
    """
    if system and row["role"] == "system":
        return f"{system} system"
    return start_sentence(str(row["area_name"]))


def interval(row: dict[str, Any], measure: Measure) -> str:
    """Write the published interval of a row; nothing where there is none."""
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return ""
    written = number_format(measure.unit, measure.decimals)
    return f"{written.format(row['lower'])} to {written.format(row['upper'])}"


def with_unit(value: Any, measure: Measure) -> str:
    """Format a value in the decimals of its measure.

    >>> from indicators.catalogue import catalogue
    >>> with_unit(18.264, catalogue().measures["share_65_plus"])
    '18.3%'
    """
    if value is None or pd.isna(value):
        return ABSENT
    return number_format(measure.unit, measure.decimals).format(value)


def difference(row: dict[str, Any], measure: Measure) -> str:
    """Format the difference from England with its sign; of shares in percentage points."""
    value = row.get("difference")
    if row["role"] == "england" or value is None or pd.isna(value):
        return ABSENT
    number = f"{value:+,.{measure.decimals}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number} points" if measure.unit == "%" else number


def _whole(value: Any) -> str:
    return ABSENT if value is None or pd.isna(value) else f"{value:,.0f}"


def _suggest(view: View) -> None:
    """Suggest places like the focus to compare it with; one click adds one."""
    st.header("Similar areas to compare with")
    if view.has_group:
        st.text("Only whole districts and unitary authorities have similar ones, not a group.")
        return
    if len(view.request.focus) != 1:
        st.text("Choose one focus to see which districts and unitary authorities are like it.")
        return
    try:
        found = suggest_peers(view.store, view.request.focus[0])
    except InContextError as error:
        st.markdown(escape(str(error)))
        return
    titles = [catalogue_of(view.store).measures[name].title for name in found.used]
    st.markdown(
        escape(
            f"The districts and unitary authorities of England most like "
            f"{view.context().focus_name} in age, density and deprivation: {'; '.join(titles)}. "
            "It is not said that they are alike in anything else."
        )
    )
    row = st.container(horizontal=True)
    names = zip(found.areas["area_code"], found.areas["area_name"].astype(str), strict=True)
    for code, name in names:
        chosen = code in view.request.peers
        row.button(
            f"{escape(name)} is compared with" if chosen else f"Compare with {escape(name)}",
            key=f"suggested_{code}",
            disabled=chosen,
            on_click=_add_peer,
            args=(code,),
        )


def _add_peer(code: str) -> None:
    peers = st.session_state.get("peers", [])
    if code not in peers:
        st.session_state["peers"] = [*peers, code]


def suggest_peers(store: Store, code: str, count: int = SUGGESTED) -> Nearest:
    """Return the districts and unitary authorities most like one of them."""
    from indicators.neighbours import nearest

    return nearest(store.areas, code, count)
