"""The command ``incontext``: one sentence on standard error and a non-zero exit where it fails.

Nothing heavy is imported before a command needs it, so that ``incontext --help`` is instant.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import InContextError, RequestError

if TYPE_CHECKING:
    from context.build import Context
    from geodata.editions import Edition
    from geodata.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except InContextError as error:
        say(f"incontext: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("incontext: stopped; the last good data stay in use.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def say(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(text + "\n")


def write(text: str) -> None:
    """Write text to standard output, with one line end."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def write_json(value: Any) -> None:
    """Write one JSON value to standard output."""
    write(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def make_parser() -> argparse.ArgumentParser:
    """Declare the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="incontext",
        description="The population context of an English health system and a place in it.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fetch = _command(commands, "fetch", _fetch, "download, check and store an edition")
    fetch.add_argument("--file", action="append", default=[], metavar="DATASET=PATH")
    fetch.add_argument("--refresh", action="store_true", help="ask the publishers for all anew")

    status = _command(commands, "status", _status, "what is loaded, from where, what is missing")
    systems = _command(commands, "systems", _systems, "the health systems, codes and aliases")
    areas = _command(commands, "areas", _areas, "the authorities of a system")
    areas.add_argument("system", metavar="SYSTEM")
    compare = _command(commands, "compare", _compare, "every measure, place beside place")
    compare.add_argument("--csv", action="store_true")
    statements = _command(commands, "statements", _statements, "the sentences with their evidence")
    statements.add_argument("--topic", default="older_people")
    statements.add_argument("--markdown", action="store_true")
    for command in (status, systems, areas, compare, statements):
        command.add_argument("--json", action="store_true")
    still = _command(commands, "map", _map, "one map as .png, .svg or .html")
    still.add_argument("indicator", metavar="INDICATOR")
    still.add_argument("--measure", default="")
    still.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    for command in (compare, statements, still):
        command.add_argument("--system", required=True)
        command.add_argument("--focus", action="append", default=[])
        command.add_argument("--peer", action="append", default=[])
        command.add_argument("--extent", choices=("whole", "inside"), default="")
    app = _command(commands, "app", _app, "the dashboard on this machine")
    app.add_argument("--port", type=int, default=8501)
    starter = _command(commands, "starter", _starter, "make the starter from a build")
    starter.add_argument("-o", "--output", required=True, type=Path, metavar="DIR")
    return parser


def _command(commands: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.add_argument("--edition", default=None, help="2020, 2024 or 2026")
    command.add_argument("--date", default=None, metavar="YYYY-MM-DD", help="of the review")
    command.set_defaults(run=run)
    return command


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


def _fetch(options: argparse.Namespace) -> None:
    from geodata.editions import editions
    from indicators.load import fetch

    edition = _edition(options) or next(iter(editions().values()))
    files = {}
    for text in options.file:
        dataset, equals, path = text.partition("=")
        if not equals or not path:
            raise RequestError(f"--file wants DATASET=PATH, not {text[:60]!r}.")
        files[dataset] = path
    say(f"Loading edition {edition.id}. The data in use stay in use until the new ones are whole.")
    built = fetch(edition, files=files, refresh=options.refresh, report=say)
    say(
        f"{'In use' if built.unchanged else 'Loaded'}: edition {edition.id}, "
        f"build {built.build}: {built.small_areas:,} small areas, "
        f"{built.people:,} people."
    )


def _status(options: argparse.Namespace) -> None:
    from context.listing import list_status, say_status

    status = list_status(_open(options))
    write_json(status) if options.json else write(say_status(status))


def _systems(options: argparse.Namespace) -> None:
    from context.listing import list_systems, say_table

    systems = list_systems(_open(options))
    columns = ("code", "short_name", "name", "small_areas", "population")
    write_json(systems) if options.json else write(say_table(systems, columns))


def _areas(options: argparse.Namespace) -> None:
    from context.listing import list_areas, say_table

    areas = list_areas(_open(options), options.system)
    columns = ("code", "name", "level", "population", "share_inside")
    write_json(areas) if options.json else write(say_table(areas, columns))


def _compare(options: argparse.Namespace) -> None:
    from context.listing import list_comparison, say_table

    context = _context(options)
    if options.csv:
        write(context.comparison.to_csv(index=False, lineterminator="\n"))
        return
    comparison = list_comparison(context)
    columns = ("measure", "role", "area_name", "value", "unit", "rank", "of", "difference")
    write_json(comparison) if options.json else write(say_table(comparison["rows"], columns))


def _statements(options: argparse.Namespace) -> None:
    from context.listing import list_statements, say_markdown

    context = _context(options)
    write_json(list_statements(context)) if options.json else write(say_markdown(context))


def _map(options: argparse.Namespace) -> None:
    from context.ground import default_measures, read_ground, select_layers
    from indicators.catalogue import catalogue

    entries = catalogue()
    indicator = entries.indicator(options.indicator)
    measure = entries.measure(options.measure or indicator.default)
    if measure.indicator != indicator.id:
        raise RequestError(f"{measure.id} is a measure of {measure.indicator}.")
    output: Path = options.output
    if output.suffix.lower() not in (".png", ".svg", ".html"):
        raise RequestError(f"A map is written as .png, .svg or .html, not {output.suffix!r}.")
    if not output.resolve().parent.is_dir():
        raise RequestError(f"The folder {output.parent} does not exist.")
    context = _context(options)
    ground = read_ground(context)
    if output.suffix.lower() == ".html":
        from context.webmap import web_map_html

        chosen = tuple(dict.fromkeys([*default_measures(context), measure.id]))
        page = web_map_html(ground, select_layers(context, chosen), measure=measure.id)
        output.write_text(page, encoding="utf-8")
        return
    from context.maps import write_map

    write_map(ground, select_layers(context, (measure.id,))[0], output)


def _app(options: argparse.Namespace) -> None:
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


def _starter(options: argparse.Namespace) -> None:
    from indicators.starter import make_starter

    path = make_starter(_open(options), options.output)
    say(f"The starter is in {path}.")
