"""The sentences of a review, each made from its evidence by a template."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from context.standing import above_and_below, wholly_inside
from context.wording import (
    count_words,
    plain,
    say_join,
    say_number,
    say_rank,
    say_rank_in_words,
    start_sentence,
)
from indicators.catalogue import Measure, catalogue

if TYPE_CHECKING:
    from context.build import Context

MOST_WORDS_IN_A_BULLET = 20
EVIDENCE = (
    "area_code",
    "area_name",
    "role",
    "level",
    "measure",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "period",
    "rank",
    "of",
    "quintile",
)
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A sentence with its evidence, the rule that worded it and its sources."""

    id: str
    kind: str
    indicator: str
    text: str
    bullet: str
    if_challenged: str
    evidence: tuple[Row, ...]
    rule: str
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotMade:
    """A statement that was considered and not made, with the reason."""

    kind: str
    indicator: str
    reason: str


@dataclass(frozen=True)
class Statements:
    """All statements of one context, in the order of its topic, and those not made."""

    statements: tuple[Statement, ...]
    not_made: tuple[NotMade, ...]


def make_statements(context: Context) -> Statements:
    """Make the statements of kinds "level" and "position" for every indicator of the topic.

    Order: the topic's order of indicators, then level before position, then size of difference.
    """
    made: list[Statement] = []
    not_made: list[NotMade] = []
    entries = catalogue()
    for indicator_id in entries.topics[context.request.topic]:
        measure = entries.measure(entries.indicators[indicator_id].default)
        if measure.id not in context.store.measures:
            not_made.append(NotMade(kind="level", indicator=indicator_id, reason="Not loaded."))
            continue
        if measure.id not in templates()["level"]:
            reason = f"No sentence is written for {measure.title} yet."
            not_made.append(NotMade(kind="level", indicator=indicator_id, reason=reason))
            continue
        made.append(_level(context, measure))
        for role in ("focus", "system"):
            statement = _position(context, measure, role)
            if isinstance(statement, Statement):
                made.append(statement)
            elif statement is not None:
                not_made.append(statement)
    for indicator_id, missing in entries.not_available.items():
        reason = f"Not available: {missing['reason']} {missing['remedy']}"
        not_made.append(NotMade(kind="level", indicator=indicator_id, reason=reason))
    return Statements(tuple(made), tuple(not_made))


@cache
def templates() -> dict[str, Any]:
    """Read ``statements.toml`` once."""
    text = files("context").joinpath("statements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _level(context: Context, measure: Measure) -> Statement:
    rows = _rows(context, measure)
    subject = rows[0]
    others = [row for row in rows[1:] if not math.isnan(row["value"])]
    template = templates()["level"][measure.id]
    named = {
        "place": _said(context, subject),
        "place_start": start_sentence(_said(context, subject)),
        "place_short": _short(context, subject),
        "value": _shown(subject, measure),
        "count": say_number(subject["numerator"], "people", 0),
        "people": say_number(subject["denominator"], "people", 0),
        "period": subject["period"],
        "comparison": _comparison(context, subject, others, measure),
    }
    text = template["text"].format(**named)
    evidence = [subject, *others]
    if measure.count:
        opposite, more = _opposite(context, subject, measure, template)
        text += opposite
        evidence += more
    return Statement(
        id=f"level.{measure.indicator}.{measure.id}",
        kind="level",
        indicator=measure.indicator,
        text=text,
        bullet=_bullet(context, template, named, others, measure),
        if_challenged=_if_challenged(measure, subject["period"]),
        evidence=tuple(_evidence(row) for row in evidence),
        rule=(
            f"A difference below {measure.worth_saying:g} ({measure.unit}) is worded as "
            '"about the same"; there is no published interval, so no difference is called '
            f"significant.{_what_rest_holds(context)}"
        ),
        sources=_sources(context, measure),
    )


def _position(context: Context, measure: Measure, role: str) -> Statement | NotMade | None:
    rows = [row for row in _rows(context, measure) if row["role"] == role]
    rows = rows or (_rows_of_role(context, measure, role) if role == "system" else [])
    if not rows:
        return None
    row = rows[0]
    if pd.isna(row["rank"]):
        reason = f"{row['area_name']} is not one of the areas that are ranked in England."
        return NotMade(kind="position", indicator=measure.indicator, reason=reason)
    said = templates()["position"]
    level = row["level"]
    above, below = above_and_below(context, measure.id, row["level"], row["value"])
    named = {
        "of": str(int(row["of"])),
        "kind": templates()["kinds"][
            context.store.edition.system_kind if level == "system" else level
        ],
        "place": _said(context, row),
        "place_short": _short(context, row),
        "brief": said[f"{measure.id}_brief"],
        "short_kind": templates()["short_kinds"][level],
        "ordinal": say_rank(above, below),
        "phrase": said[measure.id],
        "period": row["period"],
        "fifth": measure.fifth_words()[int(row["quintile"])],
    }
    return Statement(
        id=f"position.{measure.indicator}.{measure.id}.{role}",
        kind="position",
        indicator=measure.indicator,
        text=said["text"].format(**named),
        bullet=said["bullet"].format(**named),
        if_challenged=_if_challenged(measure, row["period"]),
        evidence=(_evidence(row),),
        rule=(
            "Rank among areas of the same level with a published value; equal values share a "
            "rank; the fifth is ceil(5 x rank / areas)."
        ),
        sources=_sources(context, measure),
    )


def _rows(context: Context, measure: Measure) -> list[Row]:
    """Return the rows to speak of: the subject first, then rest, peers and England."""
    roles = ("focus", "rest", "peer", "england") if context.focus_name else ("system", "england")
    return [row for role in roles for row in _rows_of_role(context, measure, role)]


def _rows_of_role(context: Context, measure: Measure, role: str) -> list[Row]:
    table = context.comparison
    rows = table[(table["measure"] == measure.id) & (table["role"] == role)]
    return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]


def _said(context: Context, row: Row) -> str:
    """Name a place as people say it; the system is told apart from a county of its name."""
    if row["role"] == "system":
        return f"the {context.system_short_name} system"
    return str(row["area_name"])


def _short(context: Context, row: Row) -> str:
    return start_sentence(_said(context, row).removeprefix("the "))


def _shown(row: Row, measure: Measure) -> str:
    return say_number(row["value"], measure.unit, measure.decimals)


def _comparison(context: Context, subject: Row, others: list[Row], measure: Measure) -> str:
    """Group the other places by direction: "lower than in A (1%) and about the same as in B"."""
    words = templates()["words"]
    clauses: dict[str, list[str]] = {}
    for row in others:
        difference = subject["value"] - row["value"]
        same = abs(difference) < measure.worth_saying or _shown(row, measure) == _shown(
            subject, measure
        )
        direction = "same" if same else ("higher" if difference > 0 else "lower")
        clauses.setdefault(direction, []).append(
            f"in {_said(context, row)} ({_shown(row, measure)})"
        )
    return say_join([f"{words[way]} {say_join(places)}" for way, places in clauses.items()])


def _bullet(
    context: Context,
    template: dict[str, str],
    named: dict[str, str],
    others: list[Row],
    measure: Measure,
) -> str:
    """Compare with the first place that keeps the bullet within its words, England last.

    Where even England does not fit after a long name, the brief wording is used.
    """
    text = ""
    for wording in ("bullet", "brief"):
        for row in others:
            other, place = _shown(row, measure), _said(context, row)
            text = template[wording].format(**named, other=other, other_place=place)
            if count_words(text) <= MOST_WORDS_IN_A_BULLET:
                return text
    return text


def _opposite(
    context: Context, subject: Row, measure: Measure, template: dict[str, str]
) -> tuple[str, list[Row]]:
    """Say when the share is among the lowest of the system but the number among the largest."""
    shares = wholly_inside(context, measure.id)
    counts = wholly_inside(context, measure.count)
    code = subject["area_code"]
    if code not in shares.index or len(shares) < 4:
        return "", []
    share, count = shares[code], counts[code]
    share_below, share_above = int((shares < share).sum()), int((shares > share).sum())
    count_below, count_above = int((counts < count).sum()), int((counts > count).sum())
    low_share = share_below < len(shares) / 4 and count_above < len(shares) / 4
    low_count = share_above < len(shares) / 4 and count_below < len(shares) / 4
    if not (low_share or low_count):
        return "", []
    text = template["opposite"].format(
        n=len(shares),
        system=context.system_short_name,
        place=_said(context, subject),
        share_place=say_rank_in_words(share_above, share_below, low="lowest", high="highest"),
        count_place=say_rank_in_words(count_above, count_below, low="smallest", high="largest"),
    )
    table = context.comparison
    more = table[
        table["measure"].isin([measure.id, measure.count])
        & (table["role"] == "ltla")
        & table["area_code"].isin(shares.index)
    ]
    return text, [{str(k): v for k, v in row.items()} for row in more.to_dict("records")]


def _if_challenged(measure: Measure, period: str) -> str:
    return f"{measure.definition} The figures are for {period}, and {measure.limit}"


def _what_rest_holds(context: Context) -> str:
    if context.rest_name is None:
        return ""
    return (
        f" {start_sentence(context.rest_name)} is the {context.system_short_name} system "
        f"without {context.focus_name}, other named places included."
    )


def _evidence(row: Row) -> Row:
    return {key: plain(row[key]) for key in EVIDENCE}


def _sources(context: Context, measure: Measure) -> tuple[str, ...]:
    wanted = catalogue().indicators[measure.indicator].datasets
    return tuple(
        f"{entry['title']}, {entry['period']}. {entry['attribution']}"
        for entry in context.store.manifest["datasets"]
        if entry["id"] in wanted
    )
