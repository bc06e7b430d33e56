"""The tables of a PostgreSQL store: a schema of their own, made and brought up to date by the sink.

``events`` has a partition for each month, so that old months can be dropped at once. A unique key of a partitioned
table must hold the column it is divided by, and an event that is delivered again must meet its first copy whatever its
other fields say. So the month is that of the *id*: ids are made of the time (RFC 9562, UUID version 7; those of the
script begin with milliseconds), and the same id always leads to the same partition. Ids without a time in them have
a partition of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql

from sharekit.exceptions import StoreError
from sharekit.sinks.rows import COUNTS

VERSION = 1
"""Of the tables, kept in the table ``about``."""
UNDATED = 0
"""Month of ids that have none."""
_FIRST_MONTH = 2026_01
"""No event of this library is older; an id that says so was made up, and must not make partitions."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = 3_600_000
"""In milliseconds. Every month begins with an hour, so the hour tells the month."""
_FAR = 70_389_528
"""First hour after the year 9999."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {schema}.about("key" text PRIMARY KEY, "value" text NOT NULL);
CREATE TABLE {schema}.events(
  id text NOT NULL,
  schema smallint NOT NULL,
  name text NOT NULL,
  at bigint NOT NULL,
  day integer NOT NULL,
  hour smallint NOT NULL,
  product_id text NOT NULL DEFAULT '',
  network text NOT NULL DEFAULT '',
  placement text NOT NULL DEFAULT '',
  widget text NOT NULL DEFAULT '',
  share_id text NOT NULL DEFAULT '',
  parent_share_id text NOT NULL DEFAULT '',
  url text NOT NULL DEFAULT '',
  referrer text NOT NULL DEFAULT '',
  visitor text NOT NULL DEFAULT '',
  previous_visitor text NOT NULL DEFAULT '',
  order_id text NOT NULL DEFAULT '',
  value bigint NOT NULL DEFAULT 0,
  currency text NOT NULL DEFAULT '',
  items text NOT NULL DEFAULT '',
  bot smallint NOT NULL DEFAULT 0,
  gpc smallint NOT NULL DEFAULT 0,
  networks text NOT NULL DEFAULT '',
  picture text NOT NULL DEFAULT '',
  tag smallint NOT NULL DEFAULT 0,
  tags smallint NOT NULL DEFAULT 0,
  weight double precision NOT NULL DEFAULT 1,
  props text NOT NULL DEFAULT '',
  month integer NOT NULL,
  PRIMARY KEY (id, month)
) PARTITION BY LIST (month);
CREATE INDEX events_day ON {schema}.events(name, day);
CREATE INDEX events_at ON {schema}.events(at);
CREATE INDEX events_visit ON {schema}.events(visitor, at) WHERE name = 'visit';
CREATE INDEX events_share ON {schema}.events(share_id, name) WHERE share_id <> '';
CREATE INDEX events_shared ON {schema}.events(product_id, network) WHERE name = 'share' AND bot = 0;
CREATE INDEX events_tag ON {schema}.events(name, day, picture) WHERE picture <> '' AND bot = 0;
SET LOCAL search_path = {schema};
CREATE VIEW {schema}.event_counts AS {counts}
"""
# Attached rather than made in place: that lets reports go on meanwhile.
_PARTITION = """
CREATE TABLE IF NOT EXISTS {partition} (LIKE {schema}.events INCLUDING DEFAULTS);
ALTER TABLE {schema}.events ATTACH PARTITION {partition} FOR VALUES IN ({month})
"""
_PARTITIONS = """
SELECT substring(pg_get_expr(part.relpartbound, part.oid) from '[0-9]+')::integer
FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = to_regclass(%s)
"""
_KEEP = """
INSERT INTO {schema}.about VALUES (%s, %s) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"
WHERE about."value" <> excluded."value"
"""

Connection = psycopg.Connection[tuple[Any, ...]]


def month_of(event_id: str) -> int:
    """The month in which an id was made, in UTC, as ``202611``; :data:`UNDATED` when it does not tell.

    Which form an id has is not checked to the last letter: what matters is that an id always gives the same answer.
    """
    try:
        if event_id[14:15] == "7" and event_id[8:9] == "-":
            return _month(int(event_id[:8] + event_id[9:13], 16) // _HOUR)
        return _month(int(event_id[:13]) // _HOUR) if len(event_id) == 25 else UNDATED
    except ValueError:
        return UNDATED


@lru_cache(maxsize=1_024)
def _month(hour: int) -> int:
    if not 0 <= hour < _FAR:
        return UNDATED
    made = _EPOCH + timedelta(hours=hour)
    month = made.year * 100 + made.month
    return month if month >= _FIRST_MONTH else UNDATED


def version_of(connection: Connection, schema: str) -> int:
    """The version of the tables in a schema; 0 when there are none.

    Raises:
        StoreError: it is newer than this code, or the schema holds a table ``events`` of somebody else.
    """
    look = "SELECT to_regclass(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL"
    mine, theirs = connection.execute(look, [_name(schema, "about"), _name(schema, "events")]).fetchone() or (0, 0)
    if not mine and not theirs:
        return 0
    if not mine:
        raise StoreError(
            f"the schema {schema!r} holds a table events that sharekit did not make. Name another one with the option "
            "schema."
        )
    ask = sql.SQL('SELECT "value" FROM {}.about WHERE "key" = \'version\'').format(sql.Identifier(schema))
    (version,) = connection.execute(ask).fetchone() or ("0",)
    if int(version) > VERSION:
        raise StoreError(
            f"the schema {schema!r} was written by a newer sharekit (tables version {version}, this one knows "
            f"{VERSION}). Upgrade sharekit-web, or name another schema."
        )
    return int(version)


def prepare(connection: Connection, schema: str, timezone: str) -> None:
    """Make the tables where they are missing, and note the zone in which days are cut."""
    names = {"schema": sql.Identifier(schema)}
    with connection.transaction():
        _lock(connection, schema)
        if version_of(connection, schema) == 0:
            for statement in _TABLES.split(";"):
                connection.execute(sql.SQL(statement).format(**names, counts=sql.SQL(COUNTS)))
            connection.execute(sql.SQL(_KEEP).format(**names), ["version", str(VERSION)])
        connection.execute(sql.SQL(_KEEP).format(**names), ["timezone", timezone])


def months(connection: Connection, schema: str) -> set[int]:
    """The months that have a partition."""
    return {month for (month,) in connection.execute(_PARTITIONS, [_name(schema, "events")])}


def add_months(connection: Connection, schema: str, wanted: Iterable[int]) -> set[int]:
    """Make partitions for those of the wanted months that are not in the future of the server's clock.

    Returns:
        All months that have a partition now.
    """
    with connection.transaction():
        _lock(connection, schema)
        there = months(connection, schema)
        (present,) = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC' + '1 day', 'YYYYMM')").fetchone() or (
            "0",
        )
        for month in sorted({UNDATED, *wanted} - there):
            if month > int(present):
                continue  # made up: nobody's id is from next month
            partition = sql.Identifier(schema, f"events_{month or 'undated'}")
            for statement in _PARTITION.split(";"):
                connection.execute(
                    sql.SQL(statement).format(
                        schema=sql.Identifier(schema), partition=partition, month=sql.Literal(month)
                    )
                )
            there.add(month)
        return there


def drop_before(connection: Connection, schema: str, oldest: datetime) -> None:
    """Let go of events from before ``oldest``: whole months where there are, rows where ids tell no time.

    Waits two seconds at most for reports to end; the next call does what this one could not.
    """
    names = {"schema": sql.Identifier(schema)}
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        for month in sorted(months(connection, schema) - {UNDATED}):
            if month < oldest.year * 100 + oldest.month:
                connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, f"events_{month}")))
        delete = sql.SQL("DELETE FROM {schema}.events WHERE month = {undated} AND at < %s")
        connection.execute(
            delete.format(**names, undated=sql.Literal(UNDATED)), [(oldest - _EPOCH) // timedelta(milliseconds=1)]
        )


def _lock(connection: Connection, schema: str) -> None:
    """Keep other processes from making the same tables until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sharekit {schema}"])


def _name(schema: str, table: str) -> str:
    return sql.Identifier(schema, table).as_string()
