"""The frozen sentences: a change of any word is a change that somebody decided."""

import pytest

from tests.golden_texts import CASES, FOLDER, say

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sentences_are_those_that_were_frozen(case, full_store):
    frozen = (FOLDER / f"{case.name}.md").read_text(encoding="utf-8")
    assert say(case, full_store(case.edition)) == frozen
