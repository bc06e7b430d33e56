"""The journal beside raw SQLite: single commits, batches, and many threads that want their events on the disk.

    python benchmarks/journal.py

The same event of a share as JSON, written beforehand; nobody delivers. The floor is one table in one SQLite file in WAL
mode that takes one row per event and does nothing else (no locks, no segments, no counting).

- ``single``: one thread, a commit per event, ``synchronous`` NORMAL beside level ``process``, FULL beside ``disk``.
- ``batch``: one thread, 100 events per commit.
- ``32 threads``: each wants each of its events on the disk before it goes on. Raw: a connection per thread that commits
  directly. ``journal`` is the journal alone; ``kit.record`` makes the event, checks it, writes it as JSON, and has a
  thread that delivers.
- ``4 threads, process``: what the threads of a WSGI server do.

p99 is of the time one call takes. Every sample runs in a fresh process, and the cases take turns.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.pipeline.journal import Journal

SINGLE = 10_000
FLUSHED = 1_500
BATCHES = 300
BATCH = 100
FIELDS = {
    "product_id": "mug-1",
    "network": "whatsapp",
    "placement": "product",
    "widget": "share",
    "share_id": "AbCdEf123_-x",
    "parent_share_id": "ZyXwVu987_-a",
    "url": "https://shop.example/p/mug-1?colour=white",
    "referrer": "https://shop.example/c/mugs",
    "visitor": "k3x9V2pQ7a1LmN0t",
}
PAYLOAD = Event(name="share", **FIELDS).as_json()
_INSERT = "INSERT INTO events(payload) VALUES (?)"


def raw(directory: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{directory}/raw.db", isolation_level=None, timeout=60)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
    return connection


def in_threads(
    prepare: Callable[[], Callable[[], object]], threads: int, calls: int, events: int = 1
) -> tuple[float, float]:
    ready = threading.Barrier(threads + 1)
    took: list[float] = []

    def work() -> None:
        call = prepare()
        call()
        mine = []
        ready.wait()
        for _ in range(calls // threads):
            start = time.perf_counter()
            call()
            mine.append(time.perf_counter() - start)
        took.extend(mine)

    started = [threading.Thread(target=work) for _ in range(threads)]
    for thread in started:
        thread.start()
    ready.wait()
    begin = time.perf_counter()
    for thread in started:
        thread.join()
    spent = time.perf_counter() - begin
    return len(took) * events / spent, sorted(took)[len(took) * 99 // 100] * 1e3


def raw_single(directory: str, synchronous: str) -> tuple[float, float]:
    connection = raw(directory, synchronous)
    calls = SINGLE if synchronous == "NORMAL" else FLUSHED
    return in_one(lambda: connection.execute(_INSERT, (PAYLOAD,)), calls)


def raw_batch(directory: str, synchronous: str) -> tuple[float, float]:
    connection = raw(directory, synchronous)
    rows = [(PAYLOAD,)] * BATCH

    def call() -> None:
        connection.execute("BEGIN")
        connection.executemany(_INSERT, rows)
        connection.execute("COMMIT")

    return in_one(call, BATCHES, BATCH)


def in_one(call: Callable[[], object], calls: int, events: int = 1) -> tuple[float, float]:
    """The same in this thread, which raw SQLite ties a connection to."""
    call()
    took = []
    begin = time.perf_counter()
    for _ in range(calls):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    spent = time.perf_counter() - begin
    return calls * events / spent, sorted(took)[calls * 99 // 100] * 1e3


def raw_threads(directory: str, threads: int, synchronous: str) -> tuple[float, float]:
    raw(directory, synchronous).close()

    def prepare() -> Callable[[], object]:
        connection = raw(directory, synchronous)
        return lambda: connection.execute(_INSERT, (PAYLOAD,))

    return in_threads(prepare, threads, FLUSHED if synchronous == "FULL" else SINGLE)


def journal_single(directory: str, level: str) -> tuple[float, float]:
    journal = Journal(Path(directory))
    payloads = (PAYLOAD,)
    return in_one(lambda: journal.append(payloads, level), SINGLE if level == "process" else FLUSHED)  # type: ignore[arg-type]


def journal_batch(directory: str, level: str) -> tuple[float, float]:
    journal = Journal(Path(directory))
    payloads = [PAYLOAD] * BATCH
    return in_one(lambda: journal.append(payloads, level), BATCHES, BATCH)  # type: ignore[arg-type]


def journal_threads(directory: str, threads: int, level: str) -> tuple[float, float]:
    journal = Journal(Path(directory))
    payloads = (PAYLOAD,)
    return in_threads(lambda: lambda: journal.append(payloads, level), threads, SINGLE)  # type: ignore[arg-type]


def kit_threads(directory: str, threads: int, level: str) -> tuple[float, float]:
    kit = ShareKit(base_url="https://shop.example", data_dir=directory, durability={"*": level})
    found = in_threads(lambda: lambda: kit.record("share", **FIELDS), threads, SINGLE)
    kit.close()
    return found


CASES: dict[str, Callable[[str], tuple[float, float]]] = {
    "single, process: raw SQLite": lambda directory: raw_single(directory, "NORMAL"),
    "single, process: journal": lambda directory: journal_single(directory, "process"),
    "single, disk: raw SQLite": lambda directory: raw_single(directory, "FULL"),
    "single, disk: journal": lambda directory: journal_single(directory, "disk"),
    "batch of 100, process: raw SQLite": lambda directory: raw_batch(directory, "NORMAL"),
    "batch of 100, process: journal": lambda directory: journal_batch(directory, "process"),
    "batch of 100, disk: raw SQLite": lambda directory: raw_batch(directory, "FULL"),
    "batch of 100, disk: journal": lambda directory: journal_batch(directory, "disk"),
    "32 threads, disk: raw SQLite": lambda directory: raw_threads(directory, 32, "FULL"),
    "32 threads, disk: journal": lambda directory: journal_threads(directory, 32, "disk"),
    "32 threads, disk: kit.record": lambda directory: kit_threads(directory, 32, "disk"),
    "4 threads, process: raw SQLite": lambda directory: raw_threads(directory, 4, "NORMAL"),
    "4 threads, process: journal": lambda directory: journal_threads(directory, 4, "process"),
    "4 threads, process: kit.record": lambda directory: kit_threads(directory, 4, "process"),
}
TO_REACH = {"single": 0.6, "batch of 100": 0.6, "32 threads": 20.0}


def sample(case: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, __file__, "--case", case, "--directory", directory]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    rate, worst = done.stdout.split()
    return float(rate), float(worst)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--directory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(*CASES[options.case](options.directory))
        return
    samples: dict[str, list[tuple[float, float]]] = {case: [] for case in CASES}
    for _ in range(options.rounds):
        for case in CASES:
            samples[case].append(sample(case))
    print(f"{'':36} {'events/s':>10} {'min':>9} {'max':>9} {'p99 ms':>8} {': raw':>7}   to reach")
    floor = 1.0
    for case, found in samples.items():
        rates = [rate for rate, _ in found]
        median = statistics.median(rates)
        worst = statistics.median(worst for _, worst in found)
        if case.endswith("raw SQLite"):
            floor, ratio = median, ""
        else:
            wanted = TO_REACH.get(case.split(",")[0])
            ratio = f"{median / floor:7.2f}" + (f"   {wanted}" if wanted else "")
        print(f"{case:36} {median:>10,.0f} {min(rates):>9,.0f} {max(rates):>9,.0f} {worst:>8.2f} {ratio}")


if __name__ == "__main__":
    main()
