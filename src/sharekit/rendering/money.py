"""Amounts of money for people to read."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from sharekit.currencies import MINOR_UNITS
from sharekit.products import Money

if TYPE_CHECKING:
    from babel import Locale


def format_money(money: Money, locale: str) -> str:
    """The amount as people in that locale write it, by Babel (``19,90 €``); without Babel plainly: ``19.90 EUR``.

    A locale that Babel doesn't know is written by its language, or else in English.
    """
    try:
        from babel.numbers import format_currency
    except ImportError:
        return f"{money.amount:.{MINOR_UNITS[money.currency]}f} {money.currency}"
    return str(format_currency(money.amount, money.currency, locale=babel_locale(locale)))


@lru_cache(maxsize=4096)
def amount_for_people(amount: Decimal, currency: str, locale: str) -> str:
    """:func:`format_money` with a memory: a page shows some prices many times, and Babel takes its time over each."""
    return format_money(Money(amount, currency), locale)


def babel_locale(locale: str) -> Locale:
    """The locale as Babel has it; for one that Babel does not know its language, or else English."""
    from babel import Locale, UnknownLocaleError

    parts = locale.replace("_", "-").split("-")
    for count in range(len(parts), 0, -1):
        try:
            return Locale.parse("-".join(parts[:count]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
