"""The dot plot of a slide: where dots, names, intervals and numbers stand, and what holds them."""

import dataclasses
import datetime as dt

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from context.chart_data import ChartData, Panel, make_series
from context.deck_charts import add_chart
from context.deck_dots import axis_of
from context.deck_template import Area

MADE = dt.datetime(2026, 1, 2)
AREA = Area(400000, 1400000, 11000000, 4800000)
NAMES = ("Torbay", "Plymouth", "England", "Rest of Devon")
ORDER = ["idx", "order", "tx", "spPr", "marker", "dPt", "dLbls", "xVal", "yVal", "smooth"]


def panel_of(values, limits=()):
    return Panel(
        title="",
        labels=NAMES,
        roles=("peer", "focus", "england", "rest"),
        notes=("", "", "", "published for whole authorities only"),
        series=(make_series("Life expectancy", values, limits=limits),),
    )


def chart_of(panel, unit="years"):
    return ChartData(
        id="comparison-le", kind="dots", indicator="life_expectancy", measures=("le",),
        title="What it says", subtitle="What it is", source="", alt="In words", note="",
        unit=unit, decimals=1, panels=(panel,),
    )  # fmt: skip


def drawn(panel, unit="years"):
    slide = Presentation().slides.add_slide(Presentation().slide_layouts[6])
    return add_chart(slide, chart_of(panel, unit), panel, AREA, highest=0.0, made=MADE).chart


@pytest.fixture
def limited():
    limits = [(20.7, 21.3), (20.0, 20.6), (21.1, 21.3), (None, None)]
    return panel_of([21.0, 20.3, 21.2, None], limits)


def values_of(series, tag):
    numbers = series._element.find(qn(f"c:{tag}")).iter(qn("c:pt"))
    return {int(pt.get("idx")): float(pt.find(qn("c:v")).text) for pt in numbers}


def texts_of(series):
    found = {}
    for label in series._element.iter(qn("c:dLbl")):
        at = int(label.find(qn("c:idx")).get("val"))
        found[at] = " ".join(text.text for text in label.iter(qn("a:t")))
    return found


def test_each_place_has_its_name_its_dot_and_its_number_in_one_row(limited):
    by_name = {one.name: one for one in drawn(limited).series}
    names, dots = by_name["Place"], by_name["Life expectancy"]
    assert values_of(dots, "xVal") == {0: 21.0, 1: 20.3, 2: 21.2}
    assert values_of(names, "yVal") == values_of(dots, "yVal") == {0: 4, 1: 3, 2: 2, 3: 1}
    assert texts_of(dots) == {0: "21.0", 1: "20.3", 2: "21.2"}
    said = texts_of(names)
    assert [said[n] for n in range(3)] == list(NAMES[:3])
    assert said[3] == "Rest of Devon: published for whole authorities only"


def test_an_interval_is_a_line_from_limit_to_limit_with_a_gap_after_it(limited):
    chart = drawn(limited)
    line = chart.series[0]
    assert line.name == "Intervals"
    ends = {0: 20.7, 1: 21.3, 3: 20.0, 4: 20.6, 6: 21.1, 7: 21.3}
    assert values_of(line, "xVal") == ends
    assert set(values_of(line, "yVal")) == set(ends)
    assert chart._chartSpace.chart.find(qn("c:dispBlanksAs")).get("val") == "gap"


def test_no_series_comes_before_a_longer_one(limited):
    """LibreOffice would lose it."""
    for panel in (limited, panel_of([18.5, 26.9, 18.4, 25.7])):
        counts = [
            int(next(one._element.find(qn("c:xVal")).iter(qn("c:ptCount"))).get("val"))
            for one in drawn(panel).series
        ]
        assert counts[0] == max(counts)


def test_the_number_beside_a_dot_follows_the_data_in_its_own_form(limited):
    dots = drawn(dataclasses.replace(limited), unit="%").series[-1]
    label = dots._element.find(qn("c:dLbls")).find(qn("c:dLbl"))
    assert next(label.iter(qn("a:fld"))).get("type") == "XVALUE"
    assert label.find(qn("c:numFmt")).get("formatCode") == '#,##0.0"%"'
    assert next(label.iter(qn("a:t"))).text == "21.0%"


def test_parts_of_a_series_stand_in_the_order_of_the_schema(limited):
    for one in drawn(limited).series:
        tags = [child.tag.split("}")[1] for child in one._element]
        at = [ORDER.index(tag) for tag in tags]
        assert at == sorted(at)
        for label in one._element.iter(qn("c:dLbl")):
            inside = [child.tag.split("}")[1] for child in label]
            head = [tag for tag in ("idx", "tx", "numFmt", "dLblPos") if tag in inside]
            assert inside[: len(head)] == head
            assert inside[-1] in {"extLst", "showBubbleSize"}


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([16.0, 30.4, 18.4, 25.7], 0.0, 35.0), ([20.3, 21.0, 21.2, 22.0], 20.0, 22.25),
     ([0.0, 0.0, 0.0, 0.0], 0.0, 0.12)],
)  # fmt: skip
def test_the_axis_starts_at_zero_unless_values_lie_close_together(values, low, high):
    axis = axis_of(panel_of(values))
    assert axis.low == pytest.approx(low)
    assert axis.high == pytest.approx(high)
    assert axis.low <= min(values) <= max(values) <= axis.high
