"""A store to ask, filled by the sink that fills it in a shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sharekit.events.model import Event
from sharekit.sinks.sqlite import SqliteSink, SqliteStore


@pytest.fixture
def make_store(tmp_path: Path) -> Callable[[Iterable[Event], ZoneInfo], SqliteStore]:
    """A function that stores events, with days cut in a zone, and gives the store to be read."""
    numbers = count()
    previous: list[Path] = []

    def make(events: Iterable[Event], zone: ZoneInfo) -> SqliteStore:
        for path in previous:
            path.unlink()
        path = tmp_path / f"{next(numbers)}.db"
        previous[:] = [path]
        sink = SqliteSink(path, timezone=zone)
        sink.write(list(events))
        sink.close()
        return SqliteStore(path)

    return make
