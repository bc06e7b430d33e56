"""The contract of votes and reports of abuse."""

from __future__ import annotations

import pytest

from sharekit.exceptions import InvalidValueError
from sharekit.reviews.store import Query, ReviewStore
from sharekit.testing.reviews.base import ReviewTests, decide, entry, published, review


class ReviewVotes(ReviewTests):
    """One vote and one report per person, however often they come."""

    def test_the_last_vote_counts(self, store: ReviewStore) -> None:
        """A vote can be repeated, changed and taken back, and never counts twice."""
        published(store)
        for value, counts in ((1, (1, 0)), (1, (1, 0)), (-1, (0, 1)), (0, (0, 0)), (0, (0, 0)), (-1, (0, 1))):
            assert store.vote("r00000", "ann", value) == counts
        assert store.vote("r00000", "bob", 1) == (1, 1)
        kept = store.get("r00000")
        assert kept is not None
        assert (kept.helpful, kept.unhelpful) == (1, 1)
        assert store.votes_of("ann") == {"r00000": -1}

    def test_a_thousand_votes_of_one_are_one(self, store: ReviewStore) -> None:
        """Stuffing changes nothing."""
        published(store)
        assert {store.vote("r00000", "ann", 1) for _ in range(50)} == {(1, 0)}

    def test_only_published_reviews_take_votes_and_reports(self, store: ReviewStore) -> None:
        """What is not shown cannot be voted on or reported."""
        store.add(review())
        assert store.vote("r00000", "ann", 1) is None
        assert store.report("r00000", "ann", entry("r00000", "report")) is None
        assert store.history("r00000") == []

    @pytest.mark.parametrize("value", [2, -2, 10**9])
    def test_other_votes_are_refused(self, store: ReviewStore, value: int) -> None:
        """A vote is 1, 0 or -1."""
        published(store)
        with pytest.raises(InvalidValueError):
            store.vote("r00000", "ann", value)

    def test_votes_decide_what_is_most_helpful(self, store: ReviewStore) -> None:
        """Two of two come behind eighteen of twenty: the order is by Wilson's lower bound, not by the share."""
        for number in range(3):
            published(store, number)
        for voter in range(20):
            store.vote("r00001", f"v{voter}", 1 if voter < 18 else -1)
        for voter in range(2):
            store.vote("r00000", f"v{voter}", 1)
        found = store.page(Query(product_id="mug", sort="helpful")).reviews
        assert [one.id for one in found] == ["r00001", "r00000", "r00002"]

    def test_reports_count_once_and_are_settled(self, store: ReviewStore) -> None:
        """A reporter counts once; those with most reports come first; a decision of a moderator settles them."""
        for number in range(3):
            published(store, number)
        assert store.report("r00000", "ann", entry("r00000", "report")) == 1
        assert store.report("r00001", "ann", entry("r00001", "report")) == 1
        assert store.report("r00001", "bob", entry("r00001", "report", note="an advertisement")) == 2
        assert store.report("r00001", "bob", entry("r00001", "report")) == 2
        assert [line.note for line in store.history("r00001")] == ["", "an advertisement"]
        assert [one.id for one in store.queue(reported=True).reviews] == ["r00001", "r00000"]
        assert decide(store, "r00001", "published").reports == 0
        assert [one.id for one in store.queue(reported=True).reviews] == ["r00000"]

    def test_votes_and_reports_of_a_person_can_be_taken_back(self, store: ReviewStore) -> None:
        """All of them go, also on reviews that are no longer shown, and those of others stay."""
        for number in range(3):
            published(store, number)
            store.vote(f"r0000{number}", "ann", -1 if number else 1)
            store.vote(f"r0000{number}", "bob", 1)
        store.report("r00002", "ann", entry("r00002", "report"))
        store.report("r00002", "bob", entry("r00002", "report"))
        decide(store, "r00001", "rejected")
        assert store.erase_votes("ann") == 4
        assert store.erase_votes("ann") == 0
        assert store.votes_of("ann") == {}
        assert [(one.helpful, one.unhelpful, one.reports) for one in store.all()] == [(1, 0, 0), (1, 0, 0), (1, 0, 1)]
