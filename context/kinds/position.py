"""Kind "position": where focus and system stand among the areas of their level in England."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from context.standing import above_and_below, shown_alike
from context.voice import NotMade, Row, Said, Voice, brief_period, templates
from context.wording import fit_bullet, is_plural, say_rank, start_sentence
from indicators.catalogue import Measure

KIND = "position"


def make(voice: Voice, measure: Measure) -> Iterator[Said]:
    """State the national position of the focus and of the system."""
    if measure.id not in templates()["position"]:
        return
    for role in ("focus", "system"):
        for row in voice.rows(measure.id, role):
            yield _state(voice, measure, row)


def _state(voice: Voice, measure: Measure, row: Row) -> Said:
    if pd.isna(row["rank"]):
        reason = (
            f"{start_sentence(voice.name(row))}: only whole authorities and systems are ranked in "
            "England."
        )
        return NotMade(kind=KIND, indicator=measure.indicator, reason=reason)
    said = templates()["position"]
    level = row["level"]
    of = int(row["of"])
    alike = shown_alike(voice.context, measure, level, row["value"])
    above, below = above_and_below(voice.context, measure.id, level, row["value"])
    wording = "ranked" if alike == 1 else "fifth_only"
    edition = voice.context.store.edition
    alone_at_end = wording == "ranked" and 0 in (above, below)
    named = {
        "of": str(of),
        "kind": templates()["kinds"][edition.system_kind if level == "system" else level],
        "short_kind": templates()["short_kinds"][level],
        "place": voice.name(row),
        "is_": "are" if is_plural(voice.name(row)) else "is",
        "it": "them" if is_plural(voice.name(row)) else "it",
        "has": "have" if is_plural(voice.name(row)) else "has",
        "place_short": voice.short_name(row),
        "place_bare": voice.bare_name(row),
        "phrase": said[measure.id]["phrase"],
        "brief": said[measure.id]["brief"],
        "ordinal": say_rank(above, below),
        "period": brief_period(row),
        "fifth": measure.fifth_words()[int(row["quintile"])],
    }
    middle = (of + 1) / 2
    return voice.state(
        kind=KIND,
        measure=measure,
        key=f"{measure.id}.{row['role']}",
        text=said[wording]["first" if alone_at_end else "text"].format(**named),
        bullet=fit_bullet(said[wording][w].format(**named) for w in ("bullet", "brief")),
        evidence=[row],
        rule=(
            "Rank among areas of the same level with a published value; equal values share a "
            "rank, and no rank is said where another area is displayed with the same figure; "
            "the fifth is ceil(5 x rank / areas)."
        ),
        size=abs(int(row["rank"]) - middle) / middle,
    )
