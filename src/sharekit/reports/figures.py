"""The numbers of a report: what was counted, and the rates made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sharekit.currencies import MINOR_UNITS

NOT_FROM_A_SHARE = ""
"""Key of the row of orders that no share is credited with."""
NOT_SET = "(not set)"
"""Key of the row of events that do not say which network, product or placement they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of events, without those of bots, and the rates made of them.

    A rate is ``None`` where its denominator is 0. ``docs/reports.md`` defines every number.

    Parameters:
        impressions: widgets seen (half visible for a second).
        shares: intents to share: a network's dialog was opened, a link was copied. Not posts that were made.
        clicks: controls that were activated.
        visits: landings by a shared link, once per share and browser session.
        interactions: clicks, opened tags, product clicks, carts, likes, follows, helpful votes and poll votes.
        purchases: orders, each once.
        revenue: what the orders brought less what was paid back, by currency; sums never cross currencies.
        shared_purchases: those of the orders that are credited to a share.
        shared_revenue: what those brought, less what was paid back of them.
    """

    impressions: int = 0
    shares: int = 0
    clicks: int = 0
    visits: int = 0
    interactions: int = 0
    purchases: int = 0
    revenue: Mapping[str, Decimal] = field(default_factory=dict)
    shared_purchases: int = 0
    shared_revenue: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def engagement_rate(self) -> float | None:
        """Interactions per impression."""
        return rate(self.interactions, self.impressions)

    @property
    def click_through_rate(self) -> float | None:
        """Clicks per impression."""
        return rate(self.clicks, self.impressions)

    @property
    def conversion_rate(self) -> float | None:
        """Orders credited to a share per visit by a share. Orders from elsewhere do not raise it."""
        return rate(self.shared_purchases, self.visits)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as JSON values: amounts as text, rates as fractions, rounded to six places."""
        return {
            "impressions": self.impressions,
            "shares": self.shares,
            "clicks": self.clicks,
            "visits": self.visits,
            "interactions": self.interactions,
            "purchases": self.purchases,
            "revenue": as_text(self.revenue),
            "shared_purchases": self.shared_purchases,
            "shared_revenue": as_text(self.shared_revenue),
            "engagement_rate": rounded(self.engagement_rate),
            "click_through_rate": rounded(self.click_through_rate),
            "conversion_rate": rounded(self.conversion_rate),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Figures):
    """One line of a funnel.

    Parameters:
        key: the network, product id or placement, or the day as ``2026-11-21``. Empty (:data:`NOT_FROM_A_SHARE`)
            for orders that no share is credited with, :data:`NOT_SET` for events that don't say.
    """

    key: str

    @property
    def label(self) -> str:
        """The key in words."""
        return self.key or "(not from a share)"

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON values, its key and label first."""
        return {"key": self.key, "label": self.label} | Figures.as_dict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Figures):
    """The numbers of a whole report.

    Parameters:
        since: first day that is counted, in the shop's time zone.
        days: how many days that is, today included.
    """

    since: date
    days: int

    def as_dict(self) -> dict[str, Any]:
        """The totals as JSON values, their days first."""
        return {"since": self.since.isoformat(), "days": self.days} | Figures.as_dict(self)


def rate(part: int, whole: int) -> float | None:
    """``part / whole``; ``None`` when there is nothing to divide by."""
    return part / whole if whole else None


def money(minor: Mapping[str, int]) -> dict[str, Decimal]:
    """Minor units as amounts, by currency; an event without money has no currency and adds nothing."""
    return {
        currency: Decimal(units).scaleb(-MINOR_UNITS[currency])
        for currency, units in sorted(minor.items())
        if currency in MINOR_UNITS
    }


def as_text(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    """Amounts as JSON has them: text, so that no reader rounds them."""
    return {currency: str(amount) for currency, amount in amounts.items()}


def rounded(value: float | None) -> float | None:
    """A rate to six places, as JSON has it."""
    return None if value is None else round(value, 6)
