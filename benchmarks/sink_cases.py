"""Brokers, files and services beside their drivers' own bulk paths: cases of ``sinks.py``."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sharekit.pipeline.loops import SinkLoop
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import Batch
from sharekit.sinks.registry import make_sink

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import servers

Case = tuple[Any, Callable[[Any], object], Callable[[Batch], Any]]


def of(url: str) -> Sink:
    """The sink of a URL."""
    return make_sink(url, data_dir=Path(), timezone=ZoneInfo("UTC"))


def encoded(batch: Batch) -> list[tuple[str, bytes]]:
    """Id and JSON of each event."""
    return [(record["id"], line.encode()) for record, line in zip(batch.records, batch.lines, strict=True)]


class Awaited:
    """A sink whose ``write`` is a coroutine, as the deliverer uses it."""

    def __init__(self, sink: Any) -> None:
        self.max_batch = sink.max_batch
        self._sink, self._loop = sink, SinkLoop(sink.name)

    def write(self, batch: Batch) -> None:
        """Write, and wait for it."""
        self._loop.wait(self._sink.write(batch))

    def close(self) -> None:
        """Close sink and loop."""
        self._loop.wait(self._sink.close())
        self._loop.close()


def jsonl(stack: ExitStack) -> Case:
    """One write and one fsync."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sharekit-bench-")))
    file = stack.enter_context((folder / "floor.jsonl").open("ab"))

    def floor(text: bytes) -> None:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

    return of(f"jsonl://{folder}/events.jsonl"), floor, lambda batch: "".join(f"{x}\n" for x in batch.lines).encode()


def redis(stack: ExitStack) -> Case:
    """A pipeline of XADD."""
    from redis import Redis

    port = stack.enter_context(servers.redis())
    client = Redis(port=port)
    stack.callback(client.close)

    def floor(pairs: list[tuple[str, bytes]]) -> None:
        pipeline = client.pipeline(transaction=False)
        for id_, line in pairs:
            pipeline.xadd("floor", {"id": id_, "event": line})
        pipeline.execute()

    return of(f"redis://127.0.0.1:{port}/0?stream=events"), floor, encoded


def nats(stack: ExitStack) -> Case:
    """Acknowledged publishes, 256 at a time."""
    import nats as driver

    port = stack.enter_context(servers.nats())
    loop = SinkLoop("floor")
    stack.callback(loop.close)

    async def connect() -> Any:
        client = await driver.connect(f"nats://127.0.0.1:{port}")
        await client.jetstream().add_stream(name="FLOOR", subjects=["floor"])
        return client

    client = loop.wait(connect())
    stack.callback(lambda: loop.wait(client.close()))

    async def publish(pairs: list[tuple[str, bytes]]) -> None:
        stream = client.jetstream()
        for start in range(0, len(pairs), 256):
            await asyncio.gather(
                *(
                    stream.publish("floor", line, headers={"Nats-Msg-Id": id_})
                    for id_, line in pairs[start : start + 256]
                )
            )

    return Awaited(of(f"nats://127.0.0.1:{port}/events")), lambda pairs: loop.wait(publish(pairs)), encoded


def rabbitmq(stack: ExitStack) -> Case:
    """Confirmed publishes of persistent messages."""
    import pika

    port = stack.enter_context(servers.rabbitmq())
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
    stack.callback(connection.close)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare("floor", durable=True)

    def floor(pairs: list[tuple[str, bytes]]) -> None:
        for id_, line in pairs:
            properties = pika.BasicProperties(message_id=id_, delivery_mode=2)
            channel.basic_publish("", "floor", line, properties, mandatory=True)

    return of(f"rabbitmq://127.0.0.1:{port}/?queue=events"), floor, encoded


def kafka(stack: ExitStack) -> Case:
    """Idempotent produces and a flush."""
    from confluent_kafka import Producer

    cluster = Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 3, "log_level": 2})
    brokers = ",".join(f"{one.host}:{one.port}" for one in cluster.list_topics(timeout=10).brokers.values())
    settings = {"bootstrap.servers": brokers, "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 5}
    producer = Producer(settings)
    stack.callback(lambda: (producer.flush(1), cluster.flush(1)))

    def floor(pairs: list[tuple[str, bytes]]) -> None:
        for id_, line in pairs:
            producer.produce("floor", line, id_.encode(), on_delivery=_arrived)
        producer.flush()

    return of(f"kafka://{brokers}/events"), floor, encoded


def _arrived(error: object, _: object) -> None:
    if error is not None:
        raise RuntimeError(error)


def s3(stack: ExitStack) -> Case:
    """One object, compressed, to moto's server."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    stack.callback(server.stop)
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket="events")

    def prepare(batch: Batch) -> tuple[str, bytes]:
        first = batch.records[0]
        hour = f"{datetime.fromisoformat(first['at']):%Y/%m/%d/%H}"
        return f"{hour}/{first['id']}", gzip.compress("".join(f"{x}\n" for x in batch.lines).encode(), 6)

    def floor(ready: tuple[str, bytes]) -> None:
        client.put_object(Bucket="events", Key=f"floor/{ready[0]}", Body=ready[1])

    return of(f"s3://a:b@events/shop?region=us-east-1&endpoint={endpoint}"), floor, prepare


def webhook(stack: ExitStack) -> Case:
    """A session of requests that posts a JSON array."""
    import requests

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stack.callback(lambda: (server.shutdown(), thread.join(), server.server_close()))
    address = f"127.0.0.1:{server.server_port}"
    session = stack.enter_context(requests.Session())

    def floor(body: bytes) -> None:
        session.post(f"http://{address}/", data=body, headers={"Content-Type": "application/json"}).raise_for_status()

    secret = "a-secret-that-is-long-enough"
    sink = of(f"webhook://{address}/?tls=no&allow=private&secret={secret}")
    return sink, floor, lambda batch: f"[{','.join(batch.lines)}]".encode()


CASES: dict[str, Callable[[ExitStack], Case]] = {
    "jsonl": jsonl,
    "redis": redis,
    "nats": nats,
    "rabbitmq": rabbitmq,
    "kafka": kafka,
    "s3": s3,
    "webhook": webhook,
}
"""Each gives the sink, what hands a prepared batch to the driver, and what prepares one."""
