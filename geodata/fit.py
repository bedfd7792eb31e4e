"""Small areas of 2011 and 2021: which correspond, and whether their figures compare over time.

The Office for National Statistics publishes an exact fit: every pair of a small area of 2011 and
one of 2021 that share ground, with an indicator of what happened to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.areas import SMALL_AREA_COUNTS, read_lookup
from geodata.errors import SourceError, UnknownNameError, VintageError

LSOA_2011, LSOA_2021 = "LSOA 2011", "LSOA 2021"
COLUMN_OF = {LSOA_2011: "area_code_2011", LSOA_2021: "area_code_2021"}
FIT_COLUMNS = ("area_code_2011", "area_code_2021", "change")
UNCHANGED, SPLIT, MERGED, IRREGULAR = "unchanged", "split", "merged", "irregular"
CHANGES = {"U": UNCHANGED, "S": SPLIT, "M": MERGED, "X": IRREGULAR}
SMALL_AREA_CODE = r"E01\d{6}"
SHOWN_CODES = 5
_FIRST_NAMES = ("LSOA11CD", "F_LSOA11CD")


@dataclass(frozen=True, kw_only=True)
class Comparability:
    """Whether the figures of one small area of 2011 and 2021 compare, and why not."""

    area_code: str
    change: str
    """One of ``unchanged``, ``split``, ``merged``, ``irregular``."""
    vintages: tuple[str, ...]
    """The vintages that have this code; an unchanged area has it in both."""
    counterparts: tuple[str, ...]
    """The areas of the other vintage that share its ground; itself where it is unchanged."""
    compares: bool
    words: str


def read_fit(path: Path) -> pd.DataFrame:
    """Read the exact fit of the small areas of England.

    Returns one row per pair with ``FIT_COLUMNS`` (``change`` in words), sorted by both codes.
    Raises ``SourceError`` naming the file, column and codes where a column or indicator is
    unknown, an area is missing, or the pairs contradict their indicator.
    """
    table = _read_pairs(path)
    english = table["area_code_2011"].str.startswith("E01")
    if (english != table["area_code_2021"].str.startswith("E01")).any():
        raise SourceError(f"{path.name} pairs small areas of England and Wales: it has changed.")
    table = table[english]
    unknown = ~table["change"].isin(list(CHANGES))
    if unknown.any():
        found = ", ".join(sorted(table.loc[unknown, "change"].str[:10].unique())[:SHOWN_CODES])
        raise SourceError(f"{path.name} has unknown indicators in the column CHGIND: {found}.")
    fit = table.assign(change=table["change"].map(CHANGES))
    fit = fit.sort_values(list(FIT_COLUMNS)).reset_index(drop=True)
    require_sound(fit, path.name)
    for vintage, column in COLUMN_OF.items():
        count = fit[column].nunique()
        if count != SMALL_AREA_COUNTS[vintage]:
            raise SourceError(
                f"{path.name} holds {count:,} small areas of {vintage}; "
                f"England has {SMALL_AREA_COUNTS[vintage]:,}."
            )
    return fit


def require_sound(fit: pd.DataFrame, name: str) -> None:
    """Raise ``SourceError`` unless each pair stands once and agrees with its indicator.

    Unchanged areas have one counterpart each way, split ones are alone in 2011 and merged ones
    in 2021, and all pairs of an area carry the same indicator.
    """
    before, after = COLUMN_OF.values()
    malformed = {column: ~fit[column].str.fullmatch(SMALL_AREA_CODE) for column in (before, after)}
    for column, wrong in malformed.items():
        _refuse(fit.loc[wrong, column], f"{name} has malformed small-area codes ({column})")
    doubled = fit.duplicated([before, after])
    _refuse(fit.loc[doubled, before], f"{name} lists pairs more than once")
    pairs_before = fit.groupby(before)[after].transform("size")
    pairs_after = fit.groupby(after)[before].transform("size")
    change = fit["change"]
    wrong = (
        (change.eq(UNCHANGED) & ((pairs_before != 1) | (pairs_after != 1)))
        | (change.eq(SPLIT) & ((pairs_before < 2) | (pairs_after != 1)))
        | (change.eq(MERGED) & ((pairs_before != 1) | (pairs_after < 2)))
    )
    for column in (before, after):
        wrong |= fit.groupby(column)["change"].transform("nunique") != 1
    _refuse(fit.loc[wrong, before], f"{name} has indicators (CHGIND) that contradict its pairs")


def corresponding(fit: pd.DataFrame, area_codes: Iterable[str], *, to: str) -> pd.DataFrame:
    """Return the counterparts of small areas in the vintage ``to`` (an ``Edition.small_area``).

    One row per pair: ``area_code``, ``counterpart``, ``change``, ordered by both codes. Raises
    ``UnknownNameError`` for codes that the other vintage does not have.
    """
    source, target = _from_to(to)
    wanted = sorted(set(area_codes))
    rows = fit[fit[source].isin(wanted)]
    strange = sorted(set(wanted) - set(rows[source]))
    if strange:
        other = next(vintage for vintage in COLUMN_OF if vintage != to)
        raise UnknownNameError(
            f"{_listed(strange)} {'is' if len(strange) == 1 else 'are'} not of {other}; "
            "check the codes and their vintage."
        )
    named = rows.rename(columns={source: "area_code", target: "counterpart"})
    ordered = named[["area_code", "counterpart", "change"]]
    return ordered.sort_values(["area_code", "counterpart"]).reset_index(drop=True)


def comparable(fit: pd.DataFrame, area_code: str) -> Comparability:
    """Say whether a small area of either vintage compares over time.

    Only unchanged areas do; a split or merged one compares as a whole with what it became or was
    made of, which the words say. Raises ``UnknownNameError`` for a code of neither vintage.
    """
    code = area_code.strip().upper()
    rows = {vintage: fit[fit[column] == code] for vintage, column in COLUMN_OF.items()}
    vintages = tuple(vintage for vintage, found in rows.items() if len(found))
    if not vintages:
        raise UnknownNameError(
            f'"{area_code.strip()[:20]}" is a small area of England neither in 2011 nor in 2021; '
            "check the code."
        )
    vintage = vintages[0]
    other = LSOA_2021 if vintage == LSOA_2011 else LSOA_2011
    found = rows[vintage]
    change = str(found["change"].iloc[0])
    counterparts = tuple(sorted(found[COLUMN_OF[other]].astype(str)))
    siblings = fit.loc[fit[COLUMN_OF[other]].isin(counterparts), COLUMN_OF[vintage]].astype(str)
    return Comparability(
        area_code=code,
        change=change,
        vintages=vintages,
        counterparts=counterparts,
        compares=change == UNCHANGED,
        words=_words(code, change, vintage, counterparts, sorted(set(siblings) - {code})),
    )


def unchanged_areas(fit: pd.DataFrame) -> pd.Series[str]:
    """Return, by code of 2011, the code of 2021 of every unchanged small area."""
    rows = fit[fit["change"] == UNCHANGED].set_index("area_code_2011")
    return rows["area_code_2021"].astype(str).rename_axis("area_code")


def units_of(fit: pd.DataFrame) -> pd.DataFrame:
    """Number the smallest pieces of ground that both vintages know whole.

    Returns the pairs with a column ``unit`` (from 0): areas that share ground, directly or through
    others, are of one unit. An unchanged area is a unit of its own.
    """
    codes = [pd.factorize(fit[name])[0] for name in COLUMN_OF.values()]
    label = np.arange(len(fit))
    while True:
        spread = label
        for code in codes:
            lowest = np.full(code.max() + 1, len(fit))
            np.minimum.at(lowest, code, spread)
            spread = lowest[code]
        if (spread == label).all():
            break
        label = spread
    return fit.assign(unit=np.unique(label, return_inverse=True)[1])


def vintages_of(fit: pd.DataFrame, area_codes: Iterable[str]) -> dict[str, int]:
    """Count how many of the codes are small areas of each vintage; unchanged ones count in both."""
    codes = set(area_codes)
    return {vintage: len(codes & set(fit[column])) for vintage, column in COLUMN_OF.items()}


def _read_pairs(path: Path) -> pd.DataFrame:
    """Read the three columns; the first is called otherwise in the older service."""
    try:
        return _read_pairs_called(path, _FIRST_NAMES[0])
    except SourceError as error:
        try:
            return _read_pairs_called(path, _FIRST_NAMES[1])
        except SourceError:
            raise error from None


def _read_pairs_called(path: Path, first: str) -> pd.DataFrame:
    names = {first: "area_code_2011", "LSOA21CD": "area_code_2021", "CHGIND": "change"}
    table = read_lookup(path, names)
    return table.assign(**{name: table[name].str.strip() for name in names.values()})


def _from_to(to: str) -> tuple[str, str]:
    if to not in COLUMN_OF:
        raise VintageError(f"There is no exact fit to {to}; it knows {', '.join(COLUMN_OF)}.")
    return COLUMN_OF[LSOA_2021 if to == LSOA_2011 else LSOA_2011], COLUMN_OF[to]


def _refuse(codes: pd.Series[str], words: str) -> None:
    if len(codes):
        raise SourceError(f"{words}: {_listed(sorted(codes.astype(str).unique()))}.")


def _listed(codes: list[str]) -> str:
    more = f" and {len(codes) - SHOWN_CODES:,} more" if len(codes) > SHOWN_CODES else ""
    return ", ".join(codes[:SHOWN_CODES]) + more


def _words(
    code: str, change: str, vintage: str, counterparts: tuple[str, ...], siblings: list[str]
) -> str:
    others, together = _listed(list(counterparts)), _listed(siblings)
    if change == UNCHANGED:
        return f"{code} has the same boundary in 2011 and 2021: its figures compare over time."
    if change == IRREGULAR:
        return (
            f"{code} was redrawn between 2011 and 2021 and shares ground with {others}: "
            "its figures do not compare over time."
        )
    if vintage == LSOA_2021 and change == SPLIT:
        return (
            f"{code} is a part of {others} of 2011, which was split: "
            f"only together with {together} does it compare over time."
        )
    if vintage == LSOA_2021:
        return (
            f"{code} was made of {others} of 2011, which were merged: "
            "it compares only with all of them taken together."
        )
    if change == SPLIT:
        return (
            f"{code} was split into {others} by 2021: "
            "it compares only with all of them taken together."
        )
    return (
        f"{code} was merged with {together} into {others} by 2021: "
        "only together do they compare over time."
    )
