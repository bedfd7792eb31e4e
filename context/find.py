"""Find a place by name, code or postcode: small area, MSOA, authorities and health system.

A postcode is sent to postcodes.io (``geodata.postcodes``) for its small area alone; everything
else is looked up in the edition's own tables, so that it is of the edition's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from context.elsewhere import say_elsewhere
from context.find_names import (
    Match,
    authority_matches,
    find_by_name,
    msoa_matches,
    small_area_matches,
    system_matches,
)
from geodata.errors import NotAvailableError, RequestError, UnknownNameError
from geodata.fit import COLUMN_OF, LSOA_2011, comparable, corresponding
from geodata.postcodes import OTHERWISE, Ask, Postcode, is_partial, look_up, read_postcode

if TYPE_CHECKING:
    from geodata.store import Store

PRIVACY = "A postcode is sent to postcodes.io to find its small area; nothing else is sent or kept."
LIMIT = 20
NEAR_M = 1_000.0
"""How far a position may lie from every outline: these are generalised to 200 m."""
CANDIDATES = 200
KINDS = {"lsoa": "small area", "msoa": "MSOA", "ltla": "LTLA", "utla": "UTLA", "system": "system"}
_CODE = re.compile(r"[EWSNK]\d{8}")
_OTHER_COUNTRIES = {"W": "Wales", "S": "Scotland", "9": "Northern Ireland", "N": "Northern Ireland"}
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, best first, and what has to be said about it."""

    rows: tuple[Row, ...]
    """Each with ``kind``, ``code``, ``name``, ``level``, ``system`` (code), ``edition``."""
    notices: tuple[str, ...] = ()


def find(
    text: str, store: Store, *, fit: pd.DataFrame | None = None, ask: Ask | None = None
) -> list[Row]:
    """Return the rows of ``find_area``, as the command line prints them."""
    return list(find_area(text, store, fit=fit, ask=ask).rows)


def find_area(
    text: str, store: Store, *, fit: pd.DataFrame | None = None, ask: Ask | None = None
) -> Found:
    """Find what a text means in the edition of a store: a code, a postcode or a name.

    A postcode or the code of a small area gives the small area and all that it lies in; a name
    gives up to ``LIMIT`` areas, best first. ``fit`` is the table of ``fit.read_fit``, ``ask``
    stands in for the network. Raises ``UnknownNameError``, ``RequestError`` or ``DownloadError``
    with the way out.
    """
    said = " ".join(text.split())
    if not said:
        raise RequestError("Give the name of a place, the code of an area or a full postcode.")
    if _CODE.fullmatch(said.upper()):
        return _by_code(said.upper(), store, fit)
    postcode = read_postcode(said)
    if postcode is not None:
        return _by_postcode(look_up(postcode, ask=ask), store, fit)
    if is_partial(said):
        raise RequestError(
            f"{said.upper()} is only the beginning of a postcode: give all of it. {OTHERWISE}"
        )
    matches = find_by_name(said, store, all_places(store))
    notices = list(matches.notices)
    if not any(match.level in ("system", "ltla", "utla") for match in matches.found):
        notices[:0] = filter(None, [say_elsewhere(said, store)])
    if len(matches.found) > LIMIT:
        notices.append(f"{len(matches.found) - LIMIT:,} more areas match: add a word or a number.")
    rows = tuple(_row(store, match) for match in matches.found[:LIMIT])
    return Found(rows=rows, notices=(*notices, *_starter_notice(store)))


def all_places(store: Store) -> pd.DataFrame:
    """Return every small area of the store with what it lies in, indexed by ``area_code``."""
    return pd.concat([store.places(code) for code in store.manifest["complete_systems"]])


def _by_code(code: str, store: Store, fit: pd.DataFrame | None) -> Found:
    places = all_places(store)
    if code in places.index:
        area = comparable(fit, code) if fit is not None and code in set(_codes(fit)) else None
        notices = () if area is None or area.compares else (area.words,)
        return Found(rows=tuple(_chain(store, places.loc[[code]])), notices=notices)
    msoas = msoa_matches(places[places["msoa_code"] == code])
    matches = [*system_matches(store), *authority_matches(store), *msoas]
    found = tuple(_row(store, match) for match in matches if match.code == code)
    if found:
        return Found(rows=found)
    raise UnknownNameError(_unknown_code(code, store, fit))


def _codes(fit: pd.DataFrame) -> Iterable[str]:
    return (str(code) for code in fit[list(COLUMN_OF.values())].to_numpy().ravel())


def _unknown_code(code: str, store: Store, fit: pd.DataFrame | None) -> str:
    edition = store.edition
    elsewhere = say_elsewhere(code, store)
    if elsewhere:
        return elsewhere
    if fit is not None and code in set(_codes(fit)):
        area = comparable(fit, code)
        if edition.small_area not in area.vintages:
            return (
                f"{code} is a small area of {area.vintages[0]}; edition {edition.id} has those of "
                f"{edition.small_area}. It corresponds to {', '.join(area.counterparts)} "
                f"({area.change})."
            )
    if code[0] != "E":
        country = _OTHER_COUNTRIES.get(code[0], "another country")
        return f"{code} is a code of {country}; this tool covers England."
    if store.is_starter:
        return f"The starter has no area {code}. Run `incontext fetch` to load all of England."
    return (
        f"Edition {edition.id} has no area {code}: check the code and its vintage "
        f"({edition.small_area}, {edition.system_title})."
    )


def _by_postcode(postcode: Postcode, store: Store, fit: pd.DataFrame | None) -> Found:
    places = all_places(store)
    codes, notices = _small_areas(postcode, store, places, fit)
    rows = places.loc[[code for code in codes if code in places.index]]
    if rows.empty:
        where = "the starter" if store.is_starter else f"edition {store.edition.id}"
        raise NotAvailableError(
            f"{postcode.text} lies in small area {', '.join(codes)}, which {where} does not hold. "
            f"{_remedy(store)}"
        )
    return Found(rows=tuple(_chain(store, rows)), notices=notices)


def _small_areas(
    postcode: Postcode, store: Store, places: pd.DataFrame, fit: pd.DataFrame | None
) -> tuple[list[str], tuple[str, ...]]:
    """Return the small areas of the edition in which a postcode may lie, and what to say of it."""
    vintage, text = store.edition.small_area, postcode.text
    code, before = postcode.small_areas.get(vintage), postcode.small_areas.get(LSOA_2011)
    _require_england(postcode, code or before)
    if code is not None:
        return [code], ()
    if before is not None and fit is not None and before in set(fit["area_code_2011"]):
        pairs = corresponding(fit, [before], to=vintage)
        codes = pairs["counterpart"].astype(str).tolist()
        change = str(pairs["change"].iloc[0])
        if len(codes) == 1:
            return codes, (f"{text}: through {before} of {LSOA_2011} ({change}).",)
        return codes, (
            f"{text} lies in one of {len(codes)} small areas of {vintage}: postcodes.io gives "
            f"only {before} of {LSOA_2011}, which was {change}.",
        )
    ended = f"{text} went out of use in {postcode.ended}" if postcode.ended else ""
    near = _at_position(store, places, postcode)
    if near is None:
        where = "in the starter" if store.is_starter else f"of {vintage}"
        raise NotAvailableError(
            f"{ended or text}{', and it' if ended else ''} cannot be placed in a small area "
            f"{where}. {_remedy(store)}"
        )
    return [near], (
        f"{ended + '; it' if ended else text} is placed by its position, in outlines generalised "
        "to 200 m.",
    )


def _remedy(store: Store) -> str:
    return "Run `incontext fetch` to load all of England." if store.is_starter else OTHERWISE


def _require_england(postcode: Postcode, code: str | None) -> None:
    country = postcode.country
    if code is not None and not code.startswith("E01"):
        country = country or _OTHER_COUNTRIES.get(code[0], "another country")
    if country not in ("", "England"):
        raise RequestError(f"{postcode.text} is in {country}; this tool covers England.")


def _at_position(store: Store, places: pd.DataFrame, postcode: Postcode) -> str | None:
    """Return the small area whose outline holds the position, else the nearest within reach."""
    if postcode.longitude is None or postcode.latitude is None:
        return None
    import geopandas as gpd
    import numpy as np
    import shapely

    degrees = gpd.GeoSeries.from_xy([postcode.longitude], [postcode.latitude], crs="EPSG:4326")
    point = degrees.to_crs("EPSG:27700").iloc[0]
    apart = np.hypot(places["easting"] - point.x, places["northing"] - point.y)
    nearest = places.loc[apart.sort_values().index[:CANDIDATES]]
    tables = [store.raw_outlines(code) for code in sorted(nearest["system_code"].unique())]
    outlines = pd.concat(tables)["geometry"].reindex(nearest.index)
    away = shapely.distance(shapely.from_wkb(outlines.to_numpy()), point)
    first = int(np.argmin(away))
    return str(nearest.index[first]) if away[first] <= NEAR_M else None


def _chain(store: Store, rows: pd.DataFrame) -> list[Row]:
    """Return small areas and all that they lie in, from the smallest to the system."""
    matches = small_area_matches(rows)
    for level in ("msoa", "ltla", "utla", "system"):
        keys = rows[list(dict.fromkeys([f"{level}_code", f"{level}_name", "system_code"]))]
        for record in keys.drop_duplicates().to_dict("records"):
            code, name = str(record[f"{level}_code"]), str(record[f"{level}_name"])
            matches.append(Match(level, code, name, str(record["system_code"])))
    return [_row(store, match) for match in matches]


def _row(store: Store, match: Match) -> Row:
    return {
        "kind": KINDS[match.level],
        "code": match.code,
        "name": match.name,
        "level": match.level,
        "system": match.system,
        "edition": store.edition.id,
    }


def _starter_notice(store: Store) -> tuple[str, ...]:
    if not store.is_starter:
        return ()
    return (
        "The starter knows all authorities and systems, but MSOAs, wards and small areas of one "
        "system only. Run `incontext fetch` to load all of England.",
    )
