"""Cutting text to a limit, in the three ways networks count."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit.networks.model import Counts
from sharekit.networks.text import fit, measure

COUNTS: list[Counts] = ["characters", "graphemes", "x"]
FAMILY = "👩\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "counts", "size"),
    [
        ("abc", "x", 3),
        ("Größe", "x", 5),
        ("日本", "x", 4),
        ("…", "x", 2),
        ("–", "x", 1),
        ("👍🏽", "x", 2),
        (FAMILY, "x", 2),
        ("e\u0301", "x", 1),
        (FAMILY, "graphemes", 1),
        (FAMILY, "characters", 7),
        ("한국", "graphemes", 2),
        ("", "graphemes", 0),
    ],
)
def test_networks_count_differently(text: str, counts: Counts, size: int) -> None:
    """X gives an emoji 2 and a Chinese character 2; Bluesky counts what people see; others count code points."""
    assert measure(text, counts) == size


@pytest.mark.parametrize("counts", COUNTS)
def test_text_that_fits_is_left_alone(counts: Counts) -> None:
    """To the last character."""
    assert fit("Stoneware mug", 13, counts) == "Stoneware mug"


def test_a_cut_goes_back_to_the_end_of_a_word() -> None:
    """And takes loose punctuation with it."""
    assert fit("Thrown by hand, glazed in ash white", 16, "characters") == "Thrown by hand…"
    assert fit("Thrown by hand, glazed in ash white", 20, "characters") == "Thrown by hand…"
    assert fit("Thrown by hand", 10, "characters") == "Thrown by…"


def test_a_very_long_word_is_cut_inside() -> None:
    """Better than to lose most of the text."""
    assert fit("A Donaudampfschifffahrtsgesellschaft", 20, "characters") == "A Donaudampfschifff…"


def test_a_family_is_not_torn_apart() -> None:
    """One emoji of seven code points is in, or out."""
    assert fit(FAMILY * 3, 2, "graphemes") == FAMILY + "…"
    assert fit(FAMILY * 3, 10, "characters") == FAMILY + "…"
    assert fit(FAMILY * 3, 7, "characters") == ""


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("room", [0, -5])
def test_no_room_means_no_text(counts: Counts, room: int) -> None:
    """Not even an ellipsis."""
    assert fit("mug", room, counts) == ""


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=60)
    | st.lists(st.sampled_from([FAMILY, "👍🏽", "🇩🇪", "e\u0301", "한", " ", "a", ", ", "日"]), max_size=30).map(
        "".join
    ),
    room=st.integers(-3, 60),
    counts=st.sampled_from(COUNTS),
)
@settings(deadline=None)
def test_a_cut_text_fits_and_is_a_beginning_of_the_whole(text: str, room: int, counts: Counts) -> None:
    """It never exceeds the room, never ends inside a character, and is the text itself when that fits."""
    cut = fit(text, room, counts)
    assert measure(cut, counts) <= max(room, 0)
    if measure(text, counts) <= room:
        assert cut == text
    elif cut:
        kept = cut.removesuffix("…")
        assert text.startswith(kept)
        starts = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
        assert len(kept) in starts
