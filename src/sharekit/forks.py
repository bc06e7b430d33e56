"""Who has to know of a fork, and when.

Threads do not live on in a child, and neither do the locks that SQLite and the kernel keep per process. So whatever
uses them is told before a fork, holds still until it is over, and begins anew in the child.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """Something that wants to know of a fork. Register it with :func:`watch`."""

    def before_fork(self) -> None:
        """Called in the thread that forks, before it does."""

    def after_fork(self, *, child: bool) -> None:
        """Called in the same thread afterwards, once in the parent and once in the child."""


_first: WeakSet[ForkAware] = WeakSet()
_others: WeakSet[ForkAware] = WeakSet()
_lock = threading.RLock()
_forking: list[ForkAware] = []


def watch(thing: ForkAware, *, first: bool = False) -> None:
    """Tell ``thing`` of every fork from now on, as long as it lives.

    Parameters:
        first: before those watched without it, because its work uses them.
    """
    with _lock:
        (_first if first else _others).add(thing)


def _before() -> None:
    _lock.acquire()
    _forking[:] = [*_first, *_others]
    for thing in _forking:
        thing.before_fork()


def _after(*, child: bool) -> None:
    for thing in reversed(_forking):
        thing.after_fork(child=child)
    _forking.clear()
    _lock.release()


os.register_at_fork(
    before=_before,
    after_in_parent=lambda: _after(child=False),
    after_in_child=lambda: _after(child=True),
)
