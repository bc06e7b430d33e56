"""The tables of the default store: weights, the rollup, files of earlier versions, and forgetting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.events.model import Event
from sharekit.products import Money
from sharekit.reports.report import Report
from sharekit.sinks.registry import make_sink
from sharekit.sinks.rows import COUNTS
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.sqlite_tables import VERSION, create_tables

PURCHASE = Event(name="purchase", order_id="1001", value=Money("1250", "JPY"))
IMPRESSION = Event(name="impression", product_id="mug-1", bot=True, props={"networks": ["whatsapp", "copy"]})


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SqliteSink]:
    """A sink, closed afterwards."""
    made = SqliteSink(tmp_path / "events.db")
    yield made
    made.close()


def stored(sink: SqliteSink) -> list[Event]:
    """All events, as a store reads them."""
    return list(SqliteStore(sink.path).events())


BY_PRODUCT = "FROM event_counts WHERE counted_by = 'product'"
COLUMNS_SINCE = {1: ("picture", "tag", "tags", "weight"), 2: ("weight",)}
"""Columns that files of a version did not have yet."""


def as_it_was(path: Path, version: int) -> None:
    """Turn a file back into one of an earlier version."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE event_counts")
        for index in ("events_tag", "events_shared"):
            connection.execute(f"DROP INDEX {index}")
        for column in COLUMNS_SINCE[version]:
            connection.execute(f"ALTER TABLE events DROP COLUMN {column}")
        connection.execute("CREATE INDEX events_shared ON events(product_id, network) WHERE name = 'share' AND bot = 0")
        if version == 2:
            connection.execute("CREATE INDEX events_tag ON events(name, day, picture, tag, product_id, tags)")
        connection.execute(f"PRAGMA user_version={version}")


@pytest.mark.parametrize("version", sorted(COLUMNS_SINCE))
def test_a_file_of_an_earlier_version_is_brought_up_to_date(sink, version):
    """The next write adds columns, indexes and the rollup of what is there; what it held stays as it was."""
    sink.write([PURCHASE, IMPRESSION])
    sink.close()
    as_it_was(sink.path, version)
    opened = Event(name="tag_open", props={"picture": "shelf", "tag": 1})
    sink.write([opened])
    assert {event.id for event in stored(sink)} == {PURCHASE.id, IMPRESSION.id, opened.id}
    store = SqliteStore(sink.path)
    assert store.query("SELECT picture, tag, tags, weight FROM events ORDER BY rowid") == [
        ("", 0, 0, 1.0),
        ("", 0, 0, 1.0),
        ("shelf", 1, 0, 1.0),
    ]
    assert store.query(f"SELECT name, weight {BY_PRODUCT} ORDER BY name") == [("purchase", 1.0), ("tag_open", 1.0)]
    assert store.query("PRAGMA user_version") == [(VERSION,)]
    with closing(sqlite3.connect(sink.path)) as connection, closing(sqlite3.connect(":memory:")) as fresh:
        create_tables(fresh)
        listing = "SELECT name, type FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        assert connection.execute(listing).fetchall() == fresh.execute(listing).fetchall()
        indexes = "SELECT sql FROM sqlite_schema WHERE type = 'index' ORDER BY name"
        assert connection.execute(indexes).fetchall() == fresh.execute(indexes).fetchall()
        columns = "SELECT name, type, dflt_value FROM pragma_table_info('events') ORDER BY name"
        assert connection.execute(columns).fetchall() == fresh.execute(columns).fetchall()


@pytest.mark.parametrize("version", sorted(COLUMNS_SINCE))
def test_a_file_of_an_earlier_version_can_be_read(sink, version):
    """A report, which changes no file, asks one of before as if it had the new columns and the rollup."""
    sink.write([PURCHASE, IMPRESSION])
    sink.close()
    as_it_was(sink.path, version)
    store = SqliteStore(sink.path)
    assert store.query("SELECT DISTINCT tag, weight FROM events WHERE picture = ''") == [(0, 1)]
    assert store.query(f"SELECT name, SUM(weight) {BY_PRODUCT} GROUP BY name") == [("purchase", 1)]
    assert {event.id for event in store.events()} == {PURCHASE.id, IMPRESSION.id}
    assert Report(store, timezone=ZoneInfo("UTC")).funnel("tag") == []
    with closing(sqlite3.connect(sink.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)


@pytest.mark.parametrize(
    ("weight", "kept"),
    [(8, 8.0), (2.5, 2.5), (0, 1.0), (-3, 1.0), ("9", 1.0), (True, 1.0), (10**9, 1.0), (None, 1.0), ([2], 1.0)],
)
def test_the_weight_of_a_sampled_event_has_a_column(sink, weight, kept):
    """What is no sensible weight counts as one event."""
    sink.write([Event(name="impression", props={"weight": weight})])
    assert SqliteStore(sink.path).query("SELECT weight FROM events") == [(kept,)]


ROLLUP = "SELECT counted_by, day, name, counted, weight FROM event_counts ORDER BY 1, 2, 3, 4"
RAW = f"SELECT counted_by, day, name, counted, SUM(weight) FROM ({COUNTS}) AS a GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    batches=st.lists(
        st.lists(
            st.builds(
                Event,
                id=st.integers(0, 30).map(str),
                name=st.sampled_from(["impression", "share", "purchase"]),
                network=st.sampled_from(["", "x"]),
                product_id=st.sampled_from(["", "mug"]),
                bot=st.booleans(),
                props=st.sampled_from([{}, {"networks": ["x", "copy"]}, {"weight": 4}]),
            ),
            max_size=60,
        ),
        max_size=4,
    )
)
def test_the_rollup_is_what_the_events_add_up_to(tmp_path_factory, batches):
    """However events are repeated within and between batches, the rollup counts what is in the table."""
    sink = SqliteSink(tmp_path_factory.mktemp("rollup") / "events.db")
    for batch in batches:
        sink.write(batch)
    sink.close()
    store = SqliteStore(sink.path)
    assert store.query(ROLLUP) == store.query(RAW)


def test_old_events_are_forgotten(tmp_path: Path):
    """With ``keep_days`` they go from the events and from the rollup, and come back by no repeated batch."""
    url = f"sqlite://{tmp_path}/events.db"
    old = [Event(name="share", at=datetime.now(UTC) - timedelta(days=31 + n)) for n in range(3)]
    new = Event(name="share")
    for options, batch in (("", [*old, new]), ("?keep_days=30", [new]), ("?keep_days=30", old)):
        sink = make_sink(url + options, data_dir=tmp_path, timezone=ZoneInfo("Asia/Tokyo"))
        sink.write(batch)
        sink.close()
    store = SqliteStore(tmp_path / "events.db")
    assert [event.id for event in store.events()] == [new.id]
    assert store.query(f"SELECT SUM(weight) {BY_PRODUCT}") == [(1,)]
