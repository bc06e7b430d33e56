"""The sink that keeps events in a list: for tests and for trying things."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sharekit.events.model import Event
from sharekit.sinks.base import Sink

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

MAX_EVENTS = 100_000


class MemorySink(Sink):
    """Keeps the newest events in memory, each id once. Gone with the process.

    Parameters:
        max_events: oldest ones make room for newer ones beyond this.
        name: under which its position is remembered.
    """

    name = "memory"

    def __init__(self, *, max_events: int = MAX_EVENTS, name: str = "memory") -> None:
        self.name = name
        self.max_events = max_events
        self._lock = threading.Lock()
        self._events: OrderedDict[str, Event] = OrderedDict()

    @classmethod
    def from_url(cls, url: SinkUrl) -> MemorySink:
        """``memory:``, with the option ``max_events``."""
        from sharekit.sinks.registry import positive

        return cls(**url.options(max_events=positive))

    def write(self, batch: Sequence[Event]) -> None:
        """Keep the events that are new."""
        with self._lock:
            for event in batch:
                self._events.setdefault(event.id, event)
            while len(self._events) > self.max_events:
                self._events.popitem(last=False)

    @property
    def events(self) -> list[Event]:
        """A copy of what is kept, in the order it arrived."""
        with self._lock:
            return list(self._events.values())

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._events.clear()
