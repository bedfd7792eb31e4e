"""The claims of the reference review, answered one by one from the published figures.

Every answer is one of: agrees; agrees as a point estimate only (the figures point that way, the
published intervals do not establish it, or there are none); contradicts; cannot be checked. The
thresholds are those of the catalogue, fixed before this was first run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from context.build import build_context
from context.difference import Verdict, compare_estimates
from context.kinds.extremes import estimate_of
from context.request import Request
from context.statements import Statements, make_statements
from context.voice import Row, Voice
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    from geodata.store import Store

AGREES = "agrees"
POINT_ONLY = "agrees as a point estimate only"
CONTRADICTS = "contradicts"
UNCHECKED = "cannot be checked"
MANY = 100 / 5
"""More than a fifth of an area's small areas in one national fifth are more than its part."""


@dataclass(frozen=True)
class Answer:
    """One claim, the verdict, the sentence of the tool if there is one, and the figures."""

    id: str
    claim: str
    verdict: str
    figures: str
    sentence: str = ""


@dataclass(frozen=True)
class Review:
    """What the answers are made from."""

    voice: Voice
    said: Statements

    def sentence(self, statement_id: str) -> str:
        """Return the text of a statement, empty where it was not made."""
        return next((s.text for s in self.said.statements if s.id == statement_id), "")

    def row(self, measure: str, role: str, code: str = "") -> Row | None:
        """Return the row of a measure in a role, for one area where a code is given."""
        rows = self.voice.rows(measure, role)
        return next((row for row in rows if code in ("", row["area_code"])), None)

    def figure(self, row: Row) -> str:
        """Write a figure with its place and its interval."""
        measure = catalogue().measure(row["measure"])
        text = f"{self.voice.name(row)} {self.voice.shown(row, measure)}"
        if row["lower"] == row["lower"] and row["lower"] is not None:
            low, high = (self.voice.shown(row, measure, key) for key in ("lower", "upper"))
            text += f" ({low} to {high})"
        return text


def answer_review(store: Store) -> list[Answer]:
    """Answer every claim from a store of edition 2020."""
    declared = tomllib.loads(
        files("context").joinpath("reference.toml").read_text(encoding="utf-8")
    )
    request = Request(
        edition=store.edition.id,
        system=declared["request"]["system"],
        focus=tuple(declared["request"]["focus"]),
        peers=tuple(declared["request"]["peers"]),
    )
    context = build_context(request, store)
    review = Review(Voice(context), make_statements(context))
    answers = []
    for claim_id, claim in declared["claims"].items():
        verdict, figures, sentence = ANSWERS[claim_id](review)
        answers.append(Answer(claim_id, claim, verdict, figures, sentence))
    return answers


def say_answers(answers: list[Answer]) -> str:
    """Write the answers as Markdown."""
    lines = [
        "# The reference review, answered from the published figures",
        "",
        "Made by `python -m context.documents -o docs` (edition 2020, Devon, focus Plymouth, peer "
        "Torbay); not edited. A claim that says several things is answered in parts.",
        "",
        "| Claim | What it says | Answer | Figures |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {a.id} | {a.claim} | **{a.verdict}** | {a.figures} |" for a in answers]
    lines += ["", "## The sentences", ""]
    said = dict.fromkeys(a.sentence for a in answers if a.sentence)
    for sentence in said:
        ids = ", ".join(a.id for a in answers if a.sentence == sentence)
        lines.append(f"- {ids}: {sentence}")
    return "\n".join(lines) + "\n"


Found = tuple[str, str, str]


def _share(review: Review) -> Found:
    measure = catalogue().measure("share_65_plus")
    focus, rest = review.row(measure.id, "focus"), review.row(measure.id, "rest")
    if focus is None or rest is None:
        return UNCHECKED, "People aged 65 and over are not loaded.", ""
    lower = review.voice.differs(focus, rest, measure) == "lower"
    figures = f"{review.figure(focus)}; {review.figure(rest)}"
    sentence = review.sentence("level.older_people.share_65_plus")
    return (AGREES if lower else CONTRADICTS), figures, sentence


def _number(review: Review) -> Found:
    focus = review.row("people_65_plus", "focus")
    others = review.voice.rows("people_65_plus", "ltla")
    if focus is None or not others:
        return UNCHECKED, "People aged 65 and over are not loaded.", ""
    largest = max(others, key=lambda row: row["value"])
    rest = review.row("people_65_plus", "rest")
    figures = f"{review.figure(focus)}; largest of all districts: {review.figure(largest)}"
    if rest is not None:
        figures += f"; all districts of {review.figure(rest)} together"
    verdict = CONTRADICTS if largest["area_code"] == focus["area_code"] else AGREES
    return verdict, figures, review.sentence("level.older_people.share_65_plus")


def _older_areas(review: Review) -> Found:
    context = review.voice.context
    fifths = context.small_areas["share_65_plus.quintile"][~context.in_focus]
    share = 100 * float(fifths.ge(3).sum()) / len(fifths)
    figures = (
        f"{int(fifths.ge(3).sum())} of the {len(fifths)} small areas of {context.rest_name} "
        f"({share:.0f}%) are in the middle fifth of England or above"
    )
    verdict = AGREES if share > 3 * MANY else CONTRADICTS
    return verdict, figures, review.sentence("spread.older_people.share_65_plus")


def _south(review: Review) -> Found:
    statement_id = "pattern.deprivation.imd_score.north_south"
    found = next((s for s in review.said.statements if s.id == statement_id), None)
    if found is None:
        return UNCHECKED, "No difference between the halves is worth saying.", ""
    north, south = (row["value"] for row in found.evidence[:2])
    shown = "; ".join(f"{row['area_name']}: {row['value']:.1f}" for row in found.evidence)
    return (AGREES if south < north else CONTRADICTS), shown, found.text


def _exception(review: Review) -> Found:
    """Look for an established cluster at the town that the claim names, else describe the town."""
    found = [s for s in review.said.statements if ".imd_score.clusters." in s.id]
    named = next((s for s in found if TOWN in s.text), None)
    if named is not None:
        return AGREES, "A concentration is established there (local Moran's I).", named.text
    context = review.voice.context
    there = context.places["ward_name"].str.contains(TOWN)
    small = context.small_areas[there]
    if small.empty:
        return UNCHECKED, f"No ward is named {TOWN}.", ""
    mean = small["imd_score.numerator"].sum() / small["imd_score.denominator"].sum()
    deprived = int(small["imd_score.quintile"].eq(5).sum())
    figures = (
        f"no concentration is established there; visible only: the {len(small)} small areas of "
        f"wards named {TOWN} have an average score of {mean:.1f}, and {deprived} of them are in "
        "the most deprived fifth of England"
    )
    return UNCHECKED, figures, ""


def _density(review: Review) -> Found:
    context = review.voice.context
    fifths = context.small_areas["people_per_km2.quintile"][context.in_focus]
    share = 100 * float(fifths.eq(5).sum()) / len(fifths)
    figures = (
        f"{int(fifths.eq(5).sum())} of {len(fifths)} small areas ({share:.0f}%) are in the most "
        "densely populated fifth of England"
    )
    verdict = AGREES if share > MANY else CONTRADICTS
    return verdict, figures, review.sentence("level.population_density.people_per_km2")


def _ethnicity(review: Review) -> Found:
    row = review.row("share_minority_ethnic", "system")
    if row is None:
        return UNCHECKED, "Ethnic groups are not loaded.", ""
    figures = f"{review.figure(row)}; rank {row['rank']} of {row['of']} from the lowest"
    verdict = AGREES if row["quintile"] == 1 else CONTRADICTS
    return verdict, figures, review.sentence("position.ethnicity.share_minority_ethnic.system")


def _savi(review: Review) -> Found:
    focus, system = review.row("savi", "focus"), review.row("savi", "system")
    if focus is None or system is None:
        gone = review.voice.context.store.manifest["missing"]
        reason = next((m["reason"] for m in gone if m["indicator"] == "savi"), "SAVI is missing.")
        return UNCHECKED, str(reason), ""
    figures = f"{review.figure(focus)}, fifth {focus['quintile']} of districts; " + review.figure(
        system
    )
    low = focus["quintile"] <= 2 and system["quintile"] == 1
    return (AGREES if low else CONTRADICTS), figures, review.sentence("level.savi.savi")


def _against_england(measure: str, side: str) -> Callable[[Review], Found]:
    def answer(review: Review) -> Found:
        row, england = review.row(measure, "focus"), review.row(measure, "england")
        if row is None or england is None:
            return UNCHECKED, "Life expectancy is not loaded.", ""
        points = "lower" if row["value"] < england["value"] else "higher"
        verdict = CONTRADICTS
        if points == side:
            verdict = AGREES if row["against_england"] == side else POINT_ONLY
        quantity = measure.rsplit("_", 1)[0]
        sentence = review.sentence(f"life_expectancy.life_expectancy.{quantity}")
        return verdict, f"{review.figure(row)}; {review.figure(england)}", sentence

    return answer


def _lowest(measure: str, code: str, than: str = "") -> Callable[[Review], Found]:
    """Judge "lowest in the area of this code", or "lower than in the area ``than``"."""

    def answer(review: Review) -> Found:
        rows = sorted(review.voice.rows(measure, "utla"), key=lambda row: row["value"])
        rows = [row for row in rows if not than or row["area_code"] in (code, than)]
        if len(rows) < 2:
            return UNCHECKED, "Life expectancy is not loaded.", ""
        figures = "; ".join(review.figure(row) for row in rows)
        verdict = CONTRADICTS
        if rows[0]["area_code"] == code:
            tests = [compare_estimates(estimate_of(rows[0]), estimate_of(r)) for r in rows[1:]]
            apart = all(test.verdict is Verdict.ESTABLISHED for test in tests)
            verdict = AGREES if apart else POINT_ONLY
        sentence = review.sentence(f"life_expectancy.life_expectancy.{measure}.extremes")
        return verdict, figures, sentence

    return answer


def _longest_in_poor_health(measure: str) -> Callable[[Review], Found]:
    def answer(review: Review) -> Found:
        rows = sorted(review.voice.rows(measure, "utla"), key=lambda row: -row["value"])
        england = review.row(measure, "england")
        if len(rows) < 3 or england is None:
            return UNCHECKED, "Life expectancy is not loaded.", ""
        top = {row["area_code"] for row in rows[:2]}
        verdict = POINT_ONLY if top == {PLYMOUTH, TORBAY} else CONTRADICTS
        figures = "; ".join(review.figure(row) for row in [*rows, england])
        sentence = review.sentence("life_expectancy.life_expectancy.years_poor_health_65")
        return verdict, f"{figures} (no interval exists)", sentence

    return answer


TOWN = "Barnstaple"
PLYMOUTH, TORBAY = "E06000026", "E06000027"
ANSWERS: dict[str, Callable[[Review], Found]] = {
    "R1_share": _share,
    "R1_number": _number,
    "R1_areas": _older_areas,
    "R2_north_south": _south,
    "R2_exception": _exception,
    "R3": _density,
    "R4": _ethnicity,
    "R5": _savi,
    "R6_le": _against_england("le_65_female", "lower"),
    "R6_hle": _against_england("hle_65_female", "lower"),
    "R7_le": _against_england("le_65_male", "lower"),
    "R7_hle": _against_england("hle_65_male", "higher"),
    "R8_le_female": _lowest("le_65_female", PLYMOUTH),
    "R8_le_male": _lowest("le_65_male", PLYMOUTH),
    "R8_hle_female": _lowest("hle_65_female", PLYMOUTH),
    "R8_hle_male": _lowest("hle_65_male", TORBAY, PLYMOUTH),
    "R9_female": _longest_in_poor_health("years_poor_health_65_female"),
    "R9_male": _longest_in_poor_health("years_poor_health_65_male"),
}
