"""The sink that publishes to NATS JetStream: https://docs.nats.io/nats-concepts/jetstream."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import nats
from nats.errors import Error, MaxPayloadError, NoServersError
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.registry import flag, positive

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

SUBJECT = "sharekit.events"
WINDOW = 120
"""Seconds in which the server drops an id that it knows, for a stream that this sink makes."""
_PORT = 4222
_SECONDS = 10.0
_TOGETHER = 256
"""Events that wait for their acknowledgement at the same time."""


class NatsSink(Sink):
    """Publishes each event as JSON, with its id as ``Nats-Msg-Id``, and waits until the stream has all of them.

    The server drops an id that it has seen within the stream's window. What an acknowledgement survives is up to the
    server: by default it writes to the disk every two minutes (``sync_interval``), so use replicas, or ``always``.

    Parameters:
        servers: ``host:port`` of some servers.
        subject: published to. A stream that takes it is made when there is none.
        stream: name of the stream that is made.
        window: seconds in which it drops ids that it knows.
        user, password: to log in with.
        tls: encrypt.
    """

    name = "nats"
    max_batch = 1_000

    def __init__(
        self,
        servers: Sequence[str],
        *,
        subject: str = SUBJECT,
        stream: str = "SHAREKIT",
        window: int = WINDOW,
        user: str = "",
        password: str = "",
        tls: bool = False,
        name: str = "nats",
    ) -> None:
        self.name = name
        self.subject = subject
        self._stream = StreamConfig(name=stream, subjects=[subject], duplicate_window=window)
        self._options: dict[str, Any] = {
            "servers": [f"{'tls' if tls else 'nats'}://{server}" for server in servers],
            "name": "sharekit",
            "connect_timeout": 5,
            "allow_reconnect": False,
            "max_reconnect_attempts": 1,
            "reconnect_time_wait": 0,
            "error_cb": _say_nothing,
        }
        if user:
            self._options |= {"user": user, "password": password}
        self._client: Any = None
        self._pid = 0

    @classmethod
    def from_url(cls, url: SinkUrl) -> NatsSink:
        """``nats://user:password@host:4222/subject``. Options: ``stream``, ``window`` (seconds), ``tls=yes``."""
        given = url.options(stream=str, window=positive, tls=flag)
        if not url.hosts:
            raise ConfigError(f"{url.shown!r}: names no server; write nats://host:4222/subject.")
        servers = [host if ":" in host else f"{host}:{_PORT}" for host in url.hosts]
        subject = url.path.strip("/") or SUBJECT
        if not all(part and not any(mark in part for mark in "*> \t\r\n") for part in subject.split(".")):
            raise ConfigError(f"{url.shown!r}: {subject!r} is no subject such as shop.events.")
        return cls(servers, subject=subject, user=url.user, password=url.password, **given)

    async def write(self, batch: Sequence[Event]) -> Result | None:
        """Publish the batch in groups, and wait for every acknowledgement."""
        rejected: dict[str, str] = {}
        try:
            stream = await self._connected()
            pairs = [(record["id"], line.encode()) for record, line in zip(records(batch), lines(batch), strict=True)]
            for start in range(0, len(pairs), _TOGETHER):
                group = pairs[start : start + _TOGETHER]
                outcomes = await asyncio.gather(
                    *(
                        stream.publish(self.subject, payload, timeout=_SECONDS, headers={"Nats-Msg-Id": id_})
                        for id_, payload in group
                    ),
                    return_exceptions=True,
                )
                for (id_, _), outcome in zip(group, outcomes, strict=True):
                    if isinstance(outcome, MaxPayloadError):
                        rejected[id_] = "is larger than the server takes (max_payload)"
                    elif isinstance(outcome, BaseException):
                        raise outcome
        except (TimeoutError, Error, OSError) as error:
            await self.close()
            raise Retry(f"{type(error).__name__}: {error}") from None
        return Result(rejected) if rejected else None

    async def close(self) -> None:
        """Let the connection go."""
        client, self._client = self._client, None
        if client is not None and self._pid == os.getpid():
            with suppress(Exception):
                await client.close()

    async def _connected(self) -> Any:
        if self._client is None or self._client.is_closed or self._pid != os.getpid():
            self._client, self._pid = await nats.connect(**self._options), os.getpid()
            stream = self._client.jetstream()
            try:
                await stream.find_stream_name_by_subject(self.subject)
            except NotFoundError:
                with suppress(APIError):  # another process was first
                    await stream.add_stream(self._stream)
        return self._client.jetstream()

    def check(self) -> str | None:
        """Whether a server answers and JetStream is on."""

        async def ask() -> None:
            client = await nats.connect(**self._options)
            try:
                await client.jetstream().account_info()
            finally:
                await client.close()

        try:
            asyncio.run(ask())
        except NoServersError:
            return "no server answers."
        except (TimeoutError, Error, OSError) as error:
            return f"JetStream does not answer: {type(error).__name__}: {error}"
        return None


async def _say_nothing(_: Exception) -> None:
    """Errors come back from what was asked; the client need not print them, too."""
