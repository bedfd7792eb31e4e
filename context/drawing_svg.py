"""A picture as SVG: text stays text, outlines are whole tenths of a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from context.drawing import BASELINE, HALO, Areas, Stroke, Swatch
from context.lettering import FAMILY

if TYPE_CHECKING:
    from context.drawing import Drawing, Text

_ANCHOR = {"left": "start", "center": "middle", "right": "end"}
_FAMILIES = f"'{FAMILY}', Verdana, sans-serif"


def svg_of(drawing: Drawing, *, title: str, words: str) -> bytes:
    """Write the picture as SVG with its title and its description in words."""
    wide, high = drawing.width, drawing.height
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" role="img" font-family={quoteattr(_FAMILIES)}>\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(words)}</desc>\n"
        f'<rect width="{wide}" height="{high}" fill="#FFFFFF"/>\n'
    ]
    order = (Areas, Swatch, Stroke)
    for number, mark in enumerate(sorted(drawing.marks, key=lambda mark: order.index(type(mark)))):
        if isinstance(mark, Areas):
            parts.append(_areas(mark, number))
        elif isinstance(mark, Swatch):
            parts.append(_swatch(mark, number))
        else:
            parts.append(_stroke(mark))
    parts += [_text(text) for text in drawing.texts]
    parts.append("</svg>\n")
    return "".join(parts).encode("utf-8")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _pattern(number: int, line: str, unit: int) -> str:
    step = 9 * unit
    return (
        f'<pattern id="hatch{number}" width="{step}" height="{step}" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0V{step}" stroke="{line}" stroke-width="{2 * unit}"/></pattern>'
    )


def _areas(mark: Areas, number: int) -> str:
    drawn = mark.outlines.written(mark.view)
    fills = mark.fills if len(mark.fills) == len(drawn) else mark.fills[:1] * len(drawn)
    groups: dict[str, list[str]] = {}
    for fill, path in zip(fills, drawn, strict=True):
        if path:
            groups.setdefault(fill, []).append(f'<path d="{path}"/>')
    box, line = mark.view.box, _number(mark.line * 10)
    corner, wide, high = f"{_number(box.left)} {_number(box.top)}", 10 * box.width, 10 * box.height
    found = [
        f'<clipPath id="view{number}"><rect width="{_number(wide)}" height="{_number(high)}"/>'
        "</clipPath>"
    ]
    if mark.hatched:
        found.append(_pattern(number, mark.edge, 10))
    found.append(
        f'<g transform="translate({corner}) scale(.1)" clip-path="url(#view{number})" '
        f'stroke="{mark.edge}" stroke-width="{line}" stroke-linejoin="round">'
    )
    for fill, paths in groups.items():
        found.append(f'<g fill="{fill}">{"".join(paths)}</g>')
        if mark.hatched:
            found.append(f'<g fill="url(#hatch{number})">{"".join(paths)}</g>')
    return "\n".join([*found, "</g>\n"])


def _swatch(mark: Swatch, number: int) -> str:
    left, top, wide, high = (_number(side) for side in mark.box)
    place = f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" '
    edge = f'stroke="{mark.edge}" stroke-width="{_number(mark.line)}"'
    found = f'{place}fill="{mark.fill}" {edge}/>\n'
    if mark.hatched:
        found += f'{_pattern(number, mark.edge, 1)}{place}fill="url(#hatch{number})"/>\n'
    return found


def _stroke(mark: Stroke) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in mark.through)
    edge = f'stroke="{mark.colour}" stroke-width="{_number(mark.line)}"'
    return f'<polyline points="{points}" fill="none" {edge}/>\n'


def _text(text: Text) -> str:
    place = (
        f'x="{_number(text.x)}" y="{_number(text.y + BASELINE * text.size)}" '
        f'font-size="{_number(text.size)}"'
    )
    if text.bold:
        place += ' font-weight="bold"'
    if text.align != "left":
        place += f' text-anchor="{_ANCHOR[text.align]}"'
    words = escape(text.words)
    found = f'<text {place} fill="{text.colour}">{words}</text>\n'
    if not text.halo:
        return found
    ring = f'stroke="#FFFFFF" stroke-width="{HALO}" stroke-linejoin="round" aria-hidden="true"'
    return f'<text {place} fill="#FFFFFF" {ring}>{words}</text>\n{found}'
