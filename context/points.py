"""Points that a reader brings, such as the providers to be visited: read, placed and described."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pandas as pd

    from context.layers import Ground, Layer

    Locate = Callable[[str], tuple[float, float] | None]
    """Easting and northing of a postcode, or None where it is not known."""

MOST_POINTS = 500
MOST_BYTES = 1_000_000
LONGEST_NAME = 100
OUTSIDE = "outside the areas shown"
COLUMNS = {
    "name": ("name", "site", "site name", "provider", "organisation", "hospital", "title"),
    "kind": ("kind", "type"),
    "easting": ("easting", "eastings", "x"),
    "northing": ("northing", "northings", "y"),
    "longitude": ("longitude", "long", "lon", "lng"),
    "latitude": ("latitude", "lat"),
    "postcode": ("postcode", "post code", "postal code", "pcd", "pcds"),
}
GRID = ((0.0, 700_000.0), (0.0, 700_000.0))
"""Eastings and northings (EPSG:27700) that England lies in."""
DEGREES = ((-7.0, 2.5), (49.5, 56.0))
"""Longitudes and latitudes that England lies in."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A named place in EPSG:27700, metres; ``kind`` chooses its shape on the map."""

    name: str
    easting: float
    northing: float
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class PointsFile:
    """The points of a file, and one sentence for each row that gives none."""

    points: tuple[Point, ...]
    problems: tuple[str, ...]


def read_points(content: bytes, *, locate: Locate | None = None) -> PointsFile:
    """Read a CSV file of points: a name and easting/northing, longitude/latitude or postcode.

    Columns are known by their names (``COLUMNS``), whatever the case. ``locate`` finds a
    postcode. Raises ``RequestError`` where the file as a whole cannot be used: not text, too
    long, more than ``MOST_POINTS`` rows, no column of names or of places.
    """
    rows = _rows(content)
    columns = _columns(rows[0][1])
    _require_place(columns, locate)
    if len(rows) - 1 > MOST_POINTS:
        raise RequestError(
            f"The file has {len(rows) - 1:,} rows; at most {MOST_POINTS} points can be shown. "
            "Leave out some rows."
        )
    found: list[_Row] = []
    problems = []
    for line, cells in rows[1:]:
        named = {key: cells[at].strip() if at < len(cells) else "" for key, at in columns.items()}
        try:
            found.append(_read_row(named, locate))
        except ValueError as problem:
            problems.append(f"Row {line}: {problem}")
    return PointsFile(points=_on_the_grid(found), problems=tuple(problems))


@dataclass(frozen=True)
class _Row:
    name: str
    kind: str
    x: float
    y: float
    in_degrees: bool


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the number and the cells of each row that holds anything."""
    if len(content) > MOST_BYTES:
        raise RequestError("The file is larger than 1 MB. Give a CSV file of at most 500 points.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise RequestError("The file is not text. Save the table as CSV and give that file.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise RequestError(f"The file cannot be read as CSV: {error}.") from error
    if len(rows) < 2:
        raise RequestError("The file has no rows under its heading: there is nothing to show.")
    return rows


def _columns(heading: Sequence[str]) -> dict[str, int]:
    names = [" ".join(cell.replace("_", " ").lower().split()) for cell in heading]
    return {
        key: names.index(known)
        for key, spellings in COLUMNS.items()
        for known in [next((name for name in spellings if name in names), "")]
        if known
    }


def _require_place(columns: dict[str, int], locate: Locate | None) -> None:
    if "name" not in columns:
        raise RequestError('The file has no column "name". Give each point a name.')
    if {"easting", "northing"} <= columns.keys() or {"longitude", "latitude"} <= columns.keys():
        return
    if "postcode" not in columns:
        raise RequestError(
            "The file does not say where the points are. Add the columns easting and northing, "
            "or longitude and latitude, or postcode."
        )
    if locate is None:
        raise RequestError(
            "Postcodes cannot be looked up here. Give easting and northing, or longitude and "
            "latitude."
        )


def _read_row(cells: dict[str, str], locate: Locate | None) -> _Row:
    name = " ".join(cells["name"].split())[:LONGEST_NAME]
    if not name:
        raise ValueError("there is no name.")
    kind = " ".join(cells.get("kind", "").split())[:LONGEST_NAME]
    for pair, limits in ((("easting", "northing"), GRID), (("longitude", "latitude"), DEGREES)):
        if any(cells.get(key) for key in pair):
            x, y = (_number(cells.get(key, ""), key) for key in pair)
            _require_inside(x, y, pair, limits)
            return _Row(name, kind, x, y, pair[0] == "longitude")
    postcode = cells.get("postcode", "")
    if not postcode:
        raise ValueError(f"{name} has no coordinates and no postcode.")
    place = locate(postcode) if locate is not None else None
    if place is None:
        raise ValueError(f"the postcode {postcode[:12]} of {name} is not known.")
    return _Row(name, kind, *place, False)


def _number(text: str, column: str) -> float:
    try:
        number = float(text.replace(",", "").replace(" ", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f'the {column} "{text[:20]}" is not a number.')
    return number


def _require_inside(
    x: float,
    y: float,
    pair: tuple[str, str],
    limits: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    inside = [low <= value <= high for value, (low, high) in zip((x, y), limits, strict=True)]
    if all(inside):
        return
    turned = all(low <= value <= high for value, (low, high) in zip((y, x), limits, strict=True))
    what = f"{pair[0]} and {pair[1]}"
    if turned:
        raise ValueError(f"{what} stand the wrong way round.")
    raise ValueError(f"{what} do not lie in England.")


def _on_the_grid(rows: Sequence[_Row]) -> tuple[Point, ...]:
    places = [(row.x, row.y) for row in rows]
    degrees = [i for i, row in enumerate(rows) if row.in_degrees]
    if degrees:
        from pyproj import Transformer

        grid = Transformer.from_crs(4326, 27700, always_xy=True)
        x, y = grid.transform([rows[i].x for i in degrees], [rows[i].y for i in degrees])
        for i, easting, northing in zip(degrees, x, y, strict=True):
            places[i] = (float(easting), float(northing))
    return tuple(
        Point(name=row.name, kind=row.kind, easting=x, northing=y)
        for row, (x, y) in zip(rows, places, strict=True)
    )


def find_areas(points: Sequence[Point], outlines: gpd.GeoSeries) -> list[str]:
    """Return the code of the small area that each point lies in, "" outside all of them.

    ``outlines`` is in EPSG:27700, indexed by ``area_code``. A point on a boundary takes the
    first code.
    """
    import shapely

    if not points:
        return []
    tree = shapely.STRtree(outlines.to_numpy())
    shapes = shapely.points([(point.easting, point.northing) for point in points])
    at, area = tree.query(shapes, predicate="intersects")
    codes = [""] * len(points)
    for i, code in sorted(zip(at, outlines.index[area].astype(str), strict=True), reverse=True):
        codes[i] = code
    return codes


def describe_points(
    points: Sequence[Point], ground: Ground, layers: Sequence[Layer]
) -> pd.DataFrame:
    """Say where each point lies: one row per point, all text.

    Columns ``Name``, ``Small area``, ``Local authority``, then one per layer (its title) with
    the words for the national fifth of the small area, or the reason why there is none.
    """
    import pandas as pd

    codes = find_areas(points, ground.outlines)
    rows = []
    for point, code in zip(points, codes, strict=True):
        row = {"Name": point.name, "Small area": OUTSIDE, "Local authority": ""}
        if code:
            ltla = ground.ltla_codes[code]
            row["Small area"] = str(ground.area_names[code])
            row["Local authority"] = str(ground.ltla_names.get(ltla, ltla))
        row |= {layer.title: _words(layer, code) for layer in layers}
        rows.append(row)
    heading = ["Name", "Small area", "Local authority", *(layer.title for layer in layers)]
    return pd.DataFrame(rows, columns=pd.Index(list(dict.fromkeys(heading))), dtype=str)


def _words(layer: Layer, code: str) -> str:
    if not code:
        return ""
    fifths = layer.fifths.dropna()
    if code in fifths.index:
        return layer.fifth_words[int(fifths[code])]
    return str(layer.reasons.get(code, "")) or "no value"
