"""The sink and the store in a MySQL or MariaDB database, for many hosts that share their events.

A batch is one transaction of ``INSERT`` statements with many rows each. An id that is there is left as it is by ``ON
DUPLICATE KEY UPDATE id = id``; ``INSERT IGNORE`` would do that, too, and would also cut values that are too long.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pymysql

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.mysql_tables import SQL_MODE, prepare, version_of
from sharekit.sinks.rows import COLUMNS, RowMaker
from sharekit.sinks.store import ServerStore, listed, marked

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

_INSERT = (
    f"INSERT INTO events ({listed(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))}) "  # noqa: S608 (our names)
    "ON DUPLICATE KEY UPDATE id = id"
)
_DELETE = "DELETE FROM events WHERE at < %s ORDER BY at LIMIT 2000"
_DAY_MS = 86_400_000
_TIMEOUTS = {"connect_timeout": 10, "read_timeout": 60, "write_timeout": 60}
_REPORT_SECONDS = 600


class MysqlSink(Sink):
    """Writes events into the table ``events`` of a database, each id once, also from many hosts at a time.

    Parameters:
        settings: keywords of ``pymysql.connect``: ``host``, ``port``, ``user``, ``password``, ``database`` ...
        keep_days: events older than that are deleted, some with each batch; all are kept when ``None``.
        timezone: zone in which ``day`` and ``hour`` are cut.
        name: under which its position is remembered.
    """

    name = "mysql"
    max_batch = 1_000

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        keep_days: int | None = None,
        timezone: ZoneInfo | None = None,
        name: str = "mysql",
    ) -> None:
        self.name = name
        self.keep_days = keep_days
        self._settings = _TIMEOUTS | dict(settings)
        self._rows = RowMaker(timezone or ZoneInfo("UTC"))
        self._connection = Lasting(self._open)

    @classmethod
    def from_url(cls, url: SinkUrl) -> MysqlSink:
        """``mysql://user:password@host/database``, with ``keep_days`` and some of the driver's options."""
        settings, keep_days = _read(url)
        return cls(settings, keep_days=keep_days, timezone=url.timezone)

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> MysqlStore:
        """The same database, to be read by reports."""
        return MysqlStore(_read(url)[0], shown=url.shown)

    def write(self, batch: Sequence[Event]) -> None:
        """Add the events that are not there yet, all or none of them."""
        make_row = self._rows.row
        # In the order of ids, so that two processes that write the same events cannot wait for each other.
        rows = sorted(make_row(record) for record in records(batch))
        with self._connection.use() as connection, connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
            connection.commit()
            if self.keep_days is not None:
                cursor.execute(_DELETE, [int(time.time() * 1000) - self.keep_days * _DAY_MS])
                connection.commit()

    def check(self) -> str | None:
        """Whether the server answers, and its tables are of a known version."""
        try:
            with closing(_connect(self._settings)) as connection, connection.cursor() as cursor:
                version_of(cursor)
        except (pymysql.Error, StoreError) as error:
            return _told(error)
        return None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _open(self) -> Any:
        connection = _connect(self._settings)
        try:
            with connection.cursor() as cursor:
                # Under the default, an insert locks the gaps between ids, and hosts wait for each other.
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
                prepare(cursor, self._rows.timezone.key)
                connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection


class MysqlStore(ServerStore):
    """Reads what :class:`MysqlSink` wrote, in transactions that cannot write.

    Parameters:
        settings: keywords of ``pymysql.connect``.
        shown: what errors call the store; without secrets.
    """

    def __init__(self, settings: Mapping[str, Any], *, shown: str = "MySQL") -> None:
        super().__init__(shown)
        self._settings = _TIMEOUTS | {"read_timeout": _REPORT_SECONDS} | dict(settings)

    def _ask(self, sql: str, parameters: Mapping[str, str | int]) -> Iterable[Sequence[Any]] | None:
        text = marked(sql.replace("%", "%%"), lambda name: f"%({name})s") if parameters else sql
        with closing(_connect(self._settings)) as connection, connection.cursor() as cursor:
            if version_of(cursor) == 0:
                return None
            connection.rollback()
            cursor.execute("START TRANSACTION READ ONLY")
            cursor.execute(text, parameters or None)
            rows: Iterable[Sequence[Any]] = cursor.fetchall()
            return rows


def _connect(settings: Mapping[str, Any]) -> Any:
    return pymysql.connect(**settings, charset="utf8mb4", sql_mode=SQL_MODE, autocommit=False)


def _read(url: SinkUrl) -> tuple[dict[str, Any], int | None]:
    """Keywords for the driver, and how many days to keep."""
    from sharekit.sinks.registry import positive

    database = url.path.strip("/")
    if not database:
        raise ConfigError(f"{url.shown!r}: names no database; write mysql://user:password@host/database.")
    options = url.options(
        keep_days=positive, unix_socket=str, ssl_ca=str, ssl_cert=str, ssl_key=str, connect_timeout=positive
    )
    keep_days = options.pop("keep_days", None)
    if "ssl_ca" in options:
        options |= {"ssl_verify_cert": True, "ssl_verify_identity": True}
    place = {"host": url.hostname or "localhost", "port": url.port or 3306, "database": database}
    who = {"user": url.user or None, "password": url.password}
    return place | who | options, keep_days


def _told(error: Exception) -> str:
    return str(error.args[-1]) if error.args else repr(error)
