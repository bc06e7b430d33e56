"""What reports read: a store, opened by the same URL as the sink that fills it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sharekit.events.model import Event
from sharekit.exceptions import StoreError
from sharekit.sinks.registry import parse_sink_url, sink_class
from sharekit.sinks.rows import COLUMNS, event_of
from sharekit.sinks.sqlite_tables import empty_store

PAGE = 1_000
"""Events read at once."""
_MARKS = re.compile(r"('(?:[^']|'')*'|--[^\n]*|::)|:([A-Za-z_]\w*)")


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


class ServerStore(ABC):
    """What the stores on database servers have in common: each asks its engine, and says how it marks parameters.

    Before a sink has made its tables, an empty store answers in its place.

    Parameters:
        shown: the store's URL, without secrets, for messages.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown

    @abstractmethod
    def _ask(self, sql: str, parameters: Mapping[str, str | int]) -> Iterable[Sequence[Any]] | None:
        """The answer of the engine; ``None`` when the tables are not there yet."""

    def query(self, sql: str, parameters: Mapping[str, str | int] | None = None) -> list[tuple[object, ...]]:
        """The rows of one reading statement with ``:named`` parameters. Whole numbers are ``int`` on every engine.

        Raises:
            StoreError: the server cannot be reached, its tables are of a newer version, or the statement is wrong.
        """
        try:
            rows = self._ask(sql, parameters or {})
            if rows is None:
                with closing(empty_store()) as nothing:
                    rows = nothing.execute(sql, parameters or {}).fetchall()
        except StoreError:
            raise
        except Exception as error:  # each driver has errors of its own
            raise StoreError(f"{self.shown} cannot answer: {error}") from error
        return [tuple(map(_plain, row)) for row in rows]

    def timezone(self) -> ZoneInfo | None:
        """The zone in which days are cut by the sink that connected last; ``None`` when there was none yet.

        Raises:
            StoreError: the store cannot be read.
        """
        for (key,) in self.query('SELECT "value" FROM about WHERE "key" = \'timezone\''):
            with suppress(ZoneInfoNotFoundError, ValueError):
                return ZoneInfo(str(key))
        return None

    def events(self) -> Iterator[Event]:
        """Every stored event, oldest first. Reads page by page, so it holds up neither memory nor writers.

        Raises:
            StoreError: the store cannot be read.
        """
        at, id_ = -(2**62), ""
        while rows := self.query(_READ_PAGE, {"at": at, "id": id_}):
            for row in rows:
                yield event_of(row)
            at, id_ = rows[-1][_AT], rows[-1][_ID]  # type: ignore[assignment]


def listed(columns: Iterable[str]) -> str:
    """Names of columns, quoted in the way of standard SQL: ``schema`` is a word of MySQL."""
    return ", ".join(f'"{column}"' for column in columns)


def marked(sql: str, mark: Callable[[str], str]) -> str:
    """A statement with an engine's own marks in place of ``:name``; texts, comments and ``::`` stay as they are."""
    return _MARKS.sub(lambda match: match[1] or mark(match[2]), sql)


_AT, _ID = COLUMNS.index("at"), COLUMNS.index("id")
_READ_PAGE = (
    f"SELECT {listed(COLUMNS)} FROM events WHERE at >= :at AND (at > :at OR id > :id) "  # noqa: S608 (our names)
    f"ORDER BY at, id LIMIT {PAGE}"
)


def _plain(value: object) -> object:
    """Sums are decimals to some drivers; one without a fraction is an ``int``."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


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
