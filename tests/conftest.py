"""What every test may use: a kit of its own, a product, and a browser's words about itself."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sharekit import Product, ShareKit

BROWSER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine the tests run on stay out of the tests."""
    for name in list(os.environ):
        if name.startswith("SHAREKIT_") and name != "SHAREKIT_REQUIRE_SERVICES":
            monkeypatch.delenv(name)


@pytest.fixture
def browser_agent() -> str:
    """A user agent that no crawler list knows."""
    return BROWSER_AGENT


@pytest.fixture
def mug() -> Product:
    """A product with all that a share needs."""
    return Product(
        id="mug-1",
        title="Stoneware mug",
        url="/p/mug-1",
        image="/img/mug.jpg",
        description="Thrown by hand, glazed in ash white.",
        price="19.90",
        currency="EUR",
    )


@pytest.fixture
def make_kit(tmp_path: Path) -> Iterator[Callable[..., ShareKit]]:
    """A function that makes kits in a data directory of the test's own; they are closed afterwards."""
    kits: list[ShareKit] = []

    def make(**settings: Any) -> ShareKit:
        settings = {"base_url": "https://shop.example", "data_dir": tmp_path / "sharekit-data"} | settings
        kits.append(ShareKit(**settings))
        return kits[-1]

    yield make
    for kit in kits:
        kit.close()


@pytest.fixture
def kit(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A kit with the default settings."""
    return make_kit()


def needed(binary: str, install: str) -> str:
    """Path of an installed program; the test is skipped without it, or fails when services are required."""
    path = shutil.which(binary)
    if path:
        return path
    message = f"{binary} is not installed. Install it with: {install}"
    if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium."""
    return needed("chromium", "apt-get install chromium")


def missing_service(what: str, package: str) -> None:
    """Skip the test, or fail it where every service must be there."""
    message = f"{what} is not installed. Install it with: apt-get install {package}"
    if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, on a port of its own; the address of its empty database ``test``."""
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    initdb = next((Path(path) for path in found if path), None)
    if initdb is None:
        missing_service("PostgreSQL", "postgresql")
        raise AssertionError
    binaries = initdb.resolve().parent
    # The server refuses to run as root; Debian's package brings an account for it.
    account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="sharekit-postgres-"))
    try:
        if account:
            shutil.chown(folder, "postgres")
        data, user = folder / "data", "postgres" if account else getpass.getuser()
        make = [binaries / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run([*account, *make], check=True, capture_output=True, cwd=folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serve = [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([*account, *serve], stdout=log, stderr=log, cwd=folder)
        try:
            ready = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
            deadline = time.monotonic() + 30
            while subprocess.run(ready, check=False).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((folder / "log").read_text(errors="replace"))
                time.sleep(0.05)
            address = f"postgresql://{user}@127.0.0.1:{port}"
            subprocess.run([binaries / "createdb", f"--maintenance-db={address}/postgres", "test"], check=True)
            yield f"{address}/test"
        finally:
            # Told to runuser, which hands it on; "fast" ends the connections that tests left open.
            subprocess.run(
                [*account, binaries / "pg_ctl", "-D", data, "stop", "-m", "fast", "-w"],
                check=False,
                capture_output=True,
                cwd=folder,
            )
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    """A MariaDB server of the tests' own, on a port of its own; the address of its empty database ``test``."""
    server_path = shutil.which("mariadbd") or shutil.which("mysqld")
    make_path = shutil.which("mariadb-install-db")
    if server_path is None or make_path is None:
        missing_service("MariaDB", "mariadb-server")
        raise AssertionError
    user = "mysql" if os.geteuid() == 0 else getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="sharekit-mariadb-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        own = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={user}"]
        make = [make_path, *own, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serve = [
            server_path, *own, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}",
            "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M", "--skip-name-resolve",
        ]  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder)
        try:
            client = [shutil.which("mariadb") or "mysql", "--no-defaults", f"--socket={folder / 'socket'}", "-uroot"]
            ready = [*client, "-e", "CREATE DATABASE IF NOT EXISTS test"]
            deadline = time.monotonic() + 30
            while subprocess.run(ready, check=False, capture_output=True).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((folder / "log").read_text(errors="replace"))
                time.sleep(0.05)
            yield f"mysql://root@127.0.0.1:{port}/test"
        finally:
            server.terminate()
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
