"""The dashboard: what is asked stands in the sidebar and in the link, the pages show the answer.

Streamlit runs ``main`` again after every choice. Nothing is shared between readers but the pure
caches of ``context.pages``, whose keys name the build and the request, and the fetch of the
server.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from context.pages import compare, data, export, in_context, life_expectancy
from context.pages import map as map_page
from context.pages.asked import ask_in_sidebar
from context.pages.link import open_chosen, read_link
from context.pages.loading import show_loading_alone
from context.pages.shown import View, say_here, sentence
from context.pages.upload import with_own
from geodata.errors import InContextError

if TYPE_CHECKING:
    pass

PAGES: tuple[tuple[str, str, Callable[[View], None]], ...] = (
    ("In context", "in-context", in_context.show),
    ("Map", "map", map_page.show),
    ("Compare", "compare", compare.show),
    ("Life expectancy", "life-expectancy", life_expectancy.show),
    ("Export", "export", export.show),
    ("Data", "data", data.show),
)
LANGUAGE = "<script>document.documentElement.lang = 'en-GB'</script>"
STYLE = Path(__file__).parent / "templates" / "dashboard.css"


def main() -> None:
    """Draw the page that is open for what the sidebar asks."""
    st.set_page_config(layout="wide", page_title="In Context")
    problem, store, request, group = "", None, None, ""
    try:
        store, wrong = open_chosen()
        read_link(store, wrong)
        request, group = ask_in_sidebar(store)
        store = with_own(store)
    except InContextError as error:
        problem = str(error)
    view = None
    if store is not None and request is not None:
        view = View(store=store, request=request, group_name=group)
    pages = [_page(*page, view) for page in PAGES]
    # Streamlit gives its default page no path of its own, so that this one only leads on
    start = st.Page(
        lambda: st.switch_page(pages[0]), title="Start", default=True, visibility="hidden"
    )
    page = st.navigation([start, *pages])
    if problem:
        st.title("In Context")
        st.error(sentence(problem))
        show_loading_alone(store)
    else:
        for wrong_link in st.session_state.get("link_problems", ()):
            st.error(say_here(wrong_link))
        page.run()
    st.html(LANGUAGE, unsafe_allow_javascript=True)
    st.html(STYLE)


def _page(title: str, path: str, show: Callable[[View], None], view: View | None) -> Any:
    def shown() -> None:
        if view is None:
            return
        try:
            view.context()  # before anything is drawn, so that what is wrong stands alone
        except InContextError as error:
            st.title("In context")
            st.error(sentence(str(error)))
            return
        try:
            show(view)
        except InContextError as error:
            st.error(sentence(str(error)))

    return st.Page(shown, title=title, url_path=path)
