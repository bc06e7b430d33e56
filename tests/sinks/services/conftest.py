"""Services to send to: small servers that hold to what the makers document, on loopback."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Posted:
    """A request that arrived.

    Parameters:
        path: with the query.
        headers: names in lower case.
        body: without its compression.
        size: bytes of the body as it travelled.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Answer:
    """What is answered.

    Parameters:
        drip: seconds between single bytes of the body.
        wait: seconds before anything is answered.
        broken: end the connection instead.
    """

    status: int = 200
    data: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    wait: float = 0.0
    broken: bool = False


class Service:
    """A server that keeps what it is sent and answers as ``rule`` says.

    Parameters:
        rule: what is answered to a request; ``faults`` go before it, one for each request.
    """

    def __init__(self, rule: Callable[[Posted], Answer]) -> None:
        self.rule = rule
        self.faults: list[Answer] = []
        self.posts: list[Posted] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
                headers = {name.lower(): value for name, value in self.headers.items()}
                posted = Posted(self.path, headers, body, len(raw))
                answer = service.faults.pop(0) if service.faults else service.rule(posted)
                service.posts.append(posted)
                time.sleep(answer.wait)
                if answer.broken:
                    self.close_connection = True
                    return
                text = answer.data if isinstance(answer.data, bytes) else json.dumps(answer.data).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(text)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(text), 1 if answer.drip else max(1, len(text))):
                        self.wfile.write(text[start : start + 1] if answer.drip else text)
                        time.sleep(answer.drip)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.base = f"http://{self.host}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Posted], Answer]], Service]]:
    """A function that starts a service with a rule."""
    running: list[Service] = []

    def start(rule: Callable[[Posted], Answer] = lambda posted: Answer()) -> Service:
        running.append(Service(rule))
        return running[-1]

    yield start
    for service in running:
        service.stop()


@pytest.fixture
def answer() -> type[Answer]:
    """The class of answers, for tests in other files."""
    return Answer
