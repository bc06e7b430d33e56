"""The contract of reading: pages, summaries, queues, exports."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any, get_args

import pytest

from sharekit.exceptions import UnknownNameError
from sharekit.reviews.maths import wilson_lower
from sharekit.reviews.model import Photo, Provenance, Review
from sharekit.reviews.store import MANY, Page, Query, ReviewStore, Sort
from sharekit.testing.reviews.base import START, ReviewTests, decide, entry, published, review

_PHOTO = Photo(id="f", width=2, height=2, thumb_width=1, thumb_height=1)
_LANGUAGES = ("", "pt", "pt-BR", "de")
_KEYS: dict[str, Callable[[Review], Any]] = {
    "newest": lambda one: (one.created_at, one.id),
    "helpful": lambda one: (wilson_lower(one.helpful, one.helpful + one.unhelpful), one.created_at, one.id),
    "highest": lambda one: (one.rating, one.created_at, one.id),
    "lowest": lambda one: (-one.rating, one.created_at, one.id),
}
_FILTERS: tuple[dict[str, Any], ...] = tuple(
    {name: value for name, value in zip(("stars", "photos", "verified", "language"), values, strict=True) if value}
    for values in product((0, 4), (False, True), (False, True), ("", "pt"))
)
_WRONG_CURSORS = (
    "x", "AAAA", "bnVsbA", "e30", "W10", "WyJuZXdlc3QiXQ", "WyJuZXdlc3QiLDEsMl0", "WyJuZXdlc3QiLCJhIiwiYiJd",
    "WyJuZXdlc3QiLDEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwLCJhIl0", "WyJuZXdlc3QiLDEsIlx1ZDgwMCJd", "WyJuZXdlc3QiLHRydWUsImEiXQ",
    "WyJuZXdlc3QiLDEsIlx1MDAwMCJd", "ü", "\ud800", "%00", "[" * 100_000, "a" * 1_000_000,
)  # fmt: skip


def _some(count: int = 60) -> list[Review]:
    """Reviews with every mixture of what can be filtered, many of them from the same moment."""
    dice = random.Random(7)
    made = [
        review(
            number,
            id=f"r{dice.randrange(10**9):09}",
            rating=dice.choice((1, 3, 4, 4, 5)),
            created_at=START + timedelta(days=dice.randrange(9)),
            photos=(_PHOTO,) * dice.randrange(2),
            provenance=Provenance(evidence="order", order_id="1") if dice.randrange(2) else Provenance(),
            language=dice.choice(_LANGUAGES),
            helpful=dice.choice((0, 0, 1, 5)),
            unhelpful=dice.choice((0, 0, 1)),
            status=dice.choice(("published", "published", "published", "pending")),
            product_id=dice.choice(("mug", "mug", "mug", "pot")),
        )
        for number in range(count)
    ]
    return [replace(one, published_at=one.created_at) if one.status == "published" else one for one in made]


def _expected(reviews: list[Review], query: Query) -> list[str]:
    fitting = [
        one
        for one in reviews
        if one.status == "published"
        and one.product_id == query.product_id
        and (not query.stars or one.rating == query.stars)
        and (not query.photos or one.photos)
        and (not query.verified or one.verified)
        and f"{one.language}-".startswith(f"{query.language}-" if query.language else "")
    ]
    return [one.id for one in sorted(fitting, key=_KEYS[query.sort], reverse=True)]


def _ids(page: Page) -> list[str]:
    return [one.id for one in page.reviews]


class ReviewPages(ReviewTests):
    """What is found, and in which order."""

    @pytest.mark.parametrize("sort", get_args(Sort))
    def test_pages_in_every_order_with_every_filter(self, store: ReviewStore, sort: Sort) -> None:
        """Going forward and back again shows what fits, in the right order, each review once, and counts it."""
        reviews = _some()
        store.add_many(reviews)
        for filters in _FILTERS:
            query = Query(product_id="mug", sort=sort, limit=7, **filters)
            expected = _expected(reviews, query)
            page = store.page(query)
            assert page.previous == ""
            found, turns = _ids(page), 0
            while page.next:
                page = store.page(replace(query, after=page.next))
                found += _ids(page)
                turns += 1
            assert found == expected
            assert page.count == (len(expected) if filters else None)
            found = _ids(page)
            while page.previous:
                page = store.page(replace(query, before=page.previous))
                assert page.next
                found = _ids(page) + found
                turns -= 1
            assert found == expected
            assert turns == 0

    def test_new_reviews_do_not_shift_pages(self, store: ReviewStore) -> None:
        """What comes in while somebody pages makes them neither skip nor see twice."""
        for number in range(10, 20):
            published(store, number)
        first = store.page(Query(product_id="mug", limit=4))
        published(store, 30)
        published(store, 0)
        second = store.page(Query(product_id="mug", limit=4, after=first.next))
        assert _ids(first) + _ids(second) == [f"r{number:05}" for number in range(19, 11, -1)]
        back = store.page(Query(product_id="mug", limit=4, before=second.previous))
        assert _ids(back) == _ids(first)

    @pytest.mark.parametrize("cursor", _WRONG_CURSORS, ids=range(len(_WRONG_CURSORS)))
    def test_a_foreign_cursor_begins_at_the_start(self, store: ReviewStore, cursor: str) -> None:
        """Whatever stands in the address of a page, the first page is shown, not an error."""
        published(store, 1)
        published(store, 2)
        for query in (Query(product_id="mug", after=cursor), Query(product_id="mug", before=cursor)):
            assert _ids(store.page(query)) == ["r00002", "r00001"]
        assert len(store.queue("published", after=cursor).reviews) == 2
        assert store.questions("mug", after=cursor) == ([], "")

    def test_a_cursor_belongs_to_its_order(self, store: ReviewStore) -> None:
        """With the cursor of another order one begins at the start; with nothing left behind a cursor, too."""
        for number in range(4):
            published(store, number)
        page = store.page(Query(product_id="mug", limit=2))
        assert len(store.page(Query(product_id="mug", sort="highest", after=page.next)).reviews) == 4
        for number in range(2):
            store.erase(f"r0000{number}", entry(f"r0000{number}", "erase"))
        again = store.page(Query(product_id="mug", limit=2, after=page.next))
        assert (_ids(again), again.next, again.previous) == (["r00003", "r00002"], "", "")

    def test_counting_ends_somewhere(self, store: ReviewStore) -> None:
        """Filtered reviews are counted up to one more than MANY."""
        reviews = [review(number, rating=5, status="published") for number in range(MANY + 5)]
        store.add_many(reviews[: MANY - 1])
        assert store.page(Query(product_id="mug", stars=5, limit=1)).count == MANY - 1
        store.add_many(reviews)
        assert store.page(Query(product_id="mug", stars=5, limit=1)).count == MANY + 1

    def test_languages(self, store: ReviewStore) -> None:
        """A language finds its regional forms, however it is written; a region finds only itself."""
        for number, language in enumerate(("pt", "pt-BR", "PT-br", "pt-PT", "ptx", "de", "")):
            published(store, number, language=language)
        for wanted, count in (("pt", 4), ("PT", 4), ("pt-BR", 2), ("pt-br", 2), ("pt-B", 0), ("de", 1), ("%", 0)):
            assert store.page(Query(product_id="mug", language=wanted)).count == count

    def test_summaries_of_many_products(self, store: ReviewStore) -> None:
        """Each product has its own numbers; one without reviews has zeros; asking for none is fine."""
        published(store, 1)
        published(store, 2, product_id="pot")
        found = store.summaries(["pot", "mug", "new", "mug"])
        assert {name: one.counts for name, one in found.items()} == {
            "mug": (0, 1, 0, 0, 0),
            "pot": (0, 0, 1, 0, 0),
            "new": (0, 0, 0, 0, 0),
        }
        assert all(one.product_id == name for name, one in found.items())
        assert store.summaries([]) == {}

    def test_the_queue_of_moderators(self, store: ReviewStore) -> None:
        """Waiting reviews of all products come oldest first, page by page, without those that are decided."""
        for number in range(7):
            store.add(review(number, product_id=f"p{number % 2}"))
        decide(store, "r00003", "published")
        decide(store, "r00005", "rejected")
        page = store.queue(limit=3)
        assert _ids(page) == ["r00000", "r00001", "r00002"]
        page = store.queue(limit=3, after=page.next)
        assert (_ids(page), page.next) == (["r00004", "r00006"], "")
        assert _ids(store.queue("rejected")) == ["r00005"]
        assert store.queue(reported=True).reviews == ()

    def test_recent_reviews_of_the_whole_shop(self, store: ReviewStore) -> None:
        """They come newest first, over all products, with the stars, photos and orders asked for."""
        reviews = _some(40)
        store.add_many(reviews)
        for stars, photos, verified in product((1, 4, 5), (False, True), (False, True)):
            fitting = [
                one
                for one in reviews
                if one.status == "published"
                and one.rating >= stars
                and (one.photos or not photos)
                and (one.verified or not verified)
            ]
            expected = sorted(fitting, key=_KEYS["newest"], reverse=True)[:6]
            assert store.recent(stars=stars, photos=photos, verified=verified, limit=6) == expected

    def test_everything_oldest_first(self, store: ReviewStore) -> None:
        """An export sees every review, of one status or product if asked."""
        reviews = sorted(_some(700), key=_KEYS["newest"])
        store.add_many(reviews)
        assert list(store.all()) == reviews
        assert list(store.all(status="pending")) == [one for one in reviews if one.status == "pending"]
        assert list(store.all(product_id="pot")) == [one for one in reviews if one.product_id == "pot"]
        both = [one for one in reviews if one.product_id == "pot" and one.status == "published"]
        assert list(store.all(product_id="pot", status="published")) == both
        with pytest.raises(UnknownNameError):
            store.all(status="' OR 1 = 1 --")  # type: ignore[arg-type]

    def test_an_export_sees_a_review_once_while_it_is_decided(self, store: ReviewStore) -> None:
        """Reviews that are published or rejected while an export goes on are in it once."""
        reviews = sorted(_some(700), key=_KEYS["newest"])
        store.add_many(reviews)
        seen = []
        for number, one in enumerate(store.all()):
            seen.append(one.id)
            if number % 40 == 0:
                for other in (reviews[number // 2], reviews[-1 - number // 2]):
                    decide(store, other.id, "rejected" if other.status == "published" else "published")
        assert seen == [one.id for one in reviews]

    def test_the_log_in_order(self, store: ReviewStore) -> None:
        """The whole log comes oldest first, or from a moment on, in any length."""
        for number in range(1_100):
            at = START + timedelta(minutes=number // 2)
            if number % 100 == 0:
                store.add(
                    review(number), [entry("x", "submit", at=at, note=str(n)) for n in range(number, number + 100)]
                )
        assert [line.note for line in store.log()] == [str(n) for n in range(1_100)]
        since = START + timedelta(minutes=500)
        assert [line.note for line in store.log(since=since)] == [str(n) for n in range(1_000, 1_100)]

    def test_answers_are_counted(self, store: ReviewStore) -> None:
        """What was answered to the shop's questions is counted by product, in reviews that are shown and count."""
        for number, fit in enumerate(("small", "right", "right")):
            published(store, number, answers={"fit": fit, "colour": "as shown"})
        store.add(review(3, answers={"fit": "small"}))
        published(store, 4, product_id="pot", answers={"fit": "small"})
        published(store, 5, answers={"fit": "small"}, provenance=Provenance(evidence="syndicated", source="x"))
        assert store.answers("mug") == {"colour": {"as shown": 3}, "fit": {"right": 2, "small": 1}}
        assert next(iter(store.answers("mug")["fit"])) == "right"
        assert store.answers("new") == {}

    def test_months(self, store: ReviewStore) -> None:
        """Reviews are counted in the month in which they were written, in UTC; only those that are shown."""
        published(store, 0)
        published(store, 1)
        published(store, 2, provenance=Provenance(evidence="syndicated", source="x"))
        published(store, 24 * 40, rating=5)
        store.add(review(3))
        months = store.months("mug")
        assert [(month, one.counts, one.elsewhere) for month, one in months] == [
            ("2026-01", (1, 0, 0, 0, 0), 0),
            ("2026-02", (0, 1, 0, 0, 0), 1),
            ("2026-03", (0, 0, 0, 0, 1), 0),
        ]

    def test_skew(self, store: ReviewStore) -> None:
        """What was handed in, shown and refused is counted by rating, over all products."""
        assert store.skew().submitted == (0, 0, 0, 0, 0)
        for number in range(10):
            store.add(review(number, product_id=f"p{number}"))
        for number in range(4):
            decide(store, f"r0000{number}", "published")
        decide(store, "r00005", "rejected")
        decide(store, "r00006", "rejected")
        published(store, 20, provenance=Provenance(evidence="syndicated", source="x"))
        skew = store.skew()
        assert skew.submitted == (2, 2, 2, 2, 2)
        assert skew.published == (1, 1, 1, 1, 0)
        assert skew.rejected == (1, 1, 0, 0, 0)
