"""What every test may use: a kit of its own, a product, and a browser's words about itself."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from sharekit import Product, ShareKit

# A module beside this one, which pytest does not put on the path.
_SPEC = importlib.util.spec_from_file_location("servers", Path(__file__).with_name("servers.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
servers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(servers)

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


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of the empty database ``test`` on a PostgreSQL server of the tests' own."""
    yield from served(servers.postgres("-F"))


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    """The address of the empty database ``test`` on a MariaDB server of the tests' own."""
    yield from served(servers.mariadb("--innodb-flush-log-at-trx-commit=2"))


@pytest.fixture(scope="session")
def redis_port() -> Iterator[int]:
    """A Redis server of the tests' own."""
    yield from served(servers.redis())


@pytest.fixture(scope="session")
def nats_port() -> Iterator[int]:
    """A NATS server of the tests' own, with JetStream."""
    yield from served(servers.nats())


@pytest.fixture(scope="session")
def rabbitmq_port() -> Iterator[int]:
    """A RabbitMQ broker of the tests' own."""
    yield from served(servers.rabbitmq())


def served(server: AbstractContextManager[str]) -> Iterator[str]:
    """The address of a server; the test is skipped where it is not installed, or fails when services are required."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(server)
        except servers.MissingServerError as missing:
            if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1":
                pytest.fail(str(missing))
            pytest.skip(str(missing))
        yield address
