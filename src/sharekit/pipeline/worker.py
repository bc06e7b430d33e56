"""One sink's road: gather what it has not had, hand it over, enter what became of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from sharekit.pipeline.circuit import Circuit
from sharekit.pipeline.gather import Gatherer
from sharekit.pipeline.ledger import Ledger, Position
from sharekit.pipeline.loops import SinkLoop
from sharekit.pipeline.parcel import Parcel
from sharekit.pipeline.segments import SegmentReader
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.batch import Batch

log = logging.getLogger("sharekit.delivery")

EXAMINATIONS = 3
PROBES = 3
"""Events after a refused one that are tried to tell a poisoned event from a sink that is down."""
PATIENCE = 20
"""Failures in a row (about seven minutes) from which an event may be at fault although the sink asks for patience:
there are services that answer one event with "internal server error" for ever."""


class Worker:
    """Delivers to one sink. Used by one thread, except where said.

    Parameters:
        sink: the sink.
        ledger: where the outcome is entered.
        position: where delivery to the sink goes on.
        segments: gives the segments there are, those of one process in order.
        loop: where what an ``async def write`` gives is awaited.
    """

    def __init__(
        self,
        sink: Sink,
        ledger: Ledger,
        position: Position,
        segments: Callable[[], Sequence[SegmentReader]],
        loop: SinkLoop,
    ) -> None:
        self.sink = sink
        self.cursors = position.cursors
        self.paused = position.paused
        """Whether nothing is delivered. Any thread may set it."""
        self._ledger = ledger
        self._gatherer = Gatherer(sink, ledger, position.cursors, segments, waiting=position.again)
        self._loop = loop
        self._circuit = Circuit(position.failures)
        self._most = max(1, sink.max_batch)
        self._size = self._most
        self.hurried = False
        """Whether somebody waits, so that no batch does. Any thread may set it."""
        self._lingers_until = 0.0
        self._next_look = 0.0
        self._searching = False
        """Whether a batch was refused, and one of its events may be at fault: sizes are found by halving then."""

    @property
    def waiting(self) -> bool:
        """Whether the sink failed, and is tried again later, or its batch waits for more events."""
        return not self.paused and (self._circuit.wait > 0 or self._lingers_until > 0)

    def awaken(self) -> None:
        """Tell that events wait in the ledger. Any thread may call it."""
        self._gatherer.waiting = True

    def step(self) -> bool:
        """Deliver one batch; True when more is waiting that could be delivered at once."""
        if self.paused or self._circuit.wait > 0 or (not self.hurried and time.monotonic() < self._next_look):
            return False
        parcel = self._gatherer.gather(1 if self._circuit.state == "half-open" else self._size)
        if parcel.empty:
            self.hurried, self._lingers_until = False, 0.0
            self._gatherer.turn()
            return False
        if self._lingers(parcel):
            return False
        if parcel.lines and not self._deliver(parcel):
            return self._circuit.wait <= 0
        self._ledger.settle(self.sink.name, parcel.settlement)
        self.cursors.update(parcel.settlement.cursors)
        self._gatherer.turn()
        if parcel.settlement.written:
            self._circuit.succeeded()
        self._searching = self._searching and parcel.more and self._size < self._most
        self._size = min(self._most, self._size * 2)
        return parcel.more

    def _lingers(self, parcel: Parcel) -> bool:
        """Whether a batch that is not full waits for more events. It is looked at ten times while it does."""
        linger = self.sink.linger.total_seconds()
        if not linger or parcel.more or self.hurried or self._circuit.state != "closed":
            self._lingers_until = 0.0
            return False
        now = time.monotonic()
        self._lingers_until = self._lingers_until or now + linger
        if now >= self._lingers_until:
            self._lingers_until = 0.0
            return False
        self._next_look = min(self._lingers_until, now + linger / 10)
        return True

    def _deliver(self, parcel: Parcel) -> bool:
        """Hand the events over and enter the outcome in the parcel; False when they have to be tried again."""
        error = self._write(parcel)
        if error is None:
            return True
        if isinstance(error, Retry) and self._circuit.failures < PATIENCE:
            self._wait(error, error.after)
        elif len(parcel.lines) > 1:
            if self._searching:
                self._size = max(1, len(parcel.lines) // 2)
            else:
                # Most faults pass. And what cannot be reached need not be tried with half as much: that is found out
                # when the circuit is half-open.
                self._searching = not _unreachable(error)
                self._wait(error)
        elif self._searching or self._circuit.failures:
            return self._examine(parcel, error)
        else:
            self._wait(error)
        return False

    def _examine(self, parcel: Parcel, error: BaseException) -> bool:
        """Find out whether one event is at fault or the sink is down; True when the event is settled.

        It is at fault when the sink takes others and refuses it again, and that several times: a sink that recovers, or
        goes down, in the middle of the examination must not cost an event.
        """
        for _ in range(EXAMINATIONS):
            if not self._takes_others():
                self._wait(error)
                return False
            again = self._write(parcel)
            if again is None:
                return True
            if isinstance(again, Retry) and self._circuit.failures < PATIENCE:
                self._wait(again, again.after)
                return False
            error = again
        id_ = parcel.records[0]["id"]
        log.warning("%s refuses event %s: %r. It is a dead letter now.", self.sink.name, id_, error)
        parcel.settlement.dead.append((id_, f"refused: {error!r}", parcel.lines[0]))
        parcel.settlement.written = True  # others were
        self._searching = True  # where one is, more may be
        self._size = 1
        return True

    def _takes_others(self) -> bool:
        """Whether the sink takes one of the next events. They stay pending: it gets them again, in their turn."""
        return any(self._write(neighbour) is None for neighbour in self._gatherer.neighbours(PROBES))

    def _write(self, parcel: Parcel) -> BaseException | None:
        try:
            result: Any = self.sink.write(Batch(parcel.lines, parcel.records))
            if result is not None:
                result = self._loop.wait(result)
            if result is not None and not isinstance(result, Result):
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
        parcel.settlement.written = True
        return None

    def _wait(self, error: BaseException, after: float | None = None) -> None:
        delay = self._circuit.failed(after)
        failures = self._circuit.failures
        log.log(
            logging.WARNING if failures == 1 else logging.INFO,
            "%s could not take a batch (%r), failure %d in a row; trying again in %.1f s",
            self.sink.name, error, failures, delay,
        )  # fmt: skip
        self._ledger.fail(self.sink.name, _told(error), delay)


def _told(error: BaseException) -> str:
    """An error for people; what ``repr`` leaves out of one about a file is the file."""
    named = isinstance(error, OSError) and error.filename is not None
    return f"{type(error).__name__}: {error}" if named else repr(error)


def _unreachable(error: BaseException) -> bool:
    """Whether the fault lies on the way to the other side. An answer that was received speaks against it: the errors
    of ``requests`` are ``OSError`` too, and carry it."""
    return isinstance(error, OSError) and getattr(error, "response", None) is None
