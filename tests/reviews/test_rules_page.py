"""The page about the rules is held to the code."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from sharekit.reviews.model import Evidence, Incentive, Reason
from sharekit.reviews.policy import ReviewPolicy, RuleName

PAGE = (Path(__file__).parents[2] / "docs" / "review-rules.md").read_text()


def test_every_field_of_the_policy_is_a_row() -> None:
    """A row per field with its default, and none for a field that is gone."""
    table = PAGE[: PAGE.index("## Who wrote it")]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    assert set(rows) == {field.name for field in fields(ReviewPolicy)}
    defaults = {field.name: field.default for field in fields(ReviewPolicy) if field.name != "rules"}
    assert {name: text for name, text in rows.items() if name != "rules"} == {
        name: f"`{value!r}`".replace("'", '"') for name, value in defaults.items()
    }


WORDS = {word for kind in (RuleName, Evidence, Incentive, Reason) for word in get_args(kind) if word}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_explained(word: str) -> None:
    """Rules, evidence, incentives and reasons stand on the page."""
    assert f"`{word}`" in PAGE or f'`"{word}"`' in PAGE
