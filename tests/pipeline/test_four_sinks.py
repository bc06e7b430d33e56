"""The promise of delivery, whole: four sinks of which one is down, one slow, one picky and one healthy."""

from __future__ import annotations

import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from sharekit.doctor.books import balance
from sharekit.pipeline import circuit
from sharekit.pipeline.dead_letters import Selection, read_dead_letters
from sharekit.pipeline.pipeline import status_of

EVENTS = 4_000


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """An outage of seconds stands for one of hours."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.02)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.2)


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # deleted meanwhile
    return total


def test_none_suffers_for_another(make_pipeline, fickle_sink, events, data_dir, wait_for):
    """The healthy one is complete while the others have troubles, they are after they recover, dead letters are exactly
    the poison, memory and journal stay bounded, and the law holds at every moment, here and for who looks from outside.
    """
    recorded = events(EVENTS)
    poison = {event.id for event in recorded[::10]}
    healthy, slow = fickle_sink("healthy"), fickle_sink("slow")
    down = fickle_sink("down")
    down.down = ConnectionRefusedError("nobody there")
    picky = fickle_sink("picky", reject=lambda event: "every tenth" if event.id in poison else "")
    slow.delay, slow.max_batch = 0.05, 25
    pipeline = make_pipeline(healthy, down, slow, picky)
    pipeline._journal.segment_rows = 500
    broken, looks, stop = [], [], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            for status in (pipeline.status(), status_of(data_dir)):
                looks.append(status)
                broken.extend(sink for sink in status.sinks if balance(sink).verdict != "OK")

    watcher = threading.Thread(target=watch)
    watcher.start()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for start in range(0, EVENTS, 40):
            pipeline.record_many(recorded[start : start + 40])
        bytes_recorded = sum(len(event.as_json()) for event in recorded)
        wait_for(lambda: len(healthy.order) == EVENTS)
        wait_for(lambda: pipeline.status().sink("picky").pending == 0)
        middle = pipeline.status()
        assert middle.sink("down").pending == EVENTS
        assert middle.sink("slow").pending > 0
        wait_for(lambda: pipeline.status().sink("down").circuit != "closed")
        tried = len(down.batches)
        time.sleep(0.3)
        # Left alone while it is down: one attempt of an event, and a few to see whether it alone is at fault.
        assert len(down.batches) - tried < 40
        assert size_of(data_dir / "journal") < 8 * bytes_recorded
        down.down, slow.delay = None, 0.0
        assert pipeline.flush(60)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        stop.set()
        watcher.join()
    assert [event.id for event in recorded] == healthy.order == slow.order == down.order
    assert picky.order == [event.id for event in recorded if event.id not in poison]
    letters = list(read_dead_letters(data_dir / "delivery.db", Selection()))
    assert [(letter.sink, letter.id, letter.reason) for letter in letters] == [
        ("picky", event.id, "every tenth") for event in recorded if event.id in poison
    ]
    assert not broken, broken[0]
    assert len(looks) > 20
    # What the memory sinks of this test keep, each an event; the pipeline keeps none.
    kept = sum(len(sink) for sink in (healthy, slow, down, picky))
    assert after - before < kept * 4_000
    wait_for(lambda: pipeline.status().segments <= 1)
    for sink in pipeline.status().sinks:
        assert (sink.recorded, sink.pending, sink.circuit, sink.balanced) == (EVENTS, 0, "closed", True)
