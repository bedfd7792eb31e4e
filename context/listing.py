"""What the command line prints: lists as JSON-ready values, and the same as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from context.request import authority_candidates, find_authority, find_system, system_candidates
from context.statements import make_statements
from context.wording import plain, start_sentence
from geodata.footprints import say_moves
from geodata.names import load_system_names

if TYPE_CHECKING:
    from context.build import Context
    from context.voice import Statement
    from geodata.store import Store


def list_status(store: Store) -> dict[str, Any]:
    """Return edition, build, datasets of the manifest and what is missing, with the remedy."""
    return {
        "edition": store.edition.id,
        "build": store.build,
        "starter": store.is_starter,
        "made_at": store.manifest.get("made_at", "not recorded"),
        "datasets": store.manifest["datasets"],
        "missing": store.manifest.get("missing", []),
    }


def say_status(status: dict[str, Any]) -> str:
    """Write the status for people."""
    lines = [f"Edition {status['edition']}, build {status['build']}, made {status['made_at']}"]
    for dataset in status["datasets"]:
        lines.append("")
        lines.append(f"{dataset['id']}: {dataset['title']}")
        lines.append(f"  {dataset['publisher']}; {dataset['licence']}")
        lines.append(f"  {dataset['attribution']}")
        lines.append(
            f"  period {dataset['period']}; areas {dataset['vintage']}; "
            f"published {dataset['release_date']}"
        )
        if dataset["note"]:
            lines.append(f"  {dataset['note']}")
        for file in dataset["files"]:
            rows = f"{file['rows']:,} rows, " if file["rows"] else ""
            lines.append(
                f"  {file['part']}: {rows}{file['bytes']:,} bytes, {file['downloaded_at']}, "
                f"sha256 {file['sha256'][:12]}"
            )
    for missing in status["missing"]:
        lines.append("")
        lines.append(f"{missing['indicator']}: not available. {missing['reason']}")
        lines.append(f"  {missing['remedy']}")
    return "\n".join(lines)


def list_systems(store: Store) -> list[dict[str, Any]]:
    """Return code, name, short name, aliases, review phase, small areas and people of each."""
    official = {s["code"]: s["name"] for s in store.manifest["systems"]}
    known = load_system_names(store.edition.id, official)
    candidates = {c.code: c for c in system_candidates(store)}
    systems = []
    for system in store.manifest["systems"]:
        names = known.get(system["code"])
        short = names.short_name if names else system["name"]
        aliases = [a for a in candidates[system["code"]].aliases if a != short]
        systems.append(
            {
                "code": system["code"],
                "name": system["name"],
                "short_name": short,
                "aliases": aliases,
                "phase": names.phase if names else None,
                "small_areas": system["small_areas"],
                "population": system["population"],
            }
        )
    return systems


def list_moved(store: Store) -> list[str]:
    """Return one sentence per move between the systems of this edition and another."""
    names = {system["code"]: system["short_name"] for system in list_systems(store)}
    moved = store.manifest.get("moved", [])
    codes = dict.fromkeys(str(row[end]) for row in moved for end in ("from_code", "to_code"))
    return list(dict.fromkeys(said for code in codes for said in say_moves(moved, code, names)))


def list_similar(store: Store, place: str) -> dict[str, Any]:
    """Return the districts most like one: code, name, distance; what was used, what left out."""
    from indicators.neighbours import nearest

    chosen = find_authority(place, store)
    found = nearest(store.areas, chosen.code)
    columns = (found.areas[name] for name in ("area_code", "area_name", "distance"))
    return {
        "edition": store.edition.id,
        "place": {"code": chosen.code, "name": chosen.name},
        "used": list(found.used),
        "left_out": list(found.left_out),
        "areas": [
            {"code": str(code), "name": str(name), "distance": float(distance)}
            for code, name, distance in zip(*columns, strict=True)
        ],
    }


def list_areas(store: Store, system: str) -> list[dict[str, Any]]:
    """Return the authorities of a system: LTLAs first, most people inside first."""
    chosen = find_system(system, store)
    members = store.membership
    rows = members[members["system_code"] == chosen.code]
    rows = rows.sort_values(["level", "people_inside", "area_code"], ascending=[True, False, True])
    return [
        {
            "code": row["area_code"],
            "name": row["area_name"],
            "level": row["level"],
            "population": int(row["people"]),
            "share_inside": float(row["share_inside"]),
        }
        for row in rows.to_dict("records")
    ]


def list_comparison(context: Context) -> dict[str, Any]:
    """Return edition, system and every row of the comparison, unrounded."""
    rows = [
        {str(key): plain(value) for key, value in row.items()}
        for row in context.comparison.to_dict("records")
    ]
    for row in rows:
        row["status"] = row["status"] or None
    return {
        "edition": context.request.edition,
        "system": {"code": context.request.system, "name": context.system_name},
        "rows": rows,
    }


def list_statements(context: Context) -> dict[str, Any]:
    """Return the request, the statements with their evidence, and those not made."""
    made = make_statements(context)
    codes, said = context.places.index.astype(str), context.places["area_name"].astype(str)
    names = dict(zip(codes, said, strict=True))
    names |= {c.code: c.name for c in authority_candidates(context.store)}
    request = context.request
    return {
        "edition": request.edition,
        "system": {"code": request.system, "name": context.system_name},
        "focus": [{"code": code, "name": names[code]} for code in request.focus],
        "peers": [{"code": code, "name": names[code]} for code in request.peers],
        "topic": request.topic,
        "notices": list(context.notices),
        "short": [s.id for s in made.short],
        "statements": [
            {
                "id": s.id,
                "kind": s.kind,
                "indicator": s.indicator,
                "text": s.text,
                "bullet": s.bullet,
                "if_challenged": s.if_challenged,
                "evidence": list(s.evidence),
                "rule": s.rule,
                "sources": list(s.sources),
            }
            for s in made.statements
        ],
        "not_made": [
            {"kind": n.kind, "indicator": n.indicator, "reason": n.reason} for n in made.not_made
        ],
    }


def say_markdown(context: Context) -> str:
    """Write the statements for people: the slide's bullets, then each sentence with its ledger.

    The ledger of a sentence is its evidence rows, its rule and its sources.
    """
    made = make_statements(context)
    name = context.focus_name or start_sentence(context.system_phrase)
    lines = [f"# {name} in context", ""]
    for notice in context.notices:
        lines += [f"*{_cell_text(notice)}*", ""]
    lines += ["## For a slide", ""]
    lines += [f"- {_cell_text(s.bullet)}" for s in made.short]
    lines += ["", "## In full", ""]
    for s in made.statements:
        lines += [f"### {s.id}", "", _cell_text(s.text), ""]
        lines += [f"**If challenged.** {_cell_text(s.if_challenged)}", ""]
        lines += [*_ledger(s), "", f"Rule: {_cell_text(s.rule)}", ""]
        lines += [f"- Source: {_cell_text(source)}" for source in s.sources]
        lines.append("")
    lines += ["## Considered and not said", ""]
    lines += [f"- {n.indicator} ({n.kind}): {_cell_text(n.reason)}" for n in made.not_made]
    return "\n".join(lines)


LEDGER = {
    "area_name": "Area",
    "area_code": "Code",
    "measure": "Measure",
    "value": "Value",
    "lower": "Lower",
    "upper": "Upper",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "period": "Period",
    "rank": "Rank",
    "of": "Of",
}


def _ledger(statement: Statement) -> list[str]:
    """Write the evidence of a statement as a Markdown table, without columns that are empty."""
    shown = [key for key in LEDGER if any(row[key] is not None for row in statement.evidence)]
    lines = [" | ".join(LEDGER[key] for key in shown), " | ".join("---" for _ in shown)]
    for row in statement.evidence:
        lines.append(" | ".join(_cell_text(_ledger_cell(row[key])) for key in shown))
    return [f"| {line} |" for line in lines]


def _ledger_cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _cell_text(text: str) -> str:
    """Keep text from being read as Markdown or HTML, or from ending its table cell."""
    for mark in ("\\", "|", "<", ">", "`", "*", "_", "[", "]"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def say_table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    """Write rows as aligned text columns; missing values are a dash."""
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    widths = [max([len(name), *(len(line[i]) for line in cells)]) for i, name in enumerate(columns)]
    lines = [list(columns), *cells]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
