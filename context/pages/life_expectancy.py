"""The life expectancy page: how long people live, and how long in good health, by sex."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from context.pages.compare import AUTHORITIES, KINDS, ROLES, interval, place_name, with_unit
from context.pages.sentences import show_not_said, show_statement
from context.pages.shown import (
    ABSENT,
    GLOSSARY,
    View,
    escape,
    note,
    say_why_not,
    sentence,
    show_chart,
    show_figures,
    show_notices,
)
from context.wording import start_sentence
from context.workbook import safe
from indicators.catalogue import Measure, catalogue

if TYPE_CHECKING:
    from context.build import Context

INDICATOR = "life_expectancy"
SEXES = {"female": "Females", "male": "Males"}
VERDICTS = {"lower": "lower than England", "similar": "similar to England",
            "higher": "higher than England"}  # fmt: skip
NO_INTERVAL = "no interval, not tested"
WORDS = {
    "95% interval": GLOSSARY["interval"],
    "Share inside": "The share of the place's people who live in this system.",
    "Against England": "Lower or higher only where the interval leaves out England's figure; "
    "otherwise similar.",
}
WIDTHS = {
    "Sex": 80,
    "Years": 70,
    "95% interval": 120,
    "Against England": 170,
    "Kind": 140,
    "Share inside": 110,
}


def show(view: View) -> None:
    """Show charts with intervals, the figures with verdicts, the statements, what is missing."""
    context = view.context()
    st.title(escape(f"Life expectancy: {context.focus_name or context.system_short_name}"))
    show_notices(context)
    loaded = quantities_of(context)
    _show_missing(view)
    if not loaded:
        st.text("No life expectancy is loaded in this edition.")
        return
    _show_years(view)
    _show_quantity(view, loaded)
    _show_statements(view)


def quantities_of(context: Context) -> dict[str, list[Measure]]:
    """Return the quantities that are loaded ("Life expectancy at 65"), with a measure per sex."""
    found: dict[str, list[Measure]] = {}
    for measure in catalogue().indicators[INDICATOR].measures:
        if measure.id in context.store.measures and measure.sex in SEXES:
            title, _, _ = measure.title.rpartition(", ")
            found.setdefault(title or measure.title, []).append(measure)
    for measures in found.values():
        measures.sort(key=lambda measure: list(SEXES).index(measure.sex))
    at_65 = sorted(found, key=lambda title: found[title][0].age != "65")
    return {title: found[title] for title in at_65}


def _show_missing(view: View) -> None:
    gone = [m for m in view.store.manifest.get("missing", []) if m["indicator"] == INDICATOR]
    if not gone:
        return
    known = catalogue().measures
    lines = []
    for entry in gone:
        titles = dict.fromkeys(
            known[name].title.rpartition(", ")[0] if name in known else name
            for name in entry["measures"]
        )
        told = sentence(f"{entry['reason']} {entry['remedy']}")
        lines.append(f"- **{escape('; '.join(titles))}**: {told}")
    with st.expander("What is missing and why", expanded=True):
        st.markdown("\n".join(lines))


def _show_statements(view: View) -> None:
    said = view.statements()
    made = [one for one in said.statements if one.indicator == INDICATOR]
    st.header("What may be said")
    if not made:
        st.text("Nothing can be said about life expectancy for this request.")
    for statement in made:
        show_statement(statement)
    show_not_said(view, [one for one in said.not_made if one.indicator == INDICATOR])


def _show_years(view: View) -> None:
    st.header("Years in good health and not")
    charts = view.charts()
    drawn = [c for c in charts.drawn if c.kind == "stacked" and c.indicator == INDICATOR]
    for chart in drawn:
        show_chart(view, chart)
    if not drawn:
        reasons = [left.reason for left in charts.not_drawn if "years" in left.id]
        st.markdown(escape(" ".join(reasons) or "This chart cannot be drawn for this request."))


def _show_quantity(view: View, loaded: dict[str, list[Measure]]) -> None:
    context = view.context()
    st.header("The figures")
    title = st.selectbox("Measure", list(loaded), key="life_quantity")
    measures = loaded[title]
    charts = view.charts(tuple(measure.id for measure in measures))
    for measure in measures:
        chart = charts.find(f"comparison-{measure.id}")
        if chart is None:
            st.text(f"{measure.title}: no place of this request has a value.")
        else:
            show_chart(view, chart)
    st.markdown(escape(" ".join((measures[0].definition, start_sentence(measures[0].limit)))))
    everyone = st.toggle("All authorities of the system", value=True, key="life_everyone")
    table, written = figures(context, measures, everyone=everyone)
    show_figures(table, written, words=WORDS, widths=WIDTHS, alt=f"{title} by place and sex")
    gone = [row for row, _ in rows_of(context, measures, ROLES) if pd.isna(row["value"])]
    system = f"the {context.system_short_name} system"
    names = [system if row["role"] == "system" else str(row["area_name"]) for row in gone]
    say_why_not(zip(names, (str(row.get("status") or "") for row in gone), strict=True))
    note("The heading of a column sorts by it.")
    st.download_button(
        "Download these figures as CSV",
        table.assign(Measure=title).map(safe).to_csv(index=False).encode("utf-8-sig"),
        file_name=view.file_name(f"{measures[0].id.rpartition('_')[0]}.csv"),
        mime="text/csv",
        on_click="ignore",
    )


def figures(
    context: Context, measures: list[Measure], *, everyone: bool
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return one row per place and sex with interval and verdict, and how years are written.

    A place that the figure is published for stands once, at the level at which it is published.
    """
    records = rows_of(context, measures, (*ROLES, *AUTHORITIES) if everyone else ROLES)
    table = pd.DataFrame(
        {
            "Place": [place_name(row, context.system_short_name) for row, _ in records],
            "Sex": [SEXES[measure.sex] for _, measure in records],
            "Years": [float(row["value"]) for row, _ in records],
            "95% interval": [interval(row, measure) or ABSENT for row, measure in records],
            "Against England": [_verdict(row) for row, _ in records],
            "Kind": [KINDS[row["role"]] for row, _ in records],
            "Share inside": [_share(row) for row, _ in records],
        }
    )
    if (table["Share inside"] == "").all():
        table = table.drop(columns="Share inside")
    return table, {"Years": [with_unit(row["value"], measure) for row, measure in records]}


def rows_of(
    context: Context, measures: list[Measure], roles: tuple[str, ...]
) -> list[tuple[dict[str, Any], Measure]]:
    """Return the rows of the comparison in these roles, each place once per measure."""
    records: list[tuple[dict[str, Any], Measure]] = []
    table = context.comparison
    for role in roles:
        for measure in measures:
            rows = table[(table["measure"] == measure.id) & (table["role"] == role)]
            for row in rows.to_dict("records"):
                records.append(({str(k): v for k, v in row.items()}, measure))
    return _once(records)


def _once(records: list[tuple[dict[str, Any], Measure]]) -> list[tuple[dict[str, Any], Measure]]:
    """Keep an area once: not again as an authority, and not at a level without figures."""
    seen: set[tuple[str, str]] = set()
    kept = []
    with_value = {r["area_code"] for r, _ in records if not pd.isna(r["value"])}
    for row, measure in records:
        key = (str(row["area_code"]), measure.id)
        listed = row["role"] in AUTHORITIES
        silent = pd.isna(row["value"]) and (row["area_code"] in with_value or listed)
        if key in seen or (listed and silent):
            continue
        seen.add(key)
        kept.append((row, measure))
    return kept


def _verdict(row: dict[str, Any]) -> str:
    if row["role"] == "england" or pd.isna(row["value"]):
        return ABSENT
    said = row["against_england"]
    return NO_INTERVAL if pd.isna(said) or not said else VERDICTS[str(said)]


def _share(row: dict[str, Any]) -> str:
    share = row["share_inside"]
    if row["role"] not in AUTHORITIES or pd.isna(share) or share >= 0.9999:
        return ""
    return f"{share:.0%}"
