"""Text on slides: measured before it is written, tagged as English (UK), never overflowing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from context.deck_template import INCH, Area
from context.lettering import text_width, wrap

LANGUAGE = "en-GB"
INSET, INSET_TOP = int(0.1 * INCH), int(0.05 * INCH)
LEADING = 1.22
SURE = 0.96
"""Share of the width that is reckoned with, since renderers space letters differently."""
BULLET = int(0.32 * INCH)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")


def clean(text: str) -> str:
    """Take control characters out, which a slide cannot hold."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _pixels(emu: float) -> float:
    return emu / INCH * 100


def break_lines(text: str, width: int, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text of ``size`` points in ``width`` EMU."""
    return wrap(text, _pixels(width * SURE), size * 100 / 72, bold=bold)


@lru_cache(maxsize=4096)
def count_lines(text: str, width: int, size: float, *, bold: bool = False) -> int:
    """Count the lines of a text of ``size`` points in ``width`` EMU.

    Reckoned with the widths of DejaVu Sans, which is wider than the fonts of slides.
    """
    return max(1, len(break_lines(text, width, size, bold=bold)))


def width_of(text: str, size: float, *, bold: bool = False) -> int:
    """Return the width in EMU of one line."""
    return int(text_width(text, size * 100 / 72, bold=bold) / 100 * INCH)


def line_height(size: float) -> int:
    """Return the height in EMU of one line."""
    return int(size * LEADING / 72 * INCH)


def height_of(
    texts: Sequence[str], width: int, size: float, *, bold: bool = False, gap: float = 0.0
) -> int:
    """Return the height in EMU of paragraphs with ``gap`` lines between them."""
    lines = sum(count_lines(text, width, size, bold=bold) for text in texts)
    return int((lines + gap * (len(texts) - 1)) * line_height(size))


def fit_size(
    texts: Sequence[str],
    area: Area,
    sizes: Sequence[float],
    *,
    bold: bool = False,
    bullets: bool = False,
) -> float | None:
    """Return the first size in points at which the paragraphs fit; None where none does."""
    width = area.width - 2 * INSET - (BULLET if bullets else 0)
    for size in sizes:
        gap = 0.45 if bullets else 0.0
        if height_of(texts, width, size, bold=bold, gap=gap) <= area.height - 2 * INSET_TOP:
            return size
    return None


def split_to_fit(
    texts: Sequence[str], area: Area, sizes: Sequence[float], *, bullets: bool = True
) -> list[list[str]]:
    """Split paragraphs into as few slides as hold them at the last size."""
    pages: list[list[str]] = [[]]
    for text in texts:
        if pages[-1] and fit_size([*pages[-1], text], area, sizes, bullets=bullets) is None:
            pages.append([])
        pages[-1].append(text)
    return pages


def split_evenly(texts: Sequence[str], area: Area, sizes: Sequence[float]) -> list[list[str]]:
    """Split paragraphs into as few slides as hold them, alike full as far as they go."""
    fewest = split_to_fit(texts, area, sizes)
    for share in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        trial = split_to_fit(texts, area._replace(height=int(share * area.height)), sizes)
        if len(trial) == len(fewest):
            return trial
    return fewest


def write(
    frame: Any, texts: Sequence[str], size: float, *, bold: bool | None = None, gap: float = 0.0
) -> None:
    """Write paragraphs into a text frame, each one run, with ``gap`` lines between them.

    The paragraphs are made as XML at once: notes have hundreds, and call by call they take longer
    than everything else in a deck.
    """
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    weight = "" if bold is None else f' b="{int(bold)}"'
    style = f'lang="{LANGUAGE}" sz="{round(size * 100)}"{weight}'
    body = frame._txBody
    for old in body.findall(qn("a:p")):
        body.remove(old)
    for n, text in enumerate(texts):
        before = round(size * gap * LEADING * 100) if n else 0
        space = f'<a:spcBef><a:spcPts val="{before}"/></a:spcBef>' if gap else ""
        body.append(
            parse_xml(
                f'<a:p {nsdecls("a")}><a:pPr><a:lnSpc><a:spcPct val="100000"/></a:lnSpc>{space}'
                f"</a:pPr><a:r><a:rPr {style}/><a:t>{escape(clean(text))}</a:t></a:r></a:p>"
            )
        )


def area_of(shape: Any) -> Area:
    """Return where a placeholder lies, inherited from its layout."""
    return Area(int(shape.left), int(shape.top), int(shape.width), int(shape.height))


def tag_language(element: Any) -> None:
    """Mark every text in an element of a slide, its notes or a chart as English (UK)."""
    from pptx.oxml.ns import qn

    for run in element.iter(qn("a:r"), qn("a:fld")):
        if run.find(qn("a:rPr")) is None:
            run.insert(0, run.makeelement(qn("a:rPr"), {}))
    for kind in ("a:rPr", "a:endParaRPr", "a:defRPr"):
        for properties in element.iter(qn(kind)):
            properties.set("lang", LANGUAGE)
