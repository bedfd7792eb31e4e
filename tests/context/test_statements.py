"""Statements on the starter: real figures of the reference review, without a build."""

from dataclasses import replace

import pytest

from context.build import build_context
from context.listing import list_statements, say_markdown
from context.request import resolve_request
from context.statements import make_statements
from geodata.store import STARTER, open_store
from indicators.catalogue import catalogue
from tests.statement_checks import check_statements


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


@pytest.fixture
def plymouth(store):
    request = resolve_request(store, system="devon", focus=["plymouth"], peers=["torbay"])
    return build_context(request, store)


def test_the_share_stands_with_its_count_and_says_when_they_point_opposite_ways(plymouth):
    text = make_statements(plymouth).statements[0].text
    assert text == (
        "18.5% of people in Plymouth are aged 65 and over: 48,530 of 262,100 (mid-2019). That "
        "share is lower than in the rest of Devon (25.7%) and in Torbay (26.9%) but about the "
        "same as in England (18.4%). Among the 10 districts and unitary authorities wholly in "
        "the Devon system, Plymouth has the second lowest share but the largest number of people "
        "aged 65 and over. The rest of Devon is the Devon system without Plymouth, Torbay "
        "included."
    )


def test_the_system_is_told_apart_and_ranked_only_where_no_other_shows_the_same(plymouth):
    texts = {s.id: s.text for s in make_statements(plymouth).statements}
    assert texts["position.older_people.share_65_plus.system"] == (
        "Of the 42 health systems (STPs) of England, the Devon system has the 5th highest share "
        "of people aged 65 and over (mid-2019), which places it in the highest fifth."
    )
    assert texts["position.population_density.people_per_km2.system"] == (
        "By population density (mid-2019), the Devon system is in the least densely "
        "populated fifth of the 42 health systems (STPs) of England."
    )


FOCUSES = [[], ["plymouth"], ["plymouth", "torbay"], ["exeter"], ["E10000008"]]


@pytest.mark.parametrize("topic", sorted(catalogue().topics))
@pytest.mark.parametrize("focus", FOCUSES, ids=str)
def test_every_statement_keeps_the_rules(store, focus, topic):
    request = resolve_request(store, system="devon", focus=focus, topic=topic)
    made = make_statements(build_context(request, store))
    check_statements(made, least=8)


def test_the_checks_can_fail(plymouth):
    """A number, a direction or a doubled sentence that is wrong is found."""
    made = make_statements(plymouth)
    first = made.statements[0]
    wrong = [
        replace(first, text=first.text.replace("18.5%", "18.6%")),
        replace(first, text=first.text.replace("lower than", "higher than")),
        replace(
            first,
            text=first.text.replace("25.7%", "x").replace("26.9%", "25.7%").replace("x", "26.9%"),
        ),
        replace(first, bullet=first.bullet + " and so on" * 8),
        replace(first, evidence=()),
    ]
    for statement in wrong:
        with pytest.raises(AssertionError):
            check_statements(replace(made, statements=(statement,)), least=1)
    with pytest.raises(AssertionError):
        check_statements(replace(made, statements=(first, first)), least=1)


def test_what_is_missing_is_listed_and_never_said(plymouth):
    listed = list_statements(plymouth)
    reasons = {n["indicator"]: n["reason"] for n in listed["not_made"]}
    assert "--file savi=PATH" in reasons["savi"]
    assert "savi" not in {s["indicator"] for s in listed["statements"]}


def test_a_group_has_no_national_position(store):
    request = resolve_request(store, system="devon", focus=["plymouth", "torbay"])
    made = make_statements(build_context(request, store))
    assert not [s for s in made.statements if s.id.endswith(".focus")]
    assert [n for n in made.not_made if n.kind == "position"]


def test_markdown_says_that_it_is_the_starter(plymouth):
    text = say_markdown(plymouth)
    assert text.startswith("# Plymouth in context")
    assert "This is the starter" in text


def test_the_starter_is_small_and_names_its_default_request(store):
    assert sum(path.stat().st_size for path in STARTER.iterdir()) < 3_000_000
    assert store.manifest["default_request"]["focus"] == ["E06000026"]
