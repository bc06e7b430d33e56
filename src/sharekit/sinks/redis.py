"""The sink that appends to a Redis stream: https://redis.io/docs/latest/develop/data-types/streams/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry as Attempts

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.registry import flag, positive

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

STREAM = "sharekit"
REMEMBERED = 3_600
"""Seconds for which ids are remembered, so that a repeated batch adds nothing."""
_PORT = 6379
# One script for a batch, so that it is there as a whole or not at all, and an id is never remembered without its event.
_APPEND = """
local now, kept, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - kept)
for place = 4, #ARGV, 2 do
  if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[place]) == 1 then
    if longest > 0 then
      redis.call('XADD', KEYS[1], 'MAXLEN', '~', longest, '*', 'id', ARGV[place], 'event', ARGV[place + 1])
    else
      redis.call('XADD', KEYS[1], '*', 'id', ARGV[place], 'event', ARGV[place + 1])
    end
  end
end
redis.call('EXPIRE', KEYS[2], kept + 60)
"""


class RedisSink(Sink):
    """Appends each event as an entry with the fields ``id`` and ``event`` (JSON).

    A batch is one script, and its ids are remembered for an hour, so a repetition adds nothing. How much survives the
    loss of the server is up to its own settings (``appendfsync always`` for all of it).

    Parameters:
        stream: key of the stream. The ids are kept beside it, under ``{stream}:ids``, in the same slot of a cluster.
        host, port, database, user, password, tls: of the server.
        maxlen: about so many entries are kept, the oldest go first; all when ``None``.
        remembered: seconds for which ids are remembered.
    """

    name = "redis"
    max_batch = 1_000

    def __init__(
        self,
        *,
        stream: str = STREAM,
        host: str = "localhost",
        port: int = _PORT,
        database: int = 0,
        user: str | None = None,
        password: str | None = None,
        tls: bool = False,
        maxlen: int | None = None,
        remembered: int = REMEMBERED,
        name: str = "redis",
    ) -> None:
        self.name = name
        self.stream = stream
        self._ids = f"{stream}:ids" if "{" in stream else f"{{{stream}}}:ids"
        self._maxlen = maxlen or 0
        self._remembered = remembered
        self._connection: Lasting[Any] = Lasting(
            lambda: Redis(
                host=host, port=port, db=database, username=user, password=password, ssl=tls,
                socket_connect_timeout=5, socket_timeout=30, client_name="sharekit", retry=Attempts(NoBackoff(), 0),
            )
        )  # fmt: skip

    @classmethod
    def from_url(cls, url: SinkUrl) -> RedisSink:
        """``redis://user:password@host:6379/0?stream=events&maxlen=1000000``.

        Options: ``stream``, ``maxlen``, ``remembered`` (seconds), ``tls=yes``.
        """
        given = url.options(stream=str, maxlen=positive, remembered=positive, tls=flag)
        database = url.path.strip("/") or "0"
        if not database.isascii() or not database.isdecimal():
            raise ConfigError(f"{url.shown!r}: its path is no number of a database; write redis://host:6379/0.")
        return cls(
            host=url.hostname or "localhost",
            port=url.port or _PORT,
            database=int(database),
            user=url.user or None,
            password=url.password or None,
            **given,
        )

    def write(self, batch: Sequence[Event]) -> None:
        """Append the events that are not among the ids remembered."""
        pairs: list[Any] = []
        for record, line in zip(records(batch), lines(batch), strict=True):
            pairs += (record["id"], line)
        try:
            with self._connection.use() as redis:
                now = redis.time()[0]
                redis.eval(_APPEND, 2, self.stream, self._ids, now, self._remembered, self._maxlen, *pairs)
        except RedisError as error:  # the server is down, full, or lets us not in: no event's fault
            raise Retry(f"{type(error).__name__}: {error}") from None

    def check(self) -> str | None:
        """Whether the server answers, and keeps a stream (or nothing) under the key."""
        try:
            with self._connection.use() as redis:
                kind = redis.type(self.stream).decode()
        except RedisError as error:
            return f"the server does not answer: {error}"
        return None if kind in {"none", "stream"} else f"the key {self.stream!r} holds a {kind}, not a stream."

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()
