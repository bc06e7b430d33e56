"""Processes that are killed, fork, or end without a word: nothing acknowledged is lost, and nothing is stored twice."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from sharekit.pipeline.pipeline import drain, status_of
from sharekit.sinks.sqlite import SqliteSink, SqliteStore

KILLS = 50

# One program forks a fresh child per round, without a pipeline of its own, and kills it at a random moment: while it
# records at every level and from threads, while it rotates small segments, while it delivers what earlier ones left.
KILLING = """
import random, select
from sharekit.pipeline.journal import Journal

random.seed(int(sys.argv[2]))
levels = {"share": "process", "purchase": "disk", "like": "memory"}

def child(write_end):
    pipeline = Pipeline(DATA, [SqliteSink(DATA / "events.db")], durability_of=levels.__getitem__)
    pipeline._journal.segment_rows = random.choice([50, 50_000])
    def work(number):
        while True:
            name = random.choice(["share", "purchase"])
            if random.random() < 0.2:
                several = [Event(name=name) for _ in range(5)]
                pipeline.record_many(several)
            else:
                several = [Event(name=name)]
                pipeline.record(several[0])
            os.write(write_end, "".join(event.id + "\\n" for event in several).encode())
    for number in range(2):
        threading.Thread(target=work, args=(number,), daemon=True).start()
    work(2)

for round_ in range(int(sys.argv[1])):
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        try:
            child(write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    deadline = time.monotonic() + random.choice([0.001, 0.03, 0.1])
    first = os.read(read_end, 65536)
    parts = [first]
    while (left := deadline - time.monotonic()) > 0:
        if select.select([read_end], [], [], left)[0]:
            parts.append(os.read(read_end, 65536))
    os.kill(pid, signal.SIGKILL)
    while part := os.read(read_end, 65536):
        parts.append(part)
    os.close(read_end)
    os.waitpid(pid, 0)
    os.write(1, b"".join(parts))
"""


def test_kill_at_any_moment_loses_and_doubles_nothing(run_program, data_dir):
    """Fifty kills at random moments: every acknowledged event is in the store, exactly once."""
    done = run_program(KILLING, str(KILLS), str(int.from_bytes(os.urandom(4), "big")))
    acknowledged = done.stdout.split()
    assert len(acknowledged) > KILLS
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], timeout=60, keep=True)
    assert status_of(data_dir, ["sqlite"]).balanced
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], timeout=60)
    stored = Counter(event.id for event in SqliteStore(data_dir / "events.db").events())
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}
    status = status_of(data_dir, ["sqlite"])
    assert status.balanced
    assert status.segments == 0
    assert status.sinks[0].delivered == status.sinks[0].recorded == len(stored)


def test_a_live_process_takes_the_lease_of_a_killed_one(
    start_program, make_pipeline, events, data_dir, stored_ids, wait_for
):
    """Of two processes on one directory one delivers; when it is killed, the other does, and delivers for both."""
    other = start_program("""
        pipeline = make()
        for _ in range(50):
            event = Event(name="share"); pipeline.record(event); acknowledge(event)
        assert pipeline.flush(20)
        print("delivered", flush=True)
        sys.stdin.readline()
        for _ in range(50):
            event = Event(name="share"); pipeline.record(event); acknowledge(event)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    acknowledged = []
    while (line := other.stdout.readline().strip()) != "delivered":
        acknowledged.append(line)
    pipeline = make_pipeline()
    mine = events(20)
    for event in mine:
        pipeline.record(event)
    assert pipeline.flush(20), "the other process delivers mine"
    assert not pipeline.status().delivering
    other.stdin.write("go\n")
    other.stdin.flush()
    acknowledged += other.stdout.read().split()
    assert other.wait() == -signal.SIGKILL
    wait_for(lambda: set(acknowledged) <= set(stored_ids()))
    assert pipeline.status().delivering
    assert sorted(stored_ids()) == sorted([*acknowledged, *(event.id for event in mine)])
    assert pipeline.status().balanced
    wait_for(lambda: pipeline.status().segments == 1)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_pipeline_made_and_used_before_forks(run_program, data_dir, workers, stored_ids):
    """As under a preloading server: parent and children record, before and after, and every event arrives once."""
    done = run_program(f"""
        pipeline = make()
        def record(count):
            for _ in range(count):
                event = Event(name="share"); pipeline.record(event); acknowledge(event)
        record(100)
        children = []
        for number in range({workers}):
            pid = os.fork()
            if pid == 0:
                record(100)
                assert pipeline.flush(20)
                record(100)
                sys.exit(0)  # an ordinary end, with what Python does then
            children.append(pid)
            record(100)
        for pid in children:
            assert os.waitpid(pid, 0)[1] == 0
        record(100)
        assert pipeline.flush(20)
        assert pipeline.status().balanced, pipeline.status()
        pipeline.close()
    """)
    acknowledged = done.stdout.split()
    assert len(acknowledged) == 200 + 300 * workers
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], timeout=60)
    assert sorted(stored_ids()) == sorted(acknowledged)
    assert "Error" not in done.stderr


def test_forks_while_threads_record(run_program, data_dir, stored_ids):
    """Forks in the middle of commits: the children are sound, and the threads go on."""
    done = run_program("""
        pipeline = Pipeline(DATA, [SqliteSink(DATA / "events.db")], durability_of=lambda name: name)
        stop = threading.Event()
        def work(level):
            while not stop.is_set():
                event = Event(name=level); pipeline.record(event); acknowledge(event)
        threads = [threading.Thread(target=work, args=(level,)) for level in ("process", "disk", "process")]
        for thread in threads: thread.start()
        for _ in range(20):
            pid = os.fork()
            if pid == 0:
                for level in ("process", "disk"):
                    event = Event(name=level); pipeline.record(event); acknowledge(event)
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        stop.set()
        for thread in threads: thread.join()
        assert pipeline.flush(20)
        pipeline.close()
    """)
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], timeout=60)
    assert sorted(stored_ids()) == sorted(done.stdout.split())
    assert status_of(data_dir, ["sqlite"]).balanced


def test_the_end_of_a_child_leaves_the_parents_lock(run_program, stored_ids):
    """A child that ends does not release what the parent holds: nobody takes the parent's segment from it."""
    run_program("""
        pipeline = make(deliver=False)
        pipeline.record(Event(name="share"))
        segment = pipeline._journal._segment
        if os.fork() == 0:
            sys.exit(0)
        os.wait()
        other = make(MemorySink())
        from sharekit.pipeline.segments import SegmentReader
        assert not SegmentReader(DATA / "journal", segment.name).adopt()
        pipeline.close()
        other.close()
    """)


def test_a_process_that_just_ends_has_delivered(run_program, stored_ids):
    """Without flush or close, the end of the interpreter delivers what it can."""
    done = run_program("""
        pipeline = make()
        for _ in range(1000):
            event = Event(name="share"); pipeline.record(event); acknowledge(event)
    """)
    assert sorted(stored_ids()) == sorted(done.stdout.split())


@pytest.mark.parametrize("fault", ["time.sleep(60)", "raise OSError('no route')"])
def test_a_sink_that_hangs_does_not_hold_up_the_end(run_program, data_dir, stored_ids, fault):
    """The end of a process waits only so long for a slow or dead sink; the journal keeps the rest for the next one."""
    done = run_program(f"""
        class Slow(Sink):
            name = "sqlite"
            def write(self, batch):
                {fault}
        pipeline = make(Slow())
        for _ in range(100):
            event = Event(name="share"); pipeline.record(event); acknowledge(event)
    """)
    assert status_of(data_dir, ["sqlite"]).sinks[0].pending == 100
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")])
    assert stored_ids() == done.stdout.split()


def test_events_recorded_at_the_very_end_are_kept(run_program, data_dir, stored_ids):
    """A handler of the interpreter's end may record: early ones are delivered, late ones kept."""
    done = run_program("""
        import atexit
        pipeline = make()
        def last_words():
            event = Event(name="share"); pipeline.record(event); acknowledge(event)
        atexit.register(last_words)
        last_words()
    """)
    drain(data_dir, [SqliteSink(data_dir / "events.db")])
    assert stored_ids() == done.stdout.split()


def test_a_signal_handler_may_record_and_close(run_program, data_dir, stored_ids):
    """A handler that interrupts recording at any point neither deadlocks nor loses what was acknowledged."""
    done = run_program("""
        pipeline = make()
        def record():
            event = Event(name="share")
            try:
                pipeline.record(event)
            except JournalError:
                return
            acknowledge(event)
        def interrupt(number, frame):
            record()
            signal.setitimer(signal.ITIMER_REAL, 0.001)
        signal.signal(signal.SIGALRM, interrupt)
        interrupt(None, None)
        for _ in range(3000): record()
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        def end(number, frame):
            pipeline.close()
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        os.kill(os.getpid(), signal.SIGTERM)
        while True: record()
    """)
    drain(data_dir, [SqliteSink(data_dir / "events.db")])
    acknowledged = done.stdout.split()
    assert len(acknowledged) > 2000
    assert set(acknowledged) <= set(stored_ids())


def test_many_threads_record_at_every_level(make_pipeline, events, threads):
    """Eight threads at once: every event arrives, and once."""
    pipeline = make_pipeline()
    recorded = {number: [*events(40), *events(40, "purchase"), *events(10, "like")] for number in range(8)}

    def work(number: int) -> None:
        for event in recorded[number]:
            pipeline.record(event)

    threads(8, work)
    assert pipeline.flush(30)
    sink = pipeline.sinks[0]
    stored = Counter(event.id for event in SqliteStore(sink.path).events())
    assert stored == Counter(event.id for several in recorded.values() for event in several)
