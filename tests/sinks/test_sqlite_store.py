"""The default store: what goes in comes out, once, in the shop's days and whole minor units."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sharekit
from sharekit.events.model import Event, Item
from sharekit.exceptions import StoreError
from sharekit.products import Money
from sharekit.reports.report import Report
from sharekit.sinks.batch import Batch
from sharekit.sinks.registry import make_sink
from sharekit.sinks.rows import COLUMNS, COUNTS
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.sqlite_tables import VERSION, create_tables

PURCHASE = Event(
    name="purchase",
    at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    order_id="1001",
    share_id="AbCdEf123_-x",
    visitor="v1",
    previous_visitor="v0",
    value=Money("1250", "JPY"),
    items=(Item(product_id="mug-1", quantity=2, price=Money("625", "JPY")), Item(product_id="плата")),
    gpc=True,
    props={"coupon": "ÄÖ 😀"},
)
IMPRESSION = Event(
    name="impression",
    product_id="mug-1",
    placement="product",
    widget="share",
    url="https://shop.example/p/mug-1",
    referrer="https://other.example/",
    bot=True,
    props={"networks": ["whatsapp", "copy"]},
)


@pytest.fixture
def sink(tmp_path: Path):
    """A sink in the time zone of Berlin, closed afterwards."""
    made = SqliteSink(tmp_path / "deep" / "events.db", timezone=ZoneInfo("Europe/Berlin"))
    yield made
    made.close()


def stored(sink: SqliteSink) -> list[Event]:
    """All events, as a store reads them."""
    return list(SqliteStore(sink.path).events())


def test_columns_are_what_reports_rely_on(sink):
    """Money in minor units, days and hours in the shop's zone, networks of an impression as text."""
    sink.write([PURCHASE, IMPRESSION])
    rows = SqliteStore(sink.path).query(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY name DESC")
    purchase, impression = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    assert purchase == {
        "id": PURCHASE.id, "schema": 1, "name": "purchase", "at": 1795303800000, "day": 20261122, "hour": 0,
        "product_id": "", "network": "", "placement": "", "widget": "", "share_id": "AbCdEf123_-x",
        "parent_share_id": "", "url": "", "referrer": "", "visitor": "v1", "previous_visitor": "v0",
        "order_id": "1001", "value": 1250, "currency": "JPY",
        "items": '[{"product_id":"mug-1","quantity":2,"price":"625","currency":"JPY"},'
                 '{"product_id":"плата","quantity":1}]',
        "bot": 0, "gpc": 1, "networks": "", "picture": "", "tag": 0, "tags": 0, "weight": 1.0,
        "props": '{"coupon":"ÄÖ 😀"}',
    }  # fmt: skip
    assert impression["networks"] == "whatsapp,copy"
    assert impression["bot"] == 1
    assert json.loads(str(impression["props"])) == {"networks": ["whatsapp", "copy"]}


@pytest.mark.parametrize(
    ("props", "columns"),
    [
        ({"picture": "shelf", "tag": 2, "position": 2}, ("shelf", 2, 0)),
        ({"picture": "shelf", "tags": 8}, ("shelf", 0, 8)),
        ({"picture": "shelf", "tag": "12"}, ("shelf", 12, 0)),
        ({"picture": "shelf", "tag": 10**9, "tags": -1}, ("shelf", 0, 0)),
        ({"picture": "shelf", "tag": "1e3", "tags": 2.0}, ("shelf", 0, 0)),
        ({"picture": "shelf", "tag": True, "tags": [3]}, ("shelf", 0, 0)),
        ({"picture": ["shelf"], "tag": 2}, ("", 0, 0)),
        ({"picture": "x" * 129, "tag": 2}, ("", 0, 0)),
        ({"tag": 2}, ("", 0, 0)),
    ],
)
def test_the_picture_and_the_tag_have_columns(sink, props, columns):
    """What a report could make a line of is kept; the properties keep the rest as it was sent."""
    event = Event(name="tag_open", props=props)
    sink.write([event])
    assert SqliteStore(sink.path).query("SELECT picture, tag, tags FROM events") == [columns]
    assert stored(sink)[0].props == props


@pytest.mark.parametrize(
    ("value", "minor"), [("19.90", 1990), ("-5.00", -500), ("0.01", 1), ("9999999999999.99", 999999999999999)]
)
def test_money_is_whole_minor_units(sink, value, minor):
    """No float comes near an amount."""
    event = Event(name="purchase", value=Money(value, "EUR"))
    sink.write([event])
    assert SqliteStore(sink.path).query("SELECT value, currency FROM events") == [(minor, "EUR")]
    assert stored(sink)[0].value == event.value


@pytest.mark.parametrize("decoded", [True, False])
def test_events_come_out_as_they_went_in(sink, decoded):
    """Every field survives, whether the sink gets objects or a batch of the journal; times to the millisecond."""
    events = [PURCHASE, IMPRESSION]
    lines = [event.as_json() for event in events]
    sink.write(events if decoded else Batch(lines, [json.loads(line) for line in lines]))
    found = {event.name: event for event in stored(sink)}
    assert found["purchase"] == PURCHASE
    assert found["impression"].at == IMPRESSION.at.replace(microsecond=IMPRESSION.at.microsecond // 1000 * 1000)
    assert found["impression"].props == IMPRESSION.props


words = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words, st.lists, max_leaves=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    product_id=words, url=words, at=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    bot=st.booleans(), gpc=st.booleans(), props=st.dictionaries(words.filter(lambda key: key != "networks"), values),
    money=st.none() | st.builds(Money.from_minor, st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY"])),
)  # fmt: skip
def test_any_event_survives(sink, product_id, url, at, bot, gpc, props, money):
    """Whatever text, time, money and properties an event has, the store gives them back."""
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    event = Event(name="like", product_id=product_id, url=url, at=at, bot=bot, gpc=gpc, props=props, value=money)
    sink.write([event])
    row = SqliteStore(sink.path).query("SELECT rowid FROM events WHERE id = :id", {"id": event.id})
    assert len(row) == 1
    assert event in stored(sink)


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 333])
def test_batches_of_any_size_are_stored_once(sink, count):
    """A batch that is repeated, or repeats an id within, adds nothing."""
    events = [Event(name="share", product_id=str(number)) for number in range(count)]
    sink.write(events)
    sink.write([*events, *events])
    assert [event.product_id for event in stored(sink)] == [str(number) for number in range(count)]


def test_events_are_read_oldest_first_page_by_page(sink):
    """The export's order is that of the events' times, over several pages, also for equal times."""
    base = datetime(2026, 1, 1, tzinfo=UTC)
    events = [
        Event(name="share", product_id=str(n), at=base + timedelta(milliseconds=(n * 7919) % 1500))
        for n in range(2_500)
    ]
    for start in range(0, 2_500, 500):
        sink.write(events[start : start + 500])
    found = stored(sink)
    assert [event.at for event in found] == sorted(event.at for event in events)
    assert {event.id for event in found} == {event.id for event in events}
    assert len(found) == 2_500


def test_reading_does_not_hold_up_writing(sink):
    """Between two pages of an export, no snapshot is kept: the log can be reset."""
    sink.write([Event(name="share") for _ in range(1_500)])
    reading = SqliteStore(sink.path).events()
    next(reading)
    with sink._handle as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    reading.close()


@pytest.mark.parametrize(
    ("zone", "at", "day", "hour"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 20260329, 1),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 20260329, 3),
        ("Asia/Kathmandu", datetime(2026, 5, 1, 18, 14, tzinfo=UTC), 20260501, 23),
        ("Asia/Kathmandu", datetime(2026, 5, 1, 18, 15, tzinfo=UTC), 20260502, 0),
        ("Pacific/Kiritimati", datetime(2026, 1, 1, 10, 0, tzinfo=UTC), 20260102, 0),
        ("UTC", datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), 19691231, 23),
    ],
)
def test_days_are_the_shops_own(tmp_path: Path, zone, at, day, hour):
    """Clock changes, quarter-hour offsets and the far side of the date line are cut right."""
    sink = SqliteSink(tmp_path / "events.db", timezone=ZoneInfo(zone))
    sink.write([Event(name="share", at=at), Event(name="click", at=at)])
    sink.close()
    assert SqliteStore(sink.path).query("SELECT day, hour FROM events") == [(day, hour)] * 2


def test_a_missing_file_is_an_empty_store(tmp_path: Path):
    """Reports work before the first event, and reading makes no file."""
    store = SqliteStore(tmp_path / "events.db")
    assert store.query("SELECT count(*) FROM events") == [(0,)]
    assert list(store.events()) == []
    assert list(tmp_path.iterdir()) == []


def test_the_store_remembers_the_zone_of_its_days(sink, tmp_path: Path):
    """A report in another program cuts its first day where the sink cut days."""
    assert SqliteStore(sink.path).timezone() is None
    sink.write([PURCHASE])
    assert SqliteStore(sink.path).timezone() == ZoneInfo("Europe/Berlin")
    sink.close()
    other = SqliteSink(sink.path, timezone=ZoneInfo("Asia/Tokyo"))
    other.write([IMPRESSION])
    other.close()
    assert SqliteStore(sink.path).timezone() == ZoneInfo("Asia/Tokyo")


def test_a_newer_file_is_refused(sink):
    """Tables of a later version are neither written nor read, and the error says what to do."""
    sink.write([PURCHASE])
    sink.close()
    with closing(sqlite3.connect(sink.path)) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(StoreError, match="Upgrade sharekit-web"):
        sink.write([PURCHASE])
    with pytest.raises(StoreError, match="Upgrade sharekit-web"):
        SqliteStore(sink.path).query("SELECT 1")
    assert "newer" in sink.check()


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path):
    """A damaged file is named."""
    path = tmp_path / "events.db"
    path.write_text("not a database, but long enough to look like something " * 20)
    with pytest.raises(StoreError, match=r"events\.db"):
        SqliteStore(path).query("SELECT count(*) FROM events")
    assert str(path) in SqliteSink(path).check()


def test_a_wrong_statement_is_a_store_error(sink):
    """SQL that fails is told with the engine's reason."""
    sink.write([PURCHASE])
    with pytest.raises(StoreError, match="no such column"):
        SqliteStore(sink.path).query("SELECT colour FROM events")


def test_a_store_cannot_write(sink):
    """The connection that answers reports is read-only."""
    sink.write([PURCHASE])
    with pytest.raises(StoreError, match="readonly"):
        SqliteStore(sink.path).query("DELETE FROM events")


def test_a_removed_file_is_made_again(sink):
    """Somebody deletes the store while it is open: the next batch is in a new file."""
    sink.write([PURCHASE])
    for path in sink.path.parent.iterdir():
        path.unlink()
    sink.write([IMPRESSION])
    assert [event.id for event in stored(sink)] == [IMPRESSION.id]


def test_a_failed_batch_leaves_nothing_behind(sink):
    """All of a batch is stored, or none."""
    sink.write([PURCHASE])
    bad = Event(name="share", product_id="\udc00")
    with pytest.raises(UnicodeEncodeError):
        sink.write([IMPRESSION, bad])
    assert [event.id for event in stored(sink)] == [PURCHASE.id]
    sink.write([IMPRESSION])
    assert len(stored(sink)) == 2


def test_a_killed_writer_leaves_a_file_that_can_be_read(tmp_path: Path):
    """A store whose writer was killed in the middle is readable by those who cannot write."""
    source = str(Path(sharekit.__file__).parent.parent)
    code = (
        f"import os, sys; sys.path.insert(0, {source!r})\n"
        "from sharekit.sinks.sqlite import SqliteSink; from sharekit.events.model import Event\n"
        f"sink = SqliteSink({str(tmp_path / 'events.db')!r})\n"
        "for _ in range(20): sink.write([Event(name='share') for _ in range(60)])\n"
        f"os.kill(os.getpid(), {signal.SIGKILL})\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert os.path.getsize(tmp_path / "events.db-wal") > 0  # noqa: PTH202
    assert SqliteStore(tmp_path / "events.db").query("SELECT count(*) FROM events") == [(1_200,)]


def test_reports_find_their_indexes(sink):
    """The questions reports ask most do not read the whole table."""
    sink.write([PURCHASE])
    store = SqliteStore(sink.path)
    for sql, index in [
        ("SELECT count(*) FROM events WHERE day >= 20261101 AND name = 'share' AND bot = 0", "events_day"),
        ("SELECT network, count(*) FROM events WHERE bot = 0 AND name = 'share' AND product_id = 'x'", "events_shared"),
        ("SELECT id FROM events ORDER BY at LIMIT 5", "events_at"),
        ("SELECT max(at) FROM events WHERE name = 'visit' AND visitor = 'v1' AND at < 5", "events_visit"),
        ("SELECT network FROM events WHERE share_id = 'x' AND share_id <> ''", "events_share"),
        (
            "SELECT tag FROM events WHERE bot = 0 AND picture <> '' AND day >= 5 AND name IN ('tag_open', 'x')",
            "events_tag",
        ),
    ]:
        plan = " ".join(str(row[-1]) for row in store.query(f"EXPLAIN QUERY PLAN {sql}"))
        assert index in plan, plan
