"""Questions about a product and their answers, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sharekit.checks import check_text
from sharekit.events.ids import event_id
from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError
from sharekit.products.values import MAX_ID
from sharekit.reviews.model import MAX_NAME, Reason, Status

MAX_QUESTION = 1_000
MAX_ANSWER = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to a question.

    Parameters:
        body: plain text.
        id: a UUID version 7.
        author: the name shown; empty for none.
        person: keyed hash of who wrote it, as :attr:`sharekit.reviews.model.Review.person`.
        by_shop: written by the shop, and labelled so.
        verified: an order of this shop stands behind the writer.
        status, reason: as for reviews.
        created_at: when it was written.
    """

    body: str
    id: str = field(default_factory=event_id)
    author: str = ""
    person: str = ""
    by_shop: bool = False
    verified: bool = False
    status: Status = "pending"
    reason: Reason | None = None
    created_at: datetime = field(default_factory=now)

    def __post_init__(self) -> None:
        _check_body(self.body, "Answer.body", MAX_ANSWER)
        check_text(self.author, "Answer.author", longest=MAX_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a product.

    Parameters:
        product_id: the product.
        body: plain text.
        id: a UUID version 7.
        author, person, status, reason, created_at: as of :class:`Answer`.
        answers: oldest first, those of the shop before the others.
    """

    product_id: str
    body: str
    id: str = field(default_factory=event_id)
    author: str = ""
    person: str = ""
    status: Status = "pending"
    reason: Reason | None = None
    created_at: datetime = field(default_factory=now)
    answers: Sequence[Answer] = ()

    def __post_init__(self) -> None:
        _check_body(self.body, "Question.body", MAX_QUESTION)
        check_text(self.product_id, "Question.product_id", longest=MAX_ID)
        check_text(self.author, "Question.author", longest=MAX_NAME)
        if not self.product_id:
            raise InvalidValueError("Question.product_id", "is empty.")


def _check_body(value: str, name: str, longest: int) -> None:
    if not check_text(value, name, longest=longest).strip():
        raise InvalidValueError(name, "is empty.")
