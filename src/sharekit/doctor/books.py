"""The store and the books of delivery: does it answer, and does every event have its place?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sharekit.config import PREFIX, Settings
from sharekit.doctor.finding import Finding
from sharekit.exceptions import ShareKitError
from sharekit.pipeline.control import LEDGER, nobody_delivers
from sharekit.pipeline.pipeline import status_of
from sharekit.pipeline.status import SinkStatus
from sharekit.reports.cells import shown
from sharekit.sinks.registry import without_secrets
from sharekit.sinks.store import open_store

LATE_SECONDS = 60.0
"""Age of the oldest undelivered event from which delivery is held to be stuck."""
LARGE_LEDGER = 200 * 1024 * 1024
"""Bytes of the ledger from which its dead letters are told of."""
_CONTENT = "SELECT COUNT(*), COALESCE(MIN(at), 0), COALESCE(MAX(at), 0) FROM events"


def examine_store(settings: Settings) -> Iterator[Finding]:
    """Whether reports can be made."""
    try:
        store = open_store(settings.store, data_dir=settings.data_dir)
        ((count, first, last),) = store.query(_CONTENT)
        zone = store.timezone()
    except ShareKitError as error:
        yield Finding("store", "FAIL", str(error))
        return
    span = f", {_day(first)} to {_day(last)}" if count else ""
    yield Finding("store", "OK", f"{without_secrets(settings.store)} answers: {count:,} events{span}")
    if os.environ.get(f"{PREFIX}TIMEZONE") and zone is not None and zone != settings.zone():
        yield Finding(
            "time zone",
            "WARN",
            f"days in the store were cut in {zone.key}, but {PREFIX}TIMEZONE says {settings.timezone}. "
            "Stored days stay as they were cut; use one zone everywhere",
        )


def examine_books(folder: Path, configured: Sequence[str]) -> Iterator[Finding]:
    """Whether recorded = delivered + rejected + dropped + pending for every sink, and whether anything is stuck.

    Parameters:
        folder: the data directory.
        configured: names of the sinks in the settings; those known from before are looked at, too.
    """
    try:
        known = [sink.name for sink in status_of(folder).sinks]
        sinks = status_of(folder, list(dict.fromkeys([*configured, *known]))).sinks
    except (OSError, sqlite3.Error) as error:
        yield Finding("delivery", "FAIL", f"the journal in {folder} cannot be read: {error}")
        return
    delivering = _delivering(folder)
    for sink in sinks:
        yield balance(sink)
        yield from troubles(sink, delivering=delivering)
    if any(sink.rejected for sink in sinks):
        yield from ledger_size((folder / LEDGER).stat().st_size)


def balance(sink: SinkStatus) -> Finding:
    """The law of conservation for one sink, with its numbers."""
    dropped = sum(sink.dropped.values())
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(sink.dropped.items()) if count)
    sum_of_all = sink.delivered + sink.rejected + dropped + sink.pending
    parts = (
        f"{sink.delivered:,} delivered + {sink.rejected:,} rejected + {dropped:,} dropped"
        f"{f' ({reasons})' if reasons else ''} + {sink.pending:,} pending"
    )
    if sink.balanced:
        return Finding(f"sink {sink.name}", "OK", f"{sink.recorded:,} recorded = {parts}")
    return Finding(
        f"sink {sink.name}",
        "FAIL",
        f"{sink.recorded:,} recorded, but {parts} make {sum_of_all:,}. Files were removed from the data directory, or "
        "this is a fault of sharekit; please report it with this line",
    )


def ledger_size(size: int) -> Iterator[Finding]:
    """Whether dead letters fill the disk: they alone have no bound."""
    if size > LARGE_LEDGER:
        yield Finding(
            "dead letters",
            "WARN",
            f"{LEDGER} takes {size / 1024**2:,.0f} MiB: dead letters are kept until somebody decides. Save them with "
            "sharekit-web dead-letters export, then retry or drop them",
        )


def troubles(sink: SinkStatus, *, delivering: bool) -> Iterator[Finding]:
    """What keeps events from one sink.

    Parameters:
        sink: its books.
        delivering: whether a process holds the lease.
    """
    what = f"sink {sink.name}"
    if sink.paused:
        yield Finding(
            what,
            "WARN",
            f"is paused, and {sink.pending:,} events wait. Go on with: sharekit-web sinks resume {sink.name}",
        )
    elif sink.pending and not delivering and (sink.failures or sink.lag > LATE_SECONDS):
        age = f", the oldest for {sink.lag:,.0f} s" if sink.lag else ""
        yield Finding(
            what,
            "WARN",
            f"{sink.pending:,} events wait{age}, and nobody delivers, so "
            "the journal grows beyond its bounds. Start the shop, or where it has deliver=False: sharekit-web deliver"
            f"{f'. The last error was {shown(sink.error)}' if sink.error else ''}",
        )
    elif sink.failures:
        when = {
            "closed": "is tried again",
            "open": f"is left alone for {sink.wait:,.0f} s more (its circuit is open)",
            "half-open": "is about to be tried with one event (its circuit is half-open)",
        }
        yield Finding(
            what, "WARN", f"failed {sink.failures:,} times in a row, and {when[sink.circuit]}: {shown(sink.error)}"
        )
    elif sink.pending and sink.lag > LATE_SECONDS:
        yield Finding(
            what,
            "WARN",
            f"is behind: the oldest of {sink.pending:,} pending events has waited for {sink.lag:,.0f} s",
        )
    if sink.rejected:
        yield Finding(
            what,
            "WARN",
            f"{sink.rejected:,} events were refused for good, and are kept with the reason. "
            f"See: sharekit-web dead-letters list --sink {sink.name}",
        )


def _delivering(folder: Path) -> bool:
    try:
        return not nobody_delivers(folder)
    except OSError:
        return True  # another user's directory


def _day(at: object) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat() if isinstance(at, int) else "?"
