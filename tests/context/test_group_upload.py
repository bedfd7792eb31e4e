"""A group of small areas given in the sidebar: the focus of every page, in this session only."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from context.pages import export
from geodata.store import open_store

APP = Path(__file__).resolve().parents[2] / "app.py"
DEVON, PLYMOUTH = "E54000037", "E06000026"
PAGES = ("In context", "Map", "Compare", "Life expectancy", "Export", "Data")


@pytest.fixture(autouse=True)
def _starter_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    export.shelf.clear()


def codes(count: int = 40) -> list[str]:
    places = open_store("2020").places(DEVON)
    return list(places.index[places["ltla_code"] == "E07000043"][:count])


def open_app(**link) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in link.items():
        app.query_params[key] = value
    return app.run()


def give(app: AppTest, text: str, name: str = "north coast.csv") -> AppTest:
    app.file_uploader(key="group_file").set_value((name, text.encode(), "text/csv"))
    return app.run()


def said(elements) -> str:
    return " ".join(element.value.replace("\\", "") for element in elements)


def test_a_group_becomes_the_focus_and_is_in_no_link():
    app = give(
        open_app(system=DEVON, focus=PLYMOUTH), "Around <b>Barnstaple</b>\n" + "\n".join(codes())
    )
    assert not app.exception
    assert not app.error
    assert said(app.title) == "Around <b>Barnstaple</b> in context"
    assert "Around <b>Barnstaple</b>**: 40 small areas" in said(app.sidebar.markdown)
    assert "in no link" in said(app.sidebar.markdown)
    assert app.sidebar.multiselect(key="focus").disabled
    assert "focus" not in app.query_params
    assert app.query_params["system"] in (DEVON, [DEVON])
    assert said(open_app(system=DEVON).title) == "Devon in context"  # another reader


def test_taking_the_file_away_brings_the_focus_back():
    app = give(open_app(system=DEVON, focus=PLYMOUTH), "\n".join(codes()))
    assert said(app.title) == "north coast in context"
    app.file_uploader(key="group_file").set_value(None)
    app.run()
    assert said(app.title) == "Plymouth in context"
    assert app.query_params["focus"] in (PLYMOUTH, [PLYMOUTH])


def test_two_groups_of_the_same_areas_keep_their_names():
    first = give(open_app(system=DEVON), "\n".join(codes()), "first.csv")
    second = give(open_app(system=DEVON), "\n".join(codes()), "second.csv")
    assert said(first.title) == "first in context"
    assert said(second.title) == "second in context"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nothing\nhere", "holds no small-area codes"),
        ("E01000001\nE01000002", "None of the 2 codes"),
        ("E01020032\nE01020032", "more than once: E01020032"),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_with_a_sentence(text, sentence):
    app = give(open_app(system=DEVON, focus=PLYMOUTH), text)
    assert not app.exception
    assert sentence in said(app.sidebar.error)
    assert "Until then there is no focus" in said(app.sidebar.error)
    assert said(app.title) == "Devon in context"


@pytest.mark.parametrize("page", ["map", "compare", "life_expectancy", "export", "data"])
def test_every_page_shows_the_group(page):
    script = f"""
from context.pages import {page}
from context.pages.shown import View, keep_store
from context.request import resolve_request
from geodata.store import open_store

store = keep_store(open_store())
request = resolve_request(store, system={DEVON!r}, small_areas={codes()!r})
view = View(store=store, request=request, group_name="North coast")
{page}.show(view)
import streamlit as st
st.text(view.file_stem())
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    assert not app.error
    if page != "data":
        assert "North coast" in said(app.title)
    assert app.text[-1].value.startswith(f"{DEVON}_group-of-40_2020_")
