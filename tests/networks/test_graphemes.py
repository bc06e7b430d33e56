"""User-perceived characters, held to Unicode's own segmentation as the ``regex`` package has it."""

from __future__ import annotations

import sys
from itertools import accumulate
from unicodedata import category

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit.networks.graphemes import graphemes, is_emoji

CLUSTER = regex.compile(r"\X")

# What shops write: letters, marks, Hangul in both forms, conjuncts, emoji with everything that can hang on them.
EVERYDAY = [
    "a", "Z", "7", "#", " ", "\r", "\n", "\t", "é", "e\u0301", "ß", "ж", "日", "ا", "\u064b", "한", "가", "ᄒ", "ᅡ", "ᆫ",
    "กำ", "\u0e39", "क", "ष", "\u0915\u094d\u0937", "कि", "ക\u0d4dക", "❤\ufe0f", "☕", "👍", "🏽", "👍🏽",
    "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🇩🇪", "🇩", "🇫🇷", "1\ufe0f\u20e3", "©", "™", "\u200b", "\u200d", "\u2028", "\ufe0f", "\u0600", "…", "–",
]  # fmt: skip


def ends(clusters: list[str]) -> set[int]:
    """Positions at which a text may be cut."""
    return set(accumulate(map(len, clusters)))


@given(st.lists(st.sampled_from(EVERYDAY), max_size=12).map("".join))
@settings(deadline=None, max_examples=500)
def test_everyday_text_is_split_as_unicode_says(text: str) -> None:
    """Exactly, so that counting is right too."""
    assert list(graphemes(text)) == CLUSTER.findall(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=40))
@settings(deadline=None)
def test_no_text_is_ever_cut_inside_a_character(text: str) -> None:
    """Every end we see is one of Unicode's; rare scripts may be kept together more than they must."""
    ours = list(graphemes(text))
    assert "".join(ours) == text
    assert ends(ours) <= ends(CLUSTER.findall(text))


def test_every_assigned_character_stays_whole_beside_others() -> None:
    """All of Unicode, after a letter, after itself, after a virama and after a joined emoji."""
    wrong = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if category(character) in {"Cn", "Cs", "Co"}:
            continue
        for before in ("a", character, "क\u094d", "👨\u200d", "🇩"):
            if len(before + character) in ends(CLUSTER.findall(before + character)) and len(before) in ends(
                list(graphemes(before + character))
            ) - ends(CLUSTER.findall(before + character)):
                wrong.append((before, hex(code)))
    assert wrong == []


@pytest.mark.parametrize("emoji", ["👍🏽", "👩\u200d👩\u200d👧\u200d👦", "🇩🇪", "❤\ufe0f", "🏳\ufe0f\u200d🌈"])
def test_an_emoji_is_one_character(emoji: str) -> None:
    """However many code points it is made of."""
    assert list(graphemes(emoji)) == [emoji]
    assert is_emoji(emoji)


@pytest.mark.parametrize("letter", ["a", "é", "日", "한", "©", "7"])
def test_letters_and_signs_are_no_emoji(letter: str) -> None:
    """They have weights of their own."""
    assert not is_emoji(letter)


def test_nothing_has_no_characters() -> None:
    """An empty text is an empty list."""
    assert list(graphemes("")) == []
