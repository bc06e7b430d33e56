"""From Kafka into a store: reads the topic that web nodes write, and hands batches to the store's own sink.

An offset is committed after the store has the events, so a crash repeats a batch, and the store drops ids it knows. It
is the same sink that a web node would use, so a row looks the same whichever way it came.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from confluent_kafka import Consumer, Message

from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.batch import Batch, decode
from sharekit.sinks.registry import make_sink

log = logging.getLogger("consume")
LONGEST_WAIT = 60.0


def batch_of(messages: Sequence[Message]) -> Batch:
    """The events of some messages. What is no event is logged and left out: no repetition would mend it."""
    texts = [(message.value() or b"").decode("utf-8", "replace") for message in messages if message.error() is None]
    lines, records = [], []
    for text, record in zip(texts, decode([text.replace("\n", " ") for text in texts]), strict=True):
        if isinstance(record, dict) and all(isinstance(record.get(name), str) for name in ("id", "name", "at")):
            lines.append(text)
            records.append(record)
        else:
            log.error("not an event: %.200s", text)
    return Batch(lines, records)


def consume(consumer: Consumer, sink: Sink, stop: threading.Event) -> None:
    """Move events until ``stop`` is set. A batch that the store does not take is tried again, for ever."""
    while not stop.is_set():
        messages = consumer.consume(sink.max_batch, timeout=1.0)
        batch = batch_of(messages)
        wait = 0.5
        while batch and not stop.is_set():
            try:
                sink.write(batch)
                break
            except Exception as error:  # noqa: BLE001 (whatever it is, the events stay in Kafka)
                after = error.after if isinstance(error, Retry) else None
                log.warning("the store did not take %d events: %r", len(batch), error)
                stop.wait(after or wait)
                wait = min(LONGEST_WAIT, wait * 2)
        if messages and not stop.is_set():
            consumer.commit(asynchronous=False)


def main() -> None:
    """Run until SIGTERM or Ctrl+C."""
    logging.basicConfig(level=logging.INFO, format=f"{time.strftime('%Z')} %(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_SERVERS"],
            "group.id": "sharekit-store",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([os.environ.get("KAFKA_TOPIC", "events")])
    zone = ZoneInfo(os.environ.get("SHAREKIT_TIMEZONE", "UTC"))
    sink = make_sink(os.environ["SHAREKIT_STORE"], data_dir=os.curdir, timezone=zone)
    try:
        consume(consumer, sink, stop)
    finally:
        consumer.close()
        sink.close()


if __name__ == "__main__":
    main()
