"""The default store keeps the contract that all stores keep."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sharekit.sinks.base import Sink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.store import Store
from sharekit.testing.stores import StoreContract


class TestSqliteStore(StoreContract):
    """One history, one expected table."""

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "events.db"

    def make_sink(self, timezone: ZoneInfo) -> Sink:
        return SqliteSink(self.path, timezone=timezone)

    def open_store(self) -> Store:
        return SqliteStore(self.path)
