"""The sink that publishes to RabbitMQ with publisher confirms: https://www.rabbitmq.com/docs/confirms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pika
from pika.exceptions import AMQPError, NackError, UnroutableError

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.registry import flag

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

QUEUE = "sharekit"
_PORT = 5672
_TLS_PORT = 5671


class RabbitmqSink(Sink):
    """Publishes each event as a persistent JSON message, and waits for the broker's confirmation of each.

    The message's id is the event's, by which consumers drop repetitions: the broker knows none.

    Parameters:
        host, port, vhost, user, password, tls: of the broker.
        exchange: published to; ``""`` is the default one, which leads straight to the queue.
        routing_key: the queue's name, or what the exchange routes by. The queue is made (durable) for the default
            exchange.
    """

    name = "rabbitmq"
    max_batch = 500

    def __init__(
        self,
        *,
        host: str = "localhost",
        port: int | None = None,
        vhost: str = "/",
        user: str = "guest",
        password: str = "guest",  # noqa: S107 (what a new broker has, for connections from its own machine)
        exchange: str = "",
        routing_key: str = QUEUE,
        tls: bool = False,
        name: str = "rabbitmq",
    ) -> None:
        self.name = name
        self.exchange = exchange
        self.routing_key = routing_key
        self._parameters = {
            "host": host,
            "port": port or (_TLS_PORT if tls else _PORT),
            "virtual_host": vhost,
            "credentials": pika.PlainCredentials(user, password),
            "socket_timeout": 5,
            "blocked_connection_timeout": 30,
            "heartbeat": 0,  # nobody would answer it between two batches
            "client_properties": {"connection_name": "sharekit"},
        }
        self._tls = tls
        self._channel: Lasting[_Channel] = Lasting(self._open)

    @classmethod
    def from_url(cls, url: SinkUrl) -> RabbitmqSink:
        """``rabbitmq://user:password@host:5672/vhost?queue=sharekit``.

        Options: ``queue``, or ``exchange`` and ``routing_key``; ``tls=yes``. Without a path the vhost is ``/``.
        """
        given = url.options(queue=str, exchange=str, routing_key=str, tls=flag)
        if "queue" in given and ("exchange" in given or "routing_key" in given):
            raise ConfigError(f"{url.shown!r}: name a queue, or an exchange with its routing key, not both.")
        keys = {"user": url.user, "password": url.password} if url.user else {}
        return cls(
            host=url.hostname or "localhost",
            port=url.port,
            vhost=url.path.removeprefix("/") or "/",
            exchange=given.get("exchange", ""),
            routing_key=given.get("queue") or given.get("routing_key", QUEUE),
            tls=given.get("tls", False),
            **keys,
        )

    def write(self, batch: Sequence[Event]) -> None:
        """Publish the batch."""
        try:
            with self._channel.use() as lasting:
                for record, line in zip(records(batch), lines(batch), strict=True):
                    properties = pika.BasicProperties(
                        message_id=record["id"],
                        type=record["name"],
                        content_type="application/json",
                        delivery_mode=pika.DeliveryMode.Persistent,
                        app_id="sharekit",
                    )
                    lasting.channel.basic_publish(
                        self.exchange, self.routing_key, line.encode(), properties, mandatory=True
                    )
        except UnroutableError:
            raise Retry(f"no queue takes what is sent to {self.exchange!r} with the key {self.routing_key!r}") from None
        except NackError:
            raise Retry("the broker could not keep a message") from None
        except (AMQPError, OSError) as error:
            raise Retry(repr(error)) from None  # as text, many of pika's errors are empty

    def check(self) -> str | None:
        """Whether the broker answers and lets us in."""
        try:
            with self._channel.use():
                return None
        except (AMQPError, OSError) as error:
            return f"the broker does not answer: {error!r}"

    def close(self) -> None:
        """Let the connection go."""
        self._channel.close()

    def _open(self) -> _Channel:
        options = dict(self._parameters)
        if self._tls:
            import ssl

            options["ssl_options"] = pika.SSLOptions(ssl.create_default_context(), options["host"])
        opened = _Channel(pika.BlockingConnection(pika.ConnectionParameters(**options)))
        try:
            opened.channel.confirm_delivery()
            if not self.exchange:
                opened.channel.queue_declare(self.routing_key, durable=True)
        except BaseException:
            opened.close()
            raise
        return opened


class _Channel:
    """A connection with its one channel."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.channel = connection.channel()

    def close(self) -> None:
        """Close both."""
        self._connection.close()
