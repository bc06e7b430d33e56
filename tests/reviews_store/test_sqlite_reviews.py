"""The default store of reviews: the contract, and what is special about a file."""

from __future__ import annotations

from sharekit.reviews.sqlite import SQLiteReviewStore
from sharekit.testing import ReviewStoreContract


class TestSQLiteReviewStore(ReviewStoreContract):
    """The store that is used when nothing is set."""

    def make_store(self, folder):
        """A file of the test's own."""
        return SQLiteReviewStore(folder / "reviews.db")
