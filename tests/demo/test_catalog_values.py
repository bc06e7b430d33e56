"""Cells of catalogue files: prices as the world writes them, availability, text with and without markup."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.currencies import MINOR_UNITS
from sharekit.demo.catalog_values import LONGEST_TEXT, availability_of, in_force, line_of, price_of, text_of
from sharekit.exceptions import InvalidValueError


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("19.90 EUR", "19.90", "EUR"),
        ("EUR 19.90", "19.90", "EUR"),
        ("19,90 EUR", "19.90", "EUR"),
        ("19.90", "19.90", "USD"),
        ("1,299.00 USD", "1299.00", "USD"),
        ("1.299,00 EUR", "1299.00", "EUR"),
        ("1,299 USD", "1299.00", "USD"),
        ("1,299,000 USD", "1299000.00", "USD"),
        ("12,34,567.00 INR", "1234567.00", "INR"),
        ("1.299.000 EUR", "1299000.00", "EUR"),
        ("1 299,50 €", "1299.50", "EUR"),
        ("1\u00a0299,50\u202fEUR", "1299.50", "EUR"),
        ("1'299.00 CHF", "1299.00", "CHF"),
        ("£7.99", "7.99", "GBP"),
        ("$7.99", "7.99", "USD"),
        ("500 JPY", "500", "JPY"),
        ("1.250 KWD", "1.250", "KWD"),
        ("1,250 KWD", "1.250", "KWD"),
        ("0.00 EUR", "0.00", "EUR"),
        ("eur 5", "5.00", "EUR"),
        ("10.000 EUR", "10.00", "EUR"),
    ],
)
def test_prices_are_read_as_they_are_meant(cell: str, amount: str, currency: str) -> None:
    """Decimal marks, thousands marks, symbols and codes on either side."""
    assert price_of(cell, "USD") == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "cell",
    [
        "free",
        "19.999 EUR",
        "-5 EUR",
        "-1,299.00 EUR",
        "1.2.3,4.5",
        "12 XXX",
        "NaN",
        "Infinity",
        "1e5",
        True,
        ["1"],
        "5 EUR/kg",
    ],
)
def test_what_is_no_price_is_refused(cell: object) -> None:
    """A price that cannot be read breaks the row instead of being guessed."""
    with pytest.raises(InvalidValueError):
        price_of(cell, "EUR")


def test_no_price_is_no_error() -> None:
    """A product may have no price."""
    assert price_of(None, "EUR") == (None, "EUR")
    assert price_of("", "EUR") == (None, "EUR")


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["EUR", "USD", "GBP"]))
def test_a_written_price_is_read_back(amount: Decimal, currency: str) -> None:
    """What a feed writes in its usual form comes back exactly, with and without thousands marks."""
    for cell in (f"{amount} {currency}", f"{currency} {amount:,}", amount):
        assert price_of(cell, currency) == (amount, currency)


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reading_of_prices(cell: str) -> None:
    """Whatever is in a cell, it is a price of a known currency or refused."""
    try:
        amount, currency = price_of(cell, "EUR")
    except InvalidValueError:
        return
    assert currency in MINOR_UNITS
    assert amount is None or amount >= 0


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("in_stock", "InStock"),
        ("in stock", "InStock"),
        ("In Stock", "InStock"),
        ("out_of_stock", "OutOfStock"),
        ("preorder", "PreOrder"),
        ("backorder", "BackOrder"),
        ("available for order", "BackOrder"),
        ("Low Stock", "LimitedAvailability"),
        ("sold out", "SoldOut"),
        ("https://schema.org/InStock", "InStock"),
        ("", ""),
        (None, ""),
    ],
)
def test_availability_has_many_spellings(cell: object, meaning: str) -> None:
    """Feeds, shops and schema.org write the same thing differently."""
    assert availability_of(cell) == meaning


def test_unknown_availability_is_refused() -> None:
    """A word nobody knows is not taken for a yes."""
    with pytest.raises(InvalidValueError, match="availability"):
        availability_of("perhaps")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("a<br>b", "a\nb"),
        ("plain", "plain"),
        ("A &amp; B", "A & B"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("<script>alert(1)</script>kept", "kept"),
        ("<style>p{}</style><b>bold</b> word", "bold word"),
        ("&lt;script&gt;", "<script>"),
        ("<p>open <b>tags", "open tags"),
        ("a\x00b\u202ec", "abc"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    """Paragraphs and lists keep their lines; scripts, styles and direction marks are dropped."""
    assert text_of(markup) == text


@given(st.text(max_size=300))
def test_any_text_can_be_kept(text: str) -> None:
    """The result is never too long, never has control characters and can always be written as UTF-8."""
    kept = text_of(text)
    assert len(kept) <= LONGEST_TEXT
    assert "\x00" not in kept
    kept.encode()


def test_long_text_is_cut_at_a_word() -> None:
    """What is cut says so."""
    assert text_of("word " * 2_000).endswith("word…")
    assert line_of("x" * 500, "title") == "x" * 299 + "…"


def test_lines_have_one_line() -> None:
    """Titles lose line breaks and double blanks; numbers become text."""
    assert line_of("  Two\n words ", "title") == "Two words"
    assert line_of(Decimal("42"), "id") == "42"
    with pytest.raises(InvalidValueError, match="title"):
        line_of({"en": "x"}, "title")


def test_sale_periods() -> None:
    """A sale price counts in its period only, and never in one that cannot be read."""
    now = datetime(2026, 2, 25, tzinfo=UTC)
    assert in_force("", now)
    assert in_force("2026-02-24T11:07+0100/2026-02-28T23:07+0100", now)
    assert in_force("2026-02-24 / 2026-02-28", now)
    assert not in_force("2026-01-01T00:00Z/2026-01-31T00:00Z", now)
    assert not in_force("soon", now)
