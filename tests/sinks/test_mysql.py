"""The MySQL sink and store, on a MariaDB server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
import pytest

from sharekit.sinks.base import Sink
from sharekit.sinks.mysql import MysqlSink, MysqlStore
from sharekit.sinks.registry import make_sink, parse_sink_url
from sharekit.sinks.store import Store, open_store
from sharekit.testing.sinks import SinkContract
from sharekit.testing.stores import StoreContract


def ask(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements as the server's root; gives the rows of the last one."""
    place = parse_sink_url(url, data_dir=Path(), timezone=ZoneInfo("UTC"))
    server = closing(pymysql.connect(host=place.hostname, port=place.port, user="root", autocommit=True))
    with server as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture
def database(mysql_url: str) -> Iterator[str]:
    """The server's database, emptied afterwards."""
    yield mysql_url
    ask(mysql_url, "DROP DATABASE test", "CREATE DATABASE test")


def open_sink(url: str, zone: ZoneInfo | None = None) -> MysqlSink:
    """The sink of a URL."""
    sink = make_sink(url, data_dir=Path(), timezone=zone or ZoneInfo("UTC"))
    assert isinstance(sink, MysqlSink)
    return sink


class TestMysqlSink(SinkContract):
    """The contract, kept on a real server."""

    keeps_order = False  # a table has none

    @pytest.fixture(autouse=True)
    def _database(self, database: str) -> None:
        self.url = database

    def make_sink(self) -> Sink:
        return open_sink(self.url)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {event.id: event.as_dict() for event in open_store(self.url, Path()).events()}

    def break_connection(self, sink: Sink) -> None:
        for (number,) in ask(self.url, "SELECT id FROM information_schema.PROCESSLIST WHERE db = 'test'"):
            ask(self.url, f"KILL {number}")


class TestMysqlStore(StoreContract):
    """One history, one expected table."""

    @pytest.fixture(autouse=True)
    def _database(self, database: str) -> None:
        self.url = database

    def make_sink(self, timezone: ZoneInfo) -> Sink:
        return open_sink(self.url, timezone)

    def open_store(self) -> Store:
        store = open_store(self.url, Path())
        assert isinstance(store, MysqlStore)
        return store
