"""The journal within its bounds: what goes first, what stays, and that every event left out is counted."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from sharekit.events.model import Event
from sharekit.pipeline import bounds, circuit
from sharekit.pipeline.bounds import Limits
from sharekit.pipeline.delivery import Deliverer
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.segments import SegmentReader, segment_names
from sharekit.pipeline.thinning import FULL, OLD, SAMPLED, sample
from sharekit.products import Money

DAY = 86_400
MIXED = ("impression",) * 12 + ("click",) * 4 + ("share",) * 2 + ("visit", "purchase")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks and attempts follow each other quickly."""
    monkeypatch.setattr(bounds, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(bounds, "CHANCE", 0.0)
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.01)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.02)


@pytest.fixture
def left_behind(data_dir):
    """A function that leaves events of every kind in segments of 200, as a process that ended; it gives them back."""

    def leave(count: int, names=MIXED, **fields) -> list[Event]:
        made = []
        for number in range(count):
            name = names[number % len(names)]
            money = {"order_id": f"o-{number}", "value": Money("9.90", "EUR")} if name == "purchase" else {}
            made.append(Event(name=name, product_id=f"p-{number % 7}", props={"pad": "x" * 300}, **fields, **money))
        journal = Journal(data_dir / "journal", segment_rows=200)
        for start in range(0, count, 100):
            journal.append([event.as_json() for event in made[start : start + 100]])
        journal.close()
        return made

    return leave


def size_of(directory) -> int:
    return sum(path.stat().st_size for path in directory.iterdir() if path.suffix in {".db", ".db-wal"})


def weights(events) -> Counter:
    """Sum of the weights by name."""
    found: Counter = Counter()
    for event in events:
        found[event.name] += event.props.get("weight", 1)
    return found


def until_within(deliverer, data_dir, limit: int) -> None:
    deadline = time.monotonic() + 30
    while size_of(data_dir / "journal") > limit:
        assert time.monotonic() < deadline, size_of(data_dir / "journal")
        deliverer._looked = 0.0
        deliverer.tick()


def test_samples_first_then_others_and_purchases_never(data_dir, left_behind, fickle_sink):
    """While a sink is down the journal stays within its bound, and the law holds at each step of the way."""
    recorded = left_behind(4_000)
    by_name = Counter(event.name for event in recorded)
    whole = size_of(data_dir / "journal")
    sink = fickle_sink("down")
    sink.down = ConnectionError("no route")
    left: list[Counter] = []
    for limit in (10**9, 1_600_000, 900_000, 700_000):
        deliverer = Deliverer(data_dir, [sink], limits=Limits(bytes=limit))
        until_within(deliverer, data_dir, max(limit, whole if limit == 10**9 else 0))
        assert deliverer.stop(5)
        status = status_of(data_dir, ["down"])
        assert status.balanced, status
        assert status.sinks[0].recorded == 4_000
        left.append(Counter(status.sinks[0].dropped))
    assert left[0] == {}
    assert set(left[1]) == {SAMPLED}
    assert set(left[-1]) == {SAMPLED, FULL}
    sink.down = None
    assert drain(data_dir, [sink], 30)
    status = status_of(data_dir, ["down"])
    assert status.balanced
    assert (status.sinks[0].pending, status.sinks[0].rejected) == (0, 0)
    assert Counter(status.sinks[0].dropped) == left[-1]
    assert status.sinks[0].delivered == len(sink.events) == 4_000 - left[-1].total()
    got = weights(sink.events)
    assert got["purchase"] == by_name["purchase"]
    assert {event.id for event in sink.events if event.name == "purchase"} == {
        event.id for event in recorded if event.name == "purchase"
    }
    assert segment_names(data_dir / "journal") == []


def test_the_weights_of_a_sample_add_up(data_dir, left_behind, fickle_sink):
    """One impression in ten stands for ten: their sum is exact, each product's share true on average; others stay."""
    recorded = left_behind(4_000)
    for name in segment_names(data_dir / "journal"):
        reader = SegmentReader(data_dir / "journal", name)
        with closing(reader.connect_to_mend()) as connection:
            assert sample(connection, 0)
            assert not sample(connection, 0), "done once"
    sink = fickle_sink("late")
    assert drain(data_dir, [sink], 30)
    assert weights(sink.events) == weights(recorded)
    impressions = [event for event in sink.events if event.name == "impression"]
    assert len(impressions) <= 2_400 / 10 + 20
    assert all(event.props["pad"] for event in impressions)
    products = Counter(event.product_id for event in impressions)
    assert len(products) == 7
    assert status_of(data_dir).balanced


@pytest.mark.parametrize("fields", [{"gpc": True}, {"bot": True}])
def test_a_sample_keeps_apart_what_sinks_and_reports_keep_apart(data_dir, fickle_sink, fields):
    """An event under Sec-GPC stands for none without, and a bot's for no person's."""
    plain = [Event(name="impression") for _ in range(50)]
    special = [Event(name="impression", **fields) for _ in range(50)]
    journal = Journal(data_dir / "journal")
    journal.append([event.as_json() for pair in zip(plain, special, strict=True) for event in pair])
    journal.close()
    for name in segment_names(data_dir / "journal"):
        with closing(SegmentReader(data_dir / "journal", name).connect_to_mend()) as connection:
            sample(connection, 0)
    sink = fickle_sink("late")
    assert drain(data_dir, [sink], 30)
    chosen = [event for event in sink.events if event.gpc or event.bot]
    assert sum(event.props["weight"] for event in chosen) == len(special)
    assert sum(event.props["weight"] for event in sink.events) == len(plain) + len(special)


def test_each_sink_counts_what_it_did_not_have(data_dir, left_behind, fickle_sink):
    """A sink that had the events before loses nothing; one that was down counts them, by reason; both books add up."""
    recorded = left_behind(2_000, ("share",))
    up, down = fickle_sink("up"), fickle_sink("down")
    assert drain(data_dir, [up], 30, keep=True)
    down.down = ConnectionError("no route")
    deliverer = Deliverer(data_dir, [up, down], limits=Limits(bytes=300_000))
    deadline = time.monotonic() + 30
    while segment_names(data_dir / "journal"):
        assert time.monotonic() < deadline
        deliverer._looked = 0.0
        deliverer.tick()
        status = status_of(data_dir, ["up", "down"])
        assert status.balanced, status
        if size_of(data_dir / "journal") < 300_000:
            down.down = None
    deliverer.stop(5)
    status = status_of(data_dir, ["up", "down"])
    assert up.events == recorded
    assert dict(status.sink("up").dropped) == {}
    assert status.sink("down").dropped == {FULL: 2_000 - len(down.events)}
    assert status.balanced


def test_a_dead_sink_does_not_keep_what_is_empty(data_dir, left_behind, fickle_sink, wait_for):
    """Segments in which nothing is left go, also while the sink is down for good: files stay few, purchases stay."""
    recorded = left_behind(3_000)
    sink = fickle_sink("down")
    sink.down = ConnectionError("no route")
    left_behind(3_000, ("share",))
    before = len(segment_names(data_dir / "journal"))
    deliverer = Deliverer(data_dir, [sink], limits=Limits(bytes=100_000))

    def few() -> bool:
        deliverer._looked = 0.0
        deliverer.tick()
        return len(segment_names(data_dir / "journal")) == before // 2

    wait_for(few)
    deliverer.stop(5)
    status = status_of(data_dir, ["down"])
    assert status.balanced
    assert status.sinks[0].pending == sum(event.name == "purchase" for event in recorded)
    assert status.sinks[0].lag > 0
    sink.down = None
    assert drain(data_dir, [sink], 30)
    assert all(event.name == "purchase" for event in sink.events)
    assert len(sink.events) == status.sinks[0].pending


def test_what_is_too_old_goes_by_the_time_of_recording(data_dir, left_behind, fickle_sink):
    """Segments whose last event was recorded too long ago lose all but purchases; imported history is not meant."""
    left_behind(400)
    for path in (data_dir / "journal").glob("*.db*"):
        os.utime(path, (time.time() - 31 * DAY,) * 2)
    fresh = left_behind(200, ("share",), at=Event(name="share").at - timedelta(days=400))
    sink = fickle_sink("late")
    sink.down = ConnectionError("no route")
    deliverer = Deliverer(data_dir, [sink], limits=Limits(age=timedelta(days=30)))
    for _ in range(20):
        deliverer._looked = 0.0
        deliverer.tick()
    deliverer.stop(5)
    sink.down = None
    assert drain(data_dir, [sink], 30)
    assert Counter(event.name for event in sink.events) == {"purchase": 20, "share": 200}
    assert {event.id for event in fresh} <= {event.id for event in sink.events}
    status = status_of(data_dir)
    assert status.sinks[0].dropped == {OLD: 380}
    assert status.balanced


def test_a_clock_that_is_set_back_loses_nothing(data_dir, fickle_sink, run_program, monkeypatch):
    """Recorded tomorrow, today and last year by the clock: each event is delivered once, in each process's order."""
    monkeypatch.setattr(bounds, "CHANCE", 60.0)
    for days in (1, 0, -365):
        run_program(f"""
            from datetime import UTC, datetime, timedelta
            really, exactly = time.time, time.time_ns
            time.time = lambda: really() + {days} * 86400
            time.time_ns = lambda: exactly() + {days} * 86400 * 10**9
            pipeline = make(deliver=False)
            for number in range(50):
                at = datetime.now(UTC) + timedelta(days={days})
                pipeline.record(Event(name="share", placement="{days}", product_id=str(number), at=at))
            pipeline.close()
            for path in (DATA / "journal").glob("*.db*"):
                if path.stat().st_mtime > really() - 60: os.utime(path, (time.time(),) * 2)
        """)
    sink = fickle_sink("late")
    status = status_of(data_dir, ["late"])
    assert status.balanced
    assert status.sinks[0].pending == 150
    assert drain(data_dir, [sink], 30)
    for days in ("1", "0", "-365"):
        assert [int(event.product_id) for event in sink.events if event.placement == days] == list(range(50))
    assert len({event.id for event in sink.events}) == 150
    assert status_of(data_dir).balanced


def test_sinks_that_are_well_get_a_chance_first(data_dir, left_behind, fickle_sink, monkeypatch):
    """A deliverer that finds more than the bound at its start gives it to the sinks; only twice as much is too much."""
    recorded = left_behind(1_000)
    monkeypatch.setattr(bounds, "CHANCE", 60.0)
    sink = fickle_sink("well")
    deliverer = Deliverer(data_dir, [sink], limits=Limits(bytes=size_of(data_dir / "journal") - 1_000))
    deadline = time.monotonic() + 20
    while segment_names(data_dir / "journal"):
        assert time.monotonic() < deadline
        deliverer._looked = 0.0
        deliverer.tick()
    deliverer.stop(5)
    assert sink.events == recorded


def test_segments_of_live_processes_are_left_alone(data_dir, events, make_pipeline, fickle_sink, wait_for):
    """What its owner may still write is never made smaller, however far the bound is exceeded."""
    sink = fickle_sink("down")
    sink.down = ConnectionError("no route")
    pipeline = make_pipeline(sink, limits=Limits(bytes=1))
    recorded = events(500)
    pipeline.record_many(recorded)
    wait_for(lambda: len(sink.batches) > 3)
    assert pipeline.status().sinks[0].pending == 500
    sink.down = None
    assert pipeline.flush(20)
    assert sink.events == recorded


def test_a_full_disk_does_not_stop_the_thinning(data_dir, left_behind, monkeypatch, fickle_sink):
    """Where there is no room to rewrite a segment, its events are left out all the same, and it may keep its size."""

    def no_room(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(bounds, "shrink", no_room)
    left_behind(400, ("share",))
    sink = fickle_sink("down")
    sink.down = ConnectionError("no route")
    deliverer = Deliverer(data_dir, [sink], limits=Limits(bytes=1_000))
    deadline = time.monotonic() + 20
    while segment_names(data_dir / "journal"):
        assert time.monotonic() < deadline
        deliverer._looked = 0.0
        deliverer.tick()
    deliverer.stop(5)
    status = status_of(data_dir, ["down"])
    assert status.sinks[0].dropped == {FULL: 400}
    assert status.balanced


@pytest.mark.parametrize("step", ["sample", "empty"])
def test_where_nothing_can_be_rewritten_delivery_goes_on(data_dir, left_behind, monkeypatch, fickle_sink, step):
    """A disk without any room stops the thinning, but no sink: what they take makes room."""

    def impossible(connection: sqlite3.Connection, **settings: object) -> bool:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(bounds, step, impossible)
    recorded = left_behind(400, ("purchase",))
    sink = fickle_sink("well")
    deliverer = Deliverer(data_dir, [sink], limits=Limits(bytes=1_000))
    deadline = time.monotonic() + 20
    while segment_names(data_dir / "journal"):
        assert time.monotonic() < deadline
        deliverer._looked = 0.0
        deliverer.tick()
    deliverer.stop(5)
    assert sink.events == recorded


def test_what_every_sink_has_goes_first_but_no_purchase(data_dir, left_behind, fickle_sink):
    """What is delivered makes room without being counted, except by a sink that comes later; it gets every purchase."""
    recorded = left_behind(200)
    first = fickle_sink("first")
    assert drain(data_dir, [first], 30, keep=True)
    for name in segment_names(data_dir / "journal"):
        with closing(SegmentReader(data_dir / "journal", name).connect_to_mend()) as connection:
            sample(connection, 200)
    late = fickle_sink("late")
    assert drain(data_dir, [first, late], 30)
    assert first.events == recorded
    assert late.events == [event for event in recorded if event.name == "purchase"]
    status = status_of(data_dir)
    assert status.balanced
    assert (dict(status.sink("first").dropped), dict(status.sink("late").dropped)) == ({}, {FULL: 190})
