"""The segments of all processes, as a deliverer sees them."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from sharekit.pipeline.locks import FileLock
from sharekit.sqlite_files import Handle, connect_read_only


def segment_names(directory: Path) -> list[str]:
    """Names of the segments in a directory; those of one process in the order they were written."""
    try:
        return sorted(path.stem for path in directory.iterdir() if path.suffix == ".db")
    except FileNotFoundError:
        return []


_READ = "SELECT group_concat(payload, char(10)) FROM (SELECT payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?)"


class SegmentReader:
    """Reads a segment. While the owner lives, through a connection that can neither write nor checkpoint.

    Parameters:
        directory: folder of the segments.
        name: the segment's.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.run = name.rpartition("-")[0]
        self.path = directory / f"{name}.db"
        self.lock = FileLock(directory / f"{name}.lock")
        self.final = False
        """True when the owner is gone: nothing will be added."""
        self.written: int | None = None
        """Events in it, once that is final and known."""
        self.damaged = False
        """True when SQLite cannot make sense of the file."""
        self._handle = Handle(self.path, self._open)

    def _open(self) -> sqlite3.Connection:
        if not self.final:
            return connect_read_only(self.path)
        # The owner is gone and its lock is ours: now we are the one connection that may recover and checkpoint.
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=2.0,
            isolation_level=None,
            check_same_thread=False,
        )

    def adopt(self) -> bool:
        """Take the segment over if its owner is gone; True when it is final."""
        if not self.final and self.lock.acquire():
            self.final = True
            self._handle.close()
        return self.final

    def read(self, after: int, limit: int) -> list[str]:
        """The JSON of at most ``limit`` events after number ``after``. They are numbered from 1 without gaps."""
        if self.final and self.written is not None and after >= self.written:
            return []
        with self._handle as connection:
            try:
                # One row, because the interpreter lock changes hands at each. JSON text has no line break in it.
                found: str | None = connection.execute(_READ, (after, limit)).fetchone()[0]
            except sqlite3.OperationalError as error:
                if _being_made(error):
                    return []
                raise
        return found.split("\n") if found else []

    def totals(self) -> tuple[int, dict[str, int]]:
        """How many events are in it, and how many its process dropped, by reason. Zero for one that is being made."""
        with self._handle as connection:
            try:
                connection.execute("BEGIN")
                written = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
                dropped = dict(connection.execute("SELECT reason, count FROM tally").fetchall())
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if not _being_made(error):
                    raise
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                written, dropped = 0, {}
        if self.final:
            self.written = written
        return written, dropped

    def set_aside(self) -> Path:
        """Move a final segment that cannot be read out of the way; where it is now."""
        self._handle.close()
        place = self.path.parent / "damaged"
        place.mkdir(exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(place / (self.path.name + suffix))
        self.lock.path.unlink(missing_ok=True)
        self.lock.release()
        return place / self.path.name

    def remove(self) -> None:
        """Delete a final segment, its lock last: a crash in between leaves nothing that looks like a segment."""
        self._handle.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.lock.path.unlink(missing_ok=True)
        self.lock.release()

    def close(self) -> None:
        """Close the file and give up what was adopted."""
        self._handle.close()
        self.lock.release()
        self.final = False

    def forget(self) -> None:
        """In a child after a fork: leave the parent's lock alone."""
        self.lock.forget()


def _being_made(error: sqlite3.OperationalError) -> bool:
    return "no such table" in str(error)
