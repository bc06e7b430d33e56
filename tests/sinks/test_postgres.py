"""The PostgreSQL sink and store, on a server of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from sharekit.events.ids import event_id
from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.postgres import PostgresSink, PostgresStore
from sharekit.sinks.postgres_tables import VERSION, month_of
from sharekit.sinks.registry import make_sink
from sharekit.sinks.store import Store, open_store
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


def id_of(moment: datetime, digit: str = "0") -> str:
    """An id that was made at a moment."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-00000000000{digit}"


def ask(url: str, statement: str) -> list[Any]:
    """The first column of an answer, as the server's owner sees it."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'sharekit.events'::regclass ORDER BY 1"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        (id_of(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)), 202611),
        (id_of(datetime(2026, 12, 1, tzinfo=UTC)), 202612),
        ("1764547199999AbCdEfGh_-01", 0),  # before there was this library
        ("1796083199999AbCdEfGh_-01", 202611),  # as the script makes them
        ("1796083200000AbCdEfGh_-01", 202612),
        ("order-1001.refund", 0),
        ("01a2007c-9c2a-40ab-9879-774ca45738cf", 0),  # a UUID of version 4 is random
        ("ffffffff-ffff-7fff-bfff-ffffffffffff", 0),
        ("9999999999999AbCdEfGh_-01", 228611),  # a partition is made for no such month: see below
        ("00000000-0000-7000-8000-000000000000", 0),
        ("", 0),
    ],
)
def test_the_month_of_an_id_is_that_of_its_making(text: str, month: int) -> None:
    """By what is in the id alone, so that an id means one partition whatever else an event says."""
    assert month_of(text) == month
    assert month_of(event_id()) >= 202611


def test_each_month_has_a_partition_and_an_id_one_place(database: str) -> None:
    """The same id with another time, by a sink in another zone, is no second event; made-up months make nothing."""
    march, april = datetime(2026, 3, 31, 23, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    events = [Event(name="share", id=id_of(march), at=march), Event(name="share", id=id_of(april), at=april)]
    odd = [Event(name="share", id=text, at=march) for text in ("my-own-id", "9999999999999AbCdEfGh_-01")]
    later = [Event(name="share", id=event.id, at=event.at + timedelta(days=40)) for event in (*events, *odd)]
    with closing(PostgresSink(database, timezone=ZoneInfo("Asia/Tokyo"))) as sink:
        sink.write([*events, *odd])
    with closing(PostgresSink(database, timezone=ZoneInfo("America/New_York"))) as sink:
        sink.write(later)
        sink.write([*later, *events])
    kept = list(PostgresStore(database).events())
    assert sorted((event.id, event.at) for event in kept) == sorted((event.id, event.at) for event in [*events, *odd])
    months = ["sharekit.events_202603", "sharekit.events_202604", "sharekit.events_undated"]
    assert ask(database, PARTITIONS) == months
    assert ask(database, "SELECT count(*) FROM sharekit.events_undated") == [2]


def test_old_months_are_dropped(database: str) -> None:
    """``keep_days`` lets go of whole months, and of undated rows, when a new month begins."""
    old, new = datetime.now(UTC) - timedelta(days=150), datetime.now(UTC)
    events = [
        Event(name="share", id=id_of(old), at=old),
        Event(name="share", id="undated-old", at=old),
        Event(name="share", id=id_of(new), at=new),
        Event(name="share", id="undated-new", at=new.replace(microsecond=0)),
    ]
    with closing(PostgresSink(database)) as sink:
        sink.write(events)
    assert len(list(PostgresStore(database).events())) == 4
    with closing(make_sink(f"{as_url(database)}?keep_days=90", data_dir=Path(), timezone=ZoneInfo("UTC"))) as sink:
        sink.write(events[2:])
    assert {event.id for event in PostgresStore(database).events()} == {id_of(new), "undated-new"}


def as_url(database: str) -> str:
    """The URL of a sink."""
    return database.replace("postgresql:", "postgres:")


def test_a_dropped_partition_is_made_again(database: str) -> None:
    """Somebody drops a month while the sink is connected: an error at most, and the next attempt is kept."""
    event = Event(name="share")
    with closing(PostgresSink(database)) as sink:
        sink.write([event])
        ask(database, f"DROP TABLE sharekit.events_{month_of(event.id)}")
        with pytest.raises(psycopg.Error, match="no partition"):
            sink.write([event])
        sink.write([event])
    assert [kept.id for kept in PostgresStore(database).events()] == [event.id]


def test_reports_read_one_month_by_its_index(database: str) -> None:
    """A question about days of one month does not read the table of another from end to end."""
    with closing(PostgresSink(database)) as sink:
        for month in (7, 8, 9):
            moments = [datetime(2026, month, 1 + n % 28, tzinfo=UTC) for n in range(300)]
            sink.write([Event(name="share", id=id_of(at)[:-4] + f"{n:04}", at=at) for n, at in enumerate(moments)])
    ask(database, "ANALYZE sharekit.events")
    plan = ask(
        database,
        "EXPLAIN SELECT count(*) FROM sharekit.events WHERE name = 'share' AND day BETWEEN 20260901 AND 20260903",
    )
    assert not [line for line in plan if "Seq Scan on events_202607" in line or "Seq Scan on events_202608" in line]


def test_a_child_of_a_fork_connects_by_itself(database: str) -> None:
    """A kit may be made, and used, before a server forks its workers: neither spoils the other's connection."""
    events = [Event(name="share", product_id=str(number)) for number in range(3)]
    sink = PostgresSink(database)
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
    assert sink._connection._connection is not None
    sink.close()
    assert {event.product_id for event in PostgresStore(database).events()} == {"0", "1", "2"}


def test_a_failed_batch_leaves_nothing_behind(database: str) -> None:
    """All of a batch is stored, or none, and the sink goes on."""
    good, bad = Event(name="share"), Event(name="share", product_id="nul \x00")
    with closing(PostgresSink(database)) as sink:
        with pytest.raises(psycopg.DataError):
            sink.write([good, bad])
        assert list(PostgresStore(database).events()) == []
        sink.write([good])
    assert [event.id for event in PostgresStore(database).events()] == [good.id]


def test_newer_tables_and_those_of_others_are_left_alone(database: str) -> None:
    """Both are told by ``check``, and refused by sink and store with what to do."""
    with closing(PostgresSink(database)) as sink:
        sink.write([Event(name="share")])
        assert sink.check() is None
    ask(database, f"UPDATE sharekit.about SET value = '{VERSION + 1}' WHERE key = 'version'")
    assert "Upgrade sharekit-web" in str(PostgresSink(database).check())
    with pytest.raises(StoreError, match="Upgrade sharekit-web"):
        PostgresSink(database).write([Event(name="share")])
    with pytest.raises(StoreError, match="Upgrade sharekit-web"):
        PostgresStore(database).query("SELECT 1")
    ask(database, "CREATE SCHEMA shop")
    try:
        ask(database, "CREATE TABLE shop.events(id integer)")
        assert "did not make" in str(PostgresSink(database, schema="shop").check())
        with pytest.raises(StoreError, match="option schema"):
            PostgresSink(database, schema="shop").write([Event(name="share")])
        assert ask(database, "SELECT count(*) FROM shop.events") == [0]
    finally:
        ask(database, "DROP SCHEMA shop CASCADE")


def test_rights_that_are_missing_are_told(database: str) -> None:
    """``check`` says so before the first event is lost in retries; a reader needs no right to write."""
    with closing(PostgresSink(database)) as sink:
        sink.write([Event(name="share")])
    ask(database, "CREATE ROLE reader LOGIN")
    try:
        ask(database, "GRANT USAGE ON SCHEMA sharekit TO reader")
        ask(database, "GRANT SELECT ON ALL TABLES IN SCHEMA sharekit TO reader")
        url = f"postgresql://reader@{database.rpartition('@')[2]}"
        assert PostgresStore(url).query("SELECT COUNT(*) FROM events") == [(1,)]
        assert "may not" in str(PostgresSink(url).check())
        assert "may not" in str(PostgresSink(url, schema="another").check())
    finally:
        ask(database, "DROP OWNED BY reader")
        ask(database, "DROP ROLE reader")


@pytest.mark.parametrize(
    ("options", "problem"),
    [("?schema=", "schema"), ("?schema=pg_own", "schema"), ("?keep_days=0", "keep_days"), ("?table=x", "table")],
)
def test_options_are_checked_when_the_sink_is_made(options: str, problem: str) -> None:
    """The URL's password is in no message."""
    with pytest.raises(ConfigError, match=problem) as caught:
        make_sink(f"postgres://shop:s3cret@db/shop{options}", data_dir=Path(), timezone=ZoneInfo("UTC"))
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_away_is_told_without_the_password() -> None:
    """By ``check`` and by the store."""
    url = "postgres://shop:s3cret@127.0.0.1:1/shop?connect_timeout=2"
    store = open_store(url, Path())
    with pytest.raises(StoreError, match="cannot answer") as caught:
        store.query("SELECT 1")
    message = make_sink(url, data_dir=Path(), timezone=ZoneInfo("UTC")).check()
    assert message
    assert "s3cret" not in message + str(caught.value)
