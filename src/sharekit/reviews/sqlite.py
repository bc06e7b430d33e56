"""The default store of reviews: one SQLite file that all processes of a host share.

The file is in WAL mode, and whoever changes it holds a ``flock`` on a file beside it, from before the first statement
until after the commit and the checkpoint that may follow it. Readers have connections that can neither write nor
checkpoint. So no two connections ever write or checkpoint at once, which is what the WAL-reset bug of SQLite before
3.51.3 needs to damage a file, and Debian 12 still brings such a version. A connection that checkpoints when it is
closed is no exception: it does so only where it is the last one, under SQLite's exclusive lock.

The other way round that bug is a rollback journal, where a commit waits for all readers and readers wait for the
commit. Measured with two processes that vote and two that read pages, without a pause, for four seconds on two cores:
with WAL and ``flock`` 8,400 votes and 2,600 pages, the slowest page in a hundred 4 ms; with a rollback journal 1,300
votes and 21 pages, some of which gave up after two seconds. A lone writer takes 0.3 ms per vote against 1.1 ms.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sharekit.exceptions import ConfigError, ShareKitError, StoreError
from sharekit.reviews.sql.rows import Row
from sharekit.reviews.sql.store import SQLReviewStore
from sharekit.reviews.sql.tables import VERSION, statements
from sharekit.sqlite_files import Handle, connect_read_only, make_directory, sync_directory, writable

_PATIENCE = 5.0
"""Seconds a change waits for those of other processes."""


class SQLiteReviewStore(SQLReviewStore):
    """Keeps reviews in an SQLite file.

    A change is on the disk when the call returns.

    Parameters:
        path: the file; it and its folder are made at the first change.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock_path = self.path.with_name(self.path.name + ".lock")
        self._writer = Handle(self.path, self._open)
        self._reader = Handle(self.path, self._open_reader)
        self._nothing = Handle(self.path, _empty)

    @classmethod
    def from_url(cls, url: str, data_dir: Path) -> SQLiteReviewStore:
        """``sqlite:reviews.db`` in the data directory, ``sqlite:///path/reviews.db`` elsewhere."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if parts.netloc or parts.query or not path.strip("/") or "\x00" in path:
            raise ConfigError(
                f"reviews: {url!r} names no file. Write sqlite:reviews.db for one in the data directory, "
                "or sqlite:///path/reviews.db for one elsewhere."
            )
        return cls(Path(data_dir) / path)

    @contextmanager
    def _reading(self) -> Iterator[_Session]:
        try:
            with ExitStack() as stack:
                try:
                    connection = stack.enter_context(self._reader)
                except _NotMadeYetError:
                    connection = stack.enter_context(self._nothing)
                connection.execute("BEGIN")
                yield _Session(connection)
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path} cannot be read: {error}.") from error

    @contextmanager
    def _writing(self) -> Iterator[_Session]:
        refusal: Exception | None = None
        try:
            make_directory(self.path.parent)
            with self._writer as connection, _alone(self._lock_path):
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield _Session(connection)
                except (ShareKitError, LookupError) as error:
                    # Nothing is wrong with the connection; it would be closed if this left the handle.
                    connection.execute("ROLLBACK")
                    refusal = error
                else:
                    connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path} cannot be changed: {error}. Nothing was kept.") from error
        if refusal is not None:
            raise refusal

    def check(self) -> str | None:
        try:
            with self._reading() as session:
                session.rows("SELECT 1 FROM summaries LIMIT 1")
        except StoreError as error:
            return str(error)
        if not writable(self.path):
            return f"{self.path} cannot be written. Make it and its folder writable for the user of this process."
        return None

    def close(self) -> None:
        self._reader.close()
        self._nothing.close()
        self._writer.close()

    def _open(self) -> sqlite3.Connection:
        with _alone(self._lock_path):
            connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("PRAGMA journal_size_limit=16777216")
                connection.execute("PRAGMA cache_size=-32768")  # an import writes all over the indexes
                connection.execute("BEGIN IMMEDIATE")
                if _version(connection, self.path) == 0:
                    _create(connection)
                connection.execute("COMMIT")
                sync_directory(self.path.parent)
            except BaseException:
                connection.close()
                raise
            return connection

    def _open_reader(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise _NotMadeYetError
        connection = connect_read_only(self.path)
        try:
            if _version(connection, self.path) == 0:  # being made at this moment
                raise _NotMadeYetError
        except BaseException:
            connection.close()
            raise
        return connection


class _NotMadeYetError(Exception):
    """There is no file, or no table in it. An error, so that a handle keeps no connection to nothing."""


class _Session:
    for_update = ""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(statement, _safe(values)).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement, _safe(values)).rowcount

    def hint(self, index: str) -> str:
        # Without statistics SQLite takes an index with more fixed columns for the better one, and walks past thousands.
        return f" INDEXED BY {index}"

    def wait_for(self, key: str) -> None:
        """Whoever writes is alone already."""


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + _PATIENCE
        pause = 0.0005
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreError(
                        f"{path} is busy: another process has been changing reviews for {_PATIENCE:g} seconds. "
                        "Nothing was kept; try again."
                    ) from None
                time.sleep(pause)
                pause = min(2 * pause, 0.005)
        yield
    finally:
        # Said aloud, as a child that was forked meanwhile would keep the lock with its copy of the descriptor.
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def _safe(values: Sequence[Any]) -> list[Any]:
    """Half characters cannot be written; what is looked for with them is not there."""
    return [
        value.encode(errors="replace").decode() if isinstance(value, str) and not value.isascii() else value
        for value in values
    ]


def _empty() -> sqlite3.Connection:
    """Tables with nothing in them, to be read until there is a file."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create(connection)
    return connection


def _create(connection: sqlite3.Connection) -> None:
    for statement in statements(text="TEXT", serial="INTEGER PRIMARY KEY"):
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
