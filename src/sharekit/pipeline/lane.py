"""A sink's lane: its worker, and a thread where there are several sinks, so that none waits for another."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

from sharekit.pipeline.wakeup import Wakeup
from sharekit.pipeline.worker import Worker

log = logging.getLogger("sharekit.delivery")

POLL = 0.2
"""Seconds between looks at other processes' journals, and at the lease."""
GATHER = 0.05
"""Seconds after an event of this process in which more are awaited, to make one batch of them."""
REST = 4.0
LONGEST_REST = 0.25
"""A gentle deliverer rests four times as long as a full batch took it, in seconds at most so long. When requests keep
the process busy, delivery takes a fifth of it at most, and catches up afterwards."""


class Lane:
    """A worker, and its thread where it has one.

    Parameters:
        worker: delivers to the sink.
        threaded: have a thread; otherwise :meth:`step` is called by another.
        gentle: rest between full batches.
    """

    def __init__(self, worker: Worker, *, threaded: bool, gentle: bool) -> None:
        self.worker = worker
        self._gentle = gentle
        self.wake = Wakeup()
        self.busy = True
        """Whether it had more to do at its last turn, or waits for another attempt."""
        self.using = threading.Lock()
        """Held while the sink is in use."""
        self.forgotten = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if threaded:
            self._thread = threading.Thread(target=self._run, name=f"sharekit-{worker.sink.name}", daemon=True)
            self._thread.start()

    def step(self) -> bool:
        """One turn; True when there is more to do at once."""
        with self.using:
            more = not self._stop.is_set() and self.worker.step()
        self.busy = more or self.worker.waiting
        return more

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()
        self.wake.ring()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end; False when it did not within ``timeout`` seconds."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        tolerance = Tolerance()
        while not self._stop.is_set() and not self.forgotten:
            more = False
            started = time.monotonic()
            with tolerance:
                more = self.step()
            if not more:
                self.wake.wait(POLL)
            elif self._gentle:
                self.wake.wait(rest(started))


class Tolerance:
    """``with tolerance:`` logs what went wrong, and goes on after a moment.

    The journal keeps the events, and the next look may find things mended. The same fault is logged once a minute.
    """

    def __init__(self) -> None:
        self._last = ""
        self._logged = 0.0

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        if repr(error) != self._last or time.monotonic() - self._logged > 60:
            self._last, self._logged = repr(error), time.monotonic()
            log.warning("delivery is held up: %r", error, exc_info=not isinstance(error, OSError | sqlite3.Error))
        time.sleep(POLL)
        return True


def rest(started: float) -> float:
    """Seconds to rest after a full batch that was begun at ``started`` on the monotonic clock."""
    return min(LONGEST_REST, REST * (time.monotonic() - started))
