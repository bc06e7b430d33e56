"""The contract of a review store, as a test class: subclass it, and pytest shows whether your store can be relied on::

class TestRiverReviews(ReviewStoreContract):
    def make_store(self, folder):
        return RiverReviews(folder / "river")
"""

from __future__ import annotations

import pytest

# So that a failure says what was found and what was expected.
for _part in ("base", "changes", "pages", "questions", "together", "votes"):
    pytest.register_assert_rewrite(f"{__name__}.{_part}")

from sharekit.testing.reviews.changes import ReviewChanges  # noqa: E402
from sharekit.testing.reviews.pages import ReviewPages  # noqa: E402
from sharekit.testing.reviews.questions import ReviewQuestions  # noqa: E402
from sharekit.testing.reviews.together import ReviewsTogether  # noqa: E402
from sharekit.testing.reviews.votes import ReviewVotes  # noqa: E402


class ReviewStoreContract(ReviewChanges, ReviewVotes, ReviewPages, ReviewQuestions, ReviewsTogether):
    """Proves that a store keeps every field, counts right after every change, pages without skipping or repeating, and
    that threads and several store objects may share one place."""
