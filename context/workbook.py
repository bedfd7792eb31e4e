"""The workbook of a context: one table per sheet, with where every figure comes from.

Text is written as text: a name that begins like a formula stays a name. The same request on the
same build gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from context.compare import ROW
from context.listing import list_comparison
from context.overlay import catalogue_of
from context.voice import EVIDENCE
from context.wording import start_sentence

if TYPE_CHECKING:
    from context.build import Context
    from context.statements import Statements

WIDEST = 60
STAMP = dt.datetime(2000, 1, 1)
"""Stands for the time of making, which would make every file different."""
SAID = ("id", "kind", "indicator", "text", "bullet", "if_challenged", "rule")
ABOUT = ("publisher", "period", "vintage", "release_date", "licence", "attribution", "note")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, what it holds, its columns and its rows."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def write_workbook(context: Context, said: Statements, path: Path) -> None:
    """Write cover, contents, comparison, statements, evidence, small areas, sources, missing."""
    import xlsxwriter

    sheets = make_sheets(context, said)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title_of(context), "created": STAMP})
        styles = {
            "head": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
            ),
            "title": book.add_format({"bold": True, "font_size": 16}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_cover(book, styles, context, sheets)
        for sheet in sheets:
            _write_sheet(book, styles, sheet)


def title_of(context: Context) -> str:
    """Return the title of a request: "Plymouth in context"."""
    return f"{context.focus_name or start_sentence(context.system_phrase)} in context"


def make_sheets(context: Context, said: Statements) -> list[Sheet]:
    """Lay out every sheet but the cover as plain values."""
    small = small_area_table(context)
    return [
        Sheet(
            "Comparison",
            "Every measure for the focus, its peers, the rest, the system, England and each "
            "authority of the system; values unrounded, shares in percent.",
            ROW,
            [[row[key] for key in ROW] for row in list_comparison(context)["rows"]],
        ),
        *_sentences(said),
        Sheet(
            "Small areas",
            "Every small area of the system with its values and its fifth of England "
            "(5 holds the highest values); the fifths of a table of one's own may be among the "
            "areas given only, as its limit says.",
            tuple(small.columns),
            small.astype(object).where(small.notna(), None).to_numpy().tolist(),
        ),
        Sheet("Measures", "What each measure is.", *_measures(context)),
        Sheet("Sources", "Where the figures come from.", *_sources(context)),
    ]


def _sentences(said: Statements) -> list[Sheet]:
    return [
        Sheet(
            "Statements",
            "The sentences, in the order of the topic, each with its answer to a challenge.",
            (*(name.replace("_", " ") for name in SAID), "sources"),
            [(*(getattr(s, name) for name in SAID), "\n".join(s.sources)) for s in said.statements],
        ),
        Sheet(
            "Evidence",
            "The rows behind each sentence.",
            ("statement", *EVIDENCE),
            [
                (s.id, *(row[key] for key in EVIDENCE))
                for s in said.statements
                for row in s.evidence
            ],
        ),
        Sheet(
            "Not said",
            "What was considered and why it was not said.",
            ("indicator", "kind", "reason"),
            [(n.indicator, n.kind, n.reason) for n in said.not_made],
        ),
    ]


def small_area_table(context: Context) -> pd.DataFrame:
    """Return one row per small area: code, names, people, then value and fifth per measure."""
    places = context.places
    names = [c for c in places.columns if c.endswith(("_code", "_name")) and c != "system_name"]
    table = (
        places[names]
        .drop(columns="system_code")
        .assign(
            people=places["people"].astype(float),
            in_focus=context.in_focus.map({True: 1, False: 0}),
        )
    )
    small = context.small_areas
    columns: dict[str, Any] = {}
    for measure in catalogue_of(context.store).measures:
        if f"{measure}.value" in small:
            columns[measure] = small[f"{measure}.value"].astype(float)
            columns[f"{measure}_fifth"] = small[f"{measure}.quintile"].astype("Int64")
    values = pd.DataFrame(columns, index=small.index)
    return table.join(values).rename_axis("area_code").reset_index()


def _measures(context: Context) -> tuple[tuple[str, ...], list[list[Any]]]:
    columns = (
        "measure",
        "indicator",
        "title",
        "unit",
        "period",
        "aggregation",
        "definition",
        "limit",
    )
    entries = catalogue_of(context.store).measures
    rows = [
        [m.id, m.indicator, m.title, m.unit, known["period"], m.aggregation, m.definition, m.limit]
        for m, known in ((entries[name], known) for name, known in context.store.measures.items())
    ]
    return columns, rows


def _sources(context: Context) -> tuple[tuple[str, ...], list[list[Any]]]:
    manifest = context.store.manifest
    rows = [
        [
            *(entry[key] for key in ("id", "title", *ABOUT)),
            public_address(file["url"]),
            file["sha256"],
        ]
        for entry in manifest["datasets"]
        for file in entry["files"]
    ]
    for gone in manifest.get("missing", []):
        empty = dict.fromkeys(ABOUT, "") | {"note": f"{gone['reason']} {gone['remedy']}"}
        rows.append([gone["indicator"], "not available", *empty.values(), "", ""])
    named = (name.replace("_", " ") for name in ABOUT)
    return ("dataset", "title", *named, "address", "sha256"), rows


def public_address(url: str) -> str:
    """Return an address that may be shown; a file that a person gave has a name, no path."""
    return f"given file: {url.rsplit('/', 1)[-1]}" if url.startswith("file:") else url


def _write_cover(book: Any, styles: dict[str, Any], context: Context, sheets: list[Sheet]) -> None:
    page = book.add_worksheet("Cover")
    page.hide_gridlines(2)
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 100, styles["wrap"])
    page.write_string(0, 0, title_of(context), styles["title"])
    request = context.request
    lines = [
        ("System", f"{context.system_name} ({request.system})"),
        ("Focus", f"{context.focus_name or 'none'} ({', '.join(request.focus)})"),
        ("Peers", ", ".join(context.peer_names) or "none"),
        ("Edition", f"{request.edition}, build {context.store.build}"),
        *[("Note", notice) for notice in context.notices],
        *[(sheet.name, sheet.about) for sheet in sheets],
    ]
    for line, (label, text) in enumerate(lines, start=2):
        page.write_string(line, 0, label)
        page.write_string(line, 1, text)


def _write_sheet(book: Any, styles: dict[str, Any], sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    for place, name in enumerate(sheet.columns):
        page.write_string(0, place, name, styles["head"])
    widths = [len(name) for name in sheet.columns]
    for line, row in enumerate(sheet.rows, start=1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, (int, float)):
                page.write_number(line, place, float(value))
                continue
            text = str(value)
            page.write_string(line, place, text)
            widths[place] = max(widths[place], min(WIDEST, len(text)))
    for place, width in enumerate(widths):
        page.set_column(place, place, max(8, width + 1))
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def write_csv(context: Context, path: Path) -> None:
    """Write the comparison as UTF-8 CSV with a byte-order mark, so that Excel reads the names."""
    rows = [[safe(row[key]) for key in ROW] for row in list_comparison(context)["rows"]]
    table = pd.DataFrame(rows, columns=list(ROW), dtype=object)
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def safe(value: Any) -> Any:
    """Keep text from being run as a formula when a spreadsheet opens the CSV."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
