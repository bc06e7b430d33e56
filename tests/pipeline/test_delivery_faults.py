"""Sinks that are down, slow, picky or broken: the others do not notice, and every event is accounted for."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sharekit.events.model import Event
from sharekit.pipeline import circuit
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.segments import segment_names
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.memory import MemorySink


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Attempts follow each other quickly."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.02)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.1)


def dead_letters(data_dir: Path) -> list[tuple[str, str, str]]:
    """Sink, id and reason of every dead letter."""
    with closing(sqlite3.connect(f"{(data_dir / 'delivery.db').as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT sink, id, reason FROM dead ORDER BY number").fetchall()


def test_four_sinks_of_which_three_have_troubles(make_pipeline, fickle_sink, events, data_dir, wait_for):
    """One down, one slow, one rejecting every tenth: the healthy one is complete at once, the others in the end."""
    recorded = events(300)
    tenth = {event.id for event in recorded[::10]}
    healthy, down = MemorySink(name="healthy"), fickle_sink("down")
    slow = fickle_sink("slow")
    picky = fickle_sink("picky", reject=lambda event: "every tenth" if event.id in tenth else "")
    down.down = ConnectionError("no route")
    slow.delay, slow.max_batch = 0.05, 20
    pipeline = make_pipeline(healthy, down, slow, picky)
    for event in recorded:
        pipeline.record(event)
    wait_for(lambda: len(healthy) == 300)
    status = pipeline.status()
    assert status.balanced
    assert status.sink("down").pending == 300
    assert not pipeline.flush(0.05)
    wait_for(lambda: pipeline.status().sink("down").failures > 2)
    assert "no route" in pipeline.status().sink("down").error
    down.down = None
    assert pipeline.flush(30)
    assert healthy.events == down.events == slow.events == recorded
    assert picky.events == [event for event in recorded if event.id not in tenth]
    status = pipeline.status()
    assert status.balanced
    assert status.sink("picky").rejected == 30
    assert status.sink("picky").delivered == 270
    assert status.sink("down").failures == 0
    assert dead_letters(data_dir) == [("picky", event.id, "every tenth") for event in recorded[::10]]


@pytest.mark.parametrize("positions", [{0}, {77}, {149}, {10, 11, 90}], ids=str)
def test_poisoned_events_become_dead_letters(make_pipeline, fickle_sink, events, data_dir, wait_for, positions):
    """A batch that a sink refuses is divided until the event at fault stands alone; all others are delivered."""
    recorded = events(150)
    poison = {recorded[position].id for position in positions}
    sink = fickle_sink(refuse=lambda event: event.id in poison)
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    for event in events(5):  # a sink that refuses its last event for ever looks like one that is down
        pipeline.record(event)
    assert pipeline.flush(30)
    assert [event.id for event in sink if event in recorded] == [e.id for e in recorded if e.id not in poison]
    assert [id_ for _, id_, _ in dead_letters(data_dir)] == [e.id for e in recorded if e.id in poison]
    assert "cannot be read" in dead_letters(data_dir)[0][2]
    assert pipeline.status().balanced


def test_a_sink_that_is_down_makes_no_dead_letters(make_pipeline, fickle_sink, events, data_dir, wait_for):
    """However often a sink fails for every event, the events wait."""
    sink = fickle_sink()
    sink.down = ValueError("everything is wrong")
    pipeline = make_pipeline(sink)
    recorded = events(20)
    pipeline.record_many(recorded)
    wait_for(lambda: len(sink.batches) > 40)
    assert dead_letters(data_dir) == []
    assert pipeline.status().sinks[0].pending == 20
    sink.down = None
    assert pipeline.flush(30)
    assert sink.order[-20:] == [event.id for event in recorded]


class Wishing(Sink):
    """Asks twice for patience, then takes everything."""

    def __init__(self, after: float | None) -> None:
        self.after = after
        self.attempts: list[list[str]] = []

    def write(self, batch: Sequence[Event]) -> None:
        self.attempts.append([event.id for event in batch])
        if len(self.attempts) <= 2:
            raise Retry("too many requests", after=self.after)


@pytest.mark.parametrize("after", [None, 0.05, -1.0, float("nan")])
def test_retry_repeats_the_whole_batch(make_pipeline, events, after):
    """A sink that asks for patience gets the same batch again, undivided, whatever odd number it names."""
    sink = Wishing(after)
    pipeline = make_pipeline(sink)
    recorded = events(20)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert sink.attempts == [[event.id for event in recorded]] * 3


def test_a_wish_for_a_pause_is_respected(make_pipeline, events, wait_for):
    """A sink that asks for an hour is left alone."""
    sink = Wishing(3_600)
    pipeline = make_pipeline(sink)
    pipeline.record(events(1)[0])
    wait_for(lambda: bool(sink.attempts))
    assert not pipeline.flush(0.5)
    assert len(sink.attempts) == 1


class Strange(Sink):
    """Does as a function says, twice, then behaves."""

    def __init__(self, act: object) -> None:
        self.act = act
        self.calls = 0
        self.taken: list[str] = []

    def write(self, batch: Sequence[Event]) -> Result | None:
        self.calls += 1
        if self.calls <= 2:
            return self.act(batch)  # type: ignore[operator]
        self.taken += [event.id for event in batch]
        return None


async def _coroutine(outcome: object) -> object:
    """What an ``async def write`` returns."""
    return outcome


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    "act",
    [
        lambda batch: _raise(KeyboardInterrupt()),
        lambda batch: _raise(SystemExit(3)),
        lambda batch: _raise(GeneratorExit()),
        lambda batch: _raise(MemoryError()),
        lambda batch: _raise(RecursionError()),
        lambda batch: 17,
        lambda batch: [event.id for event in batch],
        lambda batch: _coroutine(17),
    ],
    ids=["interrupt", "exit", "generator", "memory", "recursion", "number", "list", "coroutine"],
)
def test_strange_sinks_do_not_end_delivery(make_pipeline, events, act):
    """Whatever a sink raises or returns, its events are tried again, and nothing counts as delivered before."""
    sink = Strange(act)
    pipeline = make_pipeline(sink)
    recorded = events(3)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert set(sink.taken) == {event.id for event in recorded}
    assert pipeline.status().sinks[0].delivered == 3


def test_rejections_of_unknown_events_are_ignored(make_pipeline, events):
    """A result may only name events of its batch."""

    class Confused(MemorySink):
        def write(self, batch: Sequence[Event]) -> Result:  # type: ignore[override]
            return Result(rejected={"never heard of": "odd"})

    pipeline = make_pipeline(Confused(name="confused"))
    pipeline.record_many(events(3))
    assert pipeline.flush(20)
    assert pipeline.status().sinks[0].delivered == 3
    assert pipeline.status().balanced


def test_advertising_sinks_need_consent_and_never_see_events_under_gpc(make_pipeline, fickle_sink, events):
    """Other events, and those of browsers that sent Sec-GPC, go to the shop's own sinks only, and are counted."""
    ads, own = fickle_sink("ads"), fickle_sink("own")
    ads.advertising = True
    pipeline = make_pipeline(own, ads)
    agreed = {"consent": ["analytics", "ads"]}
    plain, private = events(5, props=agreed), events(7, gpc=True, props=agreed)
    silent = [*events(2), *events(2, props={"consent": ["analytics"]}), *events(2, props={"consent": "ads"})]
    pipeline.record_many([*plain, *private, *silent])
    assert pipeline.flush(20)
    assert ads.events == plain
    assert len(own) == 18
    assert pipeline.status().sink("ads").dropped == {"gpc": 7, "consent": 6}
    assert pipeline.status().balanced


def test_events_too_old_for_a_sink_become_dead_letters(make_pipeline, fickle_sink, events, data_dir):
    """A sink with a limit of age never sees an event beyond it."""
    sink = fickle_sink()
    sink.max_age = timedelta(hours=72)
    pipeline = make_pipeline(sink)
    fresh, old = events(2), events(2, at=datetime.now(UTC) - timedelta(hours=73))
    pipeline.record_many([*old, *fresh])
    assert pipeline.flush(20)
    assert sink.events == fresh
    assert [(id_, "older than" in reason) for _, id_, reason in dead_letters(data_dir)] == [(e.id, True) for e in old]
    assert pipeline.status().balanced


def test_batches_respect_the_sinks_limits(make_pipeline, fickle_sink):
    """No batch has more events or bytes than the sink allows, except for one event that is larger alone."""
    sink = fickle_sink()
    sink.max_batch, sink.max_bytes = 7, 5_000
    sizes = []
    sink.refuse = lambda event: sizes.append(len(event.as_json())) or False
    pipeline = make_pipeline(sink)
    recorded = [Event(name="share", props={"x": "y" * (number * 100 % 6_000)}) for number in range(200)]
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert sink.events == recorded
    assert max(sink.batches) <= 7
    start = 0
    for batch in sink.batches:
        part = sizes[start : start + batch]
        assert batch == 1 or sum(part) <= 5_000
        start += batch


def test_bytes_are_counted_as_they_are_sent(data_dir, fickle_sink):
    """Letters of several bytes, in journals of several processes: no batch is larger than the sink allows."""
    recorded = []
    for _ in range(3):
        journal = Journal(data_dir / "journal")
        made = [Event(name="share", props={"x": "茶" * 300}) for _ in range(20)]
        journal.append([event.as_json() for event in made])
        journal.close()
        recorded += made
    sizes = []

    class Weighing(fickle_sink):
        def write(self, batch):
            sizes.append(sum(len(event.as_json().encode()) for event in batch))
            return super().write(batch)

    sink = Weighing()
    sink.max_bytes = 8_000
    assert drain(data_dir, [sink])
    assert {event.id for event in sink} == {event.id for event in recorded}
    assert max(sizes) <= 8_000
    assert len(sizes) < 20


def test_unreadable_rows_become_dead_letters(make_pipeline, fickle_sink, events, data_dir):
    """A row that is no event is put aside with the reason, and holds nothing up."""
    journal = Journal(data_dir / "journal")
    odd = ["not json", "[1]", "17", '{"id": "x"}', '{"id":"x","name":"y","at":"yesterday"}',
           '{"id":"x","name":"y","at":"2026-11-21T10:00:00"}', "[" * 5_000]  # fmt: skip
    journal.append(odd)
    good = events(3)
    journal.append([event.as_json() for event in good])
    journal.close()
    sink = fickle_sink()
    assert drain(data_dir, [sink])
    assert sink.events == good
    assert [reason.startswith("unreadable") for _, _, reason in dead_letters(data_dir)] == [True] * len(odd)
    status = status_of(data_dir)
    assert status.balanced
    assert (status.sinks[0].rejected, status.sinks[0].delivered) == (len(odd), 3)


@pytest.mark.parametrize("damage", ["garbage", "half", "log"])
def test_a_damaged_segment_is_set_aside(make_pipeline, events, data_dir, damage, wait_for, stored_ids):
    """A file that SQLite cannot read is kept for inspection, and delivery of all others goes on."""
    journal = Journal(data_dir / "journal")
    journal.append([event.as_json() for event in events(500)])
    journal.close()
    path = data_dir / "journal" / f"{segment_names(data_dir / 'journal')[0]}.db"
    if damage == "log":
        path = path.with_name(path.name + "-wal")
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if damage == "half" else b"x" * len(content))
    pipeline = make_pipeline()
    last = events(3)
    for event in last:
        pipeline.record(event)
    wait_for(lambda: {event.id for event in last} <= set(stored_ids()))
    wait_for(lambda: pipeline.status().segments == 1)
    assert pipeline.status().balanced
    set_aside = list((data_dir / "journal" / "damaged").glob("*.db"))
    assert len(set_aside) == 1


def test_a_segment_that_vanishes_is_told_and_forgotten(make_pipeline, events, data_dir, fickle_sink, wait_for, caplog):
    """Somebody deletes a journal file: what it held is lost, the log says so, and the books still add up."""
    journal = Journal(data_dir / "journal")
    journal.append([event.as_json() for event in events(40)])
    journal.close()
    sink = fickle_sink("picky")
    sink.max_batch = 10
    sink.refuse = lambda event: len(sink) >= 10
    pipeline = make_pipeline(sink)
    pipeline.record(events(1)[0])
    wait_for(lambda: pipeline.status().sinks[0].failures > 0)
    (data_dir / "journal" / f"{segment_names(data_dir / 'journal')[0]}.db").unlink()
    wait_for(lambda: "has vanished" in caplog.text)
    sink.refuse = lambda event: False
    assert pipeline.flush(20)
    assert pipeline.status().balanced


def test_the_law_holds_at_every_moment(make_pipeline, fickle_sink, events, threads, data_dir):
    """Recorded = delivered + rejected + dropped + pending, sampled while everything is in motion."""
    picky = fickle_sink("picky", reject=lambda event: "odd" if event.product_id.endswith("3") else "")
    picky.max_batch = 10
    flaky = fickle_sink("flaky")
    flaky.advertising = True
    pipeline = make_pipeline(MemorySink(name="plain"), picky, flaky)
    pipeline._journal.segment_rows = 100
    pipeline._journal.memory_limit = 30
    stop = threading.Event()
    samples, broken = [], []

    def watch() -> None:
        while not stop.is_set():
            for status in (pipeline.status(), status_of(data_dir, ["plain", "picky", "flaky"])):
                samples.append(status.sinks[0].pending)
                if not status.balanced:
                    broken.append(status)

    watcher = threading.Thread(target=watch)
    watcher.start()

    def work(number: int) -> None:
        for turn in range(5):
            flaky.down = ConnectionError("flaky") if turn % 2 else None
            for name in ("share", "purchase", "like"):
                for event in events(60, name, gpc=turn == 3):
                    pipeline.record(event)

    try:
        threads(4, work)
        flaky.down = None
        assert pipeline.flush(60)
    finally:
        stop.set()
        watcher.join()
    assert not broken, broken[0]
    assert len(samples) > 20
    status = pipeline.status()
    assert status.balanced
    assert [sink.pending for sink in status.sinks] == [0, 0, 0]
    assert status.sinks[0].recorded == 4 * 5 * 180
    dropped = status.sink("plain").dropped.get("memory_full", 0)
    assert status.sink("plain").delivered == 3_600 - dropped


def test_a_program_that_only_looks_sees_the_law_hold(start_program, data_dir, wait_for):
    """Another process reads the status while this one is at work, and the sums are right every time."""
    other = start_program("""
        pipeline = make()
        pipeline._journal.segment_rows = 200
        print("ready", flush=True)
        for _ in range(3000): pipeline.record(Event(name="share"))
        assert pipeline.flush(30)
        print("done", flush=True)
        sys.stdin.readline()
    """)
    assert other.stdout.readline() == "ready\n"
    recorded = 0
    while recorded < 3_000:
        status = status_of(data_dir, ["sqlite"])
        assert status.balanced, status
        assert status.sinks[0].recorded >= recorded
        recorded = status.sinks[0].recorded
    assert other.stdout.readline() == "done\n"
    assert status_of(data_dir).sinks[0].pending == 0


def test_a_single_worker_batches_what_many_processes_left(data_dir, events, fickle_sink):
    """Journals of many processes are read in turn, each in its order, and make common batches."""
    recorded = {}
    for number in range(5):
        journal = Journal(data_dir / "journal", segment_rows=4)
        recorded[number] = events(13, placement=str(number))
        for event in recorded[number]:
            journal.append([event.as_json()])
        journal.close()
    sink = fickle_sink()
    sink.max_batch = 10
    assert drain(data_dir, [sink])
    for number, expected in recorded.items():
        assert [event for event in sink if event.placement == str(number)] == expected
    assert len(sink.batches) == 7
    assert segment_names(data_dir / "journal") == []
