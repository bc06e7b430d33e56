"""Kill a recording process again and again, at random moments, and count what is lost and what is stored twice.

    python benchmarks/kills.py                 # 100 kills, half a minute
    python benchmarks/kills.py --kills 1000

Each round is a process of its own that records from four threads at the levels ``process`` and ``disk``, singly and
five at once, delivers to ``events.db`` meanwhile, and begins a new journal file every 50 events in half of the rounds.
After up to 0.2 seconds it is killed with SIGKILL. An event counts as acknowledged when ``record`` has returned and the
parent has read its id from a pipe. The next round goes on in the same data directory.

At the end everything is delivered and compared: acknowledged events that are not in the store are lost, ids that are
there more than once are doubled, and the books must add up.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from sharekit.events.model import Event
from sharekit.pipeline.pipeline import Pipeline, drain, status_of
from sharekit.sinks.sqlite import SqliteSink, SqliteStore

LEVELS = {"share": "process", "purchase": "disk"}


def record_until_killed(data: Path, write_end: int) -> None:
    pipeline = Pipeline(data, [SqliteSink(data / "events.db")], durability_of=LEVELS.__getitem__)
    if random.random() < 0.5:
        pipeline._journal.segment_rows = 50

    def work() -> None:
        while True:
            name = random.choice(list(LEVELS))
            several = [Event(name=name) for _ in range(5 if random.random() < 0.2 else 1)]
            if len(several) == 1:
                pipeline.record(several[0])
            else:
                pipeline.record_many(several)
            os.write(write_end, "".join(f"{event.id}\n" for event in several).encode())

    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    work()


def one_kill(data: Path) -> list[str]:
    """Ids that were acknowledged before the kill."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        random.seed()
        try:
            record_until_killed(data, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    parts = [os.read(read_end, 65536)]
    deadline = time.monotonic() + random.choice([0.001, 0.02, 0.1, 0.2]) * random.random()
    while (left := deadline - time.monotonic()) > 0:
        if select.select([read_end], [], [], left)[0]:
            parts.append(os.read(read_end, 65536))
    os.kill(pid, signal.SIGKILL)
    while part := os.read(read_end, 65536):
        parts.append(part)
    os.close(read_end)
    os.waitpid(pid, 0)
    return b"".join(parts).decode().split()


def run(data: Path, kills: int) -> bool:
    """Kill so many processes and print what came of it; whether nothing was lost, doubled or miscounted."""
    started = time.monotonic()
    acknowledged: set[str] = set()
    for number in range(kills):
        acknowledged.update(one_kill(data))
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {kills} kills", end="", file=sys.stderr)
    drain(data, [SqliteSink(data / "events.db")], timeout=600)
    stored = Counter(event.id for event in SqliteStore(data / "events.db").events())
    status = status_of(data, ["sqlite"])
    lost = len(acknowledged - stored.keys())
    twice = sum(count > 1 for count in stored.values())
    sink = status.sinks[0]
    print(f"\n{kills:,} kills in {time.monotonic() - started:.0f} s")
    print(f"{'acknowledged':28} {len(acknowledged):>10,}")
    print(f"{'stored':28} {len(stored):>10,}   (some were committed, but not acknowledged yet)")
    print(f"{'lost':28} {lost:>10,}")
    print(f"{'stored twice':28} {twice:>10,}")
    print(
        f"recorded {sink.recorded:,} = delivered {sink.delivered:,} + rejected {sink.rejected:,} + "
        f"dropped {sum(sink.dropped.values()):,} + pending {sink.pending:,}: {'yes' if status.balanced else 'NO'}"
    )
    return not lost and not twice and status.balanced and sink.pending == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        sys.exit(0 if run(Path(directory), options.kills) else 1)


if __name__ == "__main__":
    main()
