"""The default store: one SQLite file that a sink writes and reports read.

One process at a time writes it, the one that delivers. Readers use connections that cannot write, so the file needs
no lock between processes beyond SQLite's own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sharekit.events.model import Event
from sharekit.exceptions import StoreError
from sharekit.forks import Handle, connect_read_only
from sharekit.sinks.base import Sink
from sharekit.sinks.rows import COLUMNS, RowMaker, event_of

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

VERSION = 1
"""Of the tables, kept in ``PRAGMA user_version``."""

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
  props TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_day ON events(day, name);
CREATE INDEX events_at ON events(at);
CREATE INDEX events_visit ON events(visitor, at) WHERE name = 'visit';
CREATE INDEX events_share ON events(share_id) WHERE share_id <> '';
CREATE INDEX events_order ON events(order_id) WHERE order_id <> '';
"""
_LIST = ", ".join(COLUMNS)
_INSERT = f"INSERT OR IGNORE INTO events({_LIST}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 (our names)
_PAGE = 1_000
_READ_PAGE = (
    f"SELECT rowid, {_LIST} FROM events WHERE at >= :at AND (at > :at OR rowid > :row) "  # noqa: S608 (our names)
    f"ORDER BY at, rowid LIMIT {_PAGE}"
)


class SqliteSink(Sink):
    """Writes events into the table ``events`` of an SQLite file, each id once.

    A batch is on the disk when :meth:`write` returns, because the journal may forget the events then.

    Parameters:
        path: the file; it and its folder are made when missing.
        timezone: zone in which ``day`` and ``hour`` are cut.
        name: under which its position is remembered.
    """

    name = "sqlite"
    max_batch = 1_000

    def __init__(self, path: Path | str, *, timezone: ZoneInfo | None = None, name: str = "sqlite") -> None:
        self.name = name
        self.path = Path(path)
        self._rows = RowMaker(timezone or ZoneInfo("UTC"))
        self._handle = Handle(self._open)
        self._file: tuple[int, int] | None = None

    @classmethod
    def from_url(cls, url: SinkUrl) -> SqliteSink:
        """``sqlite:events.db`` in the data directory, ``sqlite:///path/events.db`` elsewhere."""
        url.options()
        return cls(url.file(), timezone=url.timezone)

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> SqliteStore:
        """The same file, to be read by reports."""
        url.options()
        return SqliteStore(url.file())

    def write(self, batch: Sequence[Event]) -> None:
        """Add the events that are not there yet, all or none of them."""
        make_row = self._rows.row
        rows = [make_row(event) for event in batch]
        if self._file is not None and self._file != _identity(self.path):
            self._handle.close()  # the file was removed or replaced under us
        with self._handle as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows)
            connection.execute("COMMIT")

    def check(self) -> str | None:
        """Whether the file can be opened and is of a version this library knows."""
        try:
            with self._handle:
                return None
        except (sqlite3.Error, OSError, StoreError) as error:
            return f"{self.path}: {error}"

    def close(self) -> None:
        """Close the file."""
        self._handle.close()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA journal_size_limit=16777216")
            connection.execute("BEGIN IMMEDIATE")
            if _version(connection, self.path) == 0:
                create_tables(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._file = _identity(self.path)
        return connection


class SqliteStore:
    """Reads what a :class:`SqliteSink` wrote. A file that is not there yet is an empty store.

    Parameters:
        path: the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def query(self, sql: str, parameters: Mapping[str, str | int] | None = None) -> list[tuple[object, ...]]:
        """The rows of one reading statement with ``:named`` parameters.

        Raises:
            StoreError: the file is damaged, from a newer version, or the statement is wrong.
        """
        try:
            with closing(self._connect()) as connection:
                return connection.execute(sql, parameters or {}).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot answer: {error}.") from error

    def events(self) -> Iterator[Event]:
        """Every stored event, oldest first. Reads page by page, so it holds up neither memory nor the writer.

        Raises:
            StoreError: the file is damaged or from a newer version.
        """
        at, row = -(2**62), 0
        at_column = COLUMNS.index("at") + 1
        while rows := self.query(_READ_PAGE, {"at": at, "row": row}):
            for values in rows:
                yield event_of(values[1:])
            row, at = _whole(rows[-1][0]), _whole(rows[-1][at_column])

    def _connect(self) -> sqlite3.Connection:
        if not self.path.exists():
            connection = sqlite3.connect(":memory:", isolation_level=None)
            create_tables(connection)
            return connection
        connection = connect_read_only(self.path)
        try:
            version = _version(connection, self.path)
            if version == 0:  # being made at this moment
                connection.close()
                connection = sqlite3.connect(":memory:", isolation_level=None)
                create_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the table ``events`` and its indexes in an empty file."""
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer sharekit (tables version {version}, this one knows {VERSION}). "
            "Upgrade sharekit-web, or point the setting at another file."
        )
    return version


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (half the cost of Path.stat, once a batch)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
