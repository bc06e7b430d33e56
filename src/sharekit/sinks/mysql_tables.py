"""The tables of a MySQL or MariaDB store: made and brought up to date by the sink, in a database of their own.

Texts are compared byte by byte, blanks at their end included, as every other store does: the usual collations hold
``Mug``, ``mug`` and ``mug `` to be one product.
"""

from __future__ import annotations

from typing import Any

from sharekit.exceptions import StoreError
from sharekit.sinks.rows import COUNTS

VERSION = 1
"""Of the tables, kept in the table ``about``."""
SQL_MODE = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ANSI_QUOTES"
"""Strict: a value that does not fit is an error, and never cut."""

_COLLATIONS = ("utf8mb4_0900_bin", "utf8mb4_nopad_bin")
"""Of MySQL 8 and of MariaDB: the two that compare bytes and count blanks at the end."""
_TABLES = """
CREATE TABLE IF NOT EXISTS events(
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  "schema" SMALLINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  at BIGINT NOT NULL,
  day INTEGER NOT NULL,
  hour SMALLINT NOT NULL,
  product_id VARCHAR(128) NOT NULL,
  network VARCHAR(64) NOT NULL,
  placement VARCHAR(128) NOT NULL,
  widget VARCHAR(64) NOT NULL,
  share_id VARCHAR(64) NOT NULL,
  parent_share_id VARCHAR(64) NOT NULL,
  url TEXT NOT NULL,
  referrer TEXT NOT NULL,
  visitor VARCHAR(128) NOT NULL,
  previous_visitor VARCHAR(128) NOT NULL,
  order_id VARCHAR(128) NOT NULL,
  value BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  items MEDIUMTEXT NOT NULL,
  bot SMALLINT NOT NULL,
  gpc SMALLINT NOT NULL,
  networks TEXT NOT NULL,
  picture VARCHAR(128) NOT NULL,
  tag SMALLINT NOT NULL,
  tags SMALLINT NOT NULL,
  weight DOUBLE NOT NULL,
  props MEDIUMTEXT NOT NULL,
  INDEX events_day (name, day),
  INDEX events_at (at),
  INDEX events_visit (visitor, at),
  INDEX events_share (share_id, name),
  INDEX events_shared (product_id, network),
  INDEX events_tag (picture, day)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {collation};
CREATE OR REPLACE VIEW event_counts AS {counts}
"""
_ABOUT = """
CREATE TABLE IF NOT EXISTS about("key" VARCHAR(64) NOT NULL PRIMARY KEY, "value" VARCHAR(255) NOT NULL)
ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {collation}
"""
_THERE = """
SELECT COALESCE(SUM(TABLE_NAME = 'about'), 0), COALESCE(SUM(TABLE_NAME = 'events'), 0)
FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
"""
_KEEP = 'INSERT INTO about VALUES (%s, %s) ON DUPLICATE KEY UPDATE "value" = VALUES("value")'
_PATIENCE = 30
"""Seconds to wait for another process that makes the tables."""


def version_of(cursor: Any) -> int:
    """The version of the tables in the database; 0 when they are not made, or not whole.

    Raises:
        StoreError: it is newer than this code, or the database holds a table ``events`` of somebody else.
    """
    cursor.execute(_THERE)
    mine, theirs = cursor.fetchone()
    if not mine and theirs:
        raise StoreError(
            "the database holds a table events that sharekit did not make. Name another database in the URL."
        )
    if not mine:
        return 0
    cursor.execute('SELECT "value" FROM about WHERE "key" = \'version\'')
    (version,) = cursor.fetchone() or ("0",)
    if int(version) > VERSION:
        raise StoreError(
            f"the database was written by a newer sharekit (tables version {version}, this one knows {VERSION}). "
            "Upgrade sharekit-web, or name another database."
        )
    return int(version)


def prepare(cursor: Any, timezone: str) -> None:
    """Make the tables where they are missing, and note the zone in which days are cut.

    MySQL commits each change of a table by itself: the version is noted last, and what a crash left half made is
    finished by the next call.
    """
    cursor.execute("SELECT GET_LOCK(CONCAT('sharekit ', DATABASE()), %s)", [_PATIENCE])
    try:
        if version_of(cursor) == 0:
            collation = _collation(cursor)
            for statement in (_ABOUT, *_TABLES.split(";")):
                cursor.execute(statement.format(collation=collation, counts=COUNTS))
            cursor.execute(_KEEP, ["version", str(VERSION)])
        cursor.execute(_KEEP, ["timezone", timezone])
    finally:
        cursor.execute("SELECT RELEASE_LOCK(CONCAT('sharekit ', DATABASE()))")


def _collation(cursor: Any) -> str:
    cursor.execute(
        "SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN (%s, %s)", _COLLATIONS
    )
    for (name,) in cursor.fetchall():
        return str(name)
    raise StoreError("this server is too old: MySQL 8.0, or MariaDB 10.5, is the first that answers reports.")
