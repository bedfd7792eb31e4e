"""Generated documents: the nineteen reviews, and the answers to the reference review.

``python -m context.documents -o docs`` writes them from the editions that are loaded; run again on
the same builds it changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from context.listing import list_systems
from context.reference import answer_review, say_answers
from geodata.editions import editions
from geodata.errors import InContextError, StoreError
from geodata.store import Store, open_store

MEASURES = {
    "share_65_plus": "Aged 65+ (%)",
    "imd_score": "Deprivation score",
    "share_minority_ethnic": "Ethnic minorities (%)",
}
HEAD = ("Review", "Code", "Official name", "Phase", "Small areas", "People", *MEASURES.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every document that the loaded editions allow; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m context.documents", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    folder: Path = parser.parse_args(arguments).output
    try:
        stores = full_builds()
        (folder / "reviews.md").write_text(say_reviews(stores), encoding="utf-8")
        answers = say_answers(answer_review(stores["2020"]))
        (folder / "reference-review.md").write_text(answers, encoding="utf-8")
    except InContextError as error:
        sys.stderr.write(f"context.documents: {error}\n")
        return error.exit_code
    return 0


def full_builds() -> dict[str, Store]:
    """Open every edition that is loaded in full; edition 2020 has to be."""
    stores = {}
    for edition in editions().values():
        try:
            store = open_store(edition)
        except StoreError:
            continue
        if not store.is_starter:
            stores[edition.id] = store
    if "2020" not in stores:
        raise StoreError("Edition 2020 is not loaded. Run `incontext fetch --edition 2020`.")
    return stores


def say_reviews(stores: dict[str, Store]) -> str:
    """Write one table per edition with the systems of the nineteen reviews."""
    lines = [
        "# The systems of the nineteen reviews",
        "",
        "Made by `python -m context.documents -o docs` from the published figures; not edited.",
    ]
    for edition, store in stores.items():
        lines += ["", f"## Edition {edition}: {store.edition.system_title}", ""]
        lines += [_line(HEAD), _line(["---"] * len(HEAD))]
        lines += [_line(row) for row in review_rows(store)]
        periods = [
            f"{title}: {store.measures[measure]['period']}"
            for measure, title in MEASURES.items()
            if measure in store.measures
        ]
        lines += ["", f"{'; '.join(periods)}. People: the population estimates of the edition."]
    return "\n".join(lines) + "\n"


def review_rows(store: Store) -> list[list[str]]:
    """Return one row of text per reviewed system of an edition, by phase and name."""
    areas = store.areas[store.areas["level"] == "system"]
    values = areas.set_index(["measure", "area_code"])["value"]
    reviewed = [system for system in list_systems(store) if system["phase"]]
    reviewed.sort(key=lambda system: (system["phase"], system["short_name"]))
    return [
        [
            system["short_name"],
            system["code"],
            system["name"],
            str(system["phase"]),
            f"{system['small_areas']:,}",
            f"{system['population']:,}",
            *(_value(values, measure, system["code"]) for measure in MEASURES),
        ]
        for system in reviewed
    ]


def _value(values: Any, measure: str, code: str) -> str:
    return f"{values[measure, code]:.1f}" if (measure, code) in values.index else "not loaded"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
