"""The segments of all processes, as a deliverer sees them."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from sharekit.pipeline.locks import FileLock
from sharekit.pipeline.thinning import count_left_out, first_event, stage
from sharekit.sqlite_files import Handle, connect_read_only


def segment_names(directory: Path) -> list[str]:
    """Names of the segments in a directory; those of one process in the order they were written."""
    try:
        return sorted(path.stem for path in directory.iterdir() if path.suffix == ".db")
    except FileNotFoundError:
        return []


def clear_locks(directory: Path) -> None:
    """Delete the lock files of segments that are not there (any more), when nobody holds them."""
    with suppress(OSError):
        for path in directory.glob("*.lock"):
            lock = FileLock(path)
            if not path.with_suffix(".db").exists() and lock.acquire():
                if not path.with_suffix(".db").exists():
                    path.unlink(missing_ok=True)
                lock.release()


COMPACT_AFTER = 10.0
"""Seconds for which a final segment waits before its log is moved into the file."""
LONGEST_START = 64 * 1024
"""Bytes that the log of a segment without tables may have: making them takes fewer."""
_READ = "SELECT group_concat(payload, char(10)) FROM (SELECT payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?)"


class SegmentReader:
    """Reads a segment, through a connection that can neither write nor checkpoint.

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
        self._dropped: dict[str, int] = {}
        self.final_since = 0.0
        """When that was seen, on the monotonic clock."""
        self._compact_at = 0.0
        self._handle = Handle(self.path, lambda: connect_read_only(self.path))

    def adopt(self) -> bool:
        """See whether the owner is gone; True when it is, and the segment final. No owner ever returns to a segment."""
        if not self.final and self.lock.acquire():
            self.lock.release()
            self._roll_back()
            self.final = True
            self.final_since = time.monotonic()
            self._compact_at = self.final_since + COMPACT_AFTER
        return self.final

    def _roll_back(self) -> None:
        """Undo the making of the file, if the owner died in the middle of it: a reading connection may not."""
        if self._beside("-journal").exists():
            with closing(self.connect_to_mend()) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def connect_to_mend(self) -> sqlite3.Connection:
        """A connection that may write. Only for a final segment, whose owner is gone, by the holder of the lease."""
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=2.0, isolation_level=None)

    def read(self, after: int, limit: int) -> list[str]:
        """The JSON of at most ``limit`` events after number ``after``. They are numbered from 1 without gaps."""
        if self.final and self.written is not None and after >= self.written:
            return []
        with self._handle as connection:
            try:
                # One row, because the interpreter lock changes hands at each. JSON text has no line break in it.
                found: str | None = connection.execute(_READ, (after, limit)).fetchone()[0]
            except sqlite3.OperationalError as error:
                if self._being_made(error):
                    return []
                raise
        lines = found.split("\n") if found else []
        if self.written is not None and after + len(lines) >= self.written:
            self._handle.close()  # a batch may reach over many: no descriptor for those that are read
        return lines

    def totals(self) -> tuple[int, dict[str, int]]:
        """How many events are in it, and how many its process dropped, by reason. Zero for one that is being made."""
        if self.written is not None:
            return self.written, self._dropped
        with self._handle as connection:
            try:
                connection.execute("BEGIN")
                written = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
                dropped = dict(connection.execute("SELECT reason, count FROM tally").fetchall())
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if not self._being_made(error):
                    raise
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                written, dropped = 0, {}
        if self.final:
            self.written, self._dropped = written, dropped
            self._handle.close()  # many may wait for a sink that is down: no descriptor for those either
        return written, dropped

    def _being_made(self, error: sqlite3.OperationalError) -> bool:
        """Whether a segment is not complete yet, or its owner died while making it: no event is in it.

        What the making left half done keeps readers out of a file until its owner is through with it. A final file was
        mended first, so there it would be a fault, and must not pass for a file without events.

        Raises:
            sqlite3.DatabaseError: the segment has no tables, but a log in which there must have been events.
        """
        if "readonly database" in str(error):
            return not self.final and self._beside("-journal").exists()
        if "no such table" not in str(error):
            return False
        log = self._beside("-wal")
        if self.final and log.exists() and log.stat().st_size > LONGEST_START:
            raise sqlite3.DatabaseError("its log cannot be read") from error
        return True

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def compact(self, *, at_once: bool = False) -> bool:
        """Move the log of a final segment that has been waiting for some time into the file; False when there was none.

        A segment is not checkpointed while it is written, as most are deleted within seconds. The log has a page per
        commit, several times the size of the events.

        Parameters:
            at_once: do not wait, because the room is needed.
        """
        if not self.final or self._compact_at == 0 or not (at_once or self._compact_at < time.monotonic()):
            return False
        self._compact_at = 0.0
        with self.untouched(), closing(self.connect_to_mend()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def size(self) -> int:
        """Bytes that it takes on the disk."""
        return sum(found.st_size for found in self._files())

    def last_write(self) -> float:
        """When its last event was recorded, in seconds since 1970; 0 when it is gone."""
        return max((found.st_mtime for found in self._files()), default=0.0)

    def age(self) -> timedelta:
        """Time since its last event was recorded; nothing when the clock has been set back since."""
        return timedelta(seconds=max(0.0, time.time() - (self.last_write() or time.time())))

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Leave the time of the last event as it is, while the file is changed for other reasons."""
        last = self.last_write()
        yield
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                os.utime(self._beside(suffix), (last, last))

    def left_out(self, after: int) -> dict[str, int]:
        """How many events after number ``after`` were left out of it since, by reason."""
        with self._handle as connection:
            return count_left_out(connection, after) if stage(connection) else {}

    def first(self, after: int) -> str:
        """The JSON of the first event after number ``after``; ``""`` when there is none."""
        with self._handle as connection:
            return first_event(connection, after)

    def _files(self) -> list[os.stat_result]:
        found = []
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                found.append(self._beside(suffix).stat())
        return found

    def set_aside(self) -> Path:
        """Move a final segment that cannot be read out of the way; where it is now."""
        self._handle.close()
        place = self.path.parent / "damaged"
        place.mkdir(exist_ok=True)
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                self._beside(suffix).rename(place / (self.path.name + suffix))
        self.lock.path.unlink(missing_ok=True)
        return place / self.path.name

    def remove(self) -> None:
        """Delete a final segment, its lock last: a crash in between leaves nothing that looks like a segment."""
        self._handle.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self._beside(suffix).unlink(missing_ok=True)
        self.lock.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()
