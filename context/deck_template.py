"""The slides' template: our own in 16:9, or one that is given; layouts found by what they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geodata.errors import RequestError

if TYPE_CHECKING:
    from pptx.presentation import Presentation

INCH = 914400
WIDTH, HEIGHT = 12192000, 6858000
THEME = {
    "dk2": "12436D",
    "lt2": "F3F2F1",
    "accent1": "12436D",
    "accent2": "28A197",
    "accent3": "801650",
    "accent4": "F46A25",
    "accent5": "3D3D3D",
    "accent6": "A285D1",
    "hlink": "12436D",
    "folHlink": "3D3D3D",
}
FONT = "Arial"
SECTIONS = "http://schemas.microsoft.com/office/powerpoint/2010/main"
KEPT = {"Title Slide", "Title and Content", "Two Content", "Title Only"}
FURNITURE = {"DATE", "FOOTER", "SLIDE_NUMBER"}
TITLES = {"TITLE", "CENTER_TITLE"}
CONTENTS = {"OBJECT", "BODY"}
NEEDED = {
    "opening": "a title and a subtitle",
    "content": "a title and one content placeholder",
    "pair": "a title and two content placeholders",
}


class Area(NamedTuple):
    """A rectangle on a slide in English Metric Units."""

    left: int
    top: int
    width: int
    height: int


class Layouts(NamedTuple):
    """The layouts that a deck is made with, and the room that they leave for content."""

    opening: Any
    content: Any
    pair: Any
    area: Area
    footer: Area


def open_template(template: Path | None) -> tuple[Presentation, Layouts]:
    """Open the template given (without its slides), else make our own, and find the layouts.

    Raises ``RequestError`` where the file cannot be read as .pptx or lacks a layout needed.
    """
    if template is None:
        deck, name = _make_own(), "own template"
    else:
        deck, name = _read(template), template.name
    found = {kind: next((x for x in deck.slide_layouts if _fits(x, kind)), None) for kind in NEEDED}
    lacking = [NEEDED[kind] for kind, layout in found.items() if layout is None]
    if lacking:
        raise RequestError(
            f"The template {name} has no layout with {', nor one with '.join(lacking)}. Add it "
            "in the slide master view of PowerPoint, or leave the template out."
        )
    area, footer = _room(deck, found["content"])
    return deck, Layouts(found["opening"], found["content"], found["pair"], area, footer)


def _read(template: Path) -> Presentation:
    import pptx
    from lxml.etree import XMLSyntaxError
    from pptx.exc import PythonPptxError

    try:
        deck = pptx.Presentation(str(template))
    except (OSError, ValueError, KeyError, PythonPptxError, XMLSyntaxError) as error:
        raise RequestError(
            f"The template {template.name} cannot be read as a PowerPoint presentation: give a "
            "file that was saved as .pptx."
        ) from error
    slides = deck.slides._sldIdLst
    for slide in list(slides):
        deck.part.drop_rel(slide.rId)
        slides.remove(slide)
    for sections in list(deck.part._element.iter(f"{{{SECTIONS}}}sectionLst")):
        extension = sections.getparent()  # sections name the slides that were taken out
        extension.getparent().remove(extension)
    return deck


def kind_of(placeholder: Any) -> str:
    """Return the type of a placeholder by name, "VERTICAL" for text that runs downwards."""
    if placeholder._element.ph.get("orient") == "vert":
        return "VERTICAL"
    return str(placeholder.placeholder_format.type.name)


def _fits(layout: Any, kind: str) -> bool:
    kinds = sorted(kind_of(p) for p in layout.placeholders if kind_of(p) not in FURNITURE)
    others = [k for k in kinds if k not in TITLES]
    if len(kinds) - len(others) != 1:
        return False
    if kind == "opening":
        return others == ["SUBTITLE"]
    if kind == "content":
        return others == ["OBJECT"] or (others == ["BODY"] and not _is_section(layout))
    return len(others) == 2 and set(others) <= CONTENTS and "OBJECT" in others


def _is_section(layout: Any) -> bool:
    """Tell a section heading from a slide of text: its title stands below or is not above."""
    title = next(p for p in layout.placeholders if kind_of(p) in TITLES)
    body = next(p for p in layout.placeholders if kind_of(p) == "BODY")
    return layout._element.get("type") == "secHead" or (title.top or 0) > (body.top or 0)


def _room(deck: Presentation, layout: Any) -> tuple[Area, Area]:
    """Return where content goes on a slide, and the two lines for sources under it."""
    wide, high = int(deck.slide_width or WIDTH), int(deck.slide_height or HEIGHT)
    body = next(p for p in layout.placeholders if kind_of(p) in CONTENTS)
    number = next((p for p in layout.placeholders if kind_of(p) == "SLIDE_NUMBER"), None)
    left = int(body.left or wide // 24)
    width = int(body.width or wide - 2 * left)
    top = int(body.top or high // 5)
    strip = int(0.55 * INCH)
    foot = high - strip - int(0.05 * INCH)
    edge = left + width
    if number is not None and number.left is not None and number.left > wide // 2:
        edge = min(edge, int(number.left))
    if (number is not None and number.left is None) or number is None:
        edge = min(edge, wide - INCH)
    bottom = min(top + int(body.height or high), foot - int(0.05 * INCH))
    return Area(left, top, width, bottom - top), Area(left, foot, edge - left, strip)


def _make_own() -> Presentation:
    """Make the default template of the library 16:9, in our colours, with four layouts."""
    import pptx
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.util import Emu

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Emu(WIDTH), Emu(HEIGHT)
    master = deck.slide_master
    for layout in list(deck.slide_layouts):
        if layout.name not in KEPT:
            deck.slide_layouts.remove(layout)
    for sheet in (master, *deck.slide_layouts):
        for shape in list(sheet.placeholders):
            _place(sheet, shape)
    _style(master)
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = theme.blob.decode("utf-8")
    for name, colour in THEME.items():
        text = re.sub(
            rf"<a:{name}><a:srgbClr val=\"\w+\"/>", f'<a:{name}><a:srgbClr val="{colour}"/>', text
        )
    theme._blob = text.replace('latin typeface="Calibri"', f'latin typeface="{FONT}"').encode()
    for part in deck.part.package.iter_parts():
        if part.partname.startswith("/docProps/thumbnail"):
            deck.part.package.drop_rel(_thumbnail(deck))
            break
    return deck


def _thumbnail(deck: Presentation) -> str:
    rels = deck.part.package._rels
    return next(str(key) for key, rel in rels.items() if rel.reltype.endswith("/thumbnail"))


def _inches(*numbers: float) -> Area:
    return Area(*(int(number * INCH) for number in numbers))


def _place(sheet: Any, shape: Any) -> None:
    """Give a placeholder of the library's 4:3 template its place on ours."""
    kind, layout = kind_of(shape), sheet.name
    places = {
        "TITLE": _inches(0.5, 0.35, 12.33, 0.95),
        "CENTER_TITLE": _inches(0.9, 1.9, 11.5, 1.9),
        "SUBTITLE": _inches(0.9, 4.0, 11.5, 1.8),
        "FOOTER": _inches(0.5, 6.9, 11.4, 0.55),
        "SLIDE_NUMBER": _inches(12.03, 6.95, 0.8, 0.4),
        "BODY": _inches(0.5, 1.45, 12.33, 5.35),
        "OBJECT": _inches(0.5, 1.45, 12.33, 5.35),
    }
    if kind == "DATE":
        shape._element.getparent().remove(shape._element)
        return
    area = places[kind]
    if layout == "Two Content" and kind == "OBJECT":
        first = shape.placeholder_format.idx == 1
        area = _inches(0.5, 1.45, 4.9, 5.35) if first else _inches(5.6, 1.45, 7.23, 5.35)
    shape.left, shape.top, shape.width, shape.height = area
    if layout == "Two Content":  # the text styles of the library's layout are too large
        for element in shape._element.xpath("./p:txBody/a:lstStyle/*"):
            element.getparent().remove(element)


def _style(master: Any) -> None:
    """Set titles left and bold in blue, text in plain sizes."""
    from pptx.oxml.ns import qn

    styles = master._element.find(qn("p:txStyles"))
    title = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    title.set("algn", "l")
    title.find(qn("a:defRPr")).set("sz", "2800")
    title.find(qn("a:defRPr")).set("b", "1")
    next(title.iter(qn("a:schemeClr"))).set("val", "accent1")
    sizes = ("2000", "1800", "1600", "1400", "1400")
    levels = styles.find(qn("p:bodyStyle"))
    for level, size in zip(levels, sizes, strict=False):
        level.find(qn("a:defRPr")).set("sz", size)
    levels[0].set("marL", "285750")
    levels[0].set("indent", "-285750")
    for shape in master.placeholders:
        if kind_of(shape) == "FOOTER":
            shape._element.xpath(".//a:lvl1pPr")[0].set("algn", "l")
            shape._element.txBody.find(qn("a:bodyPr")).set("lIns", "91440")
        for tint in shape._element.xpath(".//a:schemeClr/a:tint"):
            tint.getparent().remove(tint)  # grey on white would be too faint
    for element in master.part._element.iter(qn("a:rPr"), qn("a:endParaRPr"), qn("a:defRPr")):
        element.attrib.pop("lang", None)
    _style_opening(next(x for x in master.slide_layouts if x.name == "Title Slide"))


def _style_opening(opening: Any) -> None:
    """Set the opening slide's white text on blue."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    background = (
        f'<p:bg {nsdecls("p", "a")}><p:bgPr><a:solidFill><a:schemeClr val="accent1"/>'
        "</a:solidFill><a:effectLst/></p:bgPr></p:bg>"
    )
    opening._element.cSld.insert(0, parse_xml(background))
    white = (
        f'<a:lstStyle {nsdecls("a")}><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
        '<a:defRPr sz="{size}"{bold}><a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'
        "</a:defRPr></a:lvl1pPr></a:lstStyle>"
    )
    for shape in opening.placeholders:
        large = kind_of(shape) == "CENTER_TITLE"
        text = white.replace("{size}", "4000" if large else "2000")
        body = shape._element.txBody
        old = body.find(qn("a:lstStyle"))
        body.replace(old, parse_xml(text.replace("{bold}", ' b="1"' if large else "")))
        if large:
            body.find(qn("a:bodyPr")).set("anchor", "b")
