"""A connection to a server that is made when it is needed, and made anew when it broke."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, Protocol, TypeVar


class Closeable(Protocol):
    """Anything with a ``close`` method."""

    def close(self) -> Any:
        """Let go of it."""


C = TypeVar("C", bound=Closeable)


class Lasting(Generic[C]):
    """One connection, opened at its first use and kept, used by one thread at a time.

    After an error it is closed, and the next use opens another. A child of a fork never uses, nor says goodbye on, the
    connection of its parent: it forgets it and opens its own.

    Parameters:
        open_connection: makes the connection.
    """

    def __init__(self, open_connection: Callable[[], C]) -> None:
        self._open = open_connection
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._connection: C | None = None

    @contextmanager
    def use(self) -> Iterator[C]:
        """Hold the connection."""
        self._after_fork()
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            try:
                yield self._connection
            except BaseException:
                self._close()
                raise

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        self._after_fork()
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _after_fork(self) -> None:
        if self._process != os.getpid():
            self._process, self._lock = os.getpid(), threading.Lock()
            _INHERITED.append(self._connection)
            self._connection = None


_INHERITED: list[object] = []
"""Connections of the parent. Kept, because collecting one could say goodbye on the parent's socket."""
