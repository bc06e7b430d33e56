"""What reports read: a store, opened by the same URL as the sink that fills it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sharekit.events.model import Event
from sharekit.sinks.registry import parse_sink_url, sink_class


class Store(Protocol):
    """Answers questions about the events that a sink stored. Reads only."""

    def query(self, sql: str, parameters: Mapping[str, str | int] | None = None) -> list[tuple[object, ...]]:
        """The rows of one reading statement with ``:named`` parameters.

        Raises:
            StoreError: the store cannot answer; the message says why.
        """

    def timezone(self) -> ZoneInfo | None:
        """The zone in which days were cut when events were stored; ``None`` when that is not known."""

    def events(self) -> Iterator[Event]:
        """Every stored event, oldest first, in constant memory."""


def open_store(spec: str, data_dir: Path) -> Store:
    """The store behind a sink's URL, to be read.

    Parameters:
        spec: the URL, such as ``"sqlite:events.db"``.
        data_dir: where relative files lie.

    Raises:
        ConfigError: the URL cannot be used, or its sink keeps nothing that reports could read.
        UnknownNameError: no sink has the scheme.
    """
    url = parse_sink_url(spec, data_dir=data_dir, timezone=ZoneInfo("UTC"))
    return sink_class(url.scheme).store_from_url(url)
