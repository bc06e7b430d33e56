"""The journal: what it keeps, what it refuses, and how it divides itself into segments."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
from contextlib import closing

import pytest

from sharekit.exceptions import JournalError
from sharekit.pipeline import segment as segment_module
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.segments import SegmentReader, segment_names


@pytest.fixture
def journal(data_dir):
    """A journal with small segments, closed afterwards."""
    made = Journal(data_dir, segment_rows=10, memory_limit=5)
    yield made
    made.close()


def kept(directory) -> list[str]:
    """Everything in a directory's segments, in order."""
    found = []
    for name in segment_names(directory):
        with closing(SegmentReader(directory, name)) as reader:
            found += reader.read(0, 1_000_000)
    return found


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_what_is_appended_can_be_read_at_once(journal, durability):
    """A reader in the same process sees an event as soon as append returns."""
    journal.append(['{"a":1}'], durability)
    assert kept(journal.directory) == ['{"a":1}']


def test_the_files_alone_hold_what_was_acknowledged(data_dir, tmp_path):
    """Database and log, copied at any moment without the shared memory beside them, have every acknowledged event."""
    journal = Journal(data_dir)
    for number in range(40):
        journal.append([f'"{number}"'], "disk" if number % 3 else "process")
        if number % 8 == 7:
            copies = tmp_path / f"copy-{number}"
            copies.mkdir()
            # Another process copies: closing a database's descriptor in this one would drop SQLite's locks.
            subprocess.run(
                ["cp", *map(str, data_dir.glob("*.db")), *map(str, data_dir.glob("*-wal")), copies], check=True
            )
            assert kept(copies) == [f'"{done}"' for done in range(number + 1)]
    journal.close()


def test_segments_follow_each_other_in_order(journal):
    """Beyond its size a segment is closed and given up, and names sort in the order of writing."""
    lines = [json.dumps(number) for number in range(35)]
    for line in lines:
        journal.append([line])
    assert len(segment_names(journal.directory)) == 4
    assert kept(journal.directory) == lines
    assert list(journal.written().values()) == [10, 10, 10, 5]
    owned = [name for name in segment_names(journal.directory) if not adoptable(journal.directory, name)]
    assert owned == [journal.counts().segment]


def adoptable(directory, name: str) -> bool:
    """Whether nobody owns a segment."""
    with closing(SegmentReader(directory, name)) as reader:
        return reader.adopt()


def test_a_segment_is_bounded_in_bytes(data_dir):
    """Large events fill a segment before it has many rows."""
    journal = Journal(data_dir, segment_bytes=1_000)
    for _ in range(6):
        journal.append(["x" * 400])
    assert len(segment_names(data_dir)) == 2
    journal.close()


def test_memory_events_are_bounded_and_counted(journal):
    """More than fit into memory are dropped, and the count of them reaches the segment."""
    journal.append([f'"{number}"' for number in range(4)], "memory")
    journal.append(['"4"', '"5"', '"6"'], "memory")
    counts = journal.counts()
    assert (counts.queued, counts.dropped) == (5, 2)
    journal.drain()
    counts = journal.counts()
    assert (counts.queued, counts.written, counts.dropped) == (0, 5, 2)
    with closing(SegmentReader(journal.directory, counts.segment)) as reader:
        assert reader.totals() == (5, {"memory_full": 2})
    journal.drain()
    assert journal.counts() == counts


def test_close_writes_what_waits_in_memory(journal):
    """Nothing of level memory is lost at a clean end."""
    journal.append(['"1"'], "memory")
    journal.close()
    assert kept(journal.directory) == ['"1"']


def test_threads_share_one_flush(journal, threads):
    """Events that threads want on the disk at the same time are all there, and in each thread's order."""
    journal.segment_rows = 50_000
    threads(32, lambda number: [journal.append([f'"{number:02d}-{turn:03d}"'], "disk") for turn in range(20)])
    lines = kept(journal.directory)
    assert len(lines) == 640
    for number in range(32):
        mine = [line for line in lines if line.startswith(f'"{number:02d}-')]
        assert mine == sorted(mine)


def test_one_threads_fault_is_told_to_all_who_waited(data_dir, threads):
    """When a common flush fails, nobody is told that his event is kept; afterwards all goes on."""
    data_dir.write_text("a file where the directory should be")
    journal = Journal(data_dir)
    failures = []

    def work(number: int) -> None:
        with pytest.raises(JournalError):
            journal.append([f'"{number}"'], "disk")
        failures.append(number)

    threads(8, work)
    assert sorted(failures) == list(range(8))
    data_dir.unlink()
    threads(8, lambda number: journal.append([f'"{number}"'], "disk"))
    assert len(kept(data_dir)) == 8
    journal.close()


def test_a_file_in_the_way_is_a_clear_error(data_dir):
    """A data directory that cannot be made is named, with the reason."""
    data_dir.write_text("a file")
    journal = Journal(data_dir)
    with pytest.raises(JournalError, match="not kept"):
        journal.append(["1"])
    assert journal.counts().written == 0


def test_a_read_only_directory_is_a_clear_error(run_program, data_dir):
    """A user who may not write there is told so, event by event, until he may."""
    data_dir.mkdir(mode=0o700)
    done = run_program("""
        (DATA / "journal").mkdir(mode=0o777)
        os.chmod(DATA, 0o755); os.chmod(DATA / "journal", 0o555)
        for parent in DATA.parents:  # the test's own folder, so that another user can reach it
            if parent.stat().st_uid == os.getuid() and "pytest" in str(parent): os.chmod(parent, 0o755)
        pipeline = make(MemorySink())
        pid = os.fork()
        if pid == 0:
            if os.getuid() == 0: os.setuid(65534)  # nothing is read-only to root
            for _ in range(3):
                try:
                    pipeline.record(Event(name="share"))
                    os._exit(1)
                except JournalError as error:
                    print(error, flush=True)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        os.chmod(DATA / "journal", 0o755)
        pipeline.record(Event(name="share"))
        assert pipeline.flush(20)
        pipeline.close()
    """)
    assert done.stdout.count("Make data_dir writable") == 3


def test_a_full_disk_keeps_what_it_acknowledged(run_program, data_dir):
    """When a file cannot grow, recording fails clearly; when there is room again it goes on, and nothing is doubled."""
    done = run_program("""
        import resource
        pipeline = make(deliver=False)
        kept = failed = 0
        for turn in range(600):
            if turn in (100, 500):
                size = 300_000 if turn == 100 else resource.RLIM_INFINITY
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            event = Event(name="share", props={"x": "y" * 2000})
            try:
                pipeline.record(event)
            except JournalError as error:
                assert "Free disk space" in str(error), error
                failed += 1
            else:
                acknowledge(event)
        assert failed > 100, failed
        pipeline.close()
    """)
    found = [json.loads(line)["id"] for line in kept(data_dir / "journal")]
    acknowledged = done.stdout.split()
    assert len(acknowledged) > 150
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))


def test_a_file_locked_by_another_program_is_a_clear_error(journal, monkeypatch):
    """A foreign writer makes recording fail after a moment, not hang; when it is gone, recording goes on."""
    monkeypatch.setattr(segment_module, "BUSY_TIMEOUT", 0.05)
    journal.append(['"before"'])
    path = journal.directory / f"{journal.counts().segment}.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="Another program"):
            journal.append(['"during"'])
        foreign.execute("ROLLBACK")
    journal.append(['"after"'])
    assert kept(journal.directory) == ['"before"', '"after"']


def test_a_lock_that_is_never_released_is_an_error_in_time(journal, monkeypatch):
    """A thread stuck in the journal makes the others fail, not hang."""
    monkeypatch.setattr("sharekit.pipeline.groups.PATIENCE", 0.05)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with journal._lock:
            taken.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(20)
    for durability in ("process", "disk"):
        with pytest.raises(JournalError, match="busy"):
            journal.append(["1"], durability)
    done.set()
    holder.join()
    journal.append(["1"], "disk")
    assert kept(journal.directory) == ["1"]


def test_the_limit_of_open_files_is_an_error_of_the_moment(run_program, data_dir):
    """Without a free descriptor recording fails clearly; with one it goes on."""
    run_program("""
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        hoard = []
        try:
            while True: hoard.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass
        pipeline = make(MemorySink())
        try:
            pipeline.record(Event(name="share"))
            sys.exit("kept without a file")
        except JournalError:
            pass
        for file in hoard: os.close(file)
        pipeline.record(Event(name="share"))
        assert pipeline.flush(20)
        pipeline.close()
    """)
    assert data_dir.exists()
