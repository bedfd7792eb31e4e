"""Life expectancy from tiny made files, with each trap of the workbook and of Fingertips."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest

from geodata.areas import ENGLAND_CODE
from geodata.editions import Edition
from geodata.errors import SourceError
from indicators.catalogue import catalogue
from indicators.readers import life_expectancy as reader
from indicators.readers.fingertips import QUANTITIES, read_comparisons, read_records, say_period
from indicators.readers.life_expectancy_workbook import SHEETS
from indicators.schema import Inputs, validate

INDICATOR = catalogue().indicator("life_expectancy")
PLYMOUTH, BUCKS, BARNSLEY, LONDON = "E06000026", "E06000060", "E08000016", "E09000001"
DEVON, EXETER, REGION = "E10000008", "E07000041", "E12000009"
# district, its name, upper tier, its name
AREAS = [
    (PLYMOUTH, "Plymouth", PLYMOUTH, "Plymouth"),
    (BUCKS, "Buckinghamshire", BUCKS, "Buckinghamshire"),
    (BARNSLEY, "Barnsley", BARNSLEY, "Barnsley"),
    (EXETER, "Exeter", DEVON, "Devon"),
]
LEVELS = {"districts": 0, "authorities": 2, "regions": None}
NAMES = dict([area[:2] for area in AREAS] + [area[2:] for area in AREAS])


def inputs(edition, files, areas=AREAS):
    columns = ["ltla_code", "ltla_name", "utla_code", "utla_name"]
    places = pd.DataFrame(areas, columns=columns).assign(
        region_code=REGION, region_name="South West"
    )
    return Inputs(
        files={"life_expectancy": files},
        edition=Edition.named(edition),
        periods={"life_expectancy": "2016 to 2018"},
        places=places,
    )


def pick(table, measure, level="utla"):
    chosen = table[(table["measure"] == measure) & (table["level"] == level)]
    return chosen.set_index("area_code")


# The workbook -----------------------------------------------------------------------------------

HEADER = [
    *["Area Codes", "Area Names", "", "", "LE", "LCL", "UCL", ""],
    *["HLE", "LCL", "UCL", "%", "", "DfLE", "LCL", "UCL", "%"],
]


def area(code, indent, name, *numbers):
    """A row with LE, LCL, UCL, HLE, LCL, UCL; disability-free years that must not be read."""
    names = ["", "", ""]
    names[indent] = name
    le, hle = numbers[:3] or ("", "", ""), numbers[3:] or ("", "", "")
    return [code, *names, *le, "", *hle, 50.0, "", 1.0, 0.5, 1.5, 5.0]


def sheet(people="males", period="2016-2018", drop=(), more=()):
    rows = [
        area(ENGLAND_CODE, 0, "ENGLAND", 18.85, 18.83, 18.87, 10.58, 10.46, 10.7),
        area(REGION, 0, "SOUTH WEST", 19.3, 19.2, 19.4, 11.0, 10.5, 11.5),
        area(PLYMOUTH, 1, "Plymouth", 18.25, 18.0, 18.5, 9.0, 8.0, 10.0),
        area("E10000002", 1, "Buckinghamshire", 20.0, 19.8, 20.2, 12.0, 11.0, 13.0),
        area(BARNSLEY, 1, "Barnsley", 17.5, 17.2, 17.8, 7.0, 6.0, 8.0),
        area(DEVON, 1, "Devon", 19.5, 19.4, 19.6, 11.5, 10.5, 12.5),
        area(EXETER, 2, "Exeter"),
        area("W06000001", 1, "Isle of Anglesey", 18.0, 17.0, 19.0, 10.0, 9.0, 11.0),
    ]
    rows = [row for row in rows if row[0] not in drop]
    title = f"Health state life expectancies for {people}, United Kingdom, {period}"
    notes = [["Footnotes"], ["Figures exclude deaths of non-residents"]]
    return [[title], ["LE and HLE"], [], HEADER, [], *rows, *more, [], *notes]


def write_workbook(folder, change=None, without=()):
    """An xlsx of inline strings and numbers, with the extra sheet that the stored copy has."""
    names = [name for name in (*SHEETS, "More Mapping") if name not in without]
    sheets = {name: sheet() for name in names} | (change or {})
    path = folder / "main.xlsx"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="r{i}" Type="{kind}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
            f'ContentType="{content}.sheet.main+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r0" '
            f'Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>{listed}</sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{related}</Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            book.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return {"main": path}


def cell(value):
    if isinstance(value, float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def test_the_workbook_gives_every_measure_by_name_of_its_column(tmp_path):
    given = inputs("2020", write_workbook(tmp_path))
    reading = reader.read(given)
    table = validate(reading, INDICATOR, given, file="life_expectancy")
    assert not reading.missing
    assert set(table["level"]) == {"utla", "region", "england"}
    england = pick(table, "hle_65_male", "england").loc[ENGLAND_CODE]
    assert england[["value", "lower", "upper"]].tolist() == [10.58, 10.46, 10.7]
    assert pick(table, "le_birth_female").loc[PLYMOUTH, "value"] == 18.25
    assert set(table["period"]) == {"2016 to 2018"}
    assert table[["numerator", "denominator"]].isna().all(axis=None)


def test_an_area_that_only_changed_its_code_is_found_under_the_code_of_the_edition(tmp_path):
    given = inputs("2020", write_workbook(tmp_path))
    table = reader.read(given).table
    assert pick(table, "le_65_male").loc[BUCKS, "value"] == 20.0
    assert "E10000002" not in set(table["area_code"])


def test_a_declared_code_with_another_name_is_not_taken_for_the_same_area(tmp_path):
    areas = [(c, "Milton Keynes", u, "Milton Keynes") if c == BUCKS else (c, n, u, m)
             for c, n, u, m in AREAS]  # fmt: skip
    with pytest.raises(SourceError, match=r"main.xlsx: E10000002 .*Buckinghamshire.*Milton Keynes"):
        reader.read(inputs("2020", write_workbook(tmp_path), areas))


def test_years_not_in_good_health_are_le_minus_hle_and_have_no_limits(tmp_path):
    table = reader.read(inputs("2020", write_workbook(tmp_path))).table
    years = pick(table, "years_poor_health_65_female").loc[PLYMOUTH]
    assert years["value"] == pytest.approx(9.25)
    assert np.isnan([years["lower"], years["upper"]]).all()


@pytest.mark.parametrize("blank", ["", "..", ":"])
def test_an_area_without_a_figure_is_not_published_and_never_zero(tmp_path, blank):
    many = [(f"E0900{i:04d}", f"B{i}", f"E0900{i:04d}", f"B{i}") for i in range(2, 36)]
    more = [area(c, 1, n, 20.0, 19.0, 21.0, 11.0, 10.0, 12.0) for c, n, _, _ in many]
    more.append(area(LONDON, 1, "City of London", *[blank] * 6))
    every = {name: sheet(more=more) for name in SHEETS}
    city = (LONDON, "City of London", LONDON, "City of London")
    given = inputs("2020", write_workbook(tmp_path, every), [*AREAS, *many, city])
    table = validate(reader.read(given), INDICATOR, given, file="life_expectancy")
    row = pick(table, "years_poor_health_65_male").loc[LONDON]
    assert np.isnan(row["value"])
    assert row["status"] == "not published"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (sheet(period="2017-2019"), r"row 1 says .*2017-2019.* not 2016 to 2018"),
        (sheet(drop=[PLYMOUTH]), rf"'Area Codes' lacks 1 areas: {PLYMOUTH}"),
        (sheet(more=[area(DEVON, 1, "Devon", 1.0, 1.0, 1.0)]), rf"lists areas twice: {DEVON}"),
        (sheet(more=[area("E06000099", 1, "New", *[9.0] * 6)]), r"column LE.*E06000099"),
        (sheet(drop=[PLYMOUTH], more=[area(PLYMOUTH, 1, "Plymouth", "18.2 [r]", 18.0, 19.0)]),
         rf"column LE: value is not a number for {PLYMOUTH}"),
        (sheet(drop=[PLYMOUTH], more=[area(PLYMOUTH, 1, "Plymouth", 18.2, 18.0, "")]),
         rf"column LE: one limit is missing for {PLYMOUTH}"),
        (sheet(drop=[PLYMOUTH], more=[area(PLYMOUTH, 1, "Plymouth", *[182.0] * 6)]),
         rf"column LE: value is no number of years for {PLYMOUTH}"),
        ([[cell.replace("HLE", "Healthy") for cell in row] if row == HEADER else row
          for row in sheet()], r"row 4 lacks the column 'HLE'"),
        (sheet()[1:], r"row 1 says"),
    ],
)  # fmt: skip
def test_a_changed_workbook_is_refused_by_file_sheet_and_column(tmp_path, rows, message):
    every = dict.fromkeys(SHEETS, rows)
    with pytest.raises(SourceError, match=rf"main\.xlsx.*{message}"):
        reader.read(inputs("2020", write_workbook(tmp_path, every)))


def test_a_missing_sheet_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"main\.xlsx lacks the sheets HE - Female at 65"):
        reader.read(inputs("2020", write_workbook(tmp_path, without=["HE - Female at 65"])))


# Fingertips -------------------------------------------------------------------------------------

COLUMNS = [
    *["Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name"],
    *["Area Type", "Sex", "Age", "Category Type", "Category", "Time period", "Value"],
    *["Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit"],
    *["Count", "Denominator", "Value note", "Recent Trend"],
    *["Compared to England value or percentiles", "Compared to percentiles"],
    *["Time period Sortable", "New data", "Compared to goal", "Time period range"],
]
ID_OF = {quantity: number for number, quantity in QUANTITIES.items()}


def record(quantity, sex, code, period, value, **more):
    half = 0.5 if value else ""
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "Indicator ID": ID_OF[quantity],
        "Parent Code": "" if code == ENGLAND_CODE else ENGLAND_CODE,
        "Area Code": code,
        "Area Name": NAMES.get(code, code),
        "Sex": sex,
        "Time period": period,
        "Value": value,
        "Lower CI 95.0 limit": value - half if value else "",
        "Upper CI 95.0 limit": value + half if value else "",
    }
    return row | more


def records(level, periods, value=80.0, codes=None):
    """England twice, as the publisher gives it, then each area: both sexes, every period."""
    column = LEVELS[level]
    codes = codes or ([REGION] if column is None else sorted({a[column] for a in AREAS}))
    rows = []
    for quantity, years in periods.items():
        for period in years:
            for sex in ("Male", "Female"):
                england = record(quantity, sex, ENGLAND_CODE, period, value)
                rows += [england, england | {"Parent Code": ENGLAND_CODE}]
                rows += [record(quantity, sex, code, period, value) for code in codes]
    return rows


def write_csv(path, rows, *, encoding="utf-8", columns=COLUMNS, short=False):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[row[c] for c in columns][: -1 if short else None] for row in rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


BIRTH = {"le_birth": ["2021 - 23", "2022 - 24"], "hle_birth": ["2021 - 23", "2022 - 24"]}


def write_parts(folder, change=None, periods=BIRTH, **how):
    rows = {level: records(level, periods) for level in LEVELS} | (change or {})
    return {level: write_csv(folder / f"{level}.csv", own, **how) for level, own in rows.items()}


def read_valid(files, edition="2024", areas=AREAS):
    given = inputs(edition, files, areas)
    reading = reader.read(given)
    table = validate(reading, INDICATOR, given, file="life_expectancy")
    return table, {entry.measure: entry for entry in reading.missing}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("short", [False, True])
def test_with_or_without_byte_order_mark_and_with_one_field_fewer(tmp_path, encoding, short):
    table, missing = read_valid(write_parts(tmp_path, encoding=encoding, short=short))
    assert set(table["period"]) == {"2022 to 2024"}
    assert set(table["level"]) == {"ltla", "utla", "region", "england"}
    assert pick(table, "hle_birth_male", "england")["value"].tolist() == [80.0]
    assert set(missing) == {m.id for m in INDICATOR.measures if m.age == "65"}


def test_26_columns_of_the_older_header_are_enough(tmp_path):
    table, _ = read_valid(write_parts(tmp_path, columns=COLUMNS[:-1]))
    assert pick(table, "le_birth_female", "ltla").loc[EXETER, "value"] == 80.0


def test_breakdowns_persons_and_other_periods_are_left_out(tmp_path):
    more = [
        record("le_birth", "Male", PLYMOUTH, "2022 - 24", 70.0, **{"Category Type": "Deprivation"}),
        record("le_birth", "Persons", PLYMOUTH, "2022 - 24", 71.0),
        record("le_birth", "Male", PLYMOUTH, "2024", 72.0),
        record("le_birth", "Male", PLYMOUTH, "2022 - 26", 73.0),
    ]
    table, _ = read_valid(write_parts(tmp_path, {"districts": records("districts", BIRTH) + more}))
    assert pick(table, "le_birth_male", "ltla").loc[PLYMOUTH, "value"] == 80.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2022 - 24", "2022 to 2024"),
        ("1999 - 01", "1999 to 2001"),
        ("2022-24", "2022 to 2024"),
        ("2022", None),
        ("2019 - 23", None),
        ("2022/23 - 24/25", None),
    ],
)
def test_three_year_periods_are_written_as_people_say_them(text, said):
    assert say_period(text) == said


def test_a_code_with_a_leading_n_loses_it(tmp_path):
    rows = [row | {"Area Code": f"n{row['Area Code']}"} for row in records("regions", BIRTH)]
    table, _ = read_valid(write_parts(tmp_path, {"regions": rows}))
    assert pick(table, "le_birth_male", "region").index.tolist() == [REGION]


def test_a_line_break_inside_a_quoted_field_is_no_new_row(tmp_path):
    rows = [
        row | {"Value note": "Value estimated\r\nfrom, other years"}
        for row in records("districts", BIRTH)
    ]
    table, _ = read_valid(write_parts(tmp_path, {"districts": rows}))
    assert len(pick(table, "le_birth_male", "ltla")) == len(AREAS)


def test_figures_without_limits_keep_their_value(tmp_path):
    bare = {"Lower CI 95.0 limit": "", "Upper CI 95.0 limit": ""}
    rows = {level: [row | bare for row in records(level, BIRTH)] for level in LEVELS}
    table, _ = read_valid(write_parts(tmp_path, rows))
    assert table["lower"].isna().all()
    assert table["value"].notna().all()


def test_the_newest_period_that_is_complete_for_both_sexes_is_taken(tmp_path):
    newest = [
        record("le_birth", "Male", code, "2023 - 25", 80.0)
        for code in (ENGLAND_CODE, *sorted({a[0] for a in AREAS}))
    ]
    table, _ = read_valid(
        write_parts(tmp_path, {"districts": records("districts", BIRTH) + newest})
    )
    assert set(pick(table, "le_birth_male", "ltla")["period"]) == {"2022 to 2024"}
    women = [row | {"Sex": "Female"} for row in newest]
    rows = records("districts", BIRTH) + newest + women
    table, _ = read_valid(write_parts(tmp_path, {"districts": rows}))
    assert set(table[table["measure"].str.startswith("le_")]["period"]) == {"2023 to 2025"}
    assert set(table[table["measure"].str.startswith("hle_")]["period"]) == {"2022 to 2024"}


def test_a_level_with_fewer_than_half_of_its_areas_is_left_out(tmp_path):
    few = records("districts", BIRTH, codes=[PLYMOUTH])
    table, _ = read_valid(write_parts(tmp_path, {"districts": few}))
    assert "ltla" not in set(table["level"])


def test_a_level_with_half_of_its_areas_says_what_is_not_published(tmp_path):
    half = records("authorities", BIRTH, codes=[PLYMOUTH, BARNSLEY])
    table, _ = read_valid(write_parts(tmp_path, {"authorities": half}))
    status = pick(table, "le_birth_male")["status"]
    assert status[[PLYMOUTH, BARNSLEY]].tolist() == ["", ""]
    assert status[[BUCKS, DEVON]].tolist() == ["not published", "not published"]


def test_a_suppressed_value_says_so(tmp_path):
    rows = [
        row | {"Value": "", "Value note": "Value suppressed: few people"}
        | {"Lower CI 95.0 limit": "", "Upper CI 95.0 limit": ""}
        if row["Area Code"] == PLYMOUTH else row
        for row in records("authorities", BIRTH)
    ]  # fmt: skip
    table, _ = read_valid(write_parts(tmp_path, {"authorities": rows}))
    assert pick(table, "le_birth_male").loc[PLYMOUTH, "status"] == "suppressed"


def test_a_measure_of_too_few_areas_is_missing_with_reason_and_remedy(tmp_path):
    at_65 = BIRTH | {"le_65": ["2016 - 18"], "hle_65": ["2016 - 18"]}
    rows = {
        level: [
            row
            for row in records(level, at_65)
            if row["Time period"] != "2016 - 18" or row["Area Code"] != BUCKS
        ]
        for level in LEVELS
    }
    table, missing = read_valid(write_parts(tmp_path, rows))
    assert not table["measure"].str.contains("65").any()
    lost = missing["years_poor_health_65_male"]
    assert "2016 to 2018" in lost.reason
    assert "3 of the 4" in lost.reason
    assert "edition 2020" in lost.remedy


def test_at_65_both_are_subtracted_within_one_period_only(tmp_path):
    at_65 = {"le_65": ["2021 - 23", "2022 - 24"], "hle_65": ["2021 - 23"]}
    rows = {level: records(level, BIRTH | at_65) for level in LEVELS}
    for own in rows.values():
        own[:] = [
            row | {"Value": 60.0, "Lower CI 95.0 limit": 59.0, "Upper CI 95.0 limit": 61.0}
            if row["Indicator ID"] == ID_OF["hle_65"]
            else row
            for row in own
        ]
    table, missing = read_valid(write_parts(tmp_path, rows))
    assert not missing
    years = pick(table, "years_poor_health_65_male", "ltla")
    assert set(years["period"]) == {"2021 to 2023"}
    assert set(years["value"]) == {20.0}
    assert set(pick(table, "le_65_male", "ltla")["period"]) == {"2022 to 2024"}


def test_codes_newer_than_the_edition_are_those_of_the_same_area(tmp_path):
    def renamed(level):
        new = {"Area Code": "E08000038", "Area Name": "Barnsley"}
        return [row | new if row["Area Code"] == BARNSLEY else row for row in records(level, BIRTH)]

    table, _ = read_valid(write_parts(tmp_path, {level: renamed(level) for level in LEVELS}))
    assert pick(table, "le_birth_male").loc[BARNSLEY, "value"] == 80.0
    twice = record("le_birth", "Male", "E08000038", "2022 - 24", 79.0, **{"Area Name": "Barnsley"})
    both = [*records("districts", BIRTH), twice]
    with pytest.raises(SourceError, match=r"districts.csv.*two codes.*E08000016"):
        read_valid(write_parts(tmp_path, {"districts": both}))


def test_edition_2026_takes_the_old_codes_for_the_same_areas(tmp_path):
    areas = [("E08000038", "Barnsley", "E08000038", "Barnsley") if c == BARNSLEY else (c, n, u, m)
             for c, n, u, m in AREAS]  # fmt: skip
    table, _ = read_valid(write_parts(tmp_path), edition="2026", areas=areas)
    assert pick(table, "le_birth_male", "ltla").loc["E08000038", "value"] == 80.0


def changed(where, **cells):
    """Every row of ``where`` in the districts file with other cells, by position in COLUMNS."""
    named = {COLUMNS[int(key[1:])]: value for key, value in cells.items()}
    return [
        row | named if row["Area Code"] == where and row["Time period"] == "2022 - 24" else row
        for row in records("districts", BIRTH)
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed(PLYMOUTH, c4="E06000999"), r"column Value: the area code .*E06000999"),
        (changed(PLYMOUTH, c12="n/a"), rf"column Value: value is not a number for {PLYMOUTH}"),
        (changed(PLYMOUTH, c12="-3"), rf"column Value: value is no number .*{PLYMOUTH}"),
        (changed(PLYMOUTH, c13=""), rf"one limit is missing for {PLYMOUTH}"),
        (changed(PLYMOUTH, c12=""), rf"limits stand without a value for {PLYMOUTH}"),
        (changed(ENGLAND_CODE, c12="81"), r"differs from the other files for E92000001"),
        (records("districts", BIRTH)[:4] * 2, r"column Area Code gives a figure twice"),
    ],
)
def test_strange_figures_are_refused_by_file_column_and_code(tmp_path, rows, message):
    given = write_parts(tmp_path, {"districts": rows})
    with pytest.raises(SourceError, match=rf"\.csv.*{message}"):
        read_valid(given)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<!DOCTYPE html><html>Too busy</html>", r"'Indicator ID' but '<!DOCTYPE html>"),
        (b"Parameter child_area_type_id is missing", r"'Indicator ID' but 'Parameter"),
        (b"", r"'Indicator ID' but 'nothing'"),
        (b"90366,Life expectancy at birth,,\n", r"'Indicator ID' but '90366"),
        (b"Indicator ID,Area Code\n90366,E1\n", r"lacks the columns Parent Code, Area Name"),
        (",".join(COLUMNS).encode() + b"\n90366,x,y\n", r"line 2 has 3 fields, the header 27"),
        (",".join(COLUMNS).encode() + b"\n\xff\n", r"cannot be read"),
        (",".join(COLUMNS).encode() + b"\n", r"column Indicator ID has none"),
    ],
)
def test_what_is_no_table_is_refused_with_its_beginning(tmp_path, body, message):
    path = tmp_path / "districts.csv"
    path.write_bytes(body)
    with pytest.raises(SourceError, match=rf"districts\.csv.*{message}"):
        read_valid({"districts": path})


def test_the_published_comparison_is_read_beside_the_figures(tmp_path):
    name = "Compared to England value or percentiles"
    rows = [row | {name: "Worse" if row["Area Code"] == PLYMOUTH else "Not compared"}
            for row in records("districts", BIRTH)]  # fmt: skip
    path = write_csv(tmp_path / "districts.csv", rows)
    compared = read_comparisons(path, "ltla")
    assert list(compared.columns) == ["area_code", "measure", "period", "comparison"]
    assert set(compared["area_code"]) == {PLYMOUTH}
    assert set(compared["comparison"]) == {"Worse"}
    assert len(list(read_records(path))) == len(rows)


def test_every_measure_of_the_catalogue_says_sex_age_and_quantity():
    assert len(INDICATOR.measures) == 10
    for measure in INDICATOR.measures:
        assert measure.id.endswith(f"{measure.age}_{measure.sex}")
        assert measure.unit == "years"
        assert not measure.adds_up
        assert measure.definition.count(".") == 1
        assert measure.limit.endswith(".")
    assert INDICATOR.defaults == ("le_65_female", "hle_birth_female", "le_birth_female")
