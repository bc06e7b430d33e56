"""What the demo's tests share: a catalogue file, the demo as a process of its own, and a browser that watches it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, sync_playwright
from werkzeug.serving import make_server

from sharekit.demo import create_app
from sharekit.demo.catalog import Catalog
from sharekit.demo.catalog_files import load_catalog

WATCH = """
window.blocked = [];
document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.violatedDirective));
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

SERVE = """
import sys
from sharekit.demo import serve
serve("127.0.0.1", int(sys.argv[1]), sys.argv[3] or None, sys.argv[2])
"""


class DemoProcess:
    """The demo's server, as ``sharekit-web demo`` starts it."""

    def __init__(self, data_dir: Path, catalog: str = "", port: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port), str(data_dir), catalog],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            # As in a terminal: what a shell starts in the background, these tests perhaps, ignores Ctrl+C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: list[str] = []
        self.address = ""

    def wait_until_ready(self) -> str:
        """The address it prints once it answers."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            found = re.search(r"Shop\s+(http://\S+?)/$", line.rstrip())
            if found:
                self.address = found[1]
            if line.startswith("Press"):
                return self.address
        raise AssertionError("the demo did not start:\n" + "\n".join(self.lines))

    def end(self, sign: int = signal.SIGKILL) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(sign)
        code = self.process.wait(30)
        if self.process.stdout is not None:
            self.lines += self.process.stdout.read().splitlines()
            self.process.stdout.close()
        return code


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[Callable[..., DemoProcess]]:
    """A function that starts the demo on a free port; what still runs at the end is killed."""
    started: list[DemoProcess] = []

    def start(data_dir: Path | None = None, **options: Any) -> DemoProcess:
        started.append(DemoProcess(data_dir or tmp_path / "data", **options))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.end()


@pytest.fixture
def make_demo(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """A function that makes the demo's app with a data directory of the test's own."""
    made: list[Flask] = []

    def make(**options: Any) -> Flask:
        app = create_app(**{"data_dir": tmp_path / "data"} | options)
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["sharekit"].close()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Catalog]:
    """A function that writes a catalogue file and reads it as the demo does."""

    def write_and_read(content: str | bytes, name: str = "catalog.csv", **options: Any) -> Catalog:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_catalog(path, **options)

    return write_and_read


@pytest.fixture(scope="module")
def engine(chromium: str) -> Iterator[Browser]:
    """A Chromium for this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def demo(make_demo: Callable[..., Flask]) -> Iterator[tuple[str, Flask]]:
    """The demo on a port of its own: its address, and the app."""
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = make_demo(base_url=address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address, server.app
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def visit(engine: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page as a new visitor. What would leave this machine is stopped and remembered."""
    contexts = []

    def open_page(address: str, **options: Any) -> Page:
        context = engine.new_context(**options)
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        outside: list[str] = []

        def judge(route: Route) -> None:
            if route.request.url.startswith("http://127.0.0.1:"):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        context.route(re.compile(".*"), judge)
        page.goto(address)
        page.outside = outside  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
