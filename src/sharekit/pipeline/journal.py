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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sharekit.config import Durability
from sharekit.exceptions import JournalError
from sharekit.forks import leak, watch
from sharekit.pipeline.locks import FileLock

SEGMENT_ROWS = 50_000
SEGMENT_BYTES = 32 * 1024 * 1024
MEMORY_LIMIT = 10_000
"""Events of level ``memory`` that wait for the journal; more are dropped and counted."""
MEMORY_FULL = "memory_full"
_CHECK_EVERY = 0.05
"""Seconds between looks whether the segment is still in its directory."""
_PATIENCE = 5.0

_INSERT = "INSERT INTO events(payload) VALUES (?)"
_TALLY = "INSERT INTO tally VALUES (?, ?) ON CONFLICT(reason) DO UPDATE SET count = count + excluded.count"


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


class _Segment:
    """One file of the journal, open for writing by its owner."""

    def __init__(self, directory: Path, name: str, lock: FileLock) -> None:
        self.name = name
        self.path = directory / f"{name}.db"
        self.lock = lock
        self.connection: sqlite3.Connection | None = None
        self.log = -1
        """Descriptor of the write-ahead log, to flush it. SQLite has no locks on that file, so it may be closed."""
        self.written = 0
        self.synced = 0
        self.dropped = 0
        self.bytes = 0

    def open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=16
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA wal_autocheckpoint=1000")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS tally(reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID"
            )
            # An insert that failed while it was committed may have been kept all the same.
            self.written = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            connection.execute("COMMIT")
            self.log = os.open(f"{self.path}-wal", os.O_RDWR | os.O_CLOEXEC)
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return connection

    def sync(self) -> None:
        """Flush what is written to the disk."""
        if self.log < 0:
            raise OSError("the file was closed after a fault before the event was flushed")
        target = self.written
        os.fdatasync(self.log)
        self.synced = target

    def close(self) -> None:
        """Close the connection; the segment stays this process's own until its lock is released."""
        connection, self.connection = self.connection, None
        log, self.log = self.log, -1
        try:
            if log >= 0:
                try:
                    os.fdatasync(log)
                finally:
                    os.close(log)
        finally:
            if connection is not None:
                connection.close()
        self.synced = self.written


class Journal:
    """This process's part of the journal. Nothing is opened before the first event.

    Parameters:
        directory: folder of the segments, made when missing.
        segment_rows, segment_bytes: a segment is closed and the next one begun beyond either.
        memory_limit: events of level ``memory`` that may wait.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_rows: int = SEGMENT_ROWS,
        segment_bytes: int = SEGMENT_BYTES,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        self.directory = directory
        self.segment_rows = segment_rows
        self.segment_bytes = segment_bytes
        self.memory_limit = memory_limit
        self._reset()
        watch(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._queue_lock = threading.Lock()
        self._queue: deque[str] = deque()
        self._queue_dropped = 0
        self._segment: _Segment | None = None
        self._run = ""
        self._number = 0
        self._checked = 0.0
        self._written_to: dict[str, int] = {}
        self._held: list[threading.Lock] = []

    def append(self, payloads: Sequence[str], durability: Durability = "process") -> None:
        """Keep events; returns when all of them are kept at the level asked for.

        Parameters:
            payloads: each event as one line of JSON.
            durability: ``memory`` returns at once and may drop; ``process`` survives the death of the process;
                ``disk`` survives the loss of power.

        Raises:
            JournalError: they could not be kept; none is acknowledged.
        """
        if durability == "memory":
            self._enqueue(payloads)
            return
        with self._lock:
            segment, seq = self._write(payloads)
        if durability == "disk":
            with self._errors(), self._sync_lock:
                if segment.synced < seq:
                    segment.sync()

    def drain(self) -> None:
        """Write the events of level ``memory`` that wait into the journal.

        Raises:
            JournalError: they could not be kept; they go on waiting.
        """
        if not self._queue and not self._queue_dropped:
            return
        with self._lock:
            with self._queue_lock:
                waiting = list(islice(self._queue, len(self._queue)))
                dropped = self._queue_dropped
            self._write(waiting, dropped)
            with self._queue_lock:
                for _ in waiting:
                    self._queue.popleft()
                self._queue_dropped -= dropped

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

    def written_to(self) -> dict[str, int]:
        """Every segment of this process that :meth:`forget_segment` was not told of, with the events in it."""
        with self._lock:
            known = dict(self._written_to)
            if self._segment is not None:
                known[self._segment.name] = self._segment.written
            return known

    def forget_segment(self, name: str) -> None:
        """Drop a finished segment from :meth:`written_to`."""
        with self._lock:
            self._written_to.pop(name, None)

    def close(self) -> None:
        """Close the segment and give it up. The next event begins a new one."""
        with suppress(JournalError):
            self.drain()
        with self._lock:
            self._seal()

    # -- writing, under the lock --------------------------------------------------------------------------------

    def _write(self, payloads: Sequence[str], dropped: int = 0) -> tuple[_Segment, int]:
        with self._errors():
            segment = self._segment
            if segment is None or segment.connection is None or time.monotonic() - self._checked > _CHECK_EVERY:
                segment = self._usable_segment()
            connection = segment.connection or segment.open()
            try:
                if len(payloads) == 1 and not dropped:
                    seq = connection.execute(_INSERT, payloads).lastrowid or 0
                else:
                    connection.execute("BEGIN IMMEDIATE")
                    connection.executemany(_INSERT, zip(payloads))
                    if dropped:
                        connection.execute(_TALLY, (MEMORY_FULL, dropped))
                    connection.execute("COMMIT")
                    seq = segment.written + len(payloads)
            except BaseException:
                # Closing rolls back; the next event opens the file anew, whatever the fault was.
                with self._sync_lock, suppress(sqlite3.Error, OSError):
                    segment.close()
                raise
            segment.written = seq
            segment.dropped += dropped
            segment.bytes += sum(map(len, payloads))
            if seq >= self.segment_rows or segment.bytes >= self.segment_bytes:
                self._seal()
            return segment, seq

    def _usable_segment(self) -> _Segment:
        """The segment being written, after a look whether it is still there; otherwise a new one."""
        self._checked = time.monotonic()
        segment = self._segment
        if segment is not None and not segment.lock.held:
            self._seal()  # somebody removed the directory
            segment = None
        return segment or self._begin()

    def _begin(self) -> _Segment:
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self._run:
            self._run = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{secrets.token_hex(3)}"
        while True:
            self._number += 1
            name = f"{self._run}-{self._number:06d}"
            lock = FileLock(self.directory / f"{name}.lock")
            if lock.acquire():
                break
        segment = _Segment(self.directory, name, lock)
        try:
            segment.open()
        except BaseException:
            lock.release()
            raise
        self._segment = segment
        return segment

    def _seal(self) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        self._written_to[segment.name] = segment.written
        try:
            with self._sync_lock:
                segment.close()
        finally:
            segment.lock.release()

    def _enqueue(self, payloads: Sequence[str]) -> None:
        with self._queue_lock:
            room = self.memory_limit - len(self._queue)
            if room >= len(payloads):
                self._queue.extend(payloads)
            else:
                self._queue.extend(payloads[: max(room, 0)])
                self._queue_dropped += len(payloads) - max(room, 0)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"{self.directory}: the event was not kept ({error}). {_advice(error)}") from error

    # -- fork ---------------------------------------------------------------------------------------------------

    def before_fork(self) -> None:
        """Close the file, and hold every lock until the fork is over."""
        for lock in (self._lock, self._sync_lock, self._queue_lock):
            if not lock.acquire(timeout=_PATIENCE):
                break
            self._held.append(lock)
        if len(self._held) == 3 and self._segment is not None:
            with suppress(sqlite3.Error, OSError):
                self._segment.close()

    def after_fork(self, *, child: bool) -> None:
        """In the child: begin with nothing; what the parent has, the parent keeps."""
        if not child:
            for lock in reversed(self._held):
                lock.release()
            self._held.clear()
            return
        segment = self._segment
        if segment is not None:
            segment.lock.forget()
            if segment.connection is not None:
                leak(segment.connection)
            if segment.log >= 0:
                os.close(segment.log)
        self._reset()


def _advice(error: Exception) -> str:
    text = str(error)
    if (
        "readonly" in text
        or "read-only" in text.lower()
        or "unable to open" in text
        or isinstance(error, PermissionError)
    ):
        return "Make data_dir writable for the user of this process."
    if "full" in text or "No space" in text or "too large" in text:
        return "Free disk space, or move data_dir."
    if "locked" in text:
        return "Another program holds the file; only this process may write it."
    return "See the reason in brackets."
