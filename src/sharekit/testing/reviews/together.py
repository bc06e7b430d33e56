"""The contract of sharing: the numbers are right whatever happens in which order, also at the same time."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sharekit.reviews.model import Provenance
from sharekit.reviews.store import DuplicateReviewError, Query, ReviewStore, SpentTokenError
from sharekit.testing.reviews.base import START, ReviewTests, decide, entry, published, review, right


def anything(store: ReviewStore, dice: random.Random, name: str) -> None:
    """Do something to one of twenty reviews: submit, import, decide, edit, vote, report, reply or erase."""
    number = dice.randrange(20)
    review_id = f"r{number:05}"
    product_id = f"p{number % 3}"
    evidence = Provenance(evidence="syndicated", source="x") if dice.random() < 0.2 else Provenance()
    made = review(
        number,
        product_id=product_id,
        rating=dice.randint(1, 5),
        status=dice.choice(("pending", "published")),
        person=dice.choice(("", "ann", "bob")),
        provenance=evidence,
        answers={"fit": dice.choice(("small", "right"))} if dice.random() < 0.5 else {},
    )
    with suppress(LookupError, DuplicateReviewError):
        match dice.randrange(8):
            case 0:
                store.add(made, [entry(review_id, "submit")], unique=dice.random() < 0.5)
            case 1:
                store.add_many([made, review(number + 20, product_id=product_id, status="published")])
            case 2 | 3:
                decide(store, review_id, dice.choice(("pending", "published", "rejected")))
            case 4:
                changes: dict[str, Any] = {"rating": dice.randint(1, 5)}
                if dice.random() < 0.5:
                    changes["status"] = "pending"
                if dice.random() < 0.5:
                    changes["answers"] = {"fit": "large", "n1": "n1"}
                store.edit(review_id, changes, entry(review_id, "edit", by=name))
            case 5:
                store.vote(review_id, dice.choice("abc"), dice.choice((-1, 0, 1)))
            case 6:
                store.report(review_id, dice.choice("abc"), entry(review_id, "report"))
            case _:
                store.erase(dice.choice((review_id, f"r{number + 20:05}")), entry(review_id, "erase"))


def votes_right(store: ReviewStore, voters: str = "abc") -> None:
    """Fail unless the votes that each review shows are those that its voters gave."""
    by_voter = [store.votes_of(voter) for voter in voters]
    for one in store.all():
        given = [votes.get(one.id, 0) for votes in by_voter]
        assert (one.helpful, one.unhelpful) == (given.count(1), given.count(-1))


class ReviewsTogether(ReviewTests):
    """Threads, several store objects, any order."""

    @pytest.mark.parametrize("seed", range(3))
    def test_the_summary_is_the_recount_in_any_order(self, store: ReviewStore, second: ReviewStore, seed: int) -> None:
        """After any change by either of two store objects the numbers are those that counting again gives."""
        dice = random.Random(seed)
        for turn in range(120):
            anything(dice.choice((store, second)), dice, "any")
            if turn % 10 == 0:
                right(second)
        right(store)
        votes_right(store)

    def test_threads_keep_the_numbers_right(self, store: ReviewStore, second: ReviewStore) -> None:
        """Four threads with two store objects change the same reviews at the same time."""

        def work(number: int) -> None:
            dice = random.Random(number)
            for _ in range(60):
                anything((store, second)[number % 2], dice, f"thread {number}")

        _at_once(work, 4)
        right(store)
        votes_right(second)

    def test_of_those_who_come_at_once_one_is_kept(self, store: ReviewStore, second: ReviewStore) -> None:
        """A person's reviews of a product, the uses of a link, the votes of a voter: at the same time, from several
        threads, one counts."""
        published(store, 0)
        until = START + timedelta(days=36_500)
        kept: Counter[int] = Counter()
        spent: Counter[int] = Counter()
        together = threading.Barrier(4, timeout=30)

        def work(number: int) -> None:
            mine = (store, second)[number % 2]
            for turn in range(10):
                one = review(10 * turn + number, product_id=f"p{turn}", person="ann", status="published")
                together.wait()
                with suppress(DuplicateReviewError):
                    mine.add(one)
                    kept[turn] += 1
                together.wait()
                with suppress(SpentTokenError):
                    mine.add(replace(one, id=f"{one.id}-2", person=""), token=f"link {turn}", until=until)
                    spent[turn] += 1
                together.wait()
                mine.vote("r00000", "ann", 1)

        _at_once(work, 4)
        assert [kept[turn] for turn in range(10)] == [1] * 10
        assert [spent[turn] for turn in range(10)] == [1] * 10
        assert store.vote("r00000", "bob", -1) == (1, 1)
        right(store)

    def test_what_one_did_the_other_sees(self, store: ReviewStore, second: ReviewStore) -> None:
        """A change is there for every store object of the place when the call returns."""
        assert second.page(Query(product_id="mug")).reviews == ()
        published(store, 4)
        assert second.summary("mug").n5 == 1
        assert second.erase("r00004", entry("r00004", "erase")) is not None
        assert store.get("r00004") is None

    def test_close_and_go_on(self, store: ReviewStore, tmp_path: Path) -> None:
        """A closed store opens again by itself, and a new object finds what was kept."""
        published(store, 4)
        store.close()
        store.close()
        assert store.summary("mug").n5 == 1
        store.close()
        other = self.make_store(tmp_path)
        assert other.summary("mug").n5 == 1
        assert other.vote("r00004", "ann", 1) == (1, 0)
        other.close()
        assert store.vote("r00004", "bob", 1) == (2, 0)

    def test_a_good_store_has_nothing_to_complain_of(self, store: ReviewStore) -> None:
        """``check`` says nothing, before the first review and after."""
        assert store.check() is None
        published(store)
        assert store.check() is None


def _at_once(work: Callable[[int], None], count: int) -> None:
    problems: list[BaseException] = []
    ready = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            ready.wait()
            work(number)
        except BaseException as problem:  # noqa: BLE001 (raised below, where the test can see it)
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
