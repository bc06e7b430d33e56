"""The report on reviews says what a plain reading of its definitions says, whatever the events."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit.events.model import Event
from sharekit.exceptions import InvalidValueError
from sharekit.products import Money
from sharekit.reports.report import Report
from sharekit.reports.review_tables import format_reviews
from sharekit.reports.reviews import Readers
from sharekit.sinks.store import Store

MakeStore = Callable[[Iterable[Event], ZoneInfo], Store]
ZONE = ZoneInfo("Europe/Berlin")
CLOCK = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)  # the day after the clocks went forward
DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)
LOOK_BACK = 2
USED = {"review_expand": "expands", "review_filter": "filters", "photo_open": "photos", "helpful": "votes"}


# The reference: the definitions of docs/reports.md, read slowly.


class Reference:
    """The report by loops over a list."""

    def __init__(self, events: Sequence[Event], days: int) -> None:
        once = {event.id: event for event in reversed(events)}
        self.events = sorted(
            (event for event in once.values() if not event.bot), key=lambda event: (event.at, event.id)
        )
        self.since = CLOCK.astimezone(ZONE).date() - timedelta(days=days - 1)

    def counts(self) -> dict[str, dict[str, int]]:
        table: dict[str, Counter[str]] = {}
        for event in self.events:
            word = USED.get(event.name, "")
            if event.name == "impression" and event.widget == "reviews":
                word = "impressions"
            if event.name == "write_start":
                word = "write_starts"
            if event.name == "review" and event.props.get("step") in {"submitted", "published"}:
                word = event.props["step"]
            if word and self.day(event) >= self.since:
                table.setdefault(event.product_id, Counter())[word] += 1
        return {product: dict(row) for product, row in table.items()}

    def day(self, event: Event) -> date:
        return event.at.astimezone(ZONE).date()

    def depth(self, order: Event) -> int:
        people = {order.visitor, order.previous_visitor} - {""}
        before = [
            event
            for event in self.events
            if event.visitor in people and timedelta(0) <= order.at - event.at <= LOOK_BACK * DAY
        ]
        if any(event.name in USED for event in before):
            return 2
        return int(any(event.name == "impression" and event.widget == "reviews" for event in before))

    def readers(self) -> Readers:
        orders: dict[str, Event] = {}
        for event in self.events:
            if event.name == "purchase":
                orders.setdefault(event.order_id or f"event {event.id}", event)
        moves = [(event, self.depth(event), 1) for event in orders.values()]
        for event in self.events:
            if event.name == "refund":
                order = orders.get(event.order_id) if event.order_id else None
                moves.append((event, self.depth(order) if order else 0, -1))
        numbers: dict[str, Any] = {}
        for least, word in enumerate(("", "seen_", "read_")):
            minor: Counter[str] = Counter()
            count = 0
            for event, depth, sign in moves:
                if depth >= least and self.day(event) >= self.since:
                    count += sign > 0
                    if event.value is not None:
                        minor[event.value.currency] += sign * event.value.minor
            numbers[f"{word}purchases"] = count
            numbers[f"{word}revenue"] = {key: Money.from_minor(units, key).amount for key, units in minor.items()}
        return Readers(**numbers)


midnights = [datetime(2026, 3, day, tzinfo=ZONE).astimezone(UTC) for day in (25, 28, 28, 29, 29, 30, 31)]
moments = st.builds(
    lambda midnight, step: midnight + step,
    st.sampled_from(midnights),
    st.sampled_from([-TICK, timedelta(0), timedelta(0), TICK, timedelta(hours=3)]),
)
people = st.sampled_from(["ann", "ann", "bob", ""])
bots = st.sampled_from([False, False, False, True])
doings = st.builds(
    lambda name, at, visitor, product, widget, step, bot: Event(
        name=name, at=at, visitor=visitor, product_id=product, widget=widget, bot=bot, props=step
    ),
    st.sampled_from(["impression", "impression", *USED, "write_start", "review", "review", "click", "visit"]),
    moments,
    people,
    st.sampled_from(["mug", "bowl", ""]),
    st.sampled_from(["reviews", "reviews", "share", ""]),
    st.sampled_from([
        {}, {"step": "submitted", "rating": 5}, {"review": "x", "step": "published"}, {"step": "edited"},
        {"note": '"step":"submitted"'}, {"step": "submitted%"},
    ]),
    bots,
)  # fmt: skip
orders = st.builds(
    lambda name, at, visitor, previous, order, amount, bot: Event(
        name=name,
        at=at,
        visitor=visitor if name == "purchase" else "",
        previous_visitor=previous if name == "purchase" else "",
        order_id=order,
        value=amount,
        bot=bot,
    ),
    st.sampled_from(["purchase", "purchase", "refund"]),
    moments,
    people,
    st.sampled_from(["", "", "ann", "bob"]),
    st.sampled_from(["", "1001", "1001", "1002"]),
    st.none() | st.builds(Money.from_minor, st.integers(0, 9_999), st.sampled_from(["EUR", "EUR", "JPY"])),
    bots,
)


def long_ago(name: str, widget: str) -> list[Event]:
    """Somebody reads, buys at once, and buys again when the reading is too long ago to be told of."""
    first, later = midnights[0], midnights[0] + LOOK_BACK * DAY + TICK
    return [
        Event(name=name, widget=widget, visitor="ann", at=first),
        Event(name="purchase", order_id="1", visitor="ann", at=first),
        Event(name="purchase", order_id="2", visitor="ann", at=later),
    ]


@pytest.mark.parametrize("days", [1, 9])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(doings | orders, max_size=14))
@example(events=[])
@example(events=long_ago("impression", "reviews"))
@example(events=long_ago("photo_open", ""))
def test_every_number_is_what_its_definition_says(make_store: MakeStore, events: list[Event], days: int) -> None:
    """Counts by product, their totals, and orders by depth, with bots, midnights, refunds, repeats and currencies."""
    reference = Reference(events, days)
    report = Report(make_store(events, ZONE), timezone=ZONE, attribution_days=LOOK_BACK, clock=lambda: CLOCK)
    found = report.reviews(days)
    counts = {
        row.product: {name: value for name, value in row.as_dict().items() if isinstance(value, int) and value}
        for row in found.rows
    }
    assert counts == reference.counts()
    total = sum((Counter(row) for row in counts.values()), Counter[str]())
    assert {name: getattr(found.totals, name) for name in total} == dict(total)
    assert found.readers == reference.readers()


def story() -> list[Event]:
    """Ann reads and buys, Bob sees reviews and buys, somebody else buys; Ann writes a review of her own."""
    hour = timedelta(hours=1)
    euros = {"value": Money(Decimal("19.90"), "EUR"), "at": CLOCK}
    return [
        Event(name="impression", at=CLOCK - hour, visitor="ann", product_id="mug", widget="reviews"),
        Event(name="review_expand", at=CLOCK - hour, visitor="ann", product_id="mug"),
        Event(name="impression", at=CLOCK - hour, visitor="bob", product_id="mug", widget="reviews"),
        Event(name="impression", at=CLOCK - hour, visitor="cy", product_id="=mug", widget="share"),
        Event(name="write_start", at=CLOCK, visitor="ann", product_id="mug"),
        Event(name="review", at=CLOCK, product_id="mug", props={"step": "submitted", "review": "r1", "rating": 4}),
        Event(name="review", at=CLOCK, product_id="mug", props={"step": "published", "review": "r1", "rating": 4}),
        Event(name="photo_open", at=CLOCK, product_id="=bowl"),
        Event(name="purchase", order_id="1", visitor="new", previous_visitor="ann", **euros),
        Event(name="purchase", order_id="2", visitor="bob", **euros),
        Event(name="purchase", order_id="3", visitor="cy", **euros),
    ]


@pytest.fixture
def report(make_store: MakeStore) -> Report:
    """A report on the story."""
    return Report(make_store(story(), ZONE), timezone=ZONE, clock=lambda: CLOCK)


TABLE = """\
Reviews, 2026-03-24 to 2026-03-30 (7 days)

product  impressions  expands  filters  photos  votes   used  forms  submitted  completed  published
────────────────────────────────────────────────────────────────────────────────────────────────────
mug                2        1        0       0      0  50.0%      1          1     100.0%          1
=bowl              0        0        0       1      0      –      0          0          –          0
────────────────────────────────────────────────────────────────────────────────────────────────────
total              2        1        0       1      0 100.0%      1          1     100.0%          1

All orders                                               3  59.70 EUR
… of buyers who saw reviews before                       2  39.80 EUR
… of buyers who opened, filtered or voted on them        1  19.90 EUR
People who mean to buy read more: an order after reading is no proof that reading brought it.
"""


def test_the_table(report: Report) -> None:
    """From seen to published, then the orders, and what they do not prove."""
    found = format_reviews(report.reviews(7))
    assert [line.split() for line in found.splitlines() if "─" not in line] == [
        line.split() for line in TABLE.splitlines() if "─" not in line
    ]


def test_csv_and_json(report: Report) -> None:
    """A row per product that no spreadsheet takes for a formula; JSON has the orders, too."""
    rows = list(csv.DictReader(format_reviews(report.reviews(), format="csv").splitlines()))
    assert [(row["product"], row["use_rate"], row["photos"]) for row in rows] == [
        ("mug", "0.500000", "0"),
        ("'=bowl", "", "1"),
    ]
    answer = json.loads(format_reviews(report.reviews(), format="json"))
    assert (answer["by"], answer["days"], answer["totals"]["published"]) == ("reviews", 30, 1)
    assert answer["orders"] == {
        "purchases": 3, "revenue": {"EUR": "59.70"}, "seen_purchases": 2, "seen_revenue": {"EUR": "39.80"},
        "read_purchases": 1, "read_revenue": {"EUR": "19.90"},
    }  # fmt: skip


def test_a_shop_without_reviews(make_store: MakeStore) -> None:
    """Sentences instead of empty tables, and an error for days that cannot be."""
    report = Report(make_store([], ZONE), timezone=ZONE, clock=lambda: CLOCK)
    assert "No reviews were seen or written in these days." in format_reviews(report.reviews())
    assert "No orders in these days." in format_reviews(report.reviews())
    with pytest.raises(InvalidValueError, match="days"):
        report.reviews(0)
