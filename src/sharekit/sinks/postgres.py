"""The sink and the store in a PostgreSQL database, for many hosts that share their events.

A batch goes by COPY straight into ``events``. When one of its ids is there already, which the table refuses, it goes
into a temporary table instead, and from there into ``events`` with ``ON CONFLICT DO NOTHING``. When ``write`` returns,
the server has committed it, and as durably as its ``synchronous_commit`` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.postgres_tables import (
    UNDATED,
    Connection,
    add_months,
    drop_before,
    month_of,
    prepare,
    version_of,
)
from sharekit.sinks.rows import COLUMNS, RowMaker
from sharekit.sinks.store import ServerStore, marked

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

SCHEMA = "sharekit"
"""Schema of the tables, unless the URL names another."""
_DRIVER = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs")
"""Options of a URL that are libpq's own."""
_DEFAULTS = {"connect_timeout": "10", "tcp_user_timeout": "30000", "application_name": "sharekit"}
_WRITTEN = (*COLUMNS, "month")
_COPY = "COPY {target} ({columns}) FROM STDIN"
_INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (LIKE {schema}.events INCLUDING DEFAULTS) ON COMMIT DELETE ROWS
"""
_INSERT = "INSERT INTO {schema}.events ({columns}) SELECT {columns} FROM pg_temp.incoming ON CONFLICT DO NOTHING"
_MAY_BEGIN = "SELECT has_database_privilege(current_database(), 'CREATE')"
_MAY_GO_ON = """
SELECT has_table_privilege(%s, 'INSERT') AND pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(%s)
"""
_CAREFUL = 50
"""Batches that go by the temporary table after one that held an id again: where one is repeated, more may be."""


class PostgresSink(Sink):
    """Writes events into the table ``events`` of a schema of its own, each id once, also from many hosts at a time.

    Parameters:
        conninfo: a connection string of libpq, or a ``postgresql://`` URL.
        schema: made when missing, with its tables and a partition for each month.
        keep_days: events older than that are dropped, month by month; all are kept when ``None``.
        timezone: zone in which ``day`` and ``hour`` are cut.
        name: under which its position is remembered.
    """

    name = "postgres"
    max_batch = 1_000

    def __init__(
        self,
        conninfo: str,
        *,
        schema: str = SCHEMA,
        keep_days: int | None = None,
        timezone: ZoneInfo | None = None,
        name: str = "postgres",
    ) -> None:
        self.name = name
        self.schema = schema
        self.keep_days = keep_days
        self._conninfo = _complete(conninfo)
        self._rows = RowMaker(timezone or ZoneInfo("UTC"))
        self._months: frozenset[int] = frozenset()
        self._connection = Lasting(self._open)
        self._careful = 0
        names = {
            "schema": sql.Identifier(schema),
            "columns": sql.SQL(", ").join(map(sql.Identifier, _WRITTEN)),
        }
        self._copy = sql.SQL(_COPY).format(target=sql.Identifier(schema, "events"), **names)
        self._copy_apart = sql.SQL(_COPY).format(target=sql.Identifier("pg_temp", "incoming"), **names)
        self._incoming = sql.SQL(_INCOMING).format(**names)
        self._insert = sql.SQL(_INSERT).format(**names)

    @classmethod
    def from_url(cls, url: SinkUrl) -> PostgresSink:
        """``postgres://user:password@host/database``, with ``schema``, ``keep_days`` and some of libpq's options."""
        return cls(_conninfo(url), timezone=url.timezone, **_options(url))

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> PostgresStore:
        """The same schema, to be read by reports."""
        return PostgresStore(_conninfo(url), schema=_options(url).get("schema", SCHEMA), shown=url.shown)

    def write(self, batch: Sequence[Event]) -> None:
        """Add the events that are not there yet, all or none of them."""
        make_row = self._rows.row
        rows = [make_row(record) for record in records(batch)]
        for row in rows:
            row.append(month_of(row[0]))
        with self._connection.use() as connection:
            wanted = {row[-1] for row in rows}
            if not wanted <= self._months:
                self._months = frozenset(add_months(connection, self.schema, wanted))
                self._drop_old(connection)
            for row in rows:
                if row[-1] not in self._months:
                    row[-1] = UNDATED
            # In the order of ids, so that two processes that write the same events cannot wait for each other.
            rows.sort()
            if self._careful == 0:
                try:
                    _copy(connection, self._copy, rows)
                    return
                except errors.UniqueViolation:
                    self._careful = _CAREFUL
            self._careful -= 1
            with connection.transaction():
                connection.execute(self._incoming)
                _copy(connection, self._copy_apart, rows)
                connection.execute(self._insert)

    def check(self) -> str | None:
        """Whether the server answers, the tables are of a known version, and this user may write them."""
        try:
            with psycopg.connect(self._conninfo, autocommit=True) as connection:
                if version_of(connection, self.schema) == 0:
                    row = connection.execute(_MAY_BEGIN).fetchone()
                    what = "make the schema"
                else:
                    table = sql.Identifier(self.schema, "events").as_string()
                    row = connection.execute(_MAY_GO_ON, [table, table]).fetchone()
                    what = "write events and make partitions, as its owner may,"
        except (psycopg.Error, StoreError) as error:
            return str(error)
        if row and row[0]:
            return None
        return f"this user may not {what} in the schema {self.schema!r}. See docs/stores.md for the rights it needs."

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _open(self) -> Connection:
        # Nothing is prepared on the server, so that poolers which lend a connection for one transaction work, too.
        connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
        try:
            connection.execute("SET client_min_messages = warning")
            prepare(connection, self.schema, self._rows.timezone.key)
            self._months = frozenset()  # a month may have been dropped since
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop_old(self, connection: Connection) -> None:
        if self.keep_days is None:
            return
        try:
            drop_before(connection, self.schema, datetime.now(UTC) - timedelta(days=self.keep_days))
        except errors.LockNotAvailable:
            return


class PostgresStore(ServerStore):
    """Reads what :class:`PostgresSink` wrote, in transactions that cannot write.

    Parameters:
        conninfo: a connection string of libpq, or a ``postgresql://`` URL.
        schema: of the tables.
        shown: what errors call the store; without secrets.
    """

    def __init__(self, conninfo: str, *, schema: str = SCHEMA, shown: str = "PostgreSQL") -> None:
        super().__init__(shown)
        self.schema = schema
        self._conninfo = _complete(conninfo)

    def _ask(self, statement: str, parameters: Mapping[str, str | int]) -> Iterable[Sequence[Any]] | None:
        text = marked(statement.replace("%", "%%"), lambda name: f"%({name})s") if parameters else statement
        with psycopg.connect(self._conninfo, prepare_threshold=None) as connection:
            connection.read_only = True
            if version_of(connection, self.schema) == 0:
                return None
            connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(self.schema)))
            return connection.execute(text, parameters or None).fetchall()


def _copy(connection: Connection, statement: sql.Composed, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _conninfo(url: SinkUrl) -> str:
    """The URL as libpq reads it: several hosts, IPv6 and sockets are its business."""
    parts = urlsplit(url.text)
    options = {name: value for name, value in url.query.items() if name in _DRIVER}
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(options), ""))


def _options(url: SinkUrl) -> dict[str, Any]:
    """The options that are ours."""
    from sharekit.sinks.registry import positive

    options = url.options(schema=_schema, keep_days=positive, **dict.fromkeys(_DRIVER, str))
    return {name: value for name, value in options.items() if name not in _DRIVER}


def _complete(conninfo: str) -> str:
    """A connection string with our defaults for what it leaves open.

    Raises:
        ConfigError: it is none.
    """
    try:
        return make_conninfo("", **(_DEFAULTS | conninfo_to_dict(conninfo)))
    except psycopg.Error:
        raise ConfigError(
            "postgres: the URL cannot be read; write postgres://user:password@host:5432/database."
        ) from None


def _schema(text: str) -> str:
    if not text or len(text.encode()) > 63 or "\x00" in text or text.startswith("pg_"):
        raise ValueError("pass 1 to 63 bytes that do not begin with pg_")
    return text
