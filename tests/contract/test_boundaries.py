import json
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.boundaries import dissolve, read_outlines, repair_coverage

SERVICE = (
    "/services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/"
    "LSOA_2011_Boundaries_Super_Generalised_Clipped_BSC_EW_V4/FeatureServer/0/query"
)
PAGE = 2_000
START = 22_000
COUNT = 4_000
NESTED = ["E01024572", "E01018992", "E01019228"]
SWALLOWED = ["E01024573", "E01018993", "E01019227"]

pytestmark = pytest.mark.contract


def fetch(official, path, start=0, **parameters):
    asked = {"outFields": "LSOA11CD", "f": "geojson", "outSR": 27700, **parameters}
    opener = build_opener(ProxyHandler({}))
    pages = []
    for offset in range(start, start + COUNT, PAGE):
        query = urlencode({**asked, "resultOffset": offset, "resultRecordCount": PAGE})
        with opener.open(f"{official.url}{SERVICE}?{query}", timeout=120) as response:
            pages.append(json.load(response))
        if len(pages[-1]["features"]) < PAGE:
            break
    features = [feature for page in pages for feature in page["features"]]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": pages[0]["crs"], "features": features}),
        encoding="utf-8",
    )
    return read_outlines(path, "LSOA11CD")


def test_real_outlines_become_a_coverage_that_dissolves(official, tmp_path):
    where = {"where": "LSOA11CD LIKE 'E01%'", "orderByFields": "LSOA11CD"}
    outlines = fetch(official, tmp_path / "some.geojson", START, **where)
    assert len(outlines) == COUNT
    assert not shapely.coverage_is_valid(outlines.to_numpy())

    repaired = repair_coverage(outlines)
    assert shapely.coverage_is_valid(repaired.to_numpy())
    assert list(repaired.index) == list(outlines.index)

    groups = pd.Series(np.arange(COUNT) // 25, index=repaired.index)
    joined = dissolve(repaired, groups)
    assert len(joined) == COUNT // 25
    assert joined.area.sum() == pytest.approx(repaired.area.sum(), rel=1e-9)
    assert shapely.coverage_is_valid(joined.to_numpy())


def test_the_neighbours_in_nested_shells_survive(official, tmp_path):
    codes = ", ".join(f"'{code}'" for code in [*NESTED, *SWALLOWED])
    outlines = fetch(official, tmp_path / "nested.geojson", where=f"LSOA11CD IN ({codes})")
    assert sorted(outlines.index[~outlines.is_valid]) == sorted(NESTED)
    repaired = repair_coverage(outlines)
    assert repaired.is_valid.all()
    assert np.allclose(repaired[SWALLOWED].area, outlines[SWALLOWED].area, rtol=0.0005)
