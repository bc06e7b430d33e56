"""Attributes from a mapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.rendering.attributes import attributes


def test_values_are_escaped_and_flags_have_none() -> None:
    """None and False leave out, True stands alone, a number is written."""
    mapping = {"title": 'a "b" <c>', "hidden": True, "disabled": False, "lang": None, "tabindex": 0}
    assert attributes(mapping) == ' title="a &#34;b&#34; &lt;c&gt;" hidden tabindex="0"'


@pytest.mark.parametrize("mapping", [None, {}])
def test_nothing_gives_nothing(mapping: dict[str, str] | None) -> None:
    """Not even a space."""
    assert attributes(mapping) == ""


def test_markup_stays_escaped_once() -> None:
    """A value that is markup already is not escaped twice."""
    assert attributes({"title": Markup("&amp;")}) == ' title="&amp;"'


@pytest.mark.parametrize("name", ["", "a b", "a>b", "a/b", "a=b", 'a"b', "a'b", "a\tb", "1a", "-a", "a\x00", "ä", 3])
def test_names_that_would_break_out_are_refused(name: object) -> None:
    """A name is not escaped by anyone, so it must be one."""
    with pytest.raises(InvalidValueError, match="attribute name"):
        attributes({name: "x"})


@given(st.text())
def test_a_name_is_refused_or_written_as_it_is(name: str) -> None:
    """Whatever comes, the result has one attribute or there is none."""
    try:
        written = attributes({name: "x"})
    except InvalidValueError:
        return
    assert written == f' {name}="x"'
    assert not set(name) & set(" \t\n\r\f/>='\"<")
