"""The contract of questions and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import ReviewStore
from sharekit.testing.reviews.base import HARD_TEXTS, HOSTILE_IDS, START, ReviewTests, entry


def _ask(store: ReviewStore, number: int = 0, **fields: Any) -> Question:
    given: dict[str, Any] = {"product_id": "mug", "body": f"Question {number}?", "id": f"q{number}"}
    question = Question(**given | {"created_at": START + timedelta(hours=number)} | fields)
    return store.ask(question, entry(question.id, "submit"))


def _answer(store: ReviewStore, question_id: str, number: int, **fields: Any) -> Answer:
    given: dict[str, Any] = {"body": f"Answer {number}", "id": f"a{number}", "status": "published"}
    answer = Answer(**given | {"created_at": START + timedelta(hours=number)} | fields)
    kept = store.answer(question_id, answer, entry(answer.id, "answer"))
    assert kept == answer
    return answer


class ReviewQuestions(ReviewTests):
    """Ask, answer, decide, erase."""

    @pytest.mark.parametrize("text", HARD_TEXTS)
    def test_a_question_comes_back_as_it_was_given(self, store: ReviewStore, text: str) -> None:
        """Every field of question and answers is kept exactly."""
        asked = _ask(store, author=text[:100], person="ann", body=text, status="rejected", reason="spam")
        one = _answer(store, "q0", 1, author=text[:100], person="bob", body=text, verified=True)
        two = _answer(store, "q0", 2, by_shop=True, status="rejected", reason="duplicate")
        found = store.question("q0")
        assert found is not None
        assert found == Question(
            product_id="mug", body=text, id="q0", author=asked.author, person="ann", status="rejected", reason="spam",
            created_at=asked.created_at, answers=(two, one),
        )  # fmt: skip

    def test_the_page_shows_what_is_published(self, store: ReviewStore) -> None:
        """Published questions come newest first with their published answers, the shop's first, then the oldest."""
        for number in range(5):
            _ask(store, number, status="published" if number != 3 else "pending")
        _ask(store, 9, product_id="pot", status="published")
        _answer(store, "q4", 1)
        _answer(store, "q4", 2, status="pending")
        _answer(store, "q4", 3, by_shop=True)
        found, after = store.questions("mug", limit=2)
        assert [one.id for one in found] == ["q4", "q2"]
        assert [one.id for one in found[0].answers] == ["a3", "a1"]
        found, after = store.questions("mug", limit=2, after=after)
        assert ([one.id for one in found], after) == (["q1", "q0"], "")
        assert [one.id for one in store.questions(limit=1)[0]] == ["q9"]

    def test_what_waits_for_moderators(self, store: ReviewStore) -> None:
        """Questions that wait are found, and those with an answer that waits, each with all its answers."""
        _ask(store, 0)
        _ask(store, 1, status="published")
        _ask(store, 2, status="published")
        _answer(store, "q1", 1)
        _answer(store, "q2", 2)
        _answer(store, "q2", 3, status="pending")
        waiting, _ = store.questions(status="pending")
        assert [(one.id, len(one.answers)) for one in waiting] == [("q2", 2), ("q0", 0)]
        assert len(store.questions("mug", status=None)[0]) == 3
        assert store.decide_question("a3", "rejected", entry("a3", "reject"), reason="spam")
        assert store.decide_question("q0", "published", entry("q0"))
        assert store.questions(status="pending") == ([], "")
        found = store.question("q2")
        assert found is not None
        assert [(one.status, one.reason) for one in found.answers] == [("published", None), ("rejected", "spam")]
        assert [line.action for line in store.history("a3")] == ["answer", "reject"]
        assert [line.action for line in store.history("q0")] == ["submit", "publish"]

    @pytest.mark.parametrize("unknown", HOSTILE_IDS)
    def test_unknown_questions_do_no_harm(self, store: ReviewStore, unknown: str) -> None:
        """Whatever a browser sends as an id is not found, and nothing is kept."""
        assert store.question(unknown) is None
        assert store.answer(unknown, Answer(body="Yes"), entry("x", "answer")) is None
        assert not store.decide_question(unknown, "published", entry("x"))
        assert store.questions_of(unknown) == []
        assert store.erase_questions(unknown, entry("x", "erase")) == 0
        assert store.questions(unknown or "no") == ([], "")
        assert store.history("x") == []

    def test_what_a_person_asked_and_answered(self, store: ReviewStore) -> None:
        """It is found oldest first and erased altogether, with the texts of its log, and what others wrote stays."""
        _ask(store, 0, person="ann")
        _ask(store, 1, person="bob")
        _ask(store, 2, person="bob")
        _answer(store, "q0", 1, person="bob")
        _answer(store, "q1", 2, person="ann")
        _answer(store, "q1", 3, person="bob")
        store.decide_question("a2", "published", entry("a2", note="private"))
        assert [one.id for one in store.questions_of("ann")] == ["q0", "q1"]
        assert store.erase_questions("ann", entry("", "erase")) == 2
        assert store.questions_of("ann") == []
        assert store.question("q0") is None
        found = store.question("q1")
        assert found is not None
        assert [one.id for one in found.answers] == ["a3"]
        assert [(line.action, line.note) for line in store.history("a2")] == [
            ("answer", ""), ("publish", ""), ("erase", ""),
        ]  # fmt: skip
        assert store.history("a1")[-1].action == "erase"
        assert store.erase_questions("ann", entry("", "erase")) == 0
