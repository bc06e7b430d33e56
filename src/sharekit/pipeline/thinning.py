"""Making a segment smaller: events of little value make room for those that must be kept.

An event that is left out keeps its row and its number, so no sink's position changes. In its place stands the reason,
and a sink that comes by enters it in its books.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from sharekit.filters import WEIGHT
from sharekit.sinks.batch import decode

FULL = "journal_full"
"""Reason for events left out because the journal was over its bound in bytes."""
OLD = "too_old"
"""Reason for events left out because the journal was over its bound in age."""
SAMPLED = "sampled"
"""Reason for events that another one stands for, which carries their weight."""
NEVER = frozenset({"purchase", "refund"})
"""Names of events that are never left out."""
SAMPLES = frozenset({"impression", "click"})
"""Names of events of which one can stand for several."""
STANDS_FOR = 10
"""How many events one stands for, at most."""
_KEY = "left_out"
_MARKS = {reason: json.dumps({_KEY: reason}, separators=(",", ":")) for reason in (FULL, OLD, SAMPLED)}
_REASONS = {mark: reason for reason, mark in _MARKS.items()}
_COUNT = "SELECT payload, count(*) FROM events WHERE seq > ? AND payload IN (?, ?, ?) GROUP BY payload"
_FIRST = "SELECT payload FROM events WHERE seq > ? AND payload NOT IN (?, ?, ?) ORDER BY seq LIMIT 1"


def reason_left_out(record: Any) -> str:
    """Why there is no event in a row of a segment any more; ``""`` when that is not it."""
    return str(record[_KEY]) if isinstance(record, dict) and record.keys() == {_KEY} else ""


def count_left_out(connection: sqlite3.Connection, after: int) -> dict[str, int]:
    """How many events after number ``after`` were left out of a segment, by reason."""
    rows = connection.execute(_COUNT, (after, *_REASONS)).fetchall()
    return {_REASONS[mark]: count for mark, count in rows}


def first_event(connection: sqlite3.Connection, after: int) -> str:
    """The JSON of the first event after number ``after`` that was not left out; ``""`` when there is none."""
    row = connection.execute(_FIRST, (after, *_REASONS)).fetchone()
    return str(row[0]) if row else ""


def sample(connection: sqlite3.Connection, delivered: int) -> bool:
    """Leave out what every sink has, and let one event stand for ten of little value; False when that was done before.

    Which of them it is, is left to chance, so that shares by product, network and day stay true on average; the sum of
    the weights stays true exactly. Events under Sec-GPC, bots' and others are kept apart.

    Parameters:
        connection: to a final segment; it is written in one transaction.
        delivered: number up to which every sink has the events.
    """
    connection.execute("BEGIN IMMEDIATE")
    untouched = stage(connection) == 0
    if untouched:
        changes = [
            (_MARKS[FULL], seq)
            for seq, record in _events(_rows(connection, 0, delivered))
            if record.get("name") not in NEVER
        ]
        crowds: dict[tuple[object, ...], list[tuple[int, dict[str, Any]]]] = {}
        for seq, record in _events(_rows(connection, delivered)):
            if record.get("name") in SAMPLES:
                key = (record["name"], record.get("bot"), record.get("gpc"), _consent(record))
                crowd = crowds.setdefault(key, [])
                crowd.append((seq, record))
                if len(crowd) == STANDS_FOR:
                    changes += _merged(crowds.pop(key))
        for crowd in crowds.values():
            changes += _merged(crowd)
        connection.executemany("UPDATE events SET payload = ? WHERE seq = ?", changes)
        connection.execute("PRAGMA user_version = 1")
    connection.execute("COMMIT")
    return untouched


def empty(connection: sqlite3.Connection, reason: str) -> bool:
    """Leave out all events but purchases and refunds, and what cannot be read; True when nothing is left.

    Parameters:
        connection: to a final segment; it is written in one transaction.
        reason: :data:`FULL` or :data:`OLD`.
    """
    connection.execute("BEGIN IMMEDIATE")
    changes = [
        (_MARKS[reason], seq)
        for seq, record in _events(_rows(connection, 0))
        if record.get("name") not in NEVER and not reason_left_out(record)
    ]
    connection.executemany("UPDATE events SET payload = ? WHERE seq = ?", changes)
    connection.execute("PRAGMA user_version = 2")
    rows = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    left_out = sum(count_left_out(connection, 0).values())
    connection.execute("COMMIT")
    return bool(rows == left_out)


def shrink(connection: sqlite3.Connection) -> None:
    """Give the room of what was left out back to the disk."""
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def stage(connection: sqlite3.Connection) -> int:
    """How far a segment was made smaller: 0 not at all, 1 sampled, 2 emptied."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _rows(connection: sqlite3.Connection, after: int, until: int = 2**62) -> list[tuple[int, str]]:
    return connection.execute(
        "SELECT seq, payload FROM events WHERE seq > ? AND seq <= ? ORDER BY seq", (after, until)
    ).fetchall()


def _events(rows: list[tuple[int, str]]) -> Iterable[tuple[int, dict[str, Any]]]:
    for (seq, _), record in zip(rows, decode([payload for _, payload in rows]), strict=True):
        if isinstance(record, dict):  # the others become dead letters, for somebody to look at
            yield seq, record


def _consent(record: Mapping[str, Any]) -> str:
    props = record.get("props")
    return repr(props.get("consent")) if isinstance(props, dict) else ""


def _merged(crowd: list[tuple[int, dict[str, Any]]]) -> list[tuple[str, int]]:
    """One of the events with the weight of all, and marks in the place of the others."""
    if len(crowd) < 2:
        return []
    chosen, record = random.choice(crowd)  # noqa: S311 (a sample)
    record["props"] = {**_props(record), WEIGHT: sum(_weight(other) for _, other in crowd)}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return [(text if seq == chosen else _MARKS[SAMPLED], seq) for seq, _ in crowd]


def _props(record: Mapping[str, Any]) -> dict[str, Any]:
    props = record.get("props")
    return props if isinstance(props, dict) else {}


def _weight(record: Mapping[str, Any]) -> float:
    weight = _props(record).get(WEIGHT, 1)
    return weight if isinstance(weight, int | float) and not isinstance(weight, bool) else 1
