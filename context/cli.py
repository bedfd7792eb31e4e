"""The command ``incontext``: one sentence on standard error and a non-zero exit where it fails.

Nothing heavy is imported before a command needs it, so that ``incontext --help`` is instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from context import commands, file_commands
from geodata.errors import InContextError
from geodata.progress import MODES

FIND = "place or postcode to its areas; a postcode is sent to postcodes.io, nothing else is"
POINTS = "name and easting/northing, longitude/latitude or postcode, drawn on the .html map"
PACK = "maps, charts, deck, workbook and data in one folder"
GROUP = "a file of small-area codes, one per line, as the focus"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except InContextError as error:
        commands.say(f"incontext: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        commands.say("incontext: stopped; the last good data stay in use.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a full disk, a folder in place of a file, a name too long
        where = f" to {str(error.filename)[:200]}" if error.filename else ""
        commands.say(f"incontext: The answer cannot be written{where}: {error.strerror}.")
        return 1
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Declare the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="incontext",
        description="The population context of an English health system and a place in it.",
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")

    fetch = _command(parsers, "fetch", commands.run_fetch, "download, check and store an edition")
    fetch.add_argument("--file", action="append", default=[], metavar="DATASET=PATH")
    fetch.add_argument("--refresh", action="store_true", help="ask the publishers for all anew")
    fetch.add_argument("--progress", choices=MODES, default="auto", help="how it is shown")

    status = _command(
        parsers, "status", commands.run_status, "what is loaded, from where, what is missing"
    )
    systems = _command(
        parsers, "systems", commands.run_systems, "the health systems, codes and aliases"
    )
    areas = _command(parsers, "areas", commands.run_areas, "the authorities of a system")
    areas.add_argument("system", metavar="SYSTEM")
    compare = _command(
        parsers, "compare", commands.run_compare, "every measure, place beside place"
    )
    compare.add_argument("--csv", action="store_true")
    statements = _command(
        parsers, "statements", commands.run_statements, "the sentences with their evidence"
    )
    statements.add_argument("--topic", default="older_people")
    statements.add_argument("--markdown", action="store_true")
    for command in (status, systems, areas, compare, statements):
        command.add_argument("--json", action="store_true")
    still = _command(parsers, "map", file_commands.run_map, "one map as .png, .svg or .html")
    still.add_argument("indicator", metavar="INDICATOR")
    still.add_argument("--measure", default="")
    still.add_argument("--points", type=Path, default=None, metavar="FILE.csv", help=POINTS)
    still.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    pack = _command(
        parsers, "pack", file_commands.run_pack, "maps, charts, deck, workbook and data"
    )
    pack.add_argument("--topic", default="older_people")
    pack.add_argument("--template", type=Path, default=None, metavar="FILE.pptx")
    pack.add_argument("--all", action="store_true", help="one pack for every system")
    pack.add_argument("--jobs", type=int, default=2, metavar="N", help="with --all, packs at once")
    pack.add_argument("-o", "--output", required=True, type=Path, metavar="DIR")
    for command in (compare, statements, still, pack):
        command.add_argument("--system", required=command is not pack)
        command.add_argument("--focus", action="append", default=[])
        command.add_argument("--peer", action="append", default=[])
        command.add_argument("--focus-file", type=Path, default=None, metavar="FILE", help=GROUP)
        command.add_argument("--extent", choices=("whole", "inside"), default="")
    find = _command(parsers, "find", commands.run_find, FIND)
    find.add_argument("text", metavar="TEXT", nargs="+")
    similar = _command(parsers, "similar", commands.run_similar, "the districts most like one")
    similar.add_argument("place", metavar="PLACE")
    for command in (find, similar):
        command.add_argument("--json", action="store_true")
    app = _command(parsers, "app", commands.run_app, "the dashboard on this machine")
    app.add_argument("--port", type=int, default=8501)
    starter = _command(
        parsers, "starter", file_commands.run_starter, "make the starter from a build"
    )
    starter.add_argument("-o", "--output", required=True, type=Path, metavar="DIR")
    return parser


def _command(parsers: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = parsers.add_parser(name, help=words, description=words)
    command.add_argument("--edition", default=None, help="2020, 2024 or 2026")
    command.add_argument("--date", default=None, metavar="YYYY-MM-DD", help="of the review")
    command.set_defaults(run=run)
    return command
