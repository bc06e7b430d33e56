"""The MySQL sink and store, on a MariaDB server of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
import pytest

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.mysql import MysqlSink, MysqlStore
from sharekit.sinks.mysql_tables import VERSION
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


def test_a_value_that_does_not_fit_is_an_error_and_never_cut(database: str) -> None:
    """All of the batch is refused, so that the deliverer finds the one event; the rest is stored without it."""
    good, long = Event(name="share"), Event(name="share", product_id="x" * 129)
    with closing(open_sink(database)) as sink:
        with pytest.raises(pymysql.DataError, match="product_id"):
            sink.write([good, long])
        assert list(open_store(database, Path()).events()) == []
        sink.write([good])
    assert [event.id for event in open_store(database, Path()).events()] == [good.id]


def test_old_events_are_deleted(database: str) -> None:
    """``keep_days`` lets go of some with each batch."""
    old = [Event(name="share", at=datetime.now(UTC) - timedelta(days=31 + n)) for n in range(5)]
    new = [Event(name="share") for _ in range(2)]
    with closing(open_sink(database)) as sink:
        sink.write([*old, new[0]])
    with closing(open_sink(f"{database}?keep_days=30")) as sink:
        sink.write(new)
    assert {event.id for event in open_store(database, Path()).events()} == {event.id for event in new}


def test_a_child_of_a_fork_connects_by_itself(database: str) -> None:
    """A kit may be made, and used, before a server forks its workers: neither spoils the other's connection."""
    events = [Event(name="share", product_id=str(number)) for number in range(3)]
    sink = open_sink(database)
    sink.write(events[:1])
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sink.write(events[1:2])
            sink.close()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    sink.write(events[2:])
    sink.close()
    assert {event.product_id for event in open_store(database, Path()).events()} == {"0", "1", "2"}


def test_newer_tables_and_those_of_others_are_left_alone(database: str) -> None:
    """Both are told by ``check``, and refused by sink and store with what to do."""
    with closing(open_sink(database)) as sink:
        sink.write([Event(name="share")])
        assert sink.check() is None
    ask(database, f"UPDATE test.about SET value = '{VERSION + 1}' WHERE `key` = 'version'")
    assert "Upgrade sharekit-web" in str(open_sink(database).check())
    for attempt in (
        lambda: open_sink(database).write([Event(name="share")]),
        lambda: open_store(database, Path()).query("SELECT 1"),
    ):
        with pytest.raises(StoreError, match="Upgrade sharekit-web"):
            attempt()
    ask(database, "DROP TABLE test.about", "DROP VIEW test.event_counts")
    assert "did not make" in str(open_sink(database).check())
    with pytest.raises(StoreError, match="did not make"):
        open_sink(database).write([Event(name="share")])


def test_tables_that_a_crash_left_half_made_are_finished(database: str) -> None:
    """MySQL commits each statement that makes a table by itself; the version is noted last."""
    event = Event(name="share")
    with closing(open_sink(database)) as sink:
        sink.write([event])
    ask(database, "DELETE FROM test.about WHERE `key` = 'version'", "DROP VIEW test.event_counts")
    with closing(open_sink(database)) as sink:
        sink.write([event])
    assert open_store(database, Path()).query("SELECT SUM(weight) FROM event_counts") == [(3,)]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://shop:s3cret@db", "names no database"),
        ("mysql://shop:s3cret@db/shop?keep_days=0", "keep_days"),
        ("mysql://shop:s3cret@db/shop?charset=latin1", "charset"),
    ],
)
def test_options_are_checked_when_the_sink_is_made(url: str, problem: str) -> None:
    """The URL's password is in no message."""
    with pytest.raises(ConfigError, match=problem) as caught:
        open_sink(url)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_away_is_told_without_the_password() -> None:
    """By ``check`` and by the store."""
    url = "mysql://shop:s3cret@127.0.0.1:1/shop?connect_timeout=2"
    with pytest.raises(StoreError, match="cannot answer") as caught:
        open_store(url, Path()).query("SELECT 1")
    message = open_sink(url).check()
    assert message
    assert "s3cret" not in message + str(caught.value)
