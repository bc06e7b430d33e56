"""The sink that appends events to a file, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.registry import flag, positive
from sharekit.sinks.rotation import Rotation, period, size
from sharekit.sqlite_files import sync_directory, writable

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

_REMEMBERED = 2_000
"""Ids of the last lines, to leave out a batch that is repeated after a crash."""
_TAIL = 4 * 1024 * 1024


class JsonlSink(Sink):
    """Appends events to a file of JSON Lines (https://jsonlines.org) in UTF-8.

    A batch is on the disk when :meth:`write` returns. A line that a crash cut short is removed at the next start, and
    a batch that is repeated is not written twice.

    Parameters:
        path: the file; it and its folder are made when missing. It may be renamed at any time, by other tools too.
        rotation: when it makes way for a new one.
        name: under which its position is remembered.
    """

    name = "jsonl"
    max_batch = 1_000

    def __init__(self, path: Path | str, *, rotation: Rotation | None = None, name: str = "jsonl") -> None:
        self.name = name
        self.path = Path(path)
        self.rotation = rotation
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._ids: set[str] = set()
        self._earlier: set[str] = set()

    @classmethod
    def from_url(cls, url: SinkUrl) -> JsonlSink:
        """``jsonl:events.jsonl`` in the data directory, ``jsonl:///path/events.jsonl`` elsewhere.

        Options: ``rotate``, a size such as ``50MB``; ``every=day`` or ``every=hour``; ``keep``, how many old files
        stay; ``gzip=yes`` for those.
        """
        given = url.options(rotate=size, every=period, keep=positive, gzip=flag)
        if not given:
            return cls(url.file())
        if "rotate" not in given and "every" not in given:
            raise ConfigError(f"{url.shown!r}: say when the file makes way: rotate=50MB, or every=day.")
        rotation = Rotation(
            given.get("rotate"), given.get("every", ""), given.get("keep"), compress=given.get("gzip", False)
        )
        return cls(url.file(), rotation=rotation)

    def write(self, batch: Sequence[Event]) -> None:
        """Append the events that are not among the last lines."""
        with self._lock:
            file = self._open()
            ids = [record["id"] for record in records(batch)]
            new = lines(batch)
            if not (self._ids.isdisjoint(ids) and self._earlier.isdisjoint(ids)):
                known = self._ids | self._earlier
                new = [line for id_, line in zip(ids, new, strict=True) if id_ not in known]
            text = "\n".join([*new, ""]).encode()
            # Before a batch and never after it: so the last one, which may come again, is always in the file at hand.
            if self.rotation is not None and self.rotation.due(self.path, len(text)):
                self._close()
                self.rotation.put_aside(self.path)
                file = self._open()
            end = file.tell()
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                self._cut(end)
                raise
            self._remember(ids)

    def check(self) -> str | None:
        """Whether the file may be written. Only looks, as another process may be writing."""
        if not writable(self.path):
            return f"{self.path} cannot be written. Make it and its folder writable for the user of this process."
        return None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def _open(self) -> BinaryIO:
        if self._file is not None:
            try:
                if os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                    return self._file
            except FileNotFoundError:
                pass
            self._close()  # renamed or removed: go on in a new one
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+b")
        try:
            if not file.tell():
                sync_directory(self.path.parent)
            if self.rotation is not None:
                self.rotation.tidy(self.path)
            self._read_tail(file)
        except BaseException:
            file.close()
            raise
        self._file = file
        return file

    def _read_tail(self, file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL)
        file.seek(start)
        tail = file.read()
        whole, newline, torn = tail.rpartition(b"\n")
        if torn and (newline or not start):
            file.truncate(size - len(torn))
        file.seek(0, os.SEEK_END)
        ids = []
        for line in whole.split(b"\n")[-_REMEMBERED:]:
            try:
                ids.append(str(json.loads(line)["id"]))
            except (ValueError, TypeError, KeyError):
                continue
        self._remember(ids)

    def _remember(self, ids: Sequence[str]) -> None:
        """Know these ids, and of those before at least the last 2,000."""
        if len(self._ids) >= _REMEMBERED:
            self._ids, self._earlier = set(), self._ids
        self._ids.update(ids)

    def _cut(self, end: int) -> None:
        """Remove what part of a batch was written, and what is left in the buffer."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                pass
            finally:
                os.truncate(self.path, end)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
