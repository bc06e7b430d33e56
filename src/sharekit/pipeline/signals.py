"""A clean end by a signal: Python runs nothing at the end of a process that a signal ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType

from sharekit.exceptions import ConfigError


def call_on_signals(
    numbers: Iterable[signal.Signals], *, ending: Callable[[], None], passing: Callable[[], None]
) -> None:
    """Have a function called when a signal comes, before what the signal did so far.

    Parameters:
        numbers: the signals. One that is ignored stays ignored.
        ending: called where the signal ends the process at once, which it still does afterwards.
        passing: called where somebody else handles it, such as a server that stops in its own time.

    Raises:
        ConfigError: this is not the main thread, or a signal that no handler can have.
    """
    if threading.current_thread() is not threading.main_thread():
        raise ConfigError("flush_on_signals: call it in the main thread; Python allows handlers of signals only there.")
    for number in numbers:
        before = signal.getsignal(number)
        if before is signal.SIG_IGN or before is None:  # None: handled by something other than Python
            continue
        try:
            signal.signal(number, _handler(before, ending, passing))
        except (OSError, ValueError) as error:
            raise ConfigError(f"flush_on_signals: {number!r} cannot be handled ({error}).") from None


def _handler(
    before: Callable[[int, FrameType | None], object] | int, ending: Callable[[], None], passing: Callable[[], None]
) -> Callable[[int, FrameType | None], object]:
    def handle(number: int, frame: FrameType | None) -> object:
        if callable(before):
            passing()
            return before(number, frame)
        try:
            ending()
        finally:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        return None

    return handle
