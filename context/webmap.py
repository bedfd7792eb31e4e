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

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import jinja2

    from context.layers import Ground, Layer
    from context.points import Point

from context.webmap_data import map_contents

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPTS = ("words", "view", "panels", "share", "controls")


def build_web_map(
    ground: Ground,
    layers: Sequence[Layer],
    *,
    measure: str | None = None,
    points: Sequence[Point] = (),
    height: str = "100%",
) -> folium.Map:
    """Return the map of these layers, opened at ``measure`` (the first where not given).

    ``points`` are drawn on top, each with its name.

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
    script, style = leaflet()
    web_map.default_js = [("leaflet", script)]
    web_map.default_css = [("leaflet_css", style)]
    root: Any = web_map.get_root()
    root.title = html.escape(f"{ground.focus_name or ground.system_name}: map")

    plain: Any = MacroElement
    element = plain()
    element._name = "in_context"
    element._template = _template()
    element.style, element.markup, element.code = _parts()
    element.raw, element.endraw = "{% raw %}", "{% endraw %}"
    element.map_name = web_map.get_name()
    element.whole_height = height
    web_map.add_child(element)
    # beside the element, because branca compiles what an element returns as a template once more
    data: Any = Element('<script type="application/json" id="ic-data">{{ this.data }}</script>')
    data.data = _as_json(map_contents(ground, layers, measure or names[0], points))
    root.html.add_child(data, name="in_context_data")
    return web_map


def web_map_html(
    ground: Ground,
    layers: Sequence[Layer],
    *,
    measure: str | None = None,
    points: Sequence[Point] = (),
) -> str:
    """Return the interactive map as one page that opens without a network."""
    web_map = build_web_map(ground, layers, measure=measure, points=points)
    page: str = web_map.get_root().render()
    page = inline_leaflet(page.replace("<html>", '<html lang="en-GB">', 1))
    # folium forbids enlarging the page by hand, which readers with poor sight need
    return re.sub(r",\s*maximum-scale=1\.0, user-scalable=no", "", page, count=1)


def inline_leaflet(page: str) -> str:
    """Return a page of folium with Leaflet in elements of its own instead of in addresses.

    A browser decodes and reads addresses apart from the page, which makes it open later.
    """
    script, style = leaflet()
    code, rules = leaflet_files()
    page = page.replace(f'<script src="{script}"></script>', f"<script>{code}</script>", 1)
    return page.replace(f'<link rel="stylesheet" href="{style}"/>', f"<style>{rules}</style>", 1)


@lru_cache(maxsize=1)
def leaflet() -> tuple[str, str]:
    """Return the script and the style sheet of the installed Leaflet, as data URIs."""
    code, rules = (base64.b64encode(part.encode()).decode("ascii") for part in leaflet_files())
    return f"data:text/javascript;base64,{code}", f"data:text/css;base64,{rules}"


@lru_cache(maxsize=1)
def leaflet_files() -> tuple[str, str]:
    """Return the script and the style sheet of the installed Leaflet."""
    from xstatic.pkg import leaflet

    folder = Path(leaflet.BASE_DIR)
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    # the pictures of the layer switch and the markers, neither of which is used
    style = re.sub(r"url\(images/[^)]*\)", "none", style)
    script = re.sub(r"\n?//# sourceMappingURL=.*", "", script)
    if "</" in style or "</script" in script.lower():
        raise ValueError("this Leaflet cannot stand inside a page")
    return script, style


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    from jinja2 import Environment

    # nothing but the name and the height of the map goes in
    return Environment(autoescape=False).from_string(  # noqa: S701
        (_TEMPLATES / "webmap.html").read_text(encoding="utf-8")
    )


@lru_cache(maxsize=1)
def _parts() -> tuple[str, str, str]:
    """Style sheet, markup and script of the element."""
    names = ("webmap.css", "webmap_markup.html", *(f"webmap_{name}.js" for name in _SCRIPTS))
    style, markup, *scripts = ((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    return style, markup, "\n".join(scripts)


def _as_json(contents: object) -> str:
    """Return JSON that can stand in a script element."""
    return json.dumps(contents, separators=(",", ":"), allow_nan=False).replace("<", r"\u003c")
