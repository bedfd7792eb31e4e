"""Published life expectancies -> contract rows of whole areas; nothing is summed or averaged.

Edition 2020 reads the ONS workbook of December 2019, later editions read Fingertips.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import SourceError
from indicators.readers.fingertips import read_fingertips
from indicators.readers.life_expectancy_workbook import read_workbook
from indicators.schema import CONTRACT, Inputs, Missing, Reading

DATASET = "life_expectancy"
WORKBOOK = "main"
LEVEL_OF_PART = {"districts": "ltla", "authorities": "utla", "regions": "region"}
LEVEL_NAMES = {"utla": "upper tier authorities", "ltla": "districts and unitary authorities"}
TITLES = {
    "le_birth": "life expectancy at birth",
    "hle_birth": "healthy life expectancy at birth",
    "le_65": "life expectancy at 65",
    "hle_65": "healthy life expectancy at 65",
    "years_poor_health_65": "both life expectancy and healthy life expectancy at 65",
}
SEXES = ("male", "female")
KEY = ["measure", "level", "area_code", "period"]
NUMBERS = ["value", "lower", "upper"]
# City of London and Isles of Scilly have too few people for a figure (2 of 151 or 153 upper tier
# authorities); where more is missing, the figures belong to areas of another vintage.
COMPLETE = 0.97
WORTH_SHOWING = 0.5
LONGEST_LIFE = 120.0


def read(inputs: Inputs) -> Reading:
    """Read every measure for the newest complete three-year period; contract rows.

    Levels as published (ltla, utla, region, england), with 95% limits where published. A level
    where fewer than half of the areas have a value is left out. ``years_poor_health_65`` is LE
    minus HLE at 65 of one period and has no limits. A measure without a complete period is
    missing, with the newest period served as the reason.
    """
    figures = _to_years(_read_figures(inputs))
    figures = _to_areas_of_edition(figures, inputs)
    figures = pd.concat([figures, _years_poor_health(figures)], ignore_index=True)
    tables, missing = [], []
    for quantity in TITLES:
        pair = [f"{quantity}_{sex}" for sex in SEXES]
        own = figures[figures["measure"].isin(pair)]
        period = newest_complete_period(own, pair, inputs)
        if period is None:
            reason, remedy = _why_missing(quantity, own, pair, inputs)
            missing += [Missing(measure=name, reason=reason, remedy=remedy) for name in pair]
            continue
        chosen = own[own["period"] == period]
        tables += [_rows(chosen[chosen["measure"] == name], name, period, inputs) for name in pair]
    nothing = pd.DataFrame(columns=list(CONTRACT))
    table = pd.concat(tables, ignore_index=True) if tables else nothing
    return Reading(table=table, missing=tuple(missing))


def newest_complete_period(
    figures: pd.DataFrame, measures: list[str], inputs: Inputs
) -> str | None:
    """Return the newest period with England and a whole level of authorities for all measures.

    A level is whole where 97% of the areas of the edition have a value. None where no period is.
    """
    for period in sorted(figures["period"].unique(), reverse=True):
        counts = _counts(figures, measures, period)
        whole = [
            counts[level] >= COMPLETE * len(inputs.codes(level)) and counts[level] > 0
            for level in LEVEL_NAMES
        ]
        if counts["england"] and any(whole):
            return str(period)
    return None


def _counts(figures: pd.DataFrame, measures: list[str], period: str) -> dict[str, int]:
    """Count the areas of each level that have a value in a period: the fewest of the measures."""
    valued = figures[(figures["period"] == period) & figures["value"].notna()]
    return {
        level: min(
            int(((valued["measure"] == name) & (valued["level"] == level)).sum())
            for name in measures
        )
        for level in (*LEVEL_NAMES, "england")
    }


def _why_missing(
    quantity: str, figures: pd.DataFrame, measures: list[str], inputs: Inputs
) -> tuple[str, str]:
    edition = inputs.edition.id
    remedy = (
        f"Fetch again with incontext fetch --edition {edition} --refresh once the publisher "
        "serves a complete period, or choose edition 2020, which has 2016 to 2018."
    )
    title = TITLES[quantity]
    periods = sorted(figures.loc[figures["value"].notna(), "period"].unique(), reverse=True)
    if not periods:
        return f"The publisher serves no three-year figures of {title}.", remedy
    counts = _counts(figures, measures, periods[0])
    level = max(LEVEL_NAMES, key=lambda name: counts[name] / max(len(inputs.codes(name)), 1))
    found = f"{counts[level]:,} of the {len(inputs.codes(level)):,} {LEVEL_NAMES[level]}"
    return (
        f"The newest period for which {title} is served is {periods[0]}, "
        f"with {found} of edition {edition}: too few of its areas.",
        remedy,
    )


def _read_figures(inputs: Inputs) -> pd.DataFrame:
    parts = inputs.files[DATASET]
    if WORKBOOK in parts:
        figures = read_workbook(parts[WORKBOOK], inputs.periods[DATASET])
        _require_listed(figures, inputs)
        return figures
    tables = [
        read_fingertips(parts[name], level)
        for name, level in LEVEL_OF_PART.items()
        if name in parts
    ]
    figures = pd.concat(tables, ignore_index=True)
    if figures.empty:
        names = ", ".join(path.name for path in parts.values())
        raise SourceError(f"{names}: column Indicator ID has none of the indicators asked for.")
    return _england_once(figures)


def _england_once(figures: pd.DataFrame) -> pd.DataFrame:
    """Keep England's figures once: every file repeats them, and they must agree."""
    figures = figures.drop_duplicates([*KEY, *NUMBERS])
    doubled = figures[figures.duplicated(KEY)]
    if len(doubled):
        first = doubled.iloc[0]
        raise SourceError(
            f"{first['file']}: column Value differs from the other files for "
            f"{first['area_code']} ({first['measure']}, {first['period']}). "
            "Fetch all anew with --refresh."
        )
    return figures


def _require_listed(figures: pd.DataFrame, inputs: Inputs) -> None:
    """Refuse a workbook that does not list every area: one without a figure is listed blank."""
    former = same_areas(inputs.edition.id)
    codes = figures["area_code"].replace(former)
    for level in ("utla", "region", "england"):
        absent = inputs.codes(level).difference(pd.Index(codes))
        if len(absent):
            raise SourceError(
                f"{figures['file'].iloc[0]}: column 'Area Codes' lacks {len(absent):,} areas: "
                f"{', '.join(absent[:5])}."
            )


def _to_years(figures: pd.DataFrame) -> pd.DataFrame:
    """Turn the cells into years; refuse what is no plausible number or has one limit only."""
    years = figures.copy()
    for name in NUMBERS:
        number = pd.to_numeric(figures[name].replace("", np.nan), errors="coerce").astype(float)
        _refuse(figures[number.isna() & (figures[name] != "")], f"{name} is not a number")
        _refuse(figures[(number <= 0) | (number >= LONGEST_LIFE)], f"{name} is no number of years")
        years[name] = number
    _refuse(years[years["lower"].isna() != years["upper"].isna()], "one limit is missing")
    _refuse(years[years["value"].isna() & years["lower"].notna()], "limits stand without a value")
    return years


def _refuse(rows: pd.DataFrame, what: str) -> None:
    if len(rows):
        first = rows.iloc[0]
        codes = ", ".join(rows.loc[rows["source"] == first["source"], "area_code"].unique()[:5])
        raise SourceError(f"{first['file']}, {first['source']}: {what} for {codes}.")


def same_areas(edition: str) -> dict[str, str]:
    """Return former code -> code of the edition, for areas that only changed their code."""
    path = files("indicators").joinpath("declared", f"{DATASET}.toml")
    declared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return dict(declared["same_area"].get(edition, {}))


def _to_areas_of_edition(figures: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Give areas that only changed their code that of the edition; refuse unknown codes.

    Such a pair is declared, and believed only if the two have the same name and the edition
    knows the new code alone.
    """
    recoded = figures.copy()
    for former, code in same_areas(inputs.edition.id).items():
        for level in LEVEL_NAMES:
            rows = figures[(figures["level"] == level) & (figures["area_code"] == former)]
            codes = inputs.codes(level)
            if len(rows) and former not in codes and code in codes:
                _require_same_name(rows, inputs.places, level, code)
                recoded.loc[rows.index, "area_code"] = code
    for name, rows in recoded.groupby("level"):
        unknown = rows[~rows["area_code"].isin(inputs.codes(str(name)))]
        _refuse(unknown, f"the area code is not one of edition {inputs.edition.id}")
    _refuse(recoded[recoded.duplicated(KEY)], "an area stands twice, under two codes,")
    return recoded


def _require_same_name(rows: pd.DataFrame, places: pd.DataFrame, level: str, code: str) -> None:
    names = set(places.loc[places[f"{level}_code"] == code, f"{level}_name"].astype(str))
    strange = rows[~rows["area_name"].isin(names)]
    if len(strange):
        first = strange.iloc[0]
        raise SourceError(
            f"{first['file']}: {first['area_code']} is called {first['area_name']!r}, and {code} "
            f"{' or '.join(sorted(names))!r}: they may not be the same area."
        )


def _years_poor_health(figures: pd.DataFrame) -> pd.DataFrame:
    """Return LE minus HLE at 65 per area and period; limits do not follow from published ones."""
    parts = []
    for sex in SEXES:
        life = figures[figures["measure"] == f"le_65_{sex}"].set_index(KEY[1:])
        healthy = figures[figures["measure"] == f"hle_65_{sex}"].set_index(KEY[1:])
        shared = life.index.intersection(healthy.index)
        life = life.loc[shared]
        years = life.assign(
            measure=f"years_poor_health_65_{sex}",
            value=life["value"] - healthy.loc[shared, "value"],
            lower=np.nan,
            upper=np.nan,
        ).reset_index()
        _refuse(years[years["value"] < 0], "healthy life expectancy exceeds life expectancy")
        parts.append(years)
    return pd.concat(parts, ignore_index=True)


def _rows(figures: pd.DataFrame, measure: str, period: str, inputs: Inputs) -> pd.DataFrame:
    """Lay out one measure in the contract: each area of a level once, with its status."""
    parts = []
    for level in ("ltla", "utla", "region", "england"):
        codes = inputs.codes(level)
        own = figures[figures["level"] == level].set_index("area_code").reindex(codes)
        value = own["value"]
        if value.notna().sum() < WORTH_SHOWING * len(codes):
            continue
        suppressed = own["note"].fillna("").str.contains("suppress", case=False)
        status = np.where(suppressed, "suppressed", "not published")
        rows = pd.DataFrame(
            {
                "indicator": DATASET,
                "measure": measure,
                "area_code": codes,
                "level": level,
                **{name: own[name].astype(float).to_numpy() for name in NUMBERS},
                "numerator": np.nan,
                "denominator": np.nan,
                "period": period,
                "status": np.where(value.notna(), "", status),
            }
        )
        parts.append(rows[list(CONTRACT)])
    return pd.concat(parts, ignore_index=True)
