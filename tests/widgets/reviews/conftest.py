"""A kit with reviews, and reviews to put into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sharekit import Product, ShareKit
from sharekit.reviews.model import Provenance, Review
from sharekit.reviews.sqlite import SQLiteReviewStore

START = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def kit(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A kit that delivers nothing."""
    return make_kit(deliver=False, secret_key="a secret that is long enough", site_name="Tide")


@pytest.fixture
def review() -> Callable[..., Review]:
    """A function that makes published reviews of the mug, each an hour older than the one before."""
    made = 0

    def make(rating: int = 5, **values: Any) -> Review:
        nonlocal made
        made += 1
        at = START - timedelta(hours=made)
        given = {"product_id": "mug-1", "status": "published", "created_at": at, "published_at": at} | values
        return Review(rating=rating, **given)

    return make


@pytest.fixture
def fill(kit: ShareKit, review: Callable[..., Review]) -> Callable[..., list[Review]]:
    """A function that stores reviews: numbers of stars, or reviews."""

    def put(*reviews: int | Review) -> list[Review]:
        made = [item if isinstance(item, Review) else review(item, author="Ann") for item in reviews]
        return [kit.review_store.add(item) for item in made]

    return put


@pytest.fixture
def syndicated() -> Callable[[Review], Review]:
    """A function that makes a review one of another website."""
    return lambda item: replace(item, provenance=Provenance(evidence="syndicated", source="Elsewhere"))


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reads of the store, by the name of the method, as they happen."""
    asked: list[str] = []
    for name in ("page", "summaries", "answers", "skew", "recent", "questions", "get"):
        original = getattr(SQLiteReviewStore, name)

        def counted(store: Any, *args: Any, _name: str = name, _original: Any = original, **options: Any) -> Any:
            asked.append(_name)
            return _original(store, *args, **options)

        monkeypatch.setattr(SQLiteReviewStore, name, counted)
    return asked


@pytest.fixture
def plate() -> Product:
    """A product without reviews."""
    return Product(id="plate-1", title="Plate", url="/p/plate-1")
