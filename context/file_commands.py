"""The commands of ``incontext`` that write files: map, pack, starter."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from context.commands import make_context, open_chosen, say
from context.pack_beside import second_process
from geodata.errors import InContextError, RequestError

if TYPE_CHECKING:
    from context.points import Point


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
    context = make_context(options)
    measure = choose_measure(context, indicator, options.measure)
    ground = read_ground(context)
    if output.suffix.lower() == ".html":
        from context.webmap import web_map_html

        chosen = tuple(dict.fromkeys([*default_measures(context), measure.id]))
        layers = select_layers(context, chosen)
        points = _read_points(options.points) if options.points else ()
        page = web_map_html(ground, layers, measure=measure.id, points=points)
        output.write_text(page, encoding="utf-8")
        return
    from context.maps import write_map

    write_map(ground, select_layers(context, (measure.id,))[0], output)


def _read_points(path: Path) -> tuple[Point, ...]:
    from context.points import read_points

    if not path.is_file():
        raise RequestError(f"There is no file {path}.")
    read = read_points(path.read_bytes(), locate=_locate)
    for problem in read.problems:
        say(problem)
    return read.points


def _locate(postcode: str) -> tuple[float, float] | None:
    from geodata.postcodes import locate

    say(f"Asking postcodes.io for {postcode}.")
    return locate(postcode)


def run_pack(options: argparse.Namespace) -> None:
    """Write the whole pack of one system, or of all."""
    template: Path | None = options.template
    if template is not None and not template.is_file():
        raise RequestError(f"There is no template {template}.")
    if options.all:
        if options.system or options.focus or options.peer:
            raise RequestError("--all makes the packs of every system: leave the names out.")
        from context.pack_all import write_packs

        failed = write_packs(
            open_chosen(options),
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
    with second_process() as beside:
        from context.pack import write_pack

        context = make_context(options)
        written = write_pack(context, options.output, template=template, beside=beside, report=say)
    say(f"The pack is in {options.output}." if written else "Nothing had to be made.")


def run_starter(options: argparse.Namespace) -> None:
    """Make the starter from a build, of its own edition where none is named."""
    from indicators.starter import EDITION, make_starter

    if options.edition is None and options.date is None:
        options = argparse.Namespace(**{**vars(options), "edition": EDITION})
    path = make_starter(open_chosen(options), options.output)
    say(f"The starter is in {path}.")
