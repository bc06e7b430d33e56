"""The SQL of the reports says what a plain reading of their definitions says, whatever the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit.events.model import Event
from sharekit.products import Money
from sharekit.reports.figures import Figures, Row
from sharekit.reports.report import By, Report
from sharekit.sinks.store import Store

MakeStore = Callable[[Iterable[Event], ZoneInfo], Store]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOK_BACK = 2
"""Attribution days of these tests."""
INTERACTIONS = {"click", "tag_open", "product_click", "add_to_cart", "like", "follow", "helpful", "vote"}
BYS: tuple[By, ...] = ("network", "product", "placement", "day")


# The reference: the definitions of docs/reports.md, read slowly.


def milliseconds(event: Event) -> int:
    """When the event happened, as stores keep it."""
    return (event.at - EPOCH) // TICK


def in_order(events: Iterable[Event]) -> list[Event]:
    """Oldest first; by id where two are equally old."""
    return sorted(events, key=lambda event: (milliseconds(event), event.id))


class Reference:
    """A report by loops over a list."""

    def __init__(self, events: Sequence[Event], zone: ZoneInfo, clock: datetime, days: int) -> None:
        once = {event.id: event for event in reversed(events)}
        self.events = in_order(event for event in once.values() if not event.bot)
        self.zone = zone
        self.today = clock.astimezone(zone).date()
        self.since = self.today - timedelta(days=days - 1)

    def day(self, event: Event) -> date:
        return datetime.fromtimestamp(milliseconds(event) / 1000, self.zone).date()

    def named(self, *names: str) -> list[Event]:
        return [event for event in self.events if event.name in names]

    def fact(self, share_id: str, by: str) -> str:
        """What is known of a share: its first share event, then its first visit."""
        for name in ("share", "visit"):
            for event in self.named(name):
                if event.share_id == share_id:
                    if value := attribute(event, by):
                        return value
                    break
        return ""

    def credit(self, purchase: Event) -> str:
        if purchase.share_id:
            return purchase.share_id
        people = {purchase.visitor, purchase.previous_visitor} - {""}
        before = [
            visit
            for visit in self.named("visit")
            if visit.visitor in people
            and visit.share_id
            and 0 <= milliseconds(purchase) - milliseconds(visit) <= LOOK_BACK * DAY // TICK
        ]
        return before[-1].share_id if before else ""

    def orders(self) -> dict[str, Event]:
        first: dict[str, Event] = {}
        for event in self.named("purchase"):
            first.setdefault(event.order_id or f"event {event.id}", event)
        return first

    def keys(self, event: Event, by: str) -> set[str]:
        if by == "day":
            return {self.day(event).isoformat()}
        if by == "total":
            return {""}
        if event.name == "impression" and by == "network" and event.props.get("networks"):
            return set(event.props["networks"])
        if event.name == "visit" and event.share_id:
            return {self.fact(event.share_id, by) or "(not set)"}
        return {attribute(event, by) or "(not set)"}

    def entries(self) -> Iterable[tuple[Event, str, int]]:
        """Event, credited share, and sign of everything that moves money."""
        orders = self.orders()
        for event in orders.values():
            yield event, self.credit(event), 1
        for event in self.named("refund"):
            order = orders.get(event.order_id) if event.order_id else None
            yield event, (self.credit(order) if order else "") or event.share_id, -1

    def table(self, by: str) -> dict[str, dict[str, Any]]:
        table: dict[str, Counter[Any]] = {}
        for event in self.events:
            if self.day(event) >= self.since and event.name not in {"purchase", "refund", "review"}:
                for key in self.keys(event, by):
                    row = table.setdefault(key, Counter())
                    weight = event.props.get("weight", 1)
                    row[event.name] += weight
                    row["interactions"] += weight * (event.name in INTERACTIONS)
        for event, credit, sign in self.entries():
            if self.day(event) < self.since:
                continue
            if by in {"day", "total"}:
                (key,) = self.keys(event, by)
            else:
                key = (self.fact(credit, by) or "(not set)") if credit else ""
            row = table.setdefault(key, Counter())
            row["purchases"] += sign > 0
            row["shared_purchases"] += sign > 0 and bool(credit)
            if event.value is not None:
                # Present from the first amount on, also where amounts add up to nothing.
                row["revenue", event.value.currency] += sign * event.value.minor
                if credit:
                    row["shared_revenue", event.value.currency] += sign * event.value.minor
        if by == "day" and table:
            day = date.fromisoformat(min(table))
            while day <= self.today:
                table.setdefault(day.isoformat(), Counter())
                day += DAY
        return {key: finished(row) for key, row in table.items()}


def attribute(event: Event, by: str) -> str:
    return {"network": event.network, "product": event.product_id, "placement": event.placement}[by]


def finished(row: Counter[Any]) -> dict[str, Any]:
    def money(word: str) -> dict[str, Decimal]:
        return {
            key[1]: Money.from_minor(units, key[1]).amount
            for key, units in row.items()
            if isinstance(key, tuple) and key[0] == word
        }

    return {
        "impressions": row["impression"],
        "shares": row["share"],
        "clicks": row["click"],
        "visits": row["visit"],
        "interactions": row["interactions"],
        "purchases": row["purchases"],
        "revenue": money("revenue"),
        "shared_purchases": row["shared_purchases"],
        "shared_revenue": money("shared_revenue"),
    }


def plain(figures: Figures) -> dict[str, Any]:
    """The numbers of a row, as the reference writes them."""
    return {name: getattr(figures, name) for name in finished(Counter())}


# The events: few ids and few instants, so that they meet.

CLOCKS = {
    "Europe/Berlin": datetime(2026, 3, 30, 10, 0, tzinfo=UTC),  # the day after the clocks went forward
    "America/New_York": datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC),  # the clocks went back; still Sunday there
    "Pacific/Kiritimati": datetime(2026, 6, 15, 23, 0, tzinfo=UTC),  # 14 hours ahead: tomorrow already
    "Asia/Kathmandu": datetime(2026, 12, 31, 18, 30, tzinfo=UTC),  # a quarter past midnight, in the next year
    "UTC": datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
}
EDGES = (-TICK, timedelta(0), timedelta(0), TICK, timedelta(microseconds=1_500), 30 * MINUTE)
"""Steps beside an instant that matters: a midnight, a visit, the end of the look-back window."""


class Life:
    """Draws events of people who meet: few ids, few instants."""

    def __init__(self, draw: st.DrawFn, zone: str) -> None:
        self.draw = draw
        today = CLOCKS[zone].astimezone(ZoneInfo(zone)).date()
        self.midnights = [
            datetime.combine(today - timedelta(days=back), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
            for back in (-1, 0, 0, 1, 2, 2, 3, 5)
        ]
        self.events: list[Event] = []

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def add(self, name: str, at: datetime, **fields: Any) -> None:
        fields = {
            "product_id": self.pick("", "mug", "bowl"),
            "placement": self.pick("", "top"),
            "network": "" if name in {"purchase", "refund"} else self.pick("", "x", "email"),
            "bot": self.pick(False, False, False, True),
        } | fields
        # The ids are drawn, so that of two events at one instant either may be the first by id.
        number = f"{self.pick(1, 2, 3)}{len(self.events):03}"
        self.events.append(Event(name=name, id=number, at=at, **fields))

    def glance(self) -> None:
        """Somebody sees a bar, does something with it, shares perhaps."""
        at = self.pick(*self.midnights) + self.pick(*EDGES)
        networks = self.draw(st.lists(st.sampled_from(["x", "email", "copy"]), max_size=3))
        weight = self.pick({}, {}, {"weight": 8})
        self.add("impression", at, props={"networks": networks} | weight)
        for name in self.draw(st.lists(st.sampled_from(["click", "share", "like", "review", "visit"]), max_size=3)):
            self.add(name, at + self.pick(*EDGES), share_id=self.pick("", "share-1", "share-2"), props=weight)

    def journey(self) -> None:
        """A share, visits by one or two people, orders of theirs, money back."""
        start = self.pick(*self.midnights) + self.pick(*EDGES)
        share_id = self.pick("share-1", "share-2", "share-3")
        for _ in range(self.pick(0, 1, 1, 2)):
            self.add("share", start + self.pick(*EDGES), share_id=share_id)
        for _ in range(self.pick(0, 1, 1, 2, 3)):
            arrival = self.pick(share_id, share_id, "share-1", "")
            self.add("visit", start + self.pick(*EDGES), share_id=arrival, visitor=self.pick("ann", "ann", "bob", ""))
        for _ in range(self.pick(0, 1, 1, 2)):
            later = start + self.pick(0, 0, 0, 1, LOOK_BACK, LOOK_BACK) * DAY + self.pick(*EDGES)
            self.money(
                "purchase",
                later,
                share_id=self.pick("", "", "", share_id, "share-9"),
                visitor=self.pick("ann", "ann", "bob", ""),
                previous_visitor=self.pick("", "", "ann", "bob"),
            )
        for _ in range(self.pick(0, 0, 1, 2)):
            self.money("refund", start + self.pick(1, LOOK_BACK, 5) * DAY, share_id=self.pick("", "", "share-3"))

    def money(self, name: str, at: datetime, **fields: Any) -> None:
        amount = Money.from_minor(self.draw(st.integers(0, 99_999)), self.pick("EUR", "EUR", "JPY", "KWD"))
        order = self.pick("", "1001", "1001", "1002")
        self.add(name, at, order_id=order, value=self.pick(amount, amount, amount, None), **fields)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Event]]:
    """A time zone, and what some people did around the days and instants that matter, in the order it was stored."""
    zone = draw(st.sampled_from(sorted(CLOCKS)))
    life = Life(draw, zone)
    for step in draw(st.lists(st.sampled_from([Life.journey, Life.journey, Life.glance]), max_size=4)):
        step(life)
    return zone, draw(st.permutations(life.events))


@pytest.mark.parametrize("days", [1, 3])
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
@example(history=("UTC", []))
def test_every_number_is_what_its_definition_says(
    make_store: MakeStore, history: tuple[str, list[Event]], days: int
) -> None:
    """Totals and every funnel equal the reference, with bots, refunds, currencies, midnights and clock changes."""
    zone, events = history
    clock = CLOCKS[zone]
    reference = Reference(events, ZoneInfo(zone), clock, days)
    store = make_store(events, ZoneInfo(zone))
    report = Report(store, timezone=ZoneInfo(zone), attribution_days=LOOK_BACK, clock=lambda: clock)
    totals = report.totals(days)
    assert totals.since == reference.since
    assert plain(totals) == reference.table("total").get("", finished(Counter()))
    for by in BYS:
        rows = report.funnel(by, days)
        assert {row.key: plain(row) for row in rows} == reference.table(by)
        assert len(rows) == len({row.key for row in rows})
        assert_adds_up(rows, totals, by)


def assert_adds_up(rows: Sequence[Row], totals: Figures, by: str) -> None:
    """Every grouping shares out the same events; only a bar's impression belongs to several networks."""
    for name in ("shares", "clicks", "visits", "interactions", "purchases", "shared_purchases"):
        assert sum(getattr(row, name) for row in rows) == getattr(totals, name)
    if by != "network":
        assert sum(row.impressions for row in rows) == totals.impressions
    for name in ("revenue", "shared_revenue"):
        money: Counter[str] = Counter()
        for row in rows:
            money.update(getattr(row, name))
        assert dict(money) == dict(getattr(totals, name))


def test_an_event_that_is_stored_twice_counts_once(make_store: MakeStore) -> None:
    """Delivery is at least once; the second copy changes nothing."""
    click = Event(name="click", network="x", at=CLOCKS["UTC"])
    store = make_store([click, replace(click), click], ZoneInfo("UTC"))
    report = Report(store, timezone=ZoneInfo("UTC"), clock=lambda: CLOCKS["UTC"])
    assert report.totals().clicks == 1
