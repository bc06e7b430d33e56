"""The sinks of brokers and of S3 against the real thing."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit import Event
from sharekit.exceptions import ConfigError
from sharekit.pipeline.loops import SinkLoop
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.registry import make_sink
from sharekit.testing import SinkContract

NOWHERE = 1  # a port that nobody listens on


def of(url: str) -> Sink:
    """The sink of a URL."""
    return make_sink(url, data_dir=Path("unused"), timezone=ZoneInfo("UTC"))


class TestRedis(SinkContract):
    """Entries of a stream."""

    @pytest.fixture(autouse=True)
    def _place(self, redis_port: int, unused: Callable[[str], str]) -> Iterator[None]:
        from redis import Redis

        self.port, self.stream = redis_port, unused("events")
        self.client = Redis(port=redis_port)
        yield
        self.client.close()

    def make_sink(self) -> Sink:
        return of(f"redis://127.0.0.1:{self.port}/0?stream={self.stream}")

    def entries(self) -> list[dict[bytes, bytes]]:
        """All of them, oldest first."""
        return [fields for _, fields in self.client.xrange(self.stream)]

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {fields[b"id"].decode(): json.loads(fields[b"event"]) for fields in self.entries()}

    def count_back(self) -> int:
        return len(self.entries())

    def break_connection(self, sink: Sink) -> None:
        for row in self.client.client_list():
            if row["name"] == "sharekit":
                self.client.client_kill_filter(_id=row["id"])

    def test_the_stream_may_be_bounded(self) -> None:
        """About so many entries stay, the newest; and ids are forgotten after their time."""
        sink = of(f"redis://127.0.0.1:{self.port}/0?stream={self.stream}&maxlen=200&remembered=60")
        events = self.events(1_000)
        sink.write(events)
        left = list(self.read_back())
        assert 200 <= len(left) <= 400
        assert left[-1] == events[-1].id
        assert 0 < self.client.ttl(f"{{{self.stream}}}:ids") <= 120
        sink.close()

    def test_what_the_server_refuses_is_said(self) -> None:
        """A wrong password, and another kind of value under the key: no event's fault, and in the server's words."""
        self.client.set(self.stream, "text")
        sink = self.make_sink()
        with pytest.raises(Retry, match="WRONGTYPE"):
            sink.write(self.events(1))
        sink.close()
        stranger = of(f"redis://nobody:hidden@127.0.0.1:{self.port}/0?stream={self.stream}")
        with pytest.raises(Retry, match="invalid username-password") as caught:
            stranger.write(self.events(1))
        assert "hidden" not in str(caught.value)
        stranger.close()

    def test_check_tells_what_is_wrong(self) -> None:
        """Another kind of value under the key, and nobody there."""
        self.client.set(self.stream, "text")
        sink = self.make_sink()
        assert "not a stream" in str(sink.check())
        assert "does not answer" in str(of(f"redis://127.0.0.1:{NOWHERE}/0").check())
        sink.close()


class TestNats(SinkContract):
    """Messages of a JetStream stream."""

    @pytest.fixture(autouse=True)
    def _place(self, nats_port: int, unused: Callable[[str], str]) -> None:
        self.port = nats_port
        self.subject, self.stream = unused("events"), unused("EVENTS")

    def make_sink(self) -> Sink:
        return of(f"nats://127.0.0.1:{self.port}/{self.subject}?stream={self.stream}")

    def messages(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""

        async def read() -> list[dict[str, Any]]:
            import nats
            from nats.js.errors import NotFoundError

            client = await nats.connect(f"nats://127.0.0.1:{self.port}")
            try:
                stream = client.jetstream()
                try:
                    info = await stream.stream_info(self.stream)
                except NotFoundError:
                    return []
                found = [
                    await stream.get_msg(self.stream, number)
                    for number in range(info.state.first_seq, info.state.last_seq + 1)
                ]
                return [json.loads(message.data or b"") for message in found]
            finally:
                await client.close()

        return asyncio.run(read())

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {message["id"]: message for message in self.messages()}

    def count_back(self) -> int:
        return len(self.messages())

    def break_connection(self, sink: Any) -> None:
        sink._client._transport._io_writer.transport.abort()

    def test_check_tells_what_is_wrong(self) -> None:
        """Nobody there."""
        assert of(f"nats://127.0.0.1:{NOWHERE}/events").check() == "no server answers."


class TestRabbitmq(SinkContract):
    """Messages of a queue."""

    dedupes = False

    @pytest.fixture(autouse=True)
    def _place(self, rabbitmq_port: int, unused: Callable[[str], str]) -> Iterator[None]:
        import pika

        self.port, self.queue = rabbitmq_port, unused("events")
        self.connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", rabbitmq_port))
        self.channel = self.connection.channel()
        self.channel.queue_declare(self.queue, durable=True)
        self.seen: list[dict[str, Any]] = []
        yield
        self.connection.close()

    def make_sink(self) -> Sink:
        return of(f"rabbitmq://127.0.0.1:{self.port}/?queue={self.queue}")

    def messages(self) -> list[dict[str, Any]]:
        """All that came so far, oldest first."""
        while (got := self.channel.basic_get(self.queue, auto_ack=True))[0] is not None:
            _, properties, body = got
            record = json.loads(body)
            assert (properties.message_id, properties.delivery_mode) == (record["id"], 2)
            self.seen.append(record)
        return self.seen

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {message["id"]: message for message in self.messages()}

    def break_connection(self, sink: Any) -> None:
        sink._channel._connection._connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)

    def test_what_nobody_takes_is_tried_again(self) -> None:
        """An exchange that leads nowhere is a fault of the set-up: no event is given up for it."""
        sink = of(f"rabbitmq://127.0.0.1:{self.port}/?exchange=amq.direct&routing_key=nobody")
        with pytest.raises(Retry, match="no queue takes"):
            sink.write(self.events(2))
        sink.close()

    def test_check_tells_what_is_wrong(self) -> None:
        """Nobody there, and a wrong password."""
        assert "does not answer" in str(of(f"rabbitmq://127.0.0.1:{NOWHERE}/").check())
        assert "does not answer" in str(of(f"rabbitmq://guest:wrong@127.0.0.1:{self.port}/").check())


class TestKafka(SinkContract):
    """Messages of a topic, on the cluster that librdkafka brings for tests, read by a second client."""

    dedupes = False
    keeps_order = False  # but for each visitor

    @pytest.fixture(autouse=True)
    def _place(self, brokers: str, unused: Callable[[str], str]) -> None:
        self.brokers, self.topic = brokers, unused("events")

    def make_sink(self) -> Sink:
        return of(f"kafka://{self.brokers}/{self.topic}")

    def messages(self) -> list[tuple[bytes, dict[str, Any]]]:
        """Key and content of all of them."""
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": self.topic, "log_level": 2})
        try:
            partitions = consumer.list_topics(self.topic, timeout=10).topics[self.topic].partitions
            places = [TopicPartition(self.topic, number, OFFSET_BEGINNING) for number in partitions]
            wanted = sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
            consumer.assign(places)
            found: list[tuple[bytes, dict[str, Any]]] = []
            while len(found) < wanted:
                for message in consumer.consume(wanted, timeout=1):
                    assert message.error() is None
                    found.append((message.key(), json.loads(message.value())))
            return found
        finally:
            consumer.close()

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {record["id"]: record for _, record in self.messages()}

    def test_the_events_of_a_visitor_keep_their_order(self, sink: Sink) -> None:
        """One key, one partition; events without a visitor are spread."""
        events = self.events(300)
        events += [replace(event, visitor="") for event in self.events(5)]
        self.write(sink, events)
        found = self.messages()
        for number in range(3):
            visitor = f"visitor-{number}"
            assert [record["id"] for key, record in found if key == visitor.encode()] == [
                event.id for event in events if event.visitor == visitor
            ]
        assert {key.decode() for key, _ in found[:]} >= {event.id for event in events[-5:]}

    def test_check_tells_what_is_wrong(self) -> None:
        """Nobody there."""
        sink = of(f"kafka://127.0.0.1:{NOWHERE}/events")
        assert "no broker answers" in str(sink.check())
        sink.close()


class TestS3(SinkContract):
    """Files in a bucket of moto's server."""

    dedupes = False
    keeps_order = False  # between hours

    @pytest.fixture(autouse=True)
    def _place(self, endpoint: str, unused: Callable[[str], str]) -> Iterator[None]:
        import boto3

        self.endpoint, self.bucket = endpoint, unused("events")
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        self.client.create_bucket(Bucket=self.bucket)
        yield
        self.client.close()

    def make_sink(self) -> Sink:
        return of(f"s3://key:secret@{self.bucket}/shop?region=us-east-1&endpoint={self.endpoint}")

    def files(self) -> dict[str, list[dict[str, Any]]]:
        """Content by name."""
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for row in page.get("Contents", []):
                body = self.client.get_object(Bucket=self.bucket, Key=row["Key"])["Body"].read()
                found[row["Key"]] = [json.loads(line) for line in gzip.decompress(body).decode().split("\n")[:-1]]
        return found

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {record["id"]: record for rows in self.files().values() for record in rows}

    def test_files_lie_in_folders_by_hour(self, sink: Sink) -> None:
        """And a batch that is repeated writes the same ones."""
        early, late = self.events(2)[0], self.events(2)[1]
        early = replace(early, at=early.at.replace(year=2026, month=1, day=2, hour=3))
        for _ in range(2):
            self.write(sink, [early, late])
        names = sorted(self.files())
        assert len(names) == 2
        assert names[0].startswith(f"shop/2026/01/02/03/{early.id}-")

    def test_check_tells_what_is_wrong(self) -> None:
        """A bucket that is not there."""
        sink = of(f"s3://key:secret@elsewhere/shop?region=us-east-1&endpoint={self.endpoint}")
        assert "cannot be used" in str(sink.check())
        with pytest.raises(Retry):
            sink.write(self.events(1))
        sink.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("kafka:", "names no broker"),
        ("kafka://broker/topic?acks=0", "acks"),
        ("redis://host/events", "number of a database"),
        ("redis://host/0?maxlen=-1", "maxlen"),
        ("nats://host/shop.*", "subject"),
        ("nats:", "names no server"),
        ("rabbitmq://host/?queue=a&exchange=b", "not both"),
        ("s3:", "names no bucket"),
    ],
)
def test_a_url_that_cannot_work_is_refused(url: str, why: str) -> None:
    """At the start, with what to write instead."""
    with pytest.raises(ConfigError, match=why):
        of(url)


@pytest.mark.parametrize(
    "url", ["kafka://127.0.0.1:1/t", "redis://127.0.0.1:1/0", "nats://127.0.0.1:1/t", "rabbitmq://127.0.0.1:1/"]
)
def test_nobody_there_is_an_error_that_passes(
    url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Delivery tries again and says why; nothing hangs, and drivers write nothing into the shop's output."""
    monkeypatch.setattr("sharekit.sinks.kafka.SECONDS", 1)
    sink: Any = of(url)
    if url.startswith("kafka"):
        sink._config |= {"delivery.timeout.ms": 1_000, "linger.ms": 0}
    loop = SinkLoop(sink.name)
    try:
        with pytest.raises(Retry, match=r"refused|no servers"):
            loop.wait(sink.write([Event(name="share")]))
        loop.wait(sink.close())
        assert capfd.readouterr().err == ""
    finally:
        loop.close()
