"""The tables of an SQLite store: how they are made, brought up to date, and read by whoever may not change them.

``event_counts`` is the rollup that reports count from: how many events there were by day, name, and each thing that
reports go by. It grows with the number of networks and products, not with the events, and is written in the transaction
of the batch.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sharekit.exceptions import StoreError
from sharekit.sinks.rows import ADDED, COUNTS

VERSION = 3
"""Of the tables, kept in ``PRAGMA user_version``. A file of an earlier version is brought up to date by the sink."""

_SCHEMA = """
CREATE TABLE events(
  id TEXT NOT NULL UNIQUE,
  schema INTEGER NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  product_id TEXT NOT NULL DEFAULT '',
  network TEXT NOT NULL DEFAULT '',
  placement TEXT NOT NULL DEFAULT '',
  widget TEXT NOT NULL DEFAULT '',
  share_id TEXT NOT NULL DEFAULT '',
  parent_share_id TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  referrer TEXT NOT NULL DEFAULT '',
  visitor TEXT NOT NULL DEFAULT '',
  previous_visitor TEXT NOT NULL DEFAULT '',
  order_id TEXT NOT NULL DEFAULT '',
  value INTEGER NOT NULL DEFAULT 0,
  currency TEXT NOT NULL DEFAULT '',
  items TEXT NOT NULL DEFAULT '',
  bot INTEGER NOT NULL DEFAULT 0,
  gpc INTEGER NOT NULL DEFAULT 0,
  networks TEXT NOT NULL DEFAULT '',
  picture TEXT NOT NULL DEFAULT '',
  tag INTEGER NOT NULL DEFAULT 0,
  tags INTEGER NOT NULL DEFAULT 0,
  weight REAL NOT NULL DEFAULT 1,
  props TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_day ON events(name, day);
CREATE INDEX events_at ON events(at);
CREATE INDEX events_visit ON events(visitor, at) WHERE name = 'visit';
CREATE INDEX events_share ON events(share_id, name) WHERE share_id <> '';
CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
"""
_COVERING = (
    "DROP INDEX IF EXISTS events_shared",
    "CREATE INDEX events_shared ON events(product_id, network, weight) WHERE name = 'share' AND bot = 0",
    "DROP INDEX IF EXISTS events_tag",
    """CREATE INDEX events_tag ON events(name, day, picture, tag, product_id, tags, weight)
    WHERE picture <> '' AND bot = 0""",
)
"""Indexes that hold all that a question asks, so that its answer reads no row. They change when columns come."""
_ROLLUP = """
CREATE TABLE event_counts(
  counted_by TEXT NOT NULL,
  day INTEGER NOT NULL,
  name TEXT NOT NULL,
  counted TEXT NOT NULL,
  weight REAL NOT NULL,
  PRIMARY KEY(counted_by, day, name, counted)
) WITHOUT ROWID
"""
COUNT = (
    "INSERT INTO event_counts SELECT counted_by, day, name, counted, SUM(weight) "  # noqa: S608 (our names)
    f"FROM ({COUNTS} AND events.rowid > :last) AS added WHERE 1 GROUP BY counted_by, day, name, counted "
    "ON CONFLICT DO UPDATE SET weight = weight + excluded.weight"
)
"""Adds the events after row ``:last`` to the rollup. What the table had already has no new row, so it counts once."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables and their indexes in an empty file."""
    for statement in (*_SCHEMA.split(";"), *_COVERING, _ROLLUP):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file of an earlier version up to this one. What it holds stays, and is empty in the new columns."""
    for column, kind in _missing(version).items():
        connection.execute(f"ALTER TABLE events ADD COLUMN {column} {kind}")
    for statement in (*_COVERING, _ROLLUP):
        connection.execute(statement)
    connection.execute(COUNT, {"last": -1})
    connection.execute(f"PRAGMA user_version={VERSION}")


def stand_in(connection: sqlite3.Connection, version: int) -> None:
    """Let a reader, who cannot change the file, ask one of an earlier version as if it were of this one."""
    missing = ", ".join(f"{kind.rpartition(' ')[2]} AS {column}" for column, kind in _missing(version).items())
    connection.execute(f"CREATE TEMP VIEW events AS SELECT rowid AS rowid, *, {missing} FROM main.events")  # noqa: S608
    connection.execute(f"CREATE TEMP VIEW event_counts AS {COUNTS}")


def empty_store() -> sqlite3.Connection:
    """Tables without events, in memory: what a store answers from before the first batch was written."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    create_tables(connection)
    return connection


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a file's tables; 0 when they are not made yet.

    Raises:
        StoreError: it is newer than this code.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer sharekit (tables version {version}, this one knows {VERSION}). "
            "Upgrade sharekit-web, or point the setting at another file."
        )
    return version


def _missing(version: int) -> dict[str, str]:
    """Columns that files of an earlier version lack, with their kind, which ends with what stands in them."""
    return {name: kind for since, columns in ADDED.items() if since > version for name, kind in columns.items()}
