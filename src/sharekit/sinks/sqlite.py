"""The default store: one SQLite file that a sink writes and reports read.

One process at a time writes it, the one that delivers. Readers use connections that cannot write, so the file needs
no lock between processes beyond SQLite's own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sharekit.events.model import Event, now
from sharekit.exceptions import StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import records
from sharekit.sinks.rows import COLUMNS, RowMaker, event_of
from sharekit.sinks.sqlite_tables import COUNT, VERSION, create_tables, empty_store, migrate, stand_in, version_of
from sharekit.sqlite_files import Handle, connect_read_only, make_directory, sync_directory, writable

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

_LIST = ", ".join(COLUMNS)
_INSERT = f"INSERT OR IGNORE INTO events({_LIST}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 (our names)
_ROWS = 50
"""Rows of one statement. The interpreter lock changes hands at each: many small ones would slow down requests."""
_INSERT_ROWS = _INSERT + f", ({', '.join('?' * len(COLUMNS))})" * (_ROWS - 1)
_KEEP_ZONE = "INSERT INTO about VALUES ('timezone', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
_FORGET = (
    "DELETE FROM events WHERE rowid IN (SELECT rowid FROM events WHERE at < :at ORDER BY at LIMIT 2000)",
    "DELETE FROM event_counts WHERE day < :day",
)
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
        keep_days: events older than that are deleted, some with each batch; all are kept when ``None``.
        timezone: zone in which ``day`` and ``hour`` are cut.
        name: under which its position is remembered.
    """

    name = "sqlite"
    max_batch = 1_000

    def __init__(
        self,
        path: Path | str,
        *,
        keep_days: int | None = None,
        timezone: ZoneInfo | None = None,
        name: str = "sqlite",
    ) -> None:
        self.name = name
        self.keep_days = keep_days
        self.path = Path(path)
        self._rows = RowMaker(timezone or ZoneInfo("UTC"))
        self._handle = Handle(self.path, self._open)

    @classmethod
    def from_url(cls, url: SinkUrl) -> SqliteSink:
        """``sqlite:events.db`` in the data directory, ``sqlite:///path/events.db`` elsewhere; option ``keep_days``."""
        from sharekit.sinks.registry import positive

        return cls(url.file(), timezone=url.timezone, **url.options(keep_days=positive))

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> SqliteStore:
        """The same file, to be read by reports."""
        url.options(keep_days=int)
        return SqliteStore(url.file())

    def write(self, batch: Sequence[Event]) -> None:
        """Add the events that are not there yet, all or none of them."""
        make_row = self._rows.row
        rows = [make_row(record) for record in records(batch)]
        whole = len(rows) - len(rows) % _ROWS
        with self._handle as connection:
            connection.execute("BEGIN IMMEDIATE")
            last = connection.execute("SELECT COALESCE(MAX(rowid), 0) FROM events").fetchone()[0]
            for start in range(0, whole, _ROWS):
                connection.execute(_INSERT_ROWS, list(chain.from_iterable(rows[start : start + _ROWS])))
            connection.executemany(_INSERT, rows[whole:])
            connection.execute(COUNT, {"last": last})
            if self.keep_days is not None:
                oldest = now() - timedelta(days=self.keep_days)
                day = int(oldest.astimezone(self._rows.timezone).strftime("%Y%m%d"))
                for statement in _FORGET:
                    connection.execute(statement, {"at": int(oldest.timestamp() * 1000), "day": day})
            connection.execute("COMMIT")

    def check(self) -> str | None:
        """Whether the file is of a known version, or can be made. Only looks, as another process may be writing."""
        try:
            SqliteStore(self.path).query("SELECT 1 FROM events LIMIT 1")
        except StoreError as error:
            return str(error)
        if not writable(self.path):
            return f"{self.path} cannot be written. Make it and its folder writable for the user of this process."
        return None

    def close(self) -> None:
        """Close the file."""
        self._handle.close()

    def _open(self) -> sqlite3.Connection:
        make_directory(self.path.parent)
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA journal_size_limit=16777216")
            connection.execute("BEGIN IMMEDIATE")
            version = version_of(connection, self.path)
            if version == 0:
                create_tables(connection)
            elif version < VERSION:
                migrate(connection, version)
            connection.execute(_KEEP_ZONE, (self._rows.timezone.key,))
            connection.execute("COMMIT")
            sync_directory(self.path.parent)
        except BaseException:
            connection.close()
            raise
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
            # A handle, so that a fork in another thread waits for the end of the question.
            with closing(Handle(self.path, self._connect)) as handle, handle as connection:
                return connection.execute(sql, parameters or {}).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot answer: {error}.") from error

    def timezone(self) -> ZoneInfo | None:
        """The zone in which days are cut by the sink that wrote last; ``None`` when nothing was written.

        Raises:
            StoreError: the file is damaged or from a newer version.
        """
        for (key,) in self.query("SELECT value FROM about WHERE key = 'timezone'"):
            with suppress(ZoneInfoNotFoundError, ValueError):
                return ZoneInfo(str(key))
        return None

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
            return empty_store()
        connection = connect_read_only(self.path)
        try:
            version = version_of(connection, self.path)
            if version == 0:  # being made at this moment
                connection.close()
                return empty_store()
            if version < VERSION:
                stand_in(connection, version)
        except BaseException:
            connection.close()
            raise
        return connection


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
