"""The pipeline: what the kit records goes in here, and the sinks get it."""

from __future__ import annotations

import atexit
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from signal import Signals
from weakref import WeakSet

from sharekit.config import Durability
from sharekit.events.model import Event
from sharekit.exceptions import EventError, JournalError
from sharekit.forks import watch
from sharekit.pipeline.awaiting import AsyncWriter
from sharekit.pipeline.books import LedgerReader
from sharekit.pipeline.bounds import Limits
from sharekit.pipeline.delivery import JOURNAL, LEDGER, Deliverer, check_names, drain, hourly, run, serve
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.signals import call_on_signals
from sharekit.pipeline.status import SinkStatus, Status, read_status
from sharekit.pipeline.wakeup import Wakeup
from sharekit.sinks.base import Sink

__all__ = ["EXIT_DEADLINE", "Pipeline", "SinkStatus", "Status", "drain", "serve", "status_of"]

EXIT_DEADLINE = 2.0
"""Seconds that delivery may take when the interpreter ends. The journal keeps what is left."""
MAX_EVENT = 64 * 1024
"""Characters of one event as JSON. Batches are held in memory, so an event must not be a file."""
_LEVELS: tuple[Durability, ...] = ("memory", "process", "disk")
_LOOK = 0.01


class Pipeline:
    """Keeps events and delivers them. Opens no file and starts no thread before the first event.

    Threads may share it, and it may be made before a fork: each process writes a journal of its own.

    Parameters:
        data_dir: the kit's data directory.
        sinks: where events go.
        durability_of: level of an event, by its name; asked once per name.
        deliver: deliver in a thread of this process; False when a service does.
        upkeep: done once an hour by the thread that delivers.
        limits: how much of what is not delivered yet is kept, when this process delivers.
        networked: the data directory may lie on a network file system.

    Raises:
        ConfigError: two sinks have the same name.
    """

    def __init__(
        self,
        data_dir: Path,
        sinks: Sequence[Sink],
        *,
        durability_of: Callable[[str], Durability],
        deliver: bool = True,
        upkeep: Callable[[], None] = lambda: None,
        limits: Limits = Limits(),  # noqa: B008 (it cannot be changed)
        networked: bool = False,
    ) -> None:
        check_names(sinks)
        self.data_dir = Path(data_dir)
        self.sinks = tuple(sinks)
        self._durability_of = durability_of
        self._levels: dict[str, Durability] = {}
        self._deliver = deliver
        self._upkeep = hourly(upkeep)
        self._limits = limits
        self._journal = journal = Journal(self.data_dir / JOURNAL, networked=networked)
        self._writers = {
            "process": AsyncWriter(lambda payloads: journal.append(payloads, "process")),
            "disk": AsyncWriter(lambda payloads: journal.append(payloads, "disk")),
        }
        self._ledger = LedgerReader(self.data_dir / LEDGER)
        self._closed = False
        self.listeners: tuple[Callable[[Sequence[Event]], None], ...] = ()
        """Told of events that are kept, in the thread that recorded them."""
        self._reset()
        watch(self, first=True)
        _pipelines.add(self)

    def _reset(self) -> None:
        self._starting = threading.RLock()  # a signal handler may close what it interrupts
        self._stop = threading.Event()
        self._wake = Wakeup()
        self._hurry = Wakeup()
        self._thread: threading.Thread | None = None
        self._deliverer: Deliverer | None = None
        self._held: list[threading.Lock] = []

    def record(self, event: Event) -> None:
        """Keep an event; returns when it is kept at the level of its name.

        Raises:
            EventError: it cannot be written as JSON.
            JournalError: it could not be kept.
        """
        level = self._levels.get(event.name) or self._level(event.name)
        self._journal.append((_encode(event),), level)
        self._recorded(level, (event,))

    def record_many(self, events: Iterable[Event]) -> None:
        """Keep several events in one commit, at the highest level among them: all of them or, with an error, none.

        Raises:
            EventError: one cannot be written as JSON.
            JournalError: they could not be kept.
        """
        kept = list(events)
        payloads, level = self._prepared(kept)
        if payloads:
            self._journal.append(payloads, level)
            self._recorded(level, kept)

    async def arecord_many(self, events: Iterable[Event]) -> None:
        """:meth:`record_many` for coroutines: the event loop goes on while the events are written.

        All that coroutines want kept at the same time is kept with one commit. A coroutine that is cancelled while it
        waits leaves its events to be kept.
        """
        kept = list(events)
        payloads, level = self._prepared(kept)
        if payloads:
            if level == "memory":
                self._journal.append(payloads, level)
            else:
                await self._writers[level].append(payloads)
            self._recorded(level, kept)

    def _prepared(self, events: Sequence[Event]) -> tuple[list[str], Durability]:
        levels = {self._level(event.name) for event in events}
        return [_encode(event) for event in events], max(levels, key=_LEVELS.index, default=_LEVELS[0])

    def _recorded(self, level: Durability, events: Sequence[Event]) -> None:
        """Have them delivered."""
        for listener in self.listeners:
            listener(events)
        self._wake.ring()
        if self._thread is None:
            self._start(level)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until every sink has everything that this process recorded.

        A sink that lingers (:attr:`Sink.linger`) is hurried where this process delivers, and not waited for elsewhere.

        Parameters:
            timeout: seconds to wait at most.

        Returns:
            False when that was not enough, or nobody delivers.
        """
        deadline = time.monotonic() + timeout
        try:
            self._journal.drain()
            while not self._delivered():
                if time.monotonic() >= deadline:
                    return False
                if self._deliverer is not None:
                    self._deliverer.hurry()
                self._wake.ring()
                self._hurry.ring()
                time.sleep(_LOOK)
            return True
        except (JournalError, sqlite3.Error, OSError):
            return False

    def status(self, *, others: bool = False) -> Status:
        """What became of every event, per sink, at one moment.

        Parameters:
            others: also of sinks that are not this kit's, such as those of a service that delivers.
        """
        deliverer = self._deliverer
        return read_status(
            self.data_dir / JOURNAL,
            self._ledger,
            [sink.name for sink in self.sinks],
            self._journal.counts,
            others=others,
            delivering=deliverer is not None and deliverer.leading,
        )

    def close(self, timeout: float = EXIT_DEADLINE) -> None:
        """Deliver what can be delivered within ``timeout`` seconds, and let go of files, threads and sinks.

        The journal keeps the rest. Events recorded afterwards are kept, too, and delivered by the next process.
        """
        with self._starting:
            if self._closed:
                return
            self._closed = True
        deadline = time.monotonic() + timeout
        if self._thread is not None and self._deliver:
            self.flush(timeout)
        for writer in self._writers.values():
            writer.close(max(0.1, deadline - time.monotonic()))
        self._journal.close()
        self._stop.set()
        self._wake.ring()
        self._hurry.ring()
        self._ledger.close()
        if self._thread is not None:
            self._thread.join(max(0.1, deadline - time.monotonic()))
            if self._thread.is_alive():
                return  # a sink that does not come back keeps the lease and its files until the process ends
        deliverer = self._deliverer or Deliverer(self.data_dir, self.sinks, limits=self._limits)
        deliverer.stop(max(0.1, deadline - time.monotonic()), close_sinks=True)

    def flush_on_signals(self, numbers: Iterable[Signals], timeout: float) -> None:
        """Deliver what can be delivered when a signal ends the process; see :meth:`ShareKit.flush_on_signals`."""
        call_on_signals(numbers, ending=lambda: self.close(timeout), passing=self._drain)

    def _drain(self) -> None:
        with suppress(JournalError):
            self._journal.drain()

    def _level(self, name: str) -> Durability:
        level = self._levels.get(name)
        if level is None:
            level = self._levels[name] = self._durability_of(name)
        return level

    def _start(self, level: Durability) -> None:
        if not self._deliver and level != "memory":
            return
        with self._starting:
            if self._thread is not None or self._closed:
                return
            if self._deliver:
                self._deliverer = Deliverer(self.data_dir, self.sinks, gentle=True, limits=self._limits)
            thread = threading.Thread(
                target=run,
                args=(self._deliverer, self._stop, self._wake, self._hurry, self._before_delivery),
                name="sharekit-delivery",
                daemon=True,
            )
            with suppress(RuntimeError):  # the interpreter ends: the journal keeps the event for the next process
                thread.start()
                self._thread = thread

    def _before_delivery(self) -> None:
        self._journal.drain()
        self._upkeep()

    def _delivered(self) -> bool:
        recorded = self._journal.written()
        if not any(recorded.values()):
            return True
        books = self._ledger.books()
        leading = self._deliverer is not None and self._deliverer.leading
        awaited = [sink.name for sink in self.sinks if leading or not sink.linger]
        done = True
        for name, written in recorded.items():
            if all(
                (found := books.sinks.get(sink)) is not None and found.cursors.get(name, 0) >= written
                for sink in awaited
            ):
                continue
            if name in books.retired or not (self.data_dir / JOURNAL / f"{name}.db").exists():
                self._journal.forget_segment(name)
            else:
                done = False
        return done

    def before_fork(self) -> None:
        """Let no sink be in use while the process is copied, unless one takes long."""
        self._starting.acquire()
        self._held = self._deliverer.pause(timeout=1.0) if self._deliverer is not None else []

    def after_fork(self, *, child: bool) -> None:
        """In the child: no thread, no lease; both come with its first event."""
        for lock in self._held:
            lock.release()
        self._starting.release()
        if child:
            if self._deliverer is not None:
                self._deliverer.forget()
            for writer in self._writers.values():
                writer.reset()
            self._reset()


def _encode(event: Event) -> str:
    try:
        payload = event.as_json()
        if not payload.isascii():
            payload.encode()
    except UnicodeEncodeError:
        raise EventError("event", "has half a character (a lone surrogate) in it; decode the text properly.") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise EventError("props", f"cannot be written as JSON ({error}).") from None
    if len(payload) > MAX_EVENT:
        raise EventError("event", f"is longer than {MAX_EVENT} characters as JSON; put less into props.")
    return payload


def status_of(data_dir: Path, names: Sequence[str] | None = None) -> Status:
    """The status of a data directory without a pipeline, for ``sharekit-web doctor``.

    Parameters:
        names: sinks wanted; all that were ever known when ``None``.

    Raises:
        OSError, sqlite3.Error: the files cannot be read.
    """
    with closing(LedgerReader(data_dir / LEDGER)) as ledger:
        return read_status(data_dir / JOURNAL, ledger, names)


_pipelines: WeakSet[Pipeline] = WeakSet()


@atexit.register
def _at_exit() -> None:
    """Deliver what can be delivered before the interpreter ends, all kits within one deadline."""
    deadline = time.monotonic() + EXIT_DEADLINE
    for pipeline in list(_pipelines):
        pipeline.close(max(0.0, deadline - time.monotonic()))
