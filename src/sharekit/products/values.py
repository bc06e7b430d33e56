"""Checks of the single values of pictures and tags. Each gives the value back, or an error that names the field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from sharekit.checks import check_url, shown
from sharekit.exceptions import InvalidValueError, did_you_mean

MAX_ID = 128
MAX_LINE = 300
"""Longest label, credit line, name: what people read at one glance."""
MAX_SIDE = 100_000
"""Longest side of a picture in pixels."""
MAX_SECONDS = 86_400.0
_DIGITS = 6
"""Decimals kept of a fraction: a thousandth of a pixel on a picture 1,000 pixels wide."""
_SPACES = re.compile(r"[\s,]*")
_DESCRIPTOR = re.compile(r"(?:[1-9][0-9]{0,5}w|[0-9]{1,2}(?:\.[0-9]{1,3})?x)\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}\Z")
_T = TypeVar("_T")


def has_right_check_digit(gtin: str) -> bool:
    """Whether a GTIN-8, -12, -13 or -14 is one: its last digit makes the weighted sum a multiple of ten.

    Source: GS1 General Specifications, section 7.9, standard check digit calculation: weights 3 and 1 in turn, from
    the right.
    """
    if len(gtin) not in {8, 12, 13, 14} or not (gtin.isascii() and gtin.isdecimal()):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin)))
    return weighted % 10 == 0


def check_number(value: object, field: str, *, most: float, unit: str) -> float:
    """A finite number from 0 to ``most``.

    Raises:
        InvalidValueError: it is text, a truth value, not finite, or outside.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InvalidValueError(field, f"pass {unit}, a number from 0 to {most:g}, not {shown(value)}.")
    if not 0 <= value <= most:  # NaN is in no range
        hint = " 37.5 % is 0.375." if most == 1 and 1 < value <= 100 else ""
        raise InvalidValueError(field, f"{shown(value)} is outside 0 to {most:g}; pass {unit}.{hint}")
    return float(value)


def check_fraction(value: object, field: str, *, round_off: bool = True) -> float:
    """A fraction of a side, 0 to 1, to six decimals."""
    number = _comparable(value, field)
    number = check_number(number, field, most=1, unit="a fraction of the picture's side")
    return round(number, _DIGITS) + 0.0 if round_off else number + 0.0  # no negative zero


def check_seconds(value: object, field: str) -> float:
    """A moment of a video, to the millisecond."""
    return round(check_number(_comparable(value, field), field, most=MAX_SECONDS, unit="seconds from the start"), 3)


def _comparable(value: object, field: str) -> object:
    if isinstance(value, Decimal) and not value.is_finite():
        raise InvalidValueError(field, f"{value} is not a finite number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValueError(field, f"{value} is not a finite number.")
    return value


def check_line(value: object, field: str, *, longest: int = MAX_LINE) -> str:
    """One line of text."""
    if not isinstance(value, str):
        raise InvalidValueError(field, f"pass text, not {type(value).__name__}.")
    if len(value) > longest:
        raise InvalidValueError(field, f"has {len(value):,} characters; the longest that can be shown is {longest}.")
    if _CONTROL.search(value):
        raise InvalidValueError(field, "has a line break or control character; pass one line of text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidValueError(
            field, "has half a character (a lone surrogate); decode the text properly first."
        ) from None
    return value


def check_link(value: object, field: str) -> str:
    """An address, or nothing."""
    return "" if value == "" else check_url(value, field)


def check_pixels(value: object, field: str) -> int:
    """A side of a picture in whole pixels."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIDE:
        raise InvalidValueError(field, f"{shown(value)} is not a whole number of pixels from 1 to {MAX_SIDE:,}.")
    return value


def check_moment(value: object, field: str) -> datetime:
    """A point in time that says its zone."""
    if not isinstance(value, datetime):
        raise InvalidValueError(field, f"pass a datetime, not {type(value).__name__}.")
    if value.utcoffset() is None:
        raise InvalidValueError(field, "has no time zone; pass an aware datetime, such as datetime.now(UTC).")
    return value


def check_choice(value: object, known: Iterable[str], field: str) -> str:
    """One of the known words."""
    words = tuple(known)
    if not isinstance(value, str) or value not in words:
        near = did_you_mean(value if isinstance(value, str) and len(value) < 100 else "", words)
        raise InvalidValueError(field, f"{shown(value)} is not one of the words for it.{near}")
    return value


def check_flag(value: object, field: str) -> bool:
    """True or False, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise InvalidValueError(field, f"pass True or False, not {shown(value)}.")
    return value


def check_id(value: object, field: str, *, default: str = "") -> str:
    """A key of at most 128 characters; ``default``, cut to its end, when it is empty."""
    if value == "":
        return default[-MAX_ID:]
    return check_line(value, field, longest=MAX_ID)


def check_srcset(value: object, field: str) -> str:
    """Candidates as HTML has them: ``"/a-600.jpg 600w, /a-1200.jpg 1200w"``; one address will do.

    Raises:
        InvalidValueError: an address or a descriptor in it cannot work.
    """
    if not isinstance(value, str):
        raise InvalidValueError(field, f"pass text, not {type(value).__name__}.")
    if len(value) > 10_000:
        raise InvalidValueError(field, "is longer than 10,000 characters.")
    for number, (address, descriptor) in enumerate(_candidates(value), 1):
        check_url(address, f"{field}[{number}]")
        if descriptor and not _DESCRIPTOR.match(descriptor):
            raise InvalidValueError(
                f"{field}[{number}]", f"{shown(descriptor)} is no width such as '600w' and no density such as '2x'."
            )
    return value


def _candidates(srcset: str) -> Iterator[tuple[str, str]]:
    """Splits as browsers do (HTML, 4.8.4.2.2): an address ends at white space, and may have commas inside."""
    place = 0
    while True:
        blank = _SPACES.match(srcset, place)
        place = blank.end() if blank else place
        if place >= len(srcset):
            return
        end = place
        while end < len(srcset) and not srcset[end].isspace():
            end += 1
        address, place = srcset[place:end], end
        if address.endswith(","):
            yield address.rstrip(","), ""
            continue
        comma = srcset.find(",", place)
        end = len(srcset) if comma < 0 else comma
        yield address, srcset[place:end].strip()
        place = end


def check_language(value: object, field: str) -> str:
    """A language tag such as ``"de"`` or ``"pt-BR"`` (BCP 47)."""
    if not isinstance(value, str) or not _LANGUAGE.match(value):
        raise InvalidValueError(field, f"{shown(value)} is not a language tag such as 'en' or 'pt-BR'.")
    return value


def check_items(value: object, kind: type[_T], field: str, *, most: int, what: str) -> tuple[_T, ...]:
    """A list of things of one class, as a tuple.

    Raises:
        InvalidValueError: it is no list, too long, or holds something else; the field says which one, counted from 1.
    """
    if isinstance(value, str | bytes | kind) or not isinstance(value, Iterable):
        raise InvalidValueError(field, f"pass a list of {what}.")
    items: list[_T] = []
    for number, item in enumerate(value, 1):
        if number > most:
            raise InvalidValueError(field, f"holds more than {most} {what}.")
        if not isinstance(item, kind):
            raise InvalidValueError(f"{field}[{number}]", f"pass a {kind.__name__}, not {shown(item)}.")
        items.append(item)
    return tuple(items)


def check_optional(value: object, kind: type[_T], field: str) -> _T | None:
    """A thing of a class, or nothing."""
    if value is not None and not isinstance(value, kind):
        raise InvalidValueError(field, f"pass a {kind.__name__}, or leave it out; not {shown(value)}.")
    return value


def path_of(address: str) -> str:
    """The path of an address: the name a picture goes by when it has none."""
    return urlsplit(address).path or "/"


@contextmanager
def inside(place: str) -> Iterator[None]:
    """Errors of what is made within name the whole way to the field: ``Picture.tags[3].x``, not ``ProductTag.x``."""
    try:
        yield
    except InvalidValueError as error:
        owner, dot, rest = error.field.partition(".")
        raise InvalidValueError(f"{place}{dot}{rest}" if owner[:1].isupper() else place, error.problem) from None
