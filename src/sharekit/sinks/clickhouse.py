"""The sink and the store in a ClickHouse database, for more events than one server of another kind can hold.

A batch is one insert over HTTP. By default the server gathers it with those of others (``async_insert``) and answers
when it is in a part on its disk (``wait_for_async_insert``), so many hosts with small batches make few parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from sharekit.events.model import Event
from sharekit.exceptions import StoreError
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import records
from sharekit.sinks.clickhouse_tables import TYPES, prepare, version_of
from sharekit.sinks.connections import Lasting
from sharekit.sinks.rows import COLUMNS, RowMaker
from sharekit.sinks.store import ServerStore, marked

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

DATABASE = "sharekit"
"""Database of the tables, unless the URL names another."""
_READING = {"final": 1, "readonly": 2}

Connect = Callable[[], Any]
"""Makes a client of clickhouse-connect."""


class ClickHouseSink(Sink):
    """Writes events into the table ``events`` of a database; of each id, questions see one.

    Parameters:
        connect: makes a client, such as ``partial(clickhouse_connect.get_client, host="localhost")``.
        database: made when missing, with its tables.
        keep_days: events older than that are removed by the server (TTL); all are kept when ``None``.
        async_insert: have the server gather batches of several hosts before it writes them.
        timezone: zone in which ``day`` and ``hour`` are cut.
        name: under which its position is remembered.
    """

    name = "clickhouse"
    # Each insert waits for the server to gather others: few large ones are faster, and kinder to it.
    max_batch = 10_000
    max_bytes = 8_000_000

    def __init__(
        self,
        connect: Connect,
        *,
        database: str = DATABASE,
        keep_days: int | None = None,
        async_insert: bool = True,
        timezone: ZoneInfo | None = None,
        name: str = "clickhouse",
    ) -> None:
        self.name = name
        self.database = database
        self.keep_days = keep_days
        self.async_insert = async_insert
        self._connect = connect
        self._rows = RowMaker(timezone or ZoneInfo("UTC"))
        self._client = Lasting(self._open)

    @classmethod
    def from_url(cls, url: SinkUrl) -> ClickHouseSink:
        """``clickhouse://user:password@host/db``; options as in docs/stores.md."""
        connect, database, options = _read(url)
        return cls(connect, database=database, timezone=url.timezone, **options)

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> ClickHouseStore:
        """The same database, to be read by reports."""
        connect, database, _ = _read(url)
        return ClickHouseStore(connect, database=database, shown=url.shown)

    def write(self, batch: Sequence[Event]) -> None:
        """Add the events. What is there already is written again, and counted once."""
        if not batch:
            return
        make_row = self._rows.row
        rows = [make_row(record) for record in records(batch)]
        # A batch that is repeated is dropped by the server as long as it remembers the token.
        token = blake2b("\n".join(row[0] for row in rows).encode(), digest_size=16).hexdigest()
        settings = {
            "async_insert": int(self.async_insert),
            "wait_for_async_insert": 1,
            "insert_deduplication_token": token,
            "throw_on_max_partitions_per_insert_block": 0,
        }
        with self._client.use() as client:
            client.insert(
                "events", rows, column_names=COLUMNS, column_type_names=list(TYPES.values()), settings=settings
            )

    def check(self) -> str | None:
        """Whether the server answers, and its tables are of a known version."""
        try:
            client = self._connect()
            try:
                version_of(client, self.database)
            finally:
                client.close()
        except (ClickHouseError, StoreError, OSError) as error:
            return str(error)
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _open(self) -> Any:
        client = self._connect()
        try:
            prepare(client, self.database, self._rows.timezone.key, self.keep_days)
        except BaseException:
            client.close()
            raise
        return client


class ClickHouseStore(ServerStore):
    """Reads what :class:`ClickHouseSink` wrote: each id once, by the setting ``final``, and without the right to write.

    Parameters:
        connect: makes a client of clickhouse-connect.
        database: of the tables.
        shown: what errors call the store; without secrets.
    """

    def __init__(self, connect: Connect, *, database: str = DATABASE, shown: str = "ClickHouse") -> None:
        super().__init__(shown)
        self.database = database
        self._connect = connect
        self._client = Lasting(self._open)

    def _open(self) -> Any:
        self._there = False
        return self._connect()

    def _ask(self, sql: str, parameters: Mapping[str, str | int]) -> Iterable[Sequence[Any]] | None:
        def mark(name: str) -> str:
            return f"{{{name}:{'Int64' if isinstance(parameters.get(name), int) else 'String'}}}"

        with self._client.use() as client:
            self._there = self._there or version_of(client, self.database) > 0
            if not self._there:
                return None
            rows: Iterable[Sequence[Any]] = client.query(
                marked(sql, mark) if parameters else sql, parameters or None, settings=_READING
            ).result_rows
            return rows


def _read(url: SinkUrl) -> tuple[Connect, str, dict[str, Any]]:
    """How to connect, the database, and the options of the sink."""
    from sharekit.sinks.registry import positive

    options = url.options(
        secure=_yes_or_no, ca_cert=str, compress=_yes_or_no, async_insert=_yes_or_no, keep_days=positive
    )
    ours: dict[str, Any] = {name: options.pop(name) for name in ("async_insert", "keep_days") if name in options}
    connect = partial(
        clickhouse_connect.get_client,
        host=url.hostname or "localhost",
        port=url.port or 0,
        username=url.user or None,
        password=url.password,
        autogenerate_session_id=False,
        connect_timeout=10,
        **options,
    )
    return connect, url.path.strip("/") or DATABASE, ours


def _yes_or_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("pass 1 for yes or 0 for no")
    return text == "1"
