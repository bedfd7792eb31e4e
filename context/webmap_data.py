"""What the interactive map is given: the geometry once, the values of all measures beside it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from context.layers import Ground, Layer
    from context.points import Point

from context import palette
from context.layers import FIFTHS
from indicators.catalogue import catalogue

_COLOURS = {
    "focus": palette.CATEGORICAL[3],  # orange: the dark blue of FOCUS is also a fifth
    "missing": palette.MISSING,
    "hatch": palette.MISSING_HATCH,
    "point": palette.CATEGORICAL[2],
}
_TILES = {
    "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "credit": "© OpenStreetMap contributors",
    "attribution": '<a href="https://www.openstreetmap.org/copyright" target="_blank" '
    'rel="noopener">© OpenStreetMap contributors</a>',
    "sends": "The street map comes from tile.openstreetmap.org, which thereby learns your network "
    "address and which part of the country you look at. No figures and no points are sent.",
}
"""The map behind, of which nothing is asked before a reader ticks the box."""
_DEGREES = 1e5
"""Five decimals of a degree, about a metre."""
_GRID, _BROWSER = 27700, 4326


def map_contents(
    ground: Ground, layers: Sequence[Layer], measure: str, points: Sequence[Point] = ()
) -> dict[str, Any]:
    """Return what the map shows: the geometry once, and per measure its values beside it.

    Lists over small areas follow ``codes``, the order of ``ground.outlines``; outlines are packed
    as ``_packed`` says, in degrees; ``points`` have the number of their small area, -1 outside.
    """
    codes = ground.outlines.index
    ltla_index = {code: i for i, code in enumerate(ground.ltla_outlines.index)}
    ltla_of_area = ground.ltla_codes.reindex(codes).to_numpy(dtype=object)
    return {
        "colours": _COLOURS,
        "tiles": _TILES,
        "measure": measure,
        "systemCode": ground.system_code,
        "system": ground.system_name,
        "focus": ground.focus_name,
        "notes": [note for note in (ground.boundary_note, ground.attribution) if note],
        "areas": _packed(ground.outlines),
        "codes": codes.to_numpy(dtype=object).tolist(),
        "names": ground.area_names.reindex(codes).to_numpy(dtype=object).tolist(),
        "people": _numbers(ground.people.reindex(codes), 0),
        "ltlaOf": [ltla_index.get(code, -1) for code in ltla_of_area],
        "ltlas": _packed(ground.ltla_outlines),
        "ltlaNames": [str(ground.ltla_names.get(code, code)) for code in ltla_index],
        "ltlaPoints": _label_points(ground.ltla_outlines),
        "focusOutline": _packed(_focus(ground)) if ground.focus_outline is not None else None,
        "indicators": _indicators(layers),
        "layers": [_layer(layer, codes) for layer in layers],
        "points": _points(points, ground),
    }


def _indicators(layers: Sequence[Layer]) -> list[dict[str, str]]:
    """Return the indicators of the layers in their order, each once, with titles."""
    known = catalogue().indicators
    titles = {layer.indicator: layer.title for layer in reversed(layers)}
    return [
        {"id": name, "title": known[name].title if name in known else titles[name]}
        for name in dict.fromkeys(layer.indicator for layer in layers)
    ]


def _points(points: Sequence[Point], ground: Ground) -> list[dict[str, Any]]:
    """Return the points in degrees, each with the number of its small area (-1 outside all)."""
    if not points:
        return []
    from context.points import find_areas

    place = {code: i for i, code in enumerate(ground.outlines.index)}
    degrees = _degrees(np.array([(point.easting, point.northing) for point in points]))
    return [
        {"name": p.name, "kind": p.kind, "lat": lat, "lon": lon, "area": place.get(code, -1)}
        for p, code, (lon, lat) in zip(
            points, find_areas(points, ground.outlines), degrees.round(5).tolist(), strict=True
        )
    ]


def _degrees(places: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Turn eastings and northings, one row each, into longitudes and latitudes."""
    return np.column_stack(_transformer().transform(places[:, 0], places[:, 1]))


@lru_cache(maxsize=1)
def _transformer() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(_GRID, _BROWSER, always_xy=True)


def _layer(layer: Layer, codes: pd.Index[str]) -> dict[str, Any]:
    fifths = layer.fifths.reindex(codes).astype("Float64").fillna(0).astype(int)
    texts = layer.reasons.reindex(codes).fillna("").to_numpy(dtype=object).tolist()
    reasons = sorted({text for text in texts if text})
    people = layer.people[["focus", "rest"]].reindex(range(6)).fillna(0)
    return {
        "measure": layer.measure,
        "indicator": layer.indicator,
        "title": layer.title,
        "unit": layer.unit.replace("km2", "km²"),
        "decimals": layer.decimals,
        "period": layer.period,
        "values": _numbers(layer.values.reindex(codes), layer.decimals),
        "fifths": "".join(map(str, fifths.tolist())),
        "reasons": reasons,
        "reasonOf": {str(i): reasons.index(text) for i, text in enumerate(texts) if text},
        "limits": {
            str(fifth): [float(bound) if np.isfinite(bound) else None for bound in bounds]
            for fifth, bounds in layer.limits.items()
        },
        "people": people.to_numpy(dtype=float).round().astype(int).tolist(),
        "words": {str(fifth): words for fifth, words in layer.fifth_words.items()},
        "shades": [palette.colour_of_fifth(fifth, layer.darkest) for fifth in FIFTHS],
        "national": layer.is_national,
        "darkFirst": list(FIFTHS if layer.darkest == "low" else reversed(FIFTHS)),
        "source": layer.source,
        "caveat": layer.caveat,
        "message": layer.message,
    }


def _numbers(values: pd.Series[float], decimals: int) -> list[float | int | None]:
    """Return values rounded as they are shown, and None where there is none."""
    numbers = np.round(values.to_numpy(dtype=float, na_value=np.nan), decimals) + 0.0
    finite = np.isfinite(numbers)
    if decimals <= 0:
        numbers = np.where(finite, numbers, 0).astype(np.int64)
    shown = numbers.astype(object)
    shown[~finite] = None
    return list(shown.tolist())


def _focus(ground: Ground) -> gpd.GeoSeries:
    import geopandas as gpd

    return gpd.GeoSeries([ground.focus_outline], crs=ground.outlines.crs)


def _packed(outlines: gpd.GeoSeries) -> dict[str, Any]:
    """Return outlines as differences between consecutive points, and the points in each ring.

    ``rings`` has per geometry its polygons, and per polygon the number of points in each ring,
    the outer first; the closing point is left out.
    """
    import shapely

    geometries = outlines.to_numpy()
    polygons, geometry_of = shapely.get_parts(geometries, return_index=True)
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring_of[1:] != ring_of[:-1], True) if len(ring_of) else ring_of
    whole = np.rint(_degrees(points[~last.astype(bool)]) * _DEGREES).astype(np.int64)
    counts = np.bincount(ring_of, minlength=len(rings)) - 1

    shapes: list[list[list[int]]] = [[] for _ in geometries]
    polygon_rings: list[list[int]] = [[] for _ in polygons]
    for geometry, polygon in zip(geometry_of.tolist(), polygon_rings, strict=True):
        shapes[geometry].append(polygon)
    for polygon_number, count in zip(polygon_of.tolist(), counts.tolist(), strict=True):
        polygon_rings[polygon_number].append(count)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {"steps": steps.ravel().tolist(), "rings": shapes}


def _label_points(outlines: gpd.GeoSeries) -> list[list[float]]:
    import shapely

    places = shapely.get_coordinates(outlines.representative_point().to_numpy())
    return [[lat, lon] for lon, lat in _degrees(places).round(4).tolist()]
