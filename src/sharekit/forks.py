"""Handles that must not cross a fork.

SQLite keeps the locks of a file in the memory of the process, but the kernel does not give them to a child: a child
that inherits an open connection believes in locks it does not have, even for connections it opens itself later
(https://www.sqlite.org/howtocorrupt.html, section 2.6). So whatever is open is closed before the fork and opened
again at its next use, in parent and child alike.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol
from weakref import WeakSet

_PATIENCE = 5.0
"""Seconds a fork waits for a thread that is using a connection."""


class ForkAware(Protocol):
    """Something that wants to know of a fork. Register it with :func:`watch`."""

    def before_fork(self) -> None:
        """Called in the thread that forks, before it does."""

    def after_fork(self, *, child: bool) -> None:
        """Called in the same thread afterwards, once in the parent and once in the child."""


_first: WeakSet[ForkAware] = WeakSet()
_others: WeakSet[ForkAware] = WeakSet()
_lock = threading.Lock()
_forking: list[ForkAware] = []


def watch(thing: ForkAware, *, first: bool = False) -> None:
    """Tell ``thing`` of every fork from now on, as long as it lives.

    Parameters:
        first: before those watched without it, because its work uses them.
    """
    with _lock:
        (_first if first else _others).add(thing)


def _before() -> None:
    _lock.acquire()
    _forking[:] = [*_first, *_others]
    for thing in _forking:
        thing.before_fork()


def _after(*, child: bool) -> None:
    for thing in reversed(_forking):
        thing.after_fork(child=child)
    _forking.clear()
    _lock.release()


os.register_at_fork(
    before=_before,
    after_in_parent=lambda: _after(child=False),
    after_in_child=lambda: _after(child=True),
)


class Handle:
    """One SQLite connection, opened at its first use, used by one thread at a time, closed before a fork.

    ``with handle as connection:`` holds it. Nothing else may be waited for while holding it, or a fork in another
    thread could deadlock.

    Parameters:
        open_connection: makes the connection (with ``check_same_thread=False``).
    """

    def __init__(self, open_connection: Callable[[], sqlite3.Connection]) -> None:
        self._open = open_connection
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._held_for_fork = False
        watch(self)

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        if self._connection is None:
            try:
                self._connection = self._open()
            except BaseException:
                self._lock.release()
                raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                self._close()  # whatever state it is in, the next use starts afresh
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
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
            # Its user did not finish in time and does not exist here. Closing would act on the parent's file.
            connection, self._connection = self._connection, None
            if connection is not None:
                leak(connection)
            self._lock = threading.Lock()


def leak(connection: sqlite3.Connection) -> None:
    """Keep an inherited connection from ever being closed, also when the interpreter ends."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def connect_read_only(path: Path, *, timeout: float = 2.0) -> sqlite3.Connection:
    """A connection that reads and can never write to, checkpoint or create the file.

    Raises:
        sqlite3.OperationalError: there is no such file, or it cannot be opened.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
