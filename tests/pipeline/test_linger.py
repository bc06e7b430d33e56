"""Sinks whose batches wait for more events, because each batch costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sharekit import Event, ShareKit, Sink
from sharekit.pipeline.delivery import drain
from sharekit.pipeline.journal import Journal


class Files(Sink):
    """Notes each batch."""

    def __init__(self, linger: float, max_batch: int = 100) -> None:
        self.linger = timedelta(seconds=linger)
        self.max_batch = max_batch
        self.batches: list[list[str]] = []
        self.wrote = threading.Event()

    def write(self, batch: Sequence[Event]) -> None:
        """Note it."""
        self.batches.append([event.id for event in batch])
        self.wrote.set()


def test_events_wait_for_others(make_kit: Callable[..., ShareKit]) -> None:
    """What comes within the time is one batch, and it leaves by itself."""
    sink = Files(linger=1.0)
    kit = make_kit(sinks=[sink])
    kept = []
    for _ in range(5):
        kept.append(kit.record("share").id)
        time.sleep(0.05)
    assert sink.wrote.wait(20)
    assert sink.batches == [kept]


def test_a_full_batch_waits_for_nobody(make_kit: Callable[..., ShareKit]) -> None:
    """Neither does the next one that is full; the rest stays pending, and the books add up."""
    sink = Files(linger=3_600, max_batch=10)
    kit = make_kit(sinks=[sink])
    kit.record_many([Event(name="share") for _ in range(25)])
    deadline = time.monotonic() + 20
    while (status := kit.status().sink("files")).delivered < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [len(batch) for batch in sink.batches] == [10, 10]
    assert (status.delivered, status.pending, status.balanced) == (20, 5, True)


def test_flushing_hurries_it(make_kit: Callable[..., ShareKit]) -> None:
    """Once what was recorded is there, it lingers again."""
    sink = Files(linger=3_600)
    kit = make_kit(sinks=[sink])
    first = kit.record("share").id
    assert kit.flush(20)
    assert sink.batches == [[first]]
    time.sleep(0.5)  # until it has found nothing more, it is in a hurry
    second = kit.record("share").id
    time.sleep(0.5)
    assert len(sink.batches) == 1
    kit.close()
    assert sink.batches == [[first], [second]]


def test_who_does_not_deliver_does_not_wait_for_it(make_kit: Callable[..., ShareKit], tmp_path: Path) -> None:
    """A worker that ends must not sit out its deadline for a file that another process makes later."""
    sink: Any = Files(linger=3_600)
    leader = make_kit(sinks=[sink])
    leader.record("share")
    deadline = time.monotonic() + 20
    while not leader.status().delivering and time.monotonic() < deadline:
        time.sleep(0.01)
    other = make_kit(sinks=[Files(linger=3_600)])
    other.record("share")
    assert other.flush(20)
    assert sink.batches == []


def test_delivering_what_is_left_hurries_it(tmp_path: Path) -> None:
    """``deliver --once`` is over when everything is there."""
    journal = Journal(tmp_path / "journal")
    journal.append([Event(name="share").as_json() for _ in range(3)])
    journal.close()
    sink = Files(linger=3_600)
    assert drain(tmp_path, [sink], 20)
    assert [len(batch) for batch in sink.batches] == [3]
