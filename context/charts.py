"""Charts of a context as pictures: PNG of 1920 by 1080 pixels or SVG, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal

from context.chart_data import ChartData, Charts, NotDrawn
from context.chart_fifths import make_groups_by_fifth, make_people_by_fifth
from context.chart_places import (
    default_measures_of,
    make_age_structure,
    make_comparison,
    make_positions,
)
from context.chart_years import make_years
from geodata.errors import NotAvailableError, RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from context.build import Context

Form = Literal["slide", "standalone"]
NARROW = 840
"""Pixels across of a chart on a phone, where its text is half as large as in the picture."""
NARROW_KINDS = ("dots", "stacked")
_LOCK = RLock()  # matplotlib is not made for several threads


def make_charts(context: Context, measures: tuple[str, ...] = ()) -> Charts:
    """Make every chart: comparisons of the measures given (else the defaults), then the others.

    A chart whose measures are missing is listed in ``not_drawn`` with the reason.
    """
    chosen = measures or tuple(measure.id for measure in default_measures_of(context))
    makers: dict[str, Callable[[Context], ChartData]] = {
        **{f"comparison-{name}": partial(make_comparison, measure_id=name) for name in chosen},
        "years_in_good_health": make_years,
        "people_by_fifth": make_people_by_fifth,
        "groups_by_fifth": make_groups_by_fifth,
        "age_structure": make_age_structure,
        "national_position": make_positions,
    }
    drawn: list[ChartData] = []
    not_drawn: list[NotDrawn] = []
    for name, make in makers.items():
        try:
            drawn.append(make(context))
        except NotAvailableError as error:
            not_drawn.append(NotDrawn(id=name, reason=str(error)))
    return Charts(tuple(drawn), tuple(not_drawn))


def make_figure(chart: ChartData, form: Form = "standalone", *, narrow: bool = False) -> Figure:
    """Lay a chart out on a figure of 1920 by 1080 pixels; ``slide`` has no title inside.

    ``narrow`` is the form for a phone: as wide as ``NARROW`` and as high as the rows need, for
    the kinds of chart in ``NARROW_KINDS``.
    """
    from context.chart_furniture import BODIES
    from context.chart_sheet import ChartSheet
    from context.sheet import HEIGHT, WIDTH

    titles, size = form == "standalone", (WIDTH, HEIGHT)
    if narrow and chart.kind in NARROW_KINDS:
        trial = ChartSheet(chart, with_titles=titles, size=(NARROW, HEIGHT))
        around = HEIGHT - trial.body.height
        key = 60 if chart.kind == "dots" else 130
        each = sum(key + 76 * len(panel.labels) for panel in chart.panels)
        size = (NARROW, round(around + each))
    sheet = ChartSheet(chart, with_titles=titles, size=size)
    BODIES[chart.kind](sheet, chart)
    return sheet.figure


def render_chart(
    chart: ChartData,
    *,
    form: Form = "standalone",
    file_format: Literal["png", "svg"] = "png",
    narrow: bool = False,
) -> bytes:
    """Draw one chart; ``slide`` has no title inside, ``standalone`` has title and subtitle.

    ``narrow`` is the form for a phone.
    """
    import matplotlib as mpl
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    from context.chart_sheet import flat_colours
    from context.png_file import write_png

    settings: dict[Any, Any] = {"svg.hashsalt": "incontext", "svg.fonttype": "none"}
    with _LOCK, mpl.rc_context(settings):
        figure = make_figure(chart, form, narrow=narrow)
        target = io.BytesIO()
        if file_format == "svg":
            about = {"Title": chart.title, "Description": chart.alt, "Date": None, "Creator": None}
            vector = FigureCanvasSVG(figure)
            vector.print_figure(target, format="svg", dpi=figure.dpi, metadata=about)
            return target.getvalue()
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        return write_png(pixels, flat_colours(), title=chart.title, words=chart.alt)


def write_chart(chart: ChartData, path: Path, form: Form = "standalone") -> None:
    """Write a chart as .png or .svg, by the name of the file."""
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise RequestError(
            f"A chart cannot be written as {path.name!r}: the name must end in .png or .svg."
        )
    file_format: Literal["png", "svg"] = "png" if kind == ".png" else "svg"
    path.write_bytes(render_chart(chart, form=form, file_format=file_format))
