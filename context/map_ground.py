"""The ground of a still map: its paths, the view that fits it on the sheet, and the inset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from matplotlib.path import Path as Outline

from context.lettering import SMALLEST, Box, height_of, wrap

if TYPE_CHECKING:
    from context.layers import Ground

INSET = 330
"""Side of the inset in pixels."""
_SMALL_FOCUS = 0.25


class Outlines:
    """Areas as rings of points: paths for a PNG, and text for an SVG written once per view."""

    def __init__(self, geometries: Any) -> None:
        self._geometries = geometries = np.asarray(geometries, dtype=object)
        parts, owner = shapely.get_parts(geometries, return_index=True)
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
        solid = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts, owner = shapely.orient_polygons(parts[solid]), owner[solid]
        rings, part = shapely.get_rings(parts, return_index=True)
        self._points, ring = shapely.get_coordinates(rings, return_index=True)
        self._starts = np.flatnonzero(np.diff(ring, prepend=-1))
        self._cuts = np.searchsorted(owner[part], np.arange(len(geometries) + 1))
        self._bounds = shapely.bounds(geometries)
        self._written: dict[View, list[str]] = {}
        self._seen: dict[View, list[int]] = {}
        self.kept: dict[Any, Any] = {}
        """What a picture drew of these outlines, for the next one."""

    def only(self, which: Any) -> Outlines:
        """Return some of the areas, by their numbers."""
        return Outlines(self._geometries[which])

    @cached_property
    def _path(self) -> tuple[Any, Any, Any]:
        """All points, how they join, and where each area begins; holes turn the other way."""
        codes = np.full(len(self._points), Outline.LINETO, dtype=Outline.code_type)
        codes[self._starts] = Outline.MOVETO
        ends = np.append(self._starts, len(self._points))
        codes[ends[1:] - 1] = Outline.CLOSEPOLY
        return self._points, codes, ends[self._cuts]

    @cached_property
    def paths(self) -> list[Outline]:
        """One path per area."""
        points, codes, cuts = self._path
        return [Outline(points[a:b], codes[a:b]) for a, b in pairwise(cuts)]

    def joined(self, numbers: list[int]) -> Outline:
        """One path of several areas, which leaves no seam between neighbours."""
        points, codes, cuts = self._path
        spans = [slice(cuts[n], cuts[n + 1]) for n in numbers]
        return Outline(
            np.concatenate([points[span] for span in spans]),
            np.concatenate([codes[span] for span in spans]),
        )

    def written(self, view: View) -> list[str]:
        """One SVG path per area in tenths of a pixel of the view's box; empty where out of view.

        Counted from the corner of the box, so that small maps of one size share what is written.
        """
        placed = view._replace(box=view.box._replace(left=0.0, top=0.0))
        if placed not in self._written:
            self._written[placed] = self._write(placed)
        return self._written[placed]

    def seen(self, view: View) -> list[int]:
        """The numbers of the areas that reach into a view."""
        if view not in self._seen:
            east = view.west + view.box.width * view.metres
            south = view.north - view.box.height * view.metres
            low, high = self._bounds[:, :2], self._bounds[:, 2:]
            inside = (low <= (east, view.north)).all(axis=1)
            inside &= (high >= (view.west, south)).all(axis=1)
            self._seen[view] = np.flatnonzero(inside).tolist()
        return self._seen[view]

    def _write(self, view: View) -> list[str]:
        tenths = np.array((10, -10)) / view.metres
        placed = np.rint((self._points - (view.west, view.north)) * tenths).astype(int)
        ends = np.append(self._starts, len(placed))
        drawn = [""] * (len(self._cuts) - 1)
        for area in self.seen(view):
            rings = pairwise(ends[self._cuts[area] : self._cuts[area + 1] + 1])
            drawn[area] = "".join(_ring(placed[a : b - 1]) for a, b in rings)
        return drawn


def _ring(points: Any) -> str:
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if len(steps) < 2:  # smaller than a tenth of a pixel
        return ""
    x, y = points[0]
    moves = " ".join(map(str, steps.ravel().tolist())).replace(" -", "-")
    return f"M{x} {y}l{moves}z"


@dataclass(frozen=True)
class Shapes:
    """The drawable outlines of a ground, its simplified land and its bounds."""

    areas: Outlines
    ltlas: Outlines
    focus: Outlines
    land: Any
    bounds: tuple[float, float, float, float]
    typical: float  # side of a middling area in metres
    focus_side: float  # side of the part of the focus where one stands, in metres


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


def shapes_of(ground: Ground) -> Shapes:
    """The shapes of a ground, made once while it lives."""
    if "shapes" not in ground.drawn:
        areas = ground.outlines.to_numpy()
        ltlas = ground.ltla_outlines.to_numpy()
        focus = [] if ground.focus_outline is None else [ground.focus_outline]
        parts = shapely.area(shapely.get_parts(np.asarray(focus, dtype=object)))
        west, south, east, north = (float(side) for side in shapely.total_bounds(areas))
        ground.drawn["shapes"] = Shapes(
            areas=Outlines(areas),
            ltlas=Outlines(ltlas),
            focus=Outlines(focus),
            land=shapely.simplify(ltlas, max(east - west, north - south) / 500),
            bounds=(west, south, east, north),
            typical=float(np.sqrt(np.median(shapely.area(areas)))),
            focus_side=float(np.sqrt((parts**2).sum() / max(parts.sum(), 1.0))),
        )
    shapes: Shapes = ground.drawn["shapes"]
    return shapes


def fit_view(
    bounds: tuple[float, float, float, float], box: Box, push: tuple[float, float]
) -> View:
    """Show the bounds in the box; ``push`` is the share of spare room to the left and above."""
    west, south, east, north = bounds
    metres = max((east - west) / box.width, (north - south) / box.height, 1e-6)
    spare_x = box.width * metres - (east - west)
    spare_y = box.height * metres - (north - south)
    return View(box, west - spare_x * push[0], north + spare_y * push[1], metres)


def _widened(view: View, box: Box) -> View:
    """The same view seen in a larger box around it."""
    west = view.west - (view.box.left - box.left) * view.metres
    return View(box, west, view.north + (view.box.top - box.top) * view.metres, view.metres)


def covers_land(view: View, box: Box, land: Any) -> bool:
    """Whether a box of the sheet has any land under it."""
    west = view.west + (box.left - view.box.left) * view.metres
    north = view.north - (box.top - view.box.top) * view.metres
    east, south = west + box.width * view.metres, north - box.height * view.metres
    return not bool(shapely.is_empty(shapely.clip_by_rect(land, west, south, east, north)).all())


def views_of(
    ground: Ground, shapes: Shapes, box: Box, scale: float = 1.0
) -> tuple[View, View | None]:
    """The map and, for a small focus, an inset in a corner that hides no land.

    ``scale`` is the share of the box that the map may take where names need room around it.
    """
    edge = (1 - scale) / 2
    middle = Box(
        box.left + edge * box.width,
        box.top + edge * box.height,
        scale * box.width,
        scale * box.height,
    )
    whole = _widened(fit_view(shapes.bounds, middle, (0.5, 0.5)), box)
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
            small_w, small_h = box.width * shrink * scale, box.height * shrink * scale
            x = box.left + (1 - right) * (box.width - small_w) * scale
            y = box.top + (1 - low) * (box.height - small_h) * scale
            inner = Box(x, y, small_w, small_h)
            view = _widened(fit_view(shapes.bounds, inner, (1 - right, 1 - low)), box)
            if not covers_land(view, guard, shapes.land):
                return view, fit_view(around, inset, (0.5, 0.5))
    return whole, None
