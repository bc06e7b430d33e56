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
from sharekit.sinks.batch import Batch
from sharekit.sinks.rows import COLUMNS
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.sqlite_tables import VERSION

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
