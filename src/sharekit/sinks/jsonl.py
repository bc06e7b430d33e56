"""The sink that appends events to a file, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sharekit.events.model import Event
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import lines, records
from sharekit.sqlite_files import writable

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
        path: the file; it and its folder are made when missing. It may be renamed at any time, for rotation.
        name: under which its position is remembered.
    """

    name = "jsonl"
    max_batch = 1_000

    def __init__(self, path: Path | str, *, name: str = "jsonl") -> None:
        self.name = name
        self.path = Path(path)
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._ids: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def from_url(cls, url: SinkUrl) -> JsonlSink:
        """``jsonl:events.jsonl`` in the data directory, ``jsonl:///path/events.jsonl`` elsewhere."""
        url.options()
        return cls(url.file())

    def write(self, batch: Sequence[Event]) -> None:
        """Append the events that are not among the last lines."""
        with self._lock:
            file = self._open()
            end = file.tell()
            ids = [record["id"] for record in records(batch)]
            new = [line for id_, line in zip(ids, lines(batch), strict=True) if id_ not in self._ids]
            try:
                file.write("".join(f"{line}\n" for line in new).encode())
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
        self._ids.update(dict.fromkeys(ids))
        while len(self._ids) > _REMEMBERED:
            self._ids.popitem(last=False)

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
