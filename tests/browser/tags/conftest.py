"""Tagged pictures in real browsers: Chromium, and Firefox by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/)."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import threading
import time
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import Page
from websockets.sync.client import ClientConnection, connect

from sharekit import Product, ShareKit
from sharekit.products import Picture, ProductTag

if TYPE_CHECKING:
    from tests.browser.conftest import Shop

KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}
# Where an element stood in each frame since the page began, as far as it changed.
FRAMES = """
window.places = [];
(function look() {
  const node = document.getElementById("after");
  const top = node && Math.round(node.getBoundingClientRect().top + scrollY);
  if (node && top !== places.at(-1)) places.push(top);
  requestAnimationFrame(look);
})();
"""


class Window(Protocol):
    """A window of a browser, as far as these tests need one."""

    def open(self, address: str, width: int, height: int) -> None:
        """Load a page in a window of that size."""

    def evaluate(self, expression: str) -> Any:
        """The value of an expression."""

    def press(self, key: str) -> None:
        """Press a key."""

    def click(self, x: float, y: float) -> None:
        """Click at a point of the window."""

    def picture(self) -> bytes:
        """A screenshot as PNG."""

    def complaints(self) -> list[str]:
        """What the console said since the last question: errors, warnings of the policy."""


class Chromium:
    """A page of Playwright's."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._said: list[str] = []
        page.on("console", lambda said: said.type in {"error", "warning"} and self._said.append(said.text))
        page.on("pageerror", lambda error: self._said.append(str(error)))

    def open(self, address: str, width: int, height: int) -> None:
        """Load a page in a window of that size."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(address)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression."""
        return self.page.evaluate(expression)

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)

    def click(self, x: float, y: float) -> None:
        """Click at a point of the window."""
        self.page.mouse.click(x, y)

    def picture(self) -> bytes:
        """A screenshot."""
        return self.page.screenshot()

    def complaints(self) -> list[str]:
        """What the console said."""
        said, self._said = self._said, []
        return said


class Firefox:
    """A Firefox without a window on the screen, spoken to by BiDi.

    Parameters:
        socket: the connection to it.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._said: list[str] = []
        self("session.new", capabilities={})
        self._context = self("browsingContext.create", type="tab")["context"]  # the first one never has the focus
        self("session.subscribe", events=["log.entryAdded"])

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=30))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] in {"error", "warn"}:
                self._said.append(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, address: str, width: int, height: int) -> None:
        """Load a page in a window of that size."""
        self("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})
        self("browsingContext.navigate", context=self._context, url=address, wait="complete")
        self("browsingContext.activate", context=self._context)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression; also where the page itself may run no script."""
        asked = f"JSON.stringify({expression})"
        answer = self("script.evaluate", expression=asked, target={"context": self._context}, awaitPromise=False)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"]) if answer["result"]["type"] == "string" else None

    def press(self, key: str) -> None:
        """Press a key."""
        value = KEYS[key]
        self._act({"type": "key", "id": "keys"}, [{"type": kind, "value": value} for kind in ("keyDown", "keyUp")])

    def click(self, x: float, y: float) -> None:
        """Click at a point of the window."""
        self._act(
            {"type": "pointer", "id": "mouse"},
            [
                {"type": "pointerMove", "x": round(x), "y": round(y)},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerUp", "button": 0},
            ],
        )

    def _act(self, device: dict[str, str], actions: list[dict[str, Any]]) -> None:
        self("input.performActions", context=self._context, actions=[{**device, "actions": actions}])

    def picture(self) -> bytes:
        """A screenshot."""
        return b64decode(self("browsingContext.captureScreenshot", context=self._context)["data"])

    def complaints(self) -> list[str]:
        """What the console said."""
        self("session.status")  # what was on its way has come
        said, self._said = self._said, []
        return said


@contextmanager
def run_firefox(binary: str, profile: Path, *, scripting: bool) -> Iterator[Firefox]:
    """Start Firefox, and end it.

    Parameters:
        binary: the program.
        profile: a folder that is not there yet.
        scripting: whether JavaScript is switched on in its settings.
    """
    profile.mkdir()
    (profile / "user.js").write_text(f'user_pref("javascript.enabled", {json.dumps(scripting)});\n')
    command = [binary, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            address = next(
                found[1] for line in process.stderr if (found := re.search(r"listening on (ws://\S+)", line))
            )
            reader = threading.Thread(target=process.stderr.read)  # or it would wait for somebody to read what it says
            reader.start()
            with connect(f"{address}/session", max_size=None, compression=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
            process.wait(20)
        reader.join()


@pytest.fixture(scope="session")
def firefox_binary() -> str:
    """Path of an installed Firefox."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path:
        return path
    message = "Firefox is not installed. Install it with: apt-get install firefox-esr"
    if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def firefoxes(firefox_binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Firefox]]:
    """A function that gives a Firefox with or without JavaScript; each is started once."""
    started: dict[bool, Firefox] = {}
    with ExitStack() as stack:

        def get(scripting: bool) -> Firefox:
            if scripting not in started:
                profile = tmp_path_factory.mktemp("firefox") / "profile"
                started[scripting] = stack.enter_context(run_firefox(firefox_binary, profile, scripting=scripting))
            return started[scripting]

        yield get


@pytest.fixture(params=["chromium", "firefox"])
def window(
    request: pytest.FixtureRequest, visit: Callable[..., Page], firefoxes: Callable[[bool], Firefox]
) -> Callable[..., Window]:
    """A function that gives a window of either browser; ``scripting=False`` switches JavaScript off in it."""

    def get(*, scripting: bool = True) -> Window:
        if request.param == "firefox":
            firefox = firefoxes(scripting)
            firefox.complaints()
            return firefox
        return Chromium(visit(None, scripting=scripting))

    return get


class Raw(str):
    """Bytes where the shop of these tests expects text."""

    __slots__ = ("content",)

    def __new__(cls, content: bytes) -> Raw:
        """The content."""
        raw = super().__new__(cls, "file")
        raw.content = content
        return raw

    def encode(self, *_: Any) -> bytes:
        """The bytes."""
        return self.content


def png(width: int, height: int, colour: tuple[int, int, int] = (196, 178, 154)) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes(colour) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Studio:
    """A shop with pictures to tag."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.kit: ShareKit = shop.kit
        for width, height in ((1200, 800), (800, 1200), (600, 600), (80, 100)):
            self.add_plain(width, height)
        shop.pages["/icon.svg"] = " "
        shop.pages["/shop.css"] = "body { margin: 0; font: 16px/1.5 sans-serif } main { padding: 0 16px }"

    def add_plain(self, width: int, height: int) -> None:
        """Serve a picture of that size."""
        self.add_file(f"/img/{width}x{height}.png", png(width, height))

    def add_file(self, path: str, content: bytes) -> None:
        """Serve a file."""
        self.shop.pages[path] = lambda: Raw(content)

    def product(self, number: int = 1, **values: Any) -> Product:
        """A product."""
        given = {
            "title": f"Linen shirt {number}",
            "url": f"/p/{number}",
            "image": "/img/80x100.png",
            "price": "59.00",
            "currency": "EUR",
            "availability": "InStock",
        }
        return Product(id=f"shirt-{number}", **(given | values))

    def tagged(self, *points: tuple[float, float], size: tuple[int, int] = (1200, 800), **values: Any) -> Picture:
        """A picture with a tag at each of the points."""
        tags = [ProductTag(self.product(number), x, y) for number, (x, y) in enumerate(points, 1)]
        width, height = size
        given = {"alt": "A table by the sea", "tags": tags} | values
        return Picture(f"/img/{width}x{height}.png", width, height, **given)

    def html(self, picture: Picture, **options: Any) -> str:
        """A tagged picture as HTML, loaded at once."""
        return str(self.kit.product_tags(picture, **({"loading": "eager"} | options)))

    def show(self, body: str, *, frames: bool = False, **options: Any) -> str:
        """Put a page up that shows ``body``; gives its address."""
        self.shop.pages["/frames.js"] = FRAMES
        head = options.pop("head", "") + ('<script src="/frames.js"></script>' if frames else "")
        return self.shop.put("/", body, head=head, **options)


@pytest.fixture
def studio(shop: Shop) -> Studio:
    """A shop with pictures to tag."""
    return Studio(shop)


def wait_until(window: Window, expression: str, why: str = "") -> Any:
    """Wait until an expression is true in a window; gives its value."""
    deadline = time.monotonic() + 15
    while not (value := window.evaluate(expression)):
        assert time.monotonic() < deadline, why or expression
        time.sleep(0.02)
    return value


@pytest.fixture(name="wait_until")
def wait_until_fixture() -> Callable[..., Any]:
    """A function that waits for an expression to be true in a window."""
    return wait_until
