"""The source lines under a map: publishers, datasets, periods, licence, in as few lines as go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.lettering import SMALLEST, fill, wrap
from context.wording import say_join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.layers import Origin

MOST = 2
"""So many lines at most where any way of naming the datasets allows it."""


def source_lines(
    origins: Sequence[Origin],
    attribution: str,
    width: float,
    *,
    otherwise: str = "",
    publishers_only: bool = False,
) -> list[str]:
    """Name the datasets as fully as two lines of ``width`` pixels hold.

    ``attribution`` is the one of the outlines, of which only what the datasets do not say already
    is added. ``otherwise`` is the text where a layer names no datasets.
    """
    told = {f"Source: {one.publisher} licensed under the {one.licence}" for one in origins}
    extra = [part for part in _sentences(attribution) if part not in told]
    if not origins:
        return wrap(". ".join([otherwise.rstrip("."), *extra]), width, SMALLEST)
    lines: list[str] = []
    ways = (_undated,) if publishers_only else (_whole, _plain, _brief, _first, _dated)
    for name in ways:
        for say in (_licensed, _licence):
            parts = [f"Source: {_by_publisher(origins, name)}", say(origins), *extra]
            text = ". ".join(part for part in parts if part) + "."
            lines = fill(text, width, SMALLEST)
            if len(lines) <= MOST:
                return wrap(text, width, SMALLEST)
    return lines


def rights_lines(attribution: str, width: float) -> list[str]:
    """Say whose rights the outlines are, where publishers and licence are named elsewhere."""
    rights = [part for part in _sentences(attribution) if not part.startswith("Source:")]
    return wrap("".join(f"{part}. " for part in rights), width, SMALLEST)


def _sentences(attribution: str) -> list[str]:
    parts = [part.strip().rstrip(".") for part in attribution.split(". ")]
    return [part for part in parts if part]


def _by_publisher(origins: Sequence[Origin], name: Callable[[int, Origin], str]) -> str:
    named: dict[str, dict[str, None]] = {}
    for number, origin in enumerate(origins):
        named.setdefault(origin.publisher, {})[name(number, origin)] = None
    return "; ".join(
        ", ".join([publisher, *filter(None, titles)]) for publisher, titles in named.items()
    )


def with_period(title: str, period: str) -> str:
    """Add the period to a title that does not say it."""
    return title if period in title else f"{title}, {period}"


def _whole(_: int, origin: Origin) -> str:
    return with_period(origin.title, origin.period)


def _plain(_: int, origin: Origin) -> str:
    """The title without what stands in brackets."""
    return with_period(re.sub(r"\s*\([^()]*\)", "", origin.title), origin.period)


def _brief(number: int, origin: Origin) -> str:
    """The title to its first colon or comma."""
    title = re.split(r"[:,]", _plain(number, origin))[0].strip()
    return with_period(title, origin.period)


def _first(number: int, origin: Origin) -> str:
    """The brief title of the first dataset, which the measure is of; the periods of others."""
    return origin.period if number else _brief(number, origin)


def _dated(_: int, origin: Origin) -> str:
    return origin.period


def _undated(_: int, __: Origin) -> str:
    return ""


def _licence(origins: Sequence[Origin]) -> str:
    return say_join(list(dict.fromkeys(origin.licence for origin in origins)))


def _licensed(origins: Sequence[Origin]) -> str:
    recorded = not any(origin.licence.startswith("not recorded") for origin in origins)
    return f"Licen{'sed under the' if recorded else 'ce'} {_licence(origins)}"
