"""What every kind of statement needs: the rows of a context, names as people say them, sources."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from context.request import WHOLE
from context.wording import plain, say_islands, say_join, say_number, say_place, start_sentence
from indicators.catalogue import Measure

if TYPE_CHECKING:
    from context.build import Context
    from geodata.store import Store

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
    "share_inside",
)
COUNTY = "E10"
"""Beginning of the codes of counties, whose name a system may bear too."""
PART_IN_SYSTEM = " (the part in the system)"
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
    size: float
    """Size of the difference in units of what is worth saying; orders statements of one kind."""
    aside: str = ""
    """A remark that several statements share; it ends the text of the first of them."""


@dataclass(frozen=True, kw_only=True)
class NotMade:
    """A statement that was considered and not made, with the reason."""

    kind: str
    indicator: str
    reason: str


Said = Statement | NotMade


def brief_period(row: Row) -> str:
    """Return the period of a row without what is added to it after a comma."""
    return str(row["period"]).partition(",")[0]


@cache
def templates() -> dict[str, Any]:
    """Read ``statements.toml`` once."""
    text = files("context").joinpath("statements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True)
class Voice:
    """Speaks about one context: finds rows, names places, states sentences."""

    context: Context

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.context.comparison.to_dict("records"):
            named = {str(key): value for key, value in row.items()}
            if pd.isna(named["against_england"]):
                named["against_england"] = ""
            found.setdefault((named["measure"], named["role"]), []).append(named)
        return found

    def rows(self, measure: str, role: str) -> list[Row]:
        """Return the rows of a measure in a role that have a value."""
        return [row for row in self.every_row(measure, role) if not pd.isna(row["value"])]

    def every_row(self, measure: str, role: str) -> list[Row]:
        """Return the rows of a measure in a role, those without a value too."""
        return self._rows.get((measure, role), [])

    @property
    def subject_role(self) -> str:
        """Return whom the sentences are about: the focus, else the system."""
        return "focus" if self.context.focus_name else "system"

    def subject(self, measure: str) -> Row | None:
        """Return the row that a sentence is about; None where it has no value."""
        rows = self.rows(measure, self.subject_role)
        return rows[0] if rows else None

    def others(self, measure: str) -> list[Row]:
        """Return the rows to compare the subject with: rest, peers, England."""
        roles = ("rest", "peer", "england") if self.context.focus_name else ("england",)
        return [row for role in roles for row in self.rows(measure, role)]

    @property
    def _is_one_whole(self) -> bool:
        return len(self.context.request.focus) == 1 and (
            PART_IN_SYSTEM not in str(self.context.focus_name)
        )

    @property
    def subject_name(self) -> str:
        """Name the focus, else the system, as people say it."""
        if self.context.focus_name:
            name = say_place(self.context.focus_name)
            if self.context.request.focus[0].startswith(COUNTY) and self._is_one_whole:
                return f"the {name} County Council area"
            return _say_part(self.context.focus_name) or name
        return self.context.system_phrase

    def name(self, row: Row) -> str:
        """Name a place as people say it; system and county of one name are told apart."""
        if row["role"] == "system":
            return self.context.system_phrase
        if row["level"] == "part" and row["role"] == "focus":
            return _say_part(str(row["area_name"])) or say_place(str(row["area_name"]))
        name = say_place(str(row["area_name"]))
        if row["level"] == "utla" and str(row["area_code"]).startswith(COUNTY):
            return f"the {name} County Council area"
        return name

    def short_name(self, row: Row) -> str:
        """Name a place at the start of a bullet."""
        if row["level"] == "part" and row["role"] == "focus":
            return f"{self.bare_name(row)} (part)"
        return start_sentence(self.name(row).removeprefix("the "))

    def bare_name(self, row: Row) -> str:
        """Name a place as briefly as it can be, where a long name leaves no room."""
        if row["role"] == "system":
            return self.context.system_short_name
        if row["level"] == "utla" and str(row["area_code"]).startswith(COUNTY):
            return f"{row['area_name']} (county)"
        return start_sentence(str(row["area_name"]).partition(" (the part")[0])

    def shown(self, row: Row, measure: Measure, field: str = "value") -> str:
        """Write a number of a row as it is displayed."""
        return say_number(row[field], measure.unit, measure.decimals)

    def differs(self, row: Row, other: Row, measure: Measure) -> str:
        """Word the difference of two rows without intervals: "same", "higher" or "lower".

        "Same" below what is worth saying, or where both are displayed alike.
        """
        difference = row["value"] - other["value"]
        if abs(difference) < measure.worth_saying or self.shown(row, measure) == self.shown(
            other, measure
        ):
            return "same"
        return "higher" if difference > 0 else "lower"

    def compare(self, row: Row, others: list[Row], measure: Measure) -> str:
        """Group places by direction: "lower than in A (1%) and about the same as in B (2%)"."""
        words = templates()["words"]
        clauses: dict[str, list[str]] = {}
        for other in others:
            place = f"in {self.name(other)} ({self.shown(other, measure)})"
            clauses.setdefault(self.differs(row, other, measure), []).append(place)
        said = [f"{words[way]} {say_join(places)}" for way, places in clauses.items()]
        return f"{', '.join(said[:-1])} but {said[-1]}" if len(said) == 2 else say_join(said)

    def size(self, row: Row, others: list[Row], measure: Measure) -> float:
        """Return the largest difference in units of what is worth saying."""
        unit = measure.worth_saying or 1.0
        return max((abs(row["value"] - other["value"]) / unit for other in others), default=0.0)

    def what_rest_holds(self) -> str:
        """Say what the rest of the system is made of."""
        if self.context.rest_name is None:
            return ""
        without = self.subject_name.replace("the system's part", "its part")
        text = (
            f"{start_sentence(self.context.rest_name)} is {self.context.system_phrase} "
            f"without {without}"
        )
        inside = [
            self._part_or_all(code, name)
            for code, name in zip(self.context.request.peers, self.context.peer_names, strict=True)
            if self._lies_in_rest(code)
        ]
        return f"{text}, {say_join(inside)} included." if inside else f"{text}."

    def _lies_in_rest(self, code: str) -> bool:
        """Say whether all that the system has of an authority is outside the focus."""
        places = self.context.places
        there = places["ltla_code"].eq(code) | places["utla_code"].eq(code)
        return bool(there.any() and not (there & self.context.in_focus).any())

    def _part_or_all(self, code: str, name: str) -> str:
        members = self.context.store.membership
        here = (members["area_code"] == code) & (
            members["system_code"] == self.context.request.system
        )
        whole = float(members.loc[here, "share_inside"].iloc[0]) >= WHOLE
        return say_place(name) if whole else f"its part of {say_place(name)}"

    def state(
        self,
        *,
        kind: str,
        measure: Measure,
        key: str,
        text: str,
        bullet: str,
        evidence: list[Row],
        rule: str,
        size: float,
        challenged: str = "",
        more_sources: tuple[str, ...] = (),
        aside: str = "",
    ) -> Statement:
        """Make the statement ``KIND.INDICATOR.KEY``; the rule also says what the rest holds."""
        rest = any(row["role"] == "rest" for row in evidence)
        return Statement(
            id=f"{kind}.{measure.indicator}.{key}",
            kind=kind,
            indicator=measure.indicator,
            text=say_islands(text),
            bullet=say_islands(bullet),
            if_challenged=challenged or self.challenged(measure, str(evidence[0]["period"])),
            evidence=tuple({name: plain(row.get(name)) for name in EVIDENCE} for row in evidence),
            rule=f"{rule} {self.what_rest_holds()}" if rest else rule,
            sources=(*self.sources(measure, evidence), *more_sources),
            size=size,
            aside=aside,
        )

    def challenged(self, measure: Measure, period: str, definition: str = "") -> str:
        """Answer a challenge in two sentences: definition, then period and limit."""
        limit = measure.limit or templates()["no_limit"]
        definition = definition or measure.definition or f"{start_sentence(measure.title)}."
        return f"{definition} The figures are for {period}, and {limit}"

    def sources(
        self, measure: Measure, evidence: list[Row], store: Store | None = None
    ) -> tuple[str, ...]:
        """Return the source lines of the datasets of a store that the evidence comes from."""
        store = store or self.context.store
        entries = [e for e in store.manifest["datasets"] if e["id"] in measure.datasets]
        periods = {str(row["period"]) for row in evidence}
        named = [e for e in entries if any(e["period"] in period for period in periods)]
        return tuple(
            f"{entry['title']}, {entry['period']}. {entry['attribution']}"
            for entry in (named or entries)
        )


def _say_part(name: str) -> str:
    """Say "Cumbria (the part in the system)" as people do; nothing for what is no such part."""
    base, found, _ = name.partition(PART_IN_SYSTEM)
    return f"the system's part of {say_place(base)}" if found else ""
