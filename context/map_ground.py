"""The ground of a still map: its paths, the view that fits it on the sheet, and the inset."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from matplotlib.path import Path as Outline

from context.map_furniture import SMALLEST, Box, height_of, wrap

if TYPE_CHECKING:
    from context.layers import Ground

INSET = 330
"""Side of the inset in pixels."""
_SMALL_FOCUS = 0.25


@dataclass(frozen=True)
class Shapes:
    """The drawable paths of a ground, its simplified land and its bounds."""

    areas: list[Outline]
    ltlas: list[Outline]
    focus: list[Outline]
    land: Any
    bounds: tuple[float, float, float, float]
    typical: float  # side of a middling area in metres


class View(NamedTuple):
    """A rectangle of ground shown in a box of the sheet."""

    box: Box
    west: float
    north: float
    metres: float  # per pixel

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the ground stands on the sheet."""
        left = self.box.left + (x - self.west) / self.metres
        return left, self.box.top + (self.north - y) / self.metres

    def pixels(self, bounds: tuple[float, float, float, float]) -> Box:
        """Where bounds of the ground stand on the sheet."""
        left, top = self.pixel(bounds[0], bounds[3])
        right, bottom = self.pixel(bounds[2], bounds[1])
        return Box(left, top, right - left, bottom - top)


_CACHE: dict[int, Shapes] = {}


def _paths(geometries: Any) -> list[Outline]:
    """One path per geometry, holes turned the other way round."""
    geometries = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    solid = shapely.get_type_id(parts) == 3
    parts, owner = shapely.orient_polygons(parts[solid]), owner[solid]
    rings, part = shapely.get_rings(parts, return_index=True)
    points_, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points_), Outline.LINETO, dtype=Outline.code_type)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[first] = Outline.MOVETO
    codes[np.append(first[1:], len(points_))[: len(first)] - 1] = Outline.CLOSEPOLY
    cuts = np.searchsorted(owner[part][ring], np.arange(len(geometries) + 1))
    return [Outline(points_[a:b], codes[a:b]) for a, b in pairwise(cuts)]


def shapes_of(ground: Ground) -> Shapes:
    """The paths of a ground, made once while it lives."""
    key = id(ground)
    if key not in _CACHE:
        areas = ground.outlines.to_numpy()
        ltlas = ground.ltla_outlines.to_numpy()
        focus = [] if ground.focus_outline is None else [ground.focus_outline]
        west, south, east, north = (float(side) for side in shapely.total_bounds(areas))
        land = shapely.simplify(ltlas, max(east - west, north - south) / 500)
        _CACHE[key] = Shapes(
            areas=_paths(areas),
            ltlas=_paths(ltlas),
            focus=_paths(focus),
            land=land,
            bounds=(west, south, east, north),
            typical=float(np.sqrt(np.median(shapely.area(areas)))),
        )
        weakref.finalize(ground, _CACHE.pop, key, None)
    return _CACHE[key]


def _fit(bounds: tuple[float, float, float, float], box: Box, push: tuple[float, float]) -> View:
    """Show the bounds in the box; ``push`` is the share of spare room to the left and above."""
    west, south, east, north = bounds
    metres = max((east - west) / box.width, (north - south) / box.height, 1e-6)
    spare_x = box.width * metres - (east - west)
    spare_y = box.height * metres - (north - south)
    return View(box, west - spare_x * push[0], north + spare_y * push[1], metres)


def covers_land(view: View, box: Box, land: Any) -> bool:
    """Whether a box of the sheet has any land under it."""
    west = view.west + (box.left - view.box.left) * view.metres
    north = view.north - (box.top - view.box.top) * view.metres
    east, south = west + box.width * view.metres, north - box.height * view.metres
    return not bool(shapely.is_empty(shapely.clip_by_rect(land, west, south, east, north)).all())


def views_of(ground: Ground, shapes: Shapes, box: Box) -> tuple[View, View | None]:
    """The map and, for a small focus, an inset in a corner that hides no land."""
    whole = _fit(shapes.bounds, box, (0.5, 0.5))
    if ground.focus_outline is None:
        return whole, None
    west, south, east, north = shapely.bounds(ground.focus_outline)
    wide, high = shapes.bounds[2] - shapes.bounds[0], shapes.bounds[3] - shapes.bounds[1]
    if max((east - west) / wide, (north - south) / high) >= _SMALL_FOCUS:
        return whole, None
    edge = 0.08 * max(east - west, north - south)
    around = (west - edge, south - edge, east + edge, north + edge)
    caption = height_of(len(wrap(f"{ground.focus_name}, 99.9 times larger", INSET, SMALLEST)))
    for shrink in (1.0, 0.92, 0.85, 0.78, 0.7, 0.62):
        for right, low in ((0, 0), (1, 0), (0, 1), (1, 1)):
            x = box.left + right * (box.width - INSET)
            y = box.top + caption + low * (box.height - INSET - caption)
            inset = Box(x, y, INSET, INSET)
            guard = Box(x - 12, y - caption - 12, INSET + 24, INSET + caption + 24)
            small_w, small_h = box.width * shrink, box.height * shrink
            x = box.left + (1 - right) * (box.width - small_w)
            y = box.top + (1 - low) * (box.height - small_h)
            inner = Box(x, y, small_w, small_h)
            view = _fit(shapes.bounds, inner, (1 - right, 1 - low))
            if not covers_land(view, guard, shapes.land):
                return view, _fit(around, inset, (0.5, 0.5))
    return whole, None
