"""What became of every event, per sink, at one moment."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sharekit.events.model import Event, now
from sharekit.pipeline.books import Books, LedgerReader, SinkBooks
from sharekit.pipeline.circuit import State, state_of
from sharekit.pipeline.journal import JournalCounts
from sharekit.pipeline.ledger import rate_now
from sharekit.pipeline.segment import MEMORY_FULL
from sharekit.pipeline.segments import SegmentReader, segment_names

_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkStatus:
    """The books of one sink at one moment.

    Parameters:
        name: the sink's.
        recorded: events acknowledged since the sink is known, by every process of the data directory.
        delivered: those that the sink has.
        rejected: those it will never take; they are dead letters.
        dropped: those left out, by reason: ``gpc``, ``consent``, the name of a filter, ``dead_letter`` (given up),
            ``memory_full``, ``journal_full``, ``too_old``, ``sampled``, ``sink_removed``, ``damaged``.
        pending: those still to come.
        lag: seconds since the oldest event in the journal that is pending happened; 0 when none is.
        failures: attempts in a row that failed.
        error: the last of them.
        circuit: ``closed``; ``open`` after five failures in a row, while nothing is tried; ``half-open`` when one event
            may be.
        wait: seconds until it is tried again.
        paused: whether it gets nothing until it is resumed.
        rate: events a second that it took, over about the last minute.
        errors: attempts that failed, in all.
        batches: batches that it took, in all.
    """

    name: str
    recorded: int
    delivered: int
    rejected: int
    dropped: Mapping[str, int]
    pending: int
    lag: float
    failures: int
    error: str
    circuit: State = "closed"
    wait: float = 0.0
    paused: bool = False
    rate: float = 0.0
    errors: int = 0
    batches: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the law holds: recorded = delivered + rejected + dropped + pending."""
        return self.recorded == self.delivered + self.rejected + sum(self.dropped.values()) + self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All sinks at one moment.

    Parameters:
        sinks: in the order of the settings.
        segments: journal files that are there.
        delivering: whether this process is the one that delivers.
    """

    sinks: tuple[SinkStatus, ...]
    segments: int
    delivering: bool = False

    @property
    def balanced(self) -> bool:
        """Whether the law holds for every sink."""
        return all(sink.balanced for sink in self.sinks)

    def sink(self, name: str) -> SinkStatus:
        """The status of one sink.

        Raises:
            KeyError: there is none of that name.
        """
        for sink in self.sinks:
            if sink.name == name:
                return sink
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class _Totals:
    written: int
    dropped: Mapping[str, int]


def read_status(
    journal: Path,
    ledger: LedgerReader,
    names: Sequence[str] | None = None,
    own: Callable[[], JournalCounts] | None = None,
    *,
    others: bool = False,
    delivering: bool = False,
) -> Status:
    """The status of a data directory, read by whichever process.

    Parameters:
        journal: folder of the segments.
        ledger: the deliverer's books.
        names: sinks wanted; all that were ever known when ``None``.
        own: tells what the asking process itself has taken on.
        others: all that were ever known, besides ``names``.
        delivering: passed on.

    Raises:
        OSError, sqlite3.Error: the files cannot be read.
    """
    for attempt in range(_TRIES):
        books = ledger.books()
        counts = own() if own is not None else None
        totals, whole = _segment_totals(journal, books, counts)
        if whole:
            break
        time.sleep(0.001 * attempt)  # a segment was deleted between the two looks
    wanted = list(books.sinks) if names is None else list(names)
    if others:
        wanted += [name for name in books.sinks if name not in wanted]
    looks: dict[tuple[str, int], tuple[float, dict[str, int]]] = {}
    return Status(
        sinks=tuple(
            _sink_status(name, books.sinks.get(name, SinkBooks()), totals, counts, journal, looks) for name in wanted
        ),
        segments=len(totals),
        delivering=delivering,
    )


def _segment_totals(journal: Path, books: Books, own: JournalCounts | None) -> tuple[dict[str, _Totals], bool]:
    names = [name for name in segment_names(journal) if name not in books.retired]
    totals: dict[str, _Totals] = {}
    damaged: set[str] = set()
    whole = True
    for name in names:
        if own is not None and name == own.segment:
            continue
        try:
            with closing(SegmentReader(journal, name)) as reader:
                written, dropped = reader.totals()
        except sqlite3.OperationalError:
            if (journal / f"{name}.db").exists():
                raise
            whole = False
            continue
        except sqlite3.DatabaseError:
            damaged.add(name)
            continue
        totals[name] = _Totals(written, dropped)
    if own is not None and own.segment:
        totals[own.segment] = _Totals(own.written, {MEMORY_FULL: own.dropped} if own.dropped else {})
    known = {segment for sink in books.sinks.values() for segment in sink.cursors}
    return totals, whole and known <= totals.keys() | damaged


def _sink_status(
    name: str,
    books: SinkBooks,
    totals: Mapping[str, _Totals],
    own: JournalCounts | None,
    journal: Path,
    looks: dict[tuple[str, int], tuple[float, dict[str, int]]],
) -> SinkStatus:
    queued = own.queued if own is not None else 0
    drops = dict(books.drops)
    recorded, pending = books.recorded + queued, queued + books.again
    if own is not None and not own.segment and own.dropped:
        drops[MEMORY_FULL] = drops.get(MEMORY_FULL, 0) + own.dropped
        recorded += own.dropped
    lag = 0.0
    for segment, total in totals.items():
        cursor = books.cursors.get(segment, 0)
        recorded += total.written + sum(total.dropped.values())
        pending += total.written - cursor
        for reason, count in total.dropped.items():
            drops[reason] = drops.get(reason, 0) + count
        if total.written > cursor:
            key = (segment, cursor)
            if key not in looks:
                looks[key] = _look(journal, segment, cursor)
            age, left_out = looks[key]
            lag = max(lag, age)
            for reason, count in left_out.items():
                drops[reason] = drops.get(reason, 0) + count
                pending -= count
    moment = time.time_ns() // 1_000_000
    wait = max(0.0, (books.retry_at - moment) / 1000)
    # A segment that somebody deleted or damaged: what was delivered of it was recorded, too.
    recorded += sum(seq for segment, seq in books.cursors.items() if segment not in totals)
    return SinkStatus(
        name=name,
        recorded=recorded,
        delivered=books.delivered,
        rejected=books.rejected,
        dropped=drops,
        pending=pending,
        lag=lag,
        failures=books.failures,
        error=books.error,
        circuit=state_of(books.failures, wait),
        wait=wait,
        paused=bool(books.paused),
        rate=rate_now(books.rate, moment - books.rate_at, moment - books.known_at),
        errors=books.errors,
        batches=books.batches,
    )


def _look(journal: Path, segment: str, cursor: int) -> tuple[float, dict[str, int]]:
    """Seconds since the next event after ``cursor`` happened, and how many from there on were left out, by reason."""
    try:
        with closing(SegmentReader(journal, segment)) as reader:
            left_out = reader.left_out(cursor)
            first = reader.first(cursor)
    except sqlite3.Error:
        return 0.0, {}  # deleted meanwhile, or unreadable: its sinks will say so
    try:
        return (max(0.0, (now() - Event.from_json(first).at).total_seconds()) if first else 0.0), left_out
    except (ValueError, KeyError, TypeError):
        return 0.0, left_out
