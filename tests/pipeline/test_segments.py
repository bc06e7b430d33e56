"""Segments after their owner is gone: how they wait, and how they go."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sharekit.pipeline import segments
from sharekit.pipeline.deliverer import Deliverer
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.locks import FileLock
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.segments import SegmentReader, clear_locks, segment_names
from sharekit.sinks.memory import MemorySink


@pytest.fixture
def left_behind(data_dir, events):
    """A function that leaves events in segments of ten, as a process that ended."""

    def leave(count: int):
        recorded = events(count)
        journal = Journal(data_dir / "journal", segment_rows=10)
        for event in recorded:
            journal.append([event.as_json()])
        journal.close()
        return recorded

    return leave


def sizes(directory: Path, suffix: str) -> list[int]:
    """Sizes of the files with a suffix."""
    return [path.stat().st_size for path in sorted(directory.glob(f"*{suffix}"))]


def test_a_segment_is_not_flushed_into_its_file_while_it_is_young(data_dir, left_behind):
    """Most segments are deleted within seconds, so their log stays a log, and nothing is written twice."""
    left_behind(25)
    assert all(size > 0 for size in sizes(data_dir / "journal", ".db-wal"))
    assert max(sizes(data_dir / "journal", ".db")) <= 4096


def test_segments_that_wait_are_made_small(data_dir, left_behind, fickle_sink, monkeypatch, wait_for):
    """While a sink is down, the logs of dead processes are moved into their files; all is still delivered."""
    monkeypatch.setattr(segments, "COMPACT_AFTER", 0.0)
    recorded = left_behind(35)
    sink = fickle_sink()
    sink.down = ConnectionError("no route")
    deliverer = Deliverer(data_dir, [sink])
    wait_for(lambda: not deliverer.tick() and sum(sizes(data_dir / "journal", ".db-wal")) == 0)
    assert len(segment_names(data_dir / "journal")) == 4
    assert status_of(data_dir, ["fickle"]).sinks[0].pending == 35
    deliverer.stop()
    sink.down = None
    assert drain(data_dir, [sink])
    assert sink.events == recorded


def test_a_segment_that_is_being_written_is_left_alone(data_dir, monkeypatch):
    """Nobody but its owner may move a log."""
    monkeypatch.setattr(segments, "COMPACT_AFTER", 0.0)
    journal = Journal(data_dir)
    journal.append(["1"])
    reader = SegmentReader(data_dir, journal.counts().segment)
    assert not reader.adopt()
    assert not reader.compact()
    assert sizes(data_dir, ".db-wal") != [0]
    journal.close()
    assert reader.adopt()
    assert reader.compact()
    assert reader.read(0, 10) == ["1"]
    reader.close()


def test_a_reader_cannot_write(data_dir):
    """The deliverer's connection refuses to change a live segment."""
    journal = Journal(data_dir)
    journal.append(["1"])
    reader = SegmentReader(data_dir, journal.counts().segment)
    with pytest.raises(sqlite3.OperationalError, match="readonly"), reader._handle as connection:
        connection.execute("DELETE FROM events")
    reader.close()
    journal.close()


def test_many_waiting_segments_need_few_descriptors(run_program, data_dir, left_behind):
    """A long outage leaves many segments; reading them opens a few at a time."""
    recorded = left_behind(2_000)
    assert len(segment_names(data_dir / "journal")) == 200
    done = run_program("""
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        assert drain(DATA, [MemorySink(name="other")], timeout=60, keep=True)
        sink = MemorySink()
        assert drain(DATA, [sink], timeout=60)
        for event in sink: acknowledge(event)
    """)
    assert done.stdout.split() == [event.id for event in recorded]
    assert list((data_dir / "journal").iterdir()) == []


def test_a_segment_whose_making_was_broken_off_holds_nothing_up(run_program, data_dir, left_behind):
    """A process that dies while SQLite makes its file leaves half a file, which is undone and deleted."""
    recorded = left_behind(15)
    run_program("""
        import sqlite3
        made = sqlite3.connect(DATA / "journal" / "0000000000000-1-abcdef-000001.db", isolation_level=None)
        made.execute("PRAGMA cache_size=1")
        made.execute("CREATE TABLE first(x)")
        made.execute("BEGIN IMMEDIATE")
        made.execute("CREATE TABLE events(seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
        made.executemany("INSERT INTO events(payload) VALUES (?)", [("x" * 3000,)] * 50)
        os._exit(0)
    """)
    assert (data_dir / "journal" / "0000000000000-1-abcdef-000001.db-journal").stat().st_size > 0
    assert status_of(data_dir, ["memory"]).sinks[0].pending == 15
    sink = MemorySink()
    assert drain(data_dir, [sink])
    assert sink.events == recorded
    assert list((data_dir / "journal").iterdir()) == []


def test_lock_files_without_a_segment_are_cleared(tmp_path: Path):
    """What a crash left behind goes; what a process holds, or belongs to a segment, stays."""
    for name in ("orphan", "held", "used"):
        (tmp_path / f"{name}.lock").touch()
    (tmp_path / "used.db").touch()
    held = FileLock(tmp_path / "held.lock")
    assert held.acquire()
    clear_locks(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.lock", "used.db", "used.lock"]
    held.release()
    clear_locks(tmp_path / "missing")


def test_a_lock_whose_file_was_removed_guards_nothing(tmp_path: Path):
    """A lock is only held while its name still leads to it."""
    lock, other = FileLock(tmp_path / "x.lock"), FileLock(tmp_path / "x.lock")
    assert lock.acquire()
    assert lock.held
    assert not other.acquire()
    lock.path.unlink()
    assert not lock.held
    assert other.acquire()
    lock.release()
    assert other.held
    other.release()
    assert not other.held


def test_a_fault_at_the_start_costs_nothing(data_dir, left_behind, monkeypatch):
    """A deliverer that cannot look around at first deletes nothing, and delivers when it can."""
    recorded = left_behind(35)
    sink = MemorySink()
    deliverer = Deliverer(data_dir, [sink])
    with monkeypatch.context() as patch:
        patch.setattr(SegmentReader, "totals", lambda self: (_ for _ in ()).throw(sqlite3.OperationalError("busy")))
        for _ in range(3):
            with pytest.raises(sqlite3.OperationalError):
                deliverer.tick()
            assert not deliverer.leading
    while deliverer.tick() or not deliverer.idle:
        pass
    deliverer.stop()
    assert sink.events == recorded


def test_without_sinks_nothing_is_deleted(data_dir, left_behind):
    """Delivering to nobody keeps every event for whoever comes."""
    recorded = left_behind(15)
    assert drain(data_dir, [])
    sink = MemorySink()
    assert drain(data_dir, [sink])
    assert sink.events == recorded
