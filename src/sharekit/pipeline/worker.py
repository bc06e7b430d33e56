"""One sink's road: read what it has not had, hand it over, enter what became of it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sharekit.events.model import Event, now
from sharekit.pipeline.ledger import Ledger, Settlement
from sharekit.pipeline.segments import SegmentReader
from sharekit.sinks.base import Result, Retry, Sink

log = logging.getLogger("sharekit.delivery")

BACK_OFF_BASE = 0.5
BACK_OFF_CAP = 60.0
"""Seconds: the n-th failure in a row waits a random time up to ``min(cap, base * 2 ** (n - 1))`` ("full jitter")."""
LONGEST_WISH = 86_400.0
"""Seconds that a sink may ask for with ``Retry(after=...)``."""
PROBES = 3
"""Events after a refused one that are tried to tell a poisoned event from a sink that is down."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on its way to a sink."""

    segment: str
    seq: int
    payload: str
    event: Event


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
        self._turn = 0
        self._size = max(1, sink.max_batch)
        self._failures = 0
        self._refusals = 0

    def step(self) -> bool:
        """Deliver one batch; True when more may be waiting."""
        if time.monotonic() < self.ready_at:
            return False
        entries, settlement = self._gather(self._size)
        if not settlement.cursors:
            return False
        if entries and not self._deliver(entries, settlement):
            return time.monotonic() >= self.ready_at
        self._settle(settlement)
        self._failures = self._refusals = 0
        self._size = min(max(1, self.sink.max_batch), self._size * 2)
        return True

    def _gather(self, limit: int) -> tuple[list[Entry], Settlement]:
        """The next events for the sink, and what is settled without asking it."""
        settlement = Settlement()
        entries: list[Entry] = []
        room, bytes_left = limit, self.sink.max_bytes
        runs: dict[str, list[SegmentReader]] = {}
        for reader in self._segments():
            runs.setdefault(reader.run, []).append(reader)
        # Each process's events in order; the processes take turns in going first.
        names = list(runs)
        self._turn += 1
        for position in range(len(names)):
            for reader in runs[names[(position + self._turn) % len(names)]]:
                if room <= 0 or bytes_left <= 0:
                    return entries, settlement
                for seq, payload in reader.read(self.cursors.get(reader.name, 0), room):
                    bytes_left -= len(payload)
                    if bytes_left < 0 and settlement.cursors:
                        return entries, settlement
                    room -= 1
                    settlement.cursors[reader.name] = seq
                    self._judge(reader.name, seq, payload, entries, settlement)
        return entries, settlement

    def _judge(self, segment: str, seq: int, payload: str, entries: list[Entry], settlement: Settlement) -> None:
        try:
            event = Event.from_json(payload)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            settlement.dead.append(("", f"unreadable: {error!r}", payload))
            return
        sink = self.sink
        if event.gpc and sink.advertising:
            settlement.drops["gpc"] = settlement.drops.get("gpc", 0) + 1
        elif sink.max_age is not None and now() - event.at > sink.max_age:
            settlement.dead.append((event.id, f"older than {sink.max_age}, which the sink does not take", payload))
        else:
            entries.append(Entry(segment, seq, payload, event))

    def _deliver(self, entries: list[Entry], settlement: Settlement) -> bool:
        """Hand the events over and add the outcome to ``settlement``; False when they have to be tried again."""
        error = self._write(entries, settlement)
        if error is None:
            return True
        self._failures += 1
        if isinstance(error, Retry):
            self._wait(error, error.after)
        elif self._failures == 1:
            self._wait(error, None)  # most faults pass
        elif len(entries) > 1:
            self._size = max(1, len(entries) // 2)  # perhaps one of them is at fault: look for it, without a pause
        else:
            self._refusals += 1
            if self._refusals > 1 and self._sink_takes_others():
                head = entries[0]
                log.warning("%s refuses event %s: %r; it is a dead letter now", self.sink.name, head.event.id, error)
                settlement.dead.append((head.event.id, f"refused: {error!r}", head.payload))
                return True
            self._wait(error, None)
        return False

    def _write(self, entries: Sequence[Entry], settlement: Settlement) -> BaseException | None:
        try:
            result: Any = self.sink.write([entry.event for entry in entries])
            if result is not None and not isinstance(result, Result):
                if hasattr(result, "close"):
                    result.close()  # a coroutine that nobody will await
                raise TypeError(f"write() of sink {self.sink.name!r} returned {result!r}; return None or a Result.")
            rejected = {} if result is None else {str(id_): str(reason) for id_, reason in result.rejected.items()}
        except BaseException as error:  # noqa: BLE001 (a sink's fault of any kind must not end the deliverer)
            return error
        for entry in entries:
            reason = rejected.get(entry.event.id)
            if reason is None:
                settlement.delivered += 1
            else:
                settlement.dead.append((entry.event.id, reason, entry.payload))
        return None

    def _sink_takes_others(self) -> bool:
        """Whether the sink takes one of the next events. They stay pending: it will get them again, in order."""
        entries, _ = self._gather(1 + PROBES)
        return any(self._write([entry], Settlement()) is None for entry in entries[1:])

    def _settle(self, settlement: Settlement) -> None:
        self._ledger.settle(self.sink.name, settlement)
        self.cursors.update(settlement.cursors)

    def _wait(self, error: BaseException, after: float | None) -> None:
        longest = min(BACK_OFF_CAP, BACK_OFF_BASE * 2 ** min(self._failures - 1, 10))
        delay = random.uniform(0, longest)  # noqa: S311 (jitter)
        if after is not None and after == after:  # not a number is no wish
            delay = max(delay, min(max(after, 0.0), LONGEST_WISH))
        self.ready_at = time.monotonic() + delay
        log.log(
            logging.WARNING if self._failures == 1 else logging.INFO,
            "%s could not take a batch (%r), failure %d in a row; trying again in %.1f s",
            self.sink.name, error, self._failures, delay,
        )  # fmt: skip
        self._ledger.fail(self.sink.name, repr(error))
