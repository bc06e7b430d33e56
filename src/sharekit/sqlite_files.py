"""SQLite connections that survive forks, threads and files that are removed under them.

SQLite keeps the locks of a file in the memory of the process, but the kernel does not give them to a child: a child
that inherits an open connection believes in locks it does not have, even for connections it opens itself later
(https://www.sqlite.org/howtocorrupt.html, section 2.6). So a connection is closed before a fork and opened again at
its next use, in parent and child alike.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sharekit.forks import watch

_PATIENCE = 5.0
"""Seconds a fork waits for a thread that is using a connection."""


class Handle:
    """One connection, opened at its first use, used by one thread at a time, closed before a fork.

    ``with handle as connection:`` holds it. Nothing else may be waited for meanwhile, or a fork in another thread
    could wait for ever. After an error the connection is closed, and the next use begins afresh.

    Parameters:
        path: the file; when it was removed or replaced since, it is opened anew.
        open_connection: makes the connection, with ``check_same_thread=False``.
    """

    def __init__(self, path: Path, open_connection: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._open = open_connection
        self._lock = threading.Lock()
        self._held_for_fork = False
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        watch(self)

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        try:
            file = _identity(self._path)
            if self._connection is not None and file != self._file:
                self._close()
            if self._connection is None:
                self._connection = self._open()
                self._file = _identity(self._path)
        except BaseException:
            self._lock.release()
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                self._close()
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def before_fork(self) -> None:
        """Close the connection and hold the handle until the fork is over."""
        self._held_for_fork = self._lock.acquire(timeout=_PATIENCE)
        if self._held_for_fork:
            self._close()

    def after_fork(self, *, child: bool) -> None:
        """Let go of the handle again."""
        if self._held_for_fork:
            self._held_for_fork = False
            self._lock.release()
        elif child:
            # Its user took too long, and does not exist here. Closing would act on the parent's file.
            connection, self._connection = self._connection, None
            if connection is not None:
                leak(connection)
            self._lock = threading.Lock()


def leak(connection: sqlite3.Connection) -> None:
    """Keep an inherited connection from ever being closed, also when the interpreter ends."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def connect_read_only(path: Path, *, timeout: float = 2.0) -> sqlite3.Connection:
    """A connection that reads, and can never write, checkpoint or make the file.

    Raises:
        sqlite3.OperationalError: there is no such file, or it cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)


def flush_file(file: int) -> None:
    """Have what was written to a descriptor on the disk when this returns."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync alone leaves it in the disk's cache
        fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(file)


def sync_directory(directory: Path) -> None:
    """Have the names of new files on the disk when this returns."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, when missing, so that they survive the loss of power."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_directory(path.parent)


def writable(path: Path) -> bool:
    """Whether this process may write the file, or make it where it is missing. Changes nothing."""
    while not path.exists():
        path = path.parent
        if path.exists() and not path.is_dir():
            return False
    return os.access(path, os.W_OK)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (half the cost of Path.stat)
    except OSError:
        return None
    return found.st_dev, found.st_ino
