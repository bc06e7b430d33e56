"""Numbers and dates for people to read, by Babel where it is installed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from sharekit.rendering.money import babel_locale


@lru_cache(maxsize=4096, typed=True)  # 3 and Decimal("3.0") are equal, and written differently
def number_for_people(value: Decimal | int, locale: str) -> str:
    """``4,3`` or ``12.480`` as people in that locale write it; without Babel plainly: ``4.3``, ``12480``."""
    try:
        from babel.numbers import format_decimal
    except ImportError:
        return str(value)
    pattern = None if isinstance(value, int) else "#,##0.0"
    return str(format_decimal(value, pattern, locale=babel_locale(locale)))


@lru_cache(maxsize=1024)
def percent_for_people(whole: int, locale: str) -> str:
    """``55 %`` as people in that locale write it; without Babel ``55%``.

    Parameters:
        whole: whole percents.
    """
    try:
        from babel.numbers import format_percent
    except ImportError:
        return f"{whole}%"
    return str(format_percent(Decimal(whole) / 100, locale=babel_locale(locale)))


@lru_cache(maxsize=4096)
def date_for_people(day: date, locale: str) -> str:
    """``2 Nov 2026`` as people in that locale write it; without Babel as ISO 8601 has it: ``2026-11-02``."""
    try:
        from babel.dates import format_date
    except ImportError:
        return day.isoformat()
    return str(format_date(day, "medium", locale=babel_locale(locale)))


@lru_cache(maxsize=1024)
def language_for_people(tag: str, locale: str) -> str:
    """``German`` for ``de``, in the words of that locale; without Babel the tag itself."""
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        return tag
    try:
        return str(Locale.parse(tag, sep="-").get_display_name(babel_locale(locale)) or tag)
    except (UnknownLocaleError, ValueError):
        return tag
