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


def open_chosen(options: argparse.Namespace) -> Store:
    """Open the store that the options ask for, and say which it is."""
    from geodata.store import open_store

    store = open_store(_edition(options))
    say(f"Edition {store.edition.id}, build {store.build}.")
    if store.is_starter:
        say("This is the starter. Run `incontext fetch` to load all of England.")
    return store


def make_context(options: argparse.Namespace) -> Context:
    """Answer the request that the options ask."""
    from context.build import build_context
    from context.request import resolve_request

    store = open_chosen(options)
    group = None
    if options.focus_file is not None:
        from context.group_file import read_group
        from context.request import find_system

        chosen = find_system(options.system, store)
        group = read_group(options.focus_file, store, chosen.code, fit=store.fit)
    request = resolve_request(
        store,
        system=options.system,
        focus=options.focus,
        peers=options.peer,
        topic=getattr(options, "topic", "older_people"),
        extent=options.extent,
        small_areas=group.codes if group else (),
    )
    context = build_context(
        request,
        store,
        review_date=_review_date(options),
        group_name=group.name if group else "",
    )
    say(_say_request(context))
    return context


def _say_request(context: Context) -> str:
    """Say what the names of a request were taken to mean."""
    said = [f"System: {context.system_name} ({context.request.system})"]
    if context.focus_name:
        said.append(f"focus: {context.focus_name}")
    if context.peer_names:
        said.append(f"compared with: {', '.join(context.peer_names)}")
    return "; ".join(said) + "."


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

    status = list_status(open_chosen(options))
    write_json(status) if options.json else write(say_status(status))


def run_systems(options: argparse.Namespace) -> None:
    """Print the systems of an edition."""
    from context.listing import list_moved, list_systems, say_table

    store = open_chosen(options)
    systems = list_systems(store)
    if options.json:
        write_json(systems)
        return
    columns = ("code", "short_name", "name", "phase", "small_areas", "population")
    write(say_table(systems, columns))
    moved = list_moved(store)
    if moved:
        write("\nWhat moved between systems:")
        write("\n".join(f"  {sentence}" for sentence in moved))


def run_areas(options: argparse.Namespace) -> None:
    """Print the authorities of a system."""
    from context.listing import list_areas, say_table

    areas = list_areas(open_chosen(options), options.system)
    columns = ("code", "name", "level", "population", "share_inside")
    write_json(areas) if options.json else write(say_table(areas, columns))


def run_find(options: argparse.Namespace) -> None:
    """Print what a name, a code or a postcode means in an edition."""
    from context.find import find_area
    from context.listing import say_table

    store = open_chosen(options)
    found = find_area(" ".join(options.text), store, fit=store.fit)
    for notice in found.notices:
        say(notice)
    rows = [dict(row) for row in found.rows]
    columns = ("kind", "code", "name", "system", "edition")
    write_json(rows) if options.json else write(say_table(rows, columns))


def run_similar(options: argparse.Namespace) -> None:
    """Print the districts that are most like one, with their distance."""
    from context.listing import list_similar, say_table

    similar = list_similar(open_chosen(options), options.place)
    say(f"Compared by: {', '.join(similar['used'])}.")
    for gone in similar["left_out"]:
        say(f"Left out, since it is not loaded: {gone}.")
    write_json(similar) if options.json else write(
        say_table(similar["areas"], ("code", "name", "distance"))
    )


def run_compare(options: argparse.Namespace) -> None:
    """Print every measure, place beside place."""
    from context.listing import list_comparison, say_table

    if options.json and options.csv:
        raise RequestError("Give either --json or --csv, not both.")
    context = make_context(options)
    for notice in context.notices:
        say(notice)
    if options.csv:
        write(context.comparison.to_csv(index=False, lineterminator="\n"))
        return
    comparison = list_comparison(context)
    columns = ("measure", "role", "area_name", "value", "unit", "rank", "of", "difference")
    write_json(comparison) if options.json else write(say_table(comparison["rows"], columns))


def run_statements(options: argparse.Namespace) -> None:
    """Print the sentences with their evidence."""
    from context.listing import list_statements, say_markdown

    if options.json and options.markdown:
        raise RequestError("Give either --json or --markdown, not both.")
    context = make_context(options)
    write_json(list_statements(context)) if options.json else write(say_markdown(context))


def run_app(options: argparse.Namespace) -> None:
    """Start the dashboard on this machine."""
    import subprocess

    from context.palette import FOCUS

    start = Path(__file__).resolve().parent.parent / "app.py"
    if not 0 < options.port < 65536:
        raise RequestError("The port is a number from 1 to 65535.")
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
