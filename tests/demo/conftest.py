"""What the demo's tests share: a catalogue file, and the demo as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sharekit.demo import create_app
from sharekit.demo.catalog import Catalog
from sharekit.demo.catalog_files import load_catalog

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
