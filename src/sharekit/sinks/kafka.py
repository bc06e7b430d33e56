"""The sink that writes to a topic of Apache Kafka (or what speaks its protocol), by librdkafka."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.registry import flag

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

TOPIC = "sharekit"
SECONDS = 30
"""How long a batch may take to be acknowledged by all replicas in sync."""
_PORT = 9092
_REFUSED = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD})


class KafkaSink(Sink):
    """Sends each event as JSON, keyed by its visitor, and waits until all replicas in sync have the batch.

    The producer is idempotent, so its own repetitions add nothing; a batch that is sent again after a crash does, and
    consumers drop ids they know. The events of a visitor keep their order, because a key has one partition.

    Parameters:
        servers: ``host:port`` of some of the brokers.
        topic: the broker makes it, where it is set up to.
        config: further settings of librdkafka, such as those for TLS.
    """

    name = "kafka"
    max_batch = 5_000
    max_bytes = 4_000_000

    def __init__(
        self,
        servers: Sequence[str],
        *,
        topic: str = TOPIC,
        config: Mapping[str, Any] | None = None,
        name: str = "kafka",
    ) -> None:
        self.name = name
        self.topic = topic
        self._config = {
            "bootstrap.servers": ",".join(servers),
            "client.id": "sharekit",
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": "lz4",
            "linger.ms": 5,
            "delivery.timeout.ms": SECONDS * 1_000,
            "message.max.bytes": 1_000_000,
            "log_level": 2,  # while no broker answers, librdkafka prints twenty lines a second otherwise
            "error_cb": self._heard,
            **(config or {}),
        }
        self._trouble = ""
        self._producer: Lasting[_Closing] = Lasting(lambda: _Closing(self._config))

    @classmethod
    def from_url(cls, url: SinkUrl) -> KafkaSink:
        """``kafka://user:password@one:9092,two:9092/topic``.

        Options: ``tls=yes``; ``mechanism`` of the log-in, ``SCRAM-SHA-512`` unless given; ``compression``: ``lz4``,
        ``zstd``, ``gzip``, ``snappy`` or ``none``.
        """
        given = url.options(tls=flag, mechanism=str, compression=str)
        if not url.hosts:
            raise ConfigError(f"{url.shown!r}: names no broker; write kafka://broker:9092/topic.")
        config: dict[str, Any] = {"compression.type": given.get("compression", "lz4")}
        security = "SSL" if given.get("tls") else "PLAINTEXT"
        if url.user:
            security = "SASL_SSL" if given.get("tls") else "SASL_PLAINTEXT"
            config |= {
                "sasl.mechanism": given.get("mechanism", "SCRAM-SHA-512"),
                "sasl.username": url.user,
                "sasl.password": url.password,
            }
        servers = [host if ":" in host else f"{host}:{_PORT}" for host in url.hosts]
        return cls(servers, topic=url.path.strip("/") or TOPIC, config=config | {"security.protocol": security})

    def write(self, batch: Sequence[Event]) -> Result | None:
        """Send the batch and wait for every acknowledgement."""
        rejected: dict[str, str] = {}
        failed: list[KafkaError] = []
        self._trouble = ""

        def arrived(error: KafkaError | None, message: Message) -> None:
            if error is None:
                return
            if error.code() in _REFUSED:
                rejected[json.loads(message.value() or "{}").get("id", "")] = error.str()
            else:
                failed.append(error)

        with self._producer.use() as lasting:
            producer, topic = lasting.producer, self.topic
            produce = producer.produce
            for record, line in zip(records(batch), lines(batch), strict=True):
                key = record.get("visitor") or record["id"]
                try:
                    produce(topic, line.encode(), key.encode(), on_delivery=arrived)
                except (BufferError, KafkaException) as error:
                    self._insist(producer, line, key, arrived, error, rejected)
            left = producer.flush(SECONDS + 5)
            if failed or left:
                why = failed[0].str() if failed else f"{left} events were not acknowledged in {SECONDS} s"
                last = f" ({self._trouble})" if self._trouble else ""
                raise Retry(f"{len(failed) or left} of {len(batch)} events did not arrive: {why}{last}")
        return Result(rejected) if rejected else None

    def _heard(self, error: KafkaError) -> None:
        """Keep what the client says of its connections: the error of an event is only that its time ran out."""
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 (public, for all its dash)
            self._trouble = error.str()

    def _insist(
        self,
        producer: Producer,
        line: str,
        key: str,
        arrived: Callable[[KafkaError | None, Message], None],
        error: Exception | None,
        rejected: dict[str, str],
    ) -> None:
        """Send an event that librdkafka did not take at once: its queue is full, or the event is too large."""
        while error is not None:
            if isinstance(error, KafkaException):
                if error.args[0].code() not in _REFUSED:
                    raise error
                rejected[json.loads(line)["id"]] = error.args[0].str()
                return
            producer.poll(0.1)
            try:
                producer.produce(self.topic, line.encode(), key.encode(), on_delivery=arrived)
                error = None
            except (BufferError, KafkaException) as again:
                error = again

    def check(self) -> str | None:
        """Whether a broker answers and the topic has a partition."""
        try:
            with self._producer.use() as lasting:
                topic = lasting.producer.list_topics(self.topic, timeout=5).topics[self.topic]
        except KafkaException as error:
            return f"no broker answers: {error.args[0].str()}"
        return f"the topic {self.topic!r} cannot be used: {topic.error.str()}" if topic.error else None

    def close(self) -> None:
        """Let the producer go."""
        self._producer.close()


class _Closing:
    """A producer with a ``close``. What it still holds was not acknowledged, and is sent again by the next one."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.producer = Producer(dict(config))

    def close(self) -> None:
        """Give up what is on its way."""
        self.producer.purge()
        self.producer.flush(1)
