"""The PostgreSQL sink and store, on a server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from sharekit.sinks.base import Sink
from sharekit.sinks.postgres import PostgresSink, PostgresStore
from sharekit.sinks.store import Store
from sharekit.testing.sinks import SinkContract
from sharekit.testing.stores import StoreContract


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """The server's database, without our schema afterwards."""
    yield postgres_url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("DROP SCHEMA IF EXISTS sharekit CASCADE")


class TestPostgresSink(SinkContract):
    """The contract, kept on a real server."""

    keeps_order = False  # a table has none

    @pytest.fixture(autouse=True)
    def _database(self, database: str) -> None:
        self.url = database

    def make_sink(self) -> Sink:
        return PostgresSink(self.url)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {event.id: event.as_dict() for event in PostgresStore(self.url).events()}

    def break_connection(self, sink: Sink) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sharekit'"
            )


class TestPostgresStore(StoreContract):
    """One history, one expected table."""

    @pytest.fixture(autouse=True)
    def _database(self, database: str) -> None:
        self.url = database

    def make_sink(self, timezone: ZoneInfo) -> Sink:
        return PostgresSink(self.url, timezone=timezone)

    def open_store(self) -> Store:
        return PostgresStore(self.url)
