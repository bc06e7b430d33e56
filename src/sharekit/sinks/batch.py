"""The events of one call of ``Sink.write``, decoded only when a sink looks at them.

A sink that writes JSON or columns needs no :class:`Event` objects, and making them costs more than everything else on
the way of an event. Such a sink calls :func:`lines` or :func:`records`, which take any sequence of events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from sharekit.events.model import Event


class Batch(Sequence[Event]):
    """Events as the journal keeps them; a sequence of :class:`Event` to whoever looks.

    Parameters:
        lines: each event as JSON.
        records: the same, decoded.
    """

    __slots__ = ("_events", "lines", "records")

    def __init__(self, lines: Sequence[str], records: Sequence[Mapping[str, Any]]) -> None:
        self.lines = lines
        self.records = records
        self._events: list[Event] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._decoded()[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._decoded())

    def _decoded(self) -> list[Event]:
        if self._events is None:
            self._events = [Event.from_dict(record) for record in self.records]
        return self._events


def lines(batch: Sequence[Event]) -> Sequence[str]:
    """Each event as one line of JSON, without the newline."""
    return batch.lines if isinstance(batch, Batch) else [event.as_json() for event in batch]


def records(batch: Sequence[Event]) -> Sequence[Mapping[str, Any]]:
    """Each event as a mapping of JSON values (:meth:`Event.as_dict`): empty fields are left out."""
    return batch.records if isinstance(batch, Batch) else [event.as_dict() for event in batch]


def decode(texts: Sequence[str]) -> list[Any]:
    """The JSON values of many texts at once; for a text that is no JSON, the error.

    Parameters:
        texts: without line breaks in them.
    """
    try:
        values: list[Any] = json.loads(f"[{','.join(texts)}]")
    except (ValueError, RecursionError):
        values = []
    return values if len(values) == len(texts) else [_decode(text) for text in texts]


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return error
