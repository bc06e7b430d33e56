"""What recording an event costs the caller, beside raw SQLite and libraries that keep events in memory only.

    python benchmarks/record.py

One thread, the same event of a share each time, in a tight loop:

- ``kit.record, process``: checked, written as JSON and committed (survives ``kill -9``) before the call returns, while
  the kit's own thread delivers to ``events.db``; ``without delivery`` is the same while a service delivers.
- ``kit.record, memory`` and ``kit.record, disk``: the two other levels.
- ``raw SQLite``: ``json.dumps`` and one commit per event in a file in WAL mode, ``synchronous`` NORMAL or FULL.
- ``segment``, ``posthog``: their enqueue into memory, with a queue that is never full, while their own thread sends to
  a server on this machine that says yes to everything. What is in the queue is lost with the process.

Then 32 threads, each event on the disk: the kit against direct commits.

Every sample runs in a fresh process, and the cases take turns, so that a busy moment of the machine hits them alike.
Needs the ``bench`` group.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CALLS = 20_000
THREADS = 32
ROUNDS = 5
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


def timed(call: Callable[[], object], calls: int = CALLS) -> float:
    """Microseconds per call, after one that opens files and starts threads."""
    call()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


def kit_record(directory: str, level: str, *, deliver: bool = True) -> float:
    from sharekit import ShareKit

    kit = ShareKit(base_url="https://shop.example", data_dir=directory, durability={"*": level}, deliver=deliver)
    spent = timed(lambda: kit.record("share", **FIELDS), CALLS if level != "disk" else CALLS // 10)
    kit.flush(30) if deliver else None
    kit.close()
    return spent


def raw_sqlite(directory: str, synchronous: str) -> float:
    connection = open_raw(directory, synchronous)

    def call() -> None:
        connection.execute("INSERT INTO events(payload) VALUES (?)", (json.dumps({"name": "share", **FIELDS}),))

    spent = timed(call, CALLS if synchronous != "FULL" else CALLS // 10)
    connection.close()
    return spent


def open_raw(directory: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{directory}/raw.db", isolation_level=None, timeout=60)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
    return connection


def segment(address: str) -> float:
    from segment.analytics import Client

    client = Client("key", host=address, max_queue_size=200_000)
    return timed(lambda: client.track("visitor", "share", FIELDS))


def posthog(address: str) -> float:
    from posthog import Posthog

    client = Posthog("key", host=address, max_queue_size=200_000)
    return timed(lambda: client.capture("share", distinct_id="visitor", properties=FIELDS))


def kit_threads(directory: str) -> float:
    """Microseconds per event, of all threads together."""
    from sharekit import ShareKit

    kit = ShareKit(base_url="https://shop.example", data_dir=directory, durability={"*": "disk"})
    spent = in_threads(lambda: lambda: kit.record("share", **FIELDS), CALLS)
    kit.close()
    return spent


def raw_threads(directory: str) -> float:
    open_raw(directory, "FULL").close()

    def prepare() -> Callable[[], object]:
        connection = open_raw(directory, "FULL")
        return lambda: connection.execute(
            "INSERT INTO events(payload) VALUES (?)", (json.dumps({"name": "share", **FIELDS}),)
        )

    return in_threads(prepare, CALLS // 10)


def in_threads(prepare: Callable[[], Callable[[], object]], calls: int) -> float:
    ready = threading.Barrier(THREADS + 1)

    def work() -> None:
        call = prepare()
        call()
        ready.wait()
        for _ in range(calls // THREADS):
            call()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - start) / (calls // THREADS * THREADS) * 1e6


CASES: dict[str, Callable[[str, str], float]] = {
    "kit.record, process": lambda directory, address: kit_record(directory, "process"),
    "kit.record, process, without delivery": lambda directory, address: kit_record(directory, "process", deliver=False),
    "kit.record, memory": lambda directory, address: kit_record(directory, "memory"),
    "kit.record, disk": lambda directory, address: kit_record(directory, "disk"),
    "raw SQLite, NORMAL": lambda directory, address: raw_sqlite(directory, "NORMAL"),
    "raw SQLite, FULL": lambda directory, address: raw_sqlite(directory, "FULL"),
    "segment, memory only": lambda directory, address: segment(address),
    "posthog, memory only": lambda directory, address: posthog(address),
    "32 threads: kit.record, disk": lambda directory, address: kit_threads(directory),
    "32 threads: raw SQLite, FULL": lambda directory, address: raw_threads(directory),
}


class BlackHole(BaseHTTPRequestHandler):
    """Says yes to everything."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of an answer in one packet: nobody waits for a delayed acknowledgement

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"status": 1, "success": true}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BlackHole)
    server.handle_error = lambda request, client: None  # type: ignore[method-assign]  # clients are cut off
    print(server.server_address[1], flush=True)
    server.serve_forever()


def sample(case: str, address: str) -> float:
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, __file__, case, directory, address],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
    return float(done.stdout)


def main() -> None:
    server = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        samples: dict[str, list[float]] = {case: [] for case in CASES}
        for _ in range(ROUNDS):
            for case in CASES:
                samples[case].append(sample(case, address))
    finally:
        server.kill()
        server.wait()
    medians = {case: statistics.median(found) for case, found in samples.items()}
    kit = medians["kit.record, process"]
    print(f"{'one event':40} {'median µs':>10} {'min':>8} {'max':>8} {': kit.record, process':>22}")
    for case, found in samples.items():
        ratio = f"{medians[case] / kit:>21.2f}x" if not case.startswith("32") else ""
        print(f"{case:40} {medians[case]:>10.1f} {min(found):>8.1f} {max(found):>8.1f} {ratio}")
    threads = medians["32 threads: raw SQLite, FULL"] / medians["32 threads: kit.record, disk"]
    print()
    print(
        f"segment / kit.record, process:              {medians['segment, memory only'] / kit:.2f}   (to reach: above 1)"
    )
    print(
        f"posthog / kit.record, process:              {medians['posthog, memory only'] / kit:.2f}   (to reach: above 1)"
    )
    print(f"32 threads, raw commits / kit.record, disk: {threads:.1f}   (to reach: 20)")


if __name__ == "__main__":
    logging.disable()
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "serve":
        serve()
    else:
        spent = CASES[sys.argv[1]](sys.argv[2], sys.argv[3])
        print(spent, flush=True)
        if "memory only" in sys.argv[1]:
            os._exit(0)  # their threads would go on sending
