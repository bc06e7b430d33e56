"""The journal: where an event is kept from the moment it is acknowledged until every sink has it.

Each process writes segments of its own, SQLite files in WAL mode with one writer, so workers never wait for each other
and the fault of SQLite before 3.51.3 that two writing or checkpointing connections can trigger
(https://www.sqlite.org/wal.html#walresetbug) finds nothing here: deliverers read through connections that do neither.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sharekit.config import Durability
from sharekit.exceptions import JournalError
from sharekit.forks import watch
from sharekit.pipeline.filesystems import network_type
from sharekit.pipeline.groups import PATIENCE, GroupCommit, Lock, take
from sharekit.pipeline.locks import FileLock
from sharekit.pipeline.refusal import networked_refusal, refusal
from sharekit.pipeline.segment import Log, Segment
from sharekit.sqlite_files import make_directory

SEGMENT_ROWS = 8_000
SEGMENT_BYTES = 4 * 1024 * 1024
MEMORY_LIMIT = 10_000
"""Events of level ``memory`` that wait for the journal; more are dropped and counted."""
_LOOK_EVERY = 0.05
"""Seconds between looks whether the segment is still in its directory."""


@dataclass(frozen=True, slots=True)
class JournalCounts:
    """What this process has taken on, at one moment.

    Parameters:
        segment: name of the segment being written; ``""`` before the first event.
        written: events in that segment.
        dropped: events dropped because the memory queue was full, counted for that segment.
        queued: events of level ``memory`` that are not in a segment yet.
    """

    segment: str
    written: int
    dropped: int
    queued: int


class Journal:
    """This process's part of the journal. Nothing is opened before the first event.

    Parameters:
        directory: folder of the segments, made when missing.
        segment_rows, segment_bytes: a segment is closed and the next one begun beyond either.
        memory_limit: events of level ``memory`` that may wait.
        networked: the directory may lie on a network file system.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_rows: int = SEGMENT_ROWS,
        segment_bytes: int = SEGMENT_BYTES,
        memory_limit: int = MEMORY_LIMIT,
        networked: bool = False,
    ) -> None:
        self.directory = directory
        self.segment_rows = segment_rows
        self.segment_bytes = segment_bytes
        self.memory_limit = memory_limit
        self.networked = networked
        self._reset()
        watch(self)

    def _reset(self) -> None:
        # Taken in this order wherever more than one is held.
        self._flush_lock = threading.RLock()
        self._lock = threading.RLock()
        self._queue_lock = threading.RLock()
        self._held: list[Lock] = []
        self._inside: set[int] = set()
        self._together = GroupCommit(self._lock, self._write)
        self._together_on_disk = GroupCommit(self._flush_lock, self._write_and_flush, gather=True)
        self._queue: deque[str] = deque()
        self._queue_dropped = 0
        self._segment: Segment | None = None
        self._run = ""
        self._number = 0
        self._looked = 0.0
        self._sealed: dict[str, int] = {}

    def append(self, payloads: Sequence[str], durability: Durability = "process") -> None:
        """Keep events; returns when all of them are kept at the level asked for.

        Parameters:
            payloads: each event as JSON without a line break.
            durability: ``memory`` returns at once and may drop; ``process`` survives the death of the process;
                ``disk`` survives the loss of power.

        Raises:
            JournalError: they could not be kept; none is acknowledged.
        """
        me = self._newcomer()
        try:
            self._inside.add(me)
            if durability == "process":
                if not self._lock.acquire(blocking=False):
                    self._together.append(payloads)
                    return
                try:
                    self._write(payloads)
                finally:
                    self._lock.release()
            elif durability == "disk":
                self._together_on_disk.append(payloads)
            else:
                self._enqueue(payloads)
        finally:
            self._inside.discard(me)

    def drain(self) -> None:
        """Write the events of level ``memory`` that wait into the journal.

        Raises:
            JournalError: they could not be kept; they go on waiting.
        """
        if not self._queue and not self._queue_dropped:
            return
        self._alone(self._write_queue)

    def counts(self) -> JournalCounts:
        """What this process has taken on, at one moment."""
        with self._lock, self._queue_lock:
            segment = self._segment
            return JournalCounts(
                segment=segment.name if segment else "",
                written=segment.written if segment else 0,
                dropped=(segment.dropped if segment else 0) + self._queue_dropped,
                queued=len(self._queue),
            )

    def written(self) -> dict[str, int]:
        """How many events each of this process's segments has, without those of :meth:`forget_segment`."""
        with self._lock:
            found = dict(self._sealed)
            if self._segment is not None:
                found[self._segment.name] = self._segment.written
            return found

    def forget_segment(self, name: str) -> None:
        """Leave a segment that was delivered and deleted out of :meth:`written`."""
        with self._lock:
            self._sealed.pop(name, None)

    def close(self) -> None:
        """Close the segment and give it up. The next event begins a new one."""
        with suppress(JournalError):
            self.drain()
            self._alone(self._seal)

    def _newcomer(self) -> int:
        """The thread, unless it is at work here already: a signal handler that interrupts it would wait for itself."""
        me = threading.get_ident()
        if me in self._inside:
            raise JournalError("an event that a signal handler recorded while another was written was not kept.")
        return me

    def _alone(self, work: Callable[[], None]) -> None:
        """Do something that no other thread must interfere with."""
        me = self._newcomer()
        try:
            self._inside.add(me)
            take(self._lock)
            try:
                work()
            finally:
                self._lock.release()
        finally:
            self._inside.discard(me)

    def _write_queue(self) -> None:
        with self._queue_lock:
            waiting = list(islice(self._queue, len(self._queue)))
            dropped = self._queue_dropped
        self._write(waiting, dropped)
        with self._queue_lock:
            for _ in waiting:
                self._queue.popleft()
            self._queue_dropped -= dropped

    def _write_and_flush(self, payloads: Sequence[str]) -> None:
        """Insert and commit, under the lock, and flush without it: events of level ``process`` need not wait."""
        take(self._lock)
        try:
            log = self._write(payloads)
            log.prepare()
        finally:
            self._lock.release()
        try:
            log.flush()
        except OSError as error:
            raise refusal(self.directory, error) from error

    def _write(self, payloads: Sequence[str], dropped: int = 0) -> Log:
        """Insert and commit, under the lock; the log that has to be flushed for ``disk``."""
        try:
            segment = self._segment
            if segment is None or time.monotonic() - self._looked > _LOOK_EVERY:
                segment = self._usable_segment()
            log = segment.write(payloads, dropped)
        except (sqlite3.Error, OSError) as error:
            raise refusal(self.directory, error) from error
        else:
            if segment.written >= self.segment_rows or segment.bytes >= self.segment_bytes:
                self._seal()
            return log

    def _usable_segment(self) -> Segment:
        """The segment being written, after a look whether it is still there; otherwise a new one."""
        self._looked = time.monotonic()
        segment = self._segment
        if segment is not None and not segment.lock.held:
            self._seal()  # somebody removed the directory
            segment = None
        if segment is None:
            segment = self._segment = self._begin()
        return segment

    def _begin(self) -> Segment:
        if not self._run and not self.networked and (kind := network_type(self.directory)):
            raise networked_refusal(self.directory, kind)
        make_directory(self.directory)
        if not self._run:
            self._run = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{secrets.token_hex(3)}"
        while True:
            self._number += 1
            name = f"{self._run}-{self._number:06d}"
            lock = FileLock(self.directory / f"{name}.lock")
            if lock.acquire():
                return Segment(self.directory, name, lock)

    def _seal(self) -> None:
        """Close the segment for good, under the lock."""
        segment, self._segment = self._segment, None
        if segment is not None:
            self._sealed[segment.name] = segment.written
            try:
                with suppress(sqlite3.Error, OSError):
                    segment.close()  # what it was asked to keep is kept
            finally:
                segment.lock.release()

    def _enqueue(self, payloads: Sequence[str]) -> None:
        with self._queue_lock:
            room = max(0, self.memory_limit - len(self._queue))
            self._queue.extend(payloads[:room])
            self._queue_dropped += max(0, len(payloads) - room)

    def before_fork(self) -> None:
        """Close the file, and hold every lock until the fork is over."""
        for lock in (self._flush_lock, self._lock, self._queue_lock):
            if not lock.acquire(timeout=PATIENCE):
                break
            self._held.append(lock)
        if self._segment is not None and self._lock in self._held:
            with suppress(sqlite3.Error, OSError):
                self._segment.close()

    def after_fork(self, *, child: bool) -> None:
        """In the child: begin with nothing; what the parent has, the parent keeps."""
        for lock in reversed(self._held):
            lock.release()
        self._held.clear()
        if child:
            if self._segment is not None:
                self._segment.forget()
            self._reset()
