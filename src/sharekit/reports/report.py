"""Report: the shop's questions, answered from a store by the SQL files beside this one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, overload

from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reports.figures import NOT_FROM_A_SHARE, NOT_SET, Row, Totals, money
from sharekit.reports.reviews import STEPS, ReviewReport, review_report
from sharekit.reports.tags import TagRow, tag_rows
from sharekit.sinks.store import Store

ShareBy = Literal["network", "product", "placement", "day"]
By = Literal[ShareBy, "tag"]
MAX_DAYS = 36_525
"""Longest report, in days: a hundred years."""
INTERACTIONS = frozenset({"click", "tag_open", "product_click", "add_to_cart", "like", "follow", "helpful", "vote"})
"""Events that count as somebody doing something with a widget."""

_COUNTED = {"impression": "impressions", "share": "shares", "click": "clicks"}
_WITHOUT_TEXT = frozenset({"day", "total"})
_DAY_MS = 86_400_000


class Report:
    """Answers from a store. Nothing is cached: each call reads what is stored by then.

    Parameters:
        store: where the events are.
        timezone: the shop's; it decides what today is. Days were cut in it when the events were stored.
        attribution_days: days after a visit in which an order is credited to the share behind it.
        clock: gives the present, in UTC.
    """

    def __init__(
        self, store: Store, *, timezone: tzinfo, attribution_days: int = 30, clock: Callable[[], datetime] = now
    ) -> None:
        self._store = store
        self._timezone = timezone
        self._look_back = attribution_days * _DAY_MS
        self._clock = clock

    def totals(self, days: int = 30) -> Totals:
        """All numbers of the last ``days`` days, today included, in one.

        Raises:
            InvalidValueError: ``days`` is not a whole number from 1 to 36,525.
            StoreError: the store cannot be read.
        """
        since = self._since(days)
        tally = self._tally("total", since).get("", _Tally())
        return Totals(since=since, days=days, **tally.figures())

    @overload
    def funnel(self, by: ShareBy = "network", days: int = 30) -> list[Row]: ...

    @overload
    def funnel(self, by: Literal["tag"], days: int = 30) -> list[TagRow]: ...

    def funnel(self, by: By = "network", days: int = 30) -> list[Row] | list[TagRow]:
        """The way from impression to revenue in the last ``days`` days, today included.

        By network, product or placement the row with most shares comes first, and the last one, with an empty key,
        holds the orders that no share is credited with. By day the rows are in order of time, without gaps from the
        first day on which something happened, and each counts all its orders.

        By tag it is the way from a picture that was seen to the cart, a :class:`TagRow` for each product tag: the
        pictures with most interactions first, their tags in order of number.

        Raises:
            UnknownNameError: ``by`` is something else.
            InvalidValueError: ``days`` is not a whole number from 1 to 36,525.
            StoreError: the store cannot be read.
        """
        if by not in get_args(By):
            raise UnknownNameError("grouping", str(by), get_args(By))
        since = self._since(days)
        if by == "tag":
            return tag_rows(self._rows("tags", {"first_day": _day_number(since)}))
        tallies = self._tally(by, since)
        if by == "day" and tallies:
            for day in _days(min(tallies), self._today()):
                tallies.setdefault(day, _Tally())
        rows = [Row(key=key, **tally.figures()) for key, tally in tallies.items()]
        return sorted(rows, key=_by_time if by == "day" else _by_weight)

    def reviews(self, days: int = 30) -> ReviewReport:
        """What came of reviews in the last ``days`` days, today included: how often they were seen, used and written,
        by product, and the orders of people who had read some within ``attribution_days`` before.

        Raises:
            InvalidValueError: ``days`` is not a whole number from 1 to 36,525.
            StoreError: the store cannot be read.
        """
        since = self._since(days)
        first_day = _day_number(since)
        counts = self._rows("reviews", {"first_day": first_day, **STEPS})
        purchases = self._rows("review_purchases", {"first_day": first_day, "look_back": self._look_back})
        return review_report(since, days, counts, purchases)

    def share_counts(self, product_id: str) -> dict[str, int]:
        """How often a product or page was shared since its first event, by network, most first.

        Like every share, these are intents; nobody outside the network can count posts.
        """
        rows = self._rows("share_counts", {"product_id": product_id})
        counts = {network: round(count) for network, count in rows if network}
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def _today(self) -> date:
        return self._clock().astimezone(self._timezone).date()

    def _since(self, days: object) -> date:
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MAX_DAYS:
            raise InvalidValueError("days", f"{days!r} is not a whole number from 1 to {MAX_DAYS:,}.")
        return self._today() - timedelta(days=days - 1)

    def _rows(self, name: str, parameters: dict[str, str | int]) -> list[tuple[Any, ...]]:
        return self._store.query(_sql(name), parameters)

    def _tally(self, by: str, since: date) -> dict[str, _Tally]:
        parameters: dict[str, str | int] = {"by": by, "first_day": _day_number(since)}
        tallies: dict[str, _Tally] = defaultdict(_Tally)

        def key_of(day: int, text: str) -> str:
            if by == "day":
                return f"{day // 10_000:04}-{day // 100 % 100:02}-{day % 100:02}"
            return "" if by == "total" else text or NOT_SET

        for day, text, name, count in self._rows("counts", parameters):
            # A list of networks is split here: portable SQL has no word for it.
            split = by == "network" and name == "impression"
            for part in set(filter(None, text.split(","))) or {""} if split else {text}:
                if name != "visit":
                    tallies[key_of(day, part)].count(name, count)
                elif by in _WITHOUT_TEXT:
                    tallies[key_of(day, part)].visits += count
        if by not in _WITHOUT_TEXT:
            for text, count in self._rows("visits", parameters):
                tallies[key_of(0, text)].visits += count
        parameters["look_back"] = self._look_back
        for day, text, from_share, currency, count, minor in self._rows("purchases", parameters):
            credited = bool(from_share)
            key = NOT_FROM_A_SHARE if by != "day" and not credited else key_of(day, text)
            tallies[key].order(int(count), int(minor), currency, credited=credited)
        return dict(tallies)


@dataclass(slots=True)
class _Tally:
    """A row while it is being added up. Counts are rounded last: a sampled event may weigh 2.5."""

    impressions: float = 0
    shares: float = 0
    clicks: float = 0
    interactions: float = 0
    visits: float = 0
    purchases: int = 0
    shared_purchases: int = 0
    minor: Counter[str] = field(default_factory=Counter)
    shared_minor: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, count: float) -> None:
        if name in _COUNTED:
            setattr(self, _COUNTED[name], getattr(self, _COUNTED[name]) + count)
        if name in INTERACTIONS:
            self.interactions += count

    def order(self, count: int, minor: int, currency: str, *, credited: bool) -> None:
        self.purchases += count
        self.minor[currency] += minor
        if credited:
            self.shared_purchases += count
            self.shared_minor[currency] += minor

    def figures(self) -> dict[str, Any]:
        return {
            "impressions": round(self.impressions),
            "shares": round(self.shares),
            "clicks": round(self.clicks),
            "interactions": round(self.interactions),
            "visits": round(self.visits),
            "purchases": self.purchases,
            "revenue": money(self.minor),
            "shared_purchases": self.shared_purchases,
            "shared_revenue": money(self.shared_minor),
        }


def _day_number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _days(first: str, last: date) -> Iterable[str]:
    day = date.fromisoformat(first)
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _by_time(row: Row) -> str:
    return row.key


def _by_weight(row: Row) -> tuple[Any, ...]:
    late = 2 if row.key == NOT_FROM_A_SHARE else int(row.key == NOT_SET)
    return (late, -row.shares, -row.visits, -row.clicks, -row.purchases, -row.impressions, row.key)


@cache
def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
