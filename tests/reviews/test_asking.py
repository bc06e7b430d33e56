"""Questions and answers: checked like reviews, answered by shop and customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharekit.exceptions import InvalidValueError
from sharekit.reviews.desk import Seen
from sharekit.reviews.drafts import DraftError

Bench = Any


def test_a_question_waits_and_is_shown_when_the_shop_answers(bench: Callable[..., Bench]) -> None:
    """With moderation before publishing, the shop's answer publishes itself and its question."""
    one = bench()
    question = one.desk.ask("mug", " Is it\x00 safe in a dishwasher? ", author="Bob")
    assert (question.status, question.body) == ("pending", "Is it safe in a dishwasher?")
    assert one.desk.answer(question.id, "I think so.") is None
    answer = one.desk.answer(question.id, "Yes, it is.", by_shop="Mo", author="Marram")
    assert (answer.by_shop, answer.status) == (True, "published")
    shown, _ = one.store.questions("mug")
    assert [(item.body, [reply.body for reply in item.answers]) for item in shown] == [
        ("Is it safe in a dishwasher?", ["Yes, it is."])
    ]
    assert one.actions(question.id) == ["submit", "publish"]
    assert one.actions(answer.id) == ["answer"]


def test_customers_answer_what_is_shown(bench: Callable[..., Bench]) -> None:
    """Their answers wait, or not, as reviews do; a moderator decides with a reason of the list."""
    one = bench(moderation="after")
    question = one.desk.ask("mug", "How much does it hold?")
    assert question.status == "published"
    assert one.desk.answer(question.id, "A quarter of a litre.", verified=True).status == "published"
    spam = one.desk.answer(question.id, "See www.spam.example")
    assert spam.status == "pending"
    assert one.store.history(spam.id)[0].details["held"] == {"links": "www.spam"}
    assert one.desk.decide_question(spam.id, "rejected", by="Mo", reason="advertising")
    assert not one.desk.decide_question("nothing", "published", by="Mo")
    with pytest.raises(InvalidValueError, match="reason"):
        one.desk.decide_question(spam.id, "rejected", by="Mo")
    with pytest.raises(LookupError, match="reason"):
        one.desk.decide_question(spam.id, "rejected", by="Mo", reason="negative")


def test_a_refused_question_takes_no_answer(bench: Callable[..., Bench]) -> None:
    """Not even the shop's: it would be shown again by that."""
    one = bench()
    question = one.desk.ask("mug", "Where is my order?")
    one.desk.decide_question(question.id, "rejected", by="Mo", reason="not_a_review")
    assert one.desk.answer(question.id, "On its way.", by_shop="Mo") is None
    assert one.desk.answer("nothing", "Hm?", by_shop="Mo") is None


@pytest.mark.parametrize(
    ("body", "author", "errors"),
    [
        ("", "", {"body": "missing"}),
        (" \x00 ", "", {"body": "missing"}),
        ("x" * 1_001, "y" * 101, {"body": "too_long", "author": "too_long"}),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(
    bench: Callable[..., Bench], body: str, author: str, errors: dict[str, str]
) -> None:
    """Empty and too long texts are refused, all at once."""
    with pytest.raises(DraftError) as caught:
        bench().desk.ask("mug", body, author=author)
    assert caught.value.errors == errors


def test_a_shop_may_take_no_questions(bench: Callable[..., Bench]) -> None:
    """With questions=False none is kept."""
    one = bench(questions=False)
    with pytest.raises(DraftError, match="closed"):
        one.desk.ask("mug", "Why?")


def test_a_burst_of_questions_is_held(bench: Callable[..., Bench]) -> None:
    """Of fifty questions by one browser, five are shown."""
    one = bench(moderation="after", burst_product=1_000)
    seen = Seen(browser=one.desk.people.of_browser("192.0.2.1", "agent"))
    statuses = [one.desk.ask("mug", f"Question {n}?", seen=seen).status for n in range(50)]
    assert statuses.count("published") == 5
