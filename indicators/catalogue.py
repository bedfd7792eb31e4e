"""The catalogue: every indicator and measure, its unit, its words and its datasets."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.editions import publishers
from geodata.errors import RequestError
from geodata.sources import Dataset, read_datasets

SMALL_AREA = "lsoa"
AREA_LEVELS = ("ltla", "utla", "region", "system", "england")
PERCENT = "%"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of an indicator: a column of the small-area table and a row per larger area."""

    id: str
    indicator: str
    title: str
    phrase: str
    unit: str
    decimals: int
    quantity: str
    polarity: str
    low_words: str
    high_words: str
    aggregation: str
    levels: tuple[str, ...]
    counted: str
    count: str
    weight: str
    sex: str
    age: str
    worth_saying: float
    minimum: int
    """Fewest people in the denominator for a value to be shown."""
    fifths_from: str
    definition: str
    limit: str
    datasets: tuple[str, ...] = ()
    """Datasets that its figures come from."""

    @property
    def is_count(self) -> bool:
        """Say whether the measure counts people, so that a difference has no meaning."""
        return self.unit == "people"

    @property
    def factor(self) -> float:
        """Return what numerator / denominator is multiplied by: 100 for percentages."""
        return 100.0 if self.unit == PERCENT else 1.0

    @property
    def is_of_small_areas(self) -> bool:
        """Say whether every small area has a value of its own, or that of its MSOA."""
        return self.levels[0] in (SMALL_AREA, "msoa")

    @property
    def is_compared(self) -> bool:
        """Say whether larger areas have the measure; a published decile or rank is not theirs."""
        return self.adds_up or self.levels != (SMALL_AREA,)

    @property
    def adds_up(self) -> bool:
        """Say whether larger areas follow from sums over small areas."""
        return self.aggregation != "published only"

    def fifth_words(self) -> dict[int, str]:
        """Return the words for each national fifth, 5 being the highest values."""
        return {
            1: f"{self.low_words} fifth",
            2: f"second {self.low_words} fifth",
            3: "middle fifth",
            4: f"second {self.high_words} fifth",
            5: f"{self.high_words} fifth",
        }


@dataclass(frozen=True, kw_only=True)
class Change:
    """Whether an indicator's figures of two editions compare: a measure that does, or why not."""

    measure: str = ""
    limit: str = ""
    """What a reader must know of the comparison; ends the answer to a challenge."""
    reason: str = "It is not declared whether its figures compare over time."


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator: its reader, its datasets and its measures in the order of the catalogue."""

    id: str
    title: str
    reader: str
    datasets: tuple[str, ...]
    defaults: tuple[str, ...]
    """The measure that stands for the indicator: the first of these that is available."""
    order: int
    measures: tuple[Measure, ...]
    not_in: dict[str, dict[str, str]]
    """Edition -> ``reason`` and ``remedy``, where the indicator does not exist in an edition."""
    change: Change = Change()

    @property
    def default(self) -> str:
        """Return the measure that stands for the indicator where every measure is available."""
        return self.defaults[0]

    def default_of(self, available: Container[str]) -> str | None:
        """Return the first default measure among those available; None where there is none."""
        return next((measure for measure in self.defaults if measure in available), None)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything that is measured, and in which order the topics speak of it."""

    indicators: dict[str, Indicator]
    datasets: dict[str, dict[str, Dataset]]
    topics: dict[str, tuple[str, ...]]
    more_maps: tuple[str, ...] = ()
    """Measures that fill a sheet of maps after the main one of each indicator."""

    @property
    def measures(self) -> dict[str, Measure]:
        """Return every measure by id, in the order of the catalogue."""
        return {m.id: m for entry in self.indicators.values() for m in entry.measures}

    def measure(self, measure_id: str) -> Measure:
        """Return one measure; raise ``RequestError`` with the ids that exist."""
        try:
            return self.measures[measure_id]
        except KeyError:
            known = ", ".join(self.measures)
            raise RequestError(
                f'There is no measure called "{measure_id[:60]}". Choose one of: {known}.'
            ) from None

    def datasets_of(self, names: Iterable[str]) -> set[str]:
        """Return the datasets of measures, or of all measures of indicators, by their ids."""
        measures, indicators = self.measures, self.indicators
        found: set[str] = set()
        for name in names:
            if name in measures:
                found.update(measures[name].datasets)
            elif name in indicators:
                found.update(indicators[name].datasets)
        return found

    def indicator(self, indicator_id: str) -> Indicator:
        """Return one indicator; raise ``RequestError`` with the ids that exist."""
        try:
            return self.indicators[indicator_id]
        except KeyError:
            known = ", ".join(self.indicators)
            raise RequestError(
                f'There is no indicator called "{indicator_id[:60]}". Choose one of: {known}.'
            ) from None


@cache
def catalogue() -> Catalogue:
    """Read ``catalogue.toml`` and every file of ``declared/``, once."""
    package = files("indicators")
    declared: dict[str, Any] = tomllib.loads(
        package.joinpath("catalogue.toml").read_text(encoding="utf-8")
    )
    for file in sorted(package.joinpath("declared").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            entry = tomllib.loads(file.read_text(encoding="utf-8"))
            for kind in ("datasets", "indicators"):
                declared.setdefault(kind, {}).update(entry.get(kind, {}))
    return read_catalogue(declared)


def read_catalogue(declared: dict[str, Any]) -> Catalogue:
    """Turn a declared catalogue (the content of the TOML files) into typed values."""
    return Catalogue(
        indicators={
            name: _read_indicator(name, entry)
            for name, entry in sorted(
                declared["indicators"].items(), key=lambda item: item[1]["order"]
            )
        },
        datasets=read_datasets(declared["datasets"], publishers()),
        topics={name: tuple(order) for name, order in declared["topics"].items()},
        more_maps=tuple(declared.get("more_maps", ())),
    )


def _read_indicator(name: str, entry: dict[str, Any]) -> Indicator:
    shared = entry.get("every", {})
    return Indicator(
        id=name,
        title=entry["title"],
        reader=entry["reader"],
        datasets=tuple(entry["datasets"]),
        defaults=tuple(entry.get("defaults", [entry["default"]])),
        order=entry["order"],
        measures=tuple(
            _read_measure(key, name, {"datasets": entry["datasets"], **shared, **m})
            for key, m in entry["measures"].items()
        ),
        not_in=entry.get("not_in", {}),
        change=Change(**entry.get("change", {})),
    )


def _read_measure(name: str, indicator: str, entry: dict[str, Any]) -> Measure:
    texts = ("counted", "count", "weight", "fifths_from", "definition", "limit")
    return Measure(
        id=name,
        indicator=indicator,
        title=entry["title"],
        phrase=entry["phrase"],
        unit=entry["unit"],
        decimals=entry.get("decimals", 1),
        quantity=entry["quantity"],
        polarity=entry["polarity"],
        low_words=entry["low_words"],
        high_words=entry["high_words"],
        aggregation=entry["aggregation"],
        levels=tuple(entry.get("levels", (SMALL_AREA,))),
        sex=entry.get("sex", "all"),
        age=entry.get("age", "all"),
        worth_saying=float(entry.get("worth_saying", 0.0)),
        minimum=entry.get("minimum", 0),
        datasets=tuple(entry["datasets"]),
        **{key: entry.get(key, "") for key in texts},
    )
