"""Postcodes: what is one, and what is made of every answer of the service."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from geodata.download_answer import Answer, Question
from geodata.download_transport import Fault
from geodata.errors import DownloadError, UnknownNameError
from geodata.postcodes import is_partial, look_up, read_postcode

CODES = {"lsoa": "E01099999", "lsoa11": "E01015156", "lsoa21": None}
RESULT = {"country": "England", "longitude": -4.1, "latitude": 50.4, "codes": CODES}


def answering(body, status=200):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda url: Answer(status=status, body=text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("PL11AA", "PL1 1AA"),
        ("pl1 1aa", "PL1 1AA"),
        ("  p l 1 1 a a ", "PL1 1AA"),
        ("sw1a1aa", "SW1A 1AA"),
        ("CR0 2AB", "CR0 2AB"),
        ("M11AE", "M1 1AE"),
        ("EC1V\t1AB", "EC1V 1AB"),
    ],
)
def test_a_full_postcode_in_any_spelling(text, written):
    assert read_postcode(text) == written
    assert not is_partial(text)


@pytest.mark.parametrize("text", ["PL1", "pl11", "SW1A", "PL1 1", "pl1 1a", "M1"])
def test_the_beginning_of_a_postcode(text):
    assert read_postcode(text) is None
    assert is_partial(text)


@pytest.mark.parametrize(
    "text", ["", "PL", "Plymouth", "E01015156", "E06000026", "QJK", "PL1 1AAA", "003A"]
)
def test_neither(text):
    assert read_postcode(text) is None
    assert not is_partial(text)


def test_the_explicit_codes_are_read_and_lsoa_is_not():
    found = look_up("PL1 2AA", ask=answering({"status": 200, "result": RESULT}))
    assert dict(found.small_areas) == {"LSOA 2011": "E01015156"}
    assert (found.longitude, found.latitude, found.ended) == (-4.1, 50.4, "")


def test_both_vintages_where_given():
    codes = {**CODES, "lsoa21": "E01035624"}
    found = look_up("PL1 2AA", ask=answering({"result": {**RESULT, "codes": codes}}))
    assert dict(found.small_areas) == {"LSOA 2011": "E01015156", "LSOA 2021": "E01035624"}


def test_one_request_with_nothing_but_the_postcode():
    asked = []

    def ask(url):
        asked.append(url)
        return Answer(status=200, body=json.dumps({"result": RESULT}).encode())

    look_up("PL1 2AA", ask=ask)
    assert asked == ["https://api.postcodes.io/postcodes/PL12AA"]


@pytest.mark.parametrize(
    ("month", "ended"),
    [(12, "December 2002"), (13, "an unknown month"), (None, "an unknown month")],
)
def test_a_postcode_out_of_use_is_found(month, ended):
    gone = {"year_terminated": 2002, "month_terminated": month, "longitude": -4.1, "latitude": 99.0}
    body = {"status": 404, "error": "Postcode not found", "terminated": gone}
    found = look_up("PL1 1AA", ask=answering(body, 404))
    assert found.ended == ended
    assert not found.small_areas
    assert (found.longitude, found.latitude) == (-4.1, None)


def test_an_unknown_postcode():
    body = {"status": 404, "error": "Postcode not found"}
    with pytest.raises(UnknownNameError, match=r"ZZ99 9ZZ is not a postcode") as error:
        look_up("ZZ99 9ZZ", ask=answering(body, 404))
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>sign in</html>", 200),
        (b"", 200),
        (b"\xff\xfe", 200),
        ([], 200),
        ({}, 200),
        ({"result": None}, 200),
        ({"result": {"codes": None}}, 200),
        ({"result": {"codes": ["x"]}}, 200),
        (b"<html>no such page</html>", 404),
        ({}, 404),
        ({"terminated": "yes"}, 404),
        (b"[" * 100_000, 200),
    ],
)
def test_an_answer_that_is_no_answer_is_one_sentence(body, status):
    with pytest.raises(DownloadError) as error:
        look_up("PL1 2AA", ask=answering(body, status))
    assert str(error.value).endswith("Name the town or the council instead.")
    assert "PL1 2AA" in str(error.value)


def test_nobody_answers(monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(DownloadError) as error:
        look_up("PL1 2AA")
    assert str(error.value) == (
        "The postcode PL1 2AA could not be looked up at postcodes.io: there is no connection. "
        "Name the town or the council instead."
    )


class _Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.waiting.wait(5)

    def log_message(self, *words):
        pass


def test_a_silent_service_is_not_waited_for(monkeypatch):
    from threading import Event

    with ThreadingHTTPServer(("127.0.0.1", 0), _Slow) as server:
        server.waiting = Event()
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("INCONTEXT_MIRROR", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(Fault, match="did not answer in time"):
            Question(timeout_s=0.2).ask("https://api.postcodes.io/postcodes/PL12AA")
        server.waiting.set()
        server.shutdown()


@pytest.mark.contract
def test_the_service(official, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    assert look_up("PL1 2AA").small_areas["LSOA 2011"] == "E01015156"
    assert look_up("PL1 1AA").ended == "December 2002"
    with pytest.raises(UnknownNameError):
        look_up("EX39 6ZZ")


@pytest.mark.contract
@pytest.mark.parametrize(
    "mode", ["status:503", "status:429", "drop", "truncate", "html200", "empty200", "garbage"]
)
def test_every_fault_of_the_service_is_one_sentence(official, monkeypatch, mode):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.faults([{"match": "postcodes", "mode": mode}])
    with pytest.raises(DownloadError, match=r"Name the town or the council instead\.$"):
        look_up("PL1 2AA")


@pytest.mark.contract
@pytest.mark.parametrize("mode", ["redirect_loop", "huge"])
def test_endless_answers_end(official, monkeypatch, mode):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.faults([{"match": "postcodes", "mode": mode}])
    with pytest.raises(DownloadError):
        look_up("PL1 2AA")
