"""The example of web nodes, Kafka and ClickHouse: its settings are ones, and its consumer loses and doubles nothing."""

from __future__ import annotations

import importlib.util
import os
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit import ShareKit
from sharekit.config import PREFIX, Settings
from sharekit.events.model import Event
from sharekit.pipeline.pipeline import drain
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.registry import make_sink, make_sinks

FOLDER = Path(__file__).parents[2] / "examples" / "scaled"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file, with the variables that it asks for."""
    yaml = pytest.importorskip("yaml")
    text = re.sub(r"\$\{\w+:\?[^}]*\}", "0123456789abcdef", (FOLDER / "compose.yaml").read_text())
    return yaml.safe_load(text)["services"]


@pytest.fixture(scope="module")
def consume() -> ModuleType:
    """The consumer as a module."""
    pytest.importorskip("confluent_kafka", reason='pip install "sharekit-web[kafka]"')
    spec = importlib.util.spec_from_file_location("consume", FOLDER / "consume.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_environment_of_every_service_makes_settings_and_sinks(services, monkeypatch, tmp_path):
    """Every SHAREKIT variable is a setting with a value that works, and every URL a sink."""
    pytest.importorskip("confluent_kafka")
    pytest.importorskip("clickhouse_connect")
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__dataclass_fields__}
    for name in ("web-1", "web-2", "deliver-1", "deliver-2"):
        variables = services[name]["environment"]
        assert {variable for variable in variables if variable.startswith(PREFIX)} <= known
        with monkeypatch.context() as patch:
            for variable, value in variables.items():
                patch.setenv(variable, value)
            patch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path))
            kit = ShareKit()
            assert [sink.name for sink in kit._pipeline.sinks] == ["sqlite", "kafka"]
            assert not kit.settings.deliver
    url = services["consume"]["environment"]["SHAREKIT_STORE"]
    assert make_sink(url, data_dir=tmp_path, timezone=ZoneInfo("UTC")).name == "clickhouse"


def test_every_web_node_has_a_volume_that_only_its_deliverer_shares(services):
    """A journal belongs to one host: two hosts on one directory would be a mistake."""
    for number in "12":
        web, deliver = services[f"web-{number}"], services[f"deliver-{number}"]
        assert web["volumes"] == deliver["volumes"] == [f"web-{number}:/data"]
        assert "deliver --data /data" in deliver["command"]


class Picky(MemorySink):
    """A store that fails at first, and then drops ids it knows."""

    def __init__(self, failures: int) -> None:
        super().__init__(name="store")
        self.failures = failures

    def write(self, batch: Sequence[Event]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no route")
        known = {event.id for event in self.events}
        super().write([event for event in batch if event.id not in known])


@pytest.fixture
def cluster() -> Iterator[str]:
    """Addresses of the brokers of librdkafka's own mock cluster."""
    kafka = pytest.importorskip("confluent_kafka", reason='pip install "sharekit-web[kafka]"')
    producer = kafka.Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 1, "log_level": 2})
    brokers = producer.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    producer.flush(1)  # the cluster lives as long as this


def test_from_the_journal_through_kafka_into_a_store(consume, cluster, tmp_path, monkeypatch):
    """What a web node kept arrives in the store, once each, though the store fails and the consumer is restarted."""
    from confluent_kafka import Consumer

    monkeypatch.setattr(consume, "LONGEST_WAIT", 0.01)
    kit = ShareKit(base_url="https://shop.example", data_dir=tmp_path, deliver=False)
    recorded = [kit.record("share", product_id=f"p-{number}", visitor=f"v-{number % 5}") for number in range(300)]
    kit.close()
    sinks = make_sinks(("sqlite:events.db", f"kafka://{cluster}/events"), data_dir=tmp_path, timezone=ZoneInfo("UTC"))
    assert drain(tmp_path, sinks, 30)
    store = Picky(failures=1)
    store.max_batch = 100
    for _ in range(2):
        stop = threading.Event()
        consumer = Consumer(
            {
                "bootstrap.servers": cluster,
                "group.id": "sharekit-store",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe(["events"])
        thread = threading.Thread(target=consume.consume, args=(consumer, store, stop))
        thread.start()
        for _ in range(300):
            if len(store.events) == len(recorded):
                break
            thread.join(0.1)
        stop.set()
        thread.join(20)
        consumer.close()
    assert {event.id for event in store.events} == {event.id for event in recorded}
    assert len(store.events) == len(recorded)
    for visitor in range(5):
        order = [event.product_id for event in store.events if event.visitor == f"v-{visitor}"]
        assert order == [event.product_id for event in recorded if event.visitor == f"v-{visitor}"]


def test_what_is_no_event_is_left_out(consume, caplog):
    """A message that is no event is told and passed over; the others of its batch are kept."""

    class Message:
        def __init__(self, value: bytes | None) -> None:
            self._value = value

        def error(self) -> None:
            return None

        def value(self) -> bytes | None:
            return self._value

    event = Event(name="share")
    values = [b"not json", None, b"[1]", b'{"id": 1}', event.as_json().encode(), b"\xff\n"]
    batch = consume.batch_of([Message(value) for value in values])
    assert list(batch) == [event]
    assert caplog.text.count("not an event") == 5
