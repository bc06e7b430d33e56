"""The example of a sink in a package of its own: built, installed, found by its URL, held to the contract."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the example. Install it with: pip install hatchling")

EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_sink"
SHOP = """
import sys
from sharekit import ShareKit
kit = ShareKit("https://shop.example", data_dir=sys.argv[1], sinks=[sys.argv[2]])
kit.record("share", product_id="mug-1", network="x")
kit.record("share", product_id="never", network="x")
assert kit.flush(30)
books = kit.status().sink("lines")
print(books.delivered, books.rejected, type(kit._pipeline.sinks[1]).__module__)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs Python where the example is installed, and nowhere else."""
    folder = tmp_path_factory.mktemp("custom_sink")
    shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    site = folder / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
    ]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(site)]
    done = subprocess.run([*pip, *offline, str(folder / "source")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (site / "sharekit_lines-1.0.dist-info" / "entry_points.txt").exists()
    paths = [
        str(site),
        *(str(Path(part).resolve()) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part),
    ]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)

    return run


class Collector(socketserver.StreamRequestHandler):
    """Answers every line, and keeps the products."""

    products: ClassVar[list[str]] = []

    def handle(self) -> None:
        for line in self.rfile:
            product = json.loads(line)["product_id"]
            self.products.append(product)
            self.wfile.write(b"-unknown\n" if product == "never" else b"+\n")


@pytest.fixture
def collector() -> Iterator[str]:
    """The address of something that the sink can talk to."""
    Collector.products = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Collector) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"lines://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_it_is_found_by_its_url(
    python: Callable[..., subprocess.CompletedProcess[str]], collector: str, tmp_path: Path
) -> None:
    """A shop that names the scheme delivers through the installed package, and doctor asks it how it is."""
    done = python("-c", SHOP, str(tmp_path / "data"), f"{collector}?timeout=9")
    assert (done.stdout, done.returncode) == ("1 1 sharekit_lines\n", 0), done.stderr
    assert sorted(Collector.products) == ["mug-1", "never"]
    refused = python("-c", SHOP, str(tmp_path / "other"), f"{collector}?timout=9")
    assert "unknown option 'timout'. Did you mean 'timeout'?" in refused.stderr


def test_it_keeps_the_contract(python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The package's own tests pass, and none of the contract is left out."""
    done = python("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "source/tests")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
