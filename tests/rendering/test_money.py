"""Amounts for people."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest

from sharekit.products import Money
from sharekit.rendering.money import format_money


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "1.234,50\xa0€"),
        ("en", "€1,234.50"),
        ("de_AT", "€\xa01.234,50"),
        ("de-XX", "1.234,50\xa0€"),
        ("no such locale", "€1,234.50"),
        ("", "€1,234.50"),
    ],
)
def test_by_locale(locale: str, expected: str) -> None:
    """As Unicode's CLDR has it; an unknown territory is written by its language, all else in English."""
    assert format_money(Money(Decimal("1234.5"), "EUR"), locale) == expected


def test_without_babel_it_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amount and code, with the currency's decimals; nothing is guessed."""
    monkeypatch.setitem(sys.modules, "babel.numbers", None)
    assert format_money(Money(Decimal("1234.5"), "EUR"), "de") == "1234.50 EUR"
    assert format_money(Money(Decimal(500), "JPY"), "ja") == "500 JPY"
