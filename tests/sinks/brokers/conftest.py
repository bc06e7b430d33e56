"""Brokers that come with a driver, and names nobody used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    """Addresses of a Kafka cluster, the one that librdkafka brings for tests."""
    from confluent_kafka import Producer

    cluster = Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 3, "log_level": 2})
    found = cluster.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in found)
    del cluster


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Address of a server that speaks S3's protocol."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def unused() -> Callable[[str], str]:
    """A function that gives names nobody used yet, for streams, queues and topics."""
    mark = os.urandom(4).hex()
    return lambda prefix: f"{prefix}-{mark}"
