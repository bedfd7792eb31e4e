"""The evidence of a statement as a table for people, the same wherever a sentence is opened."""

from __future__ import annotations

from dataclasses import replace

from context.voice import Row, Statement
from context.wording import say_number, start_sentence
from indicators.catalogue import Measure, catalogue

COLUMNS = (
    "Place",
    "Code",
    "Value",
    "95% interval",
    "Numerator",
    "Denominator",
    "Position",
    "Measure",
    "Period",
)
PARTS = {
    "people_in_fifth": "share of people living there",
    "small_areas_in_fifth": "share of small areas",
    "people_in_cluster": "share of the system's people living there",
    "small_areas_in_cluster": "share of the system's small areas",
}
ABSENT = ""


def evidence_table(statement: Statement) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return column names and rows of text, without the columns that are empty throughout."""
    rows = [_row(row) for row in statement.evidence]
    kept = [at for at in range(len(COLUMNS)) if any(row[at] for row in rows)]
    return tuple(COLUMNS[at] for at in kept), [[row[at] for at in kept] for row in rows]


def measure_of(measure_id: str) -> Measure:
    """Return the measure of an evidence row; a share of people or areas in a fifth is one of %."""
    base, dot, part = measure_id.partition(".")
    measure = catalogue().measure(base)
    if not dot:
        return measure
    return replace(measure, title=f"{measure.title}: {PARTS[part]}", unit="%", decimals=1)


def _row(row: Row) -> list[str]:
    measure = measure_of(str(row["measure"]))
    interval = ""
    if row["lower"] is not None and row["upper"] is not None:
        interval = f"{_number(row['lower'], measure)} to {_number(row['upper'], measure)}"
    position = "" if row["rank"] is None else f"{row['rank']} of {row['of']}, from the lowest"
    return [
        start_sentence(str(row["area_name"])),
        str(row["area_code"]),
        _number(row["value"], measure),
        interval,
        _count(row["numerator"]),
        _count(row["denominator"]),
        position,
        measure.title,
        str(row["period"] or ABSENT),
    ]


def _number(value: float | None, measure: Measure) -> str:
    return ABSENT if value is None else say_number(value, measure.unit, measure.decimals)


def _count(value: float | None) -> str:
    if value is None:
        return ABSENT
    return f"{value:,.0f}" if value == round(value) or value >= 1000 else f"{value:,.1f}"
