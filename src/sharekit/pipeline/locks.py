"""Locks between processes: held as long as the process lives, released by the kernel when it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """An exclusive ``flock`` on a file of its own.

    A child made by a fork shares the lock through its copy of the descriptor, so it has to call :meth:`forget`, which
    closes the copy and leaves the parent's lock in place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock, and the file is still the one in the directory."""
        return self._file is not None and os.fstat(self._file).st_nlink > 0

    def acquire(self) -> bool:
        """Take the lock if nobody has it; never waits.

        Raises:
            OSError: the file cannot be made, such as in a directory that is read-only.
        """
        self.release()
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between open and flock another process may have removed the file: its lock would guard nothing.
            if os.fstat(file).st_ino == os.stat(self.path).st_ino:  # noqa: PTH116 (called for every journal at every look)
                self._file = file
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        return False

    def release(self) -> None:
        """Give the lock back, also on behalf of children that still hold a copy of the descriptor."""
        file, self._file = self._file, None
        if file is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_UN)
            finally:
                os.close(file)

    def forget(self) -> None:
        """Close a descriptor inherited over a fork without touching the parent's lock."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
