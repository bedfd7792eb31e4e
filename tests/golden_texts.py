"""The frozen sentences of ten systems of different kinds, and the command that freezes them anew.

``python -m tests.golden_texts`` writes ``tests/golden`` from the editions that are loaded. Do it
only in a commit of its own, that says why the sentences changed.
"""

from dataclasses import dataclass
from pathlib import Path

from context.build import build_context
from context.request import resolve_request
from context.statements import make_statements
from geodata.store import open_store

FOLDER = Path(__file__).resolve().parent / "golden"


@dataclass(frozen=True)
class Case:
    """One request in words, and the name of its file."""

    name: str
    edition: str
    system: str
    focus: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    topic: str = "older_people"
    extent: str = ""


CASES = (
    Case("reference", "2020", "Devon", ("Plymouth",), ("Torbay",)),
    Case("london_without_focus", "2020", "North East London", topic="urgent_care"),
    Case("island", "2020", "Cornwall and the Isles of Scilly", ("Isles of Scilly",)),
    Case("rural_coast", "2020", "Lincolnshire", ("Boston",), ("Great Yarmouth",)),
    Case(
        "partly_inside",
        "2020",
        "Lancashire and South Cumbria",
        ("Cumbria",),
        topic="cancer",
        extent="inside",
    ),
    Case("mostly_outside", "2024", "Frimley", ("Slough",), ("Reading",), topic="mental_health"),
    Case("large", "2024", "North East and North Cumbria", ("Middlesbrough",), ("Hartlepool",)),
    Case("island_2024", "2024", "Hampshire and Isle of Wight", ("Isle of Wight",)),
    Case("city_without_focus", "2024", "Black Country", topic="learning_disability"),
    Case("group", "2020", "Sussex", ("Brighton and Hove", "Hastings"), ("Thanet",)),
)


def say(case, store):
    """The bullets, the sentences and what was not said, as one text."""
    request = resolve_request(
        store,
        system=case.system,
        focus=case.focus,
        peers=case.peers,
        topic=case.topic,
        extent=case.extent,
    )
    made = make_statements(build_context(request, store))
    lines = [
        f"# {case.name}",
        "",
        "## Short",
        *(f"- {s.bullet}" for s in made.short),
        "",
        "## Long",
    ]
    lines += [f"- [{s.id}] {s.text}" for s in made.statements]
    lines += [
        "",
        "## If challenged",
        *dict.fromkeys(f"- {s.if_challenged}" for s in made.statements),
    ]
    lines += [
        "",
        "## Not said",
        *(f"- {n.indicator} ({n.kind}): {n.reason}" for n in made.not_made),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        text = say(case, open_store(case.edition))
        (FOLDER / f"{case.name}.md").write_text(text, encoding="utf-8")
