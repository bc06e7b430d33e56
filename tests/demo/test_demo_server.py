"""The demo's server as a process: what it prints, what it does with a taken port, and that kill -9 costs nothing."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sharekit.demo.server import ServerError, listen
from sharekit.pipeline.delivery import drain
from sharekit.sinks.registry import make_sink
from sharekit.sinks.store import open_store

StartDemo = Callable[..., Any]
KILLS = 20
POSTERS = 4


def test_it_prints_where_it_is(start_demo: StartDemo, tmp_path: Path) -> None:
    """Address, report and data directory; Ctrl+C ends it without a traceback."""
    demo = start_demo()
    address = demo.wait_until_ready()
    assert requests.get(f"{address}/", timeout=10).status_code == 200
    assert any(str(tmp_path / "data") in line for line in demo.lines)
    assert any(line.endswith(f"{address}/report") for line in demo.lines)
    assert demo.end(signal.SIGINT) == 0
    assert "Stopped." in demo.lines
    assert not any("Traceback" in line for line in demo.lines)


def test_share_links_carry_the_address_it_listens_at(start_demo: StartDemo) -> None:
    """Links lead back to this host and port, and the page works under localhost, too."""
    address = start_demo().wait_until_ready()
    port = address.rpartition(":")[2]
    page = requests.get(f"http://localhost:{port}/p/dune-mug", timeout=10).text
    assert f"http%3A%2F%2F127.0.0.1%3A{port}%2Fp%2Fdune-mug" in page
    event = {"name": "click", "network": "x", "product_id": "dune-mug"}
    for host in ("localhost", "127.0.0.1"):
        headers = {"Origin": f"http://{host}:{port}", "Sec-Fetch-Site": "same-origin"}
        answer = requests.post(f"http://{host}:{port}/sharekit/events", json=event, headers=headers, timeout=10)
        assert answer.status_code == 202


def test_skipped_rows_are_printed(start_demo: StartDemo, tmp_path: Path) -> None:
    """The owner of a catalogue sees line and reason."""
    path = tmp_path / "my_shop.csv"
    path.write_text("id,title,price\n1,Cup,5 EUR\n2,,5 EUR\n")
    demo = start_demo(catalog=str(path))
    demo.wait_until_ready()
    assert "My shop: 1 products (Google Merchant feed, table)" in demo.lines
    assert any("line 3: title" in line for line in demo.lines)


def test_a_taken_port_is_said_in_words() -> None:
    """The message names the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"port {port} is in use.*--port {port + 1}"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("192.0.2.55", 0), ("no such host", 0)])
def test_addresses_that_cannot_be_are_said_in_words(host: str, port: int) -> None:
    """A port out of range, an address of another machine, a name that is none."""
    with pytest.raises(ServerError):
        listen(host, port)


class Posters:
    """Threads that post events and remember which ones were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self.refused: list[int] = []
        self._lock = threading.Lock()
        self._count = 0

    def next_ids(self, count: int) -> list[str]:
        """Ids nobody used before."""
        with self._lock:
            self._count += count
            return [f"event-{number:08}" for number in range(self._count - count, self._count)]

    def post(self, address: str, acknowledged_before: int, enough: threading.Event) -> None:
        """Post until the server is gone."""
        with requests.Session() as session:
            for size in [1, 5, 1, 20] * 10_000:
                ids = self.next_ids(size)
                events = [
                    {"id": key, "name": "share", "network": "x", "product_id": "dune-mug", "share_id": "AbCdEf123_-x"}
                    for key in ids
                ]
                try:
                    answer = session.post(f"{address}/sharekit/events", data=json.dumps(events), timeout=30)
                except requests.RequestException:
                    return
                with self._lock:
                    if answer.status_code == 202:
                        self.acknowledged.update(ids)
                    else:
                        self.refused.append(answer.status_code)
                    if len(self.acknowledged) - acknowledged_before > 60:
                        enough.set()


def test_twenty_kills_lose_nothing_and_store_nothing_twice(start_demo: StartDemo, tmp_path: Path) -> None:
    """kill -9 under posting load, twenty times: every acknowledged event is in the store, once."""
    data = tmp_path / "data"
    posters = Posters()
    for _ in range(KILLS):
        demo = start_demo(data)
        address = demo.wait_until_ready()
        enough = threading.Event()
        before = len(posters.acknowledged)
        threads = [threading.Thread(target=posters.post, args=(address, before, enough)) for _ in range(POSTERS)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        demo.end(signal.SIGKILL)
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()

    assert drain(data, [make_sink("sqlite:events.db", data_dir=data, timezone=ZoneInfo("UTC"))], 60)
    stored = [event.id for event in open_store("sqlite:events.db", data).events()]
    assert posters.refused == []
    assert len(posters.acknowledged) > KILLS * 60
    assert posters.acknowledged - set(stored) == set()
    assert len(stored) == len(set(stored))
