"""Delivery as it is run: in a thread of the app, as a service, or once for what is left."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from sharekit.pipeline.books import LedgerReader
from sharekit.pipeline.bounds import Limits
from sharekit.pipeline.control import LEASE, LEDGER
from sharekit.pipeline.deliverer import JOURNAL, Deliverer, check_names
from sharekit.pipeline.lane import GATHER, POLL, Tolerance, rest
from sharekit.pipeline.segments import segment_names
from sharekit.pipeline.wakeup import Wakeup
from sharekit.sinks.base import Sink

__all__ = ["JOURNAL", "LEASE", "LEDGER", "Deliverer", "check_names", "drain", "hourly", "run", "serve"]

UPKEEP_EVERY = 3600.0
"""Seconds between two rounds of upkeep."""


def run(
    deliverer: Deliverer | None,
    stop: threading.Event,
    wake: Wakeup,
    hurry: Wakeup,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Deliver until ``stop`` is set.

    Parameters:
        deliverer: ``None`` to do only ``before``.
        stop: set to end it.
        wake: rung when there are new events.
        hurry: rung when somebody waits for them, so that no more are gathered first.
        before: called at each turn.
    """
    tolerance = Tolerance()
    while not stop.is_set() and not (deliverer is not None and deliverer.forgotten):
        more = False
        started = time.monotonic()
        with tolerance:
            before()
            if deliverer is not None:
                more = deliverer.tick()
                if not more:
                    deliverer.wake()
        if more:
            if deliverer is not None and deliverer.gentle:
                hurry.wait(rest(started))
            continue
        if wake.wait(POLL):
            hurry.wait(GATHER)


def hourly(upkeep: Callable[[], None]) -> Callable[[], None]:
    """``upkeep``, made to be called at each turn: it does its work at the first, then once an hour."""
    due = 0.0

    def turn() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + UPKEEP_EVERY
            upkeep()

    return turn


def serve(
    data_dir: Path,
    sinks: Sequence[Sink],
    stop: threading.Event,
    *,
    upkeep: Callable[[], None] = lambda: None,
    limits: Limits = Limits(),  # noqa: B008 (it cannot be changed)
) -> None:
    """Deliver in this thread until ``stop`` is set: the service behind ``sharekit-web deliver``.

    Parameters:
        upkeep: done once an hour.
        limits: how much of what is not delivered yet is kept.
    """
    deliverer = Deliverer(data_dir, sinks, limits=limits)
    try:
        run(deliverer, stop, Wakeup(), Wakeup(), hourly(upkeep))
    finally:
        deliverer.stop(timeout=5.0, close_sinks=True)


def drain(data_dir: Path, sinks: Sequence[Sink], timeout: float = 10.0, *, keep: bool = False) -> bool:
    """Deliver what processes that have ended left behind, unless a live one is at it.

    Parameters:
        data_dir: the kit's data directory.
        sinks: where events go; they are closed afterwards.
        timeout: seconds it may take.
        keep: leave the journal as it is, for sinks that are not among these.

    Returns:
        True when nothing is left to deliver; False when time ran out or another process holds the lease.
    """
    deliverer = Deliverer(data_dir, sinks, keep=keep)
    deadline = time.monotonic() + timeout
    tolerance = Tolerance()
    try:
        if not segment_names(data_dir / JOURNAL) and not _waits_in_ledger(data_dir):
            return True
        done = False
        while not done and time.monotonic() < deadline:
            with tolerance:
                deliverer.hurry()
                more = deliverer.tick()
                if not deliverer.leading:
                    return False
                if not more:
                    done = deliverer.idle
                    if not done:
                        time.sleep(0.01)
        return done
    finally:
        deliverer.stop(timeout=max(0.1, deadline - time.monotonic()), close_sinks=True)


def _waits_in_ledger(data_dir: Path) -> bool:
    with suppress(sqlite3.Error), closing(LedgerReader(data_dir / LEDGER)) as reader:
        return any(sink.again for sink in reader.books().sinks.values())
    return False
