"""When to try a sink again that failed, and when to leave it alone: back-off and circuit breaker."""

from __future__ import annotations

import random
import time
from typing import Literal

State = Literal["closed", "open", "half-open"]

BACK_OFF_BASE = 0.5
BACK_OFF_CAP = 60.0
"""Seconds: the n-th failure in a row waits a random time up to ``min(cap, base * 2 ** (n - 1))`` ("full jitter",
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
LONGEST_WISH = 86_400.0
"""Seconds that a sink may ask for with ``Retry(after=...)``."""
OPENS_AT = 5
"""Failures in a row from which the circuit is open: after the wait one event is tried, and no batch, until it passes
(the pattern is M. Nygard's, "Release It!"; its words are at https://martinfowler.com/bliki/CircuitBreaker.html)."""


def state_of(failures: int, wait: float) -> State:
    """The state of a circuit.

    Parameters:
        failures: in a row.
        wait: seconds until the next attempt may be made.
    """
    if failures < OPENS_AT:
        return "closed"
    return "open" if wait > 0 else "half-open"


class Circuit:
    """Counts failures in a row, and says when the next attempt may be made."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self._ready_at = 0.0

    @property
    def wait(self) -> float:
        """Seconds until the next attempt may be made; 0 when it may be now."""
        return max(0.0, self._ready_at - time.monotonic())

    @property
    def state(self) -> State:
        """``closed`` while all is well, ``open`` while nothing is tried, ``half-open`` when one event may be."""
        return state_of(self.failures, self.wait)

    def failed(self, after: float | None = None) -> float:
        """Enter a failure; the seconds to wait now.

        Parameters:
            after: seconds that the sink asked for at least.
        """
        self.failures += 1
        delay = random.uniform(0, min(BACK_OFF_CAP, BACK_OFF_BASE * 2 ** min(self.failures - 1, 20)))  # noqa: S311
        if after is not None and after > 0:
            delay = max(delay, min(after, LONGEST_WISH))
        self._ready_at = time.monotonic() + delay
        return delay

    def succeeded(self) -> None:
        """Enter that the sink took something."""
        self.failures = 0
        self._ready_at = 0.0
