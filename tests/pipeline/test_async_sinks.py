"""Sinks whose write and close are coroutines: awaited in one loop of their own, from the first batch to the close."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence

import pytest

from sharekit.events.model import Event
from sharekit.pipeline import circuit
from sharekit.pipeline.loops import SinkLoop
from sharekit.pipeline.pipeline import drain
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.memory import MemorySink


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Attempts follow each other quickly."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.02)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.1)


class AsyncSink(Sink):
    """Remembers the loop of every call, and lives on something that goes on between batches."""

    name = "async"
    max_batch = 10

    def __init__(self) -> None:
        self.loops: set[int] = set()
        self.threads: set[str] = set()
        self.ids: list[str] = []
        self.closed = 0
        self.beats = 0
        self.faults: list[BaseException] = []
        self.reject = ""
        self.heart: asyncio.Task[None] | None = None

    async def write(self, batch: Sequence[Event]) -> Result | None:
        self._look()
        if self.heart is None:
            self.heart = asyncio.create_task(self._beat())
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        self.ids += [event.id for event in batch if event.product_id != self.reject]
        rejected = {event.id: "not this one" for event in batch if event.product_id == self.reject}
        return Result(rejected) if rejected else None

    async def close(self) -> None:
        self._look()
        assert self.heart is not None
        self.heart.cancel()
        await asyncio.gather(self.heart, return_exceptions=True)
        self.closed += 1

    async def _beat(self) -> None:
        while True:
            self.beats += 1
            await asyncio.sleep(0.001)

    def _look(self) -> None:
        self.loops.add(id(asyncio.get_running_loop()))
        self.threads.add(threading.current_thread().name)


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside another"])
def test_one_loop_from_the_first_batch_to_the_close(make_pipeline, events, wait_for, others):
    """Connections and tasks that belong to a loop live on between batches, and what is still open is closed in it."""
    sink = AsyncSink()
    pipeline = make_pipeline(sink, *[MemorySink() for _ in range(others)])
    recorded = events(35)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    seen = sink.beats
    wait_for(lambda: sink.beats > seen + 3)
    pipeline.close()
    assert sink.ids == [event.id for event in recorded]
    assert (sink.closed, len(sink.loops), sink.threads) == (1, 1, {"sharekit-async-loop"})
    assert not [thread for thread in threading.enumerate() if thread.name == "sharekit-async-loop"]


@pytest.mark.parametrize(
    "fault",
    [
        Retry("busy", after=0.01),
        ValueError("odd"),
        TimeoutError(),
        SystemExit(3),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
    ],
    ids=["retry", "value", "timeout", "exit", "interrupt", "cancelled"],
)
def test_whatever_a_coroutine_raises_is_a_failed_attempt(make_pipeline, events, fault):
    """The loop and the deliverer go on."""
    sink = AsyncSink()
    sink.faults = [fault]
    pipeline = make_pipeline(sink)
    recorded = events(5)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert sink.ids == [event.id for event in recorded]
    assert len(sink.loops) == 1


def test_coroutines_reject_by_name(make_pipeline, events):
    """A result is a result, awaited or not."""
    sink = AsyncSink()
    sink.reject = "p-2"
    pipeline = make_pipeline(sink)
    pipeline.record_many(events(5))
    assert pipeline.flush(20)
    books = pipeline.status().sinks[0]
    assert (books.delivered, books.rejected, books.balanced) == (4, 1, True)


def test_delivery_works_where_a_loop_is_running(make_pipeline, events, data_dir):
    """An app that closes its kit, or drains a journal, in a coroutine."""
    first = make_pipeline(deliver=False)
    first.record_many(events(5))
    first.close()
    sink = AsyncSink()

    async def work() -> bool:
        return drain(data_dir, [sink])

    assert asyncio.run(work())
    assert (len(sink.ids), sink.closed) == (5, 1)


def test_a_coroutine_that_fails_to_close_is_logged(make_pipeline, events, caplog):
    """And ends nothing else."""

    class Sticky(AsyncSink):
        async def close(self) -> None:
            raise OSError("stuck")

    pipeline = make_pipeline(Sticky())
    pipeline.record_many(events(1))
    assert pipeline.flush(20)
    pipeline.close()
    assert "async could not be closed" in caplog.text


def test_a_fork_leaves_the_parents_loop_alone(make_pipeline, events, data_dir):
    """The child delivers nothing through it, and the parent goes on in the same loop."""
    sink = AsyncSink()
    pipeline = make_pipeline(sink)
    pipeline.record_many(events(3))
    assert pipeline.flush(20)
    child = os.fork()
    if not child:
        try:
            pipeline.record_many(events(2))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    pipeline.record_many(events(4))
    assert pipeline.flush(20)
    assert len(sink.loops) == 1
    assert pipeline.status().balanced


def test_a_loop_is_made_when_it_is_needed():
    """A sink without coroutines has no thread for them, and closing what was never opened is nothing."""
    before = threading.active_count()
    loop = SinkLoop("plain")
    assert loop.wait(5) == 5
    assert threading.active_count() == before
    loop.close()
