"""Full builds of both editions from the stand-in, made once for all test processes."""

import os
from collections.abc import Callable

import pytest
from filelock import FileLock

from geodata.editions import Edition
from geodata.store import CURRENT, Store, open_store
from indicators.load import fetch


@pytest.fixture(scope="session")
def homes(official, tmp_path_factory):
    """Edition -> folder of a store that a fetch has filled; filled when first asked for.

    All test processes read the same builds: no test writes into them.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "home"

    def home_of(edition):
        if edition == "2024":
            home_of("2020")  # what is said of change looks back at it
        with FileLock(base / f"home-{edition}.lock"), pytest.MonkeyPatch.context() as patch:
            if not (folder / edition / CURRENT).is_file():
                ages = official.official_dir / "local" / "census2021_age6_lsoa21.csv.gz"
                files = {"census_ages": str(ages)} if edition == "2024" else {}
                patch.setenv("INCONTEXT_MIRROR", official.url)
                patch.setenv("INCONTEXT_HOME", str(folder))
                fetch(Edition.named(edition), files=files)
        return folder

    return home_of


@pytest.fixture(scope="session")
def full_store(homes) -> Callable[[str], Store]:
    """Edition -> its store."""
    stores = {}

    def store_of(edition):
        if edition not in stores:
            stores[edition] = open_store(edition, root=homes(edition))
        return stores[edition]

    return store_of
