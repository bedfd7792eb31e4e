"""All 42 systems of both editions: areas, people, outlines, comparison, statements, map."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from context.build import build_context
from context.ground import read_ground, select_layers
from context.maps import render_map
from context.request import WHOLE, Request, resolve_request
from context.statements import make_statements
from geodata.boundaries import dissolve
from indicators.catalogue import catalogue
from tests.statement_checks import check_statements

EDITIONS = {"2020": (32_844, 56_286_961), "2024": (33_755, 58_620_101)}
pytestmark = pytest.mark.contract


@pytest.fixture(params=EDITIONS)
def store(request, full_store):
    return full_store(request.param)


def largest_districts(store):
    """System and code of the district with most people inside, for each system."""
    members = store.membership[store.membership["level"] == "ltla"]
    largest = members.sort_values("people_inside").drop_duplicates("system_code", keep="last")
    return list(zip(largest["system_code"], largest["area_code"], strict=True))


def test_small_areas_partition_england_and_people_sum_to_it(store):
    small_areas, people = EDITIONS[store.edition.id]
    places = pd.concat([store.places(code) for code in store.systems["code"]])
    assert len(store.systems) == 42
    assert places.index.is_unique
    assert len(places) == small_areas == store.systems["small_areas"].sum()
    assert places["people"].sum() == people == store.systems["population"].sum()


def test_every_system_compares_and_speaks_by_the_rules(store):
    """With and without its largest district; the topics differ in their order alone."""
    for system, district in largest_districts(store):
        for focus in ([], [district]):
            extent = "inside" if focus else ""
            request = resolve_request(store, system=system, focus=focus, extent=extent)
            context = build_context(request, store)
            check_rows(context.comparison)
            said = {}
            for topic in catalogue().topics if focus else [request.topic]:
                made = make_statements(replace(context, request=replace(request, topic=topic)))
                said[topic] = {s.id for s in made.statements}
                if len(said) == 1 or system == "E54000037":
                    check_statements(made, least=6)
            assert len({frozenset(ids) for ids in said.values()}) == 1


def test_every_authority_of_every_system_is_a_focus(store):
    """All districts and counties, the parts of split ones too: focus and rest are the system."""
    members = store.membership.drop_duplicates(["system_code", "area_code"])
    adding = [m.id for m in catalogue().measures.values() if m.adds_up and m.id in store.measures]
    columns = ("system_code", "area_code", "share_inside")
    for system, code, share in zip(*(members[name] for name in columns), strict=True):
        extent = "" if share >= WHOLE else "inside"
        asked = Request(edition=store.edition.id, system=system, focus=(code,), extent=extent)
        context = build_context(asked, store)
        check_rows(context.comparison)
        check_statements(make_statements(context), least=5)
        table = context.comparison[context.comparison["measure"].isin(adding)]
        sums = table.set_index(["role", "measure"])[["numerator", "denominator"]]
        both, whole = sums.loc["focus"].fillna(0) + sums.loc["rest"].fillna(0), sums.loc["system"]
        known = sums.loc["focus"].notna().all(axis=1) & sums.loc["rest"].notna().all(axis=1)
        np.testing.assert_allclose(both[known], whole[known], rtol=1e-9, err_msg=code)
        assert known.sum() > len(adding) / 2 or len(context.places) == context.in_focus.sum()


def check_rows(table):
    """A value or a reason, never both, never neither."""
    assert (table["value"].isna() == (table["status"] != "")).all()
    assert not table.duplicated(["measure", "role", "area_code"]).any()
    ranked = table["rank"].notna()
    assert (table.loc[ranked, "rank"] <= table.loc[ranked, "of"]).all()


def test_every_system_has_a_map_and_keeps_its_area_when_dissolved(store):
    for system, _ in largest_districts(store):
        context = build_context(resolve_request(store, system=system), store)
        outlines = store.outlines(system)
        whole = dissolve(outlines, pd.Series("one", index=outlines.index)).area.sum()
        np.testing.assert_allclose(whole, outlines.area.sum(), rtol=1e-9)
        assert len(outlines) == len(context.places)
    ground = read_ground(context)
    picture = render_map(ground, select_layers(context)[0])
    assert picture.startswith(b"\x89PNG")


def test_the_areas_of_the_other_edition_are_followed_by_their_ground(full_store):
    """Computed from the lookups: a second reading of them must name the same successors."""
    now, before = full_store("2024"), full_store("2020")
    old, new = (
        pd.concat([s.places(code) for code in s.systems["code"]])[["ltla_code", "system_code"]]
        for s in (before, now)
    )
    pairs = now.fit.join(old, on="area_code_2011").join(new.add_suffix("_now"), on="area_code_2021")
    others = {(o["level"], o["code"]): o for o in now.manifest["others"]}
    gone = set(old["ltla_code"]) - set(new["ltla_code"])
    assert {code for level, code in others if level == "ltla"} == gone
    for level in ("ltla", "system"):
        for code in {code for kind, code in others if kind == level}:
            counts = pairs.loc[pairs[f"{level}_code"] == code, f"{level}_code_now"].value_counts()
            here = counts.index[counts >= 0.01 * counts.sum()]
            assert {area["code"] for area in others[level, code]["here"]} == set(here)
    assert {a["name"] for a in others["ltla", "E07000163"]["here"]} == {"North Yorkshire"}
