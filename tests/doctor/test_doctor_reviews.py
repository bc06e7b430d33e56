"""What the doctor says of the store of reviews."""

from __future__ import annotations

from pathlib import Path

from sharekit.config import Settings
from sharekit.doctor.reviews import examine_reviews
from sharekit.reviews.model import Review
from sharekit.reviews.stores import open_review_store


def settings(folder: Path, **values: str) -> Settings:
    """Settings with a data directory of the test's own."""
    return Settings.load(base_url="https://shop.example", data_dir=folder, **values)


def test_a_shop_without_reviews_hears_nothing(tmp_path: Path) -> None:
    """And no file is made by looking."""
    assert list(examine_reviews(settings(tmp_path))) == []
    assert list(tmp_path.iterdir()) == []


def test_reviews_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    """Those that wait are what somebody should look at."""
    store = open_review_store("sqlite:reviews.db", tmp_path)
    store.add(Review(product_id="mug", rating=5))
    store.add(Review(product_id="mug", rating=1, status="published"))
    store.add(Review(product_id="mug", rating=1, status="rejected", reason="spam"))
    store.close()
    (finding,) = examine_reviews(settings(tmp_path))
    assert (finding.verdict, finding.message) == (
        "OK", "sqlite:reviews.db answers: 3 reviews, 1 published, 1 waiting",
    )  # fmt: skip


def test_a_store_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """With the reason of the store; an address without a store behind it too."""
    (tmp_path / "reviews.db").write_bytes(b"this is no database" * 100)
    (damaged,) = examine_reviews(settings(tmp_path))
    assert (damaged.verdict, "reviews.db" in damaged.message) == ("FAIL", True)
    (unknown,) = examine_reviews(settings(tmp_path, reviews="sqlight:reviews.db"))
    assert (unknown.verdict, "'sqlite'" in unknown.message) == ("FAIL", True)
