"""Export: every event, one a line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.events.model import Event, Item
from sharekit.products import Money
from sharekit.reports.export import COLUMNS, export_csv, export_jsonl
from sharekit.sinks.sqlite import SqliteStore

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
EVENTS = st.builds(
    Event,
    name=st.sampled_from(["click", "share", "purchase"]),
    at=st.integers(0, 10**6).map(lambda tick: NOON + timedelta(milliseconds=tick)),
    product_id=TEXT,
    placement=TEXT,
    referrer=TEXT,
    value=st.none() | st.integers(0, 10**9).map(lambda minor: Money.from_minor(minor, "EUR")),
    items=st.lists(st.builds(Item, product_id=TEXT.filter(bool), quantity=st.integers(1, 9)), max_size=2).map(tuple),
    bot=st.booleans(),
    props=st.dictionaries(TEXT, TEXT, max_size=2),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events=st.lists(EVENTS, max_size=5))
def test_lines_of_json_are_the_events(
    make_store: Callable[[Iterable[Event], ZoneInfo], SqliteStore], events: list[Event]
) -> None:
    """Each line reads back as the event that was recorded, oldest first, whatever its texts hold."""
    store = make_store(events, ZoneInfo("UTC"))
    text = "".join(export_jsonl(store.events()))
    lines = text.splitlines()
    assert len(lines) == len(events)
    assert sorted(map(str, map(Event.from_json, lines))) == sorted(map(str, events))
    times = [Event.from_json(line).at for line in lines]
    assert times == sorted(times)


@given(events=st.lists(EVENTS, max_size=5))
def test_lines_of_csv_are_one_for_each_event(events: list[Event]) -> None:
    """No text of an event ends a line, leaves its cell or becomes a formula; lists are JSON."""
    text = "".join(export_csv(events))
    assert len(text.splitlines()) == 1 + len(events)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == [event.id for event in events]
    for row, event in zip(rows, events, strict=True):
        assert list(row) == list(COLUMNS)
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row.values())
        assert row["bot"] == ("true" if event.bot else "false")
        assert len(json.loads(row["items"] or "[]")) == len(event.items)
        assert (row["value"], row["currency"]) == ((str(event.value.amount), "EUR") if event.value else ("", ""))


def test_a_refund_or_purchase_keeps_its_exact_amount() -> None:
    """Cents and yen are written as their currency has them."""
    yen = Event(name="purchase", order_id="1", value=Money(Decimal(500), "JPY"))
    _, line = export_csv([yen])
    assert ",1,500,JPY," in line


def test_an_empty_export_still_names_its_columns() -> None:
    """A spreadsheet opens it; a program sees no line of JSON."""
    assert list(export_csv([])) == [",".join(COLUMNS) + "\n"]
    assert list(export_jsonl([])) == []
