"""A desk with a store of its own, a clock that is set by hand, and everything it sent and recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sharekit.events.model import Event
from sharekit.reviews.desk import Desk
from sharekit.reviews.drafts import Draft
from sharekit.reviews.photos import PhotoStore
from sharekit.reviews.policy import ReviewPolicy
from sharekit.reviews.stores import open_review_store

KEYS = ("a secret of the shop",)
START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Bench:
    """A desk, and what came of it."""

    def __init__(self, folder: Path, keys: tuple[str, ...] = KEYS, **policy: Any) -> None:
        self.now = START
        self.events: list[Event] = []
        self.mails: list[tuple[str, str, str]] = []
        self.addresses: dict[str, str] = {}
        self.store = open_review_store("sqlite:reviews.db", folder)
        self.folder = folder
        self.desk = Desk(
            self.store,
            ReviewPolicy(**policy),
            keys,
            record=self.events.append,
            mail=lambda to, subject, text: self.mails.append((to, subject, text)),
            photos=PhotoStore(folder),
            base_url="https://shop.example/sharekit",
            site_name="Marram",
            address_of=lambda review: self.addresses.get(review.id),
            clock=lambda: self.now,
        )

    def later(self, **time: float) -> None:
        """Turn the clock on."""
        self.now += timedelta(**time)

    def token(self) -> str:
        """The token of the link in the last mail."""
        line = next(line for line in self.mails[-1][2].splitlines() if line.startswith("https://"))
        return line.rpartition("/")[2]

    def steps(self) -> list[str]:
        """What the recorded events say."""
        return [event.props["step"] for event in self.events]

    def actions(self, review_id: str) -> list[str]:
        """What the log says of a review."""
        return [entry.action for entry in self.store.history(review_id)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes benches, with fields of the policy as keywords; those of one folder share a store."""
    made: list[Bench] = []

    def make(folder: Path = tmp_path, **options: Any) -> Bench:
        made.append(Bench(folder, **options))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Makes drafts about the mug, four stars unless said otherwise."""
    return lambda **fields: Draft(**{"product_id": "mug", "rating": 4, **fields})
