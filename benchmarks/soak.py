"""Several hosts record into one PostgreSQL server while processes are killed and the way to the server is cut.

    python benchmarks/soak.py                                  # three hosts, half a minute
    python benchmarks/soak.py --hosts 6 --seconds 600

A host is a data directory of its own with worker processes, as behind a WSGI server. Each worker records at a steady
pace, at all durable levels, one event or several at a time, and one worker of a host delivers: to the host's own
``events.db`` and to the PostgreSQL server that all hosts share. Meanwhile a random worker is killed with SIGKILL about
every second and started again, and the way to PostgreSQL is cut for a while again and again: connections are dropped in
the middle of what they do, new ones refused.

At the end the way is open, what is left is delivered, and the conservation table is printed: for each host and sink
recorded = delivered + rejected + dropped + pending, and for the server how many acknowledged events it lacks and how
many ids it has more than once. Needs PostgreSQL (``apt-get install postgresql``) and the extra ``postgres``.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.products import Money
from sharekit.sinks.registry import make_sinks

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import servers

NAMES = ("impression", "impression", "impression", "share", "click", "visit", "purchase")


class Way:
    """A way to a server on this machine that can be cut."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._open = threading.Event()
        self._open.set()
        self._pairs: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drop all connections, and every new one."""
        self._open.clear()
        for end in list(self._pairs):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self._open.set()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._open.is_set():
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()
            else:
                client.close()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._to)
        except OSError:
            client.close()
            return
        ends = {client: server, server: client}
        self._pairs |= ends.keys()
        with selectors.DefaultSelector() as selector, suppress(OSError):
            for end in ends:
                selector.register(end, selectors.EVENT_READ)
            alive = True
            while alive:
                for key, _ in selector.select():
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    alive = alive and bool(data)
                    ends[key.fileobj].sendall(data)  # type: ignore[index]
        self._pairs -= ends.keys()
        for end in ends:
            end.close()


def work(data: str, url: str, rate: float) -> None:
    """A worker: record until killed, or told to stop, and print the id of what is acknowledged."""
    kit = ShareKit(base_url="https://shop.example", data_dir=data, sinks=[url])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    while not stop.is_set():
        several = [_event() for _ in range(random.choice((1, 1, 1, 5)))]
        kit.record_many(several) if len(several) > 1 else kit.record(several[0])
        os.write(1, "".join(f"{event.id}\n" for event in several).encode())
        time.sleep(random.expovariate(rate / 2))
    kit.close()


def _event() -> Event:
    name = random.choice(NAMES)
    money = {"order_id": f"o-{random.getrandbits(40)}", "value": Money("19.90", "EUR")} if name == "purchase" else {}
    return Event(name=name, product_id=f"p-{random.randrange(50)}", network="copy", **money)


class Host:
    """A data directory and its workers."""

    def __init__(self, data: Path, url: str, workers: int, rate: float) -> None:
        self.data = data
        self._command = [sys.executable, __file__, "--work", str(data), url, str(rate)]
        self._files: list[Path] = []
        self._ids: dict[int, Path] = {}
        self.workers = [self._start(number) for number in range(workers)]

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        self.data.mkdir(exist_ok=True)
        self._ids[number] = self.data.parent / f"{self.data.name}-{len(self._files)}.ids"
        self._files.append(self._ids[number])
        with self._ids[number].open("wb") as out:
            return subprocess.Popen(self._command, stdout=out)

    def kill_one(self) -> bool:
        """Kill a worker and start another in its place; False when the one that was chosen has done nothing yet."""
        number = random.randrange(len(self.workers))
        if not self._ids[number].stat().st_size:
            return False
        self.workers[number].kill()
        self.workers[number].wait()
        self.workers[number] = self._start(number)
        return True

    def stop(self) -> None:
        """End all workers in good order."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(30)

    def acknowledged(self) -> set[str]:
        """Ids of the events that its workers were told are kept."""
        return {line for path in self._files for line in path.read_text().split("\n")[:-1]}


def run(folder: Path, address: str, options: argparse.Namespace) -> bool:
    """The whole of it; whether nothing was lost, doubled or miscounted."""
    parts = urlsplit(address)
    way = Way(parts.port or 5432)
    url = f"postgres://{parts.username}@127.0.0.1:{way.port}{parts.path}"
    hosts = [Host(folder / f"host-{n + 1}", url, options.workers, options.rate) for n in range(options.hosts)]
    kills = cuts = looks = unbalanced = 0
    end = time.monotonic() + options.seconds
    kill_at = cut_at = time.monotonic() + 2
    mend_at = 0.0
    try:
        while time.monotonic() < end:
            time.sleep(0.1)
            moment = time.monotonic()
            if moment >= kill_at:
                kills += random.choice(hosts).kill_one()
                kill_at = moment + random.expovariate(1.0)
            if not mend_at and moment >= cut_at:
                way.cut()
                cuts, mend_at = cuts + 1, moment + random.uniform(0.5, 4)
            elif mend_at and moment >= mend_at:
                way.mend()
                mend_at, cut_at = 0.0, moment + random.uniform(1, 5)
            host = random.choice(hosts)
            with suppress(OSError):  # not made yet
                looks += 1
                unbalanced += not status_of(host.data, ["sqlite", "postgres"]).balanced
    finally:
        way.mend()
        for host in hosts:
            host.stop()
    for host in hosts:
        sinks = make_sinks(("sqlite:events.db", url), data_dir=host.data, timezone=ZoneInfo("UTC"))
        drain(host.data, sinks, 120)
    return (
        report(hosts, address, f"{kills} kills, {cuts} cuts, {looks} looks, {unbalanced} unbalanced") and not unbalanced
    )


def report(hosts: list[Host], address: str, what: str) -> bool:
    """Print the conservation table; whether all of it is in order."""
    import psycopg

    titles = ("host", "sink", "recorded", "delivered", "rejected", "dropped", "pending", "adds up")
    print(f"{len(hosts)} hosts: {what}\n")
    print(f"{titles[0]:10}{titles[1]:10}" + "".join(f"{title:>11}" for title in titles[2:]))
    good = True
    for host in hosts:
        for sink in status_of(host.data, ["sqlite", "postgres"]).sinks:
            dropped = sum(sink.dropped.values())
            numbers = (sink.recorded, sink.delivered, sink.rejected, dropped, sink.pending)
            good = good and sink.balanced and not dropped and not sink.pending and not sink.rejected
            print(
                f"{host.data.name:10}{sink.name:10}"
                + "".join(f"{number:>11,}" for number in numbers)
                + f"{'yes' if sink.balanced else 'NO':>11}"
            )
    acknowledged = set().union(*(host.acknowledged() for host in hosts))
    with psycopg.connect(address) as connection:
        stored = Counter(str(id_) for (id_,) in connection.execute("SELECT id FROM sharekit.events").fetchall())
    lost = len(acknowledged - stored.keys())
    twice = sum(count > 1 for count in stored.values())
    print(f"\nacknowledged {len(acknowledged):,}, in PostgreSQL {len(stored):,}, lost {lost}, stored twice {twice}")
    return good and not lost and not twice


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2, help="processes per host")
    parser.add_argument("--rate", type=float, default=300.0, help="events a second of one worker")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable()  # of cuts, which are meant
    if options.work:
        data, url, rate = options.work
        work(data, url, float(rate))
        return
    with servers.postgres() as address, tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if run(Path(folder), address, options) else 1)


if __name__ == "__main__":
    main()
