"""Export and erasure by person: everything, and nothing of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sharekit.reviews.drafts import Draft
from sharekit.reviews.people import Customer

Bench = Any
ANN = Customer(id="7", email="ann@example.com", orders={"mug": "1001"})
BOB = Customer(id="8", email="bob@example.com")


def photo() -> BytesIO:
    """A small photo."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def one(bench: Callable[..., Bench]) -> Bench:
    """A desk where Ann and Bob have reviewed, asked, answered, voted and reported."""
    one = bench(moderation="after")
    fill(one)
    return one


def fill(one: Bench) -> None:
    ann, bob = one.desk.people.of_customer("7", ANN.email), one.desk.people.of_customer("8", BOB.email)
    one.ann = one.desk.submit_customer(ANN, Draft(product_id="mug", rating=5, body="Ann's own words"), photos=[photo()])
    one.bob = one.desk.submit_customer(BOB, Draft(product_id="mug", rating=1, body="Bob's own words"))
    one.desk.vote(one.bob.id, ann, 1)
    one.desk.vote(one.ann.id, bob, -1)
    one.desk.report(one.bob.id, ann, "fake", "Ann reports")
    one.desk.report(one.ann.id, bob, "fake", "Bob reports")
    question = one.desk.ask("mug", "Ann's question?", person=ann)
    one.desk.answer(question.id, "Bob's answer", person=bob)
    other = one.desk.ask("mug", "Bob's question?", person=bob)
    one.desk.answer(other.id, "Ann's answer", person=ann)


def test_an_export_has_all_of_one_and_nothing_of_others(one: Bench) -> None:
    """Reviews with photos and log, questions, answers and votes, as JSON; no words of others, no moderator's notes."""
    one.desk.decide(one.ann.id, "pending", by="Mo", note="a moderator's note")
    data = json.loads(json.dumps(one.desk.export_person(one.desk.people.of_email("ann@example.com"))))
    text = json.dumps(data)
    assert [review["body"] for review in data["reviews"]] == ["Ann's own words"]
    assert data["reviews"][0]["photos"][0]["width"] == 40
    assert [entry["action"] for entry in data["reviews"][0]["log"]] == ["submit", "publish", "report", "pend"]
    assert [question["body"] for question in data["questions"]] == ["Ann's question?"]
    assert [answer["body"] for answer in data["answers"]] == ["Ann's answer"]
    assert data["votes"] == {one.bob.id: 1}
    assert "Bob" not in text
    assert "moderator's note" not in text


def test_erasing_a_person_leaves_nothing_and_right_numbers(one: Bench) -> None:
    """Review, photo, question, answer, vote and report go; summary, votes and reports of others follow."""
    files = list((one.folder / "review-photos").iterdir())
    assert len(files) == 2
    erased = one.desk.erase_person(one.desk.people.of_email(" ANN@example.com"), by="Mo")
    assert (erased.reviews, erased.questions, erased.votes) == (1, 2, 2)
    assert one.store.get(one.ann.id) is None
    assert one.store.summary("mug").counts == (1, 0, 0, 0, 0)
    assert one.store.recount() == []
    bob = one.store.get(one.bob.id)
    assert (bob.helpful, bob.reports) == (0, 0)
    assert not any(file.exists() for file in files)
    assert one.desk.export_person(one.desk.people.of_email("ann@example.com")) == {
        "reviews": [], "questions": [], "answers": [], "votes": {},
    }  # fmt: skip
    log = repr(list(one.store.log()))
    assert "Ann's" not in log
    assert one.actions(one.ann.id)[-1] == "erase"


def test_the_authors_link_is_dead_after_erasure(one: Bench) -> None:
    """Neither reading nor writing through it brings anything back."""
    token = one.desk.edit_token(one.ann)
    assert one.desk.editable(token) == one.store.get(one.ann.id)
    assert one.desk.erase(one.ann.id, by="Mo")
    assert one.desk.editable(token) is None
    assert one.desk.edit_by(token, Draft(product_id="mug", rating=1)) is None
    assert not one.desk.erase(one.ann.id, by="Mo")


def test_a_policy_may_keep_the_rating_alone(bench: Callable[..., Bench]) -> None:
    """The stars stay counted, without text, photo, name, hash, order or exact time, and no longer verified."""
    one = bench(moderation="after", erase_keeps="rating")
    fill(one)
    before = one.store.summary("mug").counts
    one.desk.erase_person(one.desk.people.of_email("ann@example.com"), by="Mo")
    assert one.store.summary("mug").counts == before
    (bare,) = [review for review in one.store.all() if review.id != one.bob.id]
    assert bare.rating == 5
    assert (bare.title, bare.body, bare.author, bare.person, list(bare.photos)) == ("", "", "", "", [])
    assert not bare.verified
    assert bare.created_at.day == 1
    assert one.store.recount() == []
    assert one.desk.erase_person(one.desk.people.of_email("ann@example.com"), by="Mo").reviews == 0


def test_labels_survive_with_the_rating(bench: Callable[..., Bench]) -> None:
    """An incentive stays named: erasing a person must not make a rating look freer than it was."""
    one = bench(moderation="after", erase_keeps="rating", incentives=["sample"])
    token = one.desk.invite("1", ["mug"], email="ann@example.com", incentive="sample")
    one.desk.submit_invited(token, Draft(product_id="mug", rating=5))
    one.desk.erase_person(one.desk.people.of_email("ann@example.com"), by="Mo")
    assert [review.incentive for review in one.store.all()] == ["sample"]


def test_what_was_written_under_an_old_secret_is_found(bench: Callable[..., Bench]) -> None:
    """Erasing by address reaches reviews, questions and votes from before the secret was changed."""
    old = bench(moderation="after")
    fill(old)
    new = bench(keys=("the next secret of the shop", "a secret of the shop"))
    person = new.desk.people.of_customer("7", "ann@example.com")
    assert len(new.desk.export_person(person)["reviews"]) == 1
    erased = new.desk.erase_person(person, by="Mo")
    assert (erased.reviews, erased.questions, erased.votes) == (1, 2, 2)
