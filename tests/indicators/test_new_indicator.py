"""Adding an indicator is one declaration, one reader and one fixture; nothing else changes."""

import sys
import tomllib
import types

import pandas as pd
import pytest

from geodata.areas import ENGLAND_CODE, PLACE_COLUMNS
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import read_catalogue
from indicators.describe import describe_measures, describe_missing
from indicators.load import compute, first_periods, read_indicators
from indicators.schema import Inputs, Missing, Reading, small_area_rows

DECLARED = """
[datasets.benches]
title = "Benches"
publisher = "ons"
[datasets.benches.editions.2020]
period = "2020"
[datasets.benches.editions.2020.parts.main]
kind = "file"
url = "https://example.org/benches.csv"
suffix = ".csv"

[indicators.benches]
title = "Benches"
reader = "made_benches"
datasets = ["benches"]
default = "share_near_bench"
order = 9
[indicators.benches.every]
quantity = "share of people"
low_words = "lowest"
high_words = "highest"
polarity = "neutral"
[indicators.benches.measures.share_near_bench]
title = "People near a bench"
phrase = "share of people near a bench"
unit = "%"
aggregation = "sum of parts"
[indicators.benches.measures.share_near_table]
title = "People near a table"
phrase = "share of people near a table"
unit = "%"
aggregation = "sum of parts"

[topics]
older_people = ["benches"]
"""
CODES = ["E01000001", "E01000002", "E01000003"]


def read(inputs):
    table = pd.read_csv(inputs.files["benches"]["main"]).set_index("code")
    rows = small_area_rows(
        "benches",
        "share_near_bench",
        value=100 * table["near"] / table["people"],
        numerator=table["near"],
        denominator=table["people"],
        period=inputs.periods["benches"],
    )
    gone = Missing(measure="share_near_table", reason="Not counted.", remedy="Count them.")
    return Reading(table=rows, missing=(gone,))


@pytest.fixture
def parts(tmp_path, monkeypatch):
    module = types.ModuleType("indicators.readers.made_benches")
    module.read = read
    monkeypatch.setitem(sys.modules, module.__name__, module)
    path = tmp_path / "benches.csv"
    pd.DataFrame({"code": CODES, "near": [1, 2, 30], "people": [10, 10, 40]}).to_csv(path)
    places = pd.DataFrame(dict.fromkeys(PLACE_COLUMNS, "one"), index=CODES)
    places["ltla_code"] = ["a", "a", "b"]
    inputs = Inputs(
        files={"benches": {"main": path}},
        edition=Edition.named("2020"),
        periods={"benches": "2020"},
        places=places.rename_axis("area_code"),
    )
    return read_catalogue(tomllib.loads(DECLARED)), inputs


def test_a_declaration_and_a_reader_are_enough(parts):
    entries, inputs = parts
    table, missing = read_indicators(entries, inputs, entries.datasets["2020"], print)
    measures = [entries.measure("share_near_bench")]
    people = pd.Series([10.0, 10.0, 40.0], index=inputs.places.index)
    wide, areas = compute(table, measures, inputs.places, people)
    values = areas.set_index(["level", "area_code"])["value"]
    assert values["ltla", "a"] == 15.0
    assert values["england", ENGLAND_CODE] == 55.0
    assert wide["share_near_bench.rank"].tolist() == [1, 2, 3]
    described = describe_measures(wide, areas, measures, first_periods(table))
    assert described["share_near_bench"]["of"] == 3
    assert describe_missing(missing)[0]["measures"] == ["share_near_table"]


def test_a_file_without_one_area_is_refused_and_its_dataset_is_blamed(parts):
    entries, inputs = parts
    path = inputs.files["benches"]["main"]
    pd.read_csv(path).iloc[:2].to_csv(path)
    with pytest.raises(SourceError, match=r"benches.*E01000003") as caught:
        read_indicators(entries, inputs, entries.datasets["2020"], print)
    assert caught.value.blamed == ("benches",)


def test_a_dataset_that_nobody_gave_leaves_every_measure_missing(parts):
    entries, inputs = parts
    nothing = Inputs(files={}, edition=inputs.edition, periods={}, places=inputs.places)
    with pytest.raises(SourceError, match="No indicator"):
        read_indicators(entries, nothing, entries.datasets["2020"], print)
