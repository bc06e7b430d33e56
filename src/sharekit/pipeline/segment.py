"""One file of the journal, as its owner writes it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from sharekit.pipeline.locks import FileLock
from sharekit.sqlite_files import connect_read_only, flush_file, leak, sync_directory

MEMORY_FULL = "memory_full"
"""Reason in the tally for events dropped because the memory queue was full."""

BUSY_TIMEOUT = 5.0
"""Seconds to wait for a foreign program that has locked the file."""

# Smaller pages than SQLite's 4,096 bytes: each commit copies a page to the log, and an event fills a fraction of one.
_SETTINGS = (
    "PRAGMA page_size=2048",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    # Never: most segments are deleted within seconds, so flushing them to the disk would be for nothing.
    "PRAGMA wal_autocheckpoint=0",
)
_TABLES = (
    "CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tally(reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
)
_ZEROS = bytes(1024 * 1024)
_AT_ONCE = 128
"""Events that one statement inserts: ``executemany`` takes longer, and hands the interpreter lock over at each row."""
_INSERTS = ["INSERT INTO events(payload) VALUES " + ",".join(["(?)"] * n) for n in range(_AT_ONCE + 1)]  # noqa: S608
_TALLY = "INSERT INTO tally VALUES (?, ?) ON CONFLICT(reason) DO UPDATE SET count = count + excluded.count"


class Log:
    """The write-ahead log of an open segment, to flush it without holding up other commits.

    It lasts as long as somebody has it, so a thread may flush it while another closes the segment. SQLite has no
    locks on this file that closing a descriptor could drop (it has on the database and on the ``-shm`` file).
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._prepared = 0

    def prepare(self) -> None:
        """Lengthen the file ahead of the commits to come, under the journal's lock.

        A flush costs several times as much when the file has grown, because its new length has to be kept, too. SQLite
        stops reading a log at the first frame that is not one, so zeros behind the last do no harm.
        """
        with suppress(OSError):  # a full disk is for the commit to tell
            size = os.fstat(self._file).st_size
            if size != self._prepared:  # what was prepared is used up
                self._prepared = size + os.pwrite(self._file, _ZEROS, size)

    def flush(self) -> None:
        """Have everything that was committed before on the disk when this returns."""
        flush_file(self._file)

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            os.close(self._file)


class Segment:
    """A file that this process alone writes. Not safe for threads: the journal's lock guards it.

    Parameters:
        directory: its folder.
        name: its name, without suffix.
        lock: the lock that tells others that its owner lives, held already.
    """

    def __init__(self, directory: Path, name: str, lock: FileLock) -> None:
        self.name = name
        self.path = directory / f"{name}.db"
        self.lock = lock
        self.written = 0
        self.dropped = 0
        self.bytes = 0
        self._connection: sqlite3.Connection | None = None
        self._log: Log | None = None

    def write(self, payloads: Sequence[str], dropped: int = 0) -> Log:
        """Insert and commit events, opening the file when it is not; the log they are in.

        Parameters:
            dropped: events that were dropped, to be added to the tally.

        Raises:
            sqlite3.Error, OSError: nothing was kept, as far as can be known. The file is closed; the next write opens
                it again.
        """
        try:
            connection, log = self._connection, self._log
            if connection is None or log is None:
                connection, log = self._open()
            if not dropped and 0 < len(payloads) <= _AT_ONCE:
                self.written = connection.execute(_INSERTS[len(payloads)], payloads).lastrowid or 0
            else:
                connection.execute("BEGIN IMMEDIATE")
                for start in range(0, len(payloads), _AT_ONCE):
                    some = payloads[start : start + _AT_ONCE]
                    connection.execute(_INSERTS[len(some)], some)
                if dropped:
                    connection.execute(_TALLY, (MEMORY_FULL, dropped))
                connection.execute("COMMIT")
                self.written += len(payloads)
                self.dropped += dropped
        except BaseException:
            with suppress(sqlite3.Error, OSError):
                self.close()
            raise
        for payload in payloads:
            self.bytes += len(payload)
        return log

    def close(self) -> None:
        """Close the file. It stays this process's own until its lock is released."""
        connection, self._connection = self._connection, None
        self._log = None
        if connection is not None:
            # The last connection that is closed moves the log into the file; one that may not write does not.
            with suppress(sqlite3.Error), closing(connect_read_only(self.path)) as last:
                last.execute("SELECT 1 FROM events LIMIT 1").fetchone()
                connection.close()
            connection.close()

    def forget(self) -> None:
        """In a child after a fork: leave the parent's lock alone, and a connection that could not be closed in time."""
        self.lock.forget()
        if self._connection is not None:
            leak(self._connection)
        self._log = None

    def _open(self) -> tuple[sqlite3.Connection, Log]:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            connection.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                connection.execute(table)
            # A commit that was reported as failed may have been kept all the same.
            self.written = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            self.dropped = connection.execute("SELECT coalesce(sum(count), 0) FROM tally").fetchone()[0]
            connection.execute("COMMIT")
            log = Log(f"{self.path}-wal")
            sync_directory(self.path.parent)
        except BaseException:
            connection.close()
            raise
        self._connection, self._log = connection, log
        return connection, log
