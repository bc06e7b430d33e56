"""Numbers, percentages, dates and names of languages for people."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import pytest

from sharekit.rendering.figures import date_for_people, language_for_people, number_for_people, percent_for_people

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("locale", "mean", "count", "percent", "day", "language"),
    [
        ("en", "4.3", "12,480", "55%", "Nov 2, 2026", "German"),
        ("de", "4,3", "12.480", "55 %", "02.11.2026", "Deutsch"),
        ("pl", "4,3", "12\xa0480", "55%", "2 lis 2026", "niemiecki"),
        ("xx", "4.3", "12,480", "55%", "Nov 2, 2026", "German"),
    ],
)
def test_as_people_write_them(locale: str, mean: str, count: str, percent: str, day: str, language: str) -> None:
    """By locale; an unknown one is written in English."""
    assert number_for_people(Decimal("4.3"), locale) == mean
    assert number_for_people(12480, locale) == count
    assert percent_for_people(55, locale).replace("\xa0", " ") == percent
    assert date_for_people(DAY, locale) == day
    assert language_for_people("de", locale) == language


def test_a_whole_mean_keeps_its_decimal() -> None:
    """5 stars are 5, a mean of 5 is 5.0, in whichever order they are asked for."""
    for _ in range(2):
        assert number_for_people(5, "en") == "5"
        assert number_for_people(Decimal("5.0"), "en") == "5.0"


def test_a_language_that_nobody_knows_goes_by_its_tag() -> None:
    """Never an error: the tag comes from an address."""
    assert language_for_people("zz-Unknown", "en") == "zz-Unknown"


def test_without_babel_they_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Babel is an extra."""
    for name in ("babel", "babel.numbers", "babel.dates"):
        monkeypatch.setitem(sys.modules, name, None)
    assert number_for_people.__wrapped__(Decimal("4.3"), "de") == "4.3"
    assert percent_for_people.__wrapped__(55, "de") == "55%"
    assert date_for_people.__wrapped__(DAY, "de") == "2026-11-02"
    assert language_for_people.__wrapped__("de", "de") == "de"
