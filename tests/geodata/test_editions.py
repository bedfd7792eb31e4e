"""Which edition serves which review date."""

import datetime as dt
from itertools import pairwise

import pytest

from geodata.editions import Edition, editions
from geodata.errors import RequestError


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


def test_only_the_newest_edition_awaits_its_publisher():
    assert [bool(edition.awaits) for edition in editions().values()] == [False, False, True]
    assert [edition.system_count for edition in editions().values()] == [42, 42, 36]
