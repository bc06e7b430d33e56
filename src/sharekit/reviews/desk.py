"""The desk: the one place where a review changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sharekit.events.model import Event
from sharekit.products import Product
from sharekit.reviews.drafts import Draft
from sharekit.reviews.links import Confirmation, Invitation
from sharekit.reviews.mail import Mailer
from sharekit.reviews.model import Incentive, Provenance, Reason, Relation, Review, Status
from sharekit.reviews.people import NOBODY, Customer, People, Person
from sharekit.reviews.photos import PhotoStore
from sharekit.reviews.policy import Facts, ReviewPolicy
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import ReviewStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the request was seen to come from, for events and for the burst rule. Nothing of it is kept with the review.

    Parameters:
        browser: hash of the network address and user agent, of :meth:`sharekit.reviews.people.People.of_browser`.
        visitor: pseudonym of the day, for the event.
        gpc: the browser asked not to be recognised.
        bot: made by a crawler.
    """

    browser: Person = NOBODY
    visitor: str = ""
    gpc: bool = False
    bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed of a person: how many reviews, questions and answers together, votes and reports together."""

    reviews: int
    questions: int
    votes: int


class Desk:
    """Takes reviews in, decides about them, and tells what happened: every change comes through here.

    Parameters:
        store: where reviews are kept.
        policy: the shop's rules.
        keys: the shop's secrets, newest first.
        record: keeps an event (``kit.record``); no events without it.
        mail: sends a mail; ``None`` when the shop has set nothing.
        photos: keeps photos; none are taken without it.
        base_url: with the mount, such as ``https://shop.example/sharekit``: what the links in mails begin with.
        site_name: the shop's name in mails.
        locale: language of mails when a call names none.
        address_of: the shop's knowledge of the writer's e-mail address, for mails about a review; addresses are not
            kept here.
    """

    people: People
    policy: ReviewPolicy
    store: ReviewStore
    photos: PhotoStore | None

    def __init__(
        self,
        store: ReviewStore,
        policy: ReviewPolicy,
        keys: Sequence[str],
        *,
        record: Callable[[Event], Any] | None = None,
        mail: Mailer | None = None,
        photos: PhotoStore | None = None,
        base_url: str = "",
        site_name: str = "",
        locale: str = "en",
        address_of: Callable[[Review], str | None] | None = None,
    ) -> None:
        raise NotImplementedError

    # Handing in

    def submit(
        self,
        draft: Draft,
        *,
        provenance: Provenance | None = None,
        person: Person = NOBODY,
        relation: Relation = "customer",
        incentive: Incentive = "",
        photos: Sequence[BinaryIO] = (),
        seen: Seen | None = None,
    ) -> Review:
        """Take a review in. Whoever calls vouches for ``provenance``, ``person`` and ``relation``.

        Raises:
            DraftError: the policy does not let this person write, they have written already, or a photo is none.
        """
        raise NotImplementedError

    def submit_invited(
        self, token: str, draft: Draft, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None
    ) -> Review | None:
        """Take in a review through the link of an order, which is used up for that product; ``None`` for a bad link
        (also when the product is not of the order, or was reviewed through the link)."""
        raise NotImplementedError

    def submit_customer(
        self, customer: Customer, draft: Draft, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None
    ) -> Review:
        """Take in a review of somebody who is signed in; verified when they bought the product."""
        raise NotImplementedError

    def request_confirmation(self, draft: Draft, email: str, *, locale: str = "") -> None:
        """Mail the writer a link that hands the review in. Nothing is kept before they open it and press its button.
        What is answered does not depend on who they are.

        Raises:
            DraftError: not an address, or the text is too long to travel in a link.
            ConfigError: no mail is set.
            MailError: the mail server did not take it.
        """
        raise NotImplementedError

    def confirmation(self, token: str) -> Confirmation | None:
        """What the link of a confirmation mail says, to be shown; changes nothing. ``None`` for a bad link."""
        raise NotImplementedError

    def confirm(self, token: str, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None) -> Review | None:
        """Hand in what the link of a confirmation mail says; ``None`` for a bad link."""
        raise NotImplementedError

    # Links

    def invite(
        self,
        order_id: str,
        products: Sequence[Product | Mapping[str, str] | str],
        *,
        email: str = "",
        customer_id: str = "",
        name: str = "",
        days: int | None = None,
        incentive: Incentive = "",
    ) -> str:
        """A token for the link that lets the buyer review what is in an order: ``/reviews/order/<token>``.

        Parameters:
            products: products, ids, or mappings with ``id``, ``title``, ``url``, ``variant``.
            email, customer_id: who bought; only a hash of them goes into the token.
            name: the buyer's name, to begin the form with.
            days: for how long; the policy's ``link_days`` when left out.
            incentive: what was promised for a review, one of the policy's ``incentives``.

        Raises:
            InvalidValueError: the incentive is not in the policy, the address is an employee's, or there is no product.
        """
        raise NotImplementedError

    def invitation(self, token: str) -> Invitation | None:
        """What the link of an order says; changes nothing. ``None`` for a bad link, and when all of it is done."""
        raise NotImplementedError

    def edit_token(self, review: Review) -> str:
        """A token for the link that lets the author change a review: ``/reviews/edit/<token>``. Show it to nobody
        else."""
        raise NotImplementedError

    def editable(self, token: str) -> Review | None:
        """The review that the link of an author changes; changes nothing. ``None`` for a bad link."""
        raise NotImplementedError

    # Changing

    def edit(
        self, review_id: str, draft: Draft, *, photos: Sequence[BinaryIO] = (), keep: Sequence[str] | None = None,
        seen: Seen | None = None,
    ) -> Review:  # fmt: skip
        """The author changes a review, or hands a refused one in again. It waits for a person again when the policy
        moderates before publishing, when it was refused, or when a rule holds it.

        Parameters:
            keep: ids of the photos that stay; all of them when left out.
            photos: new ones.

        Raises:
            LookupError: there is no such review.
            DraftError: as of :meth:`submit`.
        """
        raise NotImplementedError

    def edit_by(self, token: str, draft: Draft, **options: Any) -> Review | None:
        """:meth:`edit` through the author's link; ``None`` for a bad link."""
        raise NotImplementedError

    def decide(
        self, review_id: str, status: Status, *, by: str, reason: Reason | None = None, note: str = ""
    ) -> Review:
        """Publish, reject or put back a review.

        Parameters:
            by: who decides.
            reason: for ``"rejected"``, and only for that: one of the closed list.
            note: for the log; shown to nobody else.

        Raises:
            LookupError: there is no such review, or the reason is not of the list.
            InvalidValueError: a reason is missing, or given for something else.
        """
        raise NotImplementedError

    def reply(
        self, review_id: str, body: str, *, by: str, author: str = "", private: bool = False, email: str = "",
        locale: str = "",
    ) -> Review:  # fmt: skip
        """The shop's answer to a review: for everybody, or for its author alone. An empty one takes it away.

        Parameters:
            author: name shown; the shop's when empty.
            email: where a private one is mailed to; ``address_of`` is asked when it is left out. It must be the address
                the review was written with, where that is known.

        Raises:
            LookupError: there is no such review.
            InvalidValueError: the address is another one than the writer's.
            MailError: the mail server did not take it; the answer is not kept then.
        """
        raise NotImplementedError

    def vote(self, review_id: str, voter: Person, value: int) -> tuple[int, int] | None:
        """Count a vote: 1 helpful, -1 not, 0 takes it back.

        Returns:
            Helpful and unhelpful votes then; ``None`` when there is no such published review, it is the voter's own,
            or nobody knows who votes.
        """
        raise NotImplementedError

    def report(self, review_id: str, reporter: Person, reason: str, text: str = "") -> int | None:
        """Count a report of abuse. The review stays where it is; a person decides.

        Returns:
            Reports then; ``None`` when there is no such published review, or the reason is not of the list.
        """
        raise NotImplementedError

    # Questions and answers

    def ask(
        self, product_id: str, body: str, *, author: str = "", person: Person = NOBODY, seen: Seen | None = None
    ) -> Question:
        """Take in a question about a product.

        Raises:
            DraftError: it is empty or too long, or the policy takes none.
        """
        raise NotImplementedError

    def answer(
        self, question_id: str, body: str, *, author: str = "", person: Person = NOBODY, by_shop: str = "",
        verified: bool = False, seen: Seen | None = None,
    ) -> Answer | None:  # fmt: skip
        """Take in an answer; ``None`` when there is no such published question.

        Parameters:
            by_shop: name of the moderator when the shop answers; its answers are published at once, and a question
                that waits is published with it.
            verified: an order of this shop stands behind the writer.
        """
        raise NotImplementedError

    def decide_question(
        self, subject: str, status: Status, *, by: str, reason: Reason | None = None, note: str = ""
    ) -> bool:
        """Publish, reject or put back a question or an answer; ``False`` when there is none of that id."""
        raise NotImplementedError

    # People

    def export_person(self, person: Person) -> dict[str, Any]:
        """Everything that is kept of a person, as JSON values: reviews, questions, answers, votes, and their log."""
        raise NotImplementedError

    def erase(self, review_id: str, *, by: str) -> bool:
        """Remove one review with its photos; ``False`` when there is none."""
        raise NotImplementedError

    def erase_person(self, person: Person, *, by: str) -> Erased:
        """Remove everything of a person; all numbers follow. What is left of a published review, the policy says."""
        raise NotImplementedError

    def facts(self) -> Facts:
        """How this shop checks reviews, from the policy and the numbers of its store."""
        raise NotImplementedError
