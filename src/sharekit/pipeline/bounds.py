"""The bounds of the journal, in bytes and in age, kept by whoever delivers.

What every sink has goes first, as ever. Beyond the bound in bytes impressions and clicks are sampled next, oldest
segments first; then all events but purchases and refunds are left out; those never. Each event left out is counted,
with the reason, for every sink that had not had it.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sharekit.pipeline.segments import SegmentReader
from sharekit.pipeline.thinning import FULL, OLD, empty, sample, shrink

log = logging.getLogger("sharekit.delivery")

LOOK_EVERY = 1.0
"""Seconds between two looks at the size of the journal."""
AT_A_TIME = 0.2
"""Seconds for which segments are made smaller before delivery goes on."""
CHANCE = 60.0
"""Seconds for which sinks get a chance first: to take what a deliverer finds at its start, which may be much, and what
seems old, which may be because the clock was set."""
PATIENCE = 1.5
"""Beyond so many times the bound in bytes there is no chance."""
MARGIN = 0.9
"""Beyond the bound the journal is brought down to this part of it, so that not every event beyond it counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is not delivered yet the journal keeps.

    Parameters:
        bytes: of all segments together, those of live processes included.
        age: since the last event of a segment was recorded.
    """

    bytes: int = 1024**3
    age: timedelta = timedelta(days=30)


class Bounds:
    """Keeps the journal within its limits. Made by the holder of the lease when it gets it; used by one thread.

    Parameters:
        limits: the limits.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._begun = time.monotonic()
        self._looked = 0.0
        self._sampled: set[str] = set()
        self._emptied: set[str] = set()
        self._told = False

    def enforce(self, readers: Sequence[SegmentReader], delivered: Callable[[str], int]) -> list[SegmentReader]:
        """Make segments smaller, oldest first, as far as there is need and for a moment at most.

        Parameters:
            readers: all segments; those whose owner lives are left alone.
            delivered: number up to which every sink has the events of a segment.

        Returns:
            Segments in which nothing is left.
        """
        if time.monotonic() - self._looked < LOOK_EVERY:
            return []
        until = time.monotonic() + AT_A_TIME
        names = {reader.name for reader in readers}
        self._sampled &= names
        self._emptied &= names
        before = time.monotonic() - CHANCE
        final = [reader for reader in readers if reader.final and not reader.damaged]
        old = [reader for reader in final if reader.final_since <= before and reader.age() > self.limits.age]
        nothing_left = self._leave_out(old, OLD, _Round(until))
        size = sum(reader.size() for reader in readers)
        if size > self.limits.bytes and (self._begun <= before or size > self.limits.bytes * PATIENCE):
            if not self._told:
                log.warning("the journal is over its bound of %d bytes; events are being left out", self.limits.bytes)
            final.sort(key=SegmentReader.last_write)
            nothing_left += self._make_room(final, delivered, _Round(until, size - self.limits.bytes * MARGIN))
        self._told = size > self.limits.bytes
        if time.monotonic() < until:  # all is done for now
            self._looked = time.monotonic()
        return nothing_left

    def _make_room(
        self, final: Sequence[SegmentReader], delivered: Callable[[str], int], round_: _Round
    ) -> list[SegmentReader]:
        for reader in final:
            if round_.open:
                round_.change(reader, partial(SegmentReader.compact, at_once=True))
        for reader in final:
            if round_.open and reader.name not in self._sampled:
                work = partial(sample, delivered=delivered(reader.name))
                if round_.change(reader, partial(_rewrite, work=work)) is not None:
                    self._sampled.add(reader.name)
        return self._leave_out(final, FULL, round_)

    def _leave_out(self, final: Sequence[SegmentReader], reason: str, round_: _Round) -> list[SegmentReader]:
        nothing_left = []
        for reader in final:
            if round_.open and reader.name not in self._emptied:
                emptied = round_.change(reader, partial(_rewrite, work=partial(empty, reason=reason)))
                if emptied:
                    nothing_left.append(reader)
                elif emptied is not None:
                    self._emptied.add(reader.name)
        return nothing_left


@dataclass(slots=True)
class _Round:
    """What is to be done at one look: until when, and how many bytes are to go."""

    until: float
    wanted: float = float("inf")

    @property
    def open(self) -> bool:
        """Whether there is need, and time."""
        return self.wanted > 0 and time.monotonic() < self.until

    def change(self, reader: SegmentReader, work: Callable[[SegmentReader], bool]) -> bool | None:
        """Do something to a segment, and see how much smaller it became.

        Returns:
            What ``work`` returned; ``None`` when it was not possible, such as on a full disk. Delivery must go on then.
        """
        before = reader.size()
        try:
            done = work(reader)
        except (sqlite3.Error, OSError) as error:
            log.info("journal segment %s could not be made smaller: %s", reader.name, error)
            return None
        self.wanted -= before - reader.size()
        return done


def _rewrite(reader: SegmentReader, work: Callable[[sqlite3.Connection], bool]) -> bool:
    """Change a final segment, and make it small; what ``work`` returned."""
    with reader.untouched(), closing(reader.connect_to_mend()) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        done = work(connection)
        with suppress(sqlite3.OperationalError):  # no room to copy it: it keeps its size
            shrink(connection)
    return done
