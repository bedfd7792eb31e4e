"""Small areas of 2011 and 2021: read, refused, and said in words."""

import pandas as pd
import pytest

from geodata import fit as fit_module
from geodata.download import Downloader
from geodata.editions import area_datasets
from geodata.errors import SourceError, UnknownNameError, VintageError
from geodata.fit import (
    LSOA_2011,
    LSOA_2021,
    comparable,
    corresponding,
    read_fit,
    unchanged_areas,
    units_of,
    vintages_of,
)

SAME, SAME_RECODED, NEW_CODE = "E01000001", "E01000002", "E01090002"
SPLIT, PART_A, PART_B = "E01000010", "E01090010", "E01090011"
MERGED_A, MERGED_B, WHOLE = "E01000020", "E01000021", "E01090020"
ODD_A, ODD_B, ODD_NEW = "E01000030", "E01000031", "E01090030"
PAIRS = [
    (WHOLE, "M", MERGED_B),
    (SAME, "U", SAME),
    (NEW_CODE, "U", SAME_RECODED),
    (PART_B, "S", SPLIT),
    (PART_A, "S", SPLIT),
    (WHOLE, "M", MERGED_A),
    (ODD_NEW, "X", ODD_A),
    (ODD_NEW, "X", ODD_B),
    ("W01000001", "U", "W01000001"),
]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a lookup; the counts of England are those of the pairs above."""
    counts = {LSOA_2011: 7, LSOA_2021: 6}
    for vintage, count in counts.items():
        monkeypatch.setitem(fit_module.SMALL_AREA_COUNTS, vintage, count)

    def run(pairs=PAIRS, first="LSOA11CD"):
        path = tmp_path / "fit.csv"
        pd.DataFrame(pairs, columns=["LSOA21CD", "CHGIND", first]).to_csv(
            path, index=False, encoding="utf-8-sig"
        )
        return path

    return run


@pytest.fixture
def fit(write):
    return read_fit(write())


@pytest.mark.parametrize("first", ["LSOA11CD", "F_LSOA11CD", "lsoa11cd"])
def test_the_first_field_may_have_its_older_name(write, first):
    fit = read_fit(write(first=first))
    assert list(fit.columns) == ["area_code_2011", "area_code_2021", "change"]
    assert fit.iloc[0].tolist() == [SAME, SAME, "unchanged"]
    assert not fit["area_code_2011"].str.startswith("W").any()
    assert fit["area_code_2011"].is_monotonic_increasing


def test_the_order_of_rows_never_matters(write):
    assert read_fit(write()).equals(read_fit(write(PAIRS[::-1])))


def test_counterparts_in_both_directions(fit):
    after = corresponding(fit, [SPLIT, SAME, MERGED_A, SAME], to=LSOA_2021)
    assert after.to_numpy().tolist() == [
        [SAME, SAME, "unchanged"],
        [SPLIT, PART_A, "split"],
        [SPLIT, PART_B, "split"],
        [MERGED_A, WHOLE, "merged"],
    ]
    before = corresponding(fit, [WHOLE, PART_B], to=LSOA_2011)
    assert before["counterpart"].tolist() == [SPLIT, MERGED_A, MERGED_B]


def test_codes_of_the_wrong_vintage_are_refused(fit):
    with pytest.raises(UnknownNameError, match=f"{PART_A} is not of LSOA 2011"):
        corresponding(fit, [PART_A, SAME], to=LSOA_2021)
    with pytest.raises(VintageError, match="LSOA 2001"):
        corresponding(fit, [SAME], to="LSOA 2001")


@pytest.mark.parametrize(
    ("code", "change", "others", "words"),
    [
        (SAME.lower(), "unchanged", (SAME,), "its figures compare over time"),
        (SAME_RECODED, "unchanged", (NEW_CODE,), "its figures compare over time"),
        (SPLIT, "split", (PART_A, PART_B), f"was split into {PART_A}, {PART_B} by 2021"),
        (PART_A, "split", (SPLIT,), f"a part of {SPLIT} of 2011, which was split: only together"),
        (MERGED_A, "merged", (WHOLE,), f"was merged with {MERGED_B} into {WHOLE}"),
        (WHOLE, "merged", (MERGED_A, MERGED_B), f"was made of {MERGED_A}, {MERGED_B} of 2011"),
        (ODD_A, "irregular", (ODD_NEW,), "do not compare over time"),
        (ODD_NEW, "irregular", (ODD_A, ODD_B), "do not compare over time"),
    ],
)
def test_only_unchanged_areas_compare_and_the_others_say_why(fit, code, change, others, words):
    found = comparable(fit, code)
    assert (found.change, found.counterparts) == (change, others)
    assert found.compares == (change == "unchanged")
    assert words in found.words


def test_vintages_of_a_code(fit):
    assert comparable(fit, SAME).vintages == (LSOA_2011, LSOA_2021)
    assert comparable(fit, PART_A).vintages == (LSOA_2021,)
    assert vintages_of(fit, [SAME, SPLIT, PART_A, PART_B, "E01999999", SAME]) == {
        LSOA_2011: 2,
        LSOA_2021: 3,
    }
    with pytest.raises(UnknownNameError, match=r'"E01999999".*neither in 2011 nor in 2021'):
        comparable(fit, "E01999999")


def test_unchanged_areas_are_paired_by_their_codes(fit):
    assert unchanged_areas(fit).to_dict() == {SAME: SAME, SAME_RECODED: NEW_CODE}


def changed(old, new):
    return [new if pair == old else pair for pair in PAIRS]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (changed(PAIRS[1], (SAME, "Z", SAME)), "unknown indicators in the column CHGIND: Z"),
        (changed(PAIRS[1], ("E0100001", "U", SAME)), r"malformed .*area_code_2021.*: E0100001\."),
        ([*PAIRS, PAIRS[0]], f"pairs more than once: {MERGED_B}"),
        (changed(PAIRS[3], (PART_B, "U", SPLIT)), f"contradict its pairs: {SPLIT}"),
        ([p for p in PAIRS if p[0] != PART_B], f"contradict its pairs: {SPLIT}"),
        ([p for p in PAIRS if p[2] != MERGED_B], f"contradict its pairs: {MERGED_A}"),
        ([p for p in PAIRS if p[2] != SAME], "holds 6 small areas of LSOA 2011; England has 7"),
        (changed(PAIRS[1], ("W01000009", "U", SAME)), "England and Wales"),
    ],
)
def test_a_spoiled_lookup_is_refused_with_the_codes(write, pairs, message):
    with pytest.raises(SourceError, match=message):
        read_fit(write(pairs))


def test_a_missing_column_is_named(write):
    with pytest.raises(SourceError, match=r"fit\.csv lacks the columns LSOA11CD"):
        read_fit(write(first="LSOA01CD"))


@pytest.mark.contract
def test_the_published_fit(official, tmp_path, monkeypatch):
    monkeypatch.setenv("INCONTEXT_MIRROR", official.url)
    dataset = area_datasets("2024")["small_area_fit"]
    fit = read_fit(Downloader(tmp_path).fetch(dataset, dataset.part()).path)
    assert fit["change"].value_counts().to_dict() == {
        "unchanged": 31_810,
        "split": 1_842,
        "merged": 194,
        "irregular": 9,
    }
    codes = unchanged_areas(fit)
    assert codes.is_unique
    assert len(codes) == 31_810


def test_a_unit_is_the_smallest_ground_that_both_vintages_know_whole():
    chain = [("E01000040", "E01090040"), ("E01000041", "E01090040"), ("E01000041", "E01090041")]
    english = [(new, old) for new, _, old in PAIRS if old.startswith("E01")]
    pairs = [(old, new) for new, old in english] + chain
    for order in (pairs, pairs[::-1]):
        fit = pd.DataFrame(order, columns=["area_code_2011", "area_code_2021"])
        units = units_of(fit).set_index(["area_code_2011", "area_code_2021"])["unit"]
        assert sorted(units.unique()) == list(range(6))
        assert units.groupby(level=0).nunique().max() == 1
        assert units.groupby(level=1).nunique().max() == 1
        assert units.loc[[(old, new) for old, new in chain]].nunique() == 1
        assert units.loc[SAME].nunique() == 1
        together = {frozenset(group.index.get_level_values(0)) for _, group in units.groupby(units)}
        assert frozenset({MERGED_A, MERGED_B}) in together
        assert frozenset({SPLIT}) in together
        assert frozenset({ODD_A, ODD_B}) in together
