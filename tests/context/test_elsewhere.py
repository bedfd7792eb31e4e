"""Names of the neighbouring edition: said to be of it, with what holds the ground here."""

import pytest

from context.find import find_area
from context.listing import list_areas, list_similar
from context.request import find_authority, find_system, resolve_request
from geodata.errors import RequestError, UnknownNameError
from geodata.store import open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The starter of edition 2020: its manifest knows the areas of edition 2024."""
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


def test_a_system_of_the_other_edition_is_refused_with_the_way_out(store):
    with pytest.raises(RequestError) as error:
        find_system("E54000062", store)
    assert str(error.value) == (
        "NHS Black Country Integrated Care Board (E54000062) is of edition 2024; in edition 2020 "
        "its ground lies in The Black Country and West Birmingham (E54000016). Choose this one, "
        "or edition 2024."
    )
    assert error.value.exit_code == 2


def test_a_system_that_kept_its_code_answers_to_both_names(store):
    for name in ("NHS Devon Integrated Care Board", "devon icb", "Devon", "E54000037"):
        assert find_system(name, store).code == "E54000037"
    assert list_areas(store, "NHS Devon Integrated Care Board")


def test_a_district_of_the_other_edition_names_all_that_holds_it(store):
    wanted = "Carlisle (E07000028), Allerdale (E07000026) and Copeland (E07000029)"
    for ask in (
        lambda: find_authority("cumberland", store),
        lambda: resolve_request(store, system="devon", peers=["Cumberland"]),
        lambda: resolve_request(store, system="devon", focus=["E06000063"]),
        lambda: list_similar(store, "Cumberland"),
    ):
        with pytest.raises(RequestError) as error:
            ask()
        assert str(error.value) == (
            f"Cumberland (E06000063) is of edition 2024; in edition 2020 its ground lies in "
            f"{wanted}. Choose one of these, or edition 2024."
        )
    with pytest.raises(UnknownNameError, match="is of edition 2024"):
        find_area("E06000063", store)


def test_what_no_edition_has_stays_unknown(store):
    with pytest.raises(UnknownNameError, match="nearest are: Plymouth"):
        find_authority("Plymuoth", store)
    with pytest.raises(UnknownNameError, match="No system is called"):
        find_system("E54000999", store)


@pytest.mark.parametrize(
    ("text", "code"),
    [("kent", "E54000032"), ("Hampshire STP", "E54000042"), ("Isles of Scilly", "E54000036")],
)
def test_a_system_answers_to_a_part_of_its_name_that_is_its_alone(store, text, code):
    assert find_system(text, store).code == code


def test_a_part_that_several_systems_share_is_ambiguous(store):
    for text in ("yorkshire", "London"):
        with pytest.raises(UnknownNameError, match="nearest are"):
            find_system(text, store)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bournemouth", "E06000058"),
        ("Bristol", "E06000023"),
        ("Brighton", "E06000043"),
        ("Kings Lynn", "E07000146"),
        ("Stoke", "E06000021"),
        ("Durham", "E06000047"),
        ("Scilly", "E06000053"),
        ("Hull", "E06000010"),
    ],
)
def test_an_authority_answers_to_how_people_call_it(store, text, code):
    assert find_authority(text, store).code == code


def test_every_authority_still_answers_to_its_own_name(store):
    members = store.membership.drop_duplicates("area_code")
    for code, name in zip(members["area_code"], members["area_name"], strict=True):
        assert find_authority(str(code), store).code == code
        assert find_authority(str(name), store).name == name


def test_a_shared_name_lists_both(store):
    with pytest.raises(UnknownNameError, match=r"Newcastle upon Tyne .* Newcastle-under-Lyme"):
        find_authority("Newcastle", store)


def test_a_small_area_that_was_redrawn_says_so(store):
    fit = store.fit
    split = fit.loc[fit["change"] == "split", "area_code_2011"].iloc[0]
    found = find_area(str(split), store, fit=fit)
    assert [notice for notice in found.notices if "was split into" in notice]
    same = fit.loc[fit["change"] == "unchanged", "area_code_2011"].iloc[0]
    assert not find_area(str(same), store, fit=fit).notices
