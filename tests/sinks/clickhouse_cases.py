"""The contracts of sinks and stores on ClickHouse's engine in this process (chdb), behind the driver's own client.

Run by ``test_clickhouse.py`` in a process of its own: an engine with threads does not go with tests that fork.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import chdb
import clickhouse_connect
import pytest

from sharekit.events.model import Event
from sharekit.exceptions import StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.clickhouse import ClickHouseSink, ClickHouseStore
from sharekit.sinks.registry import make_sink
from sharekit.sinks.rows import COLUMNS
from sharekit.sinks.store import Store, open_store
from sharekit.testing.sinks import SinkContract
from sharekit.testing.stores import StoreContract


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the engine keeps its data: a process has one engine, and an engine one folder."""
    path = tmp_path_factory.mktemp("chdb")
    with closing(chdb.connect(str(path))):  # or the engine would start anew with each client
        yield path


class Engine:
    """An engine in the process, without our database at the start of each test."""

    keeps_order = False  # a table has none

    @pytest.fixture(autouse=True)
    def _database(self, folder: Path) -> Iterator[None]:
        self.folder = folder
        yield
        client = self.connect()
        client.command("DROP DATABASE IF EXISTS sharekit SYNC")
        client.close()

    def connect(self) -> Any:
        """The driver's client of the engine."""
        return clickhouse_connect.get_client(interface="chdb", path=str(self.folder))

    def open_store(self) -> Store:
        return ClickHouseStore(self.connect)


class TestClickHouseSink(Engine, SinkContract):
    """The contract of sinks."""

    def make_sink(self) -> Sink:
        return ClickHouseSink(self.connect)

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {event.id: event.as_dict() for event in self.open_store().events()}


class TestClickHouseStore(Engine, StoreContract):
    """One history, one expected table."""

    def make_sink(self, timezone: ZoneInfo) -> Sink:
        return ClickHouseSink(self.connect, timezone=timezone)


TRANSPORT = {
    "session_id", "query_id", "client_protocol_version", "wait_end_of_query", "send_progress_in_http_headers",
    "http_headers_progress_interval_ms", "enable_http_compression", "cancel_http_readonly_queries_on_client_close",
}  # fmt: skip
"""Parameters of the interface that are no settings of the engine."""


class Wire(BaseHTTPRequestHandler):
    """The HTTP interface of a ClickHouse server as its documentation tells, with the engine of this process behind it.

    https://clickhouse.com/docs/interfaces/http: the statement is the parameter ``query``, followed by the body; every
    other parameter is a setting, ``database``, or ``param_`` of a parameter in the statement.
    """

    server: WireServer
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def do_POST(self) -> None:
        """Answer a request, and note it."""
        body = self.body()
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        statement = given.pop("query", "")
        settings = {name: value for name, value in given.items() if not name.startswith("param_")}
        values = {name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")}
        if not statement:
            head, found, data = body.partition(b" FORMAT Native\n")
            statement, body = (head + found).decode(), data
        self.server.requests.append((statement, dict(settings)))
        wanted = "Basic " + base64.b64encode(b"shop:p@ss").decode()
        if self.headers["Authorization"] != wanted:
            self.reply(403, b"Code: 516. DB::Exception: shop: Authentication failed. (AUTHENTICATION_FAILED)")
            return
        if self.server.troubles:
            self.reply(self.server.troubles.pop(0), b"Code: 202. DB::Exception: Too many simultaneous queries.")
            return
        try:
            self.reply(200, self.answer(statement, body, settings, values))
        except RuntimeError as error:
            self.reply(500, str(error).encode())

    do_GET = do_POST  # noqa: N815 (the base class looks for it)

    def body(self) -> bytes:
        """What was sent, in one piece or in chunks (RFC 9112, section 7.1)."""
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def answer(self, statement: str, body: bytes, settings: dict[str, str], values: dict[str, str]) -> bytes:
        """What the engine says."""
        text = statement.strip()
        database = settings.pop("database", "")
        settings = {name: value for name, value in settings.items() if name not in TRANSPORT}
        with closing(chdb.connect(self.server.folder)) as engine:
            if database:
                engine.query(f"USE `{database}`")
            for name, value in settings.items():
                engine.query(f"SET {name} = '{value}'")
            if text.startswith("INSERT") and body:
                file = Path(self.server.folder).with_name("insert.native")
                file.write_bytes(body)
                text = text.replace(" FORMAT Native", f" FROM INFILE '{file}' FORMAT Native")
            found = re.search(r"FORMAT\s+(\w+)\s*$", text)
            return bytes(engine.query(text, found[1] if found else "TabSeparated", params=values).bytes())

    def reply(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status != 200:
            self.send_header("X-ClickHouse-Exception-Code", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class WireServer(ThreadingHTTPServer):
    """A server that keeps what it was asked."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Wire)
        self.folder = str(folder)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.troubles: list[int] = []

    @property
    def url(self) -> str:
        """The URL of a sink."""
        return f"clickhouse://shop:p%40ss@127.0.0.1:{self.server_address[1]}/shop-events?compress=0"


class TestTheWire:
    """What the sink says over HTTP, and what it makes of the answers."""

    @pytest.fixture
    def server(self, folder: Path) -> Iterator[WireServer]:
        """A server on a port of its own, with an empty engine."""
        server = WireServer(folder)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.server_close()
        with closing(chdb.connect(str(folder))) as engine:
            engine.query("DROP DATABASE IF EXISTS `shop-events` SYNC")

    def sink(self, url: str) -> ClickHouseSink:
        sink = make_sink(url, data_dir=Path(), timezone=ZoneInfo("UTC"))
        assert isinstance(sink, ClickHouseSink)
        return sink

    def test_an_insert_waits_until_it_is_kept(self, server: WireServer) -> None:
        """The settings that make an acknowledged batch a kept one, a token for each batch, every column by name."""
        events = [Event(name="share", product_id=text) for text in ("mug", 'a "b"\t\n\\', "茶器")]
        sink = self.sink(server.url)
        for batch in (events, events, events[:1]):
            sink.write(batch)
        sink.close()
        inserts = [(text, settings) for text, settings in server.requests if re.match(r"INSERT INTO \S*events", text)]
        assert len(inserts) == 3
        for text, settings in inserts:
            assert settings["database"] == "shop-events"
            assert (settings["async_insert"], settings["wait_for_async_insert"]) == ("1", "1")
            assert re.findall(r"\w+", text.split("(")[1].split(")")[0]) == list(COLUMNS), text
        tokens = [settings["insert_deduplication_token"] for _, settings in inserts]
        assert tokens[0] == tokens[1] != tokens[2]
        store = open_store(server.url, Path())
        assert {event.product_id for event in store.events()} == {event.product_id for event in events}

    def test_reports_ask_for_each_id_once_and_may_not_write(self, server: WireServer) -> None:
        """Values travel as parameters beside the statement, which is unchanged but for their marks."""
        sink = self.sink(server.url)
        sink.write([Event(name="share", product_id="mug")])
        sink.close()
        server.requests.clear()
        store = open_store(server.url, Path())
        ask = "SELECT COUNT(*) FROM events WHERE product_id = :product_id AND day > :day"
        assert store.query(ask, {"product_id": "mug", "day": 5}) == [(1,)]
        text, settings = server.requests[-1]
        assert "product_id = {product_id:String} AND day > {day:Int64}" in text
        assert (settings["final"], settings["readonly"]) == ("1", "2")

    def test_a_refused_insert_is_an_error_and_repeated_once_it_passes(self, server: WireServer) -> None:
        """An answer that is no success means that nothing counts as delivered."""
        event = Event(name="share")
        sink = self.sink(server.url)
        sink.write([event])
        server.troubles = [500]
        with pytest.raises(Exception, match="Too many simultaneous queries"):
            sink.write([Event(name="click")])
        sink.write([event])
        sink.close()
        assert [kept.id for kept in open_store(server.url, Path()).events()] == [event.id]

    def test_a_wrong_password_is_told_without_it(self, server: WireServer) -> None:
        """By ``check`` for doctor, and by a store; neither shows what was tried."""
        url = server.url.replace("p%40ss", "s3cret")
        message = self.sink(url).check()
        assert message is not None
        assert "Authentication failed" in message
        with pytest.raises(StoreError, match="Authentication failed") as caught:
            open_store(url, Path()).query("SELECT 1")
        assert "s3cret" not in message + str(caught.value)
        assert self.sink(server.url).check() is None

    def test_old_events_are_removed_by_the_server(self, server: WireServer) -> None:
        """``keep_days`` is the table's time to live, changed and taken off by the next sink that says otherwise."""
        sink = self.sink(f"{server.url}&keep_days=30&async_insert=0")
        old = Event(name="share", at=datetime.now(UTC) - timedelta(days=31))
        new = Event(name="share")
        sink.write([old, new])
        sink.close()
        store = open_store(server.url, Path())
        create = "SELECT create_table_query FROM system.tables WHERE database = 'shop-events' AND name = 'events'"
        assert "toIntervalDay(30)" in str(store.query(create))
        with closing(chdb.connect(server.folder)) as engine:
            engine.query("OPTIMIZE TABLE `shop-events`.events FINAL")
        assert [event.id for event in store.events()] == [new.id]
        other = self.sink(server.url)
        other.write([old])
        other.close()
        assert "toIntervalDay" not in str(open_store(server.url, Path()).query(create))

    def test_tables_of_others_and_of_later_versions_are_left_alone(self, server: WireServer) -> None:
        """Both are told by ``check`` and refused by the sink."""
        with closing(chdb.connect(server.folder)) as engine:
            engine.query("CREATE DATABASE `shop-events`")
            engine.query("CREATE TABLE `shop-events`.events(id Int32) ENGINE = MergeTree ORDER BY id")
        assert "did not make" in str(self.sink(server.url).check())
        with pytest.raises(StoreError, match="did not make"):
            self.sink(server.url).write([Event(name="share")])
        with closing(chdb.connect(server.folder)) as engine:
            engine.query("DROP TABLE `shop-events`.events SYNC")
        sink = self.sink(server.url)
        sink.write([Event(name="share")])
        sink.close()
        with closing(chdb.connect(server.folder)) as engine:
            engine.query("INSERT INTO `shop-events`.about VALUES ('version', '99')")
        with pytest.raises(StoreError, match="Upgrade sharekit-web"):
            open_store(server.url, Path()).query("SELECT 1")
        assert "newer" in str(self.sink(server.url).check())
