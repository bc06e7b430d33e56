"""Flask behind a real server: bodies without a length, bodies without an end."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from sharekit.integrations.flask import FlaskShareKit
from sharekit.web.http import MAX_BODY

CLICK = json.dumps({"name": "click", "network": "x", "product_id": "mug-1"}).encode()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Port of a served app."""
    app = Flask("served")
    kit = FlaskShareKit(base_url="http://127.0.0.1", data_dir=tmp_path / "data").init_app(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(10)
    server.server_close()
    kit.close()


def send(port: int, body: object, agent: str, **headers: str) -> tuple[int, dict[str, object]]:
    """Post and read the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        chunked = "Transfer-Encoding" in headers
        connection.request(
            "POST", "/sharekit/events", body=body, headers={"User-Agent": agent} | headers, encode_chunked=chunked
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_chunked_bodies_are_read(port: int, browser_agent: str) -> None:
    """A body that comes in pieces without a length is put together."""
    pieces = iter([CLICK[:10], CLICK[10:]])
    status, answer = send(port, pieces, browser_agent, **{"Transfer-Encoding": "chunked"})
    assert (status, answer) == (202, {"accepted": 1})


def test_chunked_bodies_have_an_end(port: int, browser_agent: str) -> None:
    """Of a body that is too long not more is read than needed to know it."""
    pieces = iter([b" " * 16_384] * (MAX_BODY // 16_384 + 1))
    status, _ = send(port, pieces, browser_agent, **{"Transfer-Encoding": "chunked"})
    assert status == 413
