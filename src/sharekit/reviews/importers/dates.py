"""Dates of review files: many spellings, and ``05/03/2024``, which has two meanings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.importers.files import ImportFileError

Order = Literal["dmy", "mdy"]
FIRST_YEAR = 1995
"""No shop had reviews on the web before; an earlier date is a zero that some program wrote as one."""

_CLOCK = r"(?:[T, ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s*([ap]\.?m\.?)?)?"
_ZONE = r"\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2})?"
_YMD = re.compile(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_CLOCK}{_ZONE}", re.IGNORECASE)
_PARTS = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_CLOCK}{_ZONE}", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}})\.? ([a-z]{{3,9}})\.?,? ([0-9]{{4}}){_CLOCK}{_ZONE}", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"([a-z]{{3,9}})\.? ([0-9]{{1,2}}),? ([0-9]{{4}}){_CLOCK}{_ZONE}", re.IGNORECASE)
_EPOCH = re.compile(r"[0-9]{10}|[0-9]{13}")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


class Dates:
    """Reads the dates of one file.

    Parameters:
        order: what comes first in dates such as ``05/03/2024``; ``None`` when the file has none of them.
        zone: of times that name none.
        now: nothing was written after it.
    """

    def __init__(self, order: Order | None, zone: tzinfo, now: datetime) -> None:
        self.order = order
        self._zone = zone
        self._now = now

    def read(self, text: str, zone: tzinfo | None = None) -> datetime | None:
        """The moment in UTC; ``None`` for an empty cell, also for the zeros that databases write for one.

        Raises:
            InvalidValueError: it is no date, or one that cannot be.
        """
        text = text.strip()
        if not text or text.startswith("0000-00-00"):
            return None
        try:
            moment = self._moment(text, zone or self._zone)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise InvalidValueError("date", f"{shown(text)} is not a date such as 2024-03-05 or 2024-03-05 10:12 UTC")
        if moment.year < FIRST_YEAR:
            raise InvalidValueError("date", f"{shown(text)} is before {FIRST_YEAR}")
        if moment > self._now + timedelta(days=1):  # a day more, for zones that nobody named
            raise InvalidValueError("date", f"{shown(text)} is in the future")
        return min(moment, self._now)

    def _moment(self, text: str, zone: tzinfo) -> datetime | None:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        if found := _YMD.fullmatch(text):
            year, month, day, *rest = found.groups()
            return _at(int(year), int(month), int(day), rest, zone)
        if found := _PARTS.fullmatch(text):
            first, mark, second, year, *rest = found.groups()
            order = "dmy" if mark == "." else self.order
            day, month = (first, second) if order == "dmy" or first == second else (second, first)
            return _at(_full(year), int(month), int(day), rest, zone)
        if found := _DAY_MONTH.fullmatch(text):
            day, name, year, *rest = found.groups()
            return _at(int(year), _month(name), int(day), rest, zone)
        if found := _MONTH_DAY.fullmatch(text):
            name, day, year, *rest = found.groups()
            return _at(int(year), _month(name), int(day), rest, zone)
        return None


def order_of(cells: Iterable[tuple[int, str]]) -> Order | None:
    """What comes first in a file's dates, by evidence: a part above 12 is the day, in all of them.

    Parameters:
        cells: line and text of every date.

    Returns:
        ``None`` when no date depends on it. Parts with points (``05.03.2024``) begin with the day everywhere.

    Raises:
        ImportFileError: nothing tells, or the dates contradict each other.
    """
    days_first = months_first = unclear = ""
    for line, text in cells:
        found = _PARTS.fullmatch(text.strip())
        if found is None or found[2] == "." or found[1] == found[3]:
            continue
        named = f"{text.strip()} (line {line})"
        if int(found[1]) > 12:
            days_first = days_first or named
        elif int(found[3]) > 12:
            months_first = months_first or named
        else:
            unclear = unclear or named
    if days_first and months_first:
        raise ImportFileError(
            f"Dates contradict each other: {days_first} begins with the day, {months_first} with the month. "
            "Say which is right, and lines of the other kind are refused: --dates dmy or --dates mdy"
        )
    if unclear and not days_first and not months_first:
        raise ImportFileError(
            f"A date such as {unclear} can be read in two ways, and no date of the file tells which is meant. "
            "Say what comes first, the day or the month: --dates dmy or --dates mdy"
        )
    return "dmy" if days_first else "mdy" if months_first else None


def _at(year: int, month: int, day: int, rest: list[str | None], zone: tzinfo) -> datetime:
    hour, minute, second, fraction, half, offset = rest
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hours)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    moment = datetime(year, month, day, hours, int(minute or 0), int(second or 0), micro, _zone(offset, zone))
    return moment.astimezone(UTC)


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if not offset:
        return zone
    digits = re.sub(r"[^0-9+-]", "", offset)
    if not digits:
        return UTC
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


def _full(year: str) -> int:
    return int(year) + (2000 if len(year) == 2 else 0)


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name.lower()):
            return number
    raise ValueError(name)
