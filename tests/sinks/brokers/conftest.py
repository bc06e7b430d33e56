"""Brokers of the tests' own: real servers in a folder and on a port of their own, ended after the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, what: str, package: str, *places: str) -> str:
    """Path of an installed program; without it the test is skipped, or fails where every service must be there."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))
    if found:
        return found
    message = f"{what} is not installed. Install it with: apt-get install {package}"
    if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def running(command: list[str], port: int, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """A server, from when it listens until it is ended."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=env, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((folder / "log").read_text(errors="replace")[-4_000:])
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards; short, because some of the servers put sockets into it."""
    path = Path(tempfile.mkdtemp(prefix="sk-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def redis_port(folder: Path) -> Iterator[int]:
    """A Redis server."""
    binary, port = program("redis-server", "Redis", "redis-server"), free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running(command, port, folder):
        yield port


@pytest.fixture(scope="module")
def nats_port(folder: Path) -> Iterator[int]:
    """A NATS server with JetStream."""
    binary, port = program("nats-server", "NATS", "nats-server", "/usr/sbin"), free_port()
    with running([binary, "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(folder / "js")], port, folder):
        yield port


@pytest.fixture(scope="module")
def rabbitmq_port(folder: Path) -> Iterator[int]:
    """A RabbitMQ broker with a port mapper of its own, which it leaves running."""
    binary = program("rabbitmq-server", "RabbitMQ", "rabbitmq-server", "/usr/lib/rabbitmq/bin", "/usr/sbin")
    own = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper wants to be another account
    port, distribution, mapper = free_port(), free_port(), free_port()
    (folder / "plugins").write_text("[].")
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    env = os.environ | {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"sk{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    try:
        with running([str(own) if own.exists() else binary], port, folder, env):
            yield port
    finally:
        mapping = shutil.which("epmd")
        if mapping:
            subprocess.run([mapping, "-port", str(mapper), "-kill"], check=False, capture_output=True)


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
