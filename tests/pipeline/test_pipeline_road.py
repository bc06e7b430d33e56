"""From a recorded event to the sinks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sharekit.events.model import Event, Item
from sharekit.exceptions import ConfigError, EventError
from sharekit.pipeline.pipeline import Pipeline, drain, status_of
from sharekit.products import Money
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink


def test_nothing_is_made_before_the_first_event(make_pipeline, data_dir):
    """A pipeline that records nothing makes no file and starts no thread."""
    before = threading.active_count()
    pipeline = make_pipeline()
    assert pipeline.flush(1)
    assert pipeline.status().sinks[0].recorded == 0
    pipeline.close()
    assert threading.active_count() == before
    assert not data_dir.exists()


def test_recorded_events_arrive_in_order(make_pipeline, events, stored_ids):
    """The store has every event, in the order of recording."""
    pipeline = make_pipeline()
    recorded = events(1_234)
    for event in recorded:
        pipeline.record(event)
    assert pipeline.flush(20)
    assert stored_ids() == [event.id for event in recorded]


def test_events_arrive_without_flush(make_pipeline, events, stored_ids, wait_for):
    """Delivery needs no asking."""
    pipeline = make_pipeline()
    recorded = events(1)
    pipeline.record(recorded[0])
    wait_for(lambda: stored_ids() == [recorded[0].id])


def test_an_event_arrives_whole(make_pipeline):
    """Every field of an event comes out of the journal as it went in."""
    sink = MemorySink()
    pipeline = make_pipeline(sink)
    event = Event(
        name="purchase",
        at=datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC),
        product_id="Тарелка 🍽️\n\u2028\x7f\x00'\"\\",
        url="https://shop.example/?q=ß",
        order_id="1001",
        value=Money(Decimal("39.80"), "EUR"),
        items=(Item(product_id="mug-1", quantity=2, price=Money("19.90", "EUR")),),
        gpc=True,
        props={"nested": {"list": [1, 2.5, None, True, "é\n"]}},
    )
    pipeline.record(event)
    assert pipeline.flush(20)
    assert sink.events == [event]


def test_record_many_keeps_all_or_none(make_pipeline, events):
    """One event that cannot be written keeps the others out, too."""
    sink = MemorySink()
    pipeline = make_pipeline(sink)
    good = events(3)
    with pytest.raises(EventError, match="JSON"):
        pipeline.record_many([*good, Event(name="share", props={"when": object()})])
    pipeline.record_many(good)
    pipeline.record_many([])
    assert pipeline.flush(20)
    assert sink.events == good
    assert pipeline.status().sinks[0].recorded == 3


@pytest.mark.parametrize(
    "event",
    [
        Event(name="share", product_id="\ud83d"),
        Event(name="share", props={"x": float("nan")}),
        Event(name="share", props={"x": "y" * 70_000}),
    ],
    ids=["half a character", "not a number", "too long"],
)
def test_events_that_cannot_be_written_are_refused(make_pipeline, event):
    """What JSON or UTF-8 cannot hold is refused by name, and nothing is recorded."""
    pipeline = make_pipeline(MemorySink())
    with pytest.raises(EventError):
        pipeline.record(event)
    assert pipeline.status().sinks[0].recorded == 0


def test_props_too_deep_for_json_are_refused(make_pipeline):
    """Nesting without end is an error of the event, not of the process."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EventError):
        make_pipeline(MemorySink()).record(Event(name="share", props={"deep": deep}))


def test_every_level_arrives(make_pipeline, events, wait_for):
    """Events of level memory, process and disk end in the same sink."""
    sink = MemorySink()
    pipeline = make_pipeline(sink)
    recorded = [event for name in ("like", "share", "purchase") for event in events(20, name)]
    for event in recorded:
        pipeline.record(event)
    wait_for(lambda: len(sink) == 60)
    assert {event.id for event in sink} == {event.id for event in recorded}


def test_memory_events_are_journalled_without_delivery(make_pipeline, events, data_dir, wait_for):
    """With delivery elsewhere, events of level memory still reach the journal."""
    pipeline = make_pipeline(MemorySink(), deliver=False)
    for event in events(5, "like"):
        pipeline.record(event)
    wait_for(
        lambda: (
            bool(list((data_dir / "journal").glob("*.db"))) and status_of(data_dir, ["memory"]).sinks[0].pending == 5
        )
    )


def test_several_sinks_get_everything(make_pipeline, events, data_dir):
    """Each sink has its own position, and its own copy of every event."""
    sinks = [MemorySink(name="one"), MemorySink(name="two"), SqliteSink(data_dir / "events.db")]
    pipeline = make_pipeline(*sinks)
    recorded = events(500)
    for event in recorded:
        pipeline.record(event)
    assert pipeline.flush(20)
    assert sinks[0].events == sinks[1].events == recorded


def test_two_sinks_of_one_name_are_refused(data_dir):
    """Positions are remembered by name, so names must differ."""
    with pytest.raises(ConfigError, match=r"\?name="):
        Pipeline(data_dir, [MemorySink(), MemorySink()], durability_of=lambda name: "process")


def test_a_closed_pipeline_still_keeps_events(make_pipeline, events, data_dir, stored_ids):
    """What is recorded after close is kept, and delivered by whoever comes next."""
    pipeline = make_pipeline()
    first, second = events(2)
    pipeline.record(first)
    pipeline.close()
    pipeline.close()
    pipeline.record(second)
    assert not pipeline.flush(0.05)
    pipeline._journal.close()
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")])
    assert stored_ids() == [first.id, second.id]


def test_close_closes_the_sinks_and_leaves_no_journal(make_pipeline, events, data_dir, fickle_sink):
    """After a clean end there is nothing left to deliver, and no segment."""
    sink = fickle_sink()
    pipeline = make_pipeline(sink)
    for event in events(100):
        pipeline.record(event)
    pipeline.close(20)
    assert len(sink) == 100
    assert sink.closed == 1
    assert list((data_dir / "journal").iterdir()) == []


def test_a_new_pipeline_goes_on_where_the_last_one_stopped(make_pipeline, events, fickle_sink):
    """The position of a sink outlives the process: nothing is delivered twice after a clean end."""
    sink = fickle_sink("sink")
    first = make_pipeline(sink)
    for event in events(10):
        first.record(event)
    first.close(20)
    again = fickle_sink("sink")
    second = make_pipeline(again)
    late = events(5)
    for event in late:
        second.record(event)
    assert second.flush(20)
    assert again.events == late
    assert second.status().sinks[0].recorded == 15
    assert second.status().balanced


def test_a_sink_that_joins_later_gets_what_is_still_there(make_pipeline, events, fickle_sink):
    """A new sink starts with the segments that exist."""
    down = fickle_sink("old")
    down.down = OSError("no route")
    first = make_pipeline(down)
    recorded = events(30)
    for event in recorded:
        first.record(event)
    first.close(0.1)
    old, new = MemorySink(name="old"), MemorySink(name="new")
    second = make_pipeline(old, new)
    second.record(last := events(1)[0])
    assert second.flush(20)
    assert old.events == new.events == [*recorded, last]


def test_a_sink_that_leaves_holds_nothing_up(make_pipeline, events, fickle_sink, data_dir):
    """Events that a removed sink never had are dropped under a reason of their own, and the journal empties."""
    gone = fickle_sink("gone")
    gone.down = OSError("no route")
    first = make_pipeline(gone, MemorySink(name="stays"))
    for event in events(30):
        first.record(event)
    first.close(0.3)
    assert drain(data_dir, [MemorySink(name="stays")])
    status = status_of(data_dir)
    assert status.balanced
    assert status.segments == 0
    assert status.sink("gone").dropped == {"sink_removed": 30}
    assert status.sink("stays").delivered == 30


def test_drain_of_nothing_makes_nothing(data_dir):
    """Draining a directory that is not there succeeds and leaves it so."""
    assert drain(data_dir, [MemorySink()])
    assert not data_dir.exists()


def test_drain_may_leave_the_journal_to_other_sinks(make_pipeline, events, data_dir, fickle_sink):
    """A command that knows only the store delivers to it, and other sinks still find every event."""
    down = fickle_sink("remote")
    down.down = OSError("no route")
    pipeline = make_pipeline(MemorySink(name="store"), down)
    recorded = events(30)
    pipeline.record_many(recorded)
    pipeline.close(0.1)
    store = MemorySink(name="store")
    assert drain(data_dir, [store], keep=True)
    assert drain(data_dir, [MemorySink(name="store")], keep=True)
    assert status_of(data_dir).sink("store").delivered == 30
    remote = MemorySink(name="remote")
    assert drain(data_dir, [MemorySink(name="store"), remote])
    assert remote.events == recorded
    assert status_of(data_dir).balanced


def test_drain_leaves_a_live_deliverer_alone(make_pipeline, events, data_dir):
    """While another holds the lease, drain says that it did not do it."""
    sink = MemorySink(name="live")
    pipeline = make_pipeline(sink)
    pipeline.record(events(1)[0])
    assert pipeline.flush(20)
    assert not drain(data_dir, [MemorySink(name="live")], timeout=1)


def test_two_kits_in_one_process_share_a_data_directory(make_pipeline, events, stored_ids):
    """Two pipelines on one directory deliver each other's events, and either can end first."""
    first, second = make_pipeline(), make_pipeline()
    one, two, three = events(3)
    first.record(one)
    second.record(two)
    assert first.flush(20)
    assert second.flush(20)
    first.close()
    second.record(three)
    assert second.flush(20)
    assert sorted(stored_ids()) == sorted(event.id for event in (one, two, three))
    assert second.status().balanced


def test_an_old_clock_changes_nothing(make_pipeline, events, stored_ids, monkeypatch):
    """A clock that is set back by a day neither loses nor reorders events, nor holds up delivery."""
    pipeline = make_pipeline()
    now = datetime.now(UTC)
    recorded = events(10) + events(10, at=now - timedelta(days=1))
    monkeypatch.setattr("time.time", lambda: 1.0)
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    for event in recorded:
        pipeline.record(event)
    assert pipeline.flush(20)
    assert stored_ids() == [event.id for event in recorded]
    assert pipeline.status().balanced


def test_the_data_directory_may_vanish(make_pipeline, events, data_dir, stored_ids, wait_for, tmp_path: Path):
    """After somebody removed the directory, events are kept and delivered in a new one."""
    pipeline = make_pipeline()
    pipeline.record(events(1)[0])
    assert pipeline.flush(20)
    data_dir.rename(tmp_path / "gone")
    for path in sorted((tmp_path / "gone").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    wait_for(lambda: _recorded(pipeline, events(1)[0]) and data_dir.exists())
    last = events(1)[0]
    pipeline.record(last)
    wait_for(lambda: last.id in stored_ids())
    assert pipeline.flush(20)
    assert pipeline.status().balanced


def _recorded(pipeline: Pipeline, event: Event) -> bool:
    pipeline.record(event)
    return True
