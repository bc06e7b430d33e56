"""The contract of changes: what is kept, what is counted, what is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reviews.model import Photo, Provenance, Reply
from sharekit.reviews.store import DuplicateReviewError, Query, ReviewStore, SpentTokenError
from sharekit.testing.reviews.base import (
    HARD_TEXTS,
    HOSTILE_IDS,
    START,
    ReviewTests,
    decide,
    entry,
    published,
    review,
    right,
)


class ReviewChanges(ReviewTests):
    """Submit, decide, edit, reply, import, erase."""

    def test_a_review_comes_back_as_it_was_given(self, store: ReviewStore, second: ReviewStore) -> None:
        """Every field is kept exactly, with microseconds, in another store object too."""
        given = review(
            body="Fine.\nReally.",
            author="Ann N.",
            person="p1",
            language="pt-BR",
            country="BR",
            variant="blue, M",
            answers={"fit": "small", "größe": "passt"},
            photos=(Photo(id="f1", width=900, height=600, thumb_width=300, thumb_height=200),),
            provenance=Provenance(evidence="order", order_id="1001"),
            relation="employee",
            incentive="gifted",
            status="published",
            reply=Reply(body="Thank you", author="The shop", at=START),
            private_reply=Reply(body="We are sorry", at=START),
            edited_at=START + timedelta(microseconds=1),
            published_at=START + timedelta(days=1),
            helpful=3,
            unhelpful=1,
            reports=2,
        )
        store.add(given)
        assert second.get(given.id) == given
        assert second.page(Query(product_id="mug")).reviews == (given,)

    @pytest.mark.parametrize("text", HARD_TEXTS)
    def test_texts_are_kept_as_they_are(self, store: ReviewStore, text: str) -> None:
        """Quotes, escapes, line breaks and other alphabets neither change nor mean anything."""
        given = review(title=text, body=text, author=text, product_id=text, answers={text: text}, person=text)
        store.add(given, [entry(given.id, "submit", note=text, details={text: text})])
        assert store.get(given.id) == given
        assert list(store.all(product_id=text)) == [given]
        assert [(line.note, line.details) for line in store.history(given.id)] == [(text, {text: text})]

    def test_only_published_reviews_count(self, store: ReviewStore) -> None:
        """Handing in changes no number; publishing, rejecting and putting back do, each once however often decided."""
        store.add(review(4))
        assert store.summary("mug").counts == (0, 0, 0, 0, 0)
        for status, count in (("published", 1), ("published", 1), ("rejected", 0), ("pending", 0), ("published", 1)):
            assert decide(store, "r00004", status).status == status  # type: ignore[arg-type]
            assert store.summary("mug").counts == (0, 0, 0, 0, count)
            right(store)

    def test_a_decision_is_dated_and_logged(self, store: ReviewStore) -> None:
        """Publishing notes when; deciding the same again leaves that; each decision is one line of the log."""
        store.add(review(), [entry("r00000", "submit", by="author", at=START)])
        at = START + timedelta(days=2)
        assert store.decide("r00000", "published", entry("r00000", at=at)).published_at == at
        again = store.decide("r00000", "published", entry("r00000", at=at + timedelta(days=1)))
        assert again.published_at == at
        rejected = store.decide("r00000", "rejected", entry("r00000", "reject"), reason="duplicate")
        assert (rejected.reason, rejected.published_at) == ("duplicate", None)
        assert store.get("r00000") == rejected
        assert [line.action for line in store.history("r00000")] == ["submit", "publish", "publish", "reject"]

    def test_ratings_of_other_websites_are_not_counted(self, store: ReviewStore) -> None:
        """A syndicated review is listed and counted apart."""
        published(store, 0, provenance=Provenance(evidence="syndicated", source="elsewhere.example"))
        assert store.summary("mug").count == 0
        assert store.summary("mug").elsewhere == 1
        assert len(store.page(Query(product_id="mug")).reviews) == 1
        right(store)

    @pytest.mark.parametrize("unknown", HOSTILE_IDS)
    def test_unknown_ids_do_no_harm(self, store: ReviewStore, unknown: str) -> None:
        """Whatever a browser sends as an id is not found, and nothing worse."""
        published(store)
        assert store.get(unknown) is None
        assert store.vote(unknown, unknown, 1) is None
        assert store.report(unknown, unknown, entry("r00000", "report")) is None
        assert store.erase(unknown, entry("r00000", "erase")) is None
        assert not store.spent(unknown)
        assert store.votes_of(unknown) == {}
        assert store.erase_votes(unknown) == 0
        assert store.history(unknown) == []
        assert store.of_person(unknown) == []
        assert list(store.all(product_id=unknown or "no")) == []
        assert store.summaries([unknown])[unknown].count == 0
        assert store.months(unknown) == []
        assert store.page(Query(product_id=unknown)).reviews == ()
        with pytest.raises(LookupError):
            store.decide(unknown, "published", entry("r00000"))
        with pytest.raises(LookupError):
            store.edit(unknown, {"title": "x"}, entry("r00000", "edit"))
        with pytest.raises(LookupError):
            store.reply(unknown, None, entry("r00000", "reply"))
        assert store.history("r00000") == []
        right(store)

    def test_one_review_per_person_and_product(self, store: ReviewStore) -> None:
        """A second one is refused whatever the status of the first, and the error names that; other products, nobody's
        reviews and shops that allow several are not."""
        store.add(review(1, person="ann"))
        with pytest.raises(DuplicateReviewError) as caught:
            store.add(review(2, person="ann"))
        assert caught.value.review_id == "r00001"
        store.add(review(3, person="ann", product_id="pot"))
        store.add(review(4, person="ann"), unique=False)
        store.add(review(5))
        store.add(review(6))
        with pytest.raises(DuplicateReviewError):
            store.add(review(7, person="ann"))
        assert [one.id for one in store.of_person("ann")] == ["r00001", "r00003", "r00004"]

    def test_an_id_is_kept_once(self, store: ReviewStore) -> None:
        """Adding a review of an id that is there is refused and changes nothing."""
        published(store, 0)
        with pytest.raises(DuplicateReviewError):
            store.add(review(0, status="published", rating=5))
        assert store.summary("mug").counts == (1, 0, 0, 0, 0)

    def test_a_link_is_used_up_with_its_review_or_not_at_all(self, store: ReviewStore) -> None:
        """A used token keeps nothing of a second review; a refused review leaves the token good."""
        until = START + timedelta(days=36_500)
        store.add(review(1, person="ann"))
        with pytest.raises(DuplicateReviewError):
            store.add(review(2, person="ann"), token="t1", until=until)
        assert not store.spent("t1")
        store.add(review(3, person="bob"), token="t1", until=until)
        assert store.spent("t1")
        with pytest.raises(SpentTokenError):
            store.add(review(4, person="eve", status="published"), token="t1", until=until)
        assert store.get("r00004") is None
        assert not store.spend("t1", until)
        assert store.spend("t2", until)
        assert not store.spend("t2", until)
        right(store)

    def test_imports_leave_out_what_is_there(self, store: ReviewStore) -> None:
        """Importing the same twice adds nothing; what was kept is returned, counted and logged."""
        source = Provenance(evidence="imported", source="Old tool")
        batch = [review(n, status="published", provenance=source, person=f"p{n % 8}") for n in range(10)]
        kept = store.add_many(batch)
        assert [one.id for one in kept] == [f"r{n:05}" for n in range(8)]
        assert store.add_many(batch) == []
        assert store.summary("mug").counts == (2, 2, 2, 1, 1)
        assert store.history("r00003")[0].action == "import"
        assert len(store.add_many([review(90, person="p1"), review(91, person="p1")], unique=False)) == 2
        right(store)

    def test_an_edit_moves_the_numbers_and_remembers(self, store: ReviewStore) -> None:
        """The rating moves from one counter to the other, the log has what was there before, and nothing more."""
        published(store, 0, title="Good", body="Fine")
        at = START + timedelta(days=3)
        changes = {"rating": 5, "title": "Better", "body": "Fine", "edited_at": at}
        new = store.edit("r00000", changes, entry("r00000", "edit", by="author", details={"way": "link"}))
        assert (new.rating, new.title, new.edited_at) == (5, "Better", at)
        assert store.get("r00000") == new
        assert store.summary("mug").counts == (0, 0, 0, 0, 1)
        details = store.history("r00000")[-1].details
        assert details == {"way": "link", "rating": 1, "title": "Good", "edited_at": None}
        right(store)

    def test_an_edit_may_bring_it_back_to_the_queue(self, store: ReviewStore) -> None:
        """An edited review waits again, and one that was rejected has no reason any more."""
        store.add(review())
        decide(store, "r00000", "rejected")
        photo = Photo(id="f", width=2, height=2, thumb_width=1, thumb_height=1)
        new = store.edit("r00000", {"status": "pending", "photos": (photo,)}, entry("r00000", "edit"))
        assert (new.status, new.reason, new.photos) == ("pending", None, (photo,))
        decide(store, "r00000", "published")
        new = store.edit("r00000", {"status": "pending", "photos": ()}, entry("r00000", "edit"))
        assert (new.status, new.published_at) == ("pending", None)
        assert store.history("r00000")[-1].details["photos"] == [
            {"id": "f", "width": 2, "height": 2, "thumb_width": 1, "thumb_height": 1}
        ]
        right(store)

    def test_an_edit_changes_only_what_its_writer_may(self, store: ReviewStore) -> None:
        """Provenance, votes and other products are out of reach, and a wrong value keeps nothing."""
        published(store)
        for field in ("provenance", "helpful", "product_id", "incentive", "person", "id", "verified"):
            with pytest.raises(UnknownNameError):
                store.edit("r00000", {field: "x"}, entry("r00000", "edit"))
        for wrong in ({"rating": 6}, {"rating": 0}, {"rating": 4.5}, {"rating": True}, {"title": "x" * 201}):
            with pytest.raises(InvalidValueError):
                store.edit("r00000", wrong, entry("r00000", "edit"))
        assert store.history("r00000") == []
        right(store)

    def test_replies(self, store: ReviewStore) -> None:
        """The shop's answers for everybody and for the writer are apart, and can be taken away."""
        published(store)
        open_reply, private = Reply(body="Thank you", at=START), Reply(body="Write to us", author="Eva", at=START)
        store.reply("r00000", open_reply, entry("r00000", "reply"))
        store.reply("r00000", private, entry("r00000", "private_reply"), private=True)
        kept = store.get("r00000")
        assert kept is not None
        assert (kept.reply, kept.private_reply) == (open_reply, private)
        assert store.reply("r00000", None, entry("r00000", "reply")).reply is None
        assert store.get("r00000") == replace(kept, reply=None)
        assert [line.action for line in store.history("r00000")] == ["reply", "private_reply", "reply"]

    def test_what_is_erased_is_gone(self, store: ReviewStore) -> None:
        """The review, its votes, reports and the texts in its log go; the log's dates and actions stay; a review of the
        same person can come again."""
        published(store, 0, person="ann", body="My address is …")
        store.edit("r00000", {"body": "Fine"}, entry("r00000", "edit", note="had an address"))
        store.vote("r00000", "bob", 1)
        store.report("r00000", "bob", entry("r00000", "report", note="private"))
        gone = store.erase("r00000", entry("r00000", "erase"))
        assert gone is not None
        assert (gone.body, gone.person) == ("Fine", "ann")
        assert store.get("r00000") is None
        assert store.summary("mug").count == 0
        assert store.votes_of("bob") == {}
        assert store.erase_votes("bob") == 0
        lines = store.history("r00000")
        assert [line.action for line in lines] == ["edit", "report", "erase"]
        assert all(not line.note and not line.details for line in lines)
        assert store.erase("r00000", entry("r00000", "erase")) is None
        store.add(review(0, person="ann"))
        right(store)
