"""What is said of change since the edition before: on the same ground, or not at all."""

import pandas as pd
import pytest

from context.build import build_context
from context.request import resolve_request
from context.statements import make_statements
from geodata.store import open_store

pytestmark = pytest.mark.contract


def said_of_change(store, **asked):
    context = build_context(resolve_request(store, **asked), store)
    made = make_statements(context)
    said = {s.indicator: s for s in made.statements if s.kind == "change"}
    unsaid = [n for n in made.not_made if n.kind == "change"]
    return said, unsaid


@pytest.fixture
def now(full_store):
    return full_store("2024")


def second_count(store, district, before):
    """People of the census of 2011 on today's ground of a district, from the tables alone."""
    places, fit = store.folder / "places.parquet", store.folder / "fit.parquet"
    here = pd.read_parquet(places).query("ltla_code == @district")["area_code"]
    pairs = pd.read_parquet(fit)
    codes = pairs.loc[pairs["area_code_2021"].isin(here), "area_code_2011"].unique()
    table = pd.read_parquet(before.folder / "small_areas.parquet").set_index("area_code")
    counted = table.loc[
        codes, ["share_minority_ethnic.numerator", "share_minority_ethnic.denominator"]
    ]
    return counted.sum()


@pytest.mark.parametrize("district", ["E06000026", "E08000028", "E06000061"])
def test_the_earlier_figure_is_summed_over_the_ground_of_today(now, full_store, district):
    """Plymouth; Sandwell; North Northamptonshire, which was four districts before."""
    members = now.membership
    system = members.loc[members["area_code"] == district, "system_code"].iloc[0]
    said, _ = said_of_change(now, system=system, focus=[district])
    then = said["ethnicity"].evidence[1]
    counted = second_count(now, district, full_store("2020"))
    assert [then["numerator"], then["denominator"]] == counted.tolist()
    assert then["period"] == "Census 2011"
    assert then["area_code"] == f"edition:2020:{district}"


def test_an_unchanged_district_has_the_figure_of_the_edition_before(now, full_store):
    said, _ = said_of_change(now, system="devon", focus=["plymouth"], peers=["bristol"])
    before = full_store("2020").areas
    for indicator in ("ethnicity", "deprivation"):
        rows = said[indicator].evidence
        for then in (row for row in rows if row["area_code"].startswith("edition:2020:E")):
            code = then["area_code"].split(":")[-1]
            there = before[
                (before["measure"] == then["measure"])
                & (before["area_code"] == code)
                & before["level"].isin(["ltla", "england"])
            ]
            assert then["value"] == pytest.approx(float(there["value"].iloc[0]), rel=1e-12)
            assert then["denominator"] == float(there["denominator"].iloc[0])


def test_the_words_follow_the_sign_and_vanish_in_little(now):
    said, _ = said_of_change(now, system="black country", focus=["sandwell"], peers=["somerset"])
    text = said["deprivation"].text
    assert "in Sandwell who live in the most deprived fifth" in text
    assert " fell from 60.8% (199,854 people, 2019) to 58.1% (205,763 people, 2025)." in text
    assert "It stayed about the same in the rest of the Black Country (44.3% and 43.5%)" in text


def test_a_boundary_through_a_small_area_is_not_followed(now):
    said, unsaid = said_of_change(
        now, system="north east and north cumbria", focus=["Northumberland"], peers=["Gateshead"]
    )
    reasons = [n.reason for n in unsaid if n.indicator == "ethnicity"]
    assert "ethnicity" not in said
    assert reasons == [
        "Northumberland does not compare with edition 2020: its boundary runs through 1 small "
        "area of the earlier vintage.",
        "The rest of the North East and North Cumbria does not compare with edition 2020: its "
        "boundary runs through 1 small area of the earlier vintage.",
        "Gateshead does not compare with edition 2020: its boundary runs through 1 small area of "
        "the earlier vintage.",
    ]


def test_what_does_not_compare_is_listed_with_its_reason(now):
    _, unsaid = said_of_change(now, system="devon")
    assert {n.indicator for n in unsaid} == {
        "older_people",
        "population_density",
        "life_expectancy",
    }
    assert all(n.reason.endswith(".") for n in unsaid)


def test_the_first_edition_has_nothing_to_look_back_at(full_store):
    said, unsaid = said_of_change(full_store("2020"), system="devon")
    assert not said
    assert {n.reason for n in unsaid} == {
        "Edition 2020 is the first: there is no earlier one to compare with."
    }


def test_without_the_edition_before_the_starter_serves_its_own_system_alone(now, tmp_path):
    """Only edition 2024 is loaded; the package brings Devon of 2020 along."""
    (tmp_path / "2024").symlink_to(now.folder.parent, target_is_directory=True)
    alone = open_store("2024", root=tmp_path)
    said, _ = said_of_change(alone, system="devon", focus=["plymouth"])
    whole, _ = said_of_change(now, system="devon", focus=["plymouth"])
    assert said["ethnicity"].text == whole["ethnicity"].text
    said, unsaid = said_of_change(alone, system="black country")
    assert not said
    assert [n.reason for n in unsaid if n.indicator == "ethnicity"] == [
        "The Black Country system does not compare with edition 2020: that edition is not loaded "
        "for it (run `incontext fetch --edition 2020`)."
    ]
