"""Draw the slides of five decks as LibreOffice shows them, one small contact sheet for each.

Usage: python -m benchmarks.decks -o docs   (with builds of editions 2020 and 2024 in the store;
LibreOffice's ``soffice`` and poppler's ``pdftoppm`` must be installed)
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from context.build import build_context
from context.pack import write_pack
from context.request import resolve_request
from geodata.store import open_store

WIDTH, COLUMNS, GAP, COLOURS = 1200, 3, 6, 96
PROGRAMS = ("soffice", "pdftoppm")
LONGEST_S = 180


class Asked(NamedTuple):
    """One deck: the name of its picture and its request."""

    name: str
    edition: str
    system: str
    focus: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()


DECKS = (
    Asked("deck-devon-plymouth", "2020", "Devon", ("Plymouth",), ("Torbay",)),
    Asked("deck-north-east-and-north-cumbria", "2020", "North East and North Cumbria"),
    Asked("deck-east-london", "2020", "East London Health and Care Partnership"),
    Asked("deck-cornwall", "2020", "Cornwall and the Isles of Scilly"),
    Asked("deck-devon-plymouth-2024", "2024", "Devon", ("Plymouth",), ("Torbay",)),
)


def write_deck_of(asked: Asked, folder: Path) -> Path:
    """Write the pack of a request and return its deck."""
    store = open_store(asked.edition)
    request = resolve_request(store, system=asked.system, focus=asked.focus, peers=asked.peers)
    write_pack(build_context(request, store), folder / "pack")
    return folder / "pack" / "context.pptx"


def draw_slides(deck: Path, folder: Path) -> list[Image.Image]:
    """Return every slide as LibreOffice draws it."""
    home = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    to_pdf = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    wide = (WIDTH - GAP * (COLUMNS - 1)) // COLUMNS
    to_png = ["pdftoppm", "-png", "-scale-to-x", str(wide), "-scale-to-y", "-1"]
    pdf = folder / f"{deck.stem}.pdf"
    for command in ([*to_pdf, str(deck)], [*to_png, str(pdf), str(folder / "slide")]):
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("slide-*.png"))]


def contact_sheet(slides: list[Image.Image]) -> Image.Image:
    """Set slides beside and under one another, in few colours."""
    wide, high = slides[0].size
    rows = -(-len(slides) // COLUMNS)
    sheet = Image.new("RGB", (WIDTH, rows * (high + GAP) - GAP), "#505A5F")
    for number, slide in enumerate(slides):
        row, column = divmod(number, COLUMNS)
        sheet.paste(slide, (column * (wide + GAP), row * (high + GAP)))
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    output: Path = parser.parse_args().output
    gone = [name for name in PROGRAMS if shutil.which(name) is None]
    if gone:
        print(f"Not drawn: {' and '.join(gone)} must be installed.", file=sys.stderr)
        return 1
    for asked in DECKS:
        with tempfile.TemporaryDirectory() as folder:
            slides = draw_slides(write_deck_of(asked, Path(folder)), Path(folder))
        path = output / f"{asked.name}.png"
        contact_sheet(slides).save(path, optimize=True)
        print(f"{path}: {len(slides)} slides, {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
