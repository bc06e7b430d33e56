"""The deliverer's books, in ``delivery.db``: how far each sink has come, and what became of every event.

For each sink, at every moment: recorded = delivered + rejected + dropped + pending. Recorded and pending are counted in
the segments, the others here, in the transaction that moves the cursor; so the sum is a check and not a definition.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sharekit.pipeline.dead_letters import Selection, add_drops, move
from sharekit.pipeline.tables import make_tables
from sharekit.sqlite_files import Handle

RATE_SECONDS = 60.0
"""About so many last seconds make the rate of a sink: what was before has faded to a third."""


@dataclass(slots=True)
class Settlement:
    """What became of some events of one sink; entered into the books at once.

    Parameters:
        cursors: new position per segment.
        again: numbers of events that had waited in the ledger.
        delivered: how many the sink took.
        dead: id, reason and JSON of each that it never will.
        drops: how many were left out, by reason.
        written: whether the sink took a batch.
    """

    cursors: dict[str, int] = field(default_factory=dict)
    again: list[int] = field(default_factory=list)
    delivered: int = 0
    dead: list[tuple[str, str, str]] = field(default_factory=list)
    drops: dict[str, int] = field(default_factory=dict)
    written: bool = False

    def drop(self, reason: str) -> None:
        """Leave out one event."""
        self.drops[reason] = self.drops.get(reason, 0) + 1


@dataclass(slots=True)
class Position:
    """Where delivery to a sink goes on.

    Parameters:
        cursors: position in each segment.
        paused: whether it gets nothing.
        failures: attempts in a row that failed before.
        again: whether events wait for it in the ledger.
    """

    cursors: dict[str, int] = field(default_factory=dict)
    paused: bool = False
    failures: int = 0
    again: bool = False


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
            make_tables(connection)
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

    def open_sinks(self, names: Iterable[str]) -> dict[str, Position]:
        """Enter sinks that are new; where delivery goes on for each."""
        found = {name: Position() for name in names}
        with self._transaction() as connection:
            for name in found:
                _enter(connection, name)
            for name, paused, failures in connection.execute("SELECT name, paused, failures FROM sinks").fetchall():
                if name in found:
                    found[name].paused, found[name].failures = bool(paused), failures
            for sink, segment, seq in connection.execute("SELECT sink, segment, seq FROM cursors"):
                if sink in found:
                    found[sink].cursors[segment] = seq
            for (sink,) in connection.execute("SELECT DISTINCT sink FROM again"):
                if sink in found:
                    found[sink].again = True
        return found

    def settle(self, sink: str, settlement: Settlement) -> None:
        """Enter what became of some events, and move the cursors, in one transaction."""
        at = _now()
        with self._transaction() as connection:
            connection.execute(
                "UPDATE sinks SET delivered = delivered + ?, rejected = rejected + ? WHERE name = ?",
                (settlement.delivered, len(settlement.dead), sink),
            )
            if settlement.written:
                _took(connection, sink, settlement.delivered, at)
            connection.executemany(
                "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)",
                [(sink, segment, seq) for segment, seq in settlement.cursors.items()],
            )
            connection.executemany("DELETE FROM again WHERE number = ?", [(number,) for number in settlement.again])
            connection.executemany(
                "INSERT INTO dead(sink, id, reason, at, payload) VALUES (?, ?, ?, ?, ?)",
                [(sink, id_, reason, at, payload) for id_, reason, payload in settlement.dead],
            )
            _drop(connection, sink, settlement.drops)

    def fail(self, sink: str, error: str, wait: float) -> None:
        """Note that a sink could not take a batch, and is tried again after ``wait`` seconds."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE sinks SET failures = failures + 1, errors = errors + 1, error = ?, retry_at = ? WHERE name = ?",
                (error[:1_000], _now() + int(wait * 1000), sink),
            )

    def pause(self, sink: str, *, paused: bool) -> None:
        """Note whether a sink gets anything."""
        with self._transaction() as connection:
            _enter(connection, sink)
            connection.execute("UPDATE sinks SET paused = ? WHERE name = ?", (paused, sink))

    def waiting(self, sink: str, limit: int) -> list[tuple[int, str]]:
        """Number and JSON of the next events that wait for a sink in the ledger."""
        with self._handle as connection:
            return connection.execute(
                "SELECT number, payload FROM again WHERE sink = ? ORDER BY number LIMIT ?", (sink, limit)
            ).fetchall()

    def move_dead(self, chosen: Selection, *, again: bool) -> int:
        """Try dead letters again, or give them up; how many they were."""
        with self._transaction() as connection:
            return move(connection, chosen, again=again)

    def replay(self, sink: str, payloads: Sequence[str]) -> int:
        """Enter events of the past as recorded for one sink; how many wait for it in the ledger now."""
        with self._transaction() as connection:
            _enter(connection, sink)
            connection.execute("UPDATE sinks SET recorded = recorded + ? WHERE name = ?", (len(payloads), sink))
            connection.executemany(
                "INSERT INTO again(sink, payload) VALUES (?, ?)", [(sink, payload) for payload in payloads]
            )
            return int(connection.execute("SELECT count(*) FROM again WHERE sink = ?", (sink,)).fetchone()[0])

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


def faded(rate: float, milliseconds: int) -> float:
    """What is left of a rate after so long without an event."""
    return rate * math.exp(-max(0, milliseconds) / 1000 / RATE_SECONDS)


def rate_now(rate: float, idle: int, age: int) -> float:
    """The rate of a sink, also of one that has not been known for a minute.

    Parameters:
        rate: as it was at the last batch.
        idle: milliseconds since then.
        age: milliseconds since the sink is known. What it took is shared out among these, but at least a second.
    """
    return faded(rate, idle) / -math.expm1(-max(1_000, age) / 1000 / RATE_SECONDS)


def _took(connection: sqlite3.Connection, sink: str, count: int, at: int) -> None:
    """Note a batch that a sink took: its failures are over, and its rate is another."""
    rate, rate_at = connection.execute("SELECT rate, rate_at FROM sinks WHERE name = ?", (sink,)).fetchone()
    connection.execute(
        "UPDATE sinks SET failures = 0, error = '', retry_at = 0, batches = batches + 1, rate = ?, rate_at = ? "
        "WHERE name = ?",
        (faded(rate, at - rate_at) + count / RATE_SECONDS, at, sink),
    )


def _enter(connection: sqlite3.Connection, sink: str) -> None:
    connection.execute("INSERT OR IGNORE INTO sinks(name, known_at) VALUES (?, ?)", (sink, _now()))


def _now() -> int:
    return time.time_ns() // 1_000_000


def _drop(connection: sqlite3.Connection, sink: str, drops: Mapping[str, int]) -> None:
    for reason, count in drops.items():
        if count:
            add_drops(connection, sink, reason, count)
