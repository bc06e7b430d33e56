"""Stuffing: a thousand votes, a thousand reviews, and the same link from many sides at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sharekit.reviews.desk import Seen
from sharekit.reviews.drafts import Draft, DraftError
from sharekit.reviews.people import Customer

Bench = Any


def test_a_thousand_votes_of_one_browser_are_one(bench: Callable[..., Bench]) -> None:
    """Repeated, changed and from several threads: one voter, one vote."""
    one = bench(moderation="after")
    review = one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=4))
    voter = one.desk.people.of_browser("192.0.2.1", "agent")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: one.desk.vote(review.id, voter, 1 if n % 2 else -1), range(1_000)))
    kept = one.store.get(review.id)
    assert kept.helpful + kept.unhelpful == 1


def test_a_thousand_made_up_browsers_of_one_address_are_few(bench: Callable[..., Bench]) -> None:
    """A new user agent for every vote and report: twenty a day on one review are counted, as from an office."""
    one = bench(moderation="after")
    review = one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=4))
    voters = [one.desk.people.of_browser("192.0.2.1", f"agent {n}") for n in range(1_000)]
    assert sum(one.desk.vote(review.id, voter, 1) is not None for voter in voters) == 20
    assert sum(one.desk.report(review.id, voter, "fake") is not None for voter in voters) == 20
    kept = one.store.get(review.id)
    assert (kept.helpful, kept.reports) == (20, 20)
    assert one.desk.vote(review.id, one.desk.people.of_browser("192.0.2.2", "agent"), 1) == (21, 0)


def test_of_a_hundred_reviews_of_made_up_browsers_five_are_shown(bench: Callable[..., Bench]) -> None:
    """A new user agent for every review, all from one address: the sixth and all after it wait for a person."""
    one = bench(moderation="after", writers="anyone")
    for n in range(100):
        seen = Seen(browser=one.desk.people.of_browser("192.0.2.1", f"agent {n}"))
        one.desk.submit(Draft(product_id=f"p{n % 50}", rating=5), seen=seen)
    assert sum(one.store.skew().published) == 5


def test_of_a_thousand_anonymous_reviews_of_one_browser_one_is_kept(bench: Callable[..., Bench]) -> None:
    """Where everybody may write unchecked, a browser reviews a product once; the others are refused."""
    one = bench(moderation="after", writers="anyone")
    seen = Seen(browser=one.desk.people.of_browser("192.0.2.1", "agent"))
    refused = 0
    for n in range(1_000):
        try:
            one.desk.submit(Draft(product_id="mug", rating=5, body=f"Number {n}"), seen=seen)
        except DraftError:
            refused += 1
    assert refused == 999
    assert one.store.summary("mug").count == 1


def test_a_thousand_reviews_of_many_browsers_wait_for_a_person(bench: Callable[..., Bench]) -> None:
    """Each from a new address, within an hour: twenty are shown, the others are held, whatever their stars."""
    one = bench(moderation="after", writers="anyone")
    for n in range(1_000):
        seen = Seen(browser=one.desk.people.of_browser(f"192.0.{n // 250}.{n % 250}", "agent"))
        one.desk.submit(Draft(product_id="mug", rating=1 + n % 5), seen=seen)
    assert one.store.summary("mug").counts == (4, 4, 4, 4, 4)
    skew = one.store.skew()
    assert (sum(skew.submitted), sum(skew.published)) == (1_000, 20)
    assert one.store.recount() == []


@pytest.mark.parametrize("way", ["order", "mail"])
@pytest.mark.parametrize("unique", [True, False])
def test_many_threads_through_one_link_hand_in_one_review(bench: Callable[..., Bench], way: str, unique: bool) -> None:
    """Thirty-two at once, with and without one review per person: one gets in, the others are told no."""
    one = bench(one_per_product=unique)
    draft = Draft(product_id="mug", rating=5)
    if way == "order":
        token = one.desk.invite("1001", ["mug"], email="ann@example.com")
    else:
        one.desk.request_confirmation(draft, "ann@example.com")
        token = one.token()

    def press(_: int) -> bool:
        try:
            kept = one.desk.submit_invited(token, draft) if way == "order" else one.desk.confirm(token)
        except DraftError:
            return False
        return kept is not None

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(press, range(32))) == 1
    assert len(list(one.store.all())) == 1


PRESS = """
import sys
from pathlib import Path
from sharekit.reviews.desk import Desk
from sharekit.reviews.drafts import Draft, DraftError
from sharekit.reviews.policy import ReviewPolicy
from sharekit.reviews.stores import open_review_store

folder, token = sys.argv[1:]
store = open_review_store("sqlite:reviews.db", Path(folder))
desk = Desk(store, ReviewPolicy(one_per_product=False), ["a secret of the shop"])
print("ready", flush=True)
sys.stdin.readline()
won = 0
for _ in range(20):
    won += desk.submit_invited(token, Draft(product_id="mug", rating=5)) is not None
print(won)
"""


def test_many_processes_through_one_link_hand_in_one_review(bench: Callable[..., Bench]) -> None:
    """Four processes start together and press twenty times each: one review, and right numbers."""
    one = bench()
    one.now = one.now.now(one.now.tzinfo)
    token = one.desk.invite("1001", ["mug"], email="ann@example.com")
    command = [sys.executable, "-c", PRESS, str(one.folder), token]
    runs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    try:
        for run in runs:
            assert run.stdout is not None
            assert run.stdout.readline() == "ready\n"
        for run in runs:
            assert run.stdin is not None
            run.stdin.write("\n")
            run.stdin.flush()
        won = [int(run.communicate(timeout=60)[0]) for run in runs]
    finally:
        for run in runs:
            run.kill()
            run.communicate()
    assert sum(won) == 1
    assert len(list(one.store.all())) == 1
    assert one.store.recount() == []
