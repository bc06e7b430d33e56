"""Processes that are killed while dead letters are tried again, sinks are paused and history is delivered."""

from __future__ import annotations

import json
import signal
from itertools import islice
from pathlib import Path

from sharekit.exceptions import DeliveryError
from sharekit.pipeline.control import Order, ask
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.replay import replay
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore

PROGRAM = """
from sharekit.pipeline import circuit
from sharekit.sinks.base import Result
from sharekit.sinks.jsonl import JsonlSink
circuit.BACK_OFF_BASE = 0.01

class Picky(JsonlSink):
    def write(self, batch):
        if (DATA / "strict").exists():
            rejected = {event.id: "every third" for event in batch if event.product_id.endswith("3")}
            super().write([event for event in batch if event.id not in rejected])
            return Result(rejected)
        return super().write(batch)

pipeline = make(SqliteSink(DATA / "events.db"), Picky(DATA / "copy.jsonl", name="copy"))
number = 0
while True:
    event = Event(name="share", product_id=f"p-{number}")
    pipeline.record(event)
    acknowledge(event)
    number += 1
    if number % 25 == 0: time.sleep(0.02)
"""


def lines(path: Path) -> list[str]:
    """Ids in a file of JSON lines."""
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_nothing_is_lost_whoever_dies(start_program, data_dir):
    """Killed again and again amid requests: the books balance each time, and in the end every sink has every event."""
    data_dir.mkdir()
    strict = data_dir / "strict"
    acknowledged: list[str] = []
    for turn in range(4):
        strict.touch() if turn % 2 == 0 else strict.unlink(missing_ok=True)
        process = start_program(PROGRAM)
        for step in range(4):
            acknowledged += [process.stdout.readline().strip() for _ in range(60)]
            deeds = (Order(deed="retry"), Order(deed="pause", sink="copy"), Order(deed="resume", sink="copy"))
            try:
                ask(data_dir, deeds[step % 3], patience=5)
            except DeliveryError:
                continue  # nobody had the time; the next one does
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if len(line.strip()) == 36]
        process.wait(30)
        assert status_of(data_dir).balanced
    strict.unlink(missing_ok=True)
    ask(data_dir, Order(deed="resume", sink="copy"))
    ask(data_dir, Order(deed="retry"))
    assert drain(data_dir, [SqliteSink(data_dir / "events.db"), JsonlSink(data_dir / "copy.jsonl", name="copy")], 60)
    status = status_of(data_dir)
    assert status.balanced
    assert [(sink.pending, sink.rejected) for sink in status.sinks] == [(0, 0), (0, 0)]
    stored = [event.id for event in SqliteStore(data_dir / "events.db").events()]
    assert len(stored) == len(set(stored)) == status.sink("sqlite").recorded
    assert set(acknowledged) <= set(stored) == set(lines(data_dir / "copy.jsonl"))
    # And some of it once more, as history of a sink that comes now.
    history = islice(SqliteStore(data_dir / "events.db").events(), 700)
    assert replay(data_dir, "late", history, told=lambda given, waiting: False) == 700
    assert drain(data_dir, [JsonlSink(data_dir / "late.jsonl", name="late")], 60, keep=True)
    assert lines(data_dir / "late.jsonl") == stored[:700]
    assert status_of(data_dir).balanced
