"""The deliverer's books, in ``delivery.db``: how far each sink has come, and what became of every event.

For each sink, at every moment: recorded = delivered + rejected + dropped + pending. Recorded and pending are counted in
the segments, the others here, in the transaction that moves the cursor; so the sum is a check and not a definition.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sharekit.sqlite_files import Handle, connect_read_only

VERSION = 1
_SCHEMA = """
CREATE TABLE sinks(
  name TEXT PRIMARY KEY, recorded INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE drops(
  sink TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(sink, reason)
) WITHOUT ROWID;
CREATE TABLE cursors(
  sink TEXT NOT NULL, segment TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(sink, segment)
) WITHOUT ROWID;
CREATE TABLE retired(segment TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE dead(
  number INTEGER PRIMARY KEY, sink TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  payload TEXT NOT NULL
);
CREATE INDEX dead_sink ON dead(sink, number);
"""


@dataclass(slots=True)
class Settlement:
    """What became of some events of one sink; entered into the books at once.

    Parameters:
        cursors: new position per segment.
        delivered: how many the sink took.
        dead: id, reason and JSON of each that it never will.
        drops: how many were left out, by reason.
    """

    cursors: dict[str, int] = field(default_factory=dict)
    delivered: int = 0
    dead: list[tuple[str, str, str]] = field(default_factory=list)
    drops: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SinkBooks:
    """The books of one sink at one moment. ``recorded`` counts the segments that are gone."""

    recorded: int = 0
    delivered: int = 0
    rejected: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)
    cursors: Mapping[str, int] = field(default_factory=dict)
    failures: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """All books at one moment."""

    sinks: Mapping[str, SinkBooks] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()


class Ledger:
    """Writes the books; only the holder of the lease may have one.

    Parameters:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = Handle(path, self._open)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._handle as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def open_sinks(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """Enter sinks that are new; the cursors of all of them."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO sinks(name) VALUES (?)", [(name,) for name in names])
            found: dict[str, dict[str, int]] = {name: {} for name in names}
            for sink, segment, seq in connection.execute("SELECT sink, segment, seq FROM cursors"):
                if sink in found:
                    found[sink][segment] = seq
        return found

    def settle(self, sink: str, settlement: Settlement) -> None:
        """Enter what became of some events, and move the cursors, in one transaction."""
        at = time.time_ns() // 1_000_000
        with self._transaction() as connection:
            connection.execute(
                "UPDATE sinks SET delivered = delivered + ?, rejected = rejected + ?, failures = 0, error = '' "
                "WHERE name = ?",
                (settlement.delivered, len(settlement.dead), sink),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)",
                [(sink, segment, seq) for segment, seq in settlement.cursors.items()],
            )
            connection.executemany(
                "INSERT INTO dead(sink, id, reason, at, payload) VALUES (?, ?, ?, ?, ?)",
                [(sink, id_, reason, at, payload) for id_, reason, payload in settlement.dead],
            )
            _drop(connection, sink, settlement.drops)

    def fail(self, sink: str, error: str) -> None:
        """Note that a sink could not take a batch."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE sinks SET failures = failures + 1, error = ? WHERE name = ?", (error[:1_000], sink)
            )

    def retire(self, segment: str, written: int, dropped: Mapping[str, int], unread: str = "sink_removed") -> None:
        """Close the books on a segment, for every sink that was ever known; it may be deleted afterwards.

        Parameters:
            segment: its name.
            written: events in it.
            dropped: events that its process dropped, by reason.
            unread: reason under which events are dropped that a sink has not had.
        """
        with self._handle as connection:
            connection.execute("PRAGMA synchronous=FULL")  # the segment will be gone: this must be on the disk
            connection.execute("BEGIN IMMEDIATE")
            for (sink,) in connection.execute("SELECT name FROM sinks").fetchall():
                row = connection.execute(
                    "SELECT seq FROM cursors WHERE sink = ? AND segment = ?", (sink, segment)
                ).fetchone()
                rest = written - (row[0] if row else 0)
                drops = dict(dropped)
                if rest > 0:
                    drops[unread] = drops.get(unread, 0) + rest
                _drop(connection, sink, drops)
                connection.execute(
                    "UPDATE sinks SET recorded = recorded + ? WHERE name = ?", (written + sum(dropped.values()), sink)
                )
            connection.execute("DELETE FROM cursors WHERE segment = ?", (segment,))
            connection.execute("INSERT OR IGNORE INTO retired VALUES (?)", (segment,))
            connection.execute("COMMIT")
            connection.execute("PRAGMA synchronous=NORMAL")

    def removed(self, segment: str) -> None:
        """Note that a retired segment's file is gone."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM retired WHERE segment = ?", (segment,))

    def retired(self) -> set[str]:
        """Segments whose books are closed but whose files may still be there."""
        with self._handle as connection:
            return {name for (name,) in connection.execute("SELECT segment FROM retired").fetchall()}

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


class LedgerReader:
    """Reads the books, in any process, at any time.

    Parameters:
        path: the file; while it is not there the books are empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = Handle(path, lambda: connect_read_only(path))

    def books(self) -> Books:
        """All books at one moment."""
        if not self.path.exists():
            self._handle.close()
            return Books()
        with self._handle as connection:
            connection.execute("BEGIN")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                connection.execute("COMMIT")
                return Books()
            sinks = connection.execute(
                "SELECT name, recorded, delivered, rejected, failures, error FROM sinks"
            ).fetchall()
            drops = connection.execute("SELECT sink, reason, count FROM drops").fetchall()
            cursors = connection.execute("SELECT sink, segment, seq FROM cursors").fetchall()
            retired = frozenset(name for (name,) in connection.execute("SELECT segment FROM retired").fetchall())
            connection.execute("COMMIT")
        return Books(
            sinks={
                name: SinkBooks(
                    recorded=recorded,
                    delivered=delivered,
                    rejected=rejected,
                    drops={reason: count for sink, reason, count in drops if sink == name},
                    cursors={segment: seq for sink, segment, seq in cursors if sink == name},
                    failures=failures,
                    error=error,
                )
                for name, recorded, delivered, rejected, failures, error in sinks
            },
            retired=retired,
        )

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def _drop(connection: sqlite3.Connection, sink: str, drops: Mapping[str, int]) -> None:
    connection.executemany(
        "INSERT INTO drops VALUES (?, ?, ?) ON CONFLICT(sink, reason) DO UPDATE SET count = count + excluded.count",
        [(sink, reason, count) for reason, count in drops.items() if count],
    )
