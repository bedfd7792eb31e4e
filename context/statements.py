"""The sentences of a review, each made from its evidence by a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from context.kinds import change, clusters, extremes, halves, level, life, position, spread, unequal
from context.voice import EVIDENCE, NotMade, Said, Statement, Voice, templates
from context.wording import MOST_WORDS_IN_A_BULLET, count_words
from indicators.catalogue import Indicator, Measure, catalogue

if TYPE_CHECKING:
    from context.build import Context

__all__ = ["EVIDENCE", "NotMade", "Statement", "Statements", "make_statements", "templates"]

BULLETS_ON_A_SLIDE = 5
KINDS = ("level", "life_expectancy", "spread", "unequal", "pattern", "position", "change")
OF_A_MEASURE: tuple[Callable[[Voice, Measure], Iterator[Said]], ...] = (
    level.make,
    spread.make,
    halves.make,
    clusters.make,
    position.make,
)
OF_AN_INDICATOR: dict[str, tuple[Callable[[Voice], Iterator[Said]], ...]] = {
    "life_expectancy": (life.make, extremes.make),
    "deprivation": (unequal.make_older,),
    "ethnicity": (unequal.make_groups,),
}


@dataclass(frozen=True)
class Statements:
    """All statements of one context, in the order of its topic, and those not made."""

    statements: tuple[Statement, ...]
    not_made: tuple[NotMade, ...]

    @property
    def short(self) -> tuple[Statement, ...]:
        """Return at most five statements for a slide: the first of each indicator, then more.

        Every indicator of the topic speaks once before any speaks twice.
        """
        turns: dict[str, int] = {}
        order = []
        for place, statement in enumerate(self.statements):
            if count_words(statement.bullet) <= MOST_WORDS_IN_A_BULLET:
                turn = turns.setdefault(statement.indicator, 0)
                turns[statement.indicator] += 1
                order.append((turn, place))
        return tuple(self.statements[place] for _, place in sorted(order)[:BULLETS_ON_A_SLIDE])


@lru_cache(maxsize=4)  # maps, slides, workbook and text of a pack all say the same
def make_statements(context: Context) -> Statements:
    """Make every statement that the figures of a context bear, and list what they do not bear.

    Order: the topic's order of indicators, then kind (``KINDS``), then size of difference.
    """
    voice = Voice(context)
    entries = catalogue()
    made: list[tuple[int, int, float, str, Statement]] = []
    not_made: list[NotMade] = []
    order = entries.topics[context.request.topic]
    for turn, indicator_id in enumerate(order):
        for said in _speak(voice, entries.indicators[indicator_id]):
            if isinstance(said, NotMade):
                not_made.append(said)
            else:
                made.append((turn, KINDS.index(said.kind), -said.size, said.id, said))
    for missing in context.store.manifest.get("missing", []):
        reason = f"Not available: {missing['reason']} {missing['remedy']}"
        not_made.append(NotMade(kind="level", indicator=missing["indicator"], reason=reason))
    statements = [statement for *_, statement in sorted(made, key=lambda entry: entry[:4])]
    return Statements(tuple(_add_asides(voice, statements)), tuple(not_made))


def _speak(voice: Voice, indicator: Indicator) -> Iterator[Said]:
    available = voice.context.store.measures
    measure_id = indicator.default_of(available)
    if measure_id is None:
        return
    measure = catalogue().measure(measure_id)
    for make in OF_A_MEASURE:
        yield from make(voice, measure)
    for speak in OF_AN_INDICATOR.get(indicator.id, ()):
        yield from speak(voice)
    yield from change.make(voice, indicator)


def _add_asides(voice: Voice, statements: list[Statement]) -> Iterator[Statement]:
    """Say once, at its first mention, what the rest of the system holds and other asides."""
    rest = voice.context.rest_name
    told: set[str] = set()
    for statement in statements:
        asides = [statement.aside]
        if rest is not None and rest in statement.text:
            asides.append(voice.what_rest_holds())
        new = [aside for aside in asides if aside and aside not in told]
        told.update(new)
        yield replace(statement, text=" ".join([statement.text, *new]))
