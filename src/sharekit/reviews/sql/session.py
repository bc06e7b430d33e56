"""One transaction of a store, whatever its engine."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sharekit.reviews.sql.rows import Row
from sharekit.reviews.store import ReviewStore


class Session(Protocol):
    """One transaction. Statements have ``?`` for values; texts that no database can hold are made harmless."""

    for_update: str
    """What locks the rows that a SELECT finds, where writers work side by side."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """What a statement finds."""

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something; how many rows were."""

    def hint(self, index: str) -> str:
        """What follows the table's name to have an index used; nothing where the engine knows better."""

    def wait_for(self, key: str) -> None:
        """Wait until no other transaction holds the same key, and hold it; all keys at once when it is empty."""


class Sessions(ReviewStore):
    """A store that has transactions. Engines say what they are; the rest is the same for all."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads, and sees one state of things."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Session]:
        """A transaction that is kept when it ends without an error, and undone otherwise."""
