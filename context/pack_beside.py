"""The charts and the data of a pack, which a second process writes beside the maps and the deck."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from context.build import Context

LIBRARIES = ("context.chart_furniture", "context.charts", "context.listing", "context.workbook")
"""What writing the charts and the data needs; only imported where it is used."""


@contextmanager
def second_process() -> Iterator[Executor | None]:
    """Start a process that reads its libraries while the context is built; None on one core."""
    if (os.cpu_count() or 1) < 2:
        yield None
        return
    # A fresh interpreter: a forked one would share the locks of the drawing library.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_read_libraries)
        yield pool


def _read_libraries() -> None:
    for name in LIBRARIES:
        import_module(name)


def write_charts_and_data(context: Context, folder: Path) -> None:
    """Write the charts as PNG, the workbook, the table and the statements."""
    from context.charts import make_charts, write_chart
    from context.listing import say_markdown
    from context.statements import make_statements
    from context.workbook import write_csv, write_workbook

    for chart in make_charts(context).drawn:
        write_chart(chart, folder / "charts" / f"{chart.id}.png")
    write_workbook(context, make_statements(context), folder / "context.xlsx")
    write_csv(context, folder / "context.csv")
    (folder / "statements.md").write_text(say_markdown(context) + "\n", encoding="utf-8")
