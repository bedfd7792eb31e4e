"""Sentences that once misled: each stays mended on the figures of the starter."""

import pytest

from context.build import build_context
from context.cli import main
from context.request import find_system, resolve_request
from context.statements import make_statements
from geodata.errors import RequestError
from geodata.store import open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


def said(store, **asked):
    made = make_statements(build_context(resolve_request(store, system="devon", **asked), store))
    return {s.id: s for s in made.statements}


def test_the_rest_holds_no_peer_that_overlaps_the_focus(store):
    for focus, peer in (("E10000008", "exeter"), ("exeter", "E10000008")):
        for statement in said(store, focus=[focus], peers=[peer]).values():
            assert "included" not in statement.text + statement.rule


def test_a_county_in_focus_is_told_apart_from_the_system(store):
    for statement in said(store, focus=["E10000008"]).values():
        assert "without Devon" not in statement.text
        assert "In Devon," not in statement.text


def test_a_bullet_on_groups_names_its_place(store):
    for focus in (["plymouth", "torbay"], ["E10000008"], []):
        bullet = said(store, focus=focus)["unequal.ethnicity.share_most_deprived_20_groups"].bullet
        assert any(name in bullet for name in ("Plymouth", "Devon"))


def test_only_the_largest_cluster_is_called_most_of_all(store):
    for focus in (["exeter"], ["plymouth"], []):
        for statement in said(store, focus=focus).values():
            if ".clusters." in statement.id and "most of all" in statement.bullet:
                people = [r["numerator"] for r in statement.evidence if "people_in" in r["measure"]]
                assert people[0] == max(people[:-1])


def test_an_authority_asked_for_as_a_system_is_sent_to_its_own(store):
    with pytest.raises(RequestError, match=r"focus of its system, Devon \(E54000037\)"):
        find_system("Plymouth", store)


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "--system", "devon", "--json", "--csv"],
        ["statements", "--system", "devon", "--json", "--markdown"],
        ["app", "--port", "99999999"],
    ],
)
def test_what_cannot_be_both_is_one_sentence(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines()[-1].startswith("incontext: ")


def test_a_map_that_cannot_be_written_is_one_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    (tmp_path / "folder.png").mkdir()
    where = str(tmp_path / "folder.png")
    assert main(["map", "deprivation", "--system", "devon", "-o", where]) == 1
    assert "cannot be written to" in capsys.readouterr().err
