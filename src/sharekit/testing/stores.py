"""The contract of a store, as a test class: subclass it, and pytest shows whether reports can be made from yours::

    class TestRiverStore(StoreContract):
        def make_sink(self, timezone):
            return RiverSink("river://localhost/events", timezone=timezone)

        def open_store(self):
            return RiverStore("river://localhost/events")

Each test gets a fresh instance of the class and needs an empty store: empty it in ``setup_method`` or in a fixture that
is used automatically.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit.events.model import Event
from sharekit.exceptions import StoreError
from sharekit.reports.figures import Figures
from sharekit.reports.report import Report
from sharekit.sinks.base import Sink
from sharekit.sinks.rows import COLUMNS
from sharekit.sinks.store import Store
from sharekit.testing.history import ATTRIBUTION_DAYS, DAYS, EXPECTED, NOW, TAGS, ZONE, history

_KEPT = ("id", "name", "product_id", "network", "placement", "share_id", "visitor", "order_id", "value", "bot", "props")
_LIKE = "SELECT COUNT(*), MIN(product_id) FROM events WHERE product_id = :product_id AND 'it''s :by' <> ''"


class StoreContract:
    """Proves that a store answers reports as all others do, that it keeps events whole, and each id once."""

    # What a store's own test class gives.

    def make_sink(self, timezone: ZoneInfo) -> Sink:
        """A new sink that fills the store, and cuts days in a zone. Called several times in a test."""
        raise NotImplementedError("give a sink")

    def open_store(self) -> Store:
        """The store, to be read."""
        raise NotImplementedError("give the store")

    # What the tests use.

    @pytest.fixture
    def filled(self) -> Store:
        """The store, with the history in it, written in batches of seven."""
        with self.open_sink() as write:
            events = history()
            for start in range(0, len(events), 7):
                write(events[start : start + 7])
        return self.open_store()

    def open_sink(self, zone: ZoneInfo = ZONE) -> closing[_Writer]:
        """A function that writes a batch; ``with`` closes its sink."""
        return closing(_Writer(self.make_sink(zone)))

    def report(self, store: Store) -> Report:
        """A report of the history's last days."""
        return Report(store, timezone=ZONE, attribution_days=ATTRIBUTION_DAYS, clock=lambda: NOW)

    def assert_expected(self, store: Store) -> None:
        """Every report says what it should."""
        report = self.report(store)
        assert {"": _plain(report.totals(DAYS))} == EXPECTED["total"]
        for by in ("network", "product", "placement", "day"):
            assert {row.key: _plain(row) for row in report.funnel(by, DAYS)} == EXPECTED[by]
        tags = report.funnel("tag", DAYS)
        assert {row.key: (row.impressions, row.opens, row.clicks, row.carts, row.products) for row in tags} == TAGS
        assert [row.key for row in tags] == list(TAGS)

    # The contract.

    @pytest.mark.parametrize("by", ["network", "product", "placement", "day"])
    def test_reports_say_what_they_should(self, filled: Store, by: Any) -> None:
        """One history, one expected table: orders, refunds, currencies, midnights, crawlers, sampled events."""
        rows = self.report(filled).funnel(by, DAYS)
        assert {row.key: _plain(row) for row in rows} == EXPECTED[by]

    def test_totals_and_tags_say_what_they_should(self, filled: Store) -> None:
        """The same of the totals and of product tags."""
        self.assert_expected(filled)

    def test_shares_of_a_product_are_counted_by_its_exact_name(self, filled: Store) -> None:
        """Case, accents, blanks and signs that mean something to databases make a difference."""
        report = self.report(filled)
        assert report.share_counts("mug") == {"x": 1}
        for name in ("mug ", "Mug", "caf\u00e9", "cafe\u0301", "100%", "o'\\neill", 'say "hi"', "茶器☕"):
            assert report.share_counts(name) == {"copy": 1}
        for name in ("MUG", "mug  ", "caf%", "", "' OR 1=1 --", ":by", "\\"):
            assert report.share_counts(name) == {}

    def test_repeated_events_count_once(self, filled: Store) -> None:
        """Batches that come again in another order, in one piece, by a new sink, with an id twice in them."""
        events = history()
        with self.open_sink() as write:
            write(events[::-1])
            write([*events[:5], *events[:5]])
            write([replace(events[0], at=NOW, product_id="changed")])
        self.assert_expected(filled)
        assert len(list(filled.events())) == len(events)

    def test_two_writers_at_a_time_keep_each_id_once(self) -> None:
        """Two hosts deliver the same events at the same moment."""
        start = datetime(2026, 3, 28, tzinfo=UTC)
        events = [Event(name="share", product_id=f"{n:03}", at=start + timedelta(seconds=n)) for n in range(300)]
        errors: list[BaseException] = []

        def deliver(order: int) -> None:
            with self.open_sink() as write:
                for begin in range(0, 300, 50)[::order]:
                    batch = events[begin : begin + 50][::order]
                    for attempt in range(20):
                        try:
                            write(batch)
                            break
                        except Exception as error:  # noqa: BLE001 (told below)
                            if attempt == 19:
                                errors.append(error)

        threads = [threading.Thread(target=deliver, args=(order,)) for order in (1, -1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors, repr(errors[0])
        assert [event.product_id for event in self.open_store().events()] == [event.product_id for event in events]
        assert self.report(self.open_store()).totals(DAYS).shares == 300

    def test_events_come_back_oldest_first(self, filled: Store) -> None:
        """With their fields as they were; times to the millisecond."""
        events = sorted(history(), key=lambda event: (event.at, event.id))
        found = list(filled.events())
        assert [event.id for event in found] == [event.id for event in events]
        for kept, event in zip(found, events, strict=True):
            for name in _KEPT:
                assert getattr(kept, name) == getattr(event, name), name
            assert kept.at == event.at.replace(microsecond=event.at.microsecond // 1000 * 1000)

    def test_many_events_come_back_page_by_page(self) -> None:
        """No event is left out or given twice where a page ends, also among events of one millisecond."""
        start = datetime(2026, 3, 28, tzinfo=UTC)
        events = [
            Event(name="share", product_id=f"{n}", at=start + timedelta(milliseconds=n // 700)) for n in range(2_100)
        ]
        with self.open_sink() as write:
            for begin in range(0, 2_100, 300):
                write(events[begin : begin + 300])
        found = list(self.open_store().events())
        assert sorted(event.id for event in found) == sorted(event.id for event in events)
        assert [event.at for event in found] == sorted(event.at for event in found)

    def test_a_store_without_events_answers(self) -> None:
        """Reports can be asked for before the first event is delivered; nothing is made by asking."""
        for _ in range(2):
            store = self.open_store()
            assert _plain(self.report(store).totals(DAYS)) == _plain(Figures())
            assert self.report(store).funnel("network", DAYS) == []
            assert list(store.events()) == []
            assert store.timezone() is None

    def test_the_store_remembers_the_zone_of_its_days(self, filled: Store) -> None:
        """A report in another program cuts its first day where the sink cut days."""
        assert filled.timezone() == ZONE
        with self.open_sink(ZoneInfo("Asia/Tokyo")) as write:
            write([Event(name="click")])
        assert self.open_store().timezone() == ZoneInfo("Asia/Tokyo")

    def test_parameters_stand_for_whole_values_only(self, filled: Store) -> None:
        """What looks like a parameter within a quoted text is text, and a percent sign is a percent sign."""
        assert filled.query(_LIKE, {"product_id": "100%"}) == [(1, "100%")]
        assert filled.query("SELECT COUNT(*) FROM events WHERE product_id LIKE '100%'") == [(1,)]

    def test_columns_are_there_under_their_names(self, filled: Store) -> None:
        """Reports of one's own find every column, whole numbers as int, and weights as numbers."""
        names = [name for name in COLUMNS if name != "schema"]
        sql = f"SELECT {', '.join(names)} FROM events WHERE order_id = :order AND bot = 0"  # noqa: S608
        (refund,) = [
            dict(zip(names, values, strict=True))
            for values in filled.query(sql, {"order": "1001"})
            if "refund" in values
        ]
        assert (refund["value"], refund["currency"], refund["day"], refund["hour"]) == (980, "EUR", 20260329, 12)
        assert (refund["tag"], refund["weight"], refund["props"]) == (0, 1, "")
        assert refund["at"] == 1774778400000

    @pytest.mark.parametrize("statement", ["SELECT colour FROM events", "SELECT 1 FROM no_such_table", "SELEC"])
    def test_a_wrong_statement_is_a_store_error(self, filled: Store, statement: str) -> None:
        """Told with the engine's reason."""
        with pytest.raises(StoreError):
            filled.query(statement)

    def test_a_store_cannot_write(self, filled: Store) -> None:
        """Whoever asks changes nothing."""
        for statement in ("DELETE FROM events WHERE 1 = 1", "INSERT INTO about VALUES ('a', 'b')"):
            with pytest.raises(StoreError):
                filled.query(statement)
        self.assert_expected(filled)


class _Writer:
    """Writes batches, and closes its sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def __call__(self, batch: list[Event]) -> None:
        assert not self._sink.write(batch)

    def close(self) -> None:
        self._sink.close()


def _plain(figures: Figures) -> Mapping[str, Any]:
    """The figures as the expected table writes them."""

    def money(amounts: Mapping[str, Decimal]) -> str:
        return ", ".join(f"{amount} {currency}" for currency, amount in sorted(amounts.items()))

    counts = ("impressions", "shares", "clicks", "visits", "interactions", "purchases", "shared_purchases")
    return {name: getattr(figures, name) for name in counts} | {
        "revenue": money(figures.revenue),
        "shared_revenue": money(figures.shared_revenue),
    }
