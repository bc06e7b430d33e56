"""A store to ask, filled by the sink that fills it in a shop.

The reports' tests run on the default store; ``SHAREKIT_TEST_STORE=postgres`` (``mysql``, ``clickhouse``) names another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit.events.model import Event
from sharekit.sinks.registry import make_sink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.store import Store, open_store

ENGINE = os.environ.get("SHAREKIT_TEST_STORE", "sqlite")
MakeStore = Callable[[Iterable[Event], ZoneInfo], Store]


@pytest.fixture
def make_sqlite_store(tmp_path: Path) -> MakeStore:
    """The same on the default store, whatever the others run on."""
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


@pytest.fixture
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    """A function that stores events, with days cut in a zone, and gives the store to be read."""
    if ENGINE == "sqlite":
        made: MakeStore = request.getfixturevalue("make_sqlite_store")
        return made
    if ENGINE == "clickhouse":
        return on_chdb(request.getfixturevalue("tmp_path_factory").getbasetemp() / "chdb")
    url = request.getfixturevalue(f"{ENGINE}_url").replace("postgresql:", "postgres:")

    def make(events: Iterable[Event], zone: ZoneInfo) -> Store:
        sink: Any = make_sink(url, data_dir=Path(), timezone=zone)
        sink.write([])
        with sink._connection.use() as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM sharekit.events" if ENGINE == "postgres" else "DELETE FROM events")
            connection.commit()
        sink.write(list(events))
        sink.close()
        return open_store(url, Path())

    return make


def on_chdb(folder: Path) -> MakeStore:
    """The same on ClickHouse's engine in this process."""
    import clickhouse_connect

    from sharekit.sinks.clickhouse import ClickHouseSink, ClickHouseStore

    client = clickhouse_connect.get_client(interface="chdb", path=str(folder))

    def make(events: Iterable[Event], zone: ZoneInfo) -> Store:
        sink = ClickHouseSink(lambda: clickhouse_connect.get_client(interface="chdb", path=str(folder)), timezone=zone)
        with sink._client.use() as writer:
            writer.command("TRUNCATE TABLE events")
        sink.write(list(events))
        sink.close()
        return ClickHouseStore(lambda: client)

    return make
