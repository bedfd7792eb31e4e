import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from context.dashboard import PAGES as DECLARED
from context.own_table import read_values
from context.pages import export
from context.pages.compare import difference, figures, suggest_peers, with_unit
from context.pages.data import day
from context.pages.shown import escape, sentence
from context.request import Request
from geodata.store import MANIFEST, STARTER, open_store
from indicators.catalogue import catalogue

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = ("in_context", "map", "compare", "life_expectancy", "export", "data")
DEVON, PLYMOUTH, TORBAY, EXETER = "E54000037", "E06000026", "E06000027", "E07000041"
DEVON_COUNTY = "E10000008"


@pytest.fixture(autouse=True)
def _starter_alone(tmp_path, monkeypatch):
    assert (STARTER / MANIFEST).is_file(), "the starter is missing: run `incontext starter`"
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    export.shelf.clear()


def open_app(**link: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in link.items():
        app.query_params[key] = value
    return app.run()


def texts(elements) -> list[str]:
    return [element.value.replace("\\", "") for element in elements]


def html_of(block) -> str:
    return "".join(element.proto.body for element in block.get("html"))


def sound(app: AppTest) -> bool:
    return not app.exception and not app.error


def main_heading(app: AppTest) -> list[str]:
    return texts(app.title) or texts(app.header)[:1]


def open_page(page: str, *, focus: list[str], peers: tuple[str, ...] = (TORBAY,)) -> AppTest:
    script = f"""
from context.pages import {page}
from context.pages.shown import View, keep_store
from context.request import resolve_request
from geodata.store import open_store

store = keep_store(open_store())
request = resolve_request(store, system={DEVON!r}, focus={focus!r}, peers={list(peers)!r})
{page}.show(View(store=store, request=request))
"""
    return AppTest.from_string(script, default_timeout=60).run()


def test_the_starter_opens_on_plymouth_and_says_that_it_is_the_starter():
    app = open_app()
    assert sound(app)
    assert texts(app.title) == ["Plymouth in context"]
    assert len(app.info) == 1  # several notices, one box
    assert "This is the starter" in texts(app.info)[0]
    assert "edition 2024 has newer ones" in texts(app.info)[0]
    assert app.sidebar.multiselect(key="focus").value == [PLYMOUTH]
    assert app.sidebar.multiselect(key="peers").value == [TORBAY]
    assert any("Only these are loaded" in text for text in texts(app.sidebar.markdown))


def opened_sentences(app: AppTest) -> list:
    return [e for e in app.expander if e.label == "Evidence and how to answer a challenge"]


@pytest.mark.parametrize("form", ["Short", "Long"])
def test_every_statement_has_its_evidence_its_rule_and_its_sources(form):
    app = open_app()
    app.button_group(key="form").set_value(form).run()
    assert sound(app)
    under = opened_sentences(app)
    assert under
    for expander in under:
        said = texts(expander.markdown)
        assert "<table" in html_of(expander)
        for part in ("Evidence", "Rule", "Sources", "If challenged"):
            assert any(text.startswith(f"**{part}") for text in said), part
    assert any(e.label == "Considered and not said" for e in app.expander)


def test_the_short_form_comes_first_and_has_at_most_five_sentences():
    app = open_app()
    short = opened_sentences(app)
    assert 1 <= len(short) <= 5
    assert texts(app.header)[0] == "In brief"
    app.button_group(key="form").set_value("Long").run()
    assert len(opened_sentences(app)) > 5
    assert {"Deprivation", "Life expectancy"} <= set(texts(app.header))


def test_both_forms_can_be_copied_as_text_with_their_sources():
    app = open_app()
    short = app.code[0].value
    app.button_group(key="form").set_value("Long").run()
    long = app.code[0].value
    for text in (short, long):
        assert text.startswith("Plymouth in context")
        assert "Office for National Statistics" in text
        assert "\\" not in text
    assert len(long) > 3 * len(short)


def test_a_link_reopens_its_view():
    app = open_app(
        edition="2020", system=DEVON, focus=[EXETER], peer=[PLYMOUTH, TORBAY], topic="cancer"
    )
    assert sound(app)
    assert texts(app.title) == ["Exeter in context"]
    assert app.sidebar.multiselect(key="peers").value == [PLYMOUTH, TORBAY]
    assert app.sidebar.selectbox(key="topic").value == "cancer"


def test_a_link_with_the_system_alone_has_no_focus():
    app = open_app(system=DEVON)
    assert sound(app)
    assert texts(app.title) == ["Devon in context"]


def test_a_focus_without_a_system_opens_in_its_own_system():
    app = open_app(edition="2020", focus="exeter")
    assert sound(app)
    assert texts(app.title) == ["Exeter in context"]
    assert app.query_params["system"] in (DEVON, [DEVON])
    unknown = open_app(focus="Atlantis")
    assert not unknown.exception
    assert "Atlantis" in texts(unknown.error)[0]


@pytest.mark.parametrize(("name", "said"), [("Devon", ""), ("Mercia", "Mercia is no system of")])
def test_a_system_whose_code_changed_between_editions_stays_and_a_lost_one_is_said(name, said):
    script = f"""
import streamlit as st
from context.pages.asked import ask_in_sidebar
from geodata.store import open_store

left = dict(system="E54999999", system_name={name!r}, focus=[{EXETER!r}], peers=[], topic="cancer")
if "left" not in st.session_state:  # what another edition left in the session
    st.session_state.update(left=True, **left)
request, _ = ask_in_sidebar(open_store())
st.text(request.system + " ".join(request.focus))
st.text(" ".join(st.session_state.get("link_problems", ())))
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    shown, problem = (element.value for element in app.text)
    assert shown == DEVON + EXETER
    assert problem.startswith(said)
    assert bool(problem) == bool(said)


def test_a_place_is_not_compared_with_itself():
    app = open_app(system=DEVON, focus=[PLYMOUTH], peer=[PLYMOUTH, TORBAY])
    assert "Plymouth is the focus" in texts(app.error)[0]
    assert app.sidebar.multiselect(key="peers").value == [TORBAY]
    app.sidebar.multiselect(key="focus").set_value([TORBAY]).run()
    assert sound(app)
    assert app.sidebar.multiselect(key="peers").value == []


def test_a_request_that_cannot_be_answered_keeps_a_title_and_says_why():
    app = open_app(system=DEVON, focus=[DEVON_COUNTY, EXETER])
    assert not app.exception
    assert texts(app.title) == ["In context"]
    assert "lies inside another focus" in texts(app.error)[0]


def test_a_choice_is_written_into_the_link():
    app = open_app()
    app.sidebar.multiselect(key="focus").set_value([EXETER]).run()
    assert sound(app)
    assert texts(app.title) == ["Exeter in context"]
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
    assert main_heading(app)
    app.sidebar.multiselect(key="focus").set_value([EXETER]).run()
    assert sound(app)
    assert texts(app.title) == ["Exeter in context"]


def test_an_unreadable_store_is_one_sentence(tmp_path):
    (tmp_path / "2020").mkdir()
    (tmp_path / "2020" / "current").write_text("gone\n")
    app = open_app()
    assert not app.exception
    assert len(app.error) == 1
    assert "incontext fetch" in texts(app.error)[0]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("focus", [[], [PLYMOUTH], [PLYMOUTH, EXETER], [DEVON_COUNTY]])
def test_each_page_runs_with_and_without_a_focus(page, focus):
    app = open_page(page, focus=focus)
    assert sound(app)
    assert len(main_heading(app)) == 1


def test_the_pages_stand_in_their_order_under_their_own_paths():
    assert [path for _, path, _ in DECLARED] == [
        "in-context", "map", "compare", "life-expectancy", "export", "data",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "topic", ["older_people", "urgent_care", "cancer", "learning_disability", "mental_health"]
)
def test_every_topic_can_be_chosen(topic):
    app = open_app()
    app.sidebar.selectbox(key="topic").set_value(topic).run()
    assert sound(app)
    assert app.query_params["topic"] in (topic, [topic])


def test_names_in_a_link_become_codes():
    app = open_app(system="devon", focus=["plymouth"], peer=["Torbay"])
    assert sound(app)
    assert app.query_params["system"] in (DEVON, [DEVON])
    assert app.query_params["peer"] in (TORBAY, [TORBAY])
    assert texts(app.title) == ["Plymouth in context"]


def test_the_table_shows_focus_peer_rest_system_and_england_then_all_authorities():
    app = open_page("compare", focus=[PLYMOUTH])
    places = ["Plymouth", "Torbay", "The rest of Devon", "Devon system", "England"]
    assert app.dataframe[0].value["Place"].tolist() == places
    app.toggle(key="table_everyone").set_value(True).run()
    shown = app.dataframe[0].value
    assert "East Devon" in shown["Place"].tolist()
    assert not shown.duplicated(["Place", "National position"]).any()


def test_measures_are_chosen_by_indicator_and_each_can_be_compared():
    app = open_page("compare", focus=[PLYMOUTH])
    for indicator in app.selectbox(key="compared_indicator").options:
        app.selectbox(key="compared_indicator").select(indicator).run()
        assert sound(app), indicator
        measures = app.selectbox[1].options
        app.selectbox[1].select(measures[-1]).run()
        assert sound(app), measures[-1]
        assert texts(app.header)[0] == measures[-1]


def test_a_place_without_a_value_says_why():
    app = open_page("compare", focus=[PLYMOUTH])
    app.selectbox(key="compared_indicator").select("Life expectancy").run()
    assert any(
        "No value for the rest of Devon and the Devon system: published for whole authorities only"
        in text
        for text in texts(app.markdown)
    )


def test_figures_sort_as_numbers_and_read_as_they_are_written():
    store = open_store()
    from context.build import build_context

    request = Request(edition="2020", system=DEVON, focus=(PLYMOUTH,), peers=(TORBAY,))
    comparison = build_context(request, store).comparison
    share = catalogue().measures["share_65_plus"]
    rows = comparison[comparison["measure"] == "share_65_plus"]
    table, written = figures(rows[rows["role"].isin(["england", "focus", "rest"])], share)
    assert table["Value"].dtype == float
    assert written["Value"][0] == f"{table['Value'][0]:.1f}%"
    assert written["Counted"][0] == f"{table['Counted'][0]:,.0f}"
    assert "95% interval" not in table  # a full count has none
    assert table["Place"].tolist() == ["Plymouth", "The rest of Devon", "England"]


def test_similar_areas_are_suggested_and_one_click_compares_with_them():
    app = open_app()
    found = suggest_peers(open_store(), PLYMOUTH)
    assert len(found.areas) == 5
    assert PLYMOUTH not in set(found.areas["area_code"])
    page = open_page("compare", focus=[PLYMOUTH])
    code = found.areas["area_code"].iloc[0]
    page.button(key=f"suggested_{code}").click().run()
    assert page.session_state["peers"] == [code]
    assert sound(app)


def test_a_county_has_no_similar_districts_and_the_page_says_so():
    app = open_page("compare", focus=[DEVON_COUNTY])
    assert not [b for b in app.button if (b.key or "").startswith("suggested_")]
    assert any("no lower-tier authority" in text for text in texts(app.markdown))


def test_life_expectancy_says_intervals_and_verdicts_in_words():
    app = open_page("life_expectancy", focus=[PLYMOUTH])
    table = app.dataframe[0].value.set_index(["Place", "Sex"])
    assert table.loc[("Plymouth", "Females"), "Against England"] == "lower than England"
    assert table.loc[("Plymouth", "Females"), "95% interval"] == "20.0 to 20.6"
    assert pd.isna(table.loc[("The rest of Devon", "Females"), "Years"])
    for title in app.selectbox(key="life_quantity").options:
        app.selectbox(key="life_quantity").select(title).run()
        assert sound(app), title
    assert opened_sentences(app)


def test_a_measure_that_is_not_loaded_says_so_on_the_compare_page():
    app = open_page("compare", focus=[PLYMOUTH])
    app.selectbox(key="compared_indicator").set_value("savi").run()
    assert sound(app)
    assert any("No value for" in t and "not loaded" in t for t in texts(app.markdown))
    assert any("Not available: Small Area Vulnerability" in t for t in texts(app.markdown))


def test_what_is_missing_is_said_with_its_remedy():
    app = open_page("data", focus=[])
    assert any("SAVI" in t and "How to get it" in t for t in texts(app.markdown))
    for column in ("Publisher", "Licence", "Rows", "Downloaded", "Released"):
        assert f'scope="col">{column}</th>' in html_of(app)
    assert "made on" not in "".join(texts(app.markdown))  # the starter does not know when


def test_a_reader_is_sent_to_the_page_that_loads_data_not_to_a_command(monkeypatch):
    assert "The page Data loads all of England." in texts(open_app().info)[0]
    below = open_page("data", focus=[])
    assert any("It can be loaded below" in text for text in texts(below.markdown))
    monkeypatch.setenv("INCONTEXT_FETCH", "off")
    off = open_app()
    assert "Ask whoever runs this server" in texts(off.info)[0]
    assert not any("The page Data loads" in text for text in texts(off.sidebar.markdown))


def test_a_server_that_may_not_fetch_says_so_and_has_no_button(monkeypatch):
    monkeypatch.setenv("INCONTEXT_FETCH", "off")
    app = open_page("data", focus=[])
    assert sound(app)
    assert not [b for b in app.button if b.key == "load"]
    assert any("switched off on this server" in text for text in texts(app.markdown))


@pytest.mark.parametrize("kind", ["csv", "statements", "workbook"])
def test_a_file_is_made_when_it_is_asked_for_and_then_offered_with_its_size(kind):
    app = open_page("export", focus=[PLYMOUTH, EXETER])
    assert not app.get("download_button")
    app.button(key=f"make_{kind}").click().run()
    assert sound(app)
    offered = [b.proto.label for b in app.get("download_button")]
    assert len(offered) == 1
    assert "B)" in offered[0]
    assert f"make_{kind}" not in [b.key for b in app.button if b.key]


def test_a_file_name_says_system_focus_edition_and_date_in_codes():
    from context.pages.shown import View

    request = Request(edition="2020", system=DEVON, focus=(PLYMOUTH, EXETER))
    name = View(store=open_store(), request=request).file_name("deck.pptx")
    today = dt.date.today().isoformat()
    assert name == f"{DEVON}_{PLYMOUTH}-{EXETER}_2020_{today}_deck.pptx"
    many = Request(edition="2020", system=DEVON, focus=tuple(f"E0700{n:04}" for n in range(60)))
    assert len(View(store=open_store(), request=many).file_name("deck.pptx")) < 120


def test_text_is_shown_as_it_stands():
    assert escape("*a* <i> $x$ [b](c)") == r"\*a\* \<i\> \$x\$ \[b\]\(c\)"
    told = sentence("Run `incontext fetch --edition 2020` to <b>load</b>.")
    assert told == r"Run `incontext fetch --edition 2020` to \<b\>load\<\/b\>\."
    given = sentence("Give it with incontext fetch --edition 2024 --file savi=PATH.")
    assert given == r"Give it with `incontext fetch --edition 2024 --file savi=PATH`\."


def test_figures_are_written_in_the_way_of_their_measure():
    share = catalogue().measures["share_65_plus"]
    assert with_unit(18.264, share) == "18.3%"
    assert with_unit(float("nan"), share) == "–"
    row = {"role": "peer", "difference": -1.25}
    assert difference(row, share) == "−1.2 points"
    assert difference({"role": "peer", "difference": pd.NA}, share) == "–"
    assert day("2026-11-03T05:57:18+00:00") == "3 November 2026"
    assert day("") == "not recorded"


def test_a_readers_own_values_are_one_more_indicator_for_this_session_only():
    app = open_app()
    store = open_store()
    codes = store.places(DEVON).index
    content = "code,falls\n" + "\n".join(f"{code},{n % 7}" for n, code in enumerate(codes))
    app.session_state["own_table"] = read_values(content.encode(), "Falls <b>", store)
    app.run()
    assert sound(app)
    assert texts(app.title) == ["Plymouth in context"]
    assert sound(open_app())
    assert "own_table" not in open_app().session_state


def test_a_place_is_found_in_the_sidebar_and_a_wrong_one_is_said():
    app = open_app(system=DEVON)
    app.sidebar.text_input(key="find_text").set_value("barnstaple").run()
    assert sound(app)
    assert any("North Devon" in text for text in texts(app.sidebar.markdown))
    app.sidebar.text_input(key="find_text").set_value("E99999999").run()
    assert sound(app)
    assert any("E99999999" in text for text in texts(app.sidebar.markdown))
