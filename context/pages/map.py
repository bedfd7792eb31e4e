"""The map page: the interactive map, a reader's own points, and the still picture of a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from context.overlay import catalogue_of
from context.pages.shown import Key, View, escape, note, sentence, show_notices
from context.pages.tables import show_table
from context.request import Request
from geodata.errors import InContextError

if TYPE_CHECKING:
    from context.layers import Layer
    from context.points import Locate, Point

HEIGHT = 780
LARGEST_MB = 1
HOW = (
    "Move over the map for the figures of a small area, choose one for all its figures. "
    "Two indicators can stand side by side, and the same figures as a table."
)
POINTS = (
    "A CSV file with a column `name` and one of `easting` and `northing`, `longitude` and "
    "`latitude`, or `postcode`; a column `type` gives each type a shape. At most 500 points. "
    "They stay in this session and are in no link."
)
CATCHMENT = (
    "A hospital's catchment is not its council: people of several councils use it, and people "
    "around it may go elsewhere. The table says what the small area is like in which a point "
    "stands, not what the people are like whom it serves."
)


def show(view: View) -> None:
    """Show the interactive map, ask for points and offer the picture of a chosen measure."""
    context = view.context()
    name = context.focus_name or context.system_short_name
    st.title(escape(f"{name} on the map"))
    show_notices(context)
    note(HOW)
    place = st.container()  # the map stands above the question that changes it
    points = _ask_points(view)
    with place:
        st.iframe(_page(view, points), height=HEIGHT, alt=f"Map of {context.system_name}")
    _list_points(view, points)
    _offer_picture(view)


def _ask_points(view: View) -> tuple[Point, ...]:
    """Ask for a file of points; say row by row what cannot be used."""
    from context.points import read_points

    with st.expander("Show points of your own, such as the providers to be visited"):
        st.markdown(POINTS)
        locate = _postcodes()
        file = st.file_uploader(
            "Points (CSV)", type=["csv", "txt"], key="points_file", max_upload_size=LARGEST_MB
        )
        if file is None:
            return ()
        try:
            read = read_points(file.getvalue(), locate=locate)
        except InContextError as error:
            st.error(sentence(str(error)))
            return ()
        if read.problems:
            rows = "\n".join(f"- {escape(problem)}" for problem in read.problems)
            st.warning(f"These rows are not shown:\n\n{rows}")
        return read.points


def _postcodes() -> Locate | None:
    """Ask whether postcodes may be sent away to be found; return what finds them, else None."""
    from geodata.postcodes import locate

    asked = st.checkbox(
        "Find postcodes through postcodes.io: each one is sent there, nothing else is",
        key="points_postcodes",
    )
    return locate if asked else None


def _list_points(view: View, points: tuple[Point, ...]) -> None:
    if not points:
        return
    from context.points import describe_points

    ground, layers = view.ground()
    st.header("The points and their small areas")
    st.info(CATCHMENT)
    show_table(describe_points(points, ground, layers))


def _offer_picture(view: View) -> None:
    from context.maps import alt_text

    ground, layers = view.ground()
    titles = {layer.measure: f"{layer.title}, {layer.period}" for layer in layers}
    st.header("A picture to use elsewhere")
    measure = st.selectbox(
        "Measure", list(titles), format_func=lambda key: titles[key], key="picture_measure"
    )
    layer = next(layer for layer in layers if layer.measure == measure)
    st.download_button(
        "Download this map as PNG",
        lambda: view.picture(layer.measure),
        file_name=f"{view.file_stem()}_{layer.measure}.png",
        mime="image/png",
        on_click="ignore",
    )
    note(f"Text for readers who cannot see it: {alt_text(ground, layer)}")


def _page(view: View, points: tuple[Point, ...]) -> str:
    """Return the map as a page; one with points is kept in the session and nowhere else."""
    if not points:
        st.session_state.pop("map_with_points", None)
        return _plain_page(view.key, view.request, view)
    asked = (view.key, view.request, points)
    kept = st.session_state.get("map_with_points")
    if kept is None or kept[0] != asked:
        kept = st.session_state["map_with_points"] = (asked, _draw(view, points))
    page: str = kept[1]
    return page


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def _plain_page(key: Key, request: Request, _view: View) -> str:
    return _draw(_view, ())


def _draw(view: View, points: tuple[Point, ...]) -> str:
    from context.webmap import web_map_html

    ground, defaults = view.ground()
    layers = _all_layers(view.key, view.request, view)
    return web_map_html(ground, layers, measure=defaults[0].measure, points=points)


@st.cache_resource(max_entries=8, show_spinner=False)
def _all_layers(key: Key, request: Request, _view: View) -> tuple[Layer, ...]:
    """Return a layer of every measure that small areas have, in the order of the topic."""
    from context.ground import select_layers

    _, defaults = _view.ground()
    loaded = _view.store.measures
    rank = {layer.indicator: i for i, layer in enumerate(defaults)}
    first = {layer.measure for layer in defaults}
    entries = catalogue_of(_view.store).measures.values()
    mapped = [m for m in entries if m.is_of_small_areas and m.id in loaded]
    mapped.sort(key=lambda m: (rank.get(m.indicator, len(rank)), m.id not in first))
    measures = tuple(measure.id for measure in mapped)
    return select_layers(_view.context(), measures, said=_view.statements())
