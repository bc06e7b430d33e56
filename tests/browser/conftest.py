"""A real shop for a real browser: a kit with its journal and store, a small server, Chromium, nothing stubbed."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Route, sync_playwright

from sharekit import Product, ShareKit
from sharekit.events.model import Event
from sharekit.sinks.store import open_store

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The host shop.test is this machine without being a "secure context"; no other host can be reached.
    "--host-resolver-rules=MAP shop.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
STRICT = "default-src 'self'"
KINDS = {".css": "text/css", ".js": "text/javascript", ".vtt": "text/vtt", ".webm": "video/webm"}
BAR = ["whatsapp", "facebook", "x", "pinterest", "telegram", "bluesky", "email", "copy", "native"]
SECRET = "a secret that is long enough"

# Kept on the page for the tests to read: what the policy blocked, what moved.
WATCH = """
window.blocked = [];
document.addEventListener("securitypolicyviolation", (event) => {
  blocked.push(event.violatedDirective + " " + event.blockedURI);
});
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) shifts.push([entry.value, ...entry.sources.map((source) => source.node?.outerHTML)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A server that answers each request in a thread of its own, as browsers expect."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """No line on stderr per request."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class Post:
    """A post of events as it reached the server."""

    body: bytes
    content_type: str
    status: str = ""

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events in it."""
        return json.loads(self.body)


@dataclass
class Shop:
    """A shop: pages by path, a kit at ``/sharekit``, and a memory of what was asked of it."""

    kit: ShareKit = field(init=False)
    base: str = ""
    policy: str = STRICT
    pages: dict[str, str | Callable[[], str]] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    slow: str = ""
    """Part of the path of files that take their time."""
    query: str = ""
    """The query of the page that was asked for last."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        if self.slow and self.slow in path:
            time.sleep(0.4)
        if not path.startswith("/sharekit/"):
            page = self.pages.get(path)
            if page is not None and not path.endswith((".css", ".js", ".svg")):
                self.query = environ.get("QUERY_STRING", "")
            kind = KINDS.get(PurePosixPath(path).suffix, "text/html; charset=utf-8")
            headers = [("Content-Type", kind), ("Content-Security-Policy", self.policy)]
            body = (page() if callable(page) else page or "<title>Nothing here</title>").encode()
            status = "200 OK" if page is not None else "404 Not Found"
            if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", environ.get("HTTP_RANGE", "")):  # how browsers fetch films
                first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
                headers += [("Content-Range", f"bytes {first}-{last}/{len(body)}"), ("Accept-Ranges", "bytes")]
                status, body = "206 Partial Content", body[first : last + 1]
            start_response(status, headers)
            return [body]
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/sharekit", path.removeprefix("/sharekit")
        if path != "/sharekit/events":
            return self.kit.wsgi_app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        post = Post(body, environ.get("CONTENT_TYPE", ""))

        def started(status: str, *rest: Any) -> Any:
            post.status = status
            self.posts.append(post)
            return start_response(status, *rest)

        return self.kit.wsgi_app(environ, started)

    @property
    def mug(self) -> Product:
        """What is sold."""
        return Product(
            id="mug-1", title="Stoneware mug", url="/p/mug-1", image="/img/mug.jpg", price="19.90", currency="EUR"
        )

    def buttons(self, *networks: str, **options: Any) -> str:
        """Share buttons of the mug."""
        return str(self.kit.share_buttons(self.mug, networks=list(networks) or BAR, **options))

    def page(self, body: str, *, head: str = "", lang: str = "en", direction: str = "ltr", root: str = "") -> str:
        """A page of the shop around ``body``."""
        return (
            f'<!DOCTYPE html><html lang="{lang}" dir="{direction}"{root}><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Stoneware mug</title>'
            '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/shop.css">'
            f"{self.kit.assets()}{head}</head>"
            f'<body><main><h1>Stoneware mug</h1>{body}<p id="after">Thrown by hand.</p></main></body></html>'
        )

    def put(self, path: str, body: str, **options: Any) -> str:
        """Show ``body`` at ``path``; gives its address."""
        self.pages[path] = self.page(body, **options)
        return self.base + path

    def stored(self) -> list[Event]:
        """Every event in the store, once all of them are there."""
        assert self.kit.flush(10)
        store = open_store(self.kit.settings.store, data_dir=self.kit.settings.data_dir)
        return list(store.events())

    def wait_for(self, page: Page, name: str, count: int = 1) -> list[Event]:
        """The stored events of that name, once the browser has sent ``count`` of them."""
        deadline = time.monotonic() + 20
        while sum(event["name"] == name for post in list(self.posts) for event in post.events) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"no {name} came; there were {[post.events for post in self.posts]}")
            page.wait_for_timeout(20)
        return [event for event in self.stored() if event.name == name]

    def leave(self, page: Page) -> list[Event]:
        """All stored events after the visitor went away, which makes the script send what it still has."""
        page.goto(self.base + "/elsewhere")
        page.wait_for_timeout(400)
        return self.stored()


@pytest.fixture
def shop(tmp_path: Path, make_kit: Callable[..., ShareKit]) -> Iterator[Shop]:
    """A shop that is open for one test."""
    shop = Shop()
    server = make_server("127.0.0.1", 0, shop, server_class=ThreadingServer, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    shop.base = f"http://127.0.0.1:{server.server_port}"
    shop.kit = make_kit(
        base_url=shop.base,
        secret_key=SECRET,
        allowed_origins=[shop.base.replace("127.0.0.1", "shop.test")],
        network_options={"messenger": {"app_id": "1", "redirect_uri": shop.base}},
    )
    shop.put("/elsewhere", "")
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def arguments() -> list[str]:
    """How Chromium is started: as a visitor's, not as one that calls itself headless and is taken for a crawler."""
    return [*ARGUMENTS, f"--user-agent={AGENT}"]


@pytest.fixture(scope="module")
def browser(chromium: str, playwright: Playwright, arguments: list[str]) -> Iterator[Browser]:
    """Chromium, started once."""
    browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def scriptless_browser(chromium: str, playwright: Playwright, arguments: list[str]) -> Iterator[Browser]:
    """Chromium with JavaScript switched off in its settings, as a visitor does it (style sheets know about it)."""
    browser = playwright.chromium.launch(
        executable_path=chromium, args=[*arguments, "--blink-settings=scriptEnabled=false"]
    )
    yield browser
    browser.close()


class Outside:
    """The internet: it answers everything with an empty page and remembers what was asked."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def __call__(self, route: Route, request: Request) -> None:
        self.addresses.append(request.url)
        route.fulfill(status=200, content_type="text/html", body="<!DOCTYPE html><title>Elsewhere</title>")


@pytest.fixture
def outside() -> Outside:
    """What was asked of other hosts."""
    return Outside()


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, browser: Browser, shop: Shop, outside: Outside
) -> Iterator[Callable[..., Page]]:
    """A function that opens a page as a new visitor; options are those of a browser context."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str | None = "/", *, script: str = "", scripting: bool = True, **options: Any) -> Page:
        used = browser if scripting else request.getfixturevalue("scriptless_browser")
        context = used.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1|shop\.test)"), outside)
        context.add_init_script(WATCH + script)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        page = context.new_page()
        if path is not None:
            page.goto(path if path.startswith("http") else shop.base + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def control(page: Page, network: str, placement: str | None = None) -> Any:
    """The control of a network."""
    where = "" if placement is None else f'[data-sk-placement="{placement}"] '
    return page.locator(f'{where}[data-sk-network="{network}"]')


@pytest.fixture(name="control")
def control_fixture() -> Callable[..., Any]:
    """A function that finds a control: ``control(page, "x")``."""
    return control
