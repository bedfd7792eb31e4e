"""The upload of a reader's own table, as the reader meets it, and what other sessions see of it."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from context.pages.upload import TABLE
from geodata.store import STARTER, open_store

PAGE = """
from context.pages.shown import View
from context.pages.upload import show_upload, with_own
from context.request import resolve_request
from geodata.store import open_store
import streamlit as st

below = open_store("2020")
store = with_own(below)
view = View(store=store, request=resolve_request(store, system="devon", focus=["plymouth"]))
show_upload(view)
st.text(store.build)
st.text(", ".join(view.context().notices))
"""
DEVON = "E54000037"


@pytest.fixture(autouse=True)
def _starter_alone(tmp_path, monkeypatch):
    assert STARTER.is_dir()
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))


def open_page():
    return AppTest.from_string(PAGE, default_timeout=60).run()


def give(app, text, name="Falls"):
    app.file_uploader[0].set_value(("values.csv", text.encode(), "text/csv"))
    app.text_input(key="own_name").set_value(name)
    return app.button[0].click().run()


def values_of_devon():
    return "\n".join(f"{code},{i}" for i, code in enumerate(open_store("2020").places(DEVON).index))


def test_a_table_is_shown_for_this_session_only_and_can_be_taken_away():
    app = give(open_page(), values_of_devon(), name="<b>Falls</b>")
    assert not app.exception
    assert not app.error
    assert "-own-" in app.text[0].value
    assert "user's own table" in app.text[1].value
    assert r"\<b\>Falls\<\/b\>" in app.markdown[0].value
    assert "707 values for small areas" in app.markdown[0].value.replace("\\", "")
    assert "-own-" not in open_page().text[0].value  # another reader at the same time
    app.button(key="own_forget").click().run()
    assert "-own-" not in app.text[0].value
    assert TABLE not in app.session_state


def test_a_table_that_cannot_be_used_is_answered_with_a_sentence():
    app = give(open_page(), "code,v\nE06000026,1\nE06000026,2")
    assert "stand more than once: E06000026" in app.error[0].value.replace("\\", "")
    assert "-own-" not in app.text[0].value
    app = open_page().button[0].click().run()
    assert app.error[0].value == "Choose a CSV file first."


def test_a_table_of_another_edition_rests_and_says_so():
    app = give(open_page(), values_of_devon())
    app.session_state[TABLE] = replace(app.session_state[TABLE], edition="2024")
    app.run()
    assert "-own-" not in app.text[0].value
    assert "edition 2024" in app.warning[0].value.replace("\\", "")
