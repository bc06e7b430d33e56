"""Private servers for tests and benchmarks: in a folder of their own, on a free port of the loopback.

Each function is a context manager that leaves nothing behind. Those of databases give the address of an empty database
``test``, those of brokers their port.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds a server may take to start, or to stop."""


class MissingServerError(Exception):
    """A server is not installed; the message is the command that installs it."""

    def __init__(self, what: str, package: str) -> None:
        super().__init__(f"{what} is not installed. Install it with: apt-get install {package}")


@contextmanager
def postgres(*options: str) -> Iterator[str]:
    """A PostgreSQL server; ``-F`` among the options spares it the disk."""
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    initdb = next((Path(path) for path in found if path), None)
    if initdb is None:
        raise MissingServerError("PostgreSQL", "postgresql")
    binaries = initdb.resolve().parent
    # The server refuses to run as root; Debian's package brings an account for it.
    account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    user = "postgres" if account else getpass.getuser()
    with _folder("postgres", user) as folder:
        data, port = folder / "data", free_port()
        make = [binaries / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run([*account, *make], check=True, capture_output=True, cwd=folder)
        serve = [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, *options]
        ready = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
        # Told to runuser, which hands it on; "fast" ends the connections that tests left open.
        stop = [*account, binaries / "pg_ctl", "-D", data, "stop", "-m", "fast", "-w"]
        with _running([*account, *serve], folder, _answers(ready), stop):
            address = f"postgresql://{user}@127.0.0.1:{port}"
            subprocess.run([binaries / "createdb", f"--maintenance-db={address}/postgres", "test"], check=True)
            yield f"{address}/test"


@contextmanager
def mariadb(*options: str) -> Iterator[str]:
    """A MariaDB server, whose ``root`` needs no password."""
    server, make = shutil.which("mariadbd") or shutil.which("mysqld"), shutil.which("mariadb-install-db")
    if server is None or make is None:
        raise MissingServerError("MariaDB", "mariadb-server")
    user = "mysql" if os.geteuid() == 0 else getpass.getuser()
    with _folder("mariadb", user) as folder:
        own, port = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={user}"], free_port()
        quiet = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([make, *own, *quiet], check=True, capture_output=True, cwd=folder)
        place = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", "--skip-name-resolve"]
        client = [shutil.which("mariadb") or "mysql", "--no-defaults", f"--socket={folder / 'socket'}", "-uroot"]
        ready = [*client, "-e", "CREATE DATABASE IF NOT EXISTS test"]
        with _running([server, *own, *place, "--innodb-buffer-pool-size=64M", *options], folder, _answers(ready)):
            yield f"mysql://root@127.0.0.1:{port}/test"


@contextmanager
def redis() -> Iterator[int]:
    """A Redis server that keeps nothing on the disk."""
    server = _program("redis-server", "Redis", "redis-server")
    with _folder("redis") as folder:
        port = free_port()
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with _running(command, folder, _listens(port)):
            yield port


@contextmanager
def nats() -> Iterator[int]:
    """A NATS server with JetStream."""
    server = _program("nats-server", "NATS", "nats-server")
    with _folder("nats") as folder:
        port = free_port()
        command = [server, "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", folder / "js"]
        with _running(command, folder, _listens(port)):
            yield port


@contextmanager
def rabbitmq() -> Iterator[int]:
    """A RabbitMQ broker, with a port mapper of its own."""
    server = _program("rabbitmq-server", "RabbitMQ", "rabbitmq-server")
    own = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # Debian's wrapper wants to be another account
    with _folder("rabbitmq") as folder:
        port, mapper = free_port(), str(free_port())
        (folder / "plugins").write_text("[].")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        env = {
            "HOME": str(folder),
            "ERL_EPMD_PORT": mapper,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"sharekit{port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }
        try:
            with _running([own if Path(own).exists() else server], folder, _listens(port), env=env):
                yield port
        finally:
            if mapping := shutil.which("epmd"):  # the broker leaves it running
                subprocess.run([mapping, "-port", mapper, "-kill"], check=False, capture_output=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str, what: str, package: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        raise MissingServerError(what, package)
    return found


@contextmanager
def _folder(what: str, owner: str = "") -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"sharekit-{what}-"))
    try:
        if owner and os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(command: Sequence[Any]) -> Callable[[], bool]:
    """Whether a client's command succeeds."""
    return lambda: subprocess.run(command, check=False, capture_output=True).returncode == 0


def _listens(port: int) -> Callable[[], bool]:
    """Whether somebody takes connections."""

    def connect() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    return connect


@contextmanager
def _running(
    serve: Sequence[Any],
    folder: Path,
    ready: Callable[[], bool],
    stop: Sequence[Any] = (),
    env: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """A server that answers; it ends with the block, whatever happens there."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder, env=os.environ | dict(env or {}))
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text(errors="replace"))
            time.sleep(0.05)
        yield
    finally:
        if stop:
            subprocess.run(stop, check=False, capture_output=True, cwd=folder)
        else:
            server.terminate()
        try:
            server.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
