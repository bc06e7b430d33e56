"""Samples of every vendor's file, a small shop, and an import of one into the other."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from sharekit import Product
from sharekit.reviews.importers import (
    Outcome,
    ProductIndex,
    Reader,
    import_reviews,
    look_at,
    vendor_of,
)
from sharekit.reviews.people import People
from sharekit.reviews.store import ReviewStore
from sharekit.reviews.stores import open_review_store

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PEOPLE = People(("a secret of these tests",))
PRODUCTS = (
    Product(id="mug", title="Stoneware mug", url="/products/stoneware-mug", sku="MUG-1"),
    Product(id="bowl", title="Ash bowl", url="https://shop.example/products/ash-bowl?v=1", sku="BOWL-1"),
)
NUMBERS = {"8811": "mug", "8812": "bowl"}
"""What ``--map`` says in these tests."""

MakeReader = Callable[..., Reader]
Bring = Callable[..., Outcome]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the samples."""
    return Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def products() -> tuple[Product, ...]:
    """What the shop sells."""
    return PRODUCTS


@pytest.fixture(scope="session")
def person() -> Callable[[str], str]:
    """A function that gives the hash of a person by address."""
    return lambda email: PEOPLE.of_email(email).id


@pytest.fixture(scope="session")
def make_reader(person: Callable[[str], str]) -> MakeReader:
    """A function that makes a reader of a file, in the shop above."""

    def make(file: BinaryIO, vendor: str = "", **options: Any) -> Reader:
        looked = look_at(file)
        options = {"products": ProductIndex(PRODUCTS, NUMBERS), "person_of": person, "at": AT} | options
        return Reader(file=looked, vendor=vendor_of(looked, vendor, meta="meta" in options), **options)

    return make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    """An empty store."""
    made = open_review_store("sqlite:reviews.db", tmp_path)
    yield made
    made.close()


@pytest.fixture
def bring(store: ReviewStore, make_reader: MakeReader, samples: Path) -> Bring:
    """A function that imports a sample, or the bytes of a file, and gives what became of it."""

    def bring(
        name: str | bytes, *, vendor: str = "", dry_run: bool = False, unique: bool = True, **options: Any
    ) -> Outcome:
        with (samples / name).open("rb") if isinstance(name, str) else io.BytesIO(name) as file:
            return import_reviews(make_reader(file, vendor, **options), store, dry_run=dry_run, unique=unique)

    return bring
