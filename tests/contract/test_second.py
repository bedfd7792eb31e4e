"""A second computation of every aggregate, in plain pandas, from the publishers' raw files.

It imports neither ``context`` nor ``indicators`` for the computation: what it knows of a file is
written here again.
"""

import zipfile

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.contract

IMD = "Index of Multiple Deprivation (IMD)"
SCORES = {
    "imd_score": f"{IMD} Score",
    "geographical_barriers_score": "Geographical Barriers Sub-domain Score",
    "income_domain_rate": "Income Score (rate)",
    "employment_domain_rate": "Employment Score (rate)",
    "education_domain_score": "Education, Skills and Training Score",
    "health_domain_score": "Health Deprivation and Disability Score",
    "crime_domain_score": "Crime Score",
    "barriers_domain_score": "Barriers to Housing and Services Score",
    "environment_domain_score": "Living Environment Score",
}
RATES = {"income_domain_rate", "employment_domain_rate"}
GROUPS_2011 = {"white": 100, "mixed": 200, "asian": 300, "black": 400, "other": 500}
GROUPS_2021 = {
    "asian": "Asian, Asian British or Asian Welsh",
    "black": "Black, Black British, Black Welsh, Caribbean or African",
    "mixed": "Mixed or Multiple ethnic groups",
    "white": "White",
    "other": "Other ethnic group",
}


def read_2020(raw):
    counts = pd.read_csv(raw / "population" / "main.csv")
    ages = counts.pivot_table(index="GEOGRAPHY_CODE", columns="C_AGE", values="OBS_VALUE")
    groups = pd.read_csv(raw / "ethnicity" / "main.csv")
    cells = groups.pivot_table(index="GEOGRAPHY_CODE", columns="CELL", values="OBS_VALUE")
    lookup = pd.read_csv(raw / "system_lookup" / "main.csv", encoding="utf-8-sig")
    lookup = lookup.set_index("LSOA11CD")
    index = pd.read_csv(raw / "iod" / "main.csv").set_index("LSOA code (2011)")
    land = pd.read_excel(
        raw / "land_area" / "main.xlsx",
        sheet_name="Mid-2018 Population Density",
        header=4,
        engine="calamine",
    ).set_index("Code")["Area Sq Km"]
    table = pd.DataFrame({"ltla": lookup["LAD20CD"], "system": lookup["STP20CD"]})
    return table.assign(
        people=ages[200],
        old_base=ages[200],
        old_65=ages[209],
        old_75=ages[[17, 18, 210]].sum(axis=1),
        old_85=ages[210],
        land=land,
        residents=cells[0],
        **{group: cells[cell] for group, cell in GROUPS_2011.items()},
    ), index


def read_2024(raw):
    people = pd.read_csv(raw / "population" / "main.csv").query("C_AGE == 200")
    people = people.set_index("GEOGRAPHY_CODE")["OBS_VALUE"]
    census = pd.read_csv(raw / "census_ages" / "main.csv").set_index("LSOA21CD")
    with zipfile.ZipFile(raw / "ethnicity" / "main.zip") as archive:
        groups = pd.read_csv(archive.open("census2021-ts021-lsoa.csv"))
    groups = groups.set_index("geography code")
    lookup = pd.read_csv(raw / "system_lookup" / "main.csv").set_index("LSOA21CD")
    index = pd.read_csv(raw / "iod" / "main.csv", encoding="utf-8-sig")
    with zipfile.ZipFile(raw / "land_area" / "main.zip") as archive:
        hectares = pd.read_csv(archive.open(archive.namelist()[0]), encoding="latin-1")
    table = pd.DataFrame({"ltla": lookup["LAD24CD"], "system": lookup["ICB24CD"]})
    return table.assign(
        people=people,
        old_base=census["All usual residents"],
        old_65=census["Aged 65 years and over"],
        land=hectares.set_index("LSOA21CD")["AREACHECT"] / 100,
        residents=groups["Ethnic group: Total: All usual residents"],
        **{key: groups[f"Ethnic group: {name}"] for key, name in GROUPS_2021.items()},
    ), index.set_index("LSOA code (2021)")


def expected_values(table, index, level):
    """Measure -> value of each area of a level."""
    names = {" ".join(name.split()): name for name in index.columns}
    deprived = (index[names[decile_name(names)]] <= 2).reindex(table.index)
    places = table.assign(england="E92000001")[level]

    def share(part, whole, factor=100):
        sums = pd.DataFrame({"part": part, "whole": whole}).groupby(places).sum()
        return factor * sums["part"] / sums["whole"]

    found = {
        "people_per_km2": share(table["people"], table["land"], 1),
        "share_most_deprived_20": share(table["people"] * deprived, table["people"]),
        "share_65_plus_most_deprived_20": share(table["old_65"] * deprived, table["old_65"]),
        "share_minority_ethnic": share(table["residents"] - table["white"], table["residents"]),
    }
    for age in ("65", "75", "85"):
        if f"old_{age}" in table:
            found[f"share_{age}_plus"] = share(table[f"old_{age}"], table["old_base"])
            found[f"people_{age}_plus"] = table[f"old_{age}"].groupby(places).sum()
    for group in GROUPS_2021:
        found[f"share_{group}"] = share(table[group], table["residents"])
        found[f"people_{group}"] = table[group].groupby(places).sum()
    for measure, name in SCORES.items():
        score = index[names[name]].reindex(table.index)
        factor = 100 if measure in RATES else 1
        found[measure] = share(score * table["people"], table["people"], factor)
    rate = next((n for n in names if n.startswith("Income Deprivation Affecting Older People")), "")
    base = next((n for n in names if n.startswith("Older population aged 60 and over")), "")
    if rate and base:
        weight = index[names[base]].reindex(table.index)
        found["idaopi_rate"] = share(index[names[rate]].reindex(table.index) * weight, weight)
    return found


def decile_name(names):
    return next(name for name in names if name.startswith(f"{IMD} Decile"))


@pytest.mark.parametrize("edition", ["2020", "2024"])
def test_every_aggregate_is_computed_twice(full_store, homes, edition):
    store = full_store(edition)
    raw = homes(edition) / "raw" / edition
    table, index = read_2020(raw) if edition == "2020" else read_2024(raw)
    assert len(table) == len(pd.concat([store.places(c) for c in store.systems["code"]]))
    compared = 0
    for level in ("ltla", "system", "england"):
        for measure, numbers in expected_values(table, index, level).items():
            rows = store.areas
            rows = rows[(rows["measure"] == measure) & (rows["level"] == level)]
            found = rows.set_index("area_code")["value"]
            assert set(found.index) == set(numbers.index), measure
            np.testing.assert_allclose(
                found, numbers.reindex(found.index), rtol=1e-9, err_msg=f"{measure} {level}"
            )
            compared += len(found)
    assert compared > 8_000
