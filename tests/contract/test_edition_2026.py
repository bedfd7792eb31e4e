"""Edition 2026: refused with the reason, and loaded with a small made lookup of 36 systems."""

import pandas as pd
import pytest

from context.build import build_context
from context.request import resolve_request
from geodata.editions import Edition
from geodata.errors import VintageError
from geodata.store import open_store
from indicators.load import fetch

pytestmark = pytest.mark.contract

NEW_CODES = {"E08000016": "E08000038", "E08000019": "E08000039"}  # Barnsley, Sheffield


@pytest.fixture
def home(official, tmp_path, monkeypatch, homes):
    """A folder without a build; raw files are downloaded into it."""
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    monkeypatch.setenv("INCONTEXT_HOME", str(tmp_path))
    return tmp_path


def made_lookup(source, target):
    """The lookup of 2024 with six pairs of systems merged and the district codes of 2026."""
    table = pd.read_csv(source, dtype=str)
    table = table.rename(columns=lambda name: name.replace("24", "26"))
    names = dict(zip(table["ICB26CD"], table["ICB26NM"], strict=True))
    codes = sorted(names)
    merged = dict(zip(codes, codes, strict=True)) | dict(zip(codes[:6], codes[6:12], strict=True))
    table["ICB26CD"] = table["ICB26CD"].map(merged)
    table["ICB26NM"] = table["ICB26CD"].map(names)
    table["LAD26CD"] = table["LAD26CD"].replace(NEW_CODES)
    table.to_csv(target, index=False)
    return target


def test_without_its_lookup_it_says_what_it_awaits(home):
    with pytest.raises(VintageError, match=r"36 integrated care boards.*system_lookup=PATH"):
        fetch(Edition.named("2026"))


def test_with_a_lookup_it_loads_and_answers(home, homes):
    source = homes("2024") / "raw" / "2024" / "system_lookup" / "main.csv"
    lookup = made_lookup(source, home / "lookup.csv")
    built = fetch(Edition.named("2026"), files={"system_lookup": str(lookup)})
    assert built.small_areas == 33_755
    store = open_store("2026")
    assert len(store.systems) == 36
    barnsley = store.membership[store.membership["area_code"] == "E08000038"]
    assert set(barnsley["level"]) == {"ltla", "utla"}
    system = barnsley["system_code"].iloc[0]
    assert resolve_request(store, system="South Yorkshire").system == system
    context = build_context(resolve_request(store, system=system, focus=["Barnsley"]), store)
    rows = context.comparison[context.comparison["role"] == "focus"].set_index("measure")
    assert rows.loc["hle_birth_female", "value"] > 0
