"""Outlines of small areas: read, repaired into a valid coverage, dissolved into larger areas.

One geometry source: every larger area is the dissolve of its small areas, so that maps always
meet. The published super-generalised outlines are not a valid coverage, which is why
:func:`repair_coverage` runs once, when a build is made.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import BoundaryError, SourceError

CRS = "EPSG:27700"
GRID_M = 0.01
"""Vertices are set to whole centimetres; whole metres move areas by more than allowed."""
AREA_TOLERANCE = 0.0005
"""No repaired outline may differ by more than this share from its made-valid outline."""
DISSOLVE_TOLERANCE = 1e-6
BRITISH_GRID_M = (0.0, 0.0, 700_000.0, 1_300_000.0)
DEGREES_AT_MOST = 1_000.0
"""A file whose coordinates all stay below this is in degrees, whatever it says."""
NAMED_AT_MOST = 5
_POLYGONAL = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]


def read_outlines(path: Path, code_field: str) -> gpd.GeoSeries:
    """Read a file of outlines into a GeoSeries in EPSG:27700, indexed by area_code and sorted.

    Outlines come as published, valid or not; see :func:`repair_coverage`.
    """
    frame = _read(path, code_field)
    codes = frame[code_field]
    if codes.isna().any():
        raise SourceError(
            f"{path.name}: column {code_field} is empty in {int(codes.isna().sum())} of "
            f"{len(codes)} rows. Download the file again."
        )
    codes = codes.astype(str)
    _refuse(path, code_field, codes[codes.duplicated()], "several outlines for")

    shapes = np.asarray(frame.geometry.array, dtype=object)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    _refuse(path, code_field, codes[absent], "no outline for")
    other = ~np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    _refuse(path, code_field, codes[other], "an outline that is not a polygon for")
    _check_metres(path, code_field, codes, frame.crs, shapely.bounds(shapes))

    return _series(shapely.force_2d(shapes), codes).sort_index()


def repair_coverage(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the outlines as a valid coverage: no overlap, shared edges identical, same order.

    :raises BoundaryError: when the result is not a valid coverage, an area came out empty, or an
        area differs by more than 0.05% from its made-valid outline.
    """
    codes = outlines.index
    if not codes.is_unique:
        raise BoundaryError(f"Several outlines for {_named(codes[codes.duplicated()])}.")
    valid = _made_valid(np.asarray(outlines.array, dtype=object))
    _refuse_shapes(codes, shapely.is_empty(valid), "no polygon is left after making valid")

    cleaned = shapely.coverage_clean(shapely.set_precision(valid, GRID_M))
    if len(cleaned) != len(valid):
        raise BoundaryError(
            f"Cleaning the coverage returned {len(cleaned)} outlines instead of {len(valid)}."
        )
    lost = shapely.is_missing(cleaned) | shapely.is_empty(cleaned)
    _refuse_shapes(codes, lost, "cleaning the coverage left nothing")
    other = ~np.isin(shapely.get_type_id(cleaned), _POLYGONAL) | ~shapely.is_valid(cleaned)
    _refuse_shapes(codes, other, "cleaning the coverage left no valid polygon")
    changed = area_changes(valid, cleaned) > AREA_TOLERANCE
    _refuse_shapes(
        codes, changed, f"cleaning the coverage changed the area by more than {AREA_TOLERANCE:.2%}"
    )
    if not shapely.coverage_is_valid(cleaned):
        edges = shapely.coverage_invalid_edges(cleaned)
        _refuse_shapes(codes, ~shapely.is_empty(edges), "edges do not meet their neighbours'")
    return _series(cleaned, codes)


def dissolve(outlines: gpd.GeoSeries, groups: pd.Series) -> gpd.GeoSeries:
    """Join the outlines of each group into one, indexed by group code and sorted.

    :param outlines: a valid coverage, as :func:`repair_coverage` returns it.
    :param groups: group code by area code. Areas that it leaves out, or whose group is null, are
        left out of the result.
    :raises BoundaryError: when an area has no outline or stands in ``groups`` twice, or when the
        area of a group is not the sum of its parts.
    """
    groups = groups.dropna()
    if not groups.index.is_unique:
        twice = groups.index[groups.index.duplicated()]
        raise BoundaryError(f"Areas stand in the groups more than once: {_named(twice)}.")
    unknown = groups.index.difference(outlines.index)
    if len(unknown):
        raise BoundaryError(f"Areas of the groups have no outline: {_named(unknown)}.")

    positions = outlines.index.get_indexer(groups.index)
    shapes = np.asarray(outlines.array, dtype=object)[positions]
    members = pd.Series(np.arange(len(shapes))).groupby(groups.to_numpy(), sort=True).indices
    codes = pd.Index(list(members)).sort_values()
    joined = np.empty(len(codes), dtype=object)
    parts = np.empty(len(codes), dtype=float)
    areas = shapely.area(shapes)
    for i, code in enumerate(codes):
        try:
            joined[i] = _polygons_of(shapely.coverage_union_all(shapes[members[code]]))
        except shapely.errors.GEOSException:  # overlapping inputs: refused below
            joined[i] = shapely.Polygon()
        parts[i] = areas[members[code]].sum()
    wrong = ~(np.abs(shapely.area(joined) - parts) <= DISSOLVE_TOLERANCE * parts)
    _refuse_shapes(codes, wrong, "the area is not the sum of its parts")
    return _series(joined, codes)


def area_changes(before: Any, after: Any) -> Any:
    """Relative change of area, outline by outline."""
    was = shapely.area(before)
    return np.abs(shapely.area(after) - was) / was


def _read(path: Path, code_field: str) -> gpd.GeoDataFrame:
    try:
        frame = gpd.read_file(path, engine="pyogrio")
    except Exception as exc:  # pyogrio and GDAL have no common base
        raise SourceError(
            f"{path.name} cannot be read as a file of outlines ({exc}). Download it again."
        ) from exc
    if code_field not in frame.columns:
        present = ", ".join(str(c) for c in frame.columns if c != "geometry") or "none"
        raise SourceError(f"{path.name} has no column {code_field}; its columns: {present}.")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(f"{path.name} holds no outlines: column geometry is missing.")
    if frame.empty:
        raise SourceError(f"{path.name} holds no outlines: column {code_field} has no rows.")
    return frame


def _check_metres(path: Path, code_field: str, codes: pd.Series, crs: Any, bounds: Any) -> None:
    """Refuse coordinates that are not metres of the British grid, named so and so in fact."""
    if crs is None or crs.to_epsg() != 27700:
        said = "nothing" if crs is None else (crs.to_string().partition("\n")[0][:60])
        raise SourceError(
            f"{path.name}: coordinates must be metres of the British grid ({CRS}); the file says "
            f"{said}. Column {code_field} begins with {_named(codes)}. Ask for outSR=27700."
        )
    west, south, east, north = BRITISH_GRID_M
    inside = (
        (bounds[:, 0] >= west)
        & (bounds[:, 1] >= south)
        & (bounds[:, 2] <= east)
        & (bounds[:, 3] <= north)
    )
    if bounds[:, 2:].max() <= DEGREES_AT_MOST:
        inside[:] = False
    _refuse(path, code_field, codes[~inside], "coordinates off the British grid in metres for")


def _refuse(path: Path, code_field: str, codes: pd.Series, what: str) -> None:
    if len(codes):
        raise SourceError(
            f"{path.name}: {what} {_named(codes)} (column {code_field}). Download the file again."
        )


def _refuse_shapes(codes: pd.Index, wrong: Any, what: str) -> None:
    if wrong.any():
        raise BoundaryError(f"Outlines do not form a valid coverage: {what} for "
                            f"{_named(codes[wrong])}.")  # fmt: skip


def _named(codes: Iterable[Any]) -> str:
    """Up to five codes, and how many more there are."""
    distinct = sorted({str(c) for c in codes})
    more = len(distinct) - NAMED_AT_MOST
    return ", ".join(distinct[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _made_valid(shapes: Any) -> Any:
    """Make the invalid ones valid, keeping only their polygons.

    By line work, not by structure: a shell nested in another is a lost hole with a neighbour in
    it. Filling it would have the neighbour swallowed by the cleaning.
    """
    valid = shapes.copy()
    for i in np.flatnonzero(~shapely.is_valid(shapes)):
        valid[i] = _polygons_of(shapely.make_valid(shapes[i], method="linework"))
    return valid


def _polygons_of(shape: Any) -> Any:
    """The polygonal part of any geometry, an empty polygon where there is none."""
    if shapely.get_type_id(shape) in _POLYGONAL:
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.union_all(parts) if len(parts) else shapely.Polygon()


def _series(shapes: Any, codes: Any) -> gpd.GeoSeries:
    index = pd.Index(codes, name="area_code")
    return gpd.GeoSeries(shapes, index=index, name="geometry", crs=CRS)
