"""The events of a kit, in memory, for tests of an app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, overload

from sharekit.events.model import Event
from sharekit.kit import ShareKit


class Captured(Sequence[Event]):
    """Events in the order in which they were recorded. It grows while the block of :func:`capture_events` lasts."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    @property
    def names(self) -> list[str]:
        """The name of each."""
        return [event.name for event in self._events]

    def named(self, name: str, **fields: Any) -> list[Event]:
        """Those of a name whose fields have these values: ``captured.named("share", network="whatsapp")``."""
        return [
            event
            for event in self._events
            if event.name == name and all(getattr(event, field) == value for field, value in fields.items())
        ]

    def clear(self) -> None:
        """Forget those that were captured so far."""
        self._events.clear()

    def __repr__(self) -> str:
        return f"Captured({self._events!r})"


@contextmanager
def capture_events(kit: ShareKit) -> Iterator[Captured]:
    """See what a kit records, by its own code or posted by a browser, without waiting for delivery::

        with capture_events(kit) as captured:
            client.post("/checkout")
        assert captured.named("purchase", order_id="1001")

    The events go their way all the same, to ``data_dir`` and to the sinks, so a test's kit has its own directory.

    Parameters:
        kit: the app's.
    """
    captured = Captured()
    pipeline = kit._pipeline  # noqa: SLF001 (of the same library)
    take = captured._events.extend  # noqa: SLF001
    pipeline.listeners = (*pipeline.listeners, take)
    try:
        yield captured
    finally:
        pipeline.listeners = tuple(one for one in pipeline.listeners if one is not take)
