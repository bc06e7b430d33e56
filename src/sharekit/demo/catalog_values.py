"""Cells of catalogue files as values: prices, availability, text, dates. All of it comes from strangers' files."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sharekit.checks import check_availability
from sharekit.currencies import MINOR_UNITS
from sharekit.exceptions import InvalidValueError
from sharekit.plain_text import plain_text

LONGEST_TEXT = 4_000
"""Characters of a description that are kept."""

_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "₩": "KRW", "₺": "TRY", "₫": "VND", "₴": "UAH"}
_CODE = re.compile(r"(?<![A-Za-z])([A-Za-z]{3})(?![A-Za-z])")
_NUMBER = re.compile(r"[0-9][0-9.,]*")
_MARKS = str.maketrans("", "", "\u00a0\u202f\u2009 '’")
_AVAILABILITY = {
    "available": "InStock",
    "yes": "InStock",
    "true": "InStock",
    "lowstock": "LimitedAvailability",
    "limitedstock": "LimitedAvailability",
    "unavailable": "OutOfStock",
    "no": "OutOfStock",
    "false": "OutOfStock",
    "availablefororder": "BackOrder",
}


def price_of(value: object, currency: str, field: str = "price") -> tuple[Decimal | None, str]:
    """An amount and its currency from a cell such as ``19.90 EUR``, ``EUR 19,90``, ``1.299,00 €`` or a JSON number.

    Parameters:
        value: text, ``Decimal`` or whole number; ``None`` and empty text mean that there is no price.
        currency: used when the cell names none.

    Returns:
        The amount and the currency's code, which may be empty when nobody names one.

    Raises:
        InvalidValueError: there is something, but no price can be read from it.
    """
    if value is None or value == "":
        return None, currency
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _fitted(Decimal(value), currency, field), currency
    if not isinstance(value, str):
        raise InvalidValueError(field, f"{_shown(value)} is not a price such as '19.90 EUR'.")
    text = value.strip()
    code = _CODE.search(text)
    if code and code[1].upper() in MINOR_UNITS:
        currency = code[1].upper()
        text = text[: code.start()] + text[code.end() :]
    elif code:
        raise InvalidValueError(field, f"{_shown(value)}: {code[1]!r} is not an ISO 4217 currency.")
    for symbol, meaning in _SYMBOLS.items():
        if symbol in text:
            currency, text = currency if code else meaning, text.replace(symbol, "")
    number = text.replace("$", "").translate(_MARKS)
    if not _NUMBER.fullmatch(number):
        raise InvalidValueError(field, f"{_shown(value)} is not a price such as '19.90 EUR'.")
    try:
        amount = Decimal(_with_point(number, MINOR_UNITS.get(currency, 2)))
    except InvalidOperation:
        raise InvalidValueError(field, f"{_shown(value)} is not a price such as '19.90 EUR'.") from None
    return _fitted(amount, currency, field), currency


def _with_point(number: str, digits: int) -> str:
    """The number with a decimal point and no thousands marks.

    Of two kinds of marks the last one is the decimal mark. A lone comma is one too, unless three digits follow it
    and the currency has fewer than three decimals (``1,299`` is one thousand and some).
    """
    comma, point = number.rfind(","), number.rfind(".")
    if comma >= 0 and point >= 0:
        decimal, mark = max(comma, point), "," if comma < point else "."
        return f"{_ungrouped(number[:decimal], mark)}.{number[decimal + 1 :]}"
    if comma >= 0:
        grouped = number.count(",") > 1 or (len(number) - comma - 1 == 3 and digits < 3)
        return _ungrouped(number, ",") if grouped else number.replace(",", ".")
    return _ungrouped(number, ".") if number.count(".") > 1 else number


def _ungrouped(number: str, mark: str) -> str:
    """Without thousands marks, where they stand as they should (also as in India, ``12,34,567``); else no number."""
    first, *groups = number.split(mark)
    right = groups and first.isdecimal() and len(first) <= 3 and len(groups[-1]) == 3
    if right and all(group.isdecimal() and len(group) in {2, 3} for group in groups):
        return first + "".join(groups)
    return number.replace(mark, "?")


def _fitted(amount: Decimal, currency: str, field: str) -> Decimal:
    """The amount without zeros beyond the currency's decimals (``10.000`` is 10.00)."""
    if not amount.is_finite() or amount < 0:
        raise InvalidValueError(field, f"{amount} is not a price.")
    try:
        exact = amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)))
    except InvalidOperation:
        raise InvalidValueError(field, f"{amount} is too large.") from None
    if exact != amount:
        raise InvalidValueError(field, f"{amount} has more decimals than {currency or 'a price'} allows.")
    return exact


def availability_of(value: object) -> str:
    """schema.org's word for how feeds and shops write availability; ``""`` when the cell is empty.

    Raises:
        InvalidValueError: nobody knows the word.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return ""
    known = _AVAILABILITY.get(re.sub(r"[\s_-]", "", text).lower())
    return known or check_availability(text, "availability")


def line_of(value: object, field: str, longest: int = 300) -> str:
    """One line of clean text: no markup, no control characters, runs of blanks as one.

    Raises:
        InvalidValueError: it is neither text nor a number.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidValueError(field, f"{_shown(value)} is not text.")
    return _cut(" ".join(_clean(str(value)).split()), longest)


def text_of(value: object, field: str = "description") -> str:
    """Text with its paragraphs, without markup. HTML, as shops write it into description cells, loses its tags."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValueError(field, f"{_shown(value)} is not text.")
    text = _without_tags(value) if "<" in value or "&" in value else value
    lines = (" ".join(line.split()) for line in _clean(text).splitlines())
    return _cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), LONGEST_TEXT)


def in_force(value: str, now: datetime) -> bool:
    """Whether ``now`` lies in a period such as ``2026-02-24T11:07+0100/2026-02-28T23:07+0100``; never in a bad one."""
    if not value.strip():
        return True
    start, _, end = (part.strip() for part in value.partition("/"))
    try:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        return _aware(first, now) <= now <= _aware(last, now)
    except ValueError:
        return False


def _aware(moment: datetime, now: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _clean(text: str) -> str:
    """Without control characters, half characters and marks that turn the direction of what follows."""
    kept = (c for c in text if c in "\n\t\u200d" or unicodedata.category(c) not in {"Cc", "Cs", "Cf"})
    return "".join(kept) if not text.isascii() or not text.isprintable() else text


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head[: head.rfind(" ")] if " " in head[longest // 2 :] else head).rstrip() + "…"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _without_tags(markup: str) -> str:
    return plain_text(markup if "<" in markup else markup.replace("\n", "<br>"))
