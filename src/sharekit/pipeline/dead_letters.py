"""Dead letters: events that a sink will never take, kept with the reason until somebody decides.

Tried again, they go back among the sink's pending events; given up, they are counted as dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sharekit.pipeline.tables import version_of
from sharekit.sqlite_files import connect_read_only

GIVEN_UP = "dead_letter"
"""Reason under which given-up dead letters are counted as dropped."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event that a sink will never take.

    Parameters:
        number: key of the dead letter.
        sink: name of the sink.
        id: the event's; ``""`` when the text is no event.
        reason: why, in the sink's words.
        at: when it became one.
        payload: the event as JSON.
    """

    number: int
    sink: str
    id: str
    reason: str
    at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters are meant; every field that is not empty narrows it.

    Parameters:
        sink: name of the sink.
        id: the event's, or the number of the dead letter.
        reason: a part of the reason, in any case.
    """

    sink: str = ""
    id: str = ""
    reason: str = ""

    def where(self) -> tuple[str, dict[str, str]]:
        """The condition in SQL, and its parameters."""
        parts = {
            "sink": "sink = :sink",
            "id": "(id = :id OR CAST(number AS TEXT) = :id)",
            "reason": "instr(lower(reason), lower(:reason)) > 0",
        }
        given = {name: value for name in parts if (value := getattr(self, name))}
        return " AND ".join(parts[name] for name in given) or "1", given


def read_dead_letters(ledger: Path, chosen: Selection) -> Iterator[DeadLetter]:
    """The dead letters, oldest first, page by page: neither memory nor the deliverer is held up.

    Parameters:
        ledger: the file ``delivery.db``; without it there are none.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    condition, values = chosen.where()
    last = 0
    while ledger.exists():
        with closing(connect_read_only(ledger)) as connection:
            if not version_of(connection):
                return
            page = connection.execute(
                "SELECT number, sink, id, reason, at, payload FROM dead "  # noqa: S608 (our own conditions)
                f"WHERE number > :last AND {condition} ORDER BY number LIMIT {_PAGE}",
                {**values, "last": last},
            ).fetchall()
        if not page:
            return
        for number, sink, id_, reason, at, payload in page:
            yield DeadLetter(number, sink, id_, reason, datetime.fromtimestamp(at / 1000, UTC), payload)
            last = number


def move(connection: sqlite3.Connection, chosen: Selection, *, again: bool) -> int:
    """Take dead letters out of the books' *rejected*: to be tried again, or given up. How many they were.

    Parameters:
        connection: within a transaction of the caller.
        again: put them among what is pending; otherwise they are gone, and counted as dropped.
    """
    condition, values = chosen.where()
    counts = connection.execute(
        f"SELECT sink, count(*) FROM dead WHERE {condition} GROUP BY sink",  # noqa: S608 (our own conditions)
        values,
    ).fetchall()
    if again:
        connection.execute(
            f"INSERT INTO again(sink, payload) SELECT sink, payload FROM dead WHERE {condition} ORDER BY number",  # noqa: S608
            values,
        )
    connection.execute(f"DELETE FROM dead WHERE {condition}", values)  # noqa: S608
    for sink, count in counts:
        connection.execute("UPDATE sinks SET rejected = rejected - ? WHERE name = ?", (count, sink))
        if not again:
            add_drops(connection, sink, GIVEN_UP, count)
    return sum(count for _, count in counts)


def add_drops(connection: sqlite3.Connection, sink: str, reason: str, count: int) -> None:
    """Count events as dropped."""
    connection.execute(
        "INSERT INTO drops VALUES (?, ?, ?) ON CONFLICT(sink, reason) DO UPDATE SET count = count + excluded.count",
        (sink, reason, count),
    )
