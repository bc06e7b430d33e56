"""What a person may ask for: everything that is kept of them, and that it be removed (GDPR Art 15, 17 and 20)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sharekit.reviews.desk_base import DeskBase
from sharekit.reviews.model import Provenance, Review
from sharekit.reviews.people import Person
from sharekit.reviews.questions import Question
from sharekit.reviews.store import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed of a person: how many reviews, questions and answers together, votes and reports together."""

    reviews: int = 0
    questions: int = 0
    votes: int = 0


class Rights(DeskBase):
    """Export and erasure."""

    def export_person(self, person: Person) -> dict[str, Any]:
        """Everything that is kept of a person, as JSON values: reviews with what happened to them, questions, answers,
        votes. What moderators noted and what others reported is not theirs and is left out."""
        reviews = [review for id_ in person.ids for review in self.store.of_person(id_)]
        questions = [question for id_ in person.ids for question in self.store.questions_of(id_)]
        votes = {review_id: value for id_ in person.ids for review_id, value in self.store.votes_of(id_).items()}
        return {
            "reviews": [
                {**plain(asdict(review)), "log": [_event(entry) for entry in self.store.history(review.id)]}
                for review in reviews
            ],
            "questions": [
                plain(asdict(_own(question, person))) for question in questions if question.person in person.ids
            ],
            "answers": [
                plain({"question": question.id, **asdict(answer)})
                for question in questions
                for answer in question.answers
                if answer.person in person.ids
            ],
            "votes": votes,
        }

    def erase(self, review_id: str, *, by: str) -> bool:
        """Remove one review with its photos, votes, reports and all texts in its log; ``False`` when there is none.

        Parameters:
            by: who does it, for the log.
        """
        erased = self.store.erase(review_id, Entry(subject=review_id, action="erase", by=by, at=self._now()))
        if erased is None:
            return False
        self._drop_photos(erased.photos)
        if self.policy.erase_keeps == "rating" and erased.status == "published":
            self._keep_rating(erased, by)
        return True

    def erase_person(self, person: Person, *, by: str) -> Erased:
        """Remove everything of a person; all numbers follow. What is left of a published review, the policy says.

        Parameters:
            person: by :class:`sharekit.reviews.people.People`: of the e-mail address, the customer number, or both.
            by: who does it, for the log.
        """
        reviews = questions = votes = 0
        for id_ in person.ids:
            reviews += sum(self.erase(review.id, by=by) for review in self.store.of_person(id_))
            entry = Entry(subject="", action="erase", by=by, at=self._now())
            questions += self.store.erase_questions(id_, entry)
            votes += self.store.erase_votes(id_)
        return Erased(reviews=reviews, questions=questions, votes=votes)

    def _keep_rating(self, erased: Review, by: str) -> None:
        """A new review of the rating alone, whose it was being nowhere. Labels stay, so that nothing is made to look
        better than it was; the badge goes with the order it stood for."""
        told = erased.provenance
        evidence = Provenance() if told.verified else Provenance(evidence=told.evidence, source=told.source)
        bare = Review(
            product_id=erased.product_id, rating=erased.rating, provenance=evidence, relation=erased.relation,
            incentive=erased.incentive, status="published", created_at=_month(erased.created_at),
            published_at=_month(erased.published_at or erased.created_at),
        )  # fmt: skip
        self.store.add(bare, [Entry(subject=bare.id, action="publish", by=by, rating=bare.rating, at=self._now())])


def plain(value: Any) -> Any:
    """Values as JSON has them: times as ISO 8601 text, tuples as lists."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _own(question: Question, person: Person) -> Question:
    """The question without other people's answers."""
    return replace(question, answers=[answer for answer in question.answers if answer.person in person.ids])


def _event(entry: Entry) -> dict[str, str]:
    return {"at": entry.at.isoformat(), "action": entry.action, "reason": entry.reason}


def _month(at: datetime) -> datetime:
    """The first moment of its month: the exact time could tell whose it was."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
