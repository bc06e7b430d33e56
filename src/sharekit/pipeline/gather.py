"""What goes into a sink's next batch: events of the journal, and those that wait for it in the ledger."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence

from sharekit.pipeline.ledger import Ledger
from sharekit.pipeline.parcel import Parcel
from sharekit.pipeline.segments import SegmentReader
from sharekit.sinks.base import Sink

log = logging.getLogger("sharekit.delivery")


class Gatherer:
    """Reads the next events for one sink. Moves no position: what was gathered is gathered again until it is settled.

    Parameters:
        sink: the sink.
        ledger: where dead letters to be tried again, and history, wait.
        cursors: position of the sink in each segment.
        segments: gives the segments there are, those of one process in order.
        waiting: whether events wait in the ledger.
    """

    def __init__(
        self,
        sink: Sink,
        ledger: Ledger,
        cursors: dict[str, int],
        segments: Callable[[], Sequence[SegmentReader]],
        *,
        waiting: bool = False,
    ) -> None:
        self.waiting = waiting
        self._sink = sink
        self._ledger = ledger
        self._cursors = cursors
        self._segments = segments
        self._turn = 0
        self._mean = 512
        """Bytes of an event, as last seen: no more are read than fit into a batch."""

    def turn(self) -> None:
        """Let another process's events go first, and what waits in the ledger every other time."""
        self._turn += 1

    def gather(self, limit: int) -> Parcel:
        """The next events, at most ``limit``; the same ones until :meth:`turn` is called."""
        parcel = Parcel()
        for source in self._sources():
            parcel = source(limit)
            if not parcel.empty:
                parcel.more = parcel.more or self.waiting
                break
        return parcel

    def neighbours(self, count: int) -> list[Parcel]:
        """The events after the next one, at most so many, each by itself."""
        parts: list[Parcel] = []
        passed = False
        for source in self._sources():
            parcel = source(1 + count)
            parts += [parcel.part(index) for index in range(0 if passed else 1, len(parcel.lines))]
            passed = passed or bool(parcel.lines)
        return parts[:count]

    def _sources(self) -> tuple[Callable[[int], Parcel], ...]:
        if not self.waiting:
            return (self._recorded,)
        return (self._waiting, self._recorded) if self._turn % 2 else (self._recorded, self._waiting)

    def _waiting(self, limit: int) -> Parcel:
        """Events that wait in the ledger, in the order in which they were put there."""
        self.waiting = False  # before the look, as others may add some during it
        parcel = Parcel()
        rows = self._ledger.waiting(self._sink.name, min(limit, max(1, self._sink.max_bytes // self._mean)))
        texts = _within([payload for _, payload in rows], self._sink.max_bytes, at_least=1)
        parcel.settlement.again = [number for number, _ in rows[: len(texts)]]
        parcel.add(texts, self._sink)
        if rows:
            parcel.more = self.waiting = True
        return parcel

    def _recorded(self, limit: int) -> Parcel:
        """Events of the journal: each process's in order, and the processes take turns in going first."""
        parcel = Parcel()
        cursors = parcel.settlement.cursors
        runs: dict[str, list[SegmentReader]] = {}
        for reader in self._segments():
            runs.setdefault(reader.run, []).append(reader)
        names = list(runs)
        room, bytes_left = limit, self._sink.max_bytes
        for position in range(len(names)):
            for reader in runs[names[(position + self._turn) % len(names)]]:
                after = self._cursors.get(reader.name, 0)
                wanted = min(room, max(1, bytes_left // self._mean))
                found = _read(reader, after, wanted)
                texts = _within(found, bytes_left, at_least=0 if cursors else 1)
                if texts:
                    size = sum(map(_bytes, texts))
                    self._mean = max(64, size // len(texts))
                    room -= len(texts)
                    bytes_left -= size
                    cursors[reader.name] = after + len(texts)
                    parcel.add(texts, self._sink)
                if room <= 0 or bytes_left < self._mean or len(texts) < len(found):
                    parcel.more = True
                    return parcel
                if len(found) == wanted:
                    parcel.more = True
                    break  # there may be more in it, which goes before the process's next segment
        return parcel


def _read(reader: SegmentReader, after: int, limit: int) -> list[str]:
    if reader.damaged:
        return []
    try:
        return reader.read(after, limit)
    except sqlite3.OperationalError:
        raise  # locked, or the disk is at fault: it may pass
    except sqlite3.DatabaseError as error:
        reader.damaged = True
        log.error("journal segment %s cannot be read: %s", reader.path, error)
        return []


def _within(texts: list[str], size: int, *, at_least: int) -> list[str]:
    """As many of the texts as fit into ``size`` bytes."""
    if sum(map(len, texts)) * 4 <= size or sum(map(_bytes, texts)) <= size:
        return texts
    fitting = 0
    for text in texts:
        size -= _bytes(text)
        if size < 0:
            break
        fitting += 1
    return texts[: max(fitting, at_least)]


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
