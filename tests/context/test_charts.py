"""Charts: what they say, that nothing is invented, and how the pictures are made."""

import dataclasses
import math
import struct
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from context.build import build_context
from context.chart_data import NotDrawn
from context.chart_sheet import colour_of
from context.charts import make_charts, make_figure, render_chart, write_chart
from context.drawing import DPI
from context.lettering import SMALLEST
from context.palette import FOCUS
from context.request import resolve_request
from geodata.errors import RequestError
from geodata.store import open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store("2020", root=tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def plymouth(store):
    request = resolve_request(store, system="devon", focus=["plymouth"], peers=["torbay"])
    return build_context(request, store)


@pytest.fixture(scope="module")
def charts(plymouth):
    return make_charts(plymouth)


def value_of(context, measure, role, code=None):
    table = context.comparison
    rows = table[(table["measure"] == measure) & (table["role"] == role)]
    rows = rows if code is None else rows[rows["area_code"] == code]
    return float(rows["value"].iloc[0])


def without(context, *measures):
    """The same context as if a build had nothing of some measures."""
    manifest = dict(context.store.manifest)
    kept = {k: v for k, v in manifest["measures"].items() if k not in measures}
    store = dataclasses.replace(context.store, manifest={**manifest, "measures": kept})
    return dataclasses.replace(context, store=store)


def test_every_chart_has_two_titles_source_licence_and_words(charts):
    assert not charts.not_drawn
    for chart in charts.drawn:
        assert chart.title
        assert chart.subtitle
        assert chart.title != chart.subtitle
        assert "Open Government Licence v3.0" in chart.source, chart.id
        assert len(chart.alt) > 60
        assert not any(text.endswith("..") for text in (chart.alt, chart.source))
        assert "nan" not in f"{chart.title} {chart.subtitle} {chart.alt}".lower().split()


def test_each_row_and_series_is_as_long_as_the_labels(charts):
    for chart in charts.drawn:
        for panel in chart.panels:
            assert len(panel.roles) == len(panel.labels)
            for one in panel.series:
                lengths = {len(one.values), len(one.lower), len(one.upper), len(one.counts)}
                assert lengths == {len(panel.labels)}


def test_the_comparison_has_each_place_once_with_the_values_of_compare(plymouth, charts):
    panel = charts.find("comparison-share_65_plus").panels[0]
    assert len(set(panel.labels)) == len(panel.labels) == 13
    shown = dict(zip(panel.labels, panel.series[0].values, strict=True))
    assert shown["Plymouth"] == value_of(plymouth, "share_65_plus", "focus")
    assert shown["Torbay"] == value_of(plymouth, "share_65_plus", "peer")
    assert shown["Rest of Devon"] == value_of(plymouth, "share_65_plus", "rest")
    assert shown["Devon system"] == value_of(plymouth, "share_65_plus", "system")
    assert shown["England"] == value_of(plymouth, "share_65_plus", "england")
    assert shown["Exeter"] == value_of(plymouth, "share_65_plus", "ltla", "E07000041")
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_intervals_are_those_published_and_a_place_without_value_says_why(plymouth, charts):
    panel = charts.find("comparison-le_65_female").panels[0]
    table = plymouth.comparison
    row = table[(table["measure"] == "le_65_female") & (table["role"] == "focus")].iloc[0]
    at = panel.labels.index("Plymouth")
    one = panel.series[0]
    assert (one.lower[at], one.upper[at]) == (row["lower"], row["upper"])
    at = panel.labels.index("Rest of Devon")
    assert one.values[at] is None
    assert panel.notes[at]
    assert "Devon (council area)" in panel.labels  # the county, told apart from the system


def test_the_title_says_higher_or_lower_as_the_figures_do(plymouth, charts):
    for measure, word in (("share_65_plus", "lower"), ("imd_score", "higher")):
        gap = value_of(plymouth, measure, "focus") - value_of(plymouth, measure, "rest")
        assert (gap < 0) == (word == "lower")
        assert word in charts.find(f"comparison-{measure}").title


def test_years_in_good_health_and_not_add_up_to_life_expectancy(plymouth, charts):
    chart = charts.find("years_in_good_health_at_65")
    for panel, sex in zip(chart.panels, ("female", "male"), strict=True):
        assert panel.roles[0] == "focus"
        assert panel.labels[-1] == "England"
        healthy, ill = panel.series
        total = value_of(plymouth, f"le_65_{sex}", "focus")
        assert healthy.values[0] == value_of(plymouth, f"hle_65_{sex}", "focus")
        assert math.isclose(healthy.values[0] + ill.values[0], total, abs_tol=0.051)
        assert healthy.lower[0] < healthy.values[0] < healthy.upper[0]
        assert ill.lower[0] < total < ill.upper[0]


def test_at_birth_nothing_is_taken_from_another_release(plymouth):
    gone = [f"{m}_{s}" for m in ("hle_65", "le_65", "years_poor_health_65")
            for s in ("female", "male")]  # fmt: skip
    chart = make_charts(without(plymouth, *gone)).find("healthy_life_expectancy")
    assert [len(panel.series) for panel in chart.panels] == [1, 1]
    value = value_of(plymouth, "hle_birth_male", "focus")
    assert chart.panels[1].series[0].values[0] == value


def test_people_by_fifth_are_counted_from_the_published_decile(plymouth, charts):
    focus, rest = charts.find("people_by_fifth").panels[0].series
    people, deciles = plymouth.places["people"], plymouth.small_areas["imd_decile.value"]
    worst = people[plymouth.in_focus & (deciles <= 2)].sum()
    assert focus.counts[0] == worst
    assert math.isclose(focus.values[0], 100 * worst / people[plymouth.in_focus].sum())
    assert math.isclose(sum(focus.counts) + sum(rest.counts), people.sum())
    assert math.isclose(focus.values[0], value_of(plymouth, "share_most_deprived_20", "focus"))


def test_groups_by_fifth_agree_with_the_measures_and_leave_small_groups_out(plymouth, charts):
    panel = charts.find("groups_by_fifth").panels[0]
    shown = dict(zip(panel.labels, panel.series[0].values, strict=True))
    expected = value_of(plymouth, "share_most_deprived_20_black", "focus")
    assert math.isclose(shown["Black"], expected)
    expected = value_of(plymouth, "share_65_plus_most_deprived_20", "focus")
    assert math.isclose(shown["Aged 65 and over"], expected)
    few = plymouth.small_areas.assign(**{"people_black.numerator": 0.1})
    panel = make_charts(dataclasses.replace(plymouth, small_areas=few)).find("groups_by_fifth")
    at = panel.panels[0].labels.index("Black")
    assert panel.panels[0].series[0].values[at] is None
    assert panel.panels[0].notes[at] == "fewer than 100 people"


def test_ages_add_up_to_the_share_of_older_people(plymouth, charts):
    panel = charts.find("age_structure").panels[0]
    for role in ("focus", "rest", "england"):
        at = panel.roles.index(role)
        total = sum(one.values[at] for one in panel.series)
        assert math.isclose(total, value_of(plymouth, "share_65_plus", role))


def test_the_strip_shows_every_area_of_england_and_marks_the_focus_once(charts):
    for panel in charts.find("national_position").panels:
        assert panel.roles.count("focus") == 1
        assert len(panel.labels) >= 140
        assert list(panel.series[0].values) == sorted(panel.series[0].values)


def test_a_chart_without_its_measures_is_not_drawn_and_says_why(plymouth):
    charts = make_charts(without(plymouth, "people_75_plus", "people_asian"))
    lost = {entry.id: entry for entry in charts.not_drawn}
    assert set(lost) == {"age_structure", "groups_by_fifth"}
    assert isinstance(lost["age_structure"], NotDrawn)
    assert "75 and over" in lost["age_structure"].reason
    assert charts.find("age_structure") is None


@pytest.mark.parametrize("focus", [[], ["plymouth", "torbay"], ["E10000008"], ["exeter"]], ids=str)
@pytest.mark.parametrize("form", ["slide", "standalone"])
def test_no_text_is_under_28_pixels_or_off_the_sheet(store, focus, form):
    context = build_context(resolve_request(store, system="devon", focus=focus), store)
    for chart in make_charts(context).drawn:
        figure = make_figure(chart, form)
        renderer = FigureCanvasAgg(figure).get_renderer()  # once: each text would make its own
        assert figure.texts
        for text in figure.texts:
            assert text.get_fontsize() * DPI / 72 >= SMALLEST - 0.01, text.get_text()
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0, (chart.id, text.get_text())
            assert box.x1 <= 1920, (chart.id, text.get_text())
            assert -1 <= box.y0 <= box.y1 <= 1081, (chart.id, text.get_text())


def test_titles_stand_inside_only_where_no_slide_carries_them(charts):
    chart = charts.find("comparison-share_65_plus")
    for form, inside in (("slide", False), ("standalone", True)):
        shown = " ".join(text.get_text() for text in make_figure(chart, form).texts)
        assert (chart.title in shown) == inside
        assert chart.source in shown


def test_long_names_are_kept_whole(charts):
    name = "Bath and North East Somerset, Swindon and Wiltshire Integrated Care Board"
    chart = charts.find("age_structure")
    panel = chart.panels[0]
    renamed = dataclasses.replace(panel, labels=(name, *panel.labels[1:]))
    figure = make_figure(dataclasses.replace(chart, panels=(renamed,)))
    assert name in " ".join(text.get_text() for text in figure.texts)


def test_the_focus_is_in_the_strong_colour(charts):
    figure = make_figure(charts.find("people_by_fifth"))
    fills = [to_hex(patch.get_facecolor()) for patch in figure.findobj(Rectangle)]
    assert fills.count(FOCUS.lower()) == 6  # five columns and the key
    assert FOCUS not in {colour_of(role) for role in ("england", "rest", "peer", "ltla")}


def test_without_a_focus_the_system_is_in_the_strong_colour(store):
    context = build_context(resolve_request(store, system="devon"), store)
    for chart in make_charts(context).drawn:
        if chart.id.startswith("comparison-imd") or chart.id == "age_structure":
            panel = chart.panels[0]
            assert panel.roles[panel.labels.index("Devon system")] == "focus"
            assert panel.roles.count("focus") == 1


def test_without_a_focus_the_years_are_those_of_the_authorities(store):
    context = build_context(resolve_request(store, system="devon"), store)
    chart = make_charts(context).find("years_in_good_health_at_65")
    for panel in chart.panels:
        shown = zip(panel.roles, panel.series[0].values, strict=True)
        years = [value for role, value in shown if role != "england"]
        assert f"{panel.title.lower()} {min(years):.1f} to {max(years):.1f} (" in chart.title
    assert chart.title.startswith("Years in good health at 65 in the authorities of Devon: ")


def test_png_is_1920_by_1080_and_the_same_every_time(charts):
    chart = charts.find("years_in_good_health_at_65")
    data = render_chart(chart)
    assert struct.unpack(">II", data[16:24]) == (1920, 1080)
    assert data == render_chart(chart)
    assert b"tIME" not in data


def test_write_chart_goes_by_the_suffix(charts, tmp_path):
    chart = charts.find("people_by_fifth")
    write_chart(chart, tmp_path / "chart.svg")
    assert (tmp_path / "chart.svg").read_text().count("Plymouth") >= 2
    with pytest.raises(RequestError, match=r"chart\.gif.*\.png or \.svg"):
        write_chart(chart, tmp_path / "chart.gif")


def test_the_order_of_the_small_areas_never_matters(plymouth, charts):
    turned = dataclasses.replace(
        plymouth,
        small_areas=plymouth.small_areas.iloc[::-1],
        places=plymouth.places.iloc[::-1],
        in_focus=pd.Series(plymouth.in_focus.iloc[::-1]),
    )
    assert make_charts(turned).find("people_by_fifth") == charts.find("people_by_fifth")


def test_no_chart_module_reads_geometry():
    for path in (Path(__file__).parents[2] / "context").glob("chart*.py"):
        text = path.read_text(encoding="utf-8")
        assert "geopandas" not in text
        assert "shapely" not in text


def test_the_narrow_form_is_for_a_phone_and_keeps_every_text_on_the_sheet(charts):
    for chart in charts.drawn:
        if chart.kind not in ("dots", "stacked"):
            continue
        figure = make_figure(chart, narrow=True)
        wide, high = figure.get_size_inches() * DPI
        assert round(wide) == 840
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= wide + 1, text.get_text()
            assert -1 <= box.y0 <= box.y1 <= high + 1, text.get_text()


def test_a_chart_names_the_publishers_of_its_own_figures_alone(charts):
    ethnicity = charts.find("comparison-share_minority_ethnic").source
    assert "Census 2011" in ethnicity
    assert "Deprivation" not in ethnicity
    groups = charts.find("groups_by_fifth").source
    assert "Deprivation" in groups
    assert "Census 2011" in groups
