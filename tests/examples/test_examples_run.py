"""The examples run as their README says: pages with buttons, events that count."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from sharekit import ShareKit

EXAMPLES = Path(__file__).parents[2] / "examples"
Start = Callable[[str, list[str]], str]


def environment(data: Path) -> dict[str, str]:
    """The environment of an example: data of the test's own, and the same import path from its own folder."""
    paths = [str(Path(part).resolve()) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    own = {"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(paths), "SHAREKIT_DATA_DIR": str(data), "PORT": "0"}
    return os.environ | own


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that runs a command in an example's folder and gives the address it prints."""
    running: list[subprocess.Popen[str]] = []

    def run(folder: str, command: list[str]) -> str:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=EXAMPLES / folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(tmp_path / "data"),
        )
        running.append(process)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:[1-9]\d*", line):
                return found[0]
        raise AssertionError(said)

    yield run
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def share(address: str, agent: str) -> None:
    """Open the cup's page, take a share id from it and post a share, as the script would."""
    page = requests.get(f"{address}/p/cup", headers={"User-Agent": agent}, timeout=10).text
    found = re.search(r'data-sk-network="x" data-sk-share="([^"]+)"', page)
    assert found
    script = re.search(r'<script src="([^"]+)"', page)
    assert script
    assert requests.get(address + script[1], timeout=10).status_code == 200
    event = {"name": "share", "network": "x", "product_id": "cup", "share_id": found[1], "placement": "product"}
    answer = requests.post(f"{address}/sharekit/events", json=event, headers={"User-Agent": agent}, timeout=10)
    assert answer.status_code == 202


def test_the_flask_shop(start: Start, tmp_path: Path, browser_agent: str) -> None:
    """Share, buy, and ask for the report with Flask's own command."""
    address = start("flask_shop", ["-m", "flask", "--app", "app", "run", "--port", "0"])
    assert "Blue cup" in requests.get(address, timeout=10).text
    share(address, browser_agent)
    answer = requests.post(
        f"{address}/buy/cup", data={"order_id": "1"}, headers={"User-Agent": browser_agent}, timeout=10
    )
    assert answer.status_code == 200
    said = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "sharekit", "report", "--format", "csv"],
        cwd=EXAMPLES / "flask_shop",
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert re.search(r"^x,", said, re.MULTILINE)
    assert "12.50" in said


def test_the_flask_shops_picture(start: Start, tmp_path: Path, browser_agent: str) -> None:
    """What a card's form puts into the cart is counted once: by the shop without the script, else by the script."""
    address = start("flask_shop", ["-m", "flask", "--app", "app", "run", "--port", "0"])
    page = requests.get(address, timeout=10).text
    assert requests.get(f"{address}/static/shelf.svg", timeout=10).status_code == 200
    form = page.split('<form class="sk-card__form"')[2].split("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert fields == {"key": "jug", "picture": "shelf", "tag": "2"}
    for headers in ({}, {"X-Requested-With": "sharekit"}):
        headers["User-Agent"] = browser_agent
        assert requests.post(f"{address}/cart", data=fields, headers=headers, timeout=10).status_code == 200
    kit = ShareKit(base_url="http://127.0.0.1", data_dir=tmp_path / "data")
    rows = wait_for(lambda: kit.report.funnel(by="tag"))
    assert [(row.key, row.products, row.carts) for row in rows] == [("shelf#2", ("jug",), 1)]
    kit.close()


def wait_for(answer: Callable[[], list[Any]]) -> list[Any]:
    """What another process records is in the store a moment later."""
    for _ in range(100):
        if found := answer():
            return found
        time.sleep(0.1)
    return []


def test_plain_wsgi(start: Start, tmp_path: Path, browser_agent: str) -> None:
    """The kit beside a page, without a framework."""
    address = start("plain_wsgi", ["app.py"])
    share(address, browser_agent)
    kit = ShareKit(base_url="http://127.0.0.1", data_dir=tmp_path / "data")
    kit.record_purchase(order_id="1", value=Decimal("12.50"), currency="EUR")
    assert kit.flush(10)
    assert (kit.report.totals().shares, kit.report.totals().purchases) == (1, 1)
    kit.close()


@pytest.mark.parametrize("folder", ["flask_shop", "plain_wsgi"])
def test_every_example_says_how_to_start_it(folder: str) -> None:
    """One README with the command."""
    assert "pip install" in (EXAMPLES / folder / "README.md").read_text()
