"""What the editor's tests share: a picture drawn by the test, and the server behind ``sharekit-web tag``."""

from __future__ import annotations

import http.client
import json
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sharekit.cli.tag_files import Desk
from sharekit.cli.tag_server import TagApp, make_tag_server
from sharekit.demo.catalog import Catalog

TOKEN = "t0ken-of-this-test"


def write_png(path: Path, width: int, height: int) -> Path:
    """A picture of one colour, written by hand (https://www.w3.org/TR/png/)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x99" * width) * height)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    """A PNG of 600 × 400."""
    return write_png(tmp_path / "table.png", 600, 400)


@dataclass
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Editor:
    """The running server, and what it said on the terminal."""

    app: TagApp
    said: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        """What a browser sends as ``Host``."""
        return f"127.0.0.1:{self.app.port}"

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answer:
        """Send a request. Headers are named with underscores; an empty one is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            given = {"Host": self.host} | {name.replace("_", "-"): value for name, value in headers.items()}
            if body is not None:
                given.setdefault("Content-Length", str(len(body)))
                given.setdefault("Content-Type", "application/x-www-form-urlencoded")
            for name, value in given.items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(body.encode() if isinstance(body, str) else body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str = "", **headers: str) -> Answer:
        """Get something below the secret."""
        return self.ask("GET", f"/{TOKEN}/{path}", **headers)

    def post(self, picture: object, name: str = "picture", **headers: str) -> Answer:
        """Post a picture as the editor's own page does; anything but text is written as JSON."""
        text = picture if isinstance(picture, str) else json.dumps(picture)
        given = {"Origin": f"http://{self.host}", "Sec_Fetch_Site": "same-origin", "Accept": "application/json"}
        return self.ask("POST", f"/{TOKEN}/save", urlencode({name: text}), **(given | headers))


@pytest.fixture
def start_editor(picture_file: Path) -> Iterator[Callable[..., Editor]]:
    """A function that starts the server for the picture."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(catalog: Catalog | None = None, out: Path | None = None, path: Path | None = None) -> Editor:
        said: list[str] = []
        app = TagApp(Desk(path or picture_file, out), catalog, token=TOKEN, say=said.append)
        server = make_tag_server(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        running.append((server, thread))
        return Editor(app, said)

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def editor(start_editor: Callable[..., Editor]) -> Editor:
    """The server without a catalogue."""
    return start_editor()


@pytest.fixture
def tagged() -> dict[str, Any]:
    """A picture with one tag, as the editor posts it: the product was typed in."""
    return {
        "src": "table.png",
        "width": 600,
        "height": 400,
        "alt": "A laid table",
        "tags": [{"product": "mug", "x": 0.375, "y": 0.625}],
        "products": [{"id": "mug", "title": "Stoneware mug", "url": "/p/mug", "price": "19.90", "currency": "EUR"}],
    }
