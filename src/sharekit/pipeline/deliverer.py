"""The deliverer: one per data directory reads every process's journal and feeds the sinks."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from sharekit.exceptions import ConfigError
from sharekit.pipeline.bounds import Bounds, Limits
from sharekit.pipeline.control import LEASE, LEDGER, answer_requests
from sharekit.pipeline.lane import POLL, Lane
from sharekit.pipeline.ledger import Ledger, Settlement
from sharekit.pipeline.locks import FileLock
from sharekit.pipeline.loops import SinkLoop
from sharekit.pipeline.segments import SegmentReader, clear_locks, segment_names
from sharekit.pipeline.worker import Worker
from sharekit.sinks.base import Sink

JOURNAL = "journal"
log = logging.getLogger("sharekit.delivery")


def check_names(sinks: Sequence[Sink]) -> None:
    """Each sink needs a name of its own, because its position is remembered by it.

    Raises:
        ConfigError: two have the same.
    """
    seen: set[str] = set()
    for sink in sinks:
        if sink.name in seen:
            raise ConfigError(
                f"sinks: two are named {sink.name!r}. Give one another name: ?name=... in its URL, or its attribute."
            )
        seen.add(sink.name)


class Deliverer:
    """Delivers while it holds the lease of the data directory. Used by one thread, except where said.

    A single sink is fed in that thread; several have a thread each, so that none waits for another.

    Parameters:
        data_dir: the kit's data directory.
        sinks: where events go; they are not closed by this object.
        gentle: rest between batches, because other threads of this process answer requests.
        keep: delete no segment, because a sink that is not among these may still need it.
        limits: how much of what is not delivered yet is kept.
    """

    def __init__(
        self,
        data_dir: Path,
        sinks: Sequence[Sink],
        *,
        gentle: bool = False,
        keep: bool = False,
        limits: Limits = Limits(),  # noqa: B008 (it cannot be changed)
    ) -> None:
        check_names(sinks)
        self.gentle = gentle
        self.forgotten = False
        self._keep = keep
        self._bounds = Bounds(limits)
        self.sinks = tuple(sinks)
        self._data_dir = data_dir
        self._journal = data_dir / JOURNAL
        self._ledger = Ledger(data_dir / LEDGER)
        self._lease = FileLock(data_dir / LEASE)
        self._leading = False
        self._readers: tuple[SegmentReader, ...] = ()
        self._lanes: list[Lane] = []
        self._workers: list[Worker] = []
        self._loops = {sink.name: SinkLoop(sink.name) for sink in self.sinks}
        self._looked = 0.0

    @property
    def leading(self) -> bool:
        """Whether this object holds the lease. Any thread may ask."""
        return self._leading

    @property
    def idle(self) -> bool:
        """Whether every sink had everything at its last turn, and none waits for another attempt."""
        return self._leading and not any(lane.busy for lane in self._lanes)

    def tick(self) -> bool:
        """Do what is due; True when there is more to do at once.

        Raises:
            OSError, sqlite3.Error: the data directory cannot be used at the moment.
        """
        if self._leading and not self._lease.held:
            self.stop(timeout=POLL)  # the directory was removed under us
        if not self._leading:
            if not self._journal.is_dir() or not self._lease.acquire():
                return False
            self._begin()
        if time.monotonic() - self._looked >= POLL:
            self._look()
        return self._deliver()

    def wake(self) -> None:
        """Tell the sinks' threads that there are new events."""
        for lane in self._lanes:
            lane.wake.ring()

    def hurry(self) -> None:
        """Let no batch wait for more events. Any thread may call it."""
        for worker in list(self._workers):
            worker.hurried = True
        self.wake()

    def stop(self, timeout: float = 0.0, *, close_sinks: bool = False) -> bool:
        """Stop the sinks' threads and give the lease back; False when a sink is still busy after ``timeout`` seconds.

        The lease is kept then, because a sink that is still writing must not meet a second deliverer.

        Parameters:
            timeout: seconds.
            close_sinks: close the sinks before the lease is given back, so that the next deliverer has them alone.
        """
        deadline = time.monotonic() + timeout
        for lane in self._lanes:
            lane.stop()
        if not all(lane.join(max(0.0, deadline - time.monotonic())) for lane in self._lanes):
            return False
        if self._leading:
            with suppress(OSError, sqlite3.Error):
                self._look()  # what every sink has by now can go
        if close_sinks:
            for sink in self.sinks:
                _close(sink, self._loops[sink.name])
        self._lanes, self._workers = [], []
        for reader in self._readers:
            reader.close()
        self._readers = ()
        self._leading = False
        self._ledger.close()
        self._lease.release()
        return True

    def pause(self, timeout: float) -> list[threading.Lock]:
        """Wait until no sink is in use, and keep it so. Any thread may call it, before a fork.

        Returns:
            What has to be released to go on; less than one for each sink when some were busy all the time.
        """
        deadline = time.monotonic() + timeout
        locks = [lane.using for lane in self._lanes]
        return [lock for lock in locks if lock.acquire(timeout=max(0.0, deadline - time.monotonic()))]

    def forget(self) -> None:
        """In a child after a fork: leave the parent's locks alone, and do nothing more.

        Threads do not live on in the child, but gevent's greenlets do, so they have to be told.
        """
        self.forgotten = True
        for lane in self._lanes:
            lane.forgotten = True
        for loop in self._loops.values():
            loop.forget()
        self._lease.forget()

    def _begin(self) -> None:
        try:
            positions = self._ledger.open_sinks([sink.name for sink in self.sinks])
            self._workers = [
                Worker(sink, self._ledger, positions[sink.name], lambda: self._readers, self._loops[sink.name])
                for sink in self.sinks
            ]
            clear_locks(self._journal)
            self._bounds = Bounds(self._bounds.limits)
            self._look()
        except BaseException:
            self._workers = []
            self._lease.release()
            raise
        self._lanes = [Lane(worker, threaded=len(self._workers) > 1, gentle=self.gentle) for worker in self._workers]
        self._leading = True

    def _look(self) -> None:
        """See which segments there are, and which are final; delete those that every sink has."""
        self._looked = time.monotonic()
        self._obey()
        retired = self._ledger.retired()
        known = {reader.name: reader for reader in self._readers}
        names = segment_names(self._journal)
        for name in names:
            if name in retired:
                self._remove(SegmentReader(self._journal, name))
            elif name not in known:
                known[name] = SegmentReader(self._journal, name)
        present = set(names)
        for name in retired - present:
            self._ledger.removed(name)
        for name in [name for name in known if name not in present]:
            known.pop(name).close()
        gone = {name for worker in self._workers for name in list(worker.cursors)} - present - retired
        damaged = []
        for reader in list(known.values()):
            if not self._workers or not reader.adopt():
                continue
            try:
                written, dropped = reader.totals()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                reader.damaged = True
            if self._keep:
                continue
            if reader.damaged:
                damaged.append(reader)
            elif all(worker.cursors.get(reader.name, 0) >= written for worker in self._workers):
                self._ledger.retire(reader.name, written, dropped)
                del known[reader.name]
                self._readers = tuple(other for other in self._readers if other is not reader)
                for worker in self._workers:
                    worker.cursors.pop(reader.name, None)
                self._remove(reader)
        if gone or damaged:
            self._close_books(gone, damaged, known)
        self._readers = tuple(known[name] for name in sorted(known))
        if not self._keep:
            any(reader.compact() for reader in self._readers)  # one at a look
            self._pass_over(self._bounds.enforce(self._readers, self._delivered_to_all))

    def _obey(self) -> None:
        """Do what other processes asked for, and tell the workers."""
        if answer_requests(self._data_dir, self._ledger):
            positions = self._ledger.open_sinks([worker.sink.name for worker in self._workers])
            for worker in self._workers:
                worker.paused = positions[worker.sink.name].paused
                if positions[worker.sink.name].again:
                    worker.awaken()

    def _close_books(
        self, gone: Iterable[str], damaged: Iterable[SegmentReader], known: dict[str, SegmentReader]
    ) -> None:
        """Settle segments that nobody can read any more, while no sink has events of them in its hands."""
        held = self.pause(POLL)
        try:
            if len(held) < len(self._lanes):
                return  # at the next look
            for name in gone:
                self._lost(name)
            for reader in damaged:
                self._damaged(reader)
                del known[reader.name]
        finally:
            for lock in held:
                lock.release()

    def _delivered_to_all(self, name: str) -> int:
        return min((worker.cursors.get(name, 0) for worker in self._workers), default=0)

    def _pass_over(self, emptied: Sequence[SegmentReader]) -> None:
        """Settle segments in which nothing is left for sinks that are down, so that they can go."""
        held = self.pause(POLL) if emptied else []
        try:
            if len(held) < len(self._lanes):
                return  # each sink does it by itself, when it comes to them
            for reader in emptied:
                written, _ = reader.totals()
                for worker in self._workers:
                    drops = reader.left_out(worker.cursors.get(reader.name, 0))
                    self._ledger.settle(worker.sink.name, Settlement(cursors={reader.name: written}, drops=drops))
                    worker.cursors[reader.name] = written
        finally:
            for lock in held:
                lock.release()

    def _remove(self, reader: SegmentReader) -> None:
        if reader.adopt():
            reader.remove()
            self._ledger.removed(reader.name)

    def _lost(self, name: str) -> None:
        """Close the books on a segment that somebody else deleted."""
        seen = max(worker.cursors.get(name, 0) for worker in self._workers)
        log.error("journal segment %s has vanished; events in it that were not delivered are lost", name)
        self._ledger.retire(name, seen, {})
        self._ledger.removed(name)
        for worker in self._workers:
            worker.cursors.pop(name, None)

    def _damaged(self, reader: SegmentReader) -> None:
        """Close the books on a segment that cannot be read, and keep the file for somebody who can."""
        self._readers = tuple(other for other in self._readers if other is not reader)
        seen = max(worker.cursors.get(reader.name, 0) for worker in self._workers)
        self._ledger.retire(reader.name, seen, {}, unread="damaged")
        for worker in self._workers:
            worker.cursors.pop(reader.name, None)
        place = reader.set_aside()
        self._ledger.removed(reader.name)
        log.error("journal segment %s is damaged; it was moved to %s after %d events", reader.name, place, seen)

    def _deliver(self) -> bool:
        if len(self._lanes) == 1:
            return self._lanes[0].step()
        return False


def _close(sink: Sink, loop: SinkLoop) -> None:
    try:
        loop.wait(sink.close())
    except Exception:
        log.exception("%s could not be closed", sink.name)
    finally:
        loop.close()
