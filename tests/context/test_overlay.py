"""A reader's own table: read with clear errors, shown as one more indicator, kept to its store."""

import pickle
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from context import own_codes
from context.build import build_context
from context.ground import default_measures, read_ground, select_layers
from context.listing import list_comparison, say_markdown
from context.map_key import key_of
from context.maps import alt_text, write_map
from context.overlay import OWN, catalogue_of, overlay, read_values
from context.own_areas import why_not
from context.own_table import NO_PERIOD, OwnTable, clean_text
from context.request import resolve_request
from context.statements import make_statements
from context.webmap import web_map_html
from context.workbook import make_sheets, small_area_table
from geodata.errors import RequestError, VintageError
from geodata.store import open_store
from indicators.catalogue import catalogue

DEVON, PLYMOUTH, TORBAY, BRISTOL = "E54000037", "E06000026", "E06000027", "E06000023"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


@pytest.fixture(autouse=True)
def no_build(monkeypatch, tmp_path):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def places(store):
    return store.places(DEVON)


@pytest.fixture(scope="module")
def falls(store, places):
    """One number for each small area of Devon, from its people."""
    return table_of(store, places.index, places["people"].to_numpy() / 100)


def table_of(store, codes, values, **named):
    return read_values(csv_of(codes, values), named.pop("name", "Falls"), store, **named)


def csv_of(codes, values, heading="Code,Falls per 1000"):
    rows = [f"{code},{value}" for code, value in zip(codes, values, strict=True)]
    return "\n".join([heading, *rows]).encode()


def context_of(store, **named):
    request = resolve_request(store, system="devon", **named)
    return build_context(request, store)


def own_rows(context):
    rows = [row for row in list_comparison(context)["rows"] if row["measure"] == OWN]
    return {(row["role"], row["area_code"]): row for row in rows}


def test_fifths_among_the_areas_given_are_nowhere_said_to_be_of_england(store, falls):
    context = context_of(overlay(store, falls), focus=["plymouth"])
    ground, layers = read_ground(context), select_layers(context, (OWN, "imd_score"))
    own, official = layers
    assert (own.is_national, official.is_national) == (False, True)
    assert "Fifths of the areas given" in key_of(ground, own).about
    assert "all small areas in England" in key_of(ground, official).about
    assert "England" not in alt_text(ground, own)
    assert "in England" in alt_text(ground, official)
    assert '"national":false' in web_map_html(ground, layers)


# --- reading ---


def test_codes_and_numbers_are_known_by_their_pattern(store, places):
    first = places.index[:3]
    content = (
        'Name,Area,Rate\r\nOne,{},1.5\r\nTwo,{}, \r\nThree,{},"1,234.5"\r\n'.format(*first)
    ).encode("utf-8-sig")
    table = read_values(content, "", store)
    assert (table.level, table.name, table.edition) == ("lsoa", "Rate", "2020")
    assert table.values.index.tolist() == first.tolist()
    assert table.values.tolist()[::2] == [1.5, 1234.5]
    assert np.isnan(table.values.iloc[1])


@pytest.mark.parametrize("blank", ["", "-", "n/a", "..", "[x]", ":"])
def test_a_blank_is_missing_and_never_nought(store, blank):
    table = table_of(store, [PLYMOUTH, TORBAY], [blank, 0])
    assert np.isnan(table.values[PLYMOUTH])
    assert table.values[TORBAY] == 0


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_ways_in_which_spreadsheets_save_a_table(store, delimiter, encoding):
    lines = ["Área;Taux", f"{PLYMOUTH.lower()};2%", f" {TORBAY} ;-1e-1"]
    content = "\n".join(lines).replace(";", delimiter).encode(encoding)
    table = read_values(content, "", store)
    assert table.level == "ltla"
    assert table.values.to_dict() == {PLYMOUTH: 2.0, TORBAY: -0.1}


def test_a_table_without_a_heading_is_read_whole(store):
    table = read_values(f"{PLYMOUTH},1\n{TORBAY},2".encode(), "", store)
    assert len(table.values) == 2
    assert table.name == "Own values"


def test_the_smallest_areas_are_meant_where_several_columns_hold_codes(store, places):
    rows = [f"{msoa},{code},7" for code, msoa in places["msoa_code"].head(4).items()]
    table = read_values("\n".join(["MSOA,LSOA,n", *rows]).encode(), "", store)
    assert table.level == "lsoa"
    assert len(table.values) == 4


WRONG = {
    "empty": (b"", "The file is empty"),
    "a workbook": (b"PK\x03\x04rest", "This is a workbook. Save its sheet as CSV"),
    "a picture": (b"\x89PNG\x00\x00", "not text"),
    "too large": (b"x" * 5_000_001, "larger than 5 MB"),
    "no codes": (b"name,value\nPlymouth,3", "no column of area codes"),
    "no numbers": (b"code,name\nE06000026,Plymouth", "no column of numbers"),
    "only blanks": (b"code,value\nE06000026,\nE06000027,-", "no column of numbers"),
    "two columns": (b"code,a,b\nE06000026,1,2", "2 columns of numbers: a, b. Keep the one"),
    "a word": (b"code,v\nE06000026,1\nE06000027,many\nE07000040,2", 'Line 3 has "many" where'),
    "a decimal comma": (b"code;v\nE06000026;1,5\nE06000027;2\nE07000040;2", 'Line 2 has "1,5"'),
    "infinity": (b"code,v\nE06000026,1e999\nE06000027,2", 'Line 2 has "1e999"'),
    "twice": (b"code,v\nE06000026,1\nE06000027,2\nE06000026,1", "more than once: E06000026"),
    "mixed": (b"c,v\nE06000026,1\nE06000027,2\nE02004130,3", "mixes levels.*but not E02004130"),
    "Wales": (b"c,v\nE06000026,1\nW06000015,2", "no codes of .*: W06000015"),
    "a county": (b"c,v\nE06000026,1\nE10000008,2", "no codes of .*: E10000008"),
    "unknown": (b"c,v\nE06000026,1\nE06999999,2", "E06999999 of the table is not known in edition"),
    "outside": (b"c,v\nE01000001,2", r"E01000001 .* not in the starter, .* of Devon only"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_table_that_cannot_be_used_says_why_in_one_sentence(store, case):
    content, words = WRONG[case]
    with pytest.raises(RequestError, match=words) as caught:
        read_values(content, "Falls", store)
    assert "\n" not in str(caught.value)


def test_an_error_names_five_codes_and_counts_the_rest(store, places):
    codes = [*places.index[:9], *places.index[:9]]
    with pytest.raises(RequestError, match="and 4 more") as caught:
        table_of(store, codes, range(18))
    assert len(re.findall(r"E01\d{6}", str(caught.value))) == 5


def test_codes_of_another_vintage_name_the_edition_that_fits(store, monkeypatch):
    theirs = frozenset({"E01033769", "E01035000"})
    monkeypatch.setattr(own_codes, "_codes_of", lambda edition, level: theirs)
    with pytest.raises(VintageError) as caught:
        table_of(store, ["E01033769", "E01035000"], [1, 2])
    assert str(caught.value).startswith(
        "E01033769, E01035000 of the table are of LSOA 2021; edition 2020 uses LSOA 2011. "
        "Choose edition 2024"
    )


def test_a_table_of_another_edition_is_refused(store, falls):
    with pytest.raises(VintageError, match="Choose edition 2024"):
        overlay(store, replace(falls, edition="2024"))


@pytest.mark.parametrize(
    ("given", "clean"),
    [("  a\n b\x00\u202e ", "a b"), ("x" * 200, "x" * 60), ("<i>&", "<i>&"), ("", "")],
)
def test_a_name_is_one_short_line(given, clean):
    assert clean_text(given) == clean


# --- laying over ---


def test_the_larger_areas_have_the_mean_weighted_by_people(store, places, falls):
    people = places["people"]
    laid = overlay(store, falls)
    rows = own_rows(context_of(laid, focus=["plymouth"], peers=["torbay"]))
    inside = places["ltla_code"] == PLYMOUTH
    for key, chosen in {
        ("focus", PLYMOUTH): inside,
        ("rest", f"rest:{DEVON}:{PLYMOUTH}"): ~inside,
        ("system", DEVON): people > 0,
        ("peer", TORBAY): places["ltla_code"] == TORBAY,
        ("utla", "E10000008"): places["utla_code"] == "E10000008",
    }.items():
        expected = np.average(people[chosen] / 100, weights=people[chosen])
        assert rows[key]["value"] == pytest.approx(expected, rel=1e-12), key
        assert rows[key]["status"] is None
        assert rows[key]["denominator"] == people[chosen].sum()


def test_on_the_starter_england_and_ranks_are_not_available(store, falls):
    rows = own_rows(context_of(overlay(store, falls), focus=["plymouth"], peers=["bristol"]))
    for key in (("england", "E92000001"), ("peer", BRISTOL)):
        assert rows[key]["value"] is None
        assert rows[key]["status"] == "not available in the starter"
    assert all(row["rank"] is None and row["quintile"] is None for row in rows.values())
    assert all(row["difference"] is None for row in rows.values())


def test_everything_else_stays_as_it_is(store, falls):
    below, laid = (context_of(s, focus=["plymouth"]) for s in (store, overlay(store, falls)))
    others = laid.comparison[laid.comparison["measure"] != OWN].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, below.comparison, check_dtype=False)
    kept = laid.small_areas[below.small_areas.columns]
    pd.testing.assert_frame_equal(kept, below.small_areas)
    assert make_statements(laid).statements == make_statements(below).statements


def test_nothing_of_a_reader_reaches_another(store, falls):
    before = set(catalogue().measures)
    one = overlay(store, falls)
    other = overlay(store, replace(falls, name="Other"))
    assert catalogue_of(one).measure(OWN).title == "Falls"
    assert catalogue_of(other).measure(OWN).title == "Other"
    assert set(catalogue_of(store).measures) == set(catalogue().measures) == before
    assert OWN not in store.measures
    assert OWN not in {entry["id"] for entry in store.manifest["datasets"]}
    assert OWN not in set(store.areas["measure"])
    assert len({store.build, one.build, other.build}) == 3


def test_the_build_is_named_by_everything_that_is_shown(store, places, falls):
    builds = {overlay(store, falls).build}
    builds.add(overlay(store, replace(falls, period="2019")).build)
    builds.add(overlay(store, replace(falls, averaged=False)).build)
    builds.add(overlay(store, replace(falls, values=falls.values + 1)).build)
    assert len(builds) == 4
    turned = replace(falls, values=falls.values.iloc[::-1])
    assert overlay(store, turned).build in builds


def test_values_that_are_not_to_be_averaged_stay_with_the_small_areas(store, falls):
    context = context_of(overlay(store, replace(falls, averaged=False)), focus=["plymouth"])
    assert not own_rows(context)
    assert context.small_areas["own.value"].notna().all()
    assert OWN in default_measures(context)


def test_a_mean_of_a_part_does_not_stand_for_the_whole(store, places):
    inside = places.index[places["ltla_code"] == PLYMOUTH]
    rows = own_rows(
        context_of(
            overlay(store, table_of(store, inside, range(len(inside)))),
            focus=["plymouth"],
            peers=["torbay"],
        )
    )
    assert rows["focus", PLYMOUTH]["value"] is not None
    assert rows["system", DEVON]["value"] is None
    assert rows["system", DEVON]["status"] == "values were given for 22% of the people only"
    assert rows["rest", f"rest:{DEVON}:{PLYMOUTH}"]["status"] == "not in the table that was given"
    assert rows["peer", TORBAY]["status"] == "not in the table that was given"


@pytest.mark.parametrize(
    ("with_value", "said"),
    [(95.0, ""), (94.9, "94%"), (0.4, "less than 1%"), (0.0, "not in the table")],
)
def test_the_reason_says_for_how_many_people_values_were_given(with_value, said):
    assert said in why_not(with_value, 100.0)
    assert bool(why_not(with_value, 100.0)) == bool(said)


def test_a_blank_counts_in_neither_sum(store, places):
    inside = places[places["ltla_code"] == PLYMOUTH]
    values = np.arange(len(inside)).astype(float)
    given = ["" if i == 3 else value for i, value in enumerate(values)]
    context = context_of(overlay(store, table_of(store, inside.index, given)), focus=["plymouth"])
    row = own_rows(context)["focus", PLYMOUTH]
    kept = np.arange(len(inside)) != 3
    expected = np.average(values[kept], weights=inside["people"][kept])
    assert row["value"] == pytest.approx(expected, rel=1e-12)
    status = context.small_areas["own.status"]
    assert status[inside.index[3]] == "no value in the table that was given"
    assert status[places.index[places["ltla_code"] == TORBAY][0]].startswith("not in the table")


def test_values_of_msoas_are_carried_to_their_small_areas(store, places):
    codes = places["msoa_code"].unique()
    values = pd.Series(np.arange(len(codes)), index=codes, dtype=float)
    context = context_of(overlay(store, table_of(store, codes, values)), focus=["plymouth"])
    carried = places["msoa_code"].map(values)
    assert context.small_areas["own.value"].tolist() == carried.tolist()
    expected = np.average(carried, weights=places["people"])
    assert own_rows(context)["system", DEVON]["value"] == pytest.approx(expected, rel=1e-12)


def test_values_of_districts_are_shown_as_they_are_given_and_ranked_over_england(store):
    members = store.membership
    codes = sorted(set(members.loc[members["level"] == "ltla", "area_code"]))
    table = table_of(store, codes, range(len(codes)), averaged=True)
    assert not table.averaged
    context = context_of(overlay(store, table), focus=["plymouth"])
    rows = own_rows(context)
    place = codes.index(PLYMOUTH)
    focus = rows["focus", PLYMOUTH]
    assert (focus["value"], focus["rank"], focus["of"]) == (place, place + 1, len(codes))
    assert focus["quintile"] == -(-5 * (place + 1) // len(codes))
    assert rows["utla", PLYMOUTH]["value"] == place
    assert rows["system", DEVON]["value"] is None
    assert OWN not in default_measures(context)


def test_a_few_districts_are_not_ranked(store):
    rows = own_rows(
        context_of(overlay(store, table_of(store, [PLYMOUTH, TORBAY], [1, 2])), focus=["plymouth"])
    )
    assert rows["focus", PLYMOUTH]["value"] == 1
    assert rows["focus", PLYMOUTH]["rank"] is None
    exeter = rows["ltla", "E07000041"]
    assert (exeter["value"], exeter["status"]) == (None, "not in the table that was given")


def test_a_whole_build_gives_england_and_national_ranks(store, falls):
    """The starter, said to be complete: the one system then is all of England."""
    alone = [s for s in store.manifest["systems"] if s["code"] == DEVON]
    whole = replace(store, manifest={**store.manifest, "systems": alone})
    laid = overlay(whole, falls)
    small = laid.small_areas(DEVON)
    assert catalogue_of(laid).measure(OWN).fifth_words()[5] == "highest fifth"
    assert small["own.rank"].max() <= 707
    assert small["own.quintile"].value_counts().between(140, 142).all()


def test_an_overlaid_store_may_be_handed_to_another_process(store, falls):
    laid = overlay(store, falls)
    again = pickle.loads(pickle.dumps(laid))  # noqa: S301
    assert again.build == laid.build
    pd.testing.assert_frame_equal(again.areas, laid.areas)
    assert catalogue_of(again).measure(OWN) == catalogue_of(laid).measure(OWN)
    assert len(store.areas) < len(laid.areas)


# --- shown everywhere ---


def test_the_map_has_a_layer_that_says_among_which_areas_its_fifths_are(store, falls):
    context = context_of(overlay(store, falls), focus=["plymouth"])
    layer = select_layers(context)[-1]
    assert (layer.measure, layer.title) == (OWN, "Falls")
    assert layer.fifth_words[5] == "highest fifth of the areas given"
    assert layer.fifths.notna().all()
    assert layer.source.startswith("Source: the user's own table")
    assert "Falls, period not given" in layer.source
    assert "not official statistics" in layer.caveat
    assert layer.people.to_numpy().sum() == read_ground(context).people.sum()


def test_the_workbook_holds_the_values_and_names_the_table(store, falls):
    context = context_of(overlay(store, falls), focus=["plymouth"])
    assert small_area_table(context)["own"].tolist() == falls.values.sort_index().tolist()
    sheets = {sheet.name: sheet for sheet in make_sheets(context, make_statements(context))}
    assert any(row[0] == OWN and row[2] == "Falls" for row in sheets["Measures"].rows)
    at = sheets["Sources"].columns.index("address")
    sources = [row for row in sheets["Sources"].rows if row[0] == OWN]
    assert [row[at] for row in sources] == ["given file: own-table.csv"]


def test_no_markup_of_a_name_reaches_a_page_or_a_picture(store, falls, tmp_path):
    laid = overlay(store, replace(falls, name="<script>x</script>"))
    context = context_of(laid, focus=["plymouth"])
    ground, layer = read_ground(context), select_layers(context)[-1]
    assert layer.title == "<script>x</script>"
    write_map(ground, layer, tmp_path / "own.svg")
    assert "<script>" not in (tmp_path / "own.svg").read_text(encoding="utf-8")
    assert "<script>x" not in web_map_html(ground, (layer,))


def test_a_reader_is_told_that_the_table_is_no_official_statistic(store, falls):
    context = context_of(overlay(store, replace(falls, name="<b>Falls|*x*")), focus=["plymouth"])
    said = "<b>Falls|*x* is the user's own table, not official statistics."
    assert said in context.notices
    assert "\\<b\\>Falls\\|\\*x\\*" in say_markdown(context)
    assert "<b>" not in say_markdown(context)


def test_a_table_may_be_made_without_a_file(store, places):
    values = pd.Series(1.0, index=places.index)
    table = OwnTable(name="One", level="lsoa", values=values, edition="2020")
    assert table.period == NO_PERIOD
    assert own_rows(context_of(overlay(store, table)))["system", DEVON]["value"] == 1
