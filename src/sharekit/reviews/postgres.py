"""A store of reviews in PostgreSQL, for shops on several hosts.

Writers work side by side: a change locks the row of its review, counters are added to in place, and only what must be
unique waits for others. Imports and recounts keep other changes waiting until they are done; readers never wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from sharekit.checks import shown
from sharekit.exceptions import ConfigError, ShareKitError, StoreError
from sharekit.forks import watch
from sharekit.reviews.sql.rows import Row
from sharekit.reviews.sql.store import SQLReviewStore
from sharekit.reviews.sql.tables import VERSION, statements

SCHEMA = "sharekit_reviews"
"""Where the tables lie unless the URL says otherwise; their names are too common for the shop's own schema."""
_IDLE = 8
"""Connections that are kept open for the next use."""
_PATIENCE = 5
"""Seconds that a change waits for others, and a connection for the server."""
_Connection = psycopg.Connection[Row]


class PostgresReviewStore(SQLReviewStore):
    """Keeps reviews in a schema of a PostgreSQL database, which is made at the first use.

    Parameters:
        conninfo: a URL or connection string, as libpq takes it.
        schema: where the tables lie.

    Raises:
        ConfigError: no schema can have that name.
    """

    def __init__(self, conninfo: str, *, schema: str = SCHEMA) -> None:
        if not 0 < len(schema.encode()) < 64 or "\x00" in schema:
            raise ConfigError(
                f"reviews: a schema has a name of 1 to 63 bytes, such as {SCHEMA!r}, not {shown(schema)}."
            )
        self._conninfo = conninfo
        self._schema = schema
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []
        self._inherited: list[_Connection] = []
        self._ready = False
        watch(self)

    @classmethod
    def from_url(cls, url: str, data_dir: Path) -> PostgresReviewStore:
        """``postgres://user:password@host/database``; the option ``schema`` names another schema than
        ``sharekit_reviews``, all others are libpq's."""
        parts = urlsplit(url)
        options = parse_qsl(parts.query, keep_blank_values=True)
        schema = dict(options).get("schema", SCHEMA)
        # libpq takes a plus sign for one, not for a space.
        rest = urlencode([(name, value) for name, value in options if name != "schema"], quote_via=quote)
        return cls(urlunsplit(("postgresql", parts.netloc, parts.path, rest, "")), schema=schema)

    @contextmanager
    def _reading(self) -> Iterator[_Session]:
        with self._transaction("REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[_Session]:
        with self._transaction("READ COMMITTED") as session:
            yield session

    def check(self) -> str | None:
        try:
            with self._connected() as connection:
                self._version(connection)
        except StoreError as error:
            return str(error)
        return None

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def before_fork(self) -> None:
        """Let no thread be in the middle of taking a connection."""
        self._lock.acquire()

    def after_fork(self, *, child: bool) -> None:
        """In a child, begin with connections of its own; closing the parent's would end them for both."""
        if child:
            self._inherited += self._idle
            self._idle = []
        self._lock.release()

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[_Session]:
        refusal: Exception | None = None
        with self._connected() as connection:
            if not self._ready:
                self._make_tables(connection)
            self._begin(connection, kind)
            try:
                yield _Session(connection)
            except (ShareKitError, LookupError) as error:
                connection.execute("ROLLBACK")
                refusal = error
            else:
                connection.execute("COMMIT")
        if refusal is not None:
            raise refusal

    @contextmanager
    def _connected(self) -> Iterator[_Connection]:
        """A connection that nobody else uses meanwhile. It is kept for the next unless something went wrong."""
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            with self._lock:
                keep = len(self._idle) < _IDLE
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()
        except psycopg.Error as error:
            raise StoreError(
                f"The reviews in PostgreSQL cannot be read or changed: {error}. Nothing was kept."
            ) from error

    def _take(self) -> _Connection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return psycopg.connect(self._conninfo, autocommit=True, connect_timeout=_PATIENCE)
            with suppress(psycopg.Error):  # the server may have been restarted since
                connection.execute("SELECT 1")
                return connection
            connection.close()

    def _begin(self, connection: _Connection, kind: str) -> None:
        # Set for the transaction alone, as a pooler between may give each to another session.
        statement = sql.SQL(
            f"BEGIN ISOLATION LEVEL {kind}; SET LOCAL search_path = {{}}; SET LOCAL lock_timeout = '{_PATIENCE}s'"
        )
        connection.execute(statement.format(sql.Identifier(self._schema)))

    def _version(self, connection: _Connection) -> int:
        """Of the tables there are; 0 without any."""
        # Not to_regclass: after a wait it would still say what it said before.
        made = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = 'about'"
        if connection.execute(made, (self._schema,)).fetchone() is None:
            return 0
        found = sql.SQL("SELECT version FROM {}").format(sql.Identifier(self._schema, "about"))
        row = connection.execute(found).fetchone()
        version = int(row[0]) if row else 0
        if version > VERSION:
            raise StoreError(
                f"The schema {self._schema!r} was written by a newer sharekit (tables version {version}, this one "
                f"knows {VERSION}). Upgrade sharekit-web, or name another schema."
            )
        return version

    def _make_tables(self, connection: _Connection) -> None:
        if self._version(connection) == 0:
            self._begin(connection, "READ COMMITTED")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_number(f"{self._schema}\x1ftables"),))
            if self._version(connection) == 0:
                connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
                for statement in statements(
                    text='TEXT COLLATE "C"', serial="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
                ):
                    connection.execute(statement.encode())
                connection.execute("CREATE TABLE about(version INTEGER NOT NULL)")
                connection.execute("INSERT INTO about VALUES (%s)", (VERSION,))
            connection.execute("COMMIT")
        self._ready = True


class _Session:
    for_update = " FOR UPDATE"

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._execute(statement, values).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        return self._execute(statement, values).rowcount

    def hint(self, index: str) -> str:
        return ""

    def wait_for(self, key: str) -> None:
        if key:
            # What every change locks, but before looking for a review, so that none is imported after that.
            self._connection.execute("LOCK TABLE reviews IN ROW EXCLUSIVE MODE")
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_number(key),))
        else:
            self._connection.execute("LOCK TABLE reviews IN SHARE ROW EXCLUSIVE MODE")

    def _execute(self, statement: str, values: Sequence[Any]) -> psycopg.Cursor[Row]:
        safe = [_text(value) if isinstance(value, str) else value for value in values]
        return self._connection.execute(statement.replace("?", "%s").encode(), safe)


def _text(value: str) -> str:
    """What cannot be in a text of PostgreSQL cannot be found in one either."""
    value = value.replace("\x00", "\ufffd")
    return value if value.isascii() else value.encode(errors="replace").decode()


def _number(key: str) -> int:
    """A key of an advisory lock. Two keys with one number only wait for each other once in a while."""
    return int.from_bytes(blake2b(key.encode(errors="replace"), digest_size=8).digest(), signed=True)
