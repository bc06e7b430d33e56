"""The contract of a sink, as a test class: subclass it, and pytest shows whether your sink can be relied on::

    class TestRiverSink(SinkContract):
        def make_sink(self):
            return RiverSink("river://localhost/events")

        def read_back(self):
            return {row["id"]: row for row in river.rows("events")}

Each test gets a fresh instance of the class; empty the other side in ``setup_method`` or in a fixture that is used
automatically, so that :meth:`SinkContract.read_back` finds what the test wrote and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sharekit.events.model import Event, Item
from sharekit.pipeline import circuit
from sharekit.pipeline.delivery import drain
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.loops import SinkLoop
from sharekit.pipeline.pipeline import status_of
from sharekit.products import Money
from sharekit.sinks.base import Result, Retry, Sink

HARD_TEXTS = (
    "Tee für zwei, 茶器, چای, чай, ☕️👩🏽‍🚀",
    "e\u0301 is not \u00e9; \u202eright to left\u202c; zero\u200bwidth",
    "quotes ' \" ` and \\ backslash; <b>&amp;</b>; --; $1; %s; {0}; ;DROP TABLE events",
    "tab\there, line\nbreak, return\rhere, \u2028separator, \x7fdelete",
    '{"not": "an object", "id": "x"}',
    "NULL",
    "  spaces around  ",
)
"""Texts that go wrong where somebody forgot to escape, to encode or to count bytes."""


class SinkContract:
    """Proves order, retry, partial rejection, duplicates, unicode, size limits, close and reconnect of a sink."""

    keeps_order = True
    """Whether :meth:`read_back` gives the events in the order they were written."""
    dedupes = True
    """Whether an event that is written twice is there once, also when a new sink object writes it."""
    keeps = ("name", "product_id", "network", "url")
    """Fields of an event that :meth:`read_back` gives back as they were; services that map events name fewer."""

    # What a sink's own test class gives.

    def make_sink(self) -> Sink:
        """A new sink, set up as in production. Called several times in a test: all objects write to the same place."""
        raise NotImplementedError("give a sink")

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        """The events that arrived, by id, in the order of their arrival: mappings of fields as ``Event.as_dict``."""
        raise NotImplementedError("give the events that arrived")

    def break_connection(self, sink: Sink) -> None:
        """Cut the connection that ``sink`` holds, as when the other side restarts. Leave it out where there is none."""
        pytest.skip("this sink has no connection that breaks")

    def rejected_event(self) -> Event:
        """An event that the other side will never take. Leave it out where there is none."""
        pytest.skip("this sink rejects nothing")

    # What the tests use.

    @pytest.fixture
    def sink(self) -> Iterator[Sink]:
        """A sink, closed after the test."""
        with self.open_sink() as sink:
            yield sink

    @contextmanager
    def open_sink(self) -> Iterator[Sink]:
        """A sink that is closed in the end."""
        sink = self.make_sink()
        loop = self._loops[sink] = SinkLoop(sink.name)
        try:
            yield sink
        finally:
            try:
                loop.wait(sink.close())
            finally:
                del self._loops[sink]
                loop.close()

    def write(self, sink: Sink, batch: Sequence[Event]) -> Result | None:
        """What the sink makes of a batch; an ``async def write`` is awaited."""
        result = self._loops[sink].wait(sink.write(batch))
        assert result is None or isinstance(result, Result), f"write returned {result!r}: return None or a Result"
        return result

    def write_stubbornly(self, sink: Sink, batch: Sequence[Event], attempts: int = 50) -> None:
        """Write a batch again and again, as delivery does, until the sink takes it."""
        pause = threading.Event()
        for attempt in range(attempts):
            try:
                self.write(sink, batch)
            except Exception:
                if attempt == attempts - 1:
                    raise
                pause.wait(0.02 * attempt)
            else:
                return

    def events(self, count: int, **fields: Any) -> list[Event]:
        """A number of events, a millisecond apart, the last one now."""
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(milliseconds=count)
        return [
            replace(
                Event(
                    name="share",
                    at=start + timedelta(milliseconds=number),
                    product_id=f"mug-{number}",
                    network="whatsapp",
                    url="https://shop.example/mug",
                    visitor=f"visitor-{number % 3}",
                    props={"consent": ["ads", "analytics"], "number": number},
                ),
                **fields,
            )
            for number in range(count)
        ]

    def assert_arrived(self, events: Sequence[Event]) -> None:
        """All of these arrived, and nothing else, with their fields as they were and in order where that is kept."""
        found = self.read_back()
        expected = [event.id for event in events]
        assert sorted(found) == sorted(expected), _difference(expected, list(found))
        if self.keeps_order:
            assert list(found) == expected, "the events arrived in another order than they were written in"
        for event in events:
            record = event.as_dict()
            for name in self.keeps:
                wanted, got = record.get(name, ""), found[event.id].get(name, "")
                assert got == wanted, f"{name} of event {event.id} arrived as {got!r} instead of {wanted!r}"

    @pytest.fixture(autouse=True)
    def _keep_loops(self) -> None:
        self._loops: dict[Sink, SinkLoop] = {}

    # The contract.

    def test_it_says_what_it_is(self, sink: Sink) -> None:
        """A name to remember its position by, and limits that let at least one event through."""
        assert isinstance(sink.name, str)
        assert sink.name
        assert sink.max_batch >= 1
        assert sink.max_bytes >= 1
        assert sink.max_age is None or sink.max_age > timedelta()
        assert isinstance(sink.advertising, bool)

    def test_it_opens_nothing_when_it_is_made(self) -> None:
        """A sink that was made, and closed without having been used, costs nothing and harms nobody."""
        with self.open_sink() as sink:
            again = self.make_sink()
            assert again.name == sink.name
        assert not self.read_back()

    def test_events_arrive(self, sink: Sink) -> None:
        """One event, with its fields."""
        events = self.events(1)
        assert self.write(sink, events) is None, "an event in order was rejected"
        self.assert_arrived(events)

    def test_batches_arrive_in_order(self, sink: Sink) -> None:
        """Several batches of different sizes, up to the largest that the sink asks for."""
        events = self.events(10 + min(sink.max_batch, 1_000))
        for start, end in ((0, 1), (1, 3), (3, 10), (10, len(events))):
            self.write(sink, events[start:end])
        self.assert_arrived(events)

    def test_every_field_passes(self, sink: Sink) -> None:
        """A purchase with all that an event can carry is taken."""
        order = Event(
            name="purchase",
            at=datetime.now(UTC) - timedelta(minutes=1),
            order_id="order-1",
            product_id="mug-1",
            network="whatsapp",
            placement="product",
            widget="share",
            share_id="AAAAAAAAAAAA",
            parent_share_id="BBBBBBBBBBBB",
            url="https://shop.example/thanks?a=1&b=2#end",
            referrer="https://search.example/",
            visitor="today",
            previous_visitor="yesterday",
            value=Money(Decimal("1234.50"), "EUR"),
            items=(Item(product_id="mug-1", quantity=2, price=Money(Decimal(600), "EUR")), Item(product_id="gift")),
            bot=False,
            props={"consent": ["ads"], "coupon": None, "tags": ["a", {"deep": [1, 2.5, True]}], "points": 2**53},
        )
        assert not _rejected(self.write(sink, [order]))
        self.assert_arrived([order])

    @pytest.mark.parametrize("text", HARD_TEXTS)
    def test_any_text_arrives_as_it_is(self, sink: Sink, text: str) -> None:
        """Letters of all scripts, marks that mean something to databases and formats, control characters."""
        events = self.events(2, product_id=text, props={"consent": ["ads"], "text": text, text: 1})
        assert not _rejected(self.write(sink, events))
        self.assert_arrived(events)

    def test_duplicates_arrive_once(self, sink: Sink) -> None:
        """A batch that is repeated, in part and by a new object, as after a crash, adds nothing that is there."""
        events = self.events(7)
        self.write(sink, events[:5])
        self.write(sink, events[2:6])
        with self.open_sink() as after_a_crash:
            self.write(after_a_crash, events[4:])
            self.write(after_a_crash, events[4:])
        found = list(self.read_back())
        assert set(found) == {event.id for event in events}
        if self.dedupes:
            self.assert_arrived(events)
            assert self.count_back() == len(events), "an event that was written twice is there twice"

    def count_back(self) -> int:
        """How many events arrived, each copy counted; by default as many as :meth:`read_back` gives ids."""
        return len(self.read_back())

    def test_a_rejected_event_costs_no_other(self, sink: Sink) -> None:
        """What the sink will never take is named in the result with a reason; the rest of the batch arrives."""
        events, odd = self.events(4), self.rejected_event()
        result = self.write(sink, [*events[:2], odd, *events[2:]])
        assert result is not None, "the event was not rejected; raise nothing and name it in Result(rejected={...})"
        assert set(result.rejected) == {odd.id}
        assert str(result.rejected[odd.id]).strip(), "a reason is missing"
        self.assert_arrived(events)

    def test_a_large_event_is_taken_or_rejected_by_name(self, sink: Sink) -> None:
        """The largest event that the journal keeps holds up neither itself nor its neighbours."""
        events = self.events(3)
        large = self.events(1, props={"consent": ["ads"], "text": "x" * 60_000})[0]
        refused: set[str] = set()
        for batch in ([events[0]], [large], events[1:]):
            refused |= _rejected(self.write(sink, batch))
        assert refused <= {large.id}
        self.assert_arrived([event for event in (events[0], large, *events[1:]) if event.id not in refused])

    def test_a_batch_of_many_bytes_is_taken(self, sink: Sink) -> None:
        """As many bytes as the sink asks for in one batch, at most."""
        size = 2_000
        count = max(1, min(sink.max_batch, sink.max_bytes // (size + 500), 500))
        events = self.events(count, props={"consent": ["ads"], "text": "ü" * (size // 2)})
        assert not _rejected(self.write(sink, events))
        self.assert_arrived(events)

    def test_what_was_written_is_there_after_close(self) -> None:
        """Nothing waits in a buffer of the sink: a new one begins where the last one ended."""
        events = self.events(6)
        with self.open_sink() as first:
            self.write(first, events[:3])
        with self.open_sink() as second:
            self.write(second, events[3:])
        self.assert_arrived(events)

    def test_it_may_be_written_from_any_thread(self, sink: Sink) -> None:
        """One at a time, but not always the same: the thread that delivers is not the one that made the sink."""
        events = self.events(3)
        errors: list[BaseException] = []

        def work(event: Event) -> None:
            try:
                self.write(sink, [event])
            except BaseException as error:  # noqa: BLE001 (told below)
                errors.append(error)

        for event in events:
            thread = threading.Thread(target=work, args=(event,))
            thread.start()
            thread.join()
        assert not errors, repr(errors[0])
        self.assert_arrived(events)

    def test_it_connects_again(self, sink: Sink) -> None:
        """A connection that broke costs an error at most; one of the next attempts makes a new one."""
        events = self.events(6)
        self.write(sink, events[:3])
        self.break_connection(sink)
        self.write_stubbornly(sink, events[3:])
        assert set(self.read_back()) == {event.id for event in events}

    def test_check_says_nothing_when_all_is_well(self, sink: Sink) -> None:
        """What ``sharekit-web doctor`` asks: ``None`` for a sink that works."""
        self.write(sink, self.events(1))
        assert sink.check() is None

    def test_delivery_repeats_what_failed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The whole road: a journal is delivered although the sink asks for patience, and breaks off after writing."""
        monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.02)
        events = self.events(25)
        journal = Journal(tmp_path / "journal")
        journal.append([event.as_json() for event in events])
        journal.close()
        sink = self.make_sink()
        sink.advertising = False  # consent has tests of its own
        write, faults = sink.write, [Retry("not now", after=0.0), ConnectionResetError("broke off"), None]

        def unsteady(batch: Sequence[Event]) -> Any:
            fault = faults.pop(0) if faults else None
            if isinstance(fault, Retry):
                raise fault
            outcome = write(batch)
            if fault is None:
                return outcome
            return _broken_off(outcome, fault)

        with suppress(AttributeError):  # a class with slots is delivered to as it is
            sink.write = unsteady  # type: ignore[method-assign]
        assert drain(tmp_path, [sink], 30.0), f"not delivered: {status_of(tmp_path).sink(sink.name).error}"
        books = status_of(tmp_path).sink(sink.name)
        assert books.balanced
        assert (books.delivered, books.rejected, books.pending) == (len(events), 0, 0)
        if self.dedupes:
            self.assert_arrived(events)
            assert self.count_back() == len(events), "an event that was written twice is there twice"
        else:
            assert set(self.read_back()) == {event.id for event in events}


def _broken_off(outcome: Any, fault: BaseException) -> Any:
    """Have the batch written, and raise the fault all the same."""
    if not hasattr(outcome, "__await__"):
        raise fault

    async def wait() -> None:
        await outcome
        raise fault

    return wait()


def _rejected(result: Result | None) -> set[str]:
    return set(result.rejected) if result is not None else set()


def _difference(expected: Sequence[str], found: Sequence[str]) -> str:
    missing, strange = set(expected) - set(found), set(found) - set(expected)
    return f"{len(missing)} of {len(expected)} events did not arrive; {len(strange)} did that were not written"
