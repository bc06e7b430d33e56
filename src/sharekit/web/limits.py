"""Rate limits: a token bucket each, in a bounded amount of memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock

from sharekit.config import parse_rate

MOST_BUCKETS = 20_000
"""Buckets kept by one process; beyond them the one that was used longest ago is forgotten."""
ADDRESS_FACTOR = 10
"""An address may post as much as this many visitors: offices and phone networks share one, and whoever makes up
a new user agent for every post has only one."""

REVIEW_RATES = {"write": "20/hour", "vote": "120/hour"}
"""What one address may hand in: reviews, questions and answers; votes and reports. People behind one address share it,
so it holds back machines, and the uniqueness of votes and the rules for reviews do the rest."""


class Buckets:
    """Token buckets by key: each starts full with ``burst`` and gains ``per_second``.

    Parameters:
        burst: tokens of a full bucket.
        per_second: tokens gained in a second.
        clock: seconds, never going back.
    """

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float], most: int = MOST_BUCKETS) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._rows: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable, cost: float) -> float:
        """Take ``cost`` tokens (never more than a full bucket): 0 when they were there, else the seconds until then."""
        now = self._clock()
        with self._lock:
            row = self._rows.pop(key, None)
            if row is None:
                tokens = self._burst
                if len(self._rows) >= self._most:
                    del self._rows[next(iter(self._rows))]
            else:
                tokens = min(self._burst, row[0] + (now - row[1]) * self._per_second)
            enough = tokens >= cost
            self._rows[key] = (tokens - cost if enough else tokens, now)
        return 0.0 if enough else (cost - tokens) / self._per_second

    def __len__(self) -> int:
        return len(self._rows)


class RateLimit:
    """The ``rate_limit`` setting: so much per visitor (address and user agent), ten times as much per address.

    Each process counts for itself, and nothing of it is written anywhere.

    Parameters:
        rate: such as ``"600/minute"``; ``None`` for no limit.
    """

    def __init__(self, rate: str | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        parsed = parse_rate(rate)
        self._visitors: Buckets | None = None
        self._addresses: Buckets | None = None
        self._burst = 0.0
        if parsed is not None:
            burst, per_second = parsed
            self._burst = burst
            self._visitors = Buckets(burst, per_second, clock)
            self._addresses = Buckets(burst * ADDRESS_FACTOR, per_second * ADDRESS_FACTOR, clock)

    def take(self, address: str, agent: str, cost: int = 1, *, taken: int = 0) -> float:
        """0 when ``cost`` events may pass, else the seconds to wait.

        Parameters:
            taken: what was taken for the same request before; together they never cost more than a full bucket.
        """
        if self._visitors is None or self._addresses is None:
            return 0.0
        share = min(cost + taken, self._burst) - taken
        wait = self._visitors.take((address, hash(agent)), share)
        return wait or self._addresses.take(address, share)


class NoLimit:
    """A bucket that is never empty."""

    def take(self, key: Hashable, cost: float) -> float:
        """No time to wait."""
        return 0.0


def review_limits(rate: str | None, *, clock: Callable[[], float] = time.monotonic) -> dict[str, Buckets | NoLimit]:
    """The limits of :data:`REVIEW_RATES` by kind; none where the ``rate_limit`` setting (``rate``) is ``None``."""
    limits: dict[str, Buckets | NoLimit] = {}
    for kind, text in REVIEW_RATES.items():
        parsed = parse_rate(text) if rate is not None else None
        limits[kind] = Buckets(*parsed, clock) if parsed else NoLimit()
    return limits
