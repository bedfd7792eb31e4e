"""What the colours of a map mean: the rows of its legend and the fill of every area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from context.layers import ClusterLayer, Layer
from context.palette import ALONE, CLUSTERS, MISSING, PLAIN, colour_of_fifth

if TYPE_CHECKING:
    from context.layers import Ground


class Row(NamedTuple):
    """One entry of a legend with the people who live in its areas."""

    words: str
    limits: str
    fill: str
    hatched: bool
    focus: float
    rest: float


class Key(NamedTuple):
    """A legend and the fills that it explains; ``gaps`` marks the areas that are hatched."""

    title: str
    about: str
    rows: tuple[Row, ...]
    fills: tuple[str, ...]
    gaps: Any


def key_of(ground: Ground, layer: Layer | ClusterLayer) -> Key:
    """Return the legend of a layer and the fill of each area of the ground, in its order."""
    return _clusters(ground, layer) if isinstance(layer, ClusterLayer) else _fifths(ground, layer)


def drawn_order(layer: Layer) -> tuple[int, ...]:
    """The fifths from the darkest to the lightest."""
    return (5, 4, 3, 2, 1) if layer.darkest == "high" else (1, 2, 3, 4, 5)


def limits_in_words(layer: Layer, fifth: int) -> str:
    """Lowest and highest value of a national fifth, for example "1.2 to 3.4"."""
    if fifth not in layer.limits:
        return ""
    low, high = (f"{value:,.{layer.decimals}f}" for value in layer.limits[fifth])
    return f"{low} to {high}"


def capital(text: str) -> str:
    """Return the text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def fills_of(ground: Ground, layer: Layer) -> tuple[str, ...]:
    """Return the fill of each area by its national fifth."""
    colours = {fifth: colour_of_fifth(fifth, layer.darkest) for fifth in range(1, 6)}
    numbers = layer.fifths.reindex(ground.outlines.index).fillna(0).to_numpy(int).tolist()
    return tuple([colours.get(number, MISSING) for number in numbers])


def _people_of(layer: Layer | ClusterLayer) -> dict[Any, tuple[float, float]]:
    """People of each class, focus and rest; 0 where a class holds nobody."""
    people = layer.people.fillna(0)
    counts = zip(people["focus"].tolist(), people["rest"].tolist(), strict=True)
    return dict(zip(people.index.tolist(), counts, strict=True))


def _row(
    people: dict[Any, tuple[float, float]],
    at: Any,
    words: str,
    fill: str,
    limits: str = "",
    *,
    gap: bool = False,
) -> Row:
    return Row(capital(words), limits, fill, gap, *people.get(at, (0.0, 0.0)))


def _fifths(ground: Ground, layer: Layer) -> Key:
    fills = fills_of(ground, layer)
    gaps = np.array([fill == MISSING for fill in fills], dtype=bool)
    people = _people_of(layer)
    rows = [
        _row(
            people,
            fifth,
            layer.fifth_words.get(fifth, f"fifth {fifth}"),
            colour_of_fifth(fifth, layer.darkest),
            limits_in_words(layer, fifth),
        )
        for fifth in drawn_order(layer)
    ]
    if gaps.any():
        rows.append(_row(people, 0, "no value", MISSING, gap=True))
    named = layer.unit.lower() in layer.title.lower() or " per " in layer.title
    title = f"{layer.title} ({layer.unit})" if layer.unit and not named else layer.title
    among = "all small areas in England" if layer.is_national else "the areas given"
    about = f"Fifths of {among}, and people living in each"
    return Key(title, about, tuple(rows), fills, gaps)


def _named(words: str) -> str:
    """The words for an end of the measure, where they say more than high or low."""
    return "" if words in ("highest", "lowest") else f" ({words})"


def _clusters(ground: Ground, layer: ClusterLayer) -> Key:
    kinds = layer.kinds.reindex(ground.outlines.index).fillna("no value").astype(str)
    dark, other = CLUSTERS if layer.darkest == "high" else CLUSTERS[::-1]
    colours = {"high": dark, "low": other, "": PLAIN, "no neighbours": ALONE, "no value": MISSING}
    words = {
        "high": f"cluster of high values{_named(layer.high_words)}",
        "low": f"cluster of low values{_named(layer.low_words)}",
        "": "no cluster established",
        "no neighbours": "no neighbours",
        "no value": "no value",
    }
    people = _people_of(layer)
    shown = [kind for kind in words if kind in ("high", "low", "") or (kinds == kind).any()]
    rows = [
        _row(people, kind, words[kind], colours[kind], gap=kind == "no value") for kind in shown
    ]
    about = "Where neighbouring small areas are alike beyond chance, and people living there"
    fills = tuple(colours[kind] for kind in kinds)
    return Key(layer.title, about, tuple(rows), fills, (kinds == "no value").to_numpy())
