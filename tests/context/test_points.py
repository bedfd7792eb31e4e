import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.points import MOST_POINTS, OUTSIDE, Point, describe_points, find_areas, read_points
from geodata.errors import InContextError, RequestError
from tests.context.test_webmap import CODES, little_ground, little_layer


def read(text: str, **options):
    return read_points(text.encode(), **options)


def test_columns_are_known_by_name_in_any_case_and_order() -> None:
    file = read("NORTHING,Site Name,Type,easting\n50500,Here,Acute,300500\n")
    expected = Point(name="Here", easting=300500, northing=50500, kind="Acute")
    assert file.points == (expected,)
    assert file.problems == ()


def test_degrees_become_metres_of_the_national_grid() -> None:
    (point,) = read("name,lon,lat\nDerriford,-4.1137,50.4167\n").points
    assert point.easting == pytest.approx(249_850, abs=400)
    assert point.northing == pytest.approx(59_350, abs=600)


def test_postcodes_go_through_the_hook_and_unknown_ones_are_named() -> None:
    places = {"PL6 8DH": (249_850.0, 59_350.0)}
    file = read("name,postcode\nA,PL6 8DH\nB,ZZ1 1ZZ\nC,\n", locate=places.get)
    assert [(p.name, p.easting) for p in file.points] == [("A", 249_850.0)]
    assert file.problems == (
        "Row 3: the postcode ZZ1 1ZZ of B is not known.",
        "Row 4: C has no coordinates and no postcode.",
    )
    with pytest.raises(RequestError, match="Postcodes cannot be looked up"):
        read("name,postcode\nA,PL6 8DH\n")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A,x,5", 'the easting "x" is not a number'),
        ("A,nan,5", 'the easting "nan" is not a number'),
        ("A,,5", 'the easting "" is not a number'),
        (",1,5", "there is no name"),
        ("A,-1,5", "easting and northing do not lie in England"),
        ("A", "A has no coordinates"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_the_rest_is_read(row: str, problem: str) -> None:
    file = read(f"name,easting,northing\n{row}\nGood,300000,100000\n")
    assert [point.name for point in file.points] == ["Good"]
    assert len(file.problems) == 1
    assert file.problems[0].startswith("Row 2: ")
    assert problem in file.problems[0]


def test_latitude_and_longitude_in_each_others_place_are_recognised() -> None:
    file = read("name,longitude,latitude\nA,50.4,-4.1\n")
    assert file.problems == ("Row 2: longitude and latitude stand the wrong way round.",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no rows"),
        (b"name,easting,northing\n", "no rows"),
        (b"easting,northing\n1,2\n", 'no column "name"'),
        (b"name,town\na,b\n", "does not say where"),
        (b"PK\x03\x04\0\0", "not text"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_used_says_so(content: bytes, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_points(content)


def test_more_than_the_limit_is_refused() -> None:
    rows = "A,300000,100000\n" * MOST_POINTS
    assert len(read("name,easting,northing\n" + rows).points) == MOST_POINTS
    with pytest.raises(RequestError, match="501 rows; at most 500"):
        read("name,easting,northing\n" + rows + "A,300000,100000\n")


def test_semicolons_and_the_encoding_of_spreadsheets_are_read() -> None:
    text = "Name;Easting;Northing\nCafé, first;300000;100000\n"
    assert read_points(text.encode("cp1252")).points[0].name == "Café, first"
    assert read_points(text.encode("utf-8-sig")).points[0].name == "Café, first"


@given(st.binary(max_size=300))
def test_any_bytes_give_points_or_one_sentence(content: bytes) -> None:
    try:
        read_points(b"name,easting,northing\n" + content)
    except InContextError as error:
        assert str(error)


def test_each_point_finds_its_small_area_and_its_words() -> None:
    ground, layer = little_ground(), little_layer("one")
    points = (
        Point(name="Inside", easting=301_500, northing=100_500),
        Point(name="No value", easting=302_500, northing=101_500),
        Point(name="Away", easting=400_000, northing=400_000),
    )
    assert find_areas(points, ground.outlines) == [CODES[1], CODES[5], ""]
    assert find_areas((), ground.outlines) == []
    table = describe_points(points, ground, [layer])
    expected = pd.DataFrame(
        {
            "Name": ["Inside", "No value", "Away"],
            "Small area": [ground.area_names.iloc[1], ground.area_names.iloc[5], OUTSIDE],
            "Local authority": ["Bbb", "Bbb", ""],
            layer.title: ["lowest fifth", "suppressed", ""],
        },
        dtype=str,
    )
    pd.testing.assert_frame_equal(table, expected)
