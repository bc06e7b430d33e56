"""The sink, held to the contract, against a server that keeps what it is sent."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sharekit_lines import LinesSink

from sharekit.events.model import Event
from sharekit.testing import SinkContract


class Keeper(socketserver.ThreadingTCPServer):
    """Keeps each event once; takes none of the product ``never``."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.kept: dict[str, Any] = {}
        self.connections: set[socket.socket] = set()

    def hang_up(self) -> None:
        """Cut every connection, as a restart does."""
        for connection in list(self.connections):
            connection.shutdown(socket.SHUT_RDWR)


class Answer(socketserver.StreamRequestHandler):
    """A connection."""

    server: Keeper

    def handle(self) -> None:
        self.server.connections.add(self.request)
        for line in self.rfile:
            event = json.loads(line)
            if event.get("product_id") == "never":
                self.wfile.write(b"-no such product\n")
                continue
            self.server.kept.setdefault(event["id"], event)
            self.wfile.write(b"+\n")

    def finish(self) -> None:
        self.server.connections.discard(self.request)
        with suppress(OSError):  # hung up
            super().finish()


class TestLinesSink(SinkContract):
    """Three lines would do; the others let the contract break the connection and have an event rejected."""

    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with Keeper() as self.keeper:
            thread = threading.Thread(target=self.keeper.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield
            self.keeper.shutdown()
            thread.join()

    def make_sink(self) -> LinesSink:
        return LinesSink("127.0.0.1", self.keeper.server_address[1])

    def read_back(self) -> dict[str, Any]:
        return dict(self.keeper.kept)

    def break_connection(self, sink: LinesSink) -> None:
        self.keeper.hang_up()

    def rejected_event(self) -> Event:
        return Event(name="share", product_id="never")
