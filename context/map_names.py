"""Where the names of places stand on a map: inside, beside, or at the end of a lead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from PIL import Image, ImageDraw

from context.lettering import SMALLEST, Box, height_of, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from context.layers import Ground
    from context.map_ground import View

Point = tuple[float, float]
WIDEST = 300
_CELL = 4
_REACH = range(24, 300, 14)
_TURNS = np.arange(24) * math.pi / 12


class Name(NamedTuple):
    """A name as it stands on the map; ``lead`` joins it to its place, or is empty."""

    lines: tuple[str, ...]
    box: Box
    strong: bool
    lead: tuple[Point, ...]


class _Wanted(NamedTuple):
    lines: tuple[str, ...]
    strong: bool
    point: Point
    own: Box  # what the place takes on the picture
    others: tuple[Point, ...]  # points in each half of the place
    wide: float
    high: float

    def around(self, x: float, y: float, within: Box) -> Box:
        """The box of the name with its middle at a point, pushed inside to left and right."""
        left = min(max(x - self.wide / 2, within.left), within.right - self.wide)
        return Box(left, y - self.high / 2, self.wide, self.high)

    @property
    def is_small(self) -> bool:
        """Whether the place is too small to hold its own name."""
        return self.own.width < 0.75 * self.wide or self.own.height < self.high


class _Land:
    """The land under a view in cells of a few pixels: a quick answer to what a name would hide."""

    def __init__(self, view: View, land: Iterable[Any]) -> None:
        self._box = view.box
        size = (int(view.box.width // _CELL) + 1, int(view.box.height // _CELL) + 1)
        picture = Image.new("L", size)
        pen = ImageDraw.Draw(picture)
        for part in shapely.get_parts(np.asarray(list(land), dtype=object)):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            x, y = shapely.get_coordinates(part.exterior).T
            cells = np.column_stack(
                [(x - view.west) / view.metres / _CELL, (view.north - y) / view.metres / _CELL]
            )
            pen.polygon([tuple(cell) for cell in cells.tolist()], fill=1)
        self._sums = np.zeros((size[1] + 1, size[0] + 1), dtype=np.int64)
        self._sums[1:, 1:] = np.asarray(picture, dtype=np.int64).cumsum(0).cumsum(1)

    def under(self, left: Any, top: Any, wide: float, high: float) -> Any:
        """Whether boxes of one size hide any land: one or many, by their left and top."""
        rows, columns = (side - 1 for side in self._sums.shape)
        x, y = (
            (np.asarray(left) - self._box.left) / _CELL,
            (np.asarray(top) - self._box.top) / _CELL,
        )
        west, east = (np.clip(a, 0, columns).astype(int) for a in (x, x + wide / _CELL + 1))
        north, south = (np.clip(a, 0, rows).astype(int) for a in (y, y + high / _CELL + 1))
        sums = self._sums
        return sums[south, east] - sums[north, east] - sums[south, west] + sums[north, west] > 0


def place_names(
    ground: Ground, view: View, land: Iterable[Any], *, within: Box, taken: Iterable[Box]
) -> tuple[Name, ...]:
    """Place the names of the focus and the authorities, none over another or a box ``taken``.

    The focus comes first, then the largest. A name that finds no room in or beside its place
    stands in the free room around the land with a lead to it; one that finds none is left out.
    """
    cells, blocked = _Land(view, land), list(taken)
    placed: list[Name] = []
    later: list[_Wanted] = []
    for wanted in _wanted(ground, view):
        spot = next(_free(_spots(wanted, cells, within), within, blocked), None)
        if spot is None:
            later.append(wanted)
            continue
        blocked.append(spot)
        placed.append(Name(wanted.lines, spot, wanted.strong, ()))
    if not later:
        return tuple(placed)
    free = {wanted: _around(wanted, cells, within, blocked) for wanted in later}
    ways = [_all_led(order, free, within, blocked, placed) for order in _orders(later)]
    return (*placed, *min(ways, key=_badness))


def _orders(later: list[_Wanted]) -> list[list[_Wanted]]:
    """Orders in which to try the names with leads: as they are, and from each side."""
    found = [later]
    for axis in (0, 1):
        ordered = sorted(later, key=lambda wanted: (not wanted.strong, wanted.point[axis]))
        back = sorted(later, key=lambda wanted: (not wanted.strong, -wanted.point[axis]))
        found += [ordered, back]
    return found


def _badness(names: list[Name]) -> tuple[int, int, float]:
    """Fewer names are worse, then more names over land, then longer leads."""
    leads = [math.dist(*name.lead) for name in names if name.lead]
    return -len(names), -len(leads), sum(leads)


def _all_led(
    order: list[_Wanted],
    free: dict[_Wanted, list[Name]],
    within: Box,
    blocked: list[Box],
    placed: list[Name],
) -> list[Name]:
    """Place names one after the other, each at a lead, then what is left over its place."""
    blocked = list(blocked)
    found: list[Name] = []
    for lead in (True, False):
        for wanted in order:
            if any(name.lines == wanted.lines for name in found):
                continue
            before = [*placed, *found]
            if lead:
                name = next((one for one in free[wanted] if _fits(one, blocked, before)), None)
            else:
                name = _over(wanted, within, blocked, before)
            if name is not None:
                blocked.append(name.box)
                found.append(name)
    return found


def _wanted(ground: Ground, view: View) -> Iterator[_Wanted]:
    """List the names: the focus, then the authorities from the largest to the smallest.

    A focus of several authorities apart from each other has no one place for its name: then its
    authorities are strong instead.
    """
    outline, strong = ground.focus_outline, set[str]()
    if ground.focus_name and outline is not None:
        sizes = shapely.area(shapely.get_parts(outline))
        members = ground.ltla_codes[ground.in_focus].unique()
        if len(members) < 2 or sizes.max() > 0.9 * sizes.sum():
            yield _want(ground.focus_name, outline, view, strong=True)
        else:
            strong = set(members)
    order = np.lexsort((-ground.ltla_outlines.area, ~ground.ltla_outlines.index.isin(strong)))
    ordered = ground.ltla_outlines.iloc[order]
    for code, place in zip(ordered.index, ordered.to_numpy(), strict=True):
        name = str(ground.ltla_names[code])
        if name != ground.focus_name and not shapely.is_empty(place):
            yield _want(name, place, view, strong=code in strong)


def _want(name: str, outline: Any, view: View, *, strong: bool) -> _Wanted:
    lines = tuple(wrap(name, WIDEST, SMALLEST, bold=strong))
    wide = max(text_width(line, SMALLEST, bold=strong) for line in lines) + 8
    inner = shapely.point_on_surface(outline)
    point = view.pixel(float(shapely.get_x(inner)), float(shapely.get_y(inner)))
    own = view.pixels(shapely.bounds(outline))
    west, south, east, north = shapely.bounds(outline)
    x, y = (west + east) / 2, (south + north) / 2
    halves = [(west, south, east, y), (west, y, east, north), (west, south, x, north)]
    parts = [shapely.clip_by_rect(outline, *half) for half in [*halves, (x, south, east, north)]]
    inner = shapely.point_on_surface([part for part in parts if not shapely.is_empty(part)])
    others = tuple(view.pixel(float(x), float(y)) for x, y in shapely.get_coordinates(inner))
    return _Wanted(lines, strong, point, own, others, wide, height_of(len(lines)))


def _spots(wanted: _Wanted, land: _Land, within: Box) -> list[Box]:
    """List where a name may stand in or beside its place, the best first."""
    (x, y), own, high = wanted.point, wanted.own, wanted.high
    inside = [wanted.around(x, y + shift, within) for shift in (0, -high / 2, high / 2)]
    if not wanted.is_small:
        return inside
    middle, across = own.left + own.width / 2, own.top + own.height / 2
    beside = [
        wanted.around(*centre, within)
        for centre in (
            (middle, own.top - high / 2 - 4),
            (middle, own.bottom + high / 2 + 4),
            (own.right + wanted.wide / 2 + 6, across),
            (own.left - wanted.wide / 2 - 6, across),
        )
    ]
    return [spot for spot in beside if not land.under(*spot)]


def _free(spots: Iterable[Box], within: Box, blocked: list[Box]) -> Iterator[Box]:
    return (
        spot
        for spot in spots
        if spot.within(within) and not any(spot.meets(other) for other in blocked)
    )


def _around(wanted: _Wanted, land: _Land, within: Box, blocked: list[Box]) -> list[Name]:
    """List where a name may stand in the free room around its place, the nearest first."""
    starts = [
        (x, y)
        for x, y in (wanted.point, *wanted.others)
        if not any(box.meets(Box(x, y, 1, 1)) for box in blocked)
    ]
    if not starts:
        return []
    wide, high = wanted.wide, wanted.high
    reach, turn, start = (
        grid.ravel() for grid in np.meshgrid(_REACH, _TURNS, range(len(starts)), indexing="ij")
    )
    across, down = np.cos(turn), np.sin(turn)
    left = np.array(starts)[start, 0] + reach * across + (across - 1) * wide / 2
    top = np.array(starts)[start, 1] + reach * down + (down - 1) * high / 2
    free = (left >= within.left) & (left + wide <= within.right)
    free &= (top >= within.top) & (top + high <= within.bottom)
    free &= ~land.under(left - 4, top - 4, wide + 8, high + 8)
    for box in blocked:
        beside = (left > box.right + 3) | (left + wide < box.left - 3)
        free &= beside | (top > box.bottom + 3) | (top + high < box.top - 3)
    found = []
    for x, y, number in zip(left[free].tolist(), top[free].tolist(), start[free], strict=True):
        spot = Box(x, y, wide, high)
        lead = (starts[number], _edge_towards(spot, *starts[number]))
        if not any(_crosses(lead, box) for box in blocked):
            found.append(Name(wanted.lines, spot, wanted.strong, lead))
    return found


def _fits(name: Name, blocked: list[Box], placed: list[Name]) -> bool:
    """Whether a name with its lead meets no box, no other lead and no other name."""
    room = name.box.grown(3)
    return not (
        any(room.meets(box) or _crosses(name.lead, box) for box in blocked)
        or any(_crosses(one.lead, name.box) or _meet(name.lead, one.lead) for one in placed)
    )


def _over(wanted: _Wanted, within: Box, blocked: list[Box], placed: list[Name]) -> Name | None:
    """Let a name stand over its place and a little of its neighbours, as a last resort."""
    if wanted.own.width <= 0.4 * wanted.wide and not wanted.strong:
        return None
    x, y = wanted.point
    spots = [wanted.around(x, y + s, within) for s in (0, -wanted.high / 2, wanted.high / 2)]
    for spot in _free(spots, within, blocked):
        if not any(_crosses(name.lead, spot) for name in placed):
            return Name(wanted.lines, spot, wanted.strong, ())
    return None


def _edge_towards(box: Box, x: float, y: float) -> Point:
    """The point of a box that is nearest to a point outside."""
    return min(max(x, box.left + 4), box.right - 4), min(max(y, box.top + 4), box.bottom - 2)


def _crosses(lead: tuple[Point, ...], box: Box) -> bool:
    """Whether a lead runs through a box, by the part of it that lies between each two sides."""
    if not lead:
        return False
    (ax, ay), (bx, by) = lead
    start, end = 0.0, 1.0
    for at, step, low, high in (
        (ax, bx - ax, box.left - 2, box.right + 2),
        (ay, by - ay, box.top - 2, box.bottom + 2),
    ):
        if abs(step) < 1e-9:
            if not low < at < high:
                return False
            continue
        one, other = (low - at) / step, (high - at) / step
        start, end = max(start, min(one, other)), min(end, max(one, other))
    return start < end


def _meet(one: tuple[Point, ...], other: tuple[Point, ...]) -> bool:
    """Whether two leads cross: the ends of each lie on either side of the other."""
    if not one or not other:
        return False
    return _parts(one, other) and _parts(other, one)


def _parts(line: tuple[Point, ...], ends: tuple[Point, ...]) -> bool:
    (ax, ay), (bx, by) = line
    sides = [(bx - ax) * (y - ay) > (by - ay) * (x - ax) for x, y in ends]
    return sides[0] != sides[1]
