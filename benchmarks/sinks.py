"""Events per second that each sink writes, beside its driver's own bulk path.

    python benchmarks/sinks.py [--only postgres] [--rounds 5] [--events 10000]

A sink gets batches as delivery hands them over: JSON, decoded. Beside it stands the shortest code by hand with the same
outcome: it makes of each event what the driver takes, and hands all of it to the fastest call the driver has, into a
table of the same columns and indexes, without a thought about repeated batches (or rollups). ``by hand`` is the ratio
to that; ``driver`` is the ratio to the call alone, with everything made beforehand. They take turns, batch for batch,
so that a busy moment of the machine hits all alike; ratios are medians of those of the rounds. Target: 70 % of by hand.

Servers are private ones, started here with their usual durability. A sink that cannot be measured says why.

To add a sink: write a function that opens it and its floor on a stack, and a row in :data:`CASES`. Those of brokers,
files and services are in ``sink_cases.py``.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sharekit.events.model import Event
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import Batch
from sharekit.sinks.registry import make_sink
from sharekit.sinks.rows import COLUMNS, TEXT_COLUMNS

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import sink_cases

import servers

ROUNDS = 5
EVENTS = 10_000
TARGET = 0.70
UTC = ZoneInfo("UTC")
NETWORKS = ("whatsapp", "pinterest", "x", "email", "copy", "facebook")
MARKS = ", ".join("?" * len(COLUMNS))


@dataclass
class Pair:
    """A sink and its floor.

    Parameters:
        sink: open and warm.
        prepare: makes of a batch what the driver takes.
        floor: hands that to the driver.
    """

    sink: Sink
    floor: Callable[[Any], object]
    prepare: Callable[[Batch], Any]


def rows_of(batch: Batch) -> list[Any]:
    """The rows of a table, as one would write it down."""
    rows = []
    for event in batch.records:
        at = datetime.fromisoformat(event["at"])
        local = at.astimezone(UTC)
        props = event.get("props", {})
        row = [event["id"], event["schema"], event["name"], int(at.timestamp() * 1000)]
        row += [local.year * 10_000 + local.month * 100 + local.day, local.hour]
        row += [event.get(name, "") for name in TEXT_COLUMNS]
        row += [0, event.get("currency", ""), json.dumps(event["items"]) if "items" in event else ""]
        row += [int(event.get("bot", False)), int(event.get("gpc", False)), ",".join(props.get("networks", ()))]
        row += [props.get("picture", ""), props.get("tag", 0), props.get("tags", 0), props.get("weight", 1)]
        row.append(json.dumps(props) if props else "")
        rows.append(row)
    return rows


def sqlite(stack: ExitStack) -> Pair:
    """One transaction of ``executemany`` into a file with the same durability."""
    from sharekit.sinks.sqlite import SqliteSink
    from sharekit.sinks.sqlite_tables import create_tables

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sharekit-bench-")))
    connection = stack.enter_context(closing(sqlite3.connect(folder / "floor.db", isolation_level=None)))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    create_tables(connection)

    def floor(rows: Sequence[Any]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO events({', '.join(COLUMNS)}) VALUES ({MARKS})", rows)
        connection.execute("COMMIT")

    return Pair(SqliteSink(folder / "events.db"), floor, rows_of)


def postgres(stack: ExitStack) -> Pair:
    """COPY of rows straight into the table."""
    import psycopg

    from sharekit.sinks.postgres import PostgresSink
    from sharekit.sinks.postgres_tables import add_months, month_of, prepare

    address = stack.enter_context(servers.postgres())
    connection = stack.enter_context(psycopg.connect(address, autocommit=True))
    prepare(connection, "floor", "UTC")

    month = month_of(Event(name="share").id)
    add_months(connection, "floor", {month})

    def rows(batch: Batch) -> list[Any]:
        return [[*row, month] for row in rows_of(batch)]

    def floor(rows: Sequence[Any]) -> None:
        with connection.cursor().copy(f"COPY floor.events ({', '.join(COLUMNS)}, month) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    return Pair(PostgresSink(address), floor, rows)


def mysql(stack: ExitStack) -> Pair:
    """``executemany`` of the driver, which makes long INSERT statements."""
    import pymysql

    address = stack.enter_context(servers.mariadb("--innodb-buffer-pool-size=256M"))
    port = int(address.rpartition(":")[2].partition("/")[0])
    connection: Any = pymysql.connect(host="127.0.0.1", port=port, user="root", charset="utf8mb4")
    stack.callback(connection.close)
    connection.cursor().execute("CREATE DATABASE floor")
    twin = make_sink(address.replace("/test", "/floor"), data_dir=Path(), timezone=UTC)
    twin.write([])  # makes the tables
    twin.close()
    connection.select_db("floor")
    names = ", ".join(f"`{name}`" for name in COLUMNS)
    insert = f"INSERT INTO events ({names}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"

    def floor(rows: Sequence[Any]) -> None:
        connection.cursor().executemany(insert, rows)
        connection.commit()

    return Pair(make_sink(address, data_dir=Path(), timezone=UTC), floor, rows_of)


def clickhouse(stack: ExitStack) -> Pair:
    """``insert`` of the driver, which sends columns; on ClickHouse's engine in this process (chdb)."""
    import clickhouse_connect

    from sharekit.sinks.clickhouse import ClickHouseSink
    from sharekit.sinks.clickhouse_tables import prepare

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sharekit-bench-"))

    def connect() -> Any:
        return clickhouse_connect.get_client(interface="chdb", path=folder)

    client = stack.enter_context(closing(connect()))
    prepare(client, "floor", "UTC", None)

    def floor(rows: Sequence[Any]) -> None:
        client.insert("events", rows, column_names=COLUMNS)

    return Pair(ClickHouseSink(connect), floor, rows_of)


CASES: dict[str, Callable[[ExitStack], Pair]] = {
    "sqlite": sqlite,
    "postgres": postgres,
    "mysql": mysql,
    "clickhouse": clickhouse,
    **{name: lambda stack, case=case: Pair(*case(stack)) for name, case in sink_cases.CASES.items()},  # type: ignore[misc]
}
"""What is measured: the function that opens a sink and its floor, by the sink's name."""


def batch_of(count: int, dice: random.Random) -> Batch:
    """New events, such as a shop's buttons make."""
    lines = []
    for number in range(count):
        network = dice.choice(NETWORKS)
        impression = number % 4
        event = Event(
            name="impression" if impression else "share",
            product_id=f"mug-{dice.randrange(1_000)}",
            network="" if impression else network,
            placement="product",
            widget="share",
            share_id="" if impression else f"{dice.getrandbits(64):016x}",
            url="https://shop.example/p/mug-1?colour=white",
            referrer="https://shop.example/c/mugs",
            visitor=f"{dice.getrandbits(64):016x}",
            props={"networks": list(NETWORKS)} if impression else {},
        )
        lines.append(event.as_json())
    return Batch(lines, [json.loads(line) for line in lines])


def seconds(pair: Pair, events: int, dice: random.Random) -> tuple[float, float, float]:
    """What one round takes the sink, the code by hand, and of that the driver."""
    sink = by_hand = driver = 0.0
    size = min(pair.sink.max_batch, events)
    for _ in range(max(1, events // size)):
        for_sink, for_floor = batch_of(size, dice), batch_of(size, dice)
        start = time.perf_counter()
        pair.sink.write(for_sink)
        sink += time.perf_counter() - start
        start = time.perf_counter()
        ready = pair.prepare(for_floor)
        handed = time.perf_counter()
        pair.floor(ready)
        by_hand += time.perf_counter() - start
        driver += time.perf_counter() - handed
    return sink, by_hand, driver


def measure(name: str, rounds: int, events: int) -> None:
    """Print a line of the table."""
    dice = random.Random(5)
    with ExitStack() as stack:
        try:
            pair = CASES[name](stack)
        except (ImportError, servers.MissingServerError) as error:
            print(f"{name:<12} {error}")
            return
        stack.callback(pair.sink.close)
        seconds(pair, min(events, 1_000), dice)
        found = [seconds(pair, events, dice) for _ in range(rounds)]
    size = min(pair.sink.max_batch, events)
    rate = max(1, events // size) * size / statistics.median(sink for sink, _, _ in found)
    ratios = [by_hand / sink for sink, by_hand, _ in found]
    alone = statistics.median(driver / sink for sink, _, driver in found)
    ratio = statistics.median(ratios)
    told = "" if ratio >= TARGET else "  below the target"
    print(f"{name:<12} {rate:>10,.0f} {ratio:>8.0%} {alone:>8.0%}  [{min(ratios):.0%} to {max(ratios):.0%}]{told}")


def main() -> None:
    """Measure all sinks, or one."""
    parser = argparse.ArgumentParser(description="Sinks against their drivers' own bulk paths.")
    parser.add_argument("--only", choices=sorted(CASES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS, help="written in a round")
    options = parser.parse_args()
    print(f"{options.rounds} rounds of {options.events:,} events, in batches as large as each sink asks for")
    print(f"{'sink':<12} {'events/s':>10} {'by hand':>8} {'driver':>8}  (target {TARGET:.0%} of by hand)")
    for name in [options.only] if options.only else CASES:
        measure(name, options.rounds, options.events)


if __name__ == "__main__":
    main()
