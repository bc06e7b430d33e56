"""How many posts of one event a server takes in a second when each is answered after the commit, beside a no-op app.

    python benchmarks/collect.py

Each server runs in a process of its own, two at a time of every kind: an app that reads the body and answers 202, and
the kit's app, whose answer comes after the event is in the journal. They are asked in turn over keep-alive connections
from this process, so that a busy moment of the machine hits both alike. In the end the store must hold exactly as many
events as were acknowledged. Needs the ``bench`` group and Linux. Client, server and delivery share the processors, so
on a small machine delivery shows twice: the third column, processor time for each request, tells it from the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

CONNECTIONS = 32
SAMPLES = 7
SECONDS = 1.5
WARM_UP = 0.5
ANSWER = b'{"accepted": 1}'
TARGET = 0.70

# One event as the script posts it, with a browser's usual headers. %d makes each id its own.
EVENT = json.dumps({
    "id": "1763755200000AbCd%012d",
    "name": "click",
    "url": "https://shop.example/p/mug-1?variant=2",
    "widget": "share",
    "product_id": "mug-1",
    "placement": "product",
    "network": "whatsapp",
    "share_id": "AbCdEf123_-x",
})  # fmt: skip
HEAD = f"""POST /sharekit/events HTTP/1.1
Host: shop.example
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36
Accept: */*
Accept-Language: en-GB,en;q=0.9
Accept-Encoding: gzip, deflate, br, zstd
Content-Type: text/plain;charset=UTF-8
Origin: https://shop.example
Referer: https://shop.example/p/mug-1?variant=2
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: no-cors
Content-Length: {len(EVENT % 0)}

""".replace("\n", "\r\n")
REQUEST = HEAD.replace("%", "%%") + EVENT


async def noop_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and says 202."""
    if scope["type"] != "http":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def noop_wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Reads the body and says 202."""
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("202 Accepted", [("content-type", "application/json"), ("content-length", str(len(ANSWER)))])
    return [ANSWER]


def serve(kind: str, what: str, handle: int, data_dir: str, deliver: bool) -> None:
    """Serve until the parent closes our standard input."""
    import threading

    listener = socket.socket(fileno=handle)
    kit: Any = None
    if what == "kit":
        from sharekit import ShareKit

        # A limit that is counted, but not reached: all posts come from one address.
        kit = ShareKit("https://shop.example", data_dir=data_dir, rate_limit="100000000/second", deliver=deliver)
    stop: Callable[[], object]
    if kind.startswith("uvicorn"):
        import uvicorn

        loop, parser = ("uvloop", "httptools") if kind == "uvicorn, uvloop + httptools" else ("asyncio", "h11")
        app = kit.asgi_app if kit else noop_asgi
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, loop=loop, http=parser))
        stop, run = lambda: setattr(server, "should_exit", True), lambda: server.run(sockets=[listener])
    else:
        import logging

        from waitress.server import create_server

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it reports every wait
        wsgi = create_server(kit.wsgi_app if kit else noop_wsgi, sockets=[listener], threads=4)
        stop, run = wsgi.close, wsgi.run
    threading.Thread(target=lambda: (sys.stdin.read(), stop()), daemon=True).start()
    with suppress(OSError):  # waitress, when its listener is closed
        run()
    if kit:
        if deliver:
            kit.flush(60)
        kit.close()


class Server:
    """A server in a process of its own, and what it acknowledged."""

    def __init__(self, stack: ExitStack, kind: str, what: str, deliver: bool = True) -> None:
        self.accepted = 0
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.data_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix="sharekit-bench-"))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        self.port = listener.getsockname()[1]
        command = [sys.executable, __file__, "--serve", kind, what, str(listener.fileno()), self.data_dir]
        command += [] if deliver else ["--no-delivery"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()])
        stack.callback(self.stop)

    def stop(self) -> None:
        """Let the server end by itself."""
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(90)

    def kept(self) -> int:
        """How many events the store holds."""
        with closing(sqlite3.connect(Path(self.data_dir, "events.db"))) as store:
            return int(store.execute("SELECT count(*) FROM events").fetchone()[0])

    def sample(self, seconds: float) -> None:
        """Post for some seconds; note the requests per second, and the processor time the server took for each."""
        accepted, spent = self.accepted, self.spent()
        self.rates.append(self.load(seconds))
        self.costs.append((self.spent() - spent) / (self.accepted - accepted) * 1e6)

    def spent(self) -> float:
        """Seconds of processor time that the server's process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, seconds: float) -> float:
        """Post over keep-alive connections for some seconds; gives requests per second."""
        number = self.accepted
        done = 0
        with ExitStack() as stack, selectors.DefaultSelector() as ready:
            for _ in range(CONNECTIONS):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(connection, selectors.EVENT_READ)
                number += 1
                connection.sendall((REQUEST % number).encode())
            waiting = CONNECTIONS
            started = time.perf_counter()
            end = started + seconds
            while waiting:
                now = time.perf_counter()
                for key, _ in ready.select(10):
                    connection = key.fileobj  # type: ignore[assignment]
                    answer = connection.recv(4_096)
                    while ANSWER not in answer:  # waitress sends head and body apart
                        piece = connection.recv(4_096)
                        if not piece:
                            raise SystemExit(f"The server answered: {answer.decode(errors='replace')}")
                        answer += piece
                    if b" 202 " not in answer[:16]:
                        raise SystemExit(f"The server answered: {answer.decode(errors='replace')}")
                    done += 1
                    if now < end:
                        number += 1
                        connection.sendall((REQUEST % number).encode())
                    else:
                        waiting -= 1
            elapsed = time.perf_counter() - started
        self.accepted += done
        return done / elapsed


def compare(kind: str, samples: int, seconds: float) -> None:
    """Print the ratio of the kit's app to the no-op app on one kind of server."""
    with ExitStack() as stack:
        floor = Server(stack, kind, "no-op")
        cases = {"kit": Server(stack, kind, "kit"), "kit, deliverer apart": Server(stack, kind, "kit", deliver=False)}
        for server in (floor, *cases.values()):
            server.load(WARM_UP)
        for _ in range(samples):
            for server in (floor, *cases.values()):
                server.sample(seconds)
        for server in cases.values():
            server.stop()
        for name, server in {"no-op": floor, **cases}.items():
            ratio = statistics.median(rate / other for rate, other in zip(server.rates, floor.rates, strict=True))
            spread = f"[{min(server.rates):,.0f} to {max(server.rates):,.0f}]"
            rate, cost = statistics.median(server.rates), statistics.median(server.costs)
            print(f"{kind:<28} {name:<21} {rate:>10,.0f} {ratio:>6.0%} {cost:>6.0f}  {spread}")
        kept = cases["kit"].kept()
        verdict = "all kept" if kept == cases["kit"].accepted else "NOT THE SAME"
        print(f"{'':<28} acknowledged {cases['kit'].accepted:,}, in the store {kept:,}: {verdict}")


def main() -> None:
    """Run the comparison, or one of its servers."""
    parser = argparse.ArgumentParser(description="Posts per second against a no-op app.")
    parser.add_argument("--serve", nargs=4, metavar=("KIND", "WHAT", "SOCKET", "DATA"), help=argparse.SUPPRESS)
    parser.add_argument("--no-delivery", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a sample")
    parser.add_argument("--only", default="", help="only servers whose name contains this")
    options = parser.parse_args()
    if options.serve:
        kind, what, handle, data_dir = options.serve
        serve(kind, what, int(handle), data_dir, not options.no_delivery)
        return
    print(
        f"{CONNECTIONS} connections, {options.samples} samples of {options.seconds} s each, {os.cpu_count()} processors"
    )
    print(f"{'server':<28} {'app':<21} {'requests/s':>10} {'ratio':>6} {'CPU µs':>6}  (target {TARGET:.0%})")
    for kind in ("uvicorn, asyncio + h11", "uvicorn, uvloop + httptools", "waitress, 4 threads"):
        if options.only in kind:
            compare(kind, options.samples, options.seconds)


if __name__ == "__main__":
    main()
