"""The deliverer's books as others read them, in any process, at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sharekit.pipeline.tables import version_of
from sharekit.sqlite_files import Handle, connect_read_only

_FIELDS = {
    1: ("recorded", "delivered", "rejected", "failures", "error"),
    2: ("paused", "retry_at", "errors", "batches", "rate", "rate_at", "known_at"),
}
"""Columns of a sink, by the version of the tables that brought them."""


@dataclass(frozen=True, slots=True)
class SinkBooks:
    """The books of one sink at one moment.

    Parameters:
        recorded: events of segments that are gone, and of history that is delivered to it later.
        delivered: events that it has.
        rejected: its dead letters.
        drops: events left out, by reason.
        cursors: how far it is in each segment.
        again: events that wait in the ledger: dead letters to be tried again, and history.
        failures: attempts in a row that failed.
        error: the last of them.
        paused: whether it gets nothing at the moment.
        retry_at: when it is tried again, in milliseconds since 1970.
        errors: failed attempts in all.
        batches: batches that it took.
        rate: events it took per second, about the last minute, at ``rate_at``.
        rate_at: in milliseconds since 1970.
        known_at: when it was first delivered to, in milliseconds since 1970; 0 when that is not known.
    """

    recorded: int = 0
    delivered: int = 0
    rejected: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)
    cursors: Mapping[str, int] = field(default_factory=dict)
    again: int = 0
    failures: int = 0
    error: str = ""
    paused: bool = False
    retry_at: int = 0
    errors: int = 0
    batches: int = 0
    rate: float = 0.0
    rate_at: int = 0
    known_at: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """All books at one moment."""

    sinks: Mapping[str, SinkBooks] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()


class LedgerReader:
    """Reads the books.

    Parameters:
        path: the file; while it is not there the books are empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = Handle(path, lambda: connect_read_only(path))

    def books(self) -> Books:
        """All books at one moment.

        Raises:
            StoreError: they are from a newer sharekit.
            sqlite3.Error: they cannot be read.
        """
        if not self.path.exists():
            self._handle.close()
            return Books()
        with self._handle as connection:
            connection.execute("BEGIN")
            books = _read(connection)
            connection.execute("COMMIT")
        return books

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def _read(connection: sqlite3.Connection) -> Books:
    version = version_of(connection)
    if version == 0:
        return Books()
    names = [name for since, columns in _FIELDS.items() if since <= version for name in columns]
    rows = connection.execute(f"SELECT name, {', '.join(names)} FROM sinks").fetchall()  # noqa: S608 (our names)
    drops = connection.execute("SELECT sink, reason, count FROM drops").fetchall()
    cursors = connection.execute("SELECT sink, segment, seq FROM cursors").fetchall()
    waiting = "SELECT sink, count(*) FROM again GROUP BY sink"
    again = dict(connection.execute(waiting).fetchall()) if version >= 2 else {}
    return Books(
        sinks={
            name: SinkBooks(
                drops={reason: count for sink, reason, count in drops if sink == name},
                cursors={segment: seq for sink, segment, seq in cursors if sink == name},
                again=again.get(name, 0),
                **dict(zip(names, values, strict=True)),
            )
            for name, *values in rows
        },
        retired=frozenset(name for (name,) in connection.execute("SELECT segment FROM retired").fetchall()),
    )
