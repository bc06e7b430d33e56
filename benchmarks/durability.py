"""What five libraries that send events keep when things go wrong, and how fast they are, in one run.

    python benchmarks/durability.py                  # about seven minutes
    python benchmarks/durability.py --markdown       # as a table of Markdown
    python benchmarks/durability.py --into docs/durability.md
    python benchmarks/durability.py --outage 5 --libraries sharekit,segment

All send to one HTTP server on this machine, which answers 200 at once and counts the ids it was sent. Nothing leaves
the machine. Each library has its defaults, except that queues are large enough for the rates to be compared, and that
snowplow, whose default is a request per event in the caller, has its ``AsyncEmitter`` with batches of 100. sharekit
posts with its webhook sink, from the thread of the process that records, at level ``process``.

- ``enqueue``: events a second that one thread can hand over, 20,000 in a tight loop.
- ``end to end``: the same divided by the time until the server has all of them. sharekit writes its own store
  meanwhile, as it always does. Below the table: the way it is set up for volume, with a call per
  100 events and a process of its own that delivers, to the server alone.
- ``kill, tight`` and ``paced``: events handed over, and never seen by the server, after ``kill -9`` in a tight loop
  of 25,000 and at 2,000 a second for 10,000. sharekit's next process delivers what the killed one left; the others have
  nothing to leave.
- ``outage``: the server refuses connections for 20 seconds from the start, then is back; 50,000 events in half as
  long again, then a flush of up to 60 seconds.
- ``fork``: the client is made before a fork; of 50 events of the child.
- ``exit``: of 5,000 events, when the program ends without a flush.

Rates are medians of ``--rounds`` runs, losses are of one; each in a fresh process. Needs the ``bench`` group.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RATED = 20_000
BATCHED = 40_000
TIGHT = 25_000
PACED = 10_000
PACE = 2_000
OUTAGE = 50_000
FORKED = 50
AT_EXIT = 5_000
QUEUE = 200_000
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
BEGIN, END = "<!-- benchmarks/durability.py: begin -->", "<!-- benchmarks/durability.py: end -->"
LIBRARIES = ("segment", "posthog", "snowplow", "rudder", "sharekit")


class Client:
    """One way for all libraries: hand over an event with a number, flush, close."""

    def __init__(self, library: str, port: int, data: str, queue: int | None = None) -> None:
        make = {"segment": _segment, "posthog": _posthog, "snowplow": _snowplow, "rudder": _rudder}.get(library)
        if make is None:
            self.record, self.flush, self.close = _sharekit(port, data)
        else:
            self.record, self.flush = make(port, queue)
            self.close = lambda: None


Calls = tuple[Callable[[int], object], Callable[[], object]]


def _segment(port: int, queue: int | None) -> Calls:
    from segment.analytics import Client as Segment

    client = Segment("key", host=f"http://127.0.0.1:{port}", **_large(queue))
    return lambda number: client.track("visitor", "share", _fields(number)), client.flush


def _posthog(port: int, queue: int | None) -> Calls:
    from posthog import Posthog

    client = Posthog("key", host=f"http://127.0.0.1:{port}", **_large(queue))
    return (
        lambda number: client.capture("share", distinct_id="visitor", properties=_fields(number)),
        client.flush,
    )


def _rudder(port: int, queue: int | None) -> Calls:
    from rudderstack.analytics import Client as Rudder

    client = Rudder("key", host=f"http://127.0.0.1:{port}", gzip=False, **_large(queue))
    return lambda number: client.track("visitor", "share", _fields(number)), client.flush


def _snowplow(port: int, queue: int | None) -> Calls:
    from snowplow_tracker import AsyncEmitter, SelfDescribing, SelfDescribingJson, Tracker

    capacity = {} if queue is None else {"buffer_capacity": queue}
    emitter = AsyncEmitter("127.0.0.1", protocol="http", port=port, batch_size=100, **capacity)
    tracker = Tracker("shop", emitter, encode_base64=False)
    schema = "iglu:com.example/share/jsonschema/1-0-0"

    def record(number: int) -> object:
        return tracker.track(SelfDescribing(SelfDescribingJson(schema, _fields(number))))

    return record, emitter.sync_flush


def _large(queue: int | None) -> dict[str, Any]:
    return {} if queue is None else {"max_queue_size": queue}


def _sharekit(port: int, data: str) -> tuple[Callable[[int], object], Callable[[], object], Callable[[], object]]:
    from sharekit import ShareKit

    kit = ShareKit(base_url="https://shop.example", data_dir=data, sinks=[_webhook(port)])
    return lambda number: kit.record("share", **_fields(number)), lambda: kit.flush(60), kit.close


def _webhook(port: int) -> Any:
    from ipaddress import ip_network

    from sharekit.sinks.webhook import WebhookSink

    address = f"http://127.0.0.1:{port}/webhook"
    return WebhookSink(address, secret="only for this benchmark", allowed=[ip_network("127.0.0.0/8")])


def _fields(number: int) -> dict[str, str]:
    return {**FIELDS, "share_id": f"n{number}"}


class Sink:
    """A server on this machine that says yes and remembers the numbers of the events it was sent."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, bool]] = []
        self.numbers: set[int] = set()
        self.server: ThreadingHTTPServer | None = None
        self.port = 0

    def start(self) -> None:
        """Listen, at the same port as before."""
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:  # its sender was killed
                    self.close_connection = True
                    return
                bodies.append((body, self.headers.get("Content-Encoding") == "gzip"))
                answer = b'{"status":1,"success":true}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.wfile.flush()

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, client: None  # type: ignore[method-assign]  # clients are killed
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def count(self) -> int:
        """How many different events came so far."""
        while self.bodies:
            body, packed = self.bodies.pop()
            self._find(json.loads(gzip.decompress(body) if packed else body))
        return len(self.numbers)

    def _find(self, value: object) -> None:
        if isinstance(value, dict):
            number = value.get("share_id", "")[1:]
            if number.isdecimal():
                self.numbers.add(int(number))
            for name in ("batch", "data", "props", "properties", "ue_pr"):
                inner = value.get(name)
                self._find(json.loads(inner) if name == "ue_pr" and isinstance(inner, str) else inner)
        elif isinstance(value, list):
            for inner in value:
                self._find(inner)


def serve() -> None:
    """The server as a process of its own: commands come in lines, numbers go out."""
    sink = Sink()
    sink.start()
    print(sink.port, flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == "stop":
            sink.stop()
        elif command == "start":
            sink.start()
        elif command == "reset":
            sink.bodies.clear()
            sink.numbers.clear()
        print(sink.count(), flush=True)


class Server:
    """The other end of :func:`serve`."""

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--role", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = self._read()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()

    def tell(self, command: str) -> int:
        """Send a command; how many events have come."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def settled(self, wanted: int, timeout: float = 15.0) -> int:
        """How many events have come when all have, or none has for three seconds."""
        count, since = self.tell("count"), time.monotonic()
        deadline = since + timeout
        while count < wanted and time.monotonic() < min(deadline, since + 3):
            time.sleep(0.05)
            now = self.tell("count")
            if now != count:
                count, since = now, time.monotonic()
        return count


def role_rate(library: str, port: int, data: str, count: int) -> None:
    """Hand over events in a tight loop and flush; print both times."""
    client = Client(library, port, data, QUEUE)
    client.record(-1)
    time.sleep(0.3)
    start = time.perf_counter()
    for number in range(count):
        client.record(number)
    print(time.perf_counter() - start, flush=True)
    client.flush()
    print(time.perf_counter() - start, flush=True)
    client.close()
    os._exit(0)


def role_killed(library: str, port: int, data: str, count: int, pace: int) -> None:
    """Hand over events until killed; tell how far it got, in a file, before and after each."""
    client = Client(library, port, data, QUEUE if not pace else None)
    start = time.perf_counter()
    for number in range(count):
        while pace and time.perf_counter() - start < number / pace:
            time.sleep(0.0005)
        client.record(number)
    os.kill(os.getpid(), signal.SIGKILL)


def role_outage(library: str, port: int, data: str, count: int, seconds: float) -> None:
    client = Client(library, port, data)
    start = time.perf_counter()
    for number in range(count):
        while time.perf_counter() - start < number / count * seconds:
            time.sleep(0.001)
        client.record(number)
    flusher = threading.Thread(target=client.flush, daemon=True)
    flusher.start()
    flusher.join(60)
    client.close()
    os._exit(0)


def role_fork(library: str, port: int, data: str, count: int) -> None:
    client = Client(library, port, data)
    if library == "sharekit":
        client.record(-1)  # with its thread and files open: the harder case
    if os.fork() == 0:
        for number in range(count):
            client.record(number)
        flusher = threading.Thread(target=client.flush, daemon=True)
        flusher.start()
        flusher.join(10)
        os._exit(0)
    os.wait()
    os._exit(0)


def role_exit(library: str, port: int, data: str, count: int) -> None:
    client = Client(library, port, data)
    for number in range(count):
        client.record(number)


def role_left(library: str, port: int, data: str) -> None:
    """The next process after one that was killed: sharekit delivers what that left behind."""
    if library == "sharekit":
        from sharekit.pipeline.delivery import drain
        from sharekit.sinks.sqlite import SqliteSink

        drain(Path(data), [SqliteSink(Path(data) / "events.db"), _webhook(port)], 60)


def role_service(library: str, port: int, data: str) -> None:
    """A process that delivers, to the server alone, until it is killed."""
    from sharekit.pipeline.delivery import serve

    serve(Path(data), [_webhook(port)], threading.Event())


def role_batches(library: str, port: int, data: str, count: int) -> None:
    """Hand over events 100 at a time; print when it began and how long it took."""
    from sharekit import ShareKit
    from sharekit.events.model import Event

    kit = ShareKit(base_url="https://shop.example", data_dir=data, deliver=False)
    kit.record("share", **_fields(-1))
    time.sleep(0.5)
    print(time.time(), flush=True)
    start = time.perf_counter()
    for first in range(0, count, 100):
        kit.record_many(Event(name="share", **_fields(number)) for number in range(first, first + 100))
    print(time.perf_counter() - start, flush=True)
    os._exit(0)


def start(role: str, library: str, port: int, data: str, *numbers: float) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--role", role, library, str(port), data, *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def run(role: str, library: str, port: int, data: str, *numbers: float) -> list[float]:
    done = start(role, library, port, data, *numbers)
    try:
        out, _ = done.communicate(timeout=180)
    except subprocess.TimeoutExpired:
        done.kill()
        out, _ = done.communicate()
    return [float(line) for line in out.split()]


def with_a_service(server: Server) -> tuple[float, float]:
    """Events a second handed over 100 at a time, and until the server has them, while another process delivers."""
    server.tell("reset")
    with tempfile.TemporaryDirectory() as data:
        service = start("service", "sharekit", server.port, data)
        try:
            began, handed_over = run("batches", "sharekit", server.port, data, BATCHED)
            deadline = time.time() + 60
            while server.tell("count") < BATCHED and time.time() < deadline:
                time.sleep(0.01)
            return BATCHED / handed_over, BATCHED / (time.time() - began)
        finally:
            service.kill()
            service.communicate()


def rates(library: str, server: Server) -> dict[str, float]:
    """How fast a library is when nothing goes wrong."""
    server.tell("reset")
    with tempfile.TemporaryDirectory() as data:
        handed_over, complete = run("rate", library, server.port, data, RATED)
    whole = server.settled(RATED) >= RATED
    return {"enqueue": RATED / handed_over, "end to end": RATED / complete if whole else 0.0}


def losses(library: str, server: Server, outage: float) -> dict[str, float]:
    """What a library loses when things go wrong."""
    found: dict[str, float] = {}

    def fresh() -> str:
        server.tell("reset")
        directories.append(tempfile.TemporaryDirectory())
        return directories[-1].name

    def lost(wanted: int) -> float:
        return wanted - server.settled(wanted)

    directories: list[tempfile.TemporaryDirectory[str]] = []
    for name, count, pace in (("kill, tight", TIGHT, 0), ("kill, paced", PACED, PACE)):
        data = fresh()
        run("killed", library, server.port, data, count, pace)
        time.sleep(0.5)
        run("left", library, server.port, data)
        found[name] = lost(count)
    if outage:
        data = fresh()
        server.tell("stop")
        program = start("outage", library, server.port, data, OUTAGE, outage * 1.5)
        time.sleep(outage)
        server.tell("start")
        with suppress(subprocess.TimeoutExpired):
            program.wait(180)
        program.kill()
        program.communicate()
        found["outage"] = lost(OUTAGE)
    run("fork", library, server.port, fresh(), FORKED)
    found["fork"] = lost(FORKED)
    data = fresh()
    run("exit", library, server.port, data, AT_EXIT)
    run("left", library, server.port, data)
    found["exit"] = lost(AT_EXIT)
    for directory in directories:
        directory.cleanup()
    return found


def table(medians: dict[str, dict[str, float]], outage: float, *, markdown: bool) -> list[str]:
    """The results in lines."""
    titles = {
        "enqueue": "enqueue, events/s",
        "end to end": "end to end, events/s",
        "kill, tight": f"lost at kill -9, tight loop of {TIGHT:,}",
        "kill, paced": f"lost at kill -9, {PACE:,}/s, {PACED:,} events",
        "outage": f"lost in an outage of {outage:.0f} s, {OUTAGE:,} events",
        "fork": f"lost after a fork, {FORKED} events",
        "exit": f"lost at exit without a flush, {AT_EXIT:,} events",
    }
    rows = [["", *medians]]
    for key, title in titles.items():
        if all(key in found for found in medians.values()):
            rows.append([title, *(f"{found[key]:,.0f}" for found in medians.values())])
    if markdown:
        rows.insert(1, ["---", *["---:"] * len(medians)])
        return [f"| {' | '.join(row)} |" for row in rows]
    return [f"{row[0]:44}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of the rates")
    parser.add_argument("--outage", type=float, default=20.0, help="seconds; 0 leaves it out")
    parser.add_argument("--libraries", default=",".join(LIBRARIES))
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--into", type=Path, help="page in which the table is replaced")
    parser.add_argument("--role", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable()
    if options.role:
        role, *rest = options.role
        if role == "serve":
            serve()
        else:
            library, port, data, *numbers = rest
            values = [float(number) if role == "outage" else int(float(number)) for number in numbers]
            globals()[f"role_{role}"](library, int(port), data, *([int(values[0]), *values[1:]] if values else []))
        return
    chosen = options.libraries.split(",")
    beside: list[tuple[float, float]] = []
    samples: dict[str, list[dict[str, float]]] = {library: [] for library in chosen}
    with Server() as server:
        for _ in range(options.rounds):
            for library in chosen:  # in turns, so that a busy moment of the machine hits all alike
                samples[library].append(rates(library, server))
                print(f"{library}: {samples[library][-1]}", file=sys.stderr)
            if "sharekit" in chosen:
                beside.append(with_a_service(server))
        medians = {
            library: {key: statistics.median(sample[key] for sample in found) for key in found[0]}
            for library, found in samples.items()
        }
        for library in chosen:
            medians[library] |= losses(library, server, options.outage)
            print(f"{library}: {medians[library]}", file=sys.stderr)
    lines = table(medians, options.outage, markdown=options.markdown or options.into is not None)
    lines += ratios(medians, beside)
    print("\n".join(lines))
    if options.into is not None:
        page = options.into.read_text()
        head, _, rest = page.partition(BEGIN)
        _, _, tail = rest.partition(END)
        table_text = "\n".join(lines)
        options.into.write_text(f"{head}{BEGIN}\n{table_text}\n{END}{tail}")


def ratios(medians: dict[str, dict[str, float]], beside: list[tuple[float, float]]) -> list[str]:
    """What follows from the table, in a sentence or two."""
    if not beside:
        return []
    handed_over, complete = (statistics.median(column) for column in zip(*beside, strict=True))
    both = f"sharekit enqueues {handed_over:,.0f} events/s, and {complete:,.0f} events/s arrive."
    lines = ["", f"With `record_many` of 100 events and a process beside it that delivers, {both}"]
    if {"segment", "posthog"} <= medians.keys():
        segment, posthog, mine = medians["segment"], medians["posthog"], medians["sharekit"]
        lines.append(
            f"That is {complete / (segment['end to end'] or 1):.1f} times segment's end to end; with single calls, "
            f"delivered by a thread of the same process, it is {mine['end to end'] / (segment['end to end'] or 1):.1f} "
            f"times. Single events are enqueued at {mine['enqueue'] / posthog['enqueue']:.1f} times posthog's rate."
        )
    return lines


if __name__ == "__main__":
    main()
