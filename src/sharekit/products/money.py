"""Amounts of money and summaries of ratings: the exact numbers of a product."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sharekit.checks import check_amount, check_currency, check_decimal, shown
from sharekit.currencies import MINOR_UNITS
from sharekit.exceptions import InvalidValueError


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Amounts are exact: ``Decimal`` or text, never float.

    Parameters:
        amount: ``Decimal``, whole number, or text such as ``"19.90"``.
        currency: ISO 4217 code.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        currency = check_currency(self.currency, "Money.currency")
        set_field(self, "currency", currency)
        set_field(self, "amount", check_amount(self.amount, currency, "Money.amount"))

    @property
    def minor(self) -> int:
        """The amount in the currency's minor unit: 1990 for 19.90 EUR, 500 for 500 JPY."""
        return int(self.amount.scaleb(MINOR_UNITS[self.currency]))

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Money:
        """Money from whatever is exact: ``Money.of("19.90", "EUR")``."""
        return cls(check_decimal(amount, "Money.amount"), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """Money from whole minor units: ``Money.from_minor(1990, "EUR")`` is 19.90 EUR."""
        return cls(Decimal(minor).scaleb(-MINOR_UNITS[check_currency(currency, "currency")]), currency)


@dataclass(frozen=True, slots=True)
class Rating:
    """A product's rating summary: the mean on a scale of 1 to 5, and the number of ratings behind it."""

    value: Decimal
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", check_decimal(self.value, "Rating.value"))
        if not 1 <= self.value <= 5:
            raise InvalidValueError("Rating.value", f"{shown(self.value)} is outside 1 to 5.")
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 1:
            raise InvalidValueError(
                "Rating.count", "pass the whole number of ratings; leave rating out when there are none."
            )
