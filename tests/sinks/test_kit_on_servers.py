"""A kit whose store is on a database server: recorded, delivered, reported, examined, without a word of SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest

from sharekit import Money, ShareKit
from sharekit.doctor.books import examine_store
from sharekit.sinks.registry import make_sink
from sharekit.sinks.store import open_store


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[str]:
    """A schema of the test's own. The server takes any password."""
    yield postgres_url.replace("postgresql:", "postgres:").replace("@", ":s3cret@") + "?schema=kit"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("DROP SCHEMA IF EXISTS kit CASCADE")


@pytest.fixture
def mysql_store(mysql_url: str) -> Iterator[str]:
    """A database of the test's own. The server's root has no password."""
    port = urlsplit(mysql_url).port
    with closing(pymysql.connect(host="127.0.0.1", port=port, user="root")) as connection:
        connection.cursor().execute("CREATE DATABASE kit")
        yield mysql_url.replace("/test", "/kit")
        connection.cursor().execute("DROP DATABASE kit")


@pytest.fixture(params=["postgres_store", "mysql_store"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store."""
    url: str = request.getfixturevalue(request.param)
    return url


def test_a_report_comes_from_the_server(store_url: str, make_kit: Callable[..., ShareKit], tmp_path: Path) -> None:
    """The way of an order, from the share to the revenue; asked before the first event, and after the last."""
    kit = make_kit(store=store_url)
    assert kit.report.totals().visits == 0
    share = kit.record("share", product_id="mug-1", network="whatsapp", placement="product", share_id="AAAAAAAAAAAA")
    kit.record("visit", product_id="mug-1", network="whatsapp", share_id="AAAAAAAAAAAA", visitor="ann")
    kit.record("impression", product_id="mug-1", props={"networks": ["whatsapp", "copy"], "weight": 4})
    kit.record_purchase(order_id="1001", value="39.80", currency="EUR")
    kit.record("purchase", order_id="1002", value=Money("10", "EUR"), visitor="ann")
    assert kit.flush(20)
    rows = {row.key: row for row in kit.report.funnel("network")}
    assert (rows["whatsapp"].shares, rows["whatsapp"].visits, rows["whatsapp"].impressions) == (1, 1, 4)
    assert str(rows["whatsapp"].revenue["EUR"]) == "10.00"
    assert kit.report.share_counts("mug-1") == {"whatsapp": 1}
    assert kit.status().balanced
    found = list(examine_store(kit.settings))
    assert found[0].verdict == "OK"
    assert "5 events" in found[0].message
    assert "s3cret" not in found[0].message
    assert share.id in {event.id for event in open_store(store_url, tmp_path).events()}
    assert make_sink(store_url, data_dir=tmp_path, timezone=kit.settings.zone()).check() is None
