"""Back-off, the circuit breaker and the search for the event at fault: few attempts at what is down, none lost."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from sharekit.events.model import Event
from sharekit.pipeline import circuit, worker
from sharekit.pipeline.circuit import OPENS_AT, Circuit, state_of
from sharekit.pipeline.dead_letters import Selection, read_dead_letters
from sharekit.pipeline.ledger import RATE_SECONDS, faded, rate_now
from sharekit.sinks.base import Retry, Sink


@pytest.fixture
def short_waits(monkeypatch):
    """Attempts follow each other quickly."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.01)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.05)


def test_waits_are_random_up_to_a_bound_that_doubles(monkeypatch):
    """Full jitter: between nothing and base * 2 ** (n - 1), 60 seconds at most."""
    bounds = []
    monkeypatch.setattr(random, "uniform", lambda low, high: bounds.append((low, high)) or high)
    breaker = Circuit()
    waits = [breaker.failed() for _ in range(12)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert {low for low, _ in bounds} == {0}


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        (None, 0, 0.5),
        (7, 7, 7),
        (-3, 0, 0.5),
        (float("nan"), 0, 0.5),
        (1e9, 86_400, 86_400),
        (float("inf"), 86_400, 86_400),
    ],
)
def test_a_wish_is_the_least_wait(wish, least, most):
    """Retry-After holds at least, within a day, whatever odd number it is."""
    assert least <= Circuit().failed(wish) <= most


def test_the_states_of_a_circuit(monkeypatch):
    """Closed, open from the fifth failure in a row on, half-open after the wait, closed when something passed."""
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    breaker = Circuit()
    for _ in range(OPENS_AT - 1):
        breaker.failed()
        assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "open"
    assert breaker.wait > 1
    assert (state_of(OPENS_AT, 0.0), state_of(OPENS_AT, 0.1), state_of(0, 0.0)) == ("half-open", "open", "closed")
    breaker.succeeded()
    assert (breaker.state, breaker.wait, breaker.failures) == ("closed", 0.0, 0)


def test_an_open_circuit_is_shown_and_tried_with_one_event(make_pipeline, fickle_sink, events, wait_for, short_waits):
    """No batch goes to a sink that is down; the first event that passes brings the batches back."""
    sink = fickle_sink()
    sink.down = ConnectionRefusedError("nobody there")
    pipeline = make_pipeline(sink)
    recorded = events(120)
    pipeline.record_many(recorded)
    wait_for(lambda: pipeline.status().sinks[0].failures >= OPENS_AT + 3)
    status = pipeline.status().sinks[0]
    assert status.circuit in {"open", "half-open"}
    assert status.errors >= status.failures
    assert status.balanced
    assert sink.batches[:OPENS_AT] == [120] * OPENS_AT
    assert set(sink.batches[OPENS_AT:]) == {1}
    sink.down = None
    assert pipeline.flush(20)
    status = pipeline.status().sinks[0]
    assert (status.circuit, status.failures, status.error, status.wait) == ("closed", 0, "", 0.0)
    assert status.rate > 0
    assert sink.order == [event.id for event in recorded]


def test_a_sink_that_asks_for_patience_is_never_divided_nor_examined(make_pipeline, events, wait_for, short_waits):
    """However often it does, no event is given up; while its circuit is half-open one event asks for all."""

    class Busy(Sink):
        def __init__(self) -> None:
            self.sizes: list[int] = []
            self.busy = True

        def write(self, batch: Sequence[Event]) -> None:
            self.sizes.append(len(batch))
            if self.busy:
                raise Retry("503")

    sink = Busy()
    pipeline = make_pipeline(sink)
    pipeline.record_many(events(30))
    wait_for(lambda: len(sink.sizes) > 12)
    sink.busy = False
    assert pipeline.flush(20)
    assert set(sink.sizes) <= {30, 1, 2, 4, 8, 16, 29}
    assert (pipeline.status().sinks[0].delivered, pipeline.status().sinks[0].rejected) == (30, 0)


@pytest.mark.parametrize("fault", [ValueError, ConnectionResetError], ids=["refuses", "breaks off"])
@pytest.mark.parametrize("every", [10, 3])
def test_the_poison_among_many_is_found_with_few_attempts(
    make_pipeline, fickle_sink, events, data_dir, short_waits, fault, every
):
    """Batches that are refused whole: exactly the events at fault are dead letters, at a bounded cost for each."""
    recorded = events(300)
    poison = {event.id for event in recorded[every // 2 :: every]}

    class Picky(fickle_sink):
        def write(self, batch):
            self.batches.append(len(batch))
            if any(event.id in poison for event in batch):
                raise fault("no")
            self.order += [event.id for event in batch]

    sink = Picky("picky")
    pipeline = make_pipeline(sink)
    pipeline.record_many([*recorded, *events(5)])
    assert pipeline.flush(60)
    letters = [letter.id for letter in read_dead_letters(data_dir / "delivery.db", Selection())]
    assert letters == [event.id for event in recorded if event.id in poison]
    assert set(sink.order) >= {event.id for event in recorded} - poison
    assert pipeline.status().balanced
    # Three examinations of two writes each, and a search by halving and doubling around it.
    assert len(sink.batches) <= len(poison) * (2 * worker.EXAMINATIONS + 14)


def test_a_sink_that_fails_at_random_costs_no_event(make_pipeline, fickle_sink, events, data_dir, monkeypatch):
    """Every second call fails, whatever is in it: events arrive, and hardly ever pass for poison."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.001)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.002)
    dice = random.Random(7)

    class Flaky(fickle_sink):
        def write(self, batch):
            if dice.random() < 0.5:
                raise RuntimeError("not today")
            self.order += [event.id for event in batch]

    sink = Flaky("flaky")
    sink.max_batch = 20
    pipeline = make_pipeline(sink)
    recorded = events(400)
    pipeline.record_many(recorded)
    assert pipeline.flush(60)
    books = pipeline.status().sinks[0]
    assert books.balanced
    assert books.rejected <= 8
    assert len(set(sink.order)) >= 392


def test_one_event_that_a_service_fails_for_does_not_hold_up_all_others(
    make_pipeline, fickle_sink, events, data_dir, short_waits
):
    """A sink that asks for patience because of one event alone: after twenty attempts the event is a dead letter."""
    recorded = events(40)

    class Fragile(fickle_sink):
        def write(self, batch):
            self.batches.append(len(batch))
            if any(event.id == recorded[5].id for event in batch):
                raise Retry("500 Internal Server Error")
            self.order += [event.id for event in batch]

    sink = Fragile("fragile")
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    assert pipeline.flush(30)
    assert [letter.id for letter in read_dead_letters(data_dir / "delivery.db", Selection())] == [recorded[5].id]
    assert set(sink.order) == {event.id for event in recorded} - {recorded[5].id}
    assert len(sink.batches) > worker.PATIENCE
    assert pipeline.status().balanced


@pytest.mark.parametrize("seconds", [3, 30, 600])
def test_the_rate_is_right_from_the_start(seconds: int) -> None:
    """A hundred events a second are a hundred after three seconds, too, and fade when nothing comes any more."""
    rate = 0.0
    for _ in range(seconds * 10):
        rate = faded(rate, 100) + 10 / RATE_SECONDS
    assert rate_now(rate, 0, seconds * 1_000) == pytest.approx(100, rel=0.05)
    assert rate_now(rate, 300_000, seconds * 1_000 + 300_000) < 1
