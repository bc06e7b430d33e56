"""Private database servers for tests and benchmarks: in a folder of their own, on a free port of the loopback.

Each function is a context manager that gives the address of an empty database ``test``, and leaves nothing behind.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
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
        with _running([*account, *serve], folder, ready, stop):
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
        with _running([server, *own, *place, "--innodb-buffer-pool-size=64M", *options], folder, ready):
            yield f"mysql://root@127.0.0.1:{port}/test"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _folder(what: str, owner: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"sharekit-{what}-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(serve: Sequence[Any], folder: Path, ready: Sequence[Any], stop: Sequence[Any] = ()) -> Iterator[None]:
    """A server that answers; it ends with the block, whatever happens there."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(ready, check=False, capture_output=True).returncode:
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
