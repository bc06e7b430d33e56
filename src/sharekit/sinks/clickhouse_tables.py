"""The tables of a ClickHouse store: made and brought up to date by the sink, in a database of their own.

``events`` is a ReplacingMergeTree sorted by name and id: of several rows with one id, a question with ``FINAL`` (or the
setting ``final``) sees the one that came first, at once and for good, and merges remove the others when they come by.
Of rows that are the same such a table keeps the one of the highest version, so ``earliest`` counts down. Sorting by
name first lets questions about visits and orders pass over the many impressions. Partitions are months of the shop's
days.
"""

from __future__ import annotations

from typing import Any

from sharekit.exceptions import StoreError
from sharekit.sinks.rows import COUNTS, TEXT_COLUMNS

VERSION = 1
"""Of the tables, kept in the table ``about``."""
TYPES = {
    "id": "String",
    "schema": "Int16",
    "name": "LowCardinality(String)",
    "at": "Int64",
    "day": "Int32",
    "hour": "Int16",
    "product_id": "String",
    "network": "LowCardinality(String)",
    "placement": "LowCardinality(String)",
    "widget": "LowCardinality(String)",
    **dict.fromkeys(TEXT_COLUMNS[4:], "String"),
    "value": "Int64",
    "currency": "LowCardinality(String)",
    "items": "String",
    "bot": "Int8",
    "gpc": "Int8",
    "networks": "LowCardinality(String)",
    "picture": "String",
    "tag": "Int16",
    "tags": "Int16",
    "weight": "Float64",
    "props": "String",
}
"""Type of each column."""
_TABLES = """
CREATE TABLE IF NOT EXISTS about(key String, value String) ENGINE = ReplacingMergeTree ORDER BY key;
CREATE TABLE IF NOT EXISTS events(
  {columns},
  earliest UInt64 DEFAULT bitNot(toUInt64(toUnixTimestamp64Nano(now64(9))))
)
ENGINE = ReplacingMergeTree(earliest) PARTITION BY intDiv(day, 100) ORDER BY (name, id)
SETTINGS non_replicated_deduplication_window = 1000;
CREATE VIEW IF NOT EXISTS event_counts AS {counts}
"""
_THERE = (
    "SELECT countIf(name = 'about'), countIf(name = 'events') FROM system.tables WHERE database = currentDatabase()"
)
_NOTE = "SELECT value FROM about FINAL WHERE key = {key:String}"


def version_of(client: Any, database: str) -> int:
    """The version of the tables in the database, which becomes the client's; 0 when they are not made, or not whole.

    Raises:
        StoreError: it is newer than this code, or the database holds a table ``events`` of somebody else.
    """
    client.database = None
    ((there,),) = client.query(
        "SELECT count() FROM system.databases WHERE name = {name:String}", {"name": database}
    ).result_rows
    if not there:
        return 0
    client.database = database
    ((mine, theirs),) = client.query(_THERE).result_rows
    if not mine and theirs:
        raise StoreError(
            f"the database {database!r} holds a table events that sharekit did not make. Name another database in the "
            "URL."
        )
    version = int((mine and _noted(client, "version")) or 0)
    if version > VERSION:
        raise StoreError(
            f"the database {database!r} was written by a newer sharekit (tables version {version}, this one knows "
            f"{VERSION}). Upgrade sharekit-web, or name another database."
        )
    return version


def prepare(client: Any, database: str, timezone: str, keep_days: int | None) -> None:
    """Make the database and the tables where they are missing; note the zone of days and how long events are kept.

    ClickHouse has no transactions: the version is noted last, and what a crash left half made the next call finishes.
    """
    if version_of(client, database) == 0:
        quoted = database.replace("\\", "\\\\").replace("`", "\\`")
        client.command(f"CREATE DATABASE IF NOT EXISTS `{quoted}`")
        client.database = database
        columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
        for statement in _TABLES.split(";"):
            client.command(statement.format(columns=columns, counts=COUNTS.replace("FROM events", "FROM events FINAL")))
        _note(client, "version", str(VERSION))
    _note(client, "timezone", timezone)
    kept = _noted(client, "keep_days")
    if (keep_days or "") != (int(kept) if kept else ""):
        days = f"MODIFY TTL toDateTime(intDiv(at, 1000)) + INTERVAL {keep_days:d} DAY" if keep_days else "REMOVE TTL"
        client.command(f"ALTER TABLE events {days}")
        _note(client, "keep_days", str(keep_days or ""))


def _noted(client: Any, key: str) -> str:
    rows = client.query(_NOTE, {"key": key}).result_rows
    return str(rows[0][0]) if rows else ""


def _note(client: Any, key: str, value: str) -> None:
    if _noted(client, key) != value:
        client.command("INSERT INTO about SELECT {key:String}, {value:String}", {"key": key, "value": value})
