import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from geodata.boundaries import dissolve, read_outlines, repair_coverage
from geodata.errors import BoundaryError, SourceError

X, Y = 300_000, 100_000


def square(column, row, size=100.0):
    west, south = X + column * size, Y + row * size
    return box(west, south, west + size, south + size)


def outlines(**shapes):
    return gpd.GeoSeries(
        list(shapes.values()),
        index=pd.Index(list(shapes), name="area_code"),
        name="geometry",
        crs="EPSG:27700",
    )


def write(path, features, crs="EPSG:27700", field="LSOA11CD"):
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": crs}},
        "features": [
            {
                "type": "Feature",
                "properties": {field: code},
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            }
            for code, shape in features
        ],
    }
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


def test_outlines_are_read_sorted_and_in_metres(tmp_path):
    path = write(tmp_path / "a.geojson", [("B", square(1, 0)), ("A", square(0, 0))])
    read = read_outlines(path, "LSOA11CD")
    assert list(read.index) == ["A", "B"]
    assert (read.index.name, read.name, read.crs.to_epsg()) == ("area_code", "geometry", 27700)
    assert read["A"].equals(square(0, 0))


@pytest.mark.parametrize(
    ("features", "crs", "says"),
    [
        ([("A", square(0, 0)), ("A", square(1, 0))], "EPSG:27700", "several outlines for A "),
        ([("A", square(0, 0)), ("B", None)], "EPSG:27700", "no outline for B "),
        ([("A", square(0, 0)), ("B", Polygon())], "EPSG:27700", "no outline for B "),
        ([("A", square(0, 0)), ("B", shapely.Point(X, Y))], "EPSG:27700", "not a polygon for B "),
        ([("A", square(0, 0)), (None, square(1, 0))], "EPSG:27700", "empty in 1 of 2 rows"),
        ([("A", box(-4, 50, -3, 51))], "EPSG:4326", "the file says EPSG:4326"),
        ([("A", box(1, 50, 2, 51))], "EPSG:27700", "off the British grid in metres for A "),
        ([("A", square(0, 0)), ("B", box(-9, 5, 9, 9))], "EPSG:27700", "metres for B "),
        ([], "EPSG:27700", "a.geojson"),
    ],
)
def test_a_file_that_is_not_as_promised_is_refused(tmp_path, features, crs, says):
    path = write(tmp_path / "a.geojson", features, crs)
    with pytest.raises(SourceError, match="LSOA11CD") as caught:
        read_outlines(path, "LSOA11CD")
    assert says in str(caught.value)
    assert "a.geojson" in str(caught.value)


def test_a_missing_column_and_an_unreadable_file_are_named(tmp_path):
    path = write(tmp_path / "a.geojson", [("A", square(0, 0))], field="LSOA21CD")
    with pytest.raises(SourceError, match=r"a\.geojson has no column LSOA11CD.*LSOA21CD"):
        read_outlines(path, "LSOA11CD")
    path.write_text("<html>notice</html>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.geojson cannot be read"):
        read_outlines(path, "LSOA11CD")


def test_no_more_than_five_codes_are_named(tmp_path):
    features = [(f"E{i}", square(i, 0)) for i in range(7)]
    path = write(tmp_path / "a.geojson", features + features)
    with pytest.raises(SourceError, match=r"E0, E1, E2, E3, E4 and 2 more"):
        read_outlines(path, "LSOA11CD")


def test_mismatched_edges_meet_after_the_repair():
    west = square(0, 0)
    east = Polygon([(X + 100.02, Y), (X + 200, Y), (X + 200, Y + 100), (X + 99.99, Y + 100)])
    north = Polygon([(X, Y + 100), (X + 50, Y + 99.995), (X + 200, Y + 100), (X, Y + 200)])
    given = outlines(C=west, B=east, A=north)
    assert not shapely.coverage_is_valid(given.to_numpy())
    repaired = repair_coverage(given)
    assert shapely.coverage_is_valid(repaired.to_numpy())
    assert list(repaired.index) == ["C", "B", "A"]
    assert (repaired.index.name, repaired.name) == ("area_code", "geometry")
    assert (repaired.area / given.area - 1).abs().max() < 0.0005


def test_a_valid_coverage_is_kept_as_it_is():
    given = outlines(A=square(0, 0), B=square(1, 0), C=square(0, 1))
    repaired = repair_coverage(given)
    assert all(repaired.geom_equals(given))
    assert all(repair_coverage(repaired).geom_equals(repaired))


def test_a_bow_tie_becomes_its_two_triangles():
    tie = Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    repaired = repair_coverage(outlines(A=tie, B=square(2, 0)))
    assert repaired["A"].is_valid
    assert repaired["A"].geom_type == "MultiPolygon"
    assert repaired["A"].area == pytest.approx(5_000)


def test_a_nested_shell_is_a_hole_with_its_neighbour_in_it():
    inner = box(X + 40, Y + 40, X + 60, Y + 60)
    nested = MultiPolygon([square(0, 0), inner])
    assert not nested.is_valid
    repaired = repair_coverage(outlines(A=nested, B=inner))
    assert repaired["A"].area == pytest.approx(10_000 - 400)
    assert repaired["B"].area == pytest.approx(400)


def test_only_the_polygons_of_a_repaired_outline_are_kept():
    spike = Polygon([(X, Y), (X + 100, Y), (X + 100, Y + 100), (X + 100, Y + 200),
                     (X + 100, Y + 100), (X, Y + 100)])  # fmt: skip
    repaired = repair_coverage(outlines(A=spike, B=square(2, 0)))
    assert repaired["A"].equals(square(0, 0))


def test_islands_are_kept():
    islands = MultiPolygon([square(0, 0), square(5, 5), square(90, 90, size=10)])
    repaired = repair_coverage(outlines(A=islands, B=square(1, 0)))
    assert len(repaired["A"].geoms) == 3
    assert repaired["A"].area == pytest.approx(islands.area)


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ({"A": square(0, 0), "B": box(X + 50, Y, X + 150, Y + 100)}, "by more than 0.05%"),
        ({"A": square(0, 0), "B": square(0, 0)}, "left nothing for"),
        ({"A": square(0, 0), "B": Polygon([(X, Y), (X + 9, Y), (X, Y)])}, "polygon is left"),
        ({"A": square(0, 0), "B": Polygon()}, "no polygon is left after making valid for B"),
    ],
)
def test_what_cannot_be_repaired_is_refused(shapes, says):
    with pytest.raises(BoundaryError, match=r" for [AB]") as caught:
        repair_coverage(outlines(**shapes))
    assert says in str(caught.value)


def test_a_repeated_code_is_refused():
    given = outlines(A=square(0, 0), B=square(1, 0)).rename({"B": "A"})
    with pytest.raises(BoundaryError, match="Several outlines for A"):
        repair_coverage(given)


def test_dissolve_joins_and_conserves_area():
    given = outlines(A=square(0, 0), B=square(1, 0), C=square(2, 0), D=square(9, 9))
    groups = pd.Series({"D": "G1", "C": "G2", "B": "G1", "A": "G1"})
    joined = dissolve(given, groups)
    assert list(joined.index) == ["G1", "G2"]
    assert (joined.name, joined.crs.to_epsg()) == ("geometry", 27700)
    assert joined["G1"].geom_type == "MultiPolygon"
    assert list(joined.area) == pytest.approx([30_000, 10_000])
    assert shapely.coverage_is_valid(joined.to_numpy())


def test_dissolve_leaves_out_areas_without_a_group():
    given = outlines(A=square(0, 0), B=square(1, 0), C=square(2, 0))
    joined = dissolve(given, pd.Series({"A": "G", "B": None}))
    assert joined["G"].equals(square(0, 0))
    assert dissolve(given, pd.Series({"A": None}, dtype=object)).empty


def test_dissolve_refuses_unknown_and_repeated_areas_and_overlaps():
    given = outlines(A=square(0, 0), B=square(1, 0))
    with pytest.raises(BoundaryError, match="no outline: Z"):
        dissolve(given, pd.Series({"A": "G", "Z": "G"}))
    with pytest.raises(BoundaryError, match="more than once: A"):
        dissolve(given, pd.Series(["G", "H"], index=["A", "A"]))
    same = outlines(A=square(0, 0), B=square(0, 0))
    with pytest.raises(BoundaryError, match="not the sum of its parts for G"):
        dissolve(same, pd.Series({"A": "G", "B": "G"}))
