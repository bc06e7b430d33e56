"""A bar that says how far a long command is, on a terminal and nowhere else."""

from __future__ import annotations

import sys

_WIDTH = 30


class Progress:
    """Drawn on standard error, so that the answer stays clean; nothing is drawn into files and pipes.

    Parameters:
        whole: how much there is to do.
    """

    def __init__(self, whole: int) -> None:
        self._whole = max(whole, 1)
        self._shown = -1
        self._wanted = sys.stderr.isatty()

    def show(self, done: int, text: str) -> None:
        """Draw the bar anew when it has moved."""
        percent = min(100, 100 * done // self._whole)
        if self._wanted and percent != self._shown:
            self._shown = percent
            bar = "█" * (_WIDTH * percent // 100)
            sys.stderr.write(f"\r{bar:░<{_WIDTH}} {percent:3} %  {text}")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._wanted and self._shown >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
