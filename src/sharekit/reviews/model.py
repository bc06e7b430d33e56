"""A review as data, and the words that its fields may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from sharekit.checks import check_text, shown
from sharekit.events.ids import event_id
from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products.values import MAX_ID

Status = Literal["pending", "published", "rejected"]
Evidence = Literal["order", "account", "email", "imported", "syndicated", "none"]
Relation = Literal["customer", "employee", "family", "agent"]
Incentive = Literal["", "gifted", "sample", "discount", "loyalty", "prize_draw"]
Reason = Literal[
    "spam", "advertising", "personal_data", "abusive_language", "illegal_content", "copyright", "other_product",
    "not_a_review", "duplicate", "fake", "conflict_of_interest", "unreadable", "by_request",
]  # fmt: skip
"""Why a review may be refused. None of them is about what the writer thinks of the product: 16 CFR 465.7(b) forbids
to hold back reviews for their rating or sentiment while implying that all are shown."""

MAX_TITLE = 200
MAX_BODY = 10_000
MAX_NAME = 100
MAX_PHOTOS = 6
MAX_ANSWERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the shop knows where a review came from. Evidence, never somebody's tick in a box.

    Parameters:
        evidence: ``order``: written through the signed link of an order, or by an account for which the shop named the
            order; ``account``: signed in, no order known; ``email``: the address was confirmed; ``imported``: moved
            here from the shop's former tool; ``syndicated``: taken over from another website; ``none``: nothing.
        order_id: the order, when the evidence is one.
        source: the tool or website of an imported or syndicated review.
    """

    evidence: Evidence = "none"
    order_id: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        _choice(self.evidence, Evidence, "provenance")
        check_text(self.order_id, "Provenance.order_id", longest=MAX_ID)
        check_text(self.source, "Provenance.source", longest=MAX_NAME)
        if (self.evidence == "order") != bool(self.order_id):
            raise InvalidValueError("Provenance.order_id", "belongs to the evidence 'order', and only to that.")

    @property
    def verified(self) -> bool:
        """Whether the shop can say "verified purchase": only an order of its own proves that."""
        return self.evidence == "order"

    @property
    def counted(self) -> bool:
        """Whether the rating counts. Ratings of other websites are shown but never counted: what is counted is marked
        up, and Google forbids to mark up ratings collected elsewhere."""
        return self.evidence != "syndicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo of a review, after it was checked and made anew.

    Parameters:
        id: names its files.
        width, height: of the photo, in pixels.
        thumb_width, thumb_height: of its thumbnail.
    """

    id: str
    width: int
    height: int
    thumb_width: int
    thumb_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The shop's words on a review.

    Parameters:
        body: plain text.
        at: when they were written.
        author: the name shown; the shop's when empty.
    """

    body: str
    at: datetime = field(default_factory=now)
    author: str = ""

    def __post_init__(self) -> None:
        if not check_text(self.body, "Reply.body", longest=MAX_BODY).strip():
            raise InvalidValueError("Reply.body", "is empty.")
        check_text(self.author, "Reply.author", longest=MAX_NAME)
        _aware(self.at, "Reply.at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review. All texts are plain text, never markup.

    Parameters:
        product_id: what it is about, as :attr:`sharekit.Product.id`.
        rating: whole stars, 1 to 5.
        id: a UUID version 7, made when left out.
        title, body: what was written; one of them may be empty, and both for a rating alone.
        author: the name shown; empty for somebody who wants none.
        person: keyed hash that stands for the writer (of an e-mail address or a customer number; see
            :mod:`sharekit.reviews.people`). Empty when nobody knows. The address itself is not kept.
        language: BCP 47 tag of the text (``"de"``, ``"pt-BR"``); empty when unknown.
        country: ISO 3166-1 alpha-2 code of the writer's country; empty when unknown.
        variant: what of the product was bought (``"blue, M"``).
        answers: what was answered to the shop's questions (``{"fit": "small"}``), by the question's key.
        photos: at most 6.
        provenance: where it came from.
        relation: what the writer is to the shop. Other than customers are named in a label (16 CFR 465.5).
        incentive: what the writer was given for it; named in a label.
        status: only published reviews are shown and counted.
        reason: why it was rejected.
        reply: the shop's answer for everybody.
        private_reply: the shop's answer to the writer alone; never rendered on a page.
        created_at, edited_at, published_at: times; ``edited_at`` is the writer's last change after handing it in.
        helpful, unhelpful: votes, kept by the store.
        reports: reports of abuse, kept by the store.

    Raises:
        InvalidValueError, UnknownNameError: a value cannot be used; the message names the field.
    """

    product_id: str
    rating: int
    id: str = field(default_factory=event_id)
    title: str = ""
    body: str = ""
    author: str = ""
    person: str = ""
    language: str = ""
    country: str = ""
    variant: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[Photo] = ()
    provenance: Provenance = field(default_factory=Provenance)
    relation: Relation = "customer"
    incentive: Incentive = ""
    status: Status = "pending"
    reason: Reason | None = None
    reply: Reply | None = None
    private_reply: Reply | None = None
    created_at: datetime = field(default_factory=now)
    edited_at: datetime | None = None
    published_at: datetime | None = None
    helpful: int = 0
    unhelpful: int = 0
    reports: int = 0

    def __post_init__(self) -> None:
        if type(self.rating) is not int or not 1 <= self.rating <= 5:
            raise InvalidValueError("Review.rating", f"{shown(self.rating)} is not a whole number from 1 to 5.")
        for name, longest in _TEXTS.items():
            check_text(getattr(self, name), f"Review.{name}", longest=longest)
        if not self.product_id or not self.id:
            raise InvalidValueError("Review.product_id" if self.id else "Review.id", "is empty.")
        _choice(self.status, Status, "status")
        _choice(self.relation, Relation, "relation")
        _choice(self.incentive, Incentive, "incentive")
        if self.reason is not None:
            _choice(self.reason, Reason, "reason")
        if (self.status == "rejected") != (self.reason is not None):
            raise InvalidValueError("Review.reason", "belongs to a rejected review, and only to that.")
        if len(self.photos) > MAX_PHOTOS:
            raise InvalidValueError("Review.photos", f"are more than {MAX_PHOTOS}.")
        if len(self.answers) > MAX_ANSWERS:
            raise InvalidValueError("Review.answers", f"are more than {MAX_ANSWERS}.")
        for key, value in self.answers.items():
            check_text(key, "Review.answers", longest=MAX_NAME)
            check_text(value, f"Review.answers[{key!r}]", longest=MAX_TITLE)
        for name in ("created_at", "edited_at", "published_at"):
            _aware(getattr(self, name), f"Review.{name}")

    @property
    def verified(self) -> bool:
        """Whether an order of this shop stands behind it."""
        return self.provenance.verified


_TEXTS = {
    "product_id": MAX_ID, "id": MAX_ID, "title": MAX_TITLE, "body": MAX_BODY, "author": MAX_NAME, "person": MAX_ID,
    "language": 35, "country": 2, "variant": MAX_TITLE,
}  # fmt: skip


def _choice(value: str, words: object, kind: str) -> None:
    known = get_args(words)
    if value not in known:
        raise UnknownNameError(kind, str(value)[:60], known)


def _aware(at: datetime | None, name: str) -> None:
    if at is not None and at.tzinfo is None:
        raise InvalidValueError(name, "has no time zone; pass an aware time such as datetime.now(UTC).")
