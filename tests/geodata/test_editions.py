"""Which edition serves which review date."""

import datetime as dt
from itertools import pairwise

import pytest

from geodata.editions import Edition, editions
from geodata.errors import RequestError, VintageError


@pytest.mark.parametrize(
    ("date", "edition"),
    [
        (dt.date(2020, 7, 20), "2020"),
        (dt.date(2022, 6, 30), "2020"),
        (dt.date(2022, 7, 1), "2024"),
        (dt.date(2026, 3, 31), "2024"),
        (dt.date(2026, 4, 1), "2026"),
        (dt.date(9999, 12, 31), "2026"),
    ],
)
def test_on(date, edition):
    assert Edition.on(date).id == edition


def test_editions_follow_each_other_without_gap_or_overlap():
    known = list(editions().values())
    for earlier, later in pairwise(known):
        assert later.valid_from - earlier.valid_to == dt.timedelta(days=1)


def test_a_date_before_all_editions_is_refused():
    with pytest.raises(RequestError, match="31 December 1999"):
        Edition.on(dt.date(1999, 12, 31))


def test_named():
    assert Edition.named("2020").system_count == 42
    with pytest.raises(RequestError, match="2020, 2024, 2026") as caught:
        Edition.named("1066" * 100)
    assert len(str(caught.value)) < 200


def test_an_edition_that_cannot_be_loaded_says_why():
    Edition.named("2020").require_loadable()
    for edition in editions().values():
        assert edition.loadable == (not edition.why_not)
        if not edition.loadable:
            with pytest.raises(VintageError, match="2020"):
                edition.require_loadable()
