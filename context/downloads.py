"""Files that the dashboard makes on demand: bytes, never a file outside a temporary folder."""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

from geodata.errors import RequestError

if TYPE_CHECKING:
    from context.build import Context

Report = Callable[[str], None]
MOST_BYTES = 150_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Stands for the time of making inside a zip, which would make every file different."""
ALREADY_COMPRESSED = (".png", ".pptx", ".xlsx")


@dataclass(frozen=True, kw_only=True)
class Download:
    """One kind of file: what people call it, what it contains and how it is named."""

    id: str
    title: str
    contents: str
    ending: str
    mime: str


DOWNLOADS = (
    Download(
        id="deck",
        title="Slides",
        contents="A PowerPoint deck to edit: the statements, a slide per map, charts that "
        "PowerPoint itself draws, a table, and the sources in the notes.",
        ending="deck.pptx",
        mime="application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    Download(
        id="workbook",
        title="Workbook",
        contents="An Excel workbook: the comparison, the statements with their evidence, every "
        "small area of the system, what each measure is, and the sources.",
        ending="workbook.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Download(
        id="csv",
        title="Comparison as CSV",
        contents="One row per place and measure, unrounded: value, interval, numerator, "
        "denominator, national position and difference from England.",
        ending="comparison.csv",
        mime="text/csv",
    ),
    Download(
        id="geopackage",
        title="Small areas as GeoPackage",
        contents="The outlines of the system's small areas with all their values, for mapping "
        "software (British National Grid).",
        ending="small-areas.gpkg",
        mime="application/geopackage+sqlite3",
    ),
    Download(
        id="statements",
        title="Statements as text",
        contents="Every sentence with its evidence, rule, sources and answer to a challenge, and "
        "what was not said, as Markdown.",
        ending="statements.md",
        mime="text/markdown",
    ),
    Download(
        id="maps",
        title="All maps",
        contents="A zip of every map as PNG and SVG, with and without a title inside.",
        ending="maps.zip",
        mime="application/zip",
    ),
    Download(
        id="pack",
        title="Everything",
        contents="A zip of all of the above with the charts as pictures, and a manifest with the "
        "sources and the command that makes it again.",
        ending="pack.zip",
        mime="application/zip",
    ),
)


def find_download(kind: str) -> Download:
    """Return the download with that id; raise ``RequestError`` with the ids that exist."""
    for download in DOWNLOADS:
        if download.id == kind:
            return download
    known = ", ".join(download.id for download in DOWNLOADS)
    raise RequestError(f'There is no download called "{kind[:40]}". Choose one of: {known}.')


def make_download(
    context: Context,
    kind: str,
    *,
    template: bytes | None = None,
    report: Report = lambda line: None,
) -> bytes:
    """Make one file of a context; ``template`` is the content of a PowerPoint file.

    Raises ``RequestError`` for an unknown kind or a template that cannot be used, and
    ``NotAvailableError`` where the build lacks what the file is made of.
    """
    find_download(kind)
    with TemporaryDirectory(prefix="incontext-") as name:
        folder = Path(name)
        chosen = None
        if template is not None:
            chosen = folder / "template.pptx"
            chosen.write_bytes(template)
        return _MAKERS[kind](context, folder, chosen, report)


def _deck(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.deck import write_deck

    report("Drawing the maps and laying out the slides")
    path = folder / "context.pptx"
    write_deck(context, path, template=template)
    return path.read_bytes()


def _workbook(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.statements import make_statements
    from context.workbook import write_workbook

    report("Writing the sheets")
    path = folder / "context.xlsx"
    write_workbook(context, make_statements(context), path)
    return path.read_bytes()


def _csv(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.workbook import write_csv

    report("Writing the rows")
    path = folder / "context.csv"
    write_csv(context, path)
    return path.read_bytes()


def _geopackage(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.pack import write_geopackage

    report("Writing the outlines and their values")
    path = folder / "context.gpkg"
    write_geopackage(context, path)
    return path.read_bytes()


def _statements(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.listing import say_markdown

    return (say_markdown(context) + "\n").encode()


def _maps(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.ground import read_ground, select_layers
    from context.maps import write_map

    target = folder / "maps"
    target.mkdir()
    ground = read_ground(context)
    for layer in select_layers(context):
        report(f"Drawing {layer.title}")
        write_map(ground, layer, target / f"{layer.indicator}_standalone.png", "standalone")
        write_map(ground, layer, target / f"{layer.indicator}_standalone.svg", "standalone")
        write_map(ground, layer, target / f"{layer.indicator}_slide.png", "slide")
        write_map(ground, layer, target / f"{layer.indicator}_slide.svg", "slide")
    return zip_folder(target)


def _pack(context: Context, folder: Path, template: Path | None, report: Report) -> bytes:
    from context.pack import write_pack

    target = folder / "pack"
    write_pack(context, target, template=template, report=report)
    report("Packing the files")
    return zip_folder(target)


_MAKERS: dict[str, Callable[[Context, Path, Path | None, Report], bytes]] = {
    "deck": _deck,
    "workbook": _workbook,
    "csv": _csv,
    "geopackage": _geopackage,
    "statements": _statements,
    "maps": _maps,
    "pack": _pack,
}


def zip_folder(folder: Path) -> bytes:
    """Return a zip of every file of a folder; the same files give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=EPOCH)
            stored = path.suffix in ALREADY_COMPRESSED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def say_size(content: bytes) -> str:
    """Say how large a file is.

    >>> say_size(b"x" * 2_345_678), say_size(b"x" * 900)
    ('2.3 MB', '1 KB')
    """
    if len(content) >= 1_000_000:
        return f"{len(content) / 1_000_000:.1f} MB"
    return f"{max(1, round(len(content) / 1000))} KB"


class Shelf:
    """Files already made, by request and build; what was not asked for longest goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most so many bytes."""
        self._most_bytes = most_bytes
        self._files: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> bytes | None:
        """Return the file made for a key; None where it has to be made."""
        with self._lock:
            if key in self._files:
                self._files.move_to_end(key)
            return self._files.get(key)

    def keep(self, key: Hashable, content: bytes) -> None:
        """Keep a file for whoever asks the same."""
        with self._lock:
            self._files[key] = content
            self._files.move_to_end(key)
            while sum(map(len, self._files.values())) > self._most_bytes:
                self._files.popitem(last=False)
