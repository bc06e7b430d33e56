"""The kit's own app without a server, and what was kept through it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
import uvicorn

from sharekit.config import Settings
from sharekit.events.model import Event
from sharekit.events.names import EVENT_NAMES
from sharekit.events.signing import Signer
from sharekit.events.visitor import Visitors
from sharekit.networks.registry import Networks
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.web.app import WebApp
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response

HOST = "shop.example"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": f"https://{HOST}"}


class Shop:
    """A shop's collector: asks it things, and knows which events it kept.

    Parameters:
        folder: data directory.
        settings: fields of :class:`Settings`.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.settings = Settings(**({"base_url": f"https://{HOST}", "data_dir": folder} | settings))
        self.signer = Signer(self.settings.secret_key or ("a secret of the test's own",), "links")
        self.events: list[Event] = []
        self.failure: Exception | None = None
        self.commits = 0
        self.web = WebApp(
            WebContext(
                settings=self.settings,
                networks=Networks(),
                assets=Assets(self.settings.mount),
                environment=make_environment(self.settings.template_dirs),
                signer=lambda: self.signer,
                share_key=lambda: b"k" * 32,
                visitors=Visitors(self.settings.data_dir),
                record_many=self.record_many,
                names=EVENT_NAMES,
            )
        )

    def record_many(self, events: Sequence[Event]) -> None:
        """Keep events, or fail as the journal does."""
        if self.failure is not None:
            raise self.failure
        self.commits += 1
        self.events.extend(events)

    def ask(self, method: str, path: str, **fields: Any) -> Response:
        """The answer to a request as a browser makes it; ``headers`` are added to a browser's own."""
        headers = {"host": HOST, "user-agent": AGENT} | fields.pop("headers", {})
        path, _, query = path.partition("?")
        defaults = {"client": "203.0.113.9", "host": HOST, "scheme": "https", "mount": "/sharekit", "query": query}
        return self.web.handle(Request(method=method, path=path, headers=headers, **(defaults | fields)))

    def post(self, body: object, **headers: str) -> Response:
        """Post events as the script does: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "text/plain;charset=UTF-8"} | SAME_ORIGIN
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/events", headers={name: value for name, value in sent.items() if value}, body=raw)

    def token(self, **values: str) -> str:
        """A signed link to a mug, with these values changed; empty ones are left out."""
        mug = {"u": f"https://{HOST}/p/mug-1", "n": "whatsapp", "p": "mug-1", "l": "product", "t": "Stoneware mug"}
        return self.signer.sign({key: value for key, value in (mug | values).items() if value})

    @staticmethod
    def header(response: Response, name: str) -> str:
        """The value of a header of an answer; ``""`` when it is not there."""
        return dict(response.headers).get(name, "")

    @staticmethod
    def reason(response: Response) -> dict[str, str]:
        """A refusal's word and sentence."""
        data: dict[str, str] = json.loads(response.body)
        assert set(data) == {"error", "reason"}
        assert Shop.header(response, "content-type") == "application/json"
        assert Shop.header(response, "cache-control") == "no-store"
        return data


class Wire:
    """A server on loopback, asked byte by byte or by Python's own client.

    Parameters:
        port: where it listens.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer; a body given in pieces is sent chunked."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"User-Agent": AGENT} | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def send(self, raw: bytes) -> bytes:
        """All that comes back for these bytes until the server closes, or stays silent for a while."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            pieces = []
            with suppress(ConnectionResetError):
                while piece := connection.recv(65_536):
                    pieces.append(piece)
            return b"".join(pieces)


class QuietHandler(WSGIRequestHandler):
    """Python's reference server without its log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing."""


@pytest.fixture
def serve_wsgi() -> Iterator[Callable[[Any], Wire]]:
    """A function that serves a WSGI app with Python's reference server, checked by its validator."""
    with ExitStack() as stack:

        def serve(app: Any) -> Wire:
            server = make_server("127.0.0.1", 0, validator(app), handler_class=QuietHandler)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(server.server_close)
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return Wire(server.server_port)

        yield serve


@pytest.fixture
def serve_asgi() -> Iterator[Callable[..., Wire]]:
    """A function that serves an ASGI app with uvicorn; further arguments are uvicorn's own."""
    with ExitStack() as stack:

        def serve(app: Any, **options: Any) -> Wire:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", **options))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join()

            stack.callback(stop)
            deadline = time.monotonic() + 20
            while not server.started and thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert server.started
            return Wire(listener.getsockname()[1])

        yield serve


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[..., Shop]:
    """A function that makes a shop's collector from settings."""
    return lambda **settings: Shop(tmp_path, **settings)


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A collector with the default settings."""
    return make_shop()
