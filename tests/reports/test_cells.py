"""Text from strangers stays in its cell: in a terminal, and in a spreadsheet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.reports.cells import csv_text, cut, shown, width

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(ANY_TEXT)
def test_shown_text_cannot_steer_a_terminal(text: str) -> None:
    """No escape sequence, line end, invisible mark or turned direction is left; it can be written as UTF-8."""
    result = shown(text)
    assert not any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in result)
    assert not set(result) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff")
    assert len(result) == len(text)
    result.encode()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    """Nothing is lost where nothing is wrong."""
    assert shown(text) == text


@given(st.one_of(ANY_TEXT, st.from_regex(r"\s*[=+\-@＝＋－＠].*")))
def test_csv_text_is_one_line_and_no_formula(text: str) -> None:
    """Whatever a cell begins with, a spreadsheet reads text."""
    cell = csv_text(text)
    assert len(cell.splitlines()) <= 1
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("mug-1", "mug-1"),
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        (" -2", "' -2"),
        ("two\r\nlines", "two  lines"),
        ("1-2", "1-2"),
    ],
)
def test_csv_text_by_example(text: str, cell: str) -> None:
    """What is no formula stays as it is."""
    assert csv_text(text) == cell


@given(st.text(), st.integers(1, 20))
def test_cut_text_fits(text: str, columns: int) -> None:
    """Never wider than asked, and marked where something is missing."""
    result = cut(text, columns)
    assert width(result) <= columns
    assert result == text or result.endswith("…")


@pytest.mark.parametrize(("text", "columns"), [("mug", 3), ("茶碗", 4), ("e\u0301", 1), ("☕️", 2), ("", 0)])
def test_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    """Wide characters take two columns, marks none."""
    assert width(text) == columns
