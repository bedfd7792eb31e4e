"""A place by name, code or postcode, on a small store and on the starter."""

import json

import pandas as pd
import pytest

from context.find import LIMIT, find, find_area
from geodata.download_answer import Answer
from geodata.editions import Edition
from geodata.errors import DownloadError, NotAvailableError, RequestError, UnknownNameError
from geodata.store import STARTER, Store, open_store

DEVON, CORNWALL, SUSSEX = "E54000037", "E54000036", "E54000064"
SYSTEMS = [
    {"code": DEVON, "name": "NHS Devon Integrated Care Board"},
    {"code": CORNWALL, "name": "NHS Cornwall and the Isles of Scilly Integrated Care Board"},
    {"code": SUSSEX, "name": "NHS Sussex Integrated Care Board"},
]
PLYMOUTH = ("E06000026", "Plymouth", "E06000026", "Plymouth")
EXETER = ("E07000041", "Exeter", "E10000008", "Devon")
PENWITH = ("E06000052", "Cornwall", "E06000052", "Cornwall")
BRIGHTON = ("E06000043", "Brighton and Hove", "E06000043", "Brighton and Hove")
ROWS = [
    ("E01000001", "Plymouth 001A", "E02000001", *PLYMOUTH, DEVON, "Budshead"),
    ("E01000002", "Plymouth 001B", "E02000001", *PLYMOUTH, DEVON, "St Budeaux"),
    ("E01000003", "Plymouth 002A", "E02000002", *PLYMOUTH, CORNWALL, "Budshead"),
    ("E01000004", "Exeter 001A", "E02000003", *EXETER, DEVON, "Exwick"),
    ("E01000005", "Exeter 001B", "E02000003", *EXETER, DEVON, "Cowick"),
    ("E01000006", "Cornwall 001A", "", *PENWITH, CORNWALL, "Lansdown"),
    (
        "E01000007",
        "Brighton and Hove 001A",
        "E02000005",
        *BRIGHTON,
        SUSSEX,
        "Pl\u00e2ce Vi\u00e9ux",
    ),
]
COLUMNS = ["area_code", "area_name", "msoa_code", "ltla_code", "ltla_name"]
COLUMNS += ["utla_code", "utla_name", "system_code", "ward_name"]
MEMBERS = [
    ("ltla", "E06000026", "Plymouth", DEVON, 200.0),
    ("ltla", "E06000026", "Plymouth", CORNWALL, 900.0),
    ("ltla", "E07000041", "Exeter", DEVON, 200.0),
    ("ltla", "E06000052", "Cornwall", CORNWALL, 100.0),
    ("ltla", "E06000043", "Brighton and Hove", SUSSEX, 100.0),
    ("utla", "E06000026", "Plymouth", DEVON, 200.0),
    ("utla", "E06000026", "Plymouth", CORNWALL, 900.0),
    ("utla", "E10000008", "Devon", DEVON, 200.0),
    ("utla", "E10000032", "West Sussex", SUSSEX, 50.0),
    ("utla", "E10000011", "East Sussex", SUSSEX, 50.0),
]
FIT = pd.DataFrame(
    [
        ("E01000001", "E01000001", "unchanged"),
        ("E01090010", "E01000004", "split"),
        ("E01090010", "E01000005", "split"),
        ("E01090020", "E01000006", "merged"),
        ("E01090021", "E01000006", "merged"),
    ],
    columns=["area_code_2011", "area_code_2021", "change"],
)


@pytest.fixture
def store(tmp_path):
    places = pd.DataFrame(ROWS, columns=COLUMNS).set_index("area_code")
    names = {system["code"]: system["name"] for system in SYSTEMS}
    places = places.assign(
        msoa_name=places["area_name"].str[:-1],
        system_name=places["system_code"].map(names),
        easting=range(0, 70_000, 10_000),
        northing=0.0,
    )

    class SmallStore(Store):
        def places(self, system_code):
            return places[places["system_code"] == system_code]

    manifest = {"systems": SYSTEMS, "complete_systems": [DEVON, CORNWALL, SUSSEX]}
    made = SmallStore(Edition.named("2024"), tmp_path, manifest, is_starter=False)
    columns = ["level", "area_code", "area_name", "system_code", "people_inside"]
    made.__dict__["membership"] = pd.DataFrame(MEMBERS, columns=columns)
    return made


@pytest.fixture
def starter(tmp_path, monkeypatch):
    if not (STARTER / "manifest.json").is_file():
        pytest.skip("the starter has not been made")
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    return open_store("2020")


def said(rows):
    return [(row["kind"], row["code"], row["system"]) for row in rows]


def answering(status=200, **result):
    body = {"result": result} if status == 200 else result
    return lambda url: Answer(status=status, body=json.dumps(body).encode())


def postcode(lsoa11, lsoa21=None, country="England", **more):
    return answering(codes={"lsoa11": lsoa11, "lsoa21": lsoa21}, country=country, **more)


CHAIN = [
    ("small area", "E01000004", DEVON),
    ("MSOA", "E02000003", DEVON),
    ("LTLA", "E07000041", DEVON),
    ("UTLA", "E10000008", DEVON),
    ("system", DEVON, DEVON),
]


def test_rows_have_the_fields_of_the_interface(store):
    row = find("exeter", store)[0]
    assert row == {
        "kind": "LTLA",
        "code": "E07000041",
        "name": "Exeter",
        "level": "ltla",
        "system": DEVON,
        "edition": "2024",
    }


def test_a_name_of_a_system_and_a_county_gives_both_with_their_kinds(store):
    assert said(find("devon", store)) == [
        ("system", DEVON, DEVON),
        ("UTLA", "E10000008", DEVON),
    ]
    assert said(find("CORNWALL", store))[:2] == [
        ("system", CORNWALL, CORNWALL),
        ("LTLA", "E06000052", CORNWALL),
    ]
    assert [row["name"] for row in find("Sussex", store)] == [
        "NHS Sussex Integrated Care Board",
        "East Sussex",
        "West Sussex",
    ]


@pytest.mark.parametrize("text", ["Devon ICB", "QJK", "NHS Devon", "devon integrated care board"])
def test_an_alias_of_a_system(store, text):
    assert said(find(text, store))[0] == ("system", DEVON, DEVON)


def test_an_authority_in_two_systems_stands_in_both_most_people_first(store):
    found = find("Plymouth City Council", store)
    assert said(found)[:2] == [
        ("LTLA", "E06000026", CORNWALL),
        ("LTLA", "E06000026", DEVON),
    ]
    assert said(found) == said(find("plymouth", store))


def test_msoas_and_small_areas_by_name(store):
    assert said(find("Plymouth 001", store)) == [
        ("MSOA", "E02000001", DEVON),
        ("small area", "E01000001", DEVON),
        ("small area", "E01000002", DEVON),
    ]
    assert said(find("001b plymouth", store)) == [("small area", "E01000002", DEVON)]


def test_a_ward_gives_its_small_areas_and_says_when_the_name_was_used(store):
    found = find_area("budshead", store)
    assert [row["code"] for row in found.rows] == ["E01000001", "E01000003"]
    assert found.rows[0]["name"] == "Plymouth 001A (Budshead)"
    assert found.notices == ("The names of wards, in brackets, are those of 2024.",)
    assert [row["code"] for row in find("place vieux", store)] == ["E01000007"]


def test_a_misspelt_name_gives_the_nearest_and_says_so(store):
    found = find_area("Plymuoth", store)
    assert found.rows[0]["code"] == "E06000026"
    assert found.notices[0] == (
        'Nothing in edition 2024 is called "Plymuoth"; these are the nearest names.'
    )


@pytest.mark.parametrize("text", ["qqqqq", "---", "<>", "\x1b[31m" + "z" * 5000])
def test_nothing_near(store, text):
    with pytest.raises(UnknownNameError, match="Nothing in edition 2024 is called") as error:
        find(text, store)
    assert error.value.exit_code == 2
    assert len(str(error.value)) < 400
    assert "\x1b" not in str(error.value)


def test_nothing_asked(store):
    with pytest.raises(RequestError, match="Give the name of a place"):
        find("  ", store)


@pytest.mark.parametrize("text", ["e01000004", " E01000004 "])
def test_a_small_area_by_code_with_all_that_it_lies_in(store, text):
    assert said(find(text, store)) == CHAIN


@pytest.mark.parametrize(
    ("code", "kind"),
    [("E02000003", "MSOA"), ("E10000008", "UTLA"), ("E07000041", "LTLA"), (DEVON, "system")],
)
def test_larger_areas_by_code(store, code, kind):
    assert said(find(code, store)) == [(kind, code, DEVON)]


def test_a_code_of_the_other_vintage_names_its_counterparts(store):
    with pytest.raises(UnknownNameError) as error:
        find("E01090010", store, fit=FIT)
    assert str(error.value) == (
        "E01090010 is a small area of LSOA 2011; edition 2024 has those of LSOA 2021. "
        "It corresponds to E01000004, E01000005 (split)."
    )


@pytest.mark.parametrize(
    ("code", "words"), [("E01999999", "check the code and its vintage"), ("W01000001", "Wales")]
)
def test_unknown_codes(store, code, words):
    with pytest.raises(UnknownNameError, match=words):
        find(code, store, fit=FIT)


def test_a_postcode_takes_the_code_of_the_vintage_of_the_edition(store):
    ask = postcode("E01000001", "E01000004", admin_district="Elsewhere")
    found = find_area("pl11aa", store, ask=ask)
    assert said(found.rows) == CHAIN
    assert found.notices == ()


def test_a_postcode_in_a_split_area_lists_all_that_it_may_lie_in(store):
    found = find_area("PL1 1AA", store, fit=FIT, ask=postcode("E01090010"))
    assert said(found.rows) == [CHAIN[0], ("small area", "E01000005", DEVON), *CHAIN[1:]]
    assert found.notices == (
        "PL1 1AA lies in one of 2 small areas of LSOA 2021: postcodes.io gives only E01090010 of "
        "LSOA 2011, which was split.",
    )


def test_a_postcode_in_a_merged_area_is_carried(store):
    found = find_area("PL1 1AA", store, fit=FIT, ask=postcode("E01090020"))
    assert found.rows[0]["code"] == "E01000006"
    assert "merged" in found.notices[0]


def test_a_postcode_that_cannot_be_placed(store):
    with pytest.raises(NotAvailableError, match=r"PL1 1AA cannot be placed.*Name the town"):
        find("PL1 1AA", store, ask=postcode("E01090010"))


def test_a_postcode_whose_small_area_is_unknown_here(store):
    with pytest.raises(NotAvailableError, match="lies in small area E01888888, which edition 2024"):
        find("PL1 1AA", store, ask=postcode("E01000001", "E01888888"))


@pytest.mark.parametrize(
    "ask", [postcode("W01000001", "W01000001", "Wales"), postcode("W01000001", None, "")]
)
def test_a_postcode_outside_england(store, ask):
    with pytest.raises(RequestError, match="CF10 1AA is in Wales; this tool covers England"):
        find("CF10 1AA", store, ask=ask)


def test_part_of_a_postcode(store):
    with pytest.raises(RequestError, match="PL1 is only the beginning of a postcode") as error:
        find("pl1", store)
    assert error.value.exit_code == 2


def test_offline_says_what_to_do(store, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"no connection\. Name the town"):
        find("PL1 2AA", store)


def test_names_and_codes_never_ask_the_network(store):
    def refuse(url):
        raise AssertionError(url)

    for text in ("Plymouth", "E01000001", "budshead", DEVON):
        assert find(text, store, ask=refuse)


def test_the_starter_knows_every_authority_and_says_what_it_lacks(starter):
    found = find_area("Bristol", starter)
    assert said(found.rows) == [
        ("LTLA", "E06000023", "E54000039"),
        ("system", "E54000039", "E54000039"),
    ]
    assert "incontext fetch" in found.notices[-1]
    assert len(find("Plymouth", starter)) == LIMIT
    assert "more areas match" in find_area("Plymouth", starter).notices[0]


def test_the_starter_places_a_postcode_out_of_use_by_its_position(starter):
    gone = {"year_terminated": 2002, "month_terminated": 12}
    inside = {**gone, "longitude": -4.15088, "latitude": 50.37861}
    found = find_area("PL1 1AA", starter, ask=answering(404, error="x", terminated=inside))
    assert found.rows[0]["code"] == "E01015169"
    assert found.notices == (
        "PL1 1AA went out of use in December 2002; it is placed by its position, in outlines "
        "generalised to 200 m.",
    )
    outside = {**gone, "longitude": -0.1, "latitude": 51.5}
    with pytest.raises(NotAvailableError, match=r"went out of use.*incontext fetch"):
        find("SW1A 1AA", starter, ask=answering(404, error="x", terminated=outside))


def test_the_starter_has_no_small_areas_elsewhere(starter):
    with pytest.raises(NotAvailableError, match="E01004736, which the starter does not hold"):
        find("SW1A 1AA", starter, ask=postcode("E01004736"))
    with pytest.raises(UnknownNameError, match="The starter has no area E01004736"):
        find("E01004736", starter)
