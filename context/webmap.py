"""The interactive map: one folium map with one element of ours, complete in a single page.

The geometry goes in once and the values of all measures beside it; what happens in the map
happens in the browser. The page asks nothing of any server: Leaflet comes from an installed
package, and there are no tiles.
"""

from __future__ import annotations

import base64
import html
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd
    import jinja2
    import pandas as pd

    from context.layers import Ground, Layer

from context import palette
from context.layers import FIFTHS

_COLOURS = {
    "focus": palette.CATEGORICAL[3],  # orange: the dark blue of FOCUS is also a fifth
    "missing": palette.MISSING,
    "hatch": palette.MISSING_HATCH,
}
_DEGREES = 1e5
"""Five decimals of a degree, about a metre."""
_TEMPLATE = Path(__file__).parent / "templates" / "webmap.html"


def build_web_map(
    ground: Ground, layers: Sequence[Layer], *, measure: str | None = None, height: str = "100%"
) -> folium.Map:
    """Return the map of these layers, opened at ``measure`` (the first where not given).

    ``height`` is the height of the whole, with controls and legend, on a wide screen.
    """
    import folium
    from branca.element import Element, MacroElement

    if not layers:
        raise ValueError("a map needs at least one layer")
    names = [layer.measure for layer in layers]
    if measure is not None and measure not in names:
        raise ValueError(f"no layer of the measure {measure!r}; there are {', '.join(names)}")
    if not re.fullmatch(r"\d+(\.\d+)?(px|%|vh)", height):
        raise ValueError(f"not a height in px, % or vh: {height!r}")

    web_map = folium.Map(tiles=None, prefer_canvas=True, zoom_snap=0.25, zoom_delta=0.5)
    script, style = _leaflet()
    web_map.default_js = [("leaflet", script)]
    web_map.default_css = [("leaflet_css", style)]
    root: Any = web_map.get_root()
    root.title = html.escape(f"{ground.focus_name or ground.system_name}: map")

    plain: Any = MacroElement
    element = plain()
    element._name = "in_context"
    element._template = _template()
    element.map_name = web_map.get_name()
    element.whole_height = height
    web_map.add_child(element)
    # beside the element, because branca compiles what an element returns as a template once more
    data: Any = Element('<script type="application/json" id="ic-data">{{ this.data }}</script>')
    data.data = _as_json(_contents(ground, layers, measure or names[0]))
    root.html.add_child(data, name="in_context_data")
    return web_map


def web_map_html(ground: Ground, layers: Sequence[Layer], *, measure: str | None = None) -> str:
    """Return the interactive map as one page that opens without a network."""
    page: str = build_web_map(ground, layers, measure=measure).get_root().render()
    page = page.replace("<html>", '<html lang="en-GB">', 1)
    # folium forbids enlarging the page by hand, which readers with poor sight need
    return re.sub(r",\s*maximum-scale=1\.0, user-scalable=no", "", page, count=1)


@lru_cache(maxsize=1)
def _leaflet() -> tuple[str, str]:
    """Leaflet's script and style sheet as data URIs."""
    from xstatic.pkg import leaflet

    folder = Path(leaflet.BASE_DIR)
    # the pictures of the layer switch and the markers, neither of which is used
    style = re.sub(rb"url\(images/[^)]*\)", b"none", (folder / "leaflet.css").read_bytes())
    script = (folder / "leaflet.js").read_bytes()
    script = re.sub(rb"\n?//# sourceMappingURL=.*", b"", script)
    return (
        "data:text/javascript;base64," + base64.b64encode(script).decode("ascii"),
        "data:text/css;base64," + base64.b64encode(style).decode("ascii"),
    )


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    from jinja2 import Environment

    # nothing but the name and the height of the map goes in
    return Environment(autoescape=False).from_string(  # noqa: S701
        _TEMPLATE.read_text(encoding="utf-8")
    )


def _as_json(contents: object) -> str:
    """Return JSON that can stand in a script element."""
    return json.dumps(contents, separators=(",", ":"), allow_nan=False).replace("<", r"\u003c")


def _contents(ground: Ground, layers: Sequence[Layer], measure: str) -> dict[str, Any]:
    codes = ground.outlines.index
    ltla_index = {code: i for i, code in enumerate(ground.ltla_outlines.index)}
    ltla_of_area = ground.ltla_codes.reindex(codes)
    return {
        "colours": _COLOURS,
        "measure": measure,
        "system": ground.system_name,
        "focus": ground.focus_name,
        "notes": [note for note in (ground.boundary_note, ground.attribution) if note],
        "areas": _packed(ground.outlines),
        "codes": [str(code) for code in codes],
        "names": [str(name) for name in ground.area_names.reindex(codes)],
        "people": _numbers(ground.people.reindex(codes), 0),
        "ltlaOf": [ltla_index.get(code, -1) for code in ltla_of_area],
        "ltlas": _packed(ground.ltla_outlines),
        "ltlaNames": [str(ground.ltla_names.get(code, code)) for code in ltla_index],
        "ltlaPoints": _label_points(ground.ltla_outlines),
        "focusOutline": _packed(_focus(ground)) if ground.focus_outline is not None else None,
        "layers": [_layer(layer, codes) for layer in layers],
    }


def _layer(layer: Layer, codes: pd.Index[str]) -> dict[str, Any]:
    fifths = layer.fifths.reindex(codes).astype("Float64").fillna(0).astype(int)
    texts = layer.reasons.reindex(codes).fillna("").astype(str)
    reasons = sorted({text for text in texts if text})
    people = layer.people[["focus", "rest"]].reindex(range(6)).fillna(0)
    return {
        "measure": layer.measure,
        "title": layer.title,
        "unit": layer.unit.replace("km2", "km²"),
        "decimals": layer.decimals,
        "period": layer.period,
        "values": _numbers(layer.values.reindex(codes), layer.decimals),
        "fifths": "".join(map(str, fifths)),
        "reasons": reasons,
        "reasonOf": {str(i): reasons.index(text) for i, text in enumerate(texts.tolist()) if text},
        "limits": {
            str(fifth): [float(bound) if np.isfinite(bound) else None for bound in bounds]
            for fifth, bounds in layer.limits.items()
        },
        "people": people.to_numpy(dtype=float).round().astype(int).tolist(),
        "words": {str(fifth): words for fifth, words in layer.fifth_words.items()},
        "shades": [palette.colour_of_fifth(fifth, layer.darkest) for fifth in FIFTHS],
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

    geometries = outlines.to_crs(4326).to_numpy()
    polygons, geometry_of = shapely.get_parts(geometries, return_index=True)
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring_of[1:] != ring_of[:-1], True) if len(ring_of) else ring_of
    whole = np.rint(points[~last.astype(bool)] * _DEGREES).astype(np.int64)
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
    points = outlines.representative_point().to_crs(4326)
    return [[round(point.y, 4), round(point.x, 4)] for point in points]
