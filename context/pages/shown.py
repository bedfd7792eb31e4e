"""What the pages share: the view, its caches, and text made safe for Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from context.build import Context, build_context
from context.request import Request
from indicators.catalogue import catalogue

if TYPE_CHECKING:
    import pandas as pd

    from context.layers import Ground, Layer
    from context.statements import Statements
    from geodata.store import Store

Key = tuple[str, str]
"""Folder and name of a build: with the request, the key of every cache."""
ACRONYMS = {"savi"}
COMMAND = "`incontext fetch`"


@dataclass(frozen=True, kw_only=True)
class View:
    """One request and the build that answers it."""

    store: Store
    request: Request

    @property
    def key(self) -> Key:
        """Return what names the build in the caches."""
        return build_key(self.store)

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

    def picture(self, measure: str, *, title: bool) -> bytes:
        """Return a still map as PNG, with or without a title inside."""
        return _picture(self.key, self.request, measure, title, self.store)

    def file_stem(self) -> str:
        """Return the start of the name of a file: system, focus and edition as codes."""
        focus = "-".join(self.request.focus)
        parts = (self.request.system, focus, self.request.edition)
        return "_".join(part for part in parts if part)


def build_key(store: Store) -> Key:
    """Return the folder and the name of a build."""
    return str(store.folder), store.build


def keep_store(store: Store) -> Store:
    """Return the store of this build that is already open, so that it is read once."""
    return _kept_store(build_key(store), store)


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept_store(key: Key, _store: Store) -> Store:
    return _store


@st.cache_resource(max_entries=32, show_spinner="Reading the figures")
def _context(key: Key, request: Request, _store: Store) -> Context:
    return build_context(request, _store)


@st.cache_resource(max_entries=32, show_spinner=False)
def _statements(key: Key, request: Request, _store: Store) -> Statements:
    from context.statements import make_statements

    return make_statements(_context(key, request, _store))


@st.cache_resource(max_entries=8, show_spinner="Reading the outlines")
def _ground(key: Key, request: Request, _store: Store) -> tuple[Ground, tuple[Layer, ...]]:
    from context.ground import read_ground, select_layers

    context = _context(key, request, _store)
    return read_ground(context), select_layers(context)


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def _web_map(key: Key, request: Request, _store: Store) -> str:
    from context.webmap import web_map_html

    ground, layers = _ground(key, request, _store)
    return web_map_html(ground, layers)


@st.cache_data(max_entries=64, show_spinner="Drawing the map")
def _picture(key: Key, request: Request, measure: str, title: bool, _store: Store) -> bytes:
    from context.maps import render_map

    ground, layers = _ground(key, request, _store)
    layer = next(layer for layer in layers if layer.measure == measure)
    return render_map(ground, layer, form="standalone" if title else "slide")


def escape(text: str) -> str:
    r"""Make text that stands as it is in Markdown: names come from data and from readers.

    >>> print(escape("A*b* <i>"))
    A\*b\* \<i\>
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def sentence(text: str) -> str:
    """Escape a notice or an error; the one command that they name is shown as a command."""
    return escape(text).replace(escape(COMMAND), COMMAND)


def indicator_name(indicator: str) -> str:
    """Return the title of an indicator, also of one that is not loaded.

    >>> indicator_name("savi"), indicator_name("life_expectancy")
    ('SAVI', 'Life expectancy')
    """
    known = catalogue().indicators.get(indicator)
    if known is not None:
        return known.title
    return indicator.upper() if indicator in ACRONYMS else indicator.replace("_", " ").capitalize()


def show_table(table: pd.DataFrame) -> None:
    """Show a table of text whose cells wrap; ``st.table`` reads Markdown, so all is escaped."""
    safe = table.map(lambda cell: escape(str(cell))).rename(columns=escape)
    st.table(safe, hide_index=True)


def show_notices(context: Context) -> None:
    """Show what must be known about the data, above everything else."""
    for notice in context.notices:
        st.info(sentence(notice))
