"""Electoral wards, for their names alone: they say where in an authority a small area lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geodata.areas import read_lookup
from geodata.editions import Edition


def read_ward_names(files: Mapping[str, Mapping[str, Path]], edition: Edition) -> pd.Series[str]:
    """Return the name of the 2024 ward of each small area of an edition, by ``area_code``.

    Small areas of 2011 take the ward of their small area of 2021, of the first by code where they
    were split. A small area that the lookups do not know is absent. Raises ``SourceError`` where a
    lookup lacks a column.
    """
    wards = read_lookup(
        files["ward_names"]["main"], {"LSOA21CD": "area_code", "WD24NM": "ward_name"}
    )
    names = wards.drop_duplicates("area_code").set_index("area_code")["ward_name"]
    if edition.small_area == "LSOA 2021":
        return names.sort_index()
    path = files["small_area_fit"]["main"]
    fit = read_lookup(path, {"LSOA11CD": "area_code", "LSOA21CD": "later"})
    first = fit.sort_values(["area_code", "later"]).drop_duplicates("area_code")
    return first.set_index("area_code")["later"].map(names).dropna().rename("ward_name")
