"""Checks of single values: addresses, texts, money. Each gives the value back, or an error that names the field."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args
from urllib.parse import urljoin, urlsplit

from sharekit.currencies import MINOR_UNITS
from sharekit.exceptions import InvalidValueError, did_you_mean

Availability = Literal[
    "BackOrder", "Discontinued", "InStock", "InStoreOnly", "LimitedAvailability", "MadeToOrder",
    "OnlineOnly", "OutOfStock", "PreOrder", "PreSale", "Reserved", "SoldOut",
]  # fmt: skip
"""schema.org ItemAvailability, without the address in front (https://schema.org/ItemAvailability)."""

MAX_TEXT = 10_000
MAX_URL = 2_048
_AVAILABILITY: dict[str, str] = {name.lower(): name for name in get_args(Availability)}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}\ud800-\udfff]")


def shown(value: object) -> str:
    """A value as it stands in an error: short, whatever it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:60] + "…")
    if value is None or isinstance(value, bool | int | float | Decimal):
        text = "a huge number" if isinstance(value, int) and value.bit_length() > 128 else repr(value)
        return text if len(text) <= 80 else text[:80] + "…"
    return type(value).__name__


def absolute_url(base_url: str, url: str) -> str:
    """``url`` as the whole address under ``base_url``; an address that is whole already stays as it is."""
    if url.startswith(("https://", "http://")):
        return url
    if url.startswith("/") and not url.startswith("//"):
        scheme_end = base_url.find("://") + 3
        slash = base_url.find("/", scheme_end)
        return (base_url if slash < 0 else base_url[:slash]) + url
    return urljoin(base_url + "/", url)


def check_url(value: object, field: str) -> str:
    """An http(s) or relative address, or an error that names the field.

    Raises:
        InvalidValueError: empty, longer than 2,048 characters, with control characters, spaces, quotes or backslashes
            (browsers read a backslash as a slash), or with another scheme such as ``javascript:``.
    """
    if not isinstance(value, str) or not value:
        raise InvalidValueError(field, "is empty; pass an address such as '/p/mug' or 'https://shop.example/p/mug'.")
    if len(value) > MAX_URL:
        raise InvalidValueError(field, f"is longer than {MAX_URL} characters.")
    if _UNSAFE.search(value):
        raise InvalidValueError(field, "has a space, control character, quote or backslash; percent-encode it.")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise InvalidValueError(field, f"is not an address ({error}).") from None
    if parts.scheme not in {"", "http", "https"}:
        raise InvalidValueError(
            field, f"has the scheme {parts.scheme!r}; only http, https and relative addresses are allowed."
        )
    if not parts.scheme and ":" in re.split(r"[/?#]", value, maxsplit=1)[0]:
        raise InvalidValueError(field, "has a colon before its first slash, which reads like a scheme; write './a:b'.")
    if parts.scheme and not parts.hostname:
        raise InvalidValueError(field, "has no host.")
    if "@" in parts.netloc:
        raise InvalidValueError(field, "has a user name in it; addresses that are shared must not.")
    return value


def check_text(value: object, field: str, *, longest: int = MAX_TEXT) -> str:
    """Text of at most ``longest`` characters that can be written as UTF-8."""
    if not isinstance(value, str):
        raise InvalidValueError(field, f"pass text, not {type(value).__name__}.")
    if len(value) > longest:
        raise InvalidValueError(field, f"is longer than {longest} characters.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidValueError(
                field, "has half a character (a lone surrogate); decode the text properly first."
            ) from None
    if "\x00" in value:
        raise InvalidValueError(field, "has a null character.")
    return value


def check_currency(value: object, field: str) -> str:
    """An ISO 4217 code in upper case."""
    code = value.upper() if isinstance(value, str) else ""
    if code not in MINOR_UNITS:
        near = did_you_mean(code[:60], MINOR_UNITS) if code else ""
        raise InvalidValueError(field, f"{shown(value)} is not an ISO 4217 code such as 'EUR'.{near}")
    return code


def check_amount(value: object, currency: str, field: str, *, lowest: Decimal | None = None) -> Decimal:
    """An exact amount with no more decimals than the currency has."""
    amount = check_decimal(value, field)
    digits = MINOR_UNITS[currency]
    if amount.copy_abs() >= Decimal(10) ** 13:  # abs() would round, and overflow on a million digits
        raise InvalidValueError(field, "is too large.")
    try:
        fitted = amount.quantize(Decimal(1).scaleb(-digits))
    except InvalidOperation:
        raise InvalidValueError(field, f"{shown(value)} cannot be written in {currency}.") from None
    if fitted != amount:
        raise InvalidValueError(field, f"{shown(value)} has more than the {digits} decimals of {currency}.")
    if lowest is not None and fitted < lowest:
        raise InvalidValueError(field, f"{shown(value)} is below {lowest}.")
    return fitted


def check_availability(value: object, field: str) -> str:
    """A schema.org ItemAvailability name, however it was written (``in_stock``, ``In stock``, full address)."""
    word = value.rsplit("/", 1)[-1] if isinstance(value, str) else ""
    name = _AVAILABILITY.get(re.sub(r"[\s_-]", "", word).lower())
    if name is None:
        raise InvalidValueError(
            field, f"{shown(value)} is not a schema.org availability.{did_you_mean(word[:60], _AVAILABILITY.values())}"
        )
    return name


def check_decimal(value: object, field: str) -> Decimal:
    if isinstance(value, float):
        raise InvalidValueError(
            field, f"{shown(value)} is a float; pass Decimal('19.90') or the text '19.90', which are exact."
        )
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise InvalidValueError(field, f"pass Decimal or text, not {type(value).__name__}.")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValueError(
            field, f"{shown(value)} is not a number such as '19.90' (a point, no thousands mark)."
        ) from None
    if not amount.is_finite():
        raise InvalidValueError(field, f"{shown(value)} is not a finite number.")
    return amount
