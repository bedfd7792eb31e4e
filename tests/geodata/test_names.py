from typing import Literal

import pytest

from geodata.errors import UnknownNameError
from geodata.names import (
    Named,
    find_named,
    load_system_names,
    normalise,
    short_name_of,
    spoken_forms,
    system_aliases,
)

EDITIONS: dict[str, Literal["STP", "ICB"]] = {"2020": "STP", "2024": "ICB"}

# Review name: phase, code in 2020, code in 2024.
REVIEWS = {
    "Bedfordshire, Luton and Milton Keynes ICS": (1, "E54000024", "E54000024"),
    "Devon STP": (1, "E54000037", "E54000037"),
    "Frimley Health and Care ICS": (1, "E54000034", "E54000034"),
    "Lancashire and South Cumbria ICS": (1, "E54000048", "E54000048"),
    "Lincolnshire STP": (1, "E54000013", "E54000013"),
    "Norfolk and Waveney STP": (1, "E54000022", "E54000022"),
    "North East and North Cumbria ICS": (1, "E54000050", "E54000050"),
    "North West London STP": (1, "E54000027", "E54000027"),
    "One Gloucestershire ICS": (1, "E54000043", "E54000043"),
    "Sussex Health and Care Partnership ICS": (1, "E54000053", "E54000064"),
    "The Black Country and West Birmingham STP": (1, "E54000016", "E54000062"),
    "Cheshire and Merseyside Health and Care Partnership": (2, "E54000008", "E54000008"),
    "Hampshire and the Isle of Wight": (2, "E54000042", "E54000042"),
    "Cornwall and the Isles of Scilly": (2, "E54000036", "E54000036"),
    "Northamptonshire Health and Care Partnership": (2, "E54000020", "E54000059"),
    "Herefordshire and Worcestershire": (2, "E54000019", "E54000019"),
    "East London Health and Care Partnership": (2, "E54000029", "E54000029"),
    "Suffolk and North East Essex": (2, "E54000023", "E54000023"),
    "West Yorkshire and Harrogate": (2, "E54000054", "E54000054"),
}


def systems(edition: str) -> list[Named]:
    return [
        Named(
            code=s.code,
            name=s.short_name,
            level="system",
            aliases=system_aliases(s.short_name, s.short_name, s.aliases, EDITIONS[edition]),
        )
        for s in load_system_names(edition).values()
    ]


def place(code: str, name: str, *aliases: str) -> Named:
    return Named(code=code, name=name, level="lad", aliases=aliases)


PLACES = [
    place("E06000026", "Plymouth"),
    place("E06000027", "Torbay"),
    place("E07000043", "North Devon"),
    place("E07000046", "Torridge"),
    place("E06000023", "Bristol, City of", "Bristol"),
    place("W06000002", "Ynys Môn", "Isle of Anglesey"),
]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", REVIEWS)
def test_every_review_name_finds_its_system(name, edition):
    phase, *codes = REVIEWS[name]
    found = find_named(name, systems(edition), what="system")
    assert found.code == codes[list(EDITIONS).index(edition)]
    assert load_system_names(edition)[found.code].phase == phase


@pytest.mark.parametrize("edition", EDITIONS)
def test_only_reviewed_systems_have_a_phase(edition):
    phases = [s.phase for s in load_system_names(edition).values()]
    assert len(phases) == 42
    assert (phases.count(1), phases.count(2)) == (11, 8)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_form_of_every_system_means_that_system_alone(edition):
    every = systems(edition)
    for system in every:
        for form in (system.code, system.name, *system.aliases):
            assert find_named(form, every, what="system") is system


def test_system_names_are_short_and_boards_have_their_letter_code():
    for edition in EDITIONS:
        for system in load_system_names(edition).values():
            words = normalise(system.short_name).split()
            assert not {"nhs", "icb", "stp", "ics", "partnership", "board"} & set(words)
    for system in load_system_names("2024").values():
        assert sum(len(a) == 3 and a.startswith("Q") for a in system.aliases) == 1


def test_letter_code_finds_the_board():
    assert find_named("qjk", systems("2024"), what="system").code == "E54000037"


def test_names_of_an_unknown_edition():
    with pytest.raises(UnknownNameError, match=r'"1999".*2020, 2024'):
        load_system_names("1999")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ynys   MÔN ", "ynys mon"),
        ("Ynys Mo\u0302n", "ynys mon"),
        ("Tyne & Wear", "tyne and wear"),
        ("A&B", "a and b"),
        ("Stoke-on-Trent", "stoke on trent"),
        ("Bristol, City of", "bristol city of"),
        ("King\u2019s Lynn", "kings lynn"),
        ("King's Lynn", "kings lynn"),
        ("Straße", "strasse"),
        ("\t\n,.", ""),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected
    assert normalise(expected) == expected


def test_system_aliases_of_both_kinds():
    board = system_aliases("Devon", "NHS Devon Integrated Care Board", ["QJK"], "ICB")
    assert {"Devon", "QJK", "Devon STP", "Devon ICS", "Devon ICB"} <= set(board)
    assert "NHS Devon Integrated Care Board" not in board  # the official name itself
    assert "NHS Devon Integrated Care Board" in system_aliases("Devon", "Other", [], "ICB")
    assert not any("QJK " in form for form in board)
    partnership = system_aliases("Devon", "Devon", ["devon"], "STP")
    assert "Devon" not in partnership
    assert {"Devon STP", "Devon ICS"} <= set(partnership)
    assert len({normalise(form) for form in partnership}) == len(partnership)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("e06000026", "E06000026"),
        (" E06000026 ", "E06000026"),
        ("PLYMOUTH", "E06000026"),
        ("Plymouth City Council", "E06000026"),
        ("the Torbay Council", "E06000027"),
        ("North Devon District Council", "E07000043"),
        ("Bristol", "E06000023"),
        ("Bristol City Council", "E06000023"),
        ("ynys mon", "W06000002"),
        ("isle of ANGLESEY", "W06000002"),
    ],
)
def test_find_by_code_name_alias_and_kind_of_body(text, code):
    assert find_named(text, PLACES, what="place").code == code


def test_official_name_goes_before_alias():
    both = [place("A", "Newer", "Kent"), place("B", "Kent")]
    assert find_named("Kent", both, what="place").code == "B"


def test_stripping_is_the_last_resort():
    both = [place("A", "Peak"), place("B", "Peak District")]
    assert find_named("Peak District", both, what="place").code == "B"


def test_the_same_area_twice_is_not_ambiguous():
    twice = [PLACES[0], Named(code="E06000026", name="Plymouth", level="utla")]
    assert find_named("Plymouth", twice, what="place") is twice[0]


def test_ambiguous_name_lists_the_codes():
    two = [place("E1", "Newport"), place("W1", "Newport")]
    with pytest.raises(UnknownNameError) as error:
        find_named("newport", two, what="place")
    assert str(error.value) == (
        '"newport" is the name of more than one place: Newport (E1), Newport (W1). '
        "Use the code instead."
    )
    assert find_named("w1", two, what="place").code == "W1"


def test_unknown_name_gives_the_nearest():
    with pytest.raises(UnknownNameError) as error:
        find_named("Plymuoth", PLACES, what="place")
    message = str(error.value)
    assert message.startswith('No place is called "Plymuoth". The nearest are: Plymouth')
    assert error.value.exit_code == 2


def test_names_that_contain_the_text_come_first():
    with pytest.raises(UnknownNameError, match=r"nearest are: North Devon"):
        find_named("Devon", PLACES, what="place")
    with pytest.raises(UnknownNameError, match=r"nearest are: Plymouth"):
        find_named("Plymouth on the south coast", PLACES, what="place")


@pytest.mark.parametrize("text", ["", "   ", "---", "qqqqqqqqqq"])
def test_nothing_similar(text):
    with pytest.raises(UnknownNameError, match="Nothing similar is known"):
        find_named(text, [*PLACES, place("X", "", "")], what="place")


def test_no_candidates():
    with pytest.raises(UnknownNameError, match='No place is called "Devon"'):
        find_named("Devon", [], what="place")


def test_message_has_no_control_characters_and_is_not_long():
    text = "\x1b[31m\u202eno\x00where\n" + "x " * 100_000 + "council " * 1000
    with pytest.raises(UnknownNameError) as error:
        find_named(text, PLACES, what="place")
    message = str(error.value)
    assert not set("\x1b\u202e\x00\n") & set(message)
    assert len(message) < 400
    assert "…" in message


# A lookup of April 2026 as it may come: a board that stays, one renamed, a merger.
BOARDS_2026 = {
    "E54000024": "NHS Bedfordshire, Luton and Milton Keynes Integrated Care Board",
    "E54000037": "NHS Devon and Cornwall Integrated Care Board",
    "E54000071": "NHS West and North London Integrated Care Board",
    "E54000099": "Board of Somewhere",
}


def test_names_of_a_later_edition_come_from_its_lookup():
    found = load_system_names("2026", BOARDS_2026)
    assert {code: name.short_name for code, name in found.items()} == {
        "E54000024": "Bedfordshire, Luton and Milton Keynes",
        "E54000037": "Devon and Cornwall",
        "E54000071": "West and North London",
        "E54000099": "Board of Somewhere",
    }


def test_a_board_that_stayed_keeps_its_aliases_and_phase_and_a_new_one_takes_none():
    found, before = load_system_names("2026", BOARDS_2026), load_system_names("2024")
    assert found["E54000024"] == before["E54000024"]
    assert found["E54000024"].phase == 1
    assert before["E54000037"].phase == 1
    assert (found["E54000037"].phase, found["E54000037"].aliases) == (None, ())


def test_boards_of_2026_are_found_by_every_usual_form():
    every = [
        Named(
            code=code,
            name=BOARDS_2026[code],
            level="system",
            aliases=system_aliases(n.short_name, BOARDS_2026[code], n.aliases, "ICB"),
        )
        for code, n in load_system_names("2026", BOARDS_2026).items()
    ]
    for text in ("west & north london", "NHS West and North London ICB", "E54000071"):
        assert find_named(text, every, what="system").code == "E54000071"
    assert find_named("Devon and Cornwall ICS", every, what="system").code == "E54000037"
    with pytest.raises(UnknownNameError, match=r"nearest are: NHS Devon and Cornwall"):
        find_named("Devon", every, what="system")


def test_without_a_lookup_nothing_is_known_of_2026():
    assert load_system_names("2026") == {}


def test_names_in_use_go_before_derived_ones():
    official = {"E54000037": "NHS Something Else Integrated Care Board"}
    assert load_system_names("2024", official) == load_system_names("2024")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("NHS Devon Integrated Care Board", "Devon"),
        ("nhs Kent & Medway integrated care board ", "Kent & Medway"),
        ("Devon", "Devon"),
        ("NHS Integrated Care Board", "NHS Integrated Care Board"),
    ],
)
def test_the_short_name_of_a_board(name, short):
    assert short_name_of(name) == short


def test_spoken_forms_go_from_the_text_to_its_core():
    assert spoken_forms("The Plymouth City Council")[0] == ["the plymouth city council"]
    assert "plymouth" in [
        form for forms in spoken_forms("The Plymouth City Council") for form in forms
    ]


KINDS = {
    "Devon": ("E54000037", "E10000008"),
    "Cornwall": ("E54000036", "E06000052"),
    "Birmingham": (None, "E08000025"),
    "Cumbria": (None, "E10000006"),
    "Sussex": ("E54000053", None),
}
AUTHORITIES = [
    place("E10000008", "Devon"),
    place("E07000040", "East Devon"),
    place("E06000052", "Cornwall"),
    place("E08000025", "Birmingham"),
    place("E10000006", "Cumbria"),
    place("E10000011", "East Sussex"),
    place("E10000032", "West Sussex"),
]


@pytest.mark.parametrize("name", KINDS)
def test_a_name_of_several_kinds_means_the_kind_that_was_asked_for(name):
    lists = ((systems("2020"), "system"), (AUTHORITIES, "local authority"))
    for code, (candidates, what) in zip(KINDS[name], lists, strict=True):
        if code is not None:
            assert find_named(name, candidates, what=what).code == code
            continue
        with pytest.raises(UnknownNameError, match=rf"No {what} is called.*{name}") as error:
            find_named(name, candidates, what=what)
        assert name in str(error.value).split("nearest are:")[1]
        assert error.value.exit_code == 2
