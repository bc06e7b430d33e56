"""One sink's road: read what it has not had, hand it over, enter what became of it."""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sharekit.events.model import now
from sharekit.pipeline.ledger import Ledger, Settlement
from sharekit.pipeline.segments import SegmentReader
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.batch import Batch, decode

log = logging.getLogger("sharekit.delivery")

BACK_OFF_BASE = 0.5
BACK_OFF_CAP = 60.0
"""Seconds: the n-th failure in a row waits a random time up to ``min(cap, base * 2 ** (n - 1))`` ("full jitter",
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
LONGEST_WISH = 86_400.0
"""Seconds that a sink may ask for with ``Retry(after=...)``."""
EXAMINATIONS = 2
PROBES = 3
"""Events after a refused one that are tried to tell a poisoned event from a sink that is down."""


@dataclass(slots=True)
class Parcel:
    """Events on their way to a sink, and what is settled about them already.

    ``more`` is true when further events were waiting that did not fit in.
    """

    lines: list[str] = field(default_factory=list)
    records: list[Mapping[str, Any]] = field(default_factory=list)
    settlement: Settlement = field(default_factory=Settlement)
    more: bool = False

    def part(self, index: int) -> Parcel:
        """One event of it."""
        return Parcel([self.lines[index]], [self.records[index]])


class Worker:
    """Delivers to one sink. Used by one thread.

    Parameters:
        sink: the sink.
        ledger: where the outcome is entered.
        cursors: position of the sink in each segment.
        segments: gives the segments there are, those of one process in order.
    """

    def __init__(
        self,
        sink: Sink,
        ledger: Ledger,
        cursors: dict[str, int],
        segments: Callable[[], Sequence[SegmentReader]],
    ) -> None:
        self.sink = sink
        self.cursors = cursors
        self.ready_at = 0.0
        self._ledger = ledger
        self._segments = segments
        self._turn = -1
        self._size = max(1, sink.max_batch)
        self._mean = 512
        """Characters of an event, as last seen: no more are read than fit into a batch."""
        self._failures = 0
        self._refusals = 0

    def step(self) -> bool:
        """Deliver one batch; True when more is waiting that could be delivered at once."""
        if time.monotonic() < self.ready_at:
            return False
        parcel = self._gather(self._size)
        if not parcel.settlement.cursors:
            return False
        if parcel.lines and not self._deliver(parcel):
            return time.monotonic() >= self.ready_at
        self._ledger.settle(self.sink.name, parcel.settlement)
        self.cursors.update(parcel.settlement.cursors)
        self._failures = self._refusals = 0
        self._size = min(max(1, self.sink.max_batch), self._size * 2)
        return parcel.more

    def _gather(self, limit: int) -> Parcel:
        """The next events for the sink: each process's in order, and the processes take turns in going first."""
        parcel = Parcel()
        cursors = parcel.settlement.cursors
        runs: dict[str, list[SegmentReader]] = {}
        for reader in self._segments():
            runs.setdefault(reader.run, []).append(reader)
        names = list(runs)
        self._turn += 1
        room, bytes_left = limit, self.sink.max_bytes
        for position in range(len(names)):
            for reader in runs[names[(position + self._turn) % len(names)]]:
                after = self.cursors.get(reader.name, 0)
                wanted = min(room, max(1, bytes_left // self._mean))
                found = self._read(reader, after, wanted)
                texts = _within(found, bytes_left, at_least=0 if cursors else 1)
                if texts:
                    size = sum(map(len, texts))
                    self._mean = max(64, size // len(texts))
                    room -= len(texts)
                    bytes_left -= size
                    cursors[reader.name] = after + len(texts)
                    self._sort_out(texts, parcel)
                if room <= 0 or bytes_left < self._mean or len(texts) < len(found):
                    parcel.more = True
                    return parcel
                if len(found) == wanted:
                    parcel.more = True
                    break  # there may be more in it, which goes before the process's next segment
        return parcel

    def _read(self, reader: SegmentReader, after: int, limit: int) -> list[str]:
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

    def _sort_out(self, texts: list[str], parcel: Parcel) -> None:
        """Put aside what cannot be read, or is not for this sink."""
        sink, settlement = self.sink, parcel.settlement
        for text, record in zip(texts, decode(texts), strict=True):
            problem = _problem(record)
            if problem:
                settlement.dead.append(("", f"unreadable: {problem}", text))
            elif sink.advertising and record.get("gpc"):
                settlement.drops["gpc"] = settlement.drops.get("gpc", 0) + 1
            elif sink.max_age is not None and now() - datetime.fromisoformat(record["at"]) > sink.max_age:
                settlement.dead.append((record["id"], f"older than {sink.max_age}, too old for the sink", text))
            else:
                parcel.lines.append(text)
                parcel.records.append(record)

    def _deliver(self, parcel: Parcel) -> bool:
        """Hand the events over and enter the outcome in the parcel; False when they have to be tried again."""
        error = self._write(parcel)
        if error is None:
            return True
        self._failures += 1
        if isinstance(error, Retry):
            self._wait(error, error.after)
        elif self._failures == 1:
            self._wait(error)  # most faults pass
        elif len(parcel.lines) > 1:
            self._size = max(1, len(parcel.lines) // 2)  # is one of them at fault? Look for it, without a pause
        else:
            self._refusals += 1
            if self._refusals > 1:
                return self._examine(parcel, error)
            self._wait(error)
        return False

    def _examine(self, parcel: Parcel, error: BaseException) -> bool:
        """Find out whether one event is at fault or the sink is down; True when the event is settled.

        It is at fault when the sink takes others and refuses it again, and that twice: a sink that recovers, or goes
        down, in the middle of the examination must not cost an event.
        """
        for _ in range(EXAMINATIONS):
            if not self._takes_others():
                self._wait(error)
                return False
            again = self._write(parcel)
            if again is None:
                return True
            error = again
        id_ = parcel.records[0]["id"]
        log.warning("%s refuses event %s: %r. It is a dead letter now.", self.sink.name, id_, error)
        parcel.settlement.dead.append((id_, f"refused: {error!r}", parcel.lines[0]))
        return True

    def _write(self, parcel: Parcel) -> BaseException | None:
        batch = Batch(parcel.lines, parcel.records)
        try:
            result: Any = self.sink.write(batch)
            if result is not None and not isinstance(result, Result):
                if hasattr(result, "close"):
                    result.close()  # a coroutine that nobody will await
                raise TypeError(f"write() of sink {self.sink.name!r} returned {result!r}; return None or a Result.")
            rejected = {} if result is None else {str(id_): str(reason) for id_, reason in result.rejected.items()}
        except BaseException as error:  # noqa: BLE001 (a sink's fault of any kind must not end the deliverer)
            return error
        dead = []
        if rejected:
            for line, record in zip(parcel.lines, parcel.records, strict=True):
                if record["id"] in rejected:
                    dead.append((record["id"], rejected[record["id"]], line))
        parcel.settlement.dead += dead
        parcel.settlement.delivered += len(parcel.lines) - len(dead)
        return None

    def _takes_others(self) -> bool:
        """Whether the sink takes one of the next events. They stay pending: it gets them again, in their turn."""
        turn = self._turn
        self._turn -= 1  # the same process first as before
        parcel = self._gather(1 + PROBES)
        self._turn = turn
        return any(self._write(parcel.part(index)) is None for index in range(1, len(parcel.lines)))

    def _wait(self, error: BaseException, after: float | None = None) -> None:
        longest = min(BACK_OFF_CAP, BACK_OFF_BASE * 2 ** min(self._failures - 1, 10))
        delay = random.uniform(0, longest)  # noqa: S311 (jitter)
        if after is not None and after > 0:
            delay = max(delay, min(after, LONGEST_WISH))
        self.ready_at = time.monotonic() + delay
        log.log(
            logging.WARNING if self._failures == 1 else logging.INFO,
            "%s could not take a batch (%r), failure %d in a row; trying again in %.1f s",
            self.sink.name, error, self._failures, delay,
        )  # fmt: skip
        self._ledger.fail(self.sink.name, repr(error))


def _within(texts: list[str], size: int, *, at_least: int) -> list[str]:
    """As many of the texts as fit into ``size`` characters."""
    if sum(map(len, texts)) <= size:
        return texts
    fitting = 0
    for text in texts:
        size -= len(text)
        if size < 0:
            break
        fitting += 1
    return texts[: max(fitting, at_least)]


def _problem(record: Any) -> str:
    if not isinstance(record, dict):
        return repr(record)
    for name in ("id", "name", "at"):
        if not isinstance(record.get(name), str):
            return f"{name} is missing"
    try:
        return "" if datetime.fromisoformat(record["at"]).tzinfo is not None else "at has no time zone"
    except ValueError as error:
        return str(error)
