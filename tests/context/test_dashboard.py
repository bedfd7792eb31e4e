from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from context.pages.compare import difference, ordinal, with_unit
from context.pages.data import day
from context.pages.shown import escape
from geodata.store import MANIFEST, STARTER
from indicators.catalogue import catalogue

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = ("in_context", "map", "compare", "data")
DEVON, PLYMOUTH, TORBAY, EXETER = "E54000037", "E06000026", "E06000027", "E07000041"


@pytest.fixture(autouse=True)
def _starter_alone(tmp_path, monkeypatch):
    assert (STARTER / MANIFEST).is_file(), "the starter is missing: run `incontext starter`"
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))


def open_app(**link: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in link.items():
        app.query_params[key] = value
    return app.run()


def texts(elements) -> list[str]:
    return [element.value.replace("\\", "") for element in elements]


def sound(app: AppTest) -> bool:
    return not app.exception and not app.error


def test_the_starter_opens_on_plymouth_and_says_that_it_is_the_starter():
    app = open_app()
    assert sound(app)
    assert texts(app.header) == ["Plymouth in context"]
    assert any("This is the starter" in text for text in texts(app.info))
    assert app.sidebar.multiselect(key="focus").value == [PLYMOUTH]
    assert app.sidebar.multiselect(key="peers").value == [TORBAY]
    assert any("Only these are loaded" in text for text in texts(app.sidebar.caption))


def test_every_statement_has_its_evidence_and_its_rule():
    app = open_app()
    under = [e for e in app.expander if e.label == "Evidence and how to answer a challenge"]
    assert under
    assert all(len(expander.table) == 1 for expander in under)
    assert all("**Rule**" in texts(expander.markdown) for expander in under)
    assert any(e.label == "Considered and not said" for e in app.expander)


def test_a_link_reopens_its_view():
    app = open_app(
        edition="2020", system=DEVON, focus=[EXETER], peer=[PLYMOUTH, TORBAY], topic="cancer"
    )
    assert sound(app)
    assert texts(app.header) == ["Exeter in context"]
    assert app.sidebar.multiselect(key="peers").value == [PLYMOUTH, TORBAY]
    assert app.sidebar.selectbox(key="topic").value == "cancer"


def test_a_link_with_the_system_alone_has_no_focus():
    app = open_app(system=DEVON)
    assert sound(app)
    assert texts(app.header) == ["Devon in context"]


def test_a_choice_is_written_into_the_link():
    app = open_app()
    app.sidebar.multiselect(key="focus").set_value([EXETER]).run()
    assert sound(app)
    assert texts(app.header) == ["Exeter in context"]
    assert app.query_params["focus"] in (EXETER, [EXETER])
    assert app.query_params["system"] in (DEVON, [DEVON])


@pytest.mark.parametrize(
    "link",
    [
        {"system": "E99"},
        {"system": "<b>x</b>"},
        {"system": DEVON, "focus": "E09000001"},
        {"system": DEVON, "focus": "nowhere"},
        {"system": DEVON, "peer": "nowhere"},
        {"topic": "football"},
        {"edition": "1999"},
        {"edition": "2024"},
    ],
)
def test_what_a_link_asks_in_vain_is_one_sentence_and_the_page_stays_usable(link):
    app = open_app(**link)
    assert not app.exception
    assert len(app.error) == 1
    assert texts(app.header)
    app.sidebar.multiselect(key="focus").set_value([EXETER]).run()
    assert sound(app)
    assert texts(app.header) == ["Exeter in context"]


def test_an_unreadable_store_is_one_sentence(tmp_path):
    (tmp_path / "2020").mkdir()
    (tmp_path / "2020" / "current").write_text("gone\n")
    app = open_app()
    assert not app.exception
    assert len(app.error) == 1
    assert "incontext fetch" in texts(app.error)[0]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("focus", [[], [PLYMOUTH], [PLYMOUTH, EXETER]])
def test_each_page_runs_with_and_without_a_focus(page, focus):
    script = f"""
from context.pages import {page}
from context.pages.shown import View, keep_store
from context.request import resolve_request
from geodata.store import open_store

store = keep_store(open_store())
request = resolve_request(store, system={DEVON!r}, focus={focus!r}, peers=[{TORBAY!r}])
{page}.show(View(store=store, request=request))
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    assert sound(app)
    assert texts(app.header)


def test_the_table_shows_focus_peer_rest_system_and_england_then_all_authorities():
    script = f"""
from context.pages import compare
from context.pages.shown import View, keep_store
from context.request import resolve_request
from geodata.store import open_store

store = keep_store(open_store())
request = resolve_request(store, system={DEVON!r}, focus=[{PLYMOUTH!r}], peers=[{TORBAY!r}])
compare.show(View(store=store, request=request))
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    places = ["Plymouth", "Torbay", "The rest of Devon", "Devon", "England"]
    assert app.dataframe[0].value["Place"].tolist() == places
    app.toggle(key="table_everyone").set_value(True).run()
    assert "East Devon" in app.dataframe[0].value["Place"].tolist()


def test_text_is_shown_as_it_stands():
    assert escape("*a* <i> $x$ [b](c)") == r"\*a\* \<i\> \$x\$ \[b\]\(c\)"


def test_figures_are_written_in_the_way_of_their_measure():
    share = catalogue().measures["share_65_plus"]
    assert with_unit(18.264, share) == "18.3%"
    assert with_unit(float("nan"), share) == "–"
    row = {"role": "peer", "difference": -1.25}
    assert difference(row, share) == "−1.2 percentage points"
    assert difference({"role": "peer", "difference": pd.NA}, share) == "–"
    assert [ordinal(n) for n in (1, 2, 3, 11, 112, 121)] == [
        "1st", "2nd", "3rd", "11th", "112th", "121st",
    ]  # fmt: skip
    assert day("2026-11-03T05:57:18+00:00") == "3 November 2026"
    assert day("") == "not recorded"
