"""From what people type to the codes of one edition."""

import pandas as pd
import pytest

from context.request import (
    Request,
    authority_candidates,
    resolve_request,
    short_system_name,
    system_candidates,
)
from geodata.editions import Edition
from geodata.errors import RequestError, UnknownNameError
from geodata.store import Store

DEVON, BLACK_COUNTRY, BIRMINGHAM_STP = "E54000037", "E54000016", "E54000017"
MEMBERS = [
    ("ltla", "E06000026", "Plymouth", DEVON, 1.0),
    ("ltla", "E07000041", "Exeter", DEVON, 1.0),
    ("ltla", "E08000025", "Birmingham", BLACK_COUNTRY, 0.155562),
    ("ltla", "E08000025", "Birmingham", BIRMINGHAM_STP, 0.844438),
    ("ltla", "E08000028", "Sandwell", BLACK_COUNTRY, 1.0),
    ("utla", "E06000026", "Plymouth", DEVON, 1.0),
    ("utla", "E10000008", "Devon", DEVON, 1.0),
    ("utla", "E08000025", "Birmingham", BLACK_COUNTRY, 0.155562),
    ("utla", "E08000025", "Birmingham", BIRMINGHAM_STP, 0.844438),
]


@pytest.fixture
def store(tmp_path):
    systems = [
        {"code": DEVON, "name": "Devon"},
        {"code": BLACK_COUNTRY, "name": "The Black Country and West Birmingham"},
        {"code": BIRMINGHAM_STP, "name": "Birmingham and Solihull"},
    ]
    store = Store(Edition.named("2020"), tmp_path, {"systems": systems}, is_starter=False)
    columns = ["level", "area_code", "area_name", "system_code", "share_inside"]
    store.__dict__["membership"] = pd.DataFrame(MEMBERS, columns=columns)
    return store


@pytest.mark.parametrize(
    "text", ["Devon", "devon", " DEVON stp ", "Together for Devon", DEVON, DEVON.lower()]
)
def test_a_system_by_code_name_or_alias(store, text):
    assert resolve_request(store, system=text) == Request(edition="2020", system=DEVON)


def test_a_place_is_not_compared_with_itself(store):
    with pytest.raises(RequestError, match="Plymouth is in the focus"):
        resolve_request(store, system="devon", focus=["plymouth", "exeter"], peers=["E06000026"])


def test_focus_and_peers_become_codes(store):
    request = resolve_request(
        store,
        system="Devon",
        focus=["Plymouth", "exeter", "E06000026"],
        peers=["Sandwell", "Birmingham", "Sandwell"],
        topic="cancer",
    )
    assert request.focus == ("E06000026", "E07000041")
    assert request.peers == ("E08000028", "E08000025")
    assert request.topic == "cancer"


def test_the_order_of_the_focus_never_matters(store):
    one = resolve_request(store, system="Devon", focus=["Plymouth", "Exeter"])
    assert one == resolve_request(store, system="Devon", focus=["Exeter", "Plymouth"])


def test_a_county_named_like_its_system(store):
    assert resolve_request(store, system="Devon", focus=["Devon"]).focus == ("E10000008",)


def test_unknown_names_bring_the_nearest(store):
    with pytest.raises(UnknownNameError, match="Devon"):
        resolve_request(store, system="Devonn")
    with pytest.raises(UnknownNameError, match="Plymouth"):
        resolve_request(store, system="Devon", focus=["Plymoth"])
    with pytest.raises(UnknownNameError, match="Sandwell"):
        resolve_request(store, system="Devon", peers=["Sandwel"])


@pytest.mark.parametrize("text", ["", "   ", "\x1b[31m", "x" * 100_000])
def test_strange_names_are_refused_in_a_short_sentence(store, text):
    for asked in ({"system": text}, {"system": "Devon", "focus": [text]}):
        with pytest.raises(UnknownNameError) as caught:
            resolve_request(store, **asked)
        assert len(str(caught.value)) < 1000
        assert "\x1b" not in str(caught.value)


def test_a_place_outside_the_system_is_no_focus(store):
    with pytest.raises(RequestError, match="Sandwell does not lie in Devon"):
        resolve_request(store, system="Devon", focus=["Sandwell"])


def test_a_split_authority_needs_an_extent(store):
    with pytest.raises(RequestError, match=r"Birmingham.*16%.*--extent inside.*--extent whole"):
        resolve_request(store, system=BLACK_COUNTRY, focus=["Sandwell", "Birmingham"])
    for extent in ("inside", "whole"):
        request = resolve_request(store, system=BLACK_COUNTRY, focus=["Birmingham"], extent=extent)
        assert request.extent == extent
    assert resolve_request(store, system="Devon", peers=["Birmingham"]).extent == ""


def test_unknown_topics_and_extents_are_refused(store):
    with pytest.raises(RequestError, match="older_people"):
        resolve_request(store, system="Devon", topic="happiness")
    with pytest.raises(RequestError, match="whole or inside"):
        resolve_request(store, system="Devon", extent="half")


def test_candidates(store):
    assert [c.code for c in authority_candidates(store, DEVON)] == [
        "E06000026",
        "E07000041",
        "E10000008",
    ]
    assert len(authority_candidates(store)) == 5
    assert "Together for Devon" in system_candidates(store)[0].aliases
    name = short_system_name(store, BLACK_COUNTRY)
    assert name == "Black Country and West Birmingham"
