"""Events as lines of JSON over a TCP connection. The other side answers each: ``+``, or ``-`` and a reason."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import BinaryIO, Self

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.batch import lines
from sharekit.sinks.registry import SinkUrl


class LinesSink(Sink):
    """``lines://host:port``, with the option ``timeout`` (seconds to wait for an answer, 5)."""

    name = "lines"
    max_batch = 200

    def __init__(self, host: str, port: int, *, timeout: float = 5.0) -> None:
        self.address = (host, port)
        self.timeout = timeout
        self._connection: socket.socket | None = None
        self._answers: BinaryIO | None = None

    @classmethod
    def from_url(cls, url: SinkUrl) -> Self:
        if not url.hostname or not url.port:
            raise ConfigError(f"{url.shown!r}: write lines://host:port.")
        return cls(url.hostname, url.port, **url.options(timeout=float))

    def write(self, batch: Sequence[Event]) -> Result | None:
        texts = lines(batch)
        try:
            answers = self._send("".join(f"{text}\n" for text in texts).encode(), len(texts))
        except OSError as error:
            self.close()  # the next attempt connects again
            raise Retry(f"{self.address}: {error}") from error
        rejected = {event.id: answer[1:] for event, answer in zip(batch, answers, strict=True) if answer[0] == "-"}
        return Result(rejected) if rejected else None

    def check(self) -> str | None:
        try:
            socket.create_connection(self.address, self.timeout).close()
        except OSError as error:
            return f"nobody answers at {self.address[0]}:{self.address[1]} ({error})."
        return None

    def close(self) -> None:
        answers, self._answers = self._answers, None
        connection, self._connection = self._connection, None
        if answers is not None:
            answers.close()
        if connection is not None:
            connection.close()

    def _send(self, data: bytes, count: int) -> list[str]:
        if self._connection is None or self._answers is None:
            self._connection = socket.create_connection(self.address, self.timeout)
            self._answers = self._connection.makefile("rb")
        self._connection.sendall(data)
        answers = []
        for _ in range(count):
            answer = self._answers.readline(1_000).decode("utf-8", "replace").rstrip("\n")
            if answer[:1] not in {"+", "-"}:
                raise ConnectionError("the connection broke off before every line was answered")
            answers.append(answer)
        return answers
