"""A small history of a shop, and what reports say of it: the same on every store.

It is made of what goes wrong easily: midnights and a change of the clocks in the shop's zone, orders that were recorded
twice, money back, currencies without cents and with a thousand of them, crawlers, sampled events, names that differ in
case, accents or a blank only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sharekit.events.model import Event
from sharekit.products import Money

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
"""When the reports are made: the day after the clocks went forward."""
DAYS = 3
"""Length of the reports: 28, 29 and 30 March."""
ATTRIBUTION_DAYS = 2


def history() -> list[Event]:
    """The events, in the order in which they were recorded."""
    events: list[Event] = []

    def add(at: str, name: str, **fields: Any) -> None:
        moment = datetime.fromisoformat(f"2026-03-{at}+00:00")
        milliseconds = int(moment.timestamp() * 1000)
        digits = f"{milliseconds:012x}"
        id_ = f"{digits[:8]}-{digits[8:]}-7000-8000-{len(events):012x}"
        events.append(Event(name=name, id=id_, at=moment, **fields))

    def money(amount: str, currency: str) -> Money:
        return Money(Decimal(amount), currency)

    # Before the first day of the report: a share, and a visit by it that an order of the first day is credited to.
    add("26T09:00:00", "share", product_id="bowl", network="email", placement="top", share_id="share-mail")
    add("27T20:00:00", "visit", network="x", share_id="share-mail", visitor="cleo")
    add("27T22:59:59.999", "click", product_id="bowl", network="email")  # 23:59:59.999 in Berlin

    # 28 March begins in Berlin at 23:00 UTC.
    add("27T23:00:00", "click", product_id="mug", network="x", placement="top", share_id="share-x")
    add("27T23:00:00.001", "share", product_id="mug", network="x", placement="top", share_id="share-x")
    add("27T23:10:00", "impression", product_id="mug", placement="top", props={"networks": ["x", "email"]})
    add("27T23:10:01", "impression", product_id="mug", placement="top", props={"networks": ["x"], "weight": 8})
    add("27T23:10:02", "impression", product_id="mug", placement="top", bot=True, props={"networks": ["x"]})
    add("28T08:00:00", "like", product_id="mug", props={"weight": 2.5})
    add("28T08:00:01", "like", product_id="mug", props={"weight": 2.5})
    add("28T09:00:00", "visit", product_id="mug", network="email", share_id="share-x", visitor="ann")
    add("28T09:00:00", "visit", product_id="mug", share_id="share-x", visitor="bot", bot=True)
    add("28T10:00:00", "purchase", order_id="1001", value=money("39.80", "EUR"), visitor="ann")
    add("28T10:05:00", "purchase", order_id="1001", value=money("99.99", "EUR"), visitor="ann")  # recorded again
    add("28T11:00:00", "purchase", order_id="1002", value=money("1250", "JPY"), visitor="cleo")
    add("28T12:00:00", "purchase", order_id="1003", value=money("0.005", "KWD"), visitor="nobody")
    add("28T12:00:00", "purchase", order_id="1004", value=money("5.00", "EUR"), bot=True)

    # 29 March begins at 23:00 UTC and has 23 hours; whoever came before midnight has another pseudonym after it.
    add("28T22:58:00", "visit", share_id="share-unknown", network="copy", placement="side", visitor="dora-1")
    add("28T23:03:00", "purchase", order_id="1005", value=money("20.00", "EUR"), visitor="dora-2",
        previous_visitor="dora-1")  # fmt: skip
    add("29T09:00:00", "purchase", order_id="1006", value=money("7.00", "EUR"), share_id="share-mail", visitor="ann")
    add("29T10:00:00", "refund", order_id="1001", value=money("9.80", "EUR"))
    add("29T10:00:01", "refund", order_id="0007", value=money("3.00", "EUR"), share_id="share-x")  # order unknown
    add("29T10:00:02", "refund", order_id="0008", value=money("1.00", "EUR"))
    add("29T12:00:00", "visit")  # nobody's share

    # 30 March begins at 22:00 UTC.
    add("29T21:59:59.999", "tag_open", product_id="mug", props={"picture": "shelf", "tag": 2})
    add("29T22:00:00", "impression", placement="front", props={"picture": "shelf", "tags": 3, "weight": 4})
    add("29T22:00:01", "impression", placement="front", bot=True, props={"picture": "shelf", "tags": 9})
    add("30T08:00:00", "tag_open", product_id="mug", props={"picture": "shelf", "tag": "2"})
    add("30T08:00:01", "product_click", product_id="bowl", props={"picture": "shelf", "tag": 3})
    add("30T08:00:02", "add_to_cart", product_id="mug", props={"picture": "shelf"})
    add("30T09:00:00", "purchase", order_id="1007", value=money("8.00", "EUR"), visitor="cleo")  # visit too long ago

    # Names that are not the same.
    for product in ("Mug", "mug ", "caf\u00e9", "cafe\u0301", "cafe", "100%", "o'\\neill", 'say "hi"', "茶器☕"):
        add("30T09:30:00", "share", product_id=product, network="copy", placement="shop")
    return events


NOTHING = (0, 0, 0, 0, 0)


def row(
    counts: tuple[int, int, int, int, int],
    orders: tuple[int, int] = (0, 0),
    revenue: str = "",
    shared: str = "",
) -> Mapping[str, Any]:
    """The figures of one line.

    Parameters:
        counts: impressions, shares, clicks, visits, interactions.
        orders: all of them, and those that came from a share.
        revenue: such as ``"30.00 EUR, 1250 JPY"``.
        shared: the part of it that came from shares.
    """
    names = ("impressions", "shares", "clicks", "visits", "interactions")
    return dict(zip(names, counts, strict=True)) | {
        "purchases": orders[0],
        "shared_purchases": orders[1],
        "revenue": revenue,
        "shared_revenue": shared,
    }


EXPECTED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "total": {
        "": row((13, 10, 1, 3, 10), (6, 4), "61.00 EUR, 1250 JPY, 0.005 KWD", "54.00 EUR, 1250 JPY"),
    },
    "network": {
        "": row(NOTHING, (2, 0), "7.00 EUR, 0.005 KWD"),
        "(not set)": row((4, 0, 0, 1, 9)),
        "copy": row((0, 9, 0, 1, 0), (1, 1), "20.00 EUR", "20.00 EUR"),
        "email": row((1, 0, 0, 0, 0), (2, 2), "7.00 EUR, 1250 JPY", "7.00 EUR, 1250 JPY"),
        "x": row((9, 1, 1, 1, 1), (1, 1), "27.00 EUR", "27.00 EUR"),
    },
    "product": {
        "": row(NOTHING, (2, 0), "7.00 EUR, 0.005 KWD"),
        "(not set)": row((4, 0, 0, 2, 0), (1, 1), "20.00 EUR", "20.00 EUR"),
        "100%": row((0, 1, 0, 0, 0)),
        "Mug": row((0, 1, 0, 0, 0)),
        "bowl": row((0, 0, 0, 0, 1), (2, 2), "7.00 EUR, 1250 JPY", "7.00 EUR, 1250 JPY"),
        "cafe": row((0, 1, 0, 0, 0)),
        "cafe\u0301": row((0, 1, 0, 0, 0)),
        "café": row((0, 1, 0, 0, 0)),
        "mug": row((9, 1, 1, 1, 9), (1, 1), "27.00 EUR", "27.00 EUR"),
        "mug ": row((0, 1, 0, 0, 0)),
        "o'\\neill": row((0, 1, 0, 0, 0)),
        'say "hi"': row((0, 1, 0, 0, 0)),
        "茶器☕": row((0, 1, 0, 0, 0)),
    },
    "placement": {
        "": row(NOTHING, (2, 0), "7.00 EUR, 0.005 KWD"),
        "(not set)": row((0, 0, 0, 1, 9)),
        "front": row((4, 0, 0, 0, 0)),
        "shop": row((0, 9, 0, 0, 0)),
        "side": row((0, 0, 0, 1, 0), (1, 1), "20.00 EUR", "20.00 EUR"),
        "top": row((9, 1, 1, 1, 1), (3, 3), "34.00 EUR, 1250 JPY", "34.00 EUR, 1250 JPY"),
    },
    "day": {
        "2026-03-28": row((9, 1, 1, 2, 6), (3, 2), "39.80 EUR, 1250 JPY, 0.005 KWD", "39.80 EUR, 1250 JPY"),
        "2026-03-29": row((0, 0, 0, 1, 1), (2, 2), "13.20 EUR", "14.20 EUR"),
        "2026-03-30": row((4, 9, 0, 0, 3), (1, 0), "8.00 EUR"),
    },
}
"""What each report says, line by line."""
TAGS = {
    "shelf#1": (4, 0, 0, 0, ()),
    "shelf#2": (4, 2, 0, 0, ("mug",)),
    "shelf#3": (4, 0, 1, 0, ("bowl",)),
    "shelf#0": (4, 0, 0, 1, ("mug",)),
}
"""What the report by tag says: impressions, opens, clicks, carts, products."""
