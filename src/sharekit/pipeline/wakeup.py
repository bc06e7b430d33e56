"""A bell: rung by whoever records, heard by whoever delivers."""

from __future__ import annotations

import threading
from contextlib import suppress


class Wakeup:
    """Like ``threading.Event``, but cheaper to ring, and safe to ring from a signal handler.

    An event takes a lock of its own while it is set; a handler that runs just then, in the same thread, would wait for
    ever. This is nothing but a lock that rings by being released.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake who waits, or the next to wait."""
        if self._lock.locked():
            with suppress(RuntimeError):  # another thread was faster
                self._lock.release()

    def wait(self, timeout: float) -> bool:
        """Wait for the bell, and silence it; False when it did not ring within ``timeout`` seconds."""
        return self._lock.acquire(timeout=timeout)
