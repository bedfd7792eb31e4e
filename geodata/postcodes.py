"""Postcodes: what is one, and in which small area it lies (asked of postcodes.io).

Nothing but the postcode is sent, and neither it nor the answer is kept. Of the answer only the
codes of the small areas are used: its authorities and boards are those of today, whatever the
edition.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geodata.download_answer import Answer, Question
from geodata.download_transport import Fault
from geodata.errors import DownloadError, UnknownNameError
from geodata.fit import LSOA_2011, LSOA_2021

SERVICE = "https://api.postcodes.io/postcodes"
OTHERWISE = "Name the town or the council instead."
SMALL_AREA = re.compile(r"[A-Z0-9]{8,10}")
"""The code of a small area of any country of the United Kingdom."""
_OUTWARD = r"(?:[A-Z][1-9][A-Z\d]?|[A-Z]{2}\d[A-Z\d]?)"
_FULL = re.compile(rf"({_OUTWARD})(\d[A-Z]{{2}})")
_PARTIAL = re.compile(rf"{_OUTWARD}(?:\d[A-Z]?)?")
_CODES = {LSOA_2011: "lsoa11", LSOA_2021: "lsoa21"}


@dataclass(frozen=True, kw_only=True)
class Postcode:
    """Where a postcode lies, as far as the service says."""

    text: str
    country: str
    """Empty where the service does not say, as for one that is no longer in use."""
    small_areas: Mapping[str, str]
    """Code by vintage (``Edition.small_area``); a vintage that is not given is absent."""
    longitude: float | None
    latitude: float | None
    ended: str
    """When it went out of use, such as "December 2002"; empty for one in use."""


Ask = Callable[[str], Answer]


def read_postcode(text: str) -> str | None:
    """Return a full postcode as it is written, None for anything else.

    >>> read_postcode(" pl12aa "), read_postcode("PL1"), read_postcode("Plymouth")
    ('PL1 2AA', None, None)
    """
    found = _FULL.fullmatch(_squeezed(text))
    return f"{found[1]} {found[2]}" if found else None


def is_partial(text: str) -> bool:
    """Say whether a text is the beginning of a postcode, such as "PL1" or "PL1 2"."""
    return read_postcode(text) is None and bool(_PARTIAL.fullmatch(_squeezed(text)))


def look_up(postcode: str, *, ask: Ask | None = None) -> Postcode:
    """Ask postcodes.io, once, where a postcode lies.

    ``postcode`` as ``read_postcode`` gives it. Raises ``UnknownNameError`` for one that does not
    exist and ``DownloadError`` where the service cannot be reached or understood.
    """
    url = f"{SERVICE}/{postcode.replace(' ', '')}"
    try:
        answer = (ask or Question().ask)(url)
        content = json.loads(answer.body.decode("utf-8"))
        if not isinstance(content, dict):
            raise TypeError
        if answer.is_found:
            return _in_use(postcode, content["result"])
        ended = content.get("terminated")
        if ended:
            return _out_of_use(postcode, ended)
        if "error" not in content:
            raise TypeError
    except Fault as error:
        raise _unreachable(postcode, str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unreachable(postcode, "it answered with something else than expected") from error
    raise UnknownNameError(
        f"{postcode} is not a postcode that postcodes.io knows: check it. {OTHERWISE}"
    )


def locate(postcode: str, *, ask: Ask | None = None) -> tuple[float, float] | None:
    """Return easting and northing (EPSG:27700, metres) of a postcode; None where it has none.

    Raises as ``look_up``; a postcode that does not exist is no error here.
    """
    text = read_postcode(postcode)
    if text is None:
        return None
    try:
        found = look_up(text, ask=ask)
    except UnknownNameError:
        return None
    if found.longitude is None or found.latitude is None:
        return None
    from pyproj import Transformer

    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    easting, northing = to_grid.transform(found.longitude, found.latitude)
    return float(easting), float(northing)


def _unreachable(postcode: str, reason: str) -> DownloadError:
    return DownloadError(
        f"The postcode {postcode} could not be looked up at postcodes.io: {reason}. {OTHERWISE}"
    )


def _in_use(postcode: str, result: Any) -> Postcode:
    codes = result["codes"]
    given = {vintage: codes.get(name) for vintage, name in _CODES.items()}
    return Postcode(
        text=postcode,
        country=str(result.get("country") or ""),
        small_areas={
            vintage: code
            for vintage, code in given.items()
            if isinstance(code, str) and SMALL_AREA.fullmatch(code)
        },
        longitude=_degrees(result.get("longitude"), 180),
        latitude=_degrees(result.get("latitude"), 90),
        ended="",
    )


def _out_of_use(postcode: str, ended: Any) -> Postcode:
    year, month = ended.get("year_terminated"), ended.get("month_terminated")
    known = isinstance(month, int) and 1 <= month <= 12
    return Postcode(
        text=postcode,
        country="",
        small_areas={},
        longitude=_degrees(ended.get("longitude"), 180),
        latitude=_degrees(ended.get("latitude"), 90),
        ended=f"{calendar.month_name[month]} {year:d}" if known else "an unknown month",
    )


def _degrees(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        return None
    return float(value)


def _squeezed(text: str) -> str:
    return "".join(text.split()).upper()
