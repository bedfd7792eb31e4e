"""The contract of indicator tables, broken in every way that it names."""

import numpy as np
import pandas as pd
import pytest

from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.schema import CONTRACT, Inputs, Missing, Reading, small_area_rows, validate

CODES = ["E01000001", "E01000002", "E01000003"]
INDICATOR = catalogue().indicator("population_density")


def good():
    def series(*numbers):
        return pd.Series(numbers, index=CODES, dtype=float)

    return small_area_rows(
        "population_density",
        "people_per_km2",
        value=series(100, 200, np.nan),
        numerator=series(10, 20, 30),
        denominator=series(0.1, 0.1, 0),
        period="mid-2019",
    )


def check(table, codes=CODES, missing=()):
    places = pd.DataFrame(
        {"ltla_code": "E06000001", "region_code": ""}, index=pd.Index(codes, name="area_code")
    )
    inputs = Inputs(files={}, edition=Edition.named("2020"), periods={}, places=places)
    reading = Reading(table=table, missing=tuple(missing))
    return validate(reading, INDICATOR, inputs, file="land_area")


def lost(measure="people_per_km2"):
    return Missing(measure=measure, reason="It was not given.", remedy="Give it.")


def test_a_good_table_passes_unchanged():
    table = good()
    assert tuple(table.columns) == CONTRACT
    pd.testing.assert_frame_equal(check(table), good())


def test_a_missing_value_takes_its_parts_along():
    last = good().iloc[2]
    assert last["status"] == "not published"
    assert last[["value", "numerator", "denominator"]].isna().all()


def with_cell(column, value, row=0):
    table = good()
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (good().drop(columns="period"), "columns"),
        (good()[list(reversed(CONTRACT))], "columns"),
        (good().assign(more=1), "columns"),
        (with_cell("measure", "happiness"), "happiness"),
        (pd.concat([good(), good().iloc[[0]]], ignore_index=True), "twice: E01000001"),
        (with_cell("area_code", "E01999999"), "not known: E01999999"),
        (good().iloc[1:], "lacks 1 areas: E01000001"),
        (with_cell("value", np.nan), "status.*E01000001"),
        (with_cell("status", "not published"), "status.*E01000001"),
        (with_cell("value", np.inf), "not finite: E01000001"),
        (with_cell("upper", np.inf), "not finite: E01000001"),
        (with_cell("denominator", -1.0), "negative: E01000001"),
        (with_cell("lower", 101.0), "lower and upper.*E01000001"),
        (with_cell("upper", 99.0), "lower and upper.*E01000001"),
        (good().assign(level="ltla"), "not known: E01000001"),
        (good().assign(level="region"), "not known: E01000001"),
    ],
)
def test_a_broken_table_is_refused_with_file_and_codes(table, says):
    with pytest.raises(SourceError, match=says) as caught:
        check(table)
    assert str(caught.value).startswith("land_area: ")


def test_few_codes_are_listed():
    with pytest.raises(SourceError) as caught:
        check(good(), [*CODES, *(f"E01{i:06d}" for i in range(100, 200))])
    assert "lacks 100 areas" in str(caught.value)
    assert str(caught.value).count("E01") == 5


def test_a_measure_without_rows_must_be_declared_missing():
    """A measure stands in the table or among what is missing, never in neither or both."""
    nothing = good().iloc[0:0]
    with pytest.raises(SourceError, match="people_per_km2"):
        check(nothing)
    assert check(nothing, missing=[lost()]).empty
    with pytest.raises(SourceError, match="people_per_km2"):
        check(good(), missing=[lost()])


def test_a_missing_measure_is_one_of_the_catalogue():
    with pytest.raises(SourceError, match="happiness"):
        check(good(), missing=[lost("happiness")])


def test_codes_of_a_level_are_those_of_the_edition():
    places = pd.DataFrame({"ltla_code": ["B", "A", "B"], "region_code": ["", "R", ""]}, index=CODES)
    inputs = Inputs(files={}, edition=Edition.named("2020"), periods={}, places=places)
    assert list(inputs.codes("lsoa")) == CODES
    assert list(inputs.codes("ltla")) == ["A", "B"]
    assert list(inputs.codes("region")) == ["R"]
    assert list(inputs.codes("england")) == ["E92000001"]
