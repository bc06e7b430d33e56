"""The contract of a sink: this library's own simple sinks keep it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sharekit.sinks.base import Sink
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.testing import SinkContract


class TestSqlite(SinkContract):
    """The default store."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "events.db"

    def make_sink(self) -> Sink:
        return SqliteSink(self.path)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        store = SqliteStore(self.path)
        order = [str(row[0]) for row in store.query("SELECT id FROM events ORDER BY rowid")]
        found = {event.id: event.as_dict() for event in store.events()}
        return {id_: found[id_] for id_ in order}


class TestJsonl(SinkContract):
    """Lines of a file."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "events.jsonl"

    def make_sink(self) -> Sink:
        return JsonlSink(self.path)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        lines = self.path.read_text().split("\n")[:-1] if self.path.exists() else []
        return {record["id"]: record for record in map(json.loads, lines)}

    def count_back(self) -> int:
        return self.path.read_text().count("\n")


class _SharedMemory(MemorySink):
    """Objects that share what is kept, as two connections to one server do."""

    def __init__(self, place: MemorySink) -> None:
        super().__init__()
        self._events = place._events


class TestMemory(SinkContract):
    """The list."""

    @pytest.fixture(autouse=True)
    def _place(self) -> None:
        self.place = MemorySink()

    def make_sink(self) -> Sink:
        return _SharedMemory(self.place)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {event.id: event.as_dict() for event in self.place.events}
