"""Percent-encoding, held to the standard library's."""

from __future__ import annotations

from urllib.parse import quote as reference

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sharekit.exceptions import InvalidValueError
from sharekit.networks.quoting import quote


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@example("")
@example("100% %41 & more")
@example("https://shop.example/p/mug?a=1")
@example("".join(map(chr, range(256))))
@settings(deadline=None)
def test_it_is_what_the_standard_library_does(text: str) -> None:
    """Every text comes out as ``urllib.parse.quote(text, safe="")`` has it."""
    assert quote(text) == reference(text, safe="")


def test_half_a_character_is_refused() -> None:
    """A lone surrogate has no UTF-8."""
    with pytest.raises(InvalidValueError, match="half a character"):
        quote("\udc80")
