"""Threads that record at the same time share commits; signals, forks and other schedulers do not confuse them."""

from __future__ import annotations

import json
import os
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.events.ids import event_id
from sharekit.events.model import Event
from sharekit.exceptions import JournalError
from sharekit.pipeline import groups
from sharekit.pipeline.groups import GroupCommit
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.sinks.sqlite import SqliteSink


class Slow:
    """Commits as slowly as it is told to, and remembers how many events came at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.sizes: list[int] = []
        self.kept: list[str] = []

    def commit(self, payloads) -> None:
        self.go.wait(20)
        self.sizes.append(len(payloads))
        if "poison" in payloads:
            raise JournalError("no")
        self.kept += payloads


def start(count: int, work) -> list[threading.Thread]:
    """Threads that are given their number."""
    started = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in started:
        thread.start()
    return started


def test_who_comes_during_a_commit_is_kept_with_the_next(wait_for):
    """The first commits alone, all who came meanwhile together, each once."""
    slow = Slow()
    together = GroupCommit(threading.RLock(), slow.commit)
    threads = start(1, lambda number: together.append(["first"]))
    wait_for(lambda: together._crowd == 1)
    threads += start(9, lambda number: together.append([f"a{number}", f"b{number}"]))
    wait_for(lambda: together._group.size == 9)
    slow.go.set()
    for thread in threads:
        thread.join()
    assert slow.sizes == [1, 18]
    assert sorted(slow.kept) == sorted(["first", *(f"{half}{number}" for number in range(9) for half in "ab")])


def test_the_fault_of_a_commit_is_told_to_all_of_its_group(wait_for):
    """Nobody is told that his event is kept when the commit failed, and the next group is not concerned."""
    slow = Slow()
    together = GroupCommit(threading.RLock(), slow.commit)
    told: list[int] = []

    def work(number: int) -> None:
        try:
            together.append(["poison" if number == 1 else str(number)])
        except JournalError:
            told.append(number)

    threads = start(1, lambda number: together.append(["first"]))
    wait_for(lambda: together._crowd == 1)
    threads += start(5, work)
    wait_for(lambda: together._group.size == 5)
    slow.go.set()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 1, 2, 3, 4]
    together.append(["last"])
    assert slow.kept == ["first", "last"]


def test_a_crowd_is_awaited_but_not_for_long(wait_for):
    """After a large group the next waits for as many, and goes on without those who do not come."""
    slow = Slow()
    slow.go.set()
    together = GroupCommit(threading.RLock(), slow.commit, gather=True)
    together._crowd = 32
    together.append(["alone"])
    assert slow.kept == ["alone"]
    assert together._crowd == 1


def test_a_follower_gives_up_in_time(monkeypatch, wait_for):
    """Who waits for a commit that does not end is told so, and the leader is not disturbed."""
    monkeypatch.setattr(groups, "PATIENCE", 0.05)
    slow = Slow()
    turn = threading.RLock()
    together = GroupCommit(turn, slow.commit)
    threads = start(1, lambda number: together.append(["leader"]))
    wait_for(lambda: together._crowd == 1)
    with pytest.raises(JournalError, match="busy"):
        together.append(["late"])
    slow.go.set()
    threads[0].join()
    assert slow.kept == ["leader"]


def test_a_signal_handler_that_records_waits_for_nobody_beneath_it(run_program, data_dir, stored_ids):
    """A handler interrupts the main thread while it leads or follows a group of threads: all end, none twice."""
    done = run_program("""
        pipeline = Pipeline(DATA, [SqliteSink(DATA / "events.db")], durability_of=lambda name: name)
        stop = False
        def record(level):
            event = Event(name=level)
            try:
                pipeline.record(event)
            except JournalError as error:
                assert "busy" not in str(error), error
                return 0
            acknowledge(event)
            return 1
        def work():
            while not stop:
                record("disk"); record("process")
        def interrupt(number, frame):
            record("disk"); record("process")
            signal.setitimer(signal.ITIMER_REAL, 0.002)
        signal.signal(signal.SIGALRM, interrupt)
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads: thread.start()
        interrupt(None, None)
        assert sum(record("disk") + record("process") for _ in range(200)) > 100
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        stop = True
        for thread in threads: thread.join()
        assert pipeline.flush(30)
        pipeline.close()
    """)
    drain(data_dir, [SqliteSink(data_dir / "events.db")])
    acknowledged = done.stdout.split()
    stored = stored_ids()
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))


def test_statements_of_every_length_keep_every_event(data_dir):
    """Few events go in with one statement, many with several: all are there, numbered without gaps."""
    journal = Journal(data_dir)
    expected = []
    for count in (1, 2, 127, 128, 129, 300, 1):
        payloads = [f'"{count}-{number}"' for number in range(count)]
        journal.append(payloads)
        expected += payloads
    name = journal.counts().segment
    assert journal.counts().written == len(expected)
    journal.close()
    connection = sqlite3.connect(data_dir / f"{name}.db")
    assert connection.execute("SELECT seq, payload FROM events ORDER BY seq").fetchall() == list(enumerate(expected, 1))
    connection.close()


def test_children_make_ids_of_their_own(run_program):
    """Random bits that the parent had in store are not used again by its children."""
    done = run_program("""
        from sharekit.events.ids import event_id
        event_id()
        for _ in range(4):
            if os.fork() == 0:
                os.write(1, "".join(event_id()[24:] + "\\n" for _ in range(100)).encode())
                os._exit(0)
            os.wait()
        os.write(1, "".join(event_id()[24:] + "\\n" for _ in range(100)).encode())
    """)
    assert len(set(done.stdout.split())) == 500


def test_ids_are_version_7_and_differ(threads):
    """Ids of many threads, taken from one store of random bits, have the form and are all different."""
    found: list[str] = []
    threads(8, lambda number: found.extend(event_id() for _ in range(2_000)))
    assert len(set(found)) == 16_000
    assert all(len(id_) == 36 and id_[14] == "7" and id_[19] in "89ab" for id_ in found)


@given(
    name=st.text(),
    url=st.text(),
    visitor=st.text(),
    props=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=3),
    bot=st.booleans(),
)
def test_json_is_what_the_standard_library_writes(name, url, visitor, props, bot):
    """The event's own way of writing JSON and ``json.dumps`` agree in every character."""
    event = Event(name=name, url=url, visitor=visitor, props=props, bot=bot)
    assert event.as_json() == json.dumps(event.as_dict(), ensure_ascii=False, separators=(",", ":"))
    assert Event.from_json(event.as_json()) == event


def test_a_preloading_server_loses_nothing(run_program, data_dir, stored_ids):
    """A kit is made, used and signals are set before workers are forked; each ends by SIGTERM: every event arrives."""
    done = run_program("""
        from sharekit import ShareKit
        kit = ShareKit(base_url="https://shop.example", data_dir=DATA, durability={"*": "process", "like": "memory"})
        kit.flush_on_signals(timeout=10)
        acknowledge(kit.record("share"))
        children = []
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                for _ in range(20):
                    acknowledge(kit.record("share"))
                    acknowledge(kit.record("like"))
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(60)
            children.append(pid)
        for pid in children:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGTERM
        acknowledge(kit.record("like"))
        kit.close()
    """)
    acknowledged = done.stdout.split()
    assert len(acknowledged) == 122
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], timeout=60)
    assert sorted(stored_ids()) == sorted(acknowledged)
    assert status_of(data_dir, ["sqlite"]).balanced


def test_a_servers_own_handler_is_called_after_memory_is_kept(run_program, data_dir):
    """Where a server handles SIGTERM itself, it goes on to, and what was in memory is in the journal before."""
    done = run_program("""
        from sharekit import ShareKit
        signal.signal(signal.SIGTERM, lambda number, frame: print("the server's", flush=True))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        kit = ShareKit(base_url="https://shop.example", data_dir=DATA, durability={"*": "memory"}, deliver=False)
        kit.flush_on_signals([signal.SIGTERM, signal.SIGHUP])
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        kit._pipeline._start = lambda level: None  # nobody else writes what waits in memory
        kit.record("share")
        os.kill(os.getpid(), signal.SIGTERM)
        assert kit._pipeline._journal.counts().written == 1
        from sharekit.exceptions import ConfigError
        def elsewhere():
            try: kit.flush_on_signals()
            except ConfigError as error: print(error, flush=True)
        thread = threading.Thread(target=elsewhere); thread.start(); thread.join()
        try: kit.flush_on_signals([signal.SIGKILL])
        except ConfigError as error: print(error, flush=True)
        kit.close()
    """)
    assert "the server's" in done.stdout
    assert "main thread" in done.stdout
    assert "cannot be handled" in done.stdout


def test_under_gevent_every_event_arrives(run_program, data_dir, stored_ids):
    """With everything patched, greenlets record at every level while others go on, and all of it is stored once."""
    pytest.importorskip("gevent", reason="pip install gevent")
    done = run_program("""
        from gevent import monkey
        monkey.patch_all()
        import gevent
        pipeline = Pipeline(DATA, [SqliteSink(DATA / "events.db")], durability_of=lambda name: name)
        def work(number):
            for turn in range(30):
                event = Event(name=("process", "disk", "memory")[turn % 3])
                pipeline.record(event); acknowledge(event)
                gevent.sleep(0)
        gevent.joinall([gevent.spawn(work, number) for number in range(40)], raise_error=True)
        assert pipeline.flush(30)
        pipeline.close()
    """)
    acknowledged = done.stdout.split()
    assert len(acknowledged) == 1200
    assert sorted(stored_ids()) == sorted(acknowledged)
    assert status_of(data_dir, ["sqlite"]).balanced


def test_no_thread_and_no_file_before_the_first_event(run_program, data_dir):
    """Making a kit starts nothing and opens nothing, also below an event loop."""
    run_program("""
        import asyncio
        from sharekit import ShareKit
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        async def main():
            kit = ShareKit(base_url="https://shop.example", data_dir=DATA)
            await kit.arecord_many([])
            kit.record_many([])
            return kit
        kit = asyncio.run(main())
        assert threading.active_count() == 1, threading.enumerate()
        assert not DATA.exists()
        after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        assert after == before, (before, after)
    """)
    assert not data_dir.exists()
    assert os.getpid()
