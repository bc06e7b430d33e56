"""The numbers of reviews: from seen to written, and the orders of people who read them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sharekit.reports.figures import as_text, money, rate, rounded

STEPS: Mapping[str, str] = {"submitted": '%"step":"submitted"%', "published": '%"step":"published"%'}
"""What the stored properties of an event ``review`` look like, by what has happened."""

_COUNTED = {
    "impression": "impressions", "review_expand": "expands", "review_filter": "filters", "photo_open": "photos",
    "helpful": "votes", "write_start": "write_starts", "submitted": "submitted", "published": "published",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFigures:
    """Counts of what happened to reviews, without what bots did, and the rates made of them.

    A rate is ``None`` where its denominator is 0. ``docs/reports.md`` defines every number.

    Parameters:
        impressions: how often the reviews of a product were seen (half visible for a second).
        expands: long reviews that were opened.
        filters: how often the list was sorted or narrowed down.
        photos: photos that were opened.
        votes: votes on whether a review helps.
        write_starts: forms that somebody began to fill in.
        submitted: reviews that were handed in.
        published: reviews that were published.
    """

    impressions: int = 0
    expands: int = 0
    filters: int = 0
    photos: int = 0
    votes: int = 0
    write_starts: int = 0
    submitted: int = 0
    published: int = 0

    @property
    def use_rate(self) -> float | None:
        """Opened reviews and photos, filters and votes per impression."""
        return rate(self.expands + self.filters + self.photos + self.votes, self.impressions)

    @property
    def completion_rate(self) -> float | None:
        """Reviews handed in per form begun. Above 1 where forms work without the script that counts beginnings."""
        return rate(self.submitted, self.write_starts)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as JSON values; rates as fractions, rounded to six places."""
        counts = {item.name: getattr(self, item.name) for item in fields(ReviewFigures)}
        return counts | {"use_rate": rounded(self.use_rate), "completion_rate": rounded(self.completion_rate)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow(ReviewFigures):
    """One product.

    Parameters:
        product: its id; empty for events that name none.
    """

    product: str

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON values, the product first."""
        return {"product": self.product} | ReviewFigures.as_dict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Orders, by what their buyers did with reviews before. What came of reading cannot be told from that: people who
    mean to buy read more.

    Parameters:
        purchases: all orders, each once.
        revenue: what they brought less what was paid back, by currency; sums never cross currencies.
        seen_purchases, seen_revenue: those of buyers who saw the reviews of some product before, or did more.
        read_purchases, read_revenue: those of buyers who opened, filtered or voted on reviews before.
    """

    purchases: int = 0
    revenue: Mapping[str, Decimal] = field(default_factory=dict)
    seen_purchases: int = 0
    seen_revenue: Mapping[str, Decimal] = field(default_factory=dict)
    read_purchases: int = 0
    read_revenue: Mapping[str, Decimal] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as JSON values; amounts as text."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value if isinstance(value, int) else as_text(value) for name, value in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReport:
    """What came of reviews in some days.

    Parameters:
        since: first day that is counted, in the shop's time zone.
        days: how many days that is, today included.
        rows: by product, those whose reviews were seen most often first.
        totals: all rows in one.
        readers: orders, by what their buyers did with reviews before.
    """

    since: date
    days: int
    rows: Sequence[ReviewRow]
    totals: ReviewFigures
    readers: Readers


def review_report(
    since: date, days: int, counts: Iterable[tuple[Any, ...]], purchases: Iterable[tuple[Any, ...]]
) -> ReviewReport:
    """The report of the answers of ``sql/reviews.sql`` and ``sql/review_purchases.sql``."""
    products: dict[str, Counter[str]] = defaultdict(Counter)
    for product, name, step, count in counts:
        if counted := _COUNTED.get(step or name):
            products[product][counted] += int(count)
    rows = [ReviewRow(product=product, **numbers) for product, numbers in products.items()]
    rows.sort(key=lambda row: (-row.impressions, -row.submitted, row.product))
    return ReviewReport(
        since=since,
        days=days,
        rows=rows,
        totals=ReviewFigures(**sum(products.values(), Counter())),
        readers=_readers(purchases),
    )


def _readers(found: Iterable[tuple[Any, ...]]) -> Readers:
    orders: Counter[int] = Counter()
    minor: dict[int, Counter[str]] = defaultdict(Counter)
    for reached, currency, count, units in found:
        for depth in range(int(reached) + 1):  # who did something with reviews has also seen them
            orders[depth] += int(count)
            minor[depth][currency] += int(units)
    return Readers(
        purchases=orders[0],
        revenue=money(minor[0]),
        seen_purchases=orders[1],
        seen_revenue=money(minor[1]),
        read_purchases=orders[2],
        read_revenue=money(minor[2]),
    )
