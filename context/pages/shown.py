"""What the pages share: the view, its caches, and text made safe for Markdown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from context.build import Context, build_context
from context.earlier import earlier_build
from context.fetching import is_allowed
from context.overlay import catalogue_of
from context.request import Request, is_small_area
from context.wording import say_join

if TYPE_CHECKING:
    import pandas as pd

    from context.chart_data import ChartData, Charts
    from context.layers import Ground, Layer
    from context.statements import Statements
    from geodata.store import Store

Key = tuple[str, ...]
"""Folder and name of a build and the name of a group: with the request, the key of every cache."""
ABSENT = "–"
ACRONYMS = {"savi"}
COMMAND = re.compile(r"`?(incontext fetch(?: --edition \d{4}| --file \w+=\w+| --refresh)*)`?")
"""The command that notices and errors name."""
TO_LOAD = re.compile(r"Run `incontext fetch(?: --edition \d{4})?` to load all of England\.")
LOAD_ON_DATA = "The page Data loads all of England."
LOAD_BELOW = "It can be loaded below."
ASK_TO_LOAD = "Ask whoever runs this server to load all of England."
WIDEST_NAME = 290
"""Pixels for the names of places in a table of figures."""
MOST_CODES_IN_A_NAME = 6
"""More codes than these would make a file name that some systems refuse."""
GLOSSARY = {
    "small area": "A lower layer super output area (LSOA): about 1,500 people, the smallest area "
    "for which these figures are published.",
    "fifth": "All areas of England of the same kind, put in order and cut into five groups of "
    "equal number.",
    "interval": "A range in which the true figure very likely lies: the 95% confidence interval "
    "that the publisher gives.",
    "rest": "The system without the focus; the places compared with are part of it where they lie "
    "in the system.",
    "position": "The place among areas of the same kind in England, counted from the lowest value.",
    "difference": "The place's figure minus England's, taken before rounding.",
}


@dataclass(frozen=True, kw_only=True)
class View:
    """One request and the build that answers it; a focus of small areas has a name of its own."""

    store: Store
    request: Request
    group_name: str = ""

    @property
    def key(self) -> Key:
        """Return what names the build, and the group, in the caches."""
        return (*build_key(self.store), self.group_name)

    @property
    def has_group(self) -> bool:
        """Say whether the focus is a group of small areas that the reader gave."""
        return any(is_small_area(code) for code in self.request.focus)

    def context(self) -> Context:
        """Return the answer to the request."""
        return _context(self.key, self.request, self.store)

    def statements(self) -> Statements:
        """Return what may be said."""
        return _statements(self.key, self.request, self.store)

    def ground(self) -> tuple[Ground, tuple[Layer, ...]]:
        """Return what the maps draw."""
        return _ground(self.key, self.request, self.store)

    def web_map(self) -> str:
        """Return the interactive map as a page."""
        return _web_map(self.key, self.request, self.store)

    def picture(self, measure: str) -> bytes:
        """Return a still map as PNG with titles, legend and source inside."""
        return _picture(self.key, self.request, measure, self.store)

    def small_map(self, measure: str) -> bytes:
        """Return a map as PNG that is readable in a narrow column, without its legend."""
        return _small_map(self.key, self.request, measure, self.store)

    def charts(self, measures: tuple[str, ...] = ()) -> Charts:
        """Return the charts, with comparisons of the measures given, else of the defaults."""
        return _charts(self.key, self.request, measures, self.store)

    def chart_picture(self, chart: ChartData) -> bytes:
        """Return a chart as PNG with its titles inside, for a phone in a narrow form."""
        return _chart_picture(self.key, self.request, chart.id, is_phone(), chart)

    def file_name(self, ending: str) -> str:
        """Return the name of a file made today for this request."""
        return f"{self.file_stem()}_{ending}"

    def file_stem(self) -> str:
        """Return the start of a file's name: system, focus, edition (codes) and today's date."""
        request = self.request
        focus = "-".join(request.focus[:MOST_CODES_IN_A_NAME])
        if self.has_group:
            focus = f"group-of-{len(request.focus)}"
        elif len(request.focus) > MOST_CODES_IN_A_NAME:
            focus += f"-and-{len(request.focus) - MOST_CODES_IN_A_NAME}"
        parts = (request.system, focus, request.edition, dt.date.today().isoformat())
        return "_".join(part for part in parts if part)


def build_key(store: Store) -> tuple[str, str]:
    """Return the folder and the name of a build, and of the one before that it looks back at."""
    return str(store.folder), f"{store.build}+{earlier_build(store)}"


def keep_store(store: Store) -> Store:
    """Return the store of this build that is already open, so that it is read once."""
    return _kept_store(build_key(store), store)


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept_store(key: tuple[str, str], _store: Store) -> Store:
    return _store


@st.cache_resource(max_entries=32, show_spinner="Reading the figures")
def _context(key: Key, request: Request, _store: Store) -> Context:
    return build_context(request, _store, group_name=key[2])


@st.cache_resource(max_entries=32, show_spinner=False)
def _statements(key: Key, request: Request, _store: Store) -> Statements:
    from context.statements import make_statements

    return make_statements(_context(key, request, _store))


@st.cache_resource(max_entries=8, show_spinner="Reading the outlines")
def _ground(key: Key, request: Request, _store: Store) -> tuple[Ground, tuple[Layer, ...]]:
    from context.ground import read_ground, select_layers

    context = _context(key, request, _store)
    said = _statements(key, request, _store)
    return read_ground(context), select_layers(context, said=said)


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def _web_map(key: Key, request: Request, _store: Store) -> str:
    from context.webmap import web_map_html

    ground, layers = _ground(key, request, _store)
    return web_map_html(ground, layers)


@st.cache_data(max_entries=64, show_spinner="Drawing the map")
def _picture(key: Key, request: Request, measure: str, _store: Store) -> bytes:
    from context.maps import render_map

    ground, layers = _ground(key, request, _store)
    return render_map(ground, next(layer for layer in layers if layer.measure == measure))


@st.cache_data(max_entries=64, show_spinner="Drawing the map")
def _small_map(key: Key, request: Request, measure: str, _store: Store) -> bytes:
    from context.maps import render_small_map

    ground, layers = _ground(key, request, _store)
    return render_small_map(ground, next(layer for layer in layers if layer.measure == measure))


@st.cache_resource(max_entries=32, show_spinner="Preparing the charts")
def _charts(key: Key, request: Request, measures: tuple[str, ...], _store: Store) -> Charts:
    from context.charts import make_charts

    return make_charts(_context(key, request, _store), measures)


@st.cache_data(max_entries=64, show_spinner="Drawing the chart")
def _chart_picture(
    key: Key, request: Request, chart_id: str, narrow: bool, _chart: ChartData
) -> bytes:
    from context.charts import render_chart

    return render_chart(_chart, narrow=narrow)


def is_phone() -> bool:
    """Say whether the reader's browser calls itself one of a phone."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def escape(text: str) -> str:
    r"""Make text that stands as it is in Markdown: names come from data and from readers.

    >>> print(escape("A*b* <i>"))
    A\*b\* \<i\>
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def sentence(text: str) -> str:
    """Escape a notice or an error; the commands that it names are shown as commands."""
    parts = COMMAND.split(text)
    return "".join(f"`{part}`" if at % 2 else _escape_part(part) for at, part in enumerate(parts))


def _escape_part(part: str) -> str:
    """Escape a part of a text, with the spaces at its ends."""
    left = " " if part[:1].isspace() else ""
    right = " " if part[-1:].isspace() and part.strip() else ""
    return f"{left}{escape(part)}{right}"


def say_here(text: str, remedy: str = LOAD_ON_DATA) -> str:
    """Escape a notice as ``sentence`` does; a page that loads data stands for the command."""
    return sentence(TO_LOAD.sub(how_to_load(remedy), text))


def how_to_load(remedy: str = LOAD_ON_DATA) -> str:
    """Say how all of England is loaded here: by a page, or by whoever runs the server."""
    return remedy if is_allowed() else ASK_TO_LOAD


def indicator_name(store: Store, indicator: str) -> str:
    """Return the title of an indicator, also of one that is not loaded."""
    known = catalogue_of(store).indicators.get(indicator)
    if known is not None:
        return known.title
    return indicator.upper() if indicator in ACRONYMS else indicator.replace("_", " ").capitalize()


def show_notices(context: Context) -> None:
    """Show what must be known about the data above everything else, in one box."""
    if context.notices:
        st.info(" ".join(say_here(notice) for notice in context.notices))


def note(text: str) -> None:
    """Show a small line of text; in full ink, since grey on grey is hard to read."""
    st.markdown(f":small[{escape(text)}]")


def show_chart(view: View, chart: ChartData) -> None:
    """Show a chart as a picture with its text alternative."""
    st.image(view.chart_picture(chart), alt=chart.alt, width="stretch")


def say_why_not(reasons: Iterable[tuple[str, str]]) -> None:
    """Say under a table which places have no value and why, from pairs of place and reason."""
    places: dict[str, list[str]] = {}
    for place, reason in reasons:
        if reason and place not in places.setdefault(reason, []):
            places[reason].append(place)
    for reason, names in places.items():
        note(f"No value for {say_join(names)}: {reason}.")


def number_format(unit: str, decimals: int) -> str:
    """Return how a figure is written: thousands separators, "%" where the unit is percent."""
    return f"{{:,.{decimals}f}}{'%' if unit == '%' else ''}"


def _always(text: str) -> Callable[[object], str]:
    return lambda _: text


def show_figures(
    table: pd.DataFrame,
    written: Mapping[str, list[str]],
    *,
    words: Mapping[str, str],
    widths: Mapping[str, int],
    alt: str,
) -> None:
    """Show a table that sorts by its figures while each cell reads as it is written.

    ``written`` gives, per column of figures, the text of each row; ``words`` explain columns on
    hover; ``widths`` are in pixels; the first column is as wide as its longest name needs.
    """
    first = str(table.columns[0])
    longest = max((len(str(name)) for name in table[first]), default=0)
    widths = {**widths, first: min(WIDEST_NAME, max(150, 25 + 7 * longest))}
    style = table.style
    for name, texts in written.items():
        for at, text in zip(table.index, texts, strict=True):
            style = style.format(_always(text), subset=(at, name))
    st.dataframe(
        style,
        hide_index=True,
        width="stretch",
        height="content",  # as high as its rows, so that nothing scrolls inside the page
        placeholder=ABSENT,
        alt=alt,
        column_config={
            name: st.column_config.Column(help=words.get(name), width=widths.get(name))
            for name in table.columns
        },
    )
