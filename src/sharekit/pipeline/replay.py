"""History into a sink that came later: events of the store go among what is pending for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from sharekit.events.model import Event
from sharekit.pipeline.books import LedgerReader
from sharekit.pipeline.control import LEDGER, Order, ask

CHUNK = 500
MOST_WAITING = 5_000
"""Events that may wait in the ledger before more are put there: the ledger stays small, however long the history."""
_LOOK = 0.1


def replay(
    data_dir: Path,
    sink: str,
    events: Iterable[Event],
    *,
    told: Callable[[int, int], bool],
) -> int:
    """Give events to a sink as if they were recorded now; how many they were. Whoever delivers takes them to it.

    They count as recorded, for this sink alone, so that its books add up. The sink has each at least once: those that
    it has already are repeated.

    Parameters:
        data_dir: the kit's data directory.
        sink: its name.
        events: oldest first; read as fast as the sink takes them.
        told: called again and again with how many were given and how many of these wait; False ends the waiting.

    Raises:
        DeliveryError: nobody answered.
    """
    given = 0
    with closing(LedgerReader(data_dir / LEDGER)) as reader:
        for payloads in _chunks(events):
            waiting = ask(data_dir, Order(deed="replay", sink=sink, payloads=payloads))
            given += len(payloads)
            while told(given, waiting) and waiting > MOST_WAITING:
                time.sleep(_LOOK)
                waiting = _waiting(reader, sink)
            if waiting > MOST_WAITING:
                return given
        while (waiting := _waiting(reader, sink)) and told(given, waiting):
            time.sleep(_LOOK)
        told(given, waiting)
    return given


def _waiting(reader: LedgerReader, sink: str) -> int:
    books = reader.books().sinks.get(sink)
    return books.again if books is not None else 0


def _chunks(events: Iterable[Event]) -> Iterator[list[str]]:
    texts = (event.as_json() for event in events)
    while chunk := list(islice(texts, CHUNK)):
        yield chunk
