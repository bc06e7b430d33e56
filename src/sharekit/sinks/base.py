"""The contract of a sink: one method to write, the rest has working defaults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, ShareKitError
from sharekit.filters import Filter

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl
    from sharekit.sinks.store import Store


class Retry(ShareKitError):  # noqa: N818 (a request to the deliverer, not a fault)
    """Raised by a sink to have the whole batch tried again, for a reason that lies in none of its events.

    A batch is never divided because of it. Only after twenty attempts in a row the sink is tried with other events,
    because one for which a service fails every time would hold up all others for ever.

    Parameters:
        reason: shown in the status.
        after: seconds to wait at least, such as a service's ``Retry-After``; the usual back-off when ``None``.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        self.reason = reason
        self.after = after
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a batch that was written in part.

    Parameters:
        rejected: id of each event the sink will never take, with the reason. They become dead letters;
            all others of the batch count as delivered.
    """

    rejected: Mapping[str, str] = field(default_factory=dict)


class Sink(ABC):
    """A place where events end up.

    ``write`` is called from one thread at a time, with each process's events in the order they were recorded, and at
    least once for each: a batch is repeated after a crash, so use ``event.id`` to drop what is there already.

    A sink opens nothing when it is made: it connects at the first ``write``, lets the connection go when that fails,
    and makes a new one at the next. ``write`` and ``close`` may be ``async def``; they are awaited in an event loop of
    the sink's own, which runs in its own thread until the sink is closed.
    """

    name: str = ""
    """Under this name the sink's position is remembered; unique within a kit. Default: the class name in lower case."""
    max_batch: int = 500
    """Most events in one call of :meth:`write`."""
    max_bytes: int = 1_000_000
    """Most bytes of events, as JSON, in one call of :meth:`write`."""
    max_age: timedelta | None = None
    """Events older than this become dead letters instead of being written; ``None`` for no limit."""
    linger: timedelta = timedelta()
    """How long events may wait for others that make the batch larger, for sinks where each batch costs: one that makes
    a file of it, say. Flushing and closing the kit wait for nobody."""
    advertising: bool = False
    """True for advertising services: they receive only events with consent for ``"ads"`` (see
    :func:`sharekit.filters.consent`), and none of browsers that sent ``Sec-GPC: 1``."""
    filters: Sequence[Filter] = ()
    """What changes or leaves out events before this sink, in this order. See :mod:`sharekit.filters`."""

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if not cls.name:
            cls.name = cls.__name__.removesuffix("Sink").lower() or "sink"

    @classmethod
    def from_url(cls, url: SinkUrl) -> Self:
        """The sink that a URL such as ``sinks=["print:"]`` asks for. Override it to read the URL's parts and options.

        Raises:
            ConfigError: the URL has an option that the sink does not know, or a value it cannot use.
        """
        url.options()
        return cls()

    @classmethod
    def store_from_url(cls, url: SinkUrl) -> Store:
        """What reports read, for sinks that are stores.

        Raises:
            ConfigError: this sink is none.
        """
        raise ConfigError(
            f"store: {url.shown!r} keeps nothing that reports can read; use for example 'sqlite:events.db'."
        )

    @abstractmethod
    def write(self, batch: Sequence[Event]) -> Result | Awaitable[Result | None] | None:
        """Keep the events. Returning ``None`` means that all are delivered. May be ``async def``.

        Raises:
            Retry: try the batch again, not before ``after`` seconds. Any other exception means the same without a
                wish; an event that alone is refused again and again while others pass becomes a dead letter.
        """

    def check(self) -> str | None:
        """What is wrong with its settings or its other side, for ``sharekit-web doctor``; ``None`` when all is well."""
        return None

    def close(self) -> Awaitable[None] | None:
        """Let go of files and connections. May be ``async def``. ``write`` is not called afterwards."""
        return None
