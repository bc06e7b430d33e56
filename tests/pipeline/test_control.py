"""What other processes ask of the one that delivers: pause and resume, dead letters, history."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sharekit.events.model import Event
from sharekit.exceptions import DeliveryError
from sharekit.pipeline import circuit, control
from sharekit.pipeline.control import Order, ask
from sharekit.pipeline.dead_letters import Selection, read_dead_letters
from sharekit.pipeline.ledger import Ledger
from sharekit.pipeline.locks import FileLock
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.replay import replay
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Attempts follow each other quickly."""
    monkeypatch.setattr(circuit, "BACK_OFF_BASE", 0.02)
    monkeypatch.setattr(circuit, "BACK_OFF_CAP", 0.1)


def picky(fickle_sink, recorded, every: int = 10):
    """A sink that rejects one event in ten."""
    odd = {event.id for event in recorded[::every]}
    return fickle_sink("picky", reject=lambda event: "odd one" if event.id in odd else "")


def letters(data_dir: Path, **chosen: str) -> list[str]:
    """Ids of the dead letters."""
    return [letter.id for letter in read_dead_letters(data_dir / "delivery.db", Selection(**chosen))]


def test_a_paused_sink_gets_nothing_and_loses_nothing(make_pipeline, events, data_dir, wait_for):
    """Its pending events grow while the others are served; resumed, it has all of them in order."""
    plain, held = MemorySink(name="plain"), MemorySink(name="held")
    pipeline = make_pipeline(plain, held)
    first = events(5)
    pipeline.record_many(first)
    assert pipeline.flush(20)
    assert ask(data_dir, Order(deed="pause", sink="held")) == 1
    later = events(40)
    pipeline.record_many(later)
    wait_for(lambda: len(plain) == 45)
    status = pipeline.status()
    assert status.balanced
    assert (status.sink("held").paused, status.sink("held").pending) == (True, 40)
    assert not status.sink("plain").paused
    assert ask(data_dir, Order(deed="resume", sink="held")) == 1
    assert pipeline.flush(20)
    assert held.events == [*first, *later]
    assert pipeline.status().balanced


def test_a_pause_outlives_the_process(make_pipeline, events, data_dir):
    """It is kept in the ledger, by the asking process itself when nobody delivers."""
    data_dir.mkdir()
    ask(data_dir, Order(deed="pause", sink="held"))
    held = MemorySink(name="held")
    pipeline = make_pipeline(held)
    pipeline.record_many(events(3))
    assert not pipeline.flush(0.4)
    pipeline.close()
    assert (len(held), status_of(data_dir).sink("held").pending) == (0, 3)
    ask(data_dir, Order(deed="resume", sink="held"))
    again = MemorySink(name="held")
    assert drain(data_dir, [again])
    assert len(again) == 3


@pytest.mark.parametrize("living", [True, False], ids=["asked of a process", "asked of nobody"])
def test_dead_letters_are_tried_again(make_pipeline, fickle_sink, events, data_dir, living):
    """Rejected goes down and pending up, in one moment; what the sink takes then is delivered."""
    recorded = events(60)
    sink = picky(fickle_sink, recorded)
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert letters(data_dir) == [event.id for event in recorded[::10]]
    sink.reject = lambda event: ""
    if not living:
        pipeline.close()
    assert ask(data_dir, Order(deed="retry", sink="picky", id=recorded[10].id)) == 1
    assert ask(data_dir, Order(deed="retry", reason="ODD")) == 5
    if living:
        assert not letters(data_dir)
    else:
        books = status_of(data_dir).sink("picky")
        assert books.balanced
        assert (books.recorded, books.delivered, books.rejected, books.pending) == (60, 54, 0, 6)
        sink = fickle_sink("picky")
    assert drain(data_dir, [sink]) or living
    while (books := status_of(data_dir).sink("picky")).pending:
        assert books.balanced
    assert (books.recorded, books.delivered, books.rejected) == (60, 60, 0)
    assert sink.order[-6:] == [recorded[number].id for number in (10, 0, 20, 30, 40, 50)]


def test_dead_letters_that_are_refused_again_stay_dead(make_pipeline, fickle_sink, events, data_dir, wait_for):
    """Nothing is lost and nothing counted twice by trying in vain."""
    recorded = events(30)
    pipeline = make_pipeline(picky(fickle_sink, recorded))
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert ask(data_dir, Order(deed="retry", sink="picky")) == 3
    wait_for(lambda: status_of(data_dir).sink("picky").rejected == 3)
    assert letters(data_dir) == [event.id for event in recorded[::10]]
    assert pipeline.status().balanced


def test_dead_letters_are_given_up(make_pipeline, fickle_sink, events, data_dir):
    """They count as dropped from then on, under a reason of their own."""
    recorded = events(30)
    pipeline = make_pipeline(picky(fickle_sink, recorded), MemorySink(name="other"))
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert ask(data_dir, Order(deed="drop", sink="other")) == 0
    number = next(read_dead_letters(data_dir / "delivery.db", Selection())).number
    assert ask(data_dir, Order(deed="drop", sink="picky", id=str(number))) == 1
    status = pipeline.status()
    assert status.balanced
    assert (status.sink("picky").rejected, status.sink("picky").dropped) == (2, {"dead_letter": 1})


def test_a_poisoned_event_among_retried_ones_is_found(make_pipeline, fickle_sink, events, data_dir, wait_for):
    """What waits in the ledger is divided like what comes from the journal."""
    recorded = events(40)
    sink = fickle_sink("picky", reject=lambda event: "closed")
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    sink.reject, sink.refuse = (lambda event: ""), (lambda event: event.id == recorded[7].id)
    assert ask(data_dir, Order(deed="retry", sink="picky")) == 40
    wait_for(lambda: status_of(data_dir).sink("picky").pending == 0)
    assert letters(data_dir) == [recorded[7].id]
    assert set(sink.order) == {event.id for event in recorded} - {recorded[7].id}
    assert pipeline.status().balanced


@pytest.mark.parametrize("fault", [ValueError, ConnectionResetError], ids=["refused", "broken off"])
def test_a_retried_event_that_is_poison_holds_up_nothing_new(
    make_pipeline, fickle_sink, events, data_dir, wait_for, fault
):
    """Alone among what waits in the ledger, it is told from a sink that is down by the events of the journal."""
    recorded = events(5)
    odd = recorded[0].id

    class Sink(fickle_sink):
        def write(self, batch):
            if not self.reject(batch[0]) and any(event.id == odd for event in batch):
                raise fault("no")
            return super().write(batch)

    sink = Sink("picky", reject=lambda event: "odd one" if event.id == odd else "")
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    sink.reject = lambda event: ""
    assert ask(data_dir, Order(deed="retry", sink="picky")) == 1
    wait_for(lambda: pipeline.status().sinks[0].failures > 0)
    new = []

    def found() -> bool:
        new.extend(events(1))
        pipeline.record(new[-1])
        return bool(letters(data_dir))

    wait_for(found)
    assert pipeline.flush(30)
    assert letters(data_dir) == [odd]
    assert set(sink.order) == {event.id for event in [*recorded[1:], *new]}
    assert pipeline.status().balanced


def test_history_is_delivered_to_a_sink_that_came_later(make_pipeline, events, data_dir):
    """From the store, in order, while new events go on; for this sink they count as recorded."""
    early = make_pipeline(SqliteSink(data_dir / "events.db"))
    old = events(1_300)
    early.record_many(old)
    assert early.flush(30)
    early.close()
    late = MemorySink(name="late")
    pipeline = make_pipeline(SqliteSink(data_dir / "events.db"), late)
    new = events(20)
    pipeline.record_many(new)
    assert pipeline.flush(20)
    told, balanced, known = [], [], {event.id for event in old}

    def watch(given: int, waiting: int) -> bool:
        told.append((given, waiting))
        balanced.append(pipeline.status().balanced)
        return True

    history = [event for event in SqliteStore(data_dir / "events.db").events() if event.id in known]
    assert replay(data_dir, "late", iter(history), told=watch) == 1_300
    assert told[-1] == (1_300, 0)
    assert all(balanced)
    assert [event.id for event in late if event.id in known] == [event.id for event in old]
    status = pipeline.status()
    assert status.balanced
    assert (status.sink("late").recorded, status.sink("late").delivered) == (1_320, 1_320)
    assert status.sink("sqlite").recorded == 1_320


def test_history_does_not_fill_the_ledger(make_pipeline, events, data_dir, monkeypatch):
    """Only a bounded number of events waits there, and whoever asked may stop in the middle."""
    monkeypatch.setattr("sharekit.pipeline.replay.CHUNK", 50)
    monkeypatch.setattr("sharekit.pipeline.replay.MOST_WAITING", 120)
    data_dir.mkdir()
    asked = []

    def told(given: int, waiting: int) -> bool:
        asked.append(waiting)
        return len(asked) < 10

    assert replay(data_dir, "late", iter(events(5_000)), told=told) == 150
    assert max(asked) == 150
    books = status_of(data_dir).sink("late")
    assert (books.recorded, books.pending, books.balanced) == (150, 150, True)


def test_another_user_is_refused(data_dir, monkeypatch):
    """Files that root left in the directory would lock the shop out; nothing is made."""
    data_dir.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(DeliveryError, match="belongs to another user"):
        ask(data_dir, Order(deed="pause", sink="x"))
    assert list(data_dir.iterdir()) == []


def test_nobody_answers_in_time(data_dir):
    """A request is withdrawn when the holder of the lease does not react, and the error says what may be the matter."""
    data_dir.mkdir()
    lease = FileLock(data_dir / control.LEASE)
    assert lease.acquire()
    with pytest.raises(DeliveryError, match="did not answer"):
        ask(data_dir, Order(deed="pause", sink="x"), patience=0.1)
    lease.release()
    assert list((data_dir / control.REQUESTS).iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        "{}",
        '{"deed":"explode"}',
        '{"deed":"pause"}',
        '{"deed":17}',
        "\xff",
        "[" * 100_000,
        '{"deed":"pause","sink":17}',
        '{"deed":"retry","id":{}}',
        '{"deed":"replay","sink":"x","payloads":[null]}',
        '{"deed":"replay","sink":"x","payloads":5}',
        '{"deed":"pause","sink":"\\ud800"}',
        '{"deed":"pause","more":1}',
    ],
    ids=range(14),
)
def test_requests_that_make_no_sense_are_answered_with_an_error(data_dir, text):
    """A file that somebody else put there holds nothing up."""
    (data_dir / control.REQUESTS).mkdir(parents=True)
    path = data_dir / control.REQUESTS / "1.json"
    path.write_bytes(text.encode("latin-1"))
    with closing(Ledger(data_dir / control.LEDGER)) as ledger:
        assert control.answer_requests(data_dir, ledger)
        assert not control.answer_requests(data_dir, ledger)
    assert "cannot be carried out" in path.with_suffix(".done").read_text()


def test_answers_that_nobody_fetched_are_cleared_away(data_dir):
    """Whoever asked was killed: the file goes after an hour."""
    folder = data_dir / control.REQUESTS
    folder.mkdir(parents=True)
    for name, age in (("old.done", 2 * 3600), ("new.done", 0)):
        (folder / name).write_text("{}")
        os.utime(folder / name, (folder.stat().st_mtime - age,) * 2)
    with closing(Ledger(data_dir / control.LEDGER)) as ledger:
        control.answer_requests(data_dir, ledger)
    assert [path.name for path in folder.iterdir()] == ["new.done"]


def test_many_may_ask_at_once(make_pipeline, fickle_sink, events, data_dir, threads):
    """Each gets the answer to its own request, and every dead letter is moved once."""
    recorded = events(200)
    sink = picky(fickle_sink, recorded)
    pipeline = make_pipeline(sink)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    sink.reject = lambda event: ""
    moved, lock = [], threading.Lock()

    def work(number: int) -> None:
        count = ask(data_dir, Order(deed="retry", id=recorded[number * 10].id))
        with lock:
            moved.append(count)

    threads(8, work)
    assert moved == [1] * 8
    assert pipeline.status().balanced


def test_a_ledger_of_the_first_version_is_read_and_brought_up(data_dir, make_pipeline, events):
    """Books written before this version keep their numbers, also for those who only look."""
    import sqlite3

    from sharekit.pipeline import tables

    data_dir.mkdir()
    with closing(sqlite3.connect(data_dir / "delivery.db")) as connection:
        for statement in tables._SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO sinks(name, recorded, delivered, rejected) VALUES ('plain', 9, 8, 1)")
        connection.execute("PRAGMA user_version=1")
        connection.commit()
    before = status_of(data_dir).sink("plain")
    assert (before.recorded, before.delivered, before.rejected, before.balanced) == (9, 8, 1, True)
    pipeline = make_pipeline(MemorySink(name="plain"))
    pipeline.record_many(events(3))
    assert pipeline.flush(20)
    after = pipeline.status().sink("plain")
    assert (after.recorded, after.delivered, after.rejected, after.balanced) == (12, 11, 1, True)


def test_events_of_the_past_keep_their_fields(make_pipeline, data_dir):
    """What goes through the ledger arrives as it was."""
    sink = MemorySink(name="late")
    pipeline = make_pipeline(sink)
    pipeline.record(Event(name="share"))
    assert pipeline.flush(20)
    event = Event(name="share", product_id="Tee für zwei 茶", props={"a": [1, None]})
    replay(data_dir, "late", [event], told=lambda given, waiting: True)
    assert sink.events[-1] == event
