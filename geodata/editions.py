"""Editions: coherent sets of vintages, declared in ``editions.toml``."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.errors import RequestError
from geodata.sources import Dataset, read_datasets


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One coherent set of vintages: small areas, authorities and systems of one time."""

    id: str
    title: str
    valid_from: dt.date
    valid_to: dt.date
    small_area: str
    small_area_year: str
    system_kind: str
    system_title: str
    system_count: int
    columns: Mapping[str, Any]
    """Beginnings of the columns of its lookups: small_area, msoa, system, ltla, upper, region."""
    awaits: str
    """What the publisher is not known to serve yet; empty where all is served."""

    @classmethod
    def named(cls, edition_id: str) -> Edition:
        """Return the edition with that id; raise ``RequestError`` with the ids that exist."""
        try:
            return editions()[edition_id]
        except KeyError:
            known = ", ".join(editions())
            raise RequestError(
                f'There is no edition called "{edition_id[:40]}". Choose one of: {known}.'
            ) from None

    @classmethod
    def on(cls, date: dt.date) -> Edition:
        """Return the edition whose systems were in force on a review date.

        >>> Edition.on(dt.date(2020, 7, 20)).id
        '2020'
        """
        for edition in editions().values():
            if edition.valid_from <= date <= edition.valid_to:
                return edition
        raise RequestError(f"No edition covers {date:%d %B %Y}. Give --edition instead.")


@cache
def editions() -> dict[str, Edition]:
    """Return every edition, oldest first."""
    return {name: _read_edition(name, entry) for name, entry in _read_toml("editions.toml").items()}


def newer_edition(edition: Edition) -> Edition | None:
    """Return the newest edition that can be loaded if it is newer than this one, else None."""
    newest = [entry for entry in editions().values() if not entry.awaits][-1]
    return newest if newest.valid_from > edition.valid_from else None


def earlier_edition(edition: Edition) -> Edition | None:
    """Return the edition before this one; None for the first.

    >>> earlier_edition(Edition.named("2024")).id
    '2020'
    """
    before = [entry for entry in editions().values() if entry.valid_from < edition.valid_from]
    return before[-1] if before else None


def read_release_date(text: str) -> dt.date | None:
    """Return the earliest day that a release date means; None where it is not recorded.

    >>> read_release_date("26 September 2019, revised"), read_release_date("December 2019")
    (datetime.date(2019, 9, 26), datetime.date(2019, 12, 1))
    """
    found = re.match(r"(?:(\d{1,2}) )?([A-Z][a-z]+) (\d{4})", text)
    if found is None:
        return None
    day, month, year = found.groups()
    try:
        return dt.datetime.strptime(f"{day or 1} {month} {year}", "%d %B %Y").date()
    except ValueError:
        return None


@cache
def area_datasets(edition_id: str) -> dict[str, Dataset]:
    """Return the datasets that say where the areas of an edition are, by id."""
    declared = _read_toml("sources.toml")
    return read_datasets(declared["datasets"], declared["publishers"]).get(edition_id, {})


@cache
def publishers() -> dict[str, Any]:
    """Return the declared publishers, by key."""
    return dict(_read_toml("sources.toml")["publishers"])


def _read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("geodata").joinpath(name).read_text(encoding="utf-8"))


def _read_edition(name: str, entry: dict[str, Any]) -> Edition:
    return Edition(
        id=name,
        title=entry["title"],
        valid_from=entry["from"],
        valid_to=entry["to"],
        small_area=entry["small_area"],
        small_area_year=entry["small_area_year"],
        system_kind=entry["system"],
        system_title=entry["system_title"],
        system_count=entry["systems"],
        columns=entry["columns"],
        awaits=entry.get("awaits", ""),
    )
