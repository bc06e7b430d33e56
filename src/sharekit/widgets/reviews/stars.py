"""Stars: how a rating is drawn and said."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from markupsafe import Markup

from sharekit.rendering.figures import number_for_people
from sharekit.rendering.translations import translations


@lru_cache(maxsize=2048, typed=True)
def stars(value: Decimal | int, locale: str) -> Markup:
    """Five stars, filled by classes: whole stars and tenths of the next one.

    Their text stands inside, where the style sheet hides it from the eye: so it is read out, copied, and seen where the
    style sheet did not come.

    Parameters:
        value: 1 to 5, in steps of a tenth.
    """
    whole, tenths = divmod(int(value * 10), 10)
    fill = f"sk-s{whole}" + (f" sk-t{tenths}" if tenths else "")
    return Markup('<i class="sk-stars {}">{}</i>').format(fill, said(value, locale))


def said(value: Decimal | int, locale: str) -> str:
    """``4.3 of 5 stars`` in words."""
    text = translations(locale).gettext("{rating} of 5 stars")
    return text.replace("{rating}", number_for_people(value, locale))


def stars_named(number: int, locale: str) -> str:
    """``1 star``, ``5 stars``."""
    text = translations(locale).ngettext("{number} star", "{number} stars", number)
    return text.replace("{number}", str(number))


def reviews_named(number: int, locale: str) -> str:
    """``1 review``, ``214 reviews``."""
    text = translations(locale).ngettext("{number} review", "{number} reviews", number)
    return text.replace("{number}", number_for_people(number, locale))
