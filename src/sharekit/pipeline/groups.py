"""Group commit without a thread of its own: the first to come commits for all who come while the disk is busy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from sharekit.exceptions import JournalError

PATIENCE = 10.0
"""Seconds that a thread, or a fork, waits for the commits of others."""
CROWD = 8
GATHER = 0.002
"""Seconds that a group of this many threads waits at most until as many are there as were the last time. Without that
half of them would miss each commit, and a commit costs the same for all of them as for half."""


class Lock(Protocol):
    """What ``threading.Lock`` and ``RLock`` have in common."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it."""

    def release(self) -> None:
        """Give it back."""


class _Group:
    """Events that several threads want kept. Its first thread commits them; the others wait."""

    __slots__ = ("done", "error", "full", "payloads", "size")

    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.size = 0
        self.error: Exception | None = None
        self.full: threading.Lock | None = None
        self.done = threading.Lock()
        self.done.acquire()


class GroupCommit:
    """Commits what several threads want kept at the same time, all at once.

    Parameters:
        turn: held while a group is committed, so that the next one gathers meanwhile.
        commit: keeps events, all or none of them, or raises.
        gather: wait for a moment for those who took part the last time.
    """

    def __init__(self, turn: Lock, commit: Callable[[Sequence[str]], object], *, gather: bool = False) -> None:
        self._turn = turn
        self._commit = commit
        self._gather = gather
        self._lock = threading.Lock()
        self._group = _Group()
        self._crowd = 0
        """Threads in the last group."""

    def append(self, payloads: Sequence[str]) -> None:
        """Keep events; returns when they are kept.

        Raises:
            JournalError: they were not.
        """
        with self._lock:
            group = self._group
            leading = not group.size
            group.payloads += payloads
            group.size += 1
            if group.full is not None and group.size >= self._crowd:
                group.full.release()
                group.full = None
        if leading:
            self._lead(group)
        else:
            self._follow(group)

    def _follow(self, group: _Group) -> None:
        try:
            take(group.done)
        except JournalError:
            self._leave(group)
            raise
        group.done.release()  # one wakes the next: the interpreter runs them one by one anyway
        if group.error is not None:
            raise JournalError(str(group.error)) from group.error

    def _lead(self, group: _Group) -> None:
        try:
            take(self._turn)
            try:
                if self._gather and self._crowd >= CROWD:
                    self._await(group)
                self._leave(group)
                self._crowd = group.size
                self._commit(group.payloads)
            finally:
                self._turn.release()
        except Exception as error:
            group.error = error
            raise
        except BaseException as error:
            group.error = JournalError(f"the thread that wrote for others was interrupted: {error!r}")
            raise
        finally:
            self._leave(group)
            group.done.release()

    def _await(self, group: _Group) -> None:
        """Wait until as many are in the group as were in the last, but not for long."""
        with self._lock:
            if group.size >= self._crowd:
                return
            full = group.full = threading.Lock()
            full.acquire()
        full.acquire(timeout=GATHER)

    def _leave(self, group: _Group) -> None:
        """Let nobody join a group any more."""
        with self._lock:
            if self._group is group:
                self._group = _Group()
            group.full = None


def take(lock: Lock) -> None:
    """Take a lock, but never wait for ever.

    Raises:
        JournalError: another thread had it all the time.
    """
    if not lock.acquire(timeout=PATIENCE):
        raise JournalError(f"the journal was busy for {PATIENCE:.0f} seconds; the event was not kept. Try it again.")
