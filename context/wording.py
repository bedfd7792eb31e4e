"""Numbers, ordinals and places as people say them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

WITH_ARTICLE = (
    "Isle ",
    "Isles ",
    "City of ",
    "Vale of ",
    "Forest of ",
    "Black Country",
    "North East and ",
)
MOST_WORDS_IN_A_BULLET = 20
ORDINALS = {1: "st", 2: "nd", 3: "rd"}
SMALL = {
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
}


def say_number(value: float, unit: str, decimals: int) -> str:
    """Round for display: thousands separators, and "%" where the unit is percent.

    >>> say_number(18.5158, "%", 1), say_number(3283.08, "people per km2", 0)
    ('18.5%', '3,283')
    """
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.replace("-", "")
    return f"{text}%" if unit == "%" else text.replace("-", "−")


def say_least(worth: float, unit: str) -> str:
    """Say how large a difference is worth saying, in its unit.

    >>> say_least(1.0, "%"), say_least(0.5, "years"), say_least(2.0, "score")
    ('1 percentage point', '0.5 years', '2 points')
    """
    one = {"%": "percentage point", "score": "point", "years": "year"}.get(unit)
    if one is None:
        return f"{worth:g} {unit.replace('km2', 'km²')}"
    return f"{worth:g} {one}{'' if worth == 1 else 's'}"


def say_ordinal(place: int) -> str:
    """Write an ordinal in figures.

    >>> say_ordinal(1), say_ordinal(12), say_ordinal(23), say_ordinal(111)
    ('1st', '12th', '23rd', '111th')
    """
    ending = "th" if 10 <= place % 100 <= 20 else ORDINALS.get(place % 10, "th")
    return f"{place}{ending}"


def say_rank(above: int, below: int, *, low: str = "lowest", high: str = "highest") -> str:
    """Say a rank from the nearer end, given how many areas lie above and below.

    >>> say_rank(195, 118), say_rank(0, 41), say_rank(4, 37)
    ('119th lowest', 'highest', '5th highest')
    """
    place, end = (below + 1, low) if below <= above else (above + 1, high)
    return end if place == 1 else f"{say_ordinal(place)} {end}"


def say_rank_in_words(above: int, below: int, *, low: str, high: str) -> str:
    """Say a rank within a few areas in words, with "the": "the second lowest", "the largest"."""
    place, end = (below + 1, low) if below <= above else (above + 1, high)
    words = SMALL.get(place, say_ordinal(place))
    return f"the {end}" if place == 1 else f"the {words} {end}"


def start_sentence(text: str) -> str:
    """Put a capital at the beginning, as for "the rest of Devon" at the start of a sentence."""
    return text[:1].upper() + text[1:]


def count_words(text: str) -> int:
    """Count words as a reader does."""
    return len(re.findall(r"\S+", text))


def fit_bullet(candidates: Iterable[str]) -> str:
    """Return the first wording that keeps within the words of a slide bullet, else the last."""
    text = ""
    for text in candidates:
        if count_words(text) <= MOST_WORDS_IN_A_BULLET:
            return text
    return text


def say_place(official: str) -> str:
    """Say an authority's official name as people say it.

    >>> say_place("Isle of Wight"), say_place("Bristol, City of"), say_place("Torbay")
    ('the Isle of Wight', 'Bristol', 'Torbay')
    """
    name, comma, after = official.partition(", ")
    if comma and after.endswith(" of"):
        name = "Hull" if name == "Kingston upon Hull" else name
    else:
        name = official
    return f"the {name}" if name.startswith(WITH_ARTICLE) else name


def is_plural(name: str) -> bool:
    """Say whether a place takes a plural verb: "the Isles of Scilly are"."""
    return name.removeprefix("the ").startswith("Isles ")


def say_islands(text: str) -> str:
    """Let people live on an island, not in it.

    >>> say_islands("In the Isle of Wight, and in the Isles of Scilly")
    'On the Isle of Wight, and on the Isles of Scilly'
    """
    return re.sub(r"\b([Ii])n (?=the Isles? of )", lambda m: "On " if m[1] == "I" else "on ", text)


def say_licence(licences: Iterable[str]) -> str:
    """Say under which licences figures may be used, or that it is not recorded.

    >>> say_licence(["Open Government Licence v3.0"])
    'Licensed under the Open Government Licence v3.0'
    """
    distinct = list(dict.fromkeys(licences))
    if any(licence.startswith("not recorded") for licence in distinct):
        return f"Licence {say_join(distinct)}"
    return f"Licensed under the {say_join(distinct)}"


def say_places(names: list[str]) -> str:
    """Join names of places; where one holds an "and" itself, a comma keeps them apart."""
    if len(names) == 2 and any(" and " in name for name in names):
        return f"{names[0]}, and {names[1]}"
    return say_join(names)


def say_join(parts: list[str]) -> str:
    """Join clauses: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def plain(value: Any) -> Any:
    """Turn a cell into what JSON can say: missing is None, whole ranks are int."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value
