"""The contract of a review store: where reviews are kept, and the only place that changes their numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, ShareKitError, UnknownNameError
from sharekit.reviews.model import Reason, Reply, Review, Status
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.summary import Summary

Sort = Literal["newest", "helpful", "highest", "lowest"]
MAX_PAGE = 100
MANY = 1_000
"""How far filtered reviews are counted; beyond it a page says "more than"."""


class DuplicateReviewError(ShareKitError, ValueError):
    """The person has reviewed the product already, and the shop allows one review each.

    Parameters:
        review_id: the review there is.
    """

    def __init__(self, review_id: str) -> None:
        self.review_id = review_id
        super().__init__("This person has reviewed the product already; edit that review instead.")


class SpentTokenError(ShareKitError, ValueError):
    """A one-time token was used before."""

    def __init__(self) -> None:
        super().__init__("This link was used already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which published reviews of a product are wanted, and in which order.

    Parameters:
        product_id: the product.
        sort: ``newest``; ``helpful``: by the lower bound of Wilson's interval of its votes; ``highest``, ``lowest``:
            by rating. Among equals the newest comes first, then the greater id.
        stars: only reviews with so many stars, 1 to 5; 0 for all.
        photos, verified: only reviews with photos, with an order behind them.
        language: only reviews in this language (``"pt"`` finds ``"pt-BR"`` too).
        after: the ``next`` of the page before; empty for the first.
        before: the ``previous`` of the page after; at most one of the two.
        limit: reviews on a page, 1 to 100.

    Raises:
        InvalidValueError, UnknownNameError: a value cannot be used.
    """

    product_id: str
    sort: Sort = "newest"
    stars: int = 0
    photos: bool = False
    verified: bool = False
    language: str = ""
    after: str = ""
    before: str = ""
    limit: int = 20

    def __post_init__(self) -> None:
        if self.sort not in get_args(Sort):
            raise UnknownNameError("sort", str(self.sort)[:60], get_args(Sort))
        if type(self.stars) is not int or not 0 <= self.stars <= 5:
            raise InvalidValueError("stars", "pass a whole number from 1 to 5, or 0 for all.")
        if type(self.limit) is not int or not 1 <= self.limit <= MAX_PAGE:
            raise InvalidValueError("limit", f"pass a whole number from 1 to {MAX_PAGE}.")
        if self.after and self.before:
            raise InvalidValueError("before", "cannot be asked for together with after.")

    @property
    def filtered(self) -> bool:
        """Whether it leaves reviews out for anything but their place."""
        return bool(self.stars or self.photos or self.verified or self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of a product's published reviews.

    Parameters:
        reviews: in the order asked for.
        next, previous: where the neighbouring pages begin (for ``Query.after``, ``Query.before``); empty when there is
            none. They hold a place in the order, so that pages neither skip nor repeat a review when others come in
            between, and cost the same however far one pages.
        count: reviews that fit the filters, at most ``MANY`` + 1; ``None`` for a query without filters (the summary
            has that number).
    """

    reviews: Sequence[Review] = ()
    next: str = ""
    previous: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log of decisions, which is only ever added to.

    Parameters:
        subject: id of the review, question or answer.
        action: ``submit``, ``publish``, ``reject``, ``pend``, ``edit``, ``reply``, ``private_reply``, ``report``,
            ``erase``, ``import``, ``hold`` (an automatic rule), ``answer``.
        by: who did it: a moderator's name, ``"author"``, ``"rule:links"`` …
        reason: one of :data:`sharekit.reviews.model.Reason`, a rule's name, or empty.
        note: free text of the moderator; never shown to others.
        rating: the review's rating then, so that the log can show whether decisions lean; 0 for other subjects.
        at: when.
        details: what else is known (the fields that an edit changed, as they were before).
    """

    subject: str
    action: str
    by: str
    reason: str = ""
    note: str = ""
    rating: int = 0
    at: datetime = field(default_factory=now)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How many reviews of each rating were handed in and how many of them are shown, over all products.

    Parameters:
        submitted: handed in, with one to five stars.
        published: shown.
        rejected: refused.
    """

    submitted: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    published: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    rejected: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


class ReviewStore(ABC):
    """Keeps reviews, questions, votes and the log of decisions. Threads and processes may share one place.

    Each change happens in one transaction with the log entry and the five counters it moves, so that the numbers are
    right at every moment; :meth:`recount` exists to prove it. The cost of a page, a vote and a change does not depend
    on how many reviews there are. Nothing is opened before the first use.

    Every time is aware; every id unknown to the store gives ``None`` or a ``LookupError`` where said, never a 500.
    """

    # Writing

    @abstractmethod
    def add(
        self,
        review: Review,
        entries: Sequence[Entry] = (),
        *,
        unique: bool = True,
        token: str = "",
        until: datetime | None = None,
    ) -> Review:
        """Keep a new review, with its log.

        Parameters:
            unique: refuse a second review of the product by the same ``person`` (an empty one is never the same).
            token: a one-time token that is used up in the same transaction, as by :meth:`spend`; none when empty.
            until: how long it must be remembered.

        Raises:
            DuplicateReviewError: there is one already; the token stays good.
            SpentTokenError: the token was used before; nothing is kept.
        """

    @abstractmethod
    def add_many(self, reviews: Sequence[Review], *, unique: bool = True) -> list[Review]:
        """Keep imported reviews in one transaction; those that are there already (same id, or same person and product
        when ``unique``) are left out. The ones that were kept are returned."""

    @abstractmethod
    def decide(self, review_id: str, status: Status, entry: Entry, *, reason: Reason | None = None) -> Review:
        """Publish, reject or put back a review. Its reports of abuse are settled by that. Deciding the same again
        changes nothing else but the log.

        Raises:
            LookupError: there is no such review.
        """

    @abstractmethod
    def edit(self, review_id: str, changes: Mapping[str, Any], entry: Entry) -> Review:
        """Change what the writer may change (rating, title, body, author, language, variant, answers, photos, status,
        edited_at) and keep what it was before in the log entry's ``details``.

        Raises:
            LookupError: there is no such review.
        """

    @abstractmethod
    def reply(self, review_id: str, reply: Reply | None, entry: Entry, *, private: bool = False) -> Review:
        """Set or take away the shop's answer."""

    @abstractmethod
    def vote(self, review_id: str, voter: str, value: int) -> tuple[int, int] | None:
        """Count a vote: 1 helpful, -1 not, 0 takes it back; one per voter and review, the last one counts.

        Returns:
            Helpful and unhelpful votes then; ``None`` when there is no such published review.
        """

    @abstractmethod
    def report(self, review_id: str, reporter: str, entry: Entry) -> int | None:
        """Count a report of abuse, one per reporter. Its review stays where it is; people decide.

        Returns:
            Reports then; ``None`` when there is no such published review.
        """

    @abstractmethod
    def erase(self, review_id: str, entry: Entry) -> Review | None:
        """Remove a review with its votes, reports and all texts in its log (the entries' dates and actions stay).

        Returns:
            What was removed, so that its photos can be deleted; ``None`` when there is no such review.
        """

    @abstractmethod
    def spend(self, token: str, until: datetime) -> bool:
        """Use up a one-time token; ``False`` when it was used before. It is forgotten some time after ``until``."""

    @abstractmethod
    def erase_votes(self, voter: str) -> int:
        """Take back every vote and every report of a voter, also of reviews that are no longer shown, and put the
        reviews' numbers right; how many that were."""

    # Reading

    @abstractmethod
    def get(self, review_id: str) -> Review | None:
        """One review, whatever its status."""

    @abstractmethod
    def page(self, query: Query) -> Page:
        """Published reviews of a product. A cursor that nobody gave out begins at the first page."""

    @abstractmethod
    def summaries(self, product_ids: Sequence[str]) -> dict[str, Summary]:
        """The summaries of these products, in one query; those without a review are zeros."""

    def summary(self, product_id: str) -> Summary:
        """The summary of one product."""
        return self.summaries([product_id])[product_id]

    @abstractmethod
    def queue(self, status: Status = "pending", *, reported: bool = False, after: str = "", limit: int = 50) -> Page:
        """Reviews of a status over all products, oldest first, for moderators; with ``reported`` those with reports of
        abuse instead, most reports first."""

    @abstractmethod
    def recent(self, *, stars: int = 1, photos: bool = False, verified: bool = False, limit: int = 12) -> list[Review]:
        """Published reviews of all products, newest first.

        Parameters:
            stars: with at least so many stars.
            photos, verified: only those with photos, with an order behind them.
            limit: how many at most.
        """

    @abstractmethod
    def of_person(self, person: str) -> list[Review]:
        """Every review of a person, oldest first."""

    @abstractmethod
    def votes_of(self, voter: str) -> dict[str, int]:
        """What a voter voted: 1 or -1 by review."""

    @abstractmethod
    def spent(self, token: str) -> bool:
        """Whether a one-time token was used up."""

    @abstractmethod
    def history(self, subject: str) -> list[Entry]:
        """The log of one review, question or answer, oldest first."""

    @abstractmethod
    def log(self, *, since: datetime | None = None) -> Iterator[Entry]:
        """The whole log, oldest first, in constant memory."""

    @abstractmethod
    def all(self, *, status: Status | None = None, product_id: str = "") -> Iterator[Review]:
        """Every review, oldest first, in constant memory."""

    @abstractmethod
    def answers(self, product_id: str) -> dict[str, dict[str, int]]:
        """How often the shop's questions about a product were answered how, in reviews that are shown and count: by the
        question's key, the most frequent answer first."""

    @abstractmethod
    def months(self, product_id: str) -> list[tuple[str, Summary]]:
        """Per month (``"2026-11"``, UTC, of ``created_at``) the counters of the published reviews; oldest first."""

    @abstractmethod
    def skew(self) -> Skew:
        """What was handed in and what of it is shown, by rating."""

    @abstractmethod
    def recount(self, product_id: str | None = None) -> list[Summary]:
        """Count again from the reviews and put wrong counters right.

        Returns:
            The counters that were wrong, as they were.
        """

    # Questions and answers

    @abstractmethod
    def ask(self, question: Question, entry: Entry) -> Question:
        """Keep a new question."""

    @abstractmethod
    def answer(self, question_id: str, answer: Answer, entry: Entry) -> Answer | None:
        """Keep a new answer; ``None`` when there is no such question."""

    @abstractmethod
    def decide_question(self, subject: str, status: Status, entry: Entry, *, reason: Reason | None = None) -> bool:
        """Publish, reject or put back a question or an answer; ``False`` when there is none of that id."""

    @abstractmethod
    def questions(
        self, product_id: str = "", *, status: Status | None = "published", after: str = "", limit: int = 20
    ) -> tuple[list[Question], str]:
        """Questions, newest first, with their published answers (all answers when ``status`` is not ``published``),
        and where the next page begins. ``"pending"`` finds those that wait or have an answer that does."""

    @abstractmethod
    def question(self, question_id: str) -> Question | None:
        """One question with all its answers, whatever their status."""

    @abstractmethod
    def questions_of(self, person: str) -> list[Question]:
        """Every question that a person asked or answered, oldest first, with all answers."""

    @abstractmethod
    def erase_questions(self, person: str, entry: Entry) -> int:
        """Remove every question and answer of a person; how many that were."""

    def check(self) -> str | None:
        """What is wrong with it, for ``sharekit-web doctor``; ``None`` when all is well."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections; they are opened again when needed."""
