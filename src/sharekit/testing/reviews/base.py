"""What every part of the contract uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sharekit.reviews.model import Review, Status
from sharekit.reviews.store import Entry, ReviewStore

HARD_TEXTS = (
    "Tee für zwei, 茶器, چای, ☕️👩🏽‍🚀",
    "e\u0301 is not \u00e9; \u202eright to left\u202c; zero\u200bwidth",
    "quotes ' \" ` and \\ backslash; <b>&amp;</b>; --; $1; %s; {0}; ?; :name; ;DROP TABLE reviews",
    "tab\there, line\nbreak, \u2028separator, \x7fdelete",
    "NULL",
    "  spaces around  ",
)
"""Texts that go wrong where somebody forgot to escape or to encode."""
HOSTILE_IDS = ("", "no-such-id", "a" * 10_000, "null\x00null", "half \ud800 a character", "' OR 1=1 --")
"""Ids that a browser may send."""
START = datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC)


def entry(subject: str, action: str = "publish", **fields: Any) -> Entry:
    """A line of the log."""
    return Entry(subject=subject, action=action, **{"by": "ann", **fields})


def review(number: int = 0, **fields: Any) -> Review:
    """A review of ``mug``, an hour after the one before."""
    return Review(
        **{
            "product_id": "mug",
            "rating": number % 5 + 1,
            "id": f"r{number:05}",
            "title": f"Review {number}",
            "created_at": START + timedelta(hours=number),
            **fields,
        }
    )


class ReviewTests:
    """Fixtures of the contract, and the one method that a subclass gives."""

    def make_store(self, folder: Path) -> ReviewStore:
        """A new store object, set up as in production. All those of one test are for the same place, which is empty
        at first.

        Parameters:
            folder: a directory of the test's own. Where nothing lies in files, its name is a good name for the place.
        """
        raise NotImplementedError("give a store")

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[ReviewStore]:
        """A store with nothing in it."""
        store = self.make_store(tmp_path)
        yield store
        store.close()

    @pytest.fixture
    def second(self, tmp_path: Path) -> Iterator[ReviewStore]:
        """Another object for the same place, as another worker of the shop has it."""
        store = self.make_store(tmp_path)
        yield store
        store.close()


def published(store: ReviewStore, number: int = 0, **fields: Any) -> Review:
    """Add a review that is shown."""
    return store.add(review(number, **{"status": "published", **fields}))


def decide(store: ReviewStore, review_id: str, status: Status) -> Review:
    """Decide as a moderator does."""
    action = {"published": "publish", "rejected": "reject", "pending": "pend"}[status]
    return store.decide(review_id, status, entry(review_id, action), reason="spam" if status == "rejected" else None)


def right(store: ReviewStore) -> None:
    """Fail unless every counter is what counting the reviews again gives."""
    products = sorted({one.product_id for one in store.all()})
    summaries = store.summaries(products)
    for product in products:
        mine = list(store.all(product_id=product, status="published"))
        counts = tuple(sum(one.rating == stars and one.provenance.counted for one in mine) for stars in range(1, 6))
        assert summaries[product].counts == counts
        answers = Counter(pair for one in mine if one.provenance.counted for pair in one.answers.items())
        kept = {(key, answer): n for key, found in store.answers(product).items() for answer, n in found.items()}
        assert kept == answers
        assert summaries[product].elsewhere == sum(not one.provenance.counted for one in mine)
    assert store.recount() == []
