"""What each command of ``incontext`` does: read the options, answer, print."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import InContextError, RequestError

if TYPE_CHECKING:
    from context.build import Context
    from geodata.editions import Edition
    from geodata.store import Store


def say(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(text + "\n")


def write(text: str) -> None:
    """Write text to standard output, with one line end."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def write_json(value: Any) -> None:
    """Write one JSON value to standard output."""
    write(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def _edition(options: argparse.Namespace) -> Edition | None:
    from geodata.editions import Edition

    date = _review_date(options)
    if date is not None:
        on = Edition.on(date)
        if options.edition not in (None, on.id):
            raise RequestError(
                f"{options.date} belongs to edition {on.id}, not {options.edition}: give one."
            )
        return on
    return None if options.edition is None else Edition.named(options.edition)


def _review_date(options: argparse.Namespace) -> dt.date | None:
    if options.date is None:
        return None
    try:
        return dt.date.fromisoformat(options.date)
    except ValueError:
        raise RequestError("Give the date as YYYY-MM-DD, such as 2020-07-20.") from None


def _open(options: argparse.Namespace) -> Store:
    from geodata.store import open_store

    store = open_store(_edition(options))
    say(f"Edition {store.edition.id}, build {store.build}.")
    if store.is_starter:
        say("This is the starter. Run `incontext fetch` to load all of England.")
    return store


def _context(options: argparse.Namespace) -> Context:
    from context.build import build_context
    from context.request import resolve_request

    store = _open(options)
    request = resolve_request(
        store,
        system=options.system,
        focus=options.focus,
        peers=options.peer,
        topic=getattr(options, "topic", "older_people"),
        extent=options.extent,
    )
    return build_context(request, store, review_date=_review_date(options))


def run_fetch(options: argparse.Namespace) -> None:
    """Download, check and store an edition."""
    from geodata.editions import editions
    from geodata.progress import Progress
    from indicators.load import fetch

    edition = _edition(options) or next(iter(editions().values()))
    files = {}
    for text in options.file:
        dataset, equals, path = text.partition("=")
        if not equals or not path:
            raise RequestError(f"--file wants DATASET=PATH, not {text[:60]!r}.")
        files[dataset] = path
    say(f"Loading edition {edition.id}. The data in use stay in use until the new ones are whole.")
    with Progress(sys.stderr, options.progress) as progress:
        built = fetch(edition, files=files, refresh=options.refresh, report=progress)
    say(
        f"{'In use' if built.unchanged else 'Loaded'}: edition {edition.id}, "
        f"build {built.build}: {built.small_areas:,} small areas, "
        f"{built.people:,} people."
    )


def run_status(options: argparse.Namespace) -> None:
    """Print what is loaded, from where, and what is missing."""
    from context.listing import list_status, say_status

    status = list_status(_open(options))
    write_json(status) if options.json else write(say_status(status))


def run_systems(options: argparse.Namespace) -> None:
    """Print the systems of an edition."""
    from context.listing import list_systems, say_table

    systems = list_systems(_open(options))
    columns = ("code", "short_name", "name", "small_areas", "population")
    write_json(systems) if options.json else write(say_table(systems, columns))


def run_areas(options: argparse.Namespace) -> None:
    """Print the authorities of a system."""
    from context.listing import list_areas, say_table

    areas = list_areas(_open(options), options.system)
    columns = ("code", "name", "level", "population", "share_inside")
    write_json(areas) if options.json else write(say_table(areas, columns))


def run_compare(options: argparse.Namespace) -> None:
    """Print every measure, place beside place."""
    from context.listing import list_comparison, say_table

    context = _context(options)
    if options.csv:
        write(context.comparison.to_csv(index=False, lineterminator="\n"))
        return
    comparison = list_comparison(context)
    columns = ("measure", "role", "area_name", "value", "unit", "rank", "of", "difference")
    write_json(comparison) if options.json else write(say_table(comparison["rows"], columns))


def run_statements(options: argparse.Namespace) -> None:
    """Print the sentences with their evidence."""
    from context.listing import list_statements, say_markdown

    context = _context(options)
    write_json(list_statements(context)) if options.json else write(say_markdown(context))


def run_map(options: argparse.Namespace) -> None:
    """Write one map."""
    from context.ground import choose_measure, default_measures, read_ground, select_layers
    from indicators.catalogue import catalogue

    entries = catalogue()
    indicator = entries.indicator(options.indicator)
    output: Path = options.output
    if output.suffix.lower() not in (".png", ".svg", ".html"):
        raise RequestError(f"A map is written as .png, .svg or .html, not {output.suffix!r}.")
    if not output.resolve().parent.is_dir():
        raise RequestError(f"The folder {output.parent} does not exist.")
    context = _context(options)
    measure = choose_measure(context, indicator, options.measure)
    ground = read_ground(context)
    if output.suffix.lower() == ".html":
        from context.webmap import web_map_html

        chosen = tuple(dict.fromkeys([*default_measures(context), measure.id]))
        page = web_map_html(ground, select_layers(context, chosen), measure=measure.id)
        output.write_text(page, encoding="utf-8")
        return
    from context.maps import write_map

    write_map(ground, select_layers(context, (measure.id,))[0], output)


def run_app(options: argparse.Namespace) -> None:
    """Start the dashboard on this machine."""
    import subprocess

    from context.palette import FOCUS

    start = Path(__file__).resolve().parent.parent / "app.py"
    port = str(options.port)
    command = [sys.executable, "-m", "streamlit", "run", str(start), "--server.port", port]
    quiet = [
        "--server.address",
        os.environ.get("INCONTEXT_ADDRESS", "127.0.0.1"),
        "--browser.gatherUsageStats",
        "false",
        "--client.toolbarMode",
        "viewer",
        "--theme.primaryColor",
        FOCUS,
    ]
    say(f"Open http://127.0.0.1:{port} in a browser. Stop with Ctrl+C.")
    code = subprocess.run([*command, *quiet], check=False).returncode  # noqa: S603
    if code:
        raise InContextError(f"The dashboard ended with code {code}. Is port {port} in use?")


def run_starter(options: argparse.Namespace) -> None:
    """Make the starter from a build."""
    from indicators.starter import make_starter

    path = make_starter(_open(options), options.output)
    say(f"The starter is in {path}.")


def run_pack(options: argparse.Namespace) -> None:
    """Write the whole pack of one system, or of all."""
    from context.pack import write_pack
    from context.pack_all import write_packs

    template: Path | None = options.template
    if template is not None and not template.is_file():
        raise RequestError(f"There is no template {template}.")
    if options.all:
        if options.system or options.focus or options.peer:
            raise RequestError("--all makes the packs of every system: leave the names out.")
        failed = write_packs(
            _open(options),
            options.output,
            topic=options.topic,
            template=template,
            jobs=options.jobs,
            report=say,
        )
        if failed:
            listed = "; ".join(f"{code}: {why}" for code, why in sorted(failed.items()))
            raise InContextError(f"{len(failed)} packs could not be made: {listed}")
        return
    if not options.system:
        raise RequestError("Give --system NAME, or --all for every system.")
    written = write_pack(_context(options), options.output, template=template, report=say)
    say(f"The pack is in {options.output}." if written else "Nothing had to be made.")
