"""The downloader against the stand-in of the official services, with every fault it can show."""

import csv
import gzip
import hashlib
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from geodata.download import Downloader, local_file, mirrored
from geodata.errors import DownloadError, InContextError, RequestError, SourceError
from geodata.sources import Dataset, Part

ROOT = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
ITEM = "70eab767c27c42bfb95aab5f67d05cdc"
TABLE = Part(
    name="main",
    kind="arcgis",
    url=ROOT,
    suffix=".csv",
    service="LAD23_RGN23_EN_LU",
    service_pattern=r"LAD23_RGN23_EN_LU(_v\d+)?",
    key="LAD23CD",
    params={"where": "1=1", "outFields": "LAD23CD,RGN23CD,RGN23NM"},
)
MANY = replace(
    TABLE,
    service="LSOA11_CCG21_STP21_LAD21_EN_LU",
    service_pattern="",
    key="LSOA11CD",
    params={"where": "LAD21CD LIKE 'E0800000%'", "outFields": "LSOA11CD,STP21CD"},
)
NOMIS = Part(
    name="main",
    kind="nomis",
    url="https://www.nomisweb.co.uk/api/v01/dataset/NM_2041_1.data.csv",
    suffix=".csv",
    params={
        "date": "2021",
        "geography": "E02002330",
        "c2021_eth_20": "0,1001...1005",
        "measures": "20100",
        "select": "GEOGRAPHY_CODE,DATE_NAME,C2021_ETH_20,OBS_VALUE,RECORD_COUNT",
    },
)
FILE = Part(
    name="main",
    kind="file",
    url=f"https://opendata.arcgis.com/datasets/{ITEM}_0.csv",
    suffix=".csv",
    must_contain=("LSOA11CD",),
)
PARTS = {"arcgis": TABLE, "nomis": NOMIS, "file": FILE}


def dataset(*parts, remedy=""):
    return Dataset(
        id="lookup", edition="2020", title="Lookup", publisher="ONS", licence="OGL",
        attribution="", period="", vintage="", release_date="", landing_page="", note="",
        remedy=remedy, parts=parts,
    )  # fmt: skip


def get(cache, part, **options):
    settings = {"wait_s": 0.01, "timeout_s": 5.0, "tries": 3, **options}
    return Downloader(cache, **settings).fetch(dataset(part), part)


@pytest.fixture
def mirror(official, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    official.clear()
    yield official
    official.clear()


def rows_of(raw):
    with raw.path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_mirror_address(monkeypatch):
    monkeypatch.delenv("INCONTEXT_MIRROR", raising=False)
    assert mirrored("https://a.uk/b?c=d") == "https://a.uk/b?c=d"
    monkeypatch.setenv("INCONTEXT_MIRROR", "http://m:1/")
    assert mirrored("https://a.uk/b?c=d") == "http://m:1/a.uk/b?c=d"
    assert mirrored("http://a.uk/b") == "http://a.uk/b"


pytestmark = pytest.mark.contract


def test_table_is_complete_and_in_the_asked_columns(mirror, tmp_path):
    lines = []
    raw = get(tmp_path, TABLE, report=lines.append)
    table = rows_of(raw)
    assert table[0] == ["LAD23CD", "RGN23CD", "RGN23NM"]
    assert len(table) == 297
    assert raw.path == tmp_path / "2020" / "lookup" / "main.csv"
    assert raw.url.startswith("https://services1.arcgis.com/")
    assert raw.sha256 == hashlib.sha256(raw.path.read_bytes()).hexdigest()
    about = json.loads((raw.path.parent / "main.csv.json").read_text())
    assert about["sha256"] == raw.sha256
    assert about["size"] == raw.size == raw.path.stat().st_size
    assert "Lookup: 296 of 296" in lines
    assert sorted(path.name for path in raw.path.parent.iterdir()) == ["main.csv", "main.csv.json"]
    agents = {entry["user_agent"] for entry in mirror.log()}
    assert any("incontext" in agent for agent in agents)


def test_pages_fit_together(mirror, tmp_path):
    lines = []
    table = rows_of(get(tmp_path, MANY, report=lines.append, timeout_s=5))
    assert len(table) == len({tuple(row) for row in table}) > 1001
    assert any(line.startswith("Lookup: 1,000 of 1,") for line in lines)


def test_outlines_in_metres(mirror, tmp_path):
    part = replace(
        TABLE, suffix=".geojson", geometry=True, key="LSOA11CD",
        service="LSOA_2011_Boundaries_Super_Generalised_Clipped_BSC_EW_V4",
        params={"where": "LSOA11CD LIKE 'E010000%'", "outFields": "LSOA11CD,LSOA11NM"},
    )  # fmt: skip
    content = json.loads(get(tmp_path, part, timeout_s=10).path.read_text())
    assert content["crs"]["properties"]["name"] == "EPSG:27700"
    assert content["features"][0]["properties"]["LSOA11CD"].startswith("E010000")
    assert json.dumps(content["features"][0]["geometry"]["coordinates"]).count(".") > 3


def test_a_renamed_service_is_found_again(mirror, tmp_path):
    old = replace(TABLE, service="LAD23_RGN23_EN_LU_old")
    assert len(rows_of(get(tmp_path, old))) == 297
    with pytest.raises(SourceError, match="no longer published"):
        get(tmp_path, replace(old, service_pattern="NOTHING"))


def test_nomis_is_complete(mirror, tmp_path):
    table = rows_of(get(tmp_path, NOMIS))
    assert table[0][0] == "GEOGRAPHY_CODE"
    assert len(table) == 7


def test_nomis_pages(mirror, tmp_path):
    params = {
        "geography": "2092957699TYPE298", "date": "2019", "gender": "0", "c_age": "200",
        "measures": "20100", "select": "GEOGRAPHY_CODE,OBS_VALUE",
    }  # fmt: skip
    part = replace(NOMIS, url=NOMIS.url.replace("NM_2041_1", "NM_2010_1"), params=params)
    assert len(rows_of(get(tmp_path, part, timeout_s=10))) == 32_845


def test_nomis_wrong_year_and_unknown_table(mirror, tmp_path):
    with pytest.raises(SourceError, match="2021 where 2035"):
        get(tmp_path, replace(NOMIS, params={**NOMIS.params, "date": "2035"}))
    with pytest.raises(DownloadError, match="web page"):
        get(tmp_path, replace(NOMIS, url=NOMIS.url.replace("2041", "9999")))
    with pytest.raises(InContextError):
        get(tmp_path, replace(NOMIS, params={**NOMIS.params, "c2021_eth_20": "", "oops": "1"}))
    with pytest.raises(DownloadError, match="no rows"):
        get(tmp_path, replace(NOMIS, params={**NOMIS.params, "geography": "E02999999"}))


def test_fallback_and_gone(mirror, tmp_path):
    gone = "https://opendata.arcgis.com/datasets/none_0.csv"
    raw = get(tmp_path, replace(FILE, url=gone, fallbacks=(FILE.url,)), timeout_s=5)
    assert raw.url == FILE.url
    with pytest.raises(DownloadError, match="no longer at its address"):
        get(tmp_path / "b", replace(FILE, url=gone))


# What a fault leads to when it never ends: (arcgis, nomis, file); None is success.
FAULTS = {
    "status:503": ("HTTP 503", "HTTP 503", "HTTP 503"),
    "status:429": ("HTTP 429", "HTTP 429", "HTTP 429"),
    "status:500": ("HTTP 500", "HTTP 500", "HTTP 500"),
    "status:403": ("HTTP 403", "HTTP 403", "HTTP 403"),
    "drop": ("connection", "connection", "connection"),
    "truncate": ("cut", "cut", "cut"),
    "slow:9": ("too slowly|in time", "too slowly|in time", "too slowly|in time"),
    "hang": ("in time", "in time", "in time"),
    "html200": ("web page", "web page", "web page"),
    "empty200": ("empty", "empty", "empty"),
    "arcgis_error200": ("error", "web page", "error"),
    "garbage": ("UTF-8", "UTF-8", "UTF-8"),
    "bad_encoding": ("UTF-8", "UTF-8", "UTF-8"),
    "missing_column:LAD23CD": ("no column LAD23CD", None, None),
    "missing_column:RECORD_COUNT": (None, "RECORD_COUNT", None),
    "missing_column:LSOA11CD": (None, None, "LSOA11CD"),
    "duplicate_rows": ("length|twice", "repeated", "repeated"),
    "huge": ("larger", "larger", "larger"),
    "redirect_loop": ("circle", "circle", "circle"),
}
CASES = [
    (kind, mode, reasons[number])
    for mode, reasons in FAULTS.items()
    for number, kind in enumerate(PARTS)
    if reasons[number]
]


@pytest.fixture(scope="module")
def good(official, tmp_path_factory):
    """One good raw file of each kind, to copy into the cache of a test."""
    cache = tmp_path_factory.mktemp("good")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INCONTEXT_MIRROR", official.url)
        official.clear()
        for kind, part in PARTS.items():
            get(cache / kind, part, timeout_s=10)
    return cache


@pytest.mark.parametrize(("kind", "mode", "reason"), CASES)
def test_a_lasting_fault_leaves_the_last_good_file(mirror, good, kind, mode, reason):
    path = good / kind / "2020" / "lookup" / "main.csv"
    before = path.read_bytes(), path.with_name("main.csv.json").read_bytes()
    timeout_s = 0.12 if mode.startswith(("slow", "hang")) else 5.0
    mirror.faults([{"mode": mode}])
    with pytest.raises(InContextError, match=reason) as caught:
        get(good / kind, PARTS[kind], refresh=True, tries=2, timeout_s=timeout_s)
    assert isinstance(caught.value, DownloadError | SourceError)
    assert "\n" not in str(caught.value)
    assert "--file" in str(caught.value) or "check" in str(caught.value)
    assert (path.read_bytes(), path.with_name("main.csv.json").read_bytes()) == before
    assert not [left for left in path.parent.iterdir() if left.name.endswith(".part")]


PASSING = ["status:503", "status:500", "drop", "truncate", "hang", "html200", "empty200",
           "arcgis_error200", "garbage", "bad_encoding", "repeat_page"]  # fmt: skip


@pytest.mark.parametrize("mode", PASSING)
@pytest.mark.parametrize("kind", PARTS)
def test_a_passing_fault_is_survived(mirror, tmp_path, kind, mode):
    get(tmp_path / "before", PARTS[kind], timeout_s=5)
    mirror.faults([{"mode": mode, "times": 1}])
    raw = get(tmp_path, PARTS[kind], timeout_s=1.0 if mode != "hang" else 0.3)
    assert len(rows_of(raw)) in (297, 7, 32_845)


@pytest.mark.parametrize("mode", ["repeat_page", "duplicate_rows", "arcgis_error200", "truncate"])
def test_a_fault_in_the_midst_of_pages(mirror, tmp_path, mode):
    whole = rows_of(get(tmp_path / "whole", MANY, timeout_s=5))
    mirror.faults([{"match": "LSOA11_CCG21", "mode": mode, "times": 1, "after": 2}])
    assert rows_of(get(tmp_path, MANY, timeout_s=5)) == whole


def test_an_interrupted_fetch_goes_on(mirror, tmp_path):
    mirror.faults([{"match": "resultOffset=1000", "mode": "status:500"}])
    with pytest.raises(DownloadError):
        get(tmp_path, MANY, timeout_s=5)
    mirror.clear()
    mirror.clear_log()
    get(tmp_path, MANY, timeout_s=5)
    asked = [entry["query"] for entry in mirror.log() if "FeatureServer" in entry["path"]]
    assert len(asked) == 2  # the count and the missing page
    assert "resultOffset=0" not in "".join(asked)


def test_the_cache(mirror, tmp_path):
    first = get(tmp_path, TABLE)
    mirror.clear_log()
    again = get(tmp_path, TABLE)
    assert again == replace(first, reused=True)
    assert [entry for entry in mirror.log() if "arcgis" in entry["path"]] == []
    assert not get(tmp_path, TABLE, refresh=True).reused
    other = replace(TABLE, params={**TABLE.params, "outFields": "LAD23CD"})
    assert rows_of(get(tmp_path, other))[0] == ["LAD23CD"]
    first.path.write_text("spoiled")
    assert len(rows_of(get(tmp_path, other))) == 297


def test_an_old_file_is_asked_for_again(mirror, tmp_path):
    raw = get(tmp_path, TABLE)
    beside = raw.path.with_name("main.csv.json")
    about = {**json.loads(beside.read_text()), "downloaded_at": "2020-01-01T00:00:00+00:00"}
    beside.write_text(json.dumps(about))
    assert not get(tmp_path, TABLE).reused


def test_an_etag_is_asked_with(tmp_path):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers.get("If-None-Match"))
            body = b"" if asked[-1] else b"a,b\n1,2\n"
            self.send_response(304 if asked[-1] else 200)
            self.send_header("ETag", '"x"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    part = replace(FILE, url=f"http://127.0.0.1:{server.server_port}/t.csv", must_contain=("a,b",))
    try:
        assert not get(tmp_path, part).reused
        assert get(tmp_path, part).reused
    finally:
        server.shutdown()
        server.server_close()
    assert asked == [None, '"x"']


def test_a_given_file_or_address(mirror, tmp_path):
    downloader = Downloader(tmp_path / "cache", timeout_s=5)
    given = tmp_path / "mine.csv.gz"
    given.write_bytes(gzip.compress(b"LSOA11CD,x\nE01000001,1\n"))
    raw = local_file(dataset(FILE), FILE, str(given), downloader)
    assert raw.path.read_bytes().startswith(b"LSOA11CD,x")
    assert raw.url.startswith("file:")
    fetched = local_file(dataset(TABLE), replace(TABLE, must_contain=()), FILE.url, downloader)
    assert len(rows_of(fetched)) == 32_845


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"other,columns\n1,2\n", b"\xff\xfe",
                                     gzip.compress(b"x" * 2_000_000, mtime=0)])  # fmt: skip
def test_a_given_file_is_checked(tmp_path, content):
    downloader = Downloader(tmp_path / "cache")
    given = tmp_path / "mine.csv"
    given.write_bytes(content)
    with pytest.raises(SourceError):
        local_file(dataset(FILE), replace(FILE, max_mb=1), str(given), downloader)
    assert not downloader.place(dataset(FILE), FILE).exists()
    with pytest.raises(RequestError, match="no file"):
        local_file(dataset(FILE), FILE, str(tmp_path / "absent"), downloader)
    book = replace(FILE, suffix=".xlsx", must_contain=())
    with pytest.raises(SourceError):
        local_file(dataset(book), book, str(given), downloader)
