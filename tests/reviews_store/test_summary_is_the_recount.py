"""Whatever is done to reviews in whatever order, the counters are those of counting again. Also with two processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sharekit.reviews.model import Provenance
from sharekit.reviews.store import DuplicateReviewError
from sharekit.testing.reviews.base import decide, entry, review, right
from sharekit.testing.reviews.together import votes_right

_number = count()
ratings = st.integers(1, 5)
statuses = st.sampled_from(("pending", "published", "rejected"))
answers = st.dictionaries(st.sampled_from(("fit", "size")), st.sampled_from(("small", "right", "large")))
sources = st.sampled_from(
    (
        Provenance(),
        Provenance(evidence="order", order_id="1"),
        Provenance(evidence="imported", source="Old tool"),
        Provenance(evidence="syndicated", source="elsewhere.example"),
    )
)


class Reviewing(RuleBasedStateMachine):
    """A shop's reviews in a store, and beside it in a plain dictionary."""

    store = None
    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.run = f"{next(_number)}-"
        self.kept = {}

    def made(self, product, rating, status, person, source, given):
        number = next(_number)
        return review(
            number,
            id=f"{self.run}{number:06}",
            product_id=f"{self.run}{product}",
            rating=rating,
            status=status,
            person=person and self.run + person,
            provenance=source,
            answers=given,
            reason="spam" if status == "rejected" else None,
        )

    def taken(self, one):
        return any(one.person and (one.person, one.product_id) == (x.person, x.product_id) for x in self.kept.values())

    things = (st.sampled_from("ab"), ratings, statuses, st.sampled_from(("", "ann", "bob")), sources, answers)

    @rule(target=ids, thing=st.tuples(*things), unique=st.booleans())
    def submit(self, thing, unique):
        one = self.made(*thing)
        if unique and self.taken(one):
            with pytest.raises(DuplicateReviewError):
                self.store.add(one)
        else:
            self.kept[one.id] = self.store.add(one, [entry(one.id, "submit")], unique=unique)
        return one.id

    @rule(batch=st.lists(st.tuples(*things), max_size=4), twice=st.booleans())
    def bring_in(self, batch, twice):
        reviews = [self.made(*thing) for thing in batch] * (1 + twice)
        expected = []
        for one in reviews:
            if one.id not in self.kept and not self.taken(one):
                self.kept[one.id] = one
                expected.append(one.id)
        assert [one.id for one in self.store.add_many(reviews)] == expected

    @rule(review_id=ids, status=statuses)
    def decide(self, review_id, status):
        if review_id in self.kept:
            self.kept[review_id] = decide(self.store, review_id, status)
            assert self.kept[review_id].status == status
        else:
            with pytest.raises(LookupError):
                decide(self.store, review_id, status)

    @rule(review_id=ids, rating=ratings, given=answers, again=st.booleans())
    def edit(self, review_id, rating, given, again):
        if review_id in self.kept:
            changes = {"rating": rating, "answers": given} | ({"status": "pending"} if again else {})
            old = self.kept[review_id]
            self.store.edit(review_id, changes, entry(review_id, "edit"))
            changes |= {"reason": None} if again else {}
            self.kept[review_id] = replace(old, **changes)

    @rule(review_id=ids, voter=st.sampled_from("xyz"), value=st.integers(-1, 1))
    def vote(self, review_id, voter, value):
        shown = review_id in self.kept and self.kept[review_id].status == "published"
        assert (self.store.vote(review_id, voter, value) is not None) == shown

    @rule(review_id=ids)
    def erase(self, review_id):
        gone = self.store.erase(review_id, entry(review_id, "erase"))
        assert (gone is None) == (self.kept.pop(review_id, None) is None)

    @invariant()
    def counts(self):
        """Every counter is what the dictionary says."""
        products = [f"{self.run}{product}" for product in "ab"]
        summaries = self.store.summaries(products)
        for product in products:
            mine = [one for one in self.kept.values() if one.product_id == product and one.status == "published"]
            counted = [one for one in mine if one.provenance.counted]
            assert summaries[product].counts == tuple(
                sum(one.rating == stars for one in counted) for stars in range(1, 6)
            )
            assert summaries[product].elsewhere == len(mine) - len(counted)
            given = Counter(pair for one in counted for pair in one.answers.items())
            found = self.store.answers(product)
            assert {(key, one): n for key, several in found.items() for one, n in several.items()} == given

    def teardown(self):
        """Counting again finds nothing wrong."""
        for product in "ab":
            assert self.store.recount(f"{self.run}{product}") == []


def test_the_summary_is_the_recount(store):
    """Any order of submit, import, decide, edit, vote and erase keeps every counter right, in both stores."""
    machine = type("Machine", (Reviewing,), {"store": store})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_wrong_counter_is_found_and_put_right(store):
    """Counters that somebody else changed are named as they were, and right afterwards."""
    for number in range(4):
        store.add(review(number, status="published", product_id=f"p{number % 2}", answers={"fit": "small"}))
    with store._writing() as session:
        session.run("UPDATE summaries SET n1 = n1 + 7 WHERE product_id = ?", ("p0",))
        session.run("INSERT INTO summaries(product_id, n5) VALUES (?, ?)", ("ghost", 3))
    assert [(one.product_id, one.counts) for one in store.recount()] == [
        ("ghost", (0, 0, 0, 0, 3)),
        ("p0", (8, 0, 1, 0, 0)),
    ]
    assert store.summary("ghost").count == 0
    right(store)
    with store._writing() as session:
        session.run("DELETE FROM summaries WHERE product_id = ?", ("p1",))
        session.run("UPDATE answer_counts SET n = 5 WHERE product_id = ?", ("p0",))
    assert [one.product_id for one in store.recount("p1")] == ["p1"]
    assert [one.product_id for one in store.recount()] == ["p0"]
    right(store)


WORKER = """
import random, sys
from pathlib import Path
from sharekit.reviews.stores import open_review_store
from sharekit.testing.reviews.together import anything

store = open_review_store(sys.argv[1], Path("."))
dice = random.Random(int(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    anything(store, dice, sys.argv[2])
    store.summaries(["p0", "p1", "p2"])
store.close()
"""


def start(url, seed, turns):
    """A process that does anything to the reviews in a store, when told to begin."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(seed), str(turns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def test_two_processes_at_once(store, store_url):
    """Two processes submit, import, decide, edit, vote, report and erase the same reviews at the same time."""
    workers = [start(store_url, seed, 150) for seed in (1, 2)]
    try:
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        assert [worker.wait(60) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert sum(1 for _ in store.log()) > 100
    right(store)
    votes_right(store)


def test_killed_in_the_middle(store, store_url):
    """Processes that are killed at any moment leave right counters and nobody waiting."""
    for seed in range(3):
        worker = start(store_url, seed, 10**9)
        try:
            assert worker.stdout.readline() == "ready\n"
            worker.stdin.write("go\n")
            worker.stdin.flush()
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.05 + seed / 15)
        finally:
            worker.kill()
            worker.communicate()
        right(store)
    votes_right(store)
