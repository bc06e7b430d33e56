"""The tables of the ledger, ``delivery.db``, and how those of earlier versions become these."""

from __future__ import annotations

import sqlite3

from sharekit.exceptions import StoreError

VERSION = 2
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
_SINCE_2 = """
ALTER TABLE sinks ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN errors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN batches INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN rate REAL NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN rate_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN known_at INTEGER NOT NULL DEFAULT 0;
CREATE TABLE again(number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, payload TEXT NOT NULL);
CREATE INDEX again_sink ON again(sink, number);
"""
_STEPS = {1: _SCHEMA, 2: _SINCE_2}
"""What leads to each version from the one before."""


def version_of(connection: sqlite3.Connection) -> int:
    """Version of the tables; 0 when there are none yet.

    Raises:
        StoreError: they are from a newer sharekit.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StoreError(
            f"delivery.db was written by a newer sharekit (tables version {version}, this one knows {VERSION}). "
            "Upgrade sharekit-web."
        )
    return version


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring them up to this version. Within a transaction of the caller."""
    version = version_of(connection)
    for step, script in _STEPS.items():
        if step > version:
            for statement in script.split(";"):
                connection.execute(statement)
    if version < VERSION:
        connection.execute(f"PRAGMA user_version={VERSION}")
