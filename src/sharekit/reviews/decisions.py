"""What becomes of a review that was handed in: decided about, answered, changed by its author, voted on, reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO, get_args

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reviews import letters
from sharekit.reviews.desk_base import DeskBase, log, own_mark
from sharekit.reviews.drafts import Draft, clean
from sharekit.reviews.model import MAX_NAME, Reason, Reply, Review, Status
from sharekit.reviews.people import Person, address_key, check_email
from sharekit.reviews.policy import RuleName
from sharekit.reviews.store import Entry

ACTIONS: dict[Status, str] = {"published": "publish", "rejected": "reject", "pending": "pend"}
MAX_NOTE = 1_000
MAX_PER_ADDRESS = 20
"""Votes, and reports, on one review from one network address within a day, changes of mind included."""
MAX_EDITS = 20
"""Changes of one review by its author within a day; each keeps what was before."""
_DAY = timedelta(days=1)
_NOT_AGAIN: frozenset[RuleName] = frozenset({"burst"})
_NOR_THE_TEXT: frozenset[RuleName] = frozenset({"burst", "duplicate"})


class Decisions(DeskBase):
    """Changes of a review that is there."""

    def decide(
        self, review_id: str, status: Status, *, by: str, reason: Reason | None = None, note: str = "",
        version: str | None = None,
    ) -> Review:  # fmt: skip
        """Publish, reject or put back a review.

        Parameters:
            by: who decides.
            reason: for ``"rejected"``, and only for that: one of the closed list.
            note: for the log; shown to nobody else.
            version: of the review that was looked at (:func:`version_of`), so that nothing is decided about words that
                its author has put in their place meanwhile; any version when left out.

        Raises:
            LookupError: there is no such review, or the status or reason is not of its list.
            InvalidValueError: a reason is missing, or given for something else, or the review is another version.
        """
        check_decision(status, reason)
        before = self._found(review_id)
        if version is not None and version != version_of(before):
            raise InvalidValueError("version", "is an older one: the author has changed the review; look at it again.")
        entry = Entry(
            subject=review_id, action=ACTIONS[status], by=by, reason=reason or "",
            note=clean(note, lines=True)[:MAX_NOTE], rating=before.rating, at=self._now(),
        )  # fmt: skip
        first = status == "published" and all(past.action != "publish" for past in self.store.history(review_id))
        review = self.store.decide(review_id, status, entry, reason=reason)
        if first:
            self._tell("published", review)
        if reason and before.status != "rejected":
            self._mail_rejection(review, reason)
        return review

    def reply(
        self, review_id: str, body: str, *, by: str, author: str = "", private: bool = False, email: str = "",
        locale: str = "",
    ) -> Review:  # fmt: skip
        """The shop's answer to a review: for everybody, or for its author alone. An empty one takes it away.

        A private one is mailed when mail is set, and not kept when it cannot be.

        Parameters:
            by: who answers, for the log.
            author: name shown; the shop's when empty.
            email: where a private one is mailed to; ``address_of`` is asked when it is left out. It must be the address
                the review was written with, where that is known.
            locale: language of the mail around it; the review's when left out.

        Raises:
            LookupError: there is no such review.
            InvalidValueError: the answer is too long, or the address is unknown or another one than the writer's.
            MailError: the mail server did not take it.
        """
        review = self._found(review_id)
        body = clean(body, lines=True)
        reply = Reply(body=body, at=self._now(), author=clean(author)[:MAX_NAME]) if body else None
        if reply and private and self._mail is not None:
            to = self._address(review, email)
            words = self._words(locale or review.language)
            self._send(to, letters.private_reply(words, shop=self._shop, title=review.title, reply=body))
        action = "private_reply" if private else "reply"
        entry = Entry(subject=review_id, action=action, by=by, rating=review.rating, at=self._now())
        return self.store.reply(review_id, reply, entry, private=private)

    def own_review(self, person: Person, product_id: str) -> Review | None:
        """The latest review of a product by somebody who has proved who they are (signed in, or by a link), so that
        they can be led to changing it. A browser proves nothing: others may have the same address."""
        own = [review for id_ in person.ids if not id_.startswith("b-") for review in self.store.of_person(id_)]
        return max(
            (review for review in own if review.product_id == product_id),
            key=lambda review: review.created_at,
            default=None,
        )

    def edit_token(self, review: Review) -> str:
        """A token for the link that lets the author change a review: ``/reviews/edit/<token>``. Show it to nobody
        else."""
        return self._links.edit_token(review.id, self._now() + timedelta(days=self.policy.edit_days))

    def editable(self, token: str) -> Review | None:
        """The review that the link of an author changes; changes nothing. ``None`` for a bad link."""
        review_id = self._links.edited(token)
        return self.store.get(review_id) if review_id else None

    def edit_by(
        self, token: str, draft: Draft, *, photos: Sequence[BinaryIO] = (), keep: Sequence[str] | None = None
    ) -> Review | None:
        """:meth:`edit` through the author's link; ``None`` for a bad link."""
        review = self.editable(token)
        if review is None:
            log.info("Change refused: the link of an author is forged or too old, or its review is gone")
            return None
        return self.edit(review.id, draft, photos=photos, keep=keep)

    def edit(
        self, review_id: str, draft: Draft, *, photos: Sequence[BinaryIO] = (), keep: Sequence[str] | None = None
    ) -> Review:
        """The author changes a review, or hands a refused one in again.

        It waits for a person when the policy moderates before publishing, when it was refused, or when a rule holds it.
        What it was before stays in the log.

        Parameters:
            draft: the review as it shall be; product and variant stay.
            keep: ids of the photos that stay; all of them when left out.
            photos: new ones, open for reading bytes.

        Raises:
            LookupError: there is no such review.
            DraftError: the policy wants something else, or a photo is none.
        """
        review = self._found(review_id)
        draft = self._checked(replace(draft, product_id=review.product_id))
        if self._rules.windows.full(f"edit:{review_id}", MAX_EDITS, _DAY, self._now()):
            raise self._refuse({"": "too_often"}, "Change of a review", review.product_id)
        stay = [photo for photo in review.photos if keep is None or photo.id in keep]
        added = self._keep_photos(photos, review.product_id, most=max(0, self.policy.photos - len(stay)))
        try:
            same = (draft.body or draft.title) == (review.body or review.title)
            hits = self._hits(draft, review.person, skip=_NOR_THE_TEXT if same else _NOT_AGAIN)
            waits = bool(hits) or self.policy.moderation == "before" or review.status == "rejected"
            changes: dict[str, Any] = {
                "rating": draft.rating, "title": draft.title, "body": draft.body, "author": draft.author,
                "language": draft.language or review.language, "answers": dict(draft.answers),
                "photos": [*stay, *added], "edited_at": self._now(),
            }  # fmt: skip
            if waits:  # a status that stays is not written: a moderator may be changing it
                changes["status"] = "pending"
            entry = Entry(subject=review_id, action="edit", by="author", rating=draft.rating, at=self._now())
            edited = self.store.edit(review_id, changes, entry)
        except BaseException:
            self._drop_photos(added)
            raise
        for hold in self._holds(review_id, hits, draft.rating):
            edited = self.store.decide(review_id, "pending", hold)
        self._drop_photos([photo for photo in review.photos if photo not in stay])
        return edited

    def vote(self, review_id: str, voter: Person, value: int) -> tuple[int, int] | None:
        """Count a vote: 1 helpful, -1 not, 0 takes it back.

        Returns:
            Helpful and unhelpful votes then; ``None`` when there is no such published review, it is the voter's own,
            nobody knows who votes, or the value is another.
        """
        if type(value) is not int or value not in {-1, 0, 1} or not voter:
            log.info("Vote refused: not one of 1, 0, -1, or nobody knows whose")
            return None
        review = self.store.get(review_id)
        if review is None or review.status != "published":
            return None
        if review.person in voter.ids or any(self.store.spent(own_mark(review_id, id_)) for id_ in voter.ids):
            log.info("Vote refused: review %s is the voter's own", review.id)
            return None
        if self._crowded("votes", review_id, voter):
            return None
        return self.store.vote(review_id, self._votes_as(voter, review_id), value)

    def report(self, review_id: str, reporter: Person, reason: str, text: str = "") -> int | None:
        """Count a report of abuse. The review stays where it is; a person decides.

        Parameters:
            reason: one of the closed list, :data:`sharekit.reviews.model.Reason`.
            text: what the reporter says, for the moderator.

        Returns:
            Reports then; ``None`` when there is no such published review, nobody knows who reports, or the reason is
            not of the list.
        """
        if not reporter or reason not in get_args(Reason):
            log.info("Report refused: its reason is not of the list, or nobody knows whose it is")
            return None
        if self._crowded("reports", review_id, reporter):
            return None
        note = clean(text, lines=True)[:MAX_NOTE]
        entry = Entry(subject=review_id, action="report", by="visitor", reason=reason, note=note, at=self._now())
        return self.store.report(review_id, reporter.id, entry)

    def _found(self, review_id: str) -> Review:
        review = self.store.get(review_id)
        if review is None:
            raise LookupError(f"There is no review {review_id[:60]!r}.")
        return review

    def _crowded(self, what: str, review_id: str, voter: Person) -> bool:
        """Whether too many votes or reports on one review come from one network address, whose browsers may be made
        up. A household or office stays below it."""
        key = address_key(voter)
        if not self._rules.windows.full(f"{what}:{review_id}:{key}", MAX_PER_ADDRESS, _DAY, self._now()):
            return False
        log.info("More than %s %s on review %s came from one address today", MAX_PER_ADDRESS, what, review_id)
        return True

    def _votes_as(self, voter: Person, review_id: str) -> str:
        """The hash under which somebody voted on a review before the secret was changed, else the present one."""
        former = (id_ for id_ in voter.ids[1:] if review_id in self.store.votes_of(id_))
        return next(former, voter.id)

    def _address(self, review: Review, email: str) -> str:
        """Where a mail to the writer goes.

        Raises:
            InvalidValueError: nobody knows, or the review was written with another address.
        """
        email = email or (self._address_of(review) if self._address_of else "") or ""
        if not email:
            raise InvalidValueError("email", "is not known; addresses are not kept, so pass the writer's (email=).")
        email = check_email(email)
        if review.person.startswith("e-") and review.person not in self.people.of_email(email).ids:
            raise InvalidValueError("email", "is not the address that the review was written with.")
        return email

    def _mail_rejection(self, review: Review, reason: Reason) -> None:
        """Tell the author, when their address is known. The decision holds whether the mail goes out or not."""
        if self._mail is None or self._address_of is None or reason == "by_request":
            return
        link = f"{self._base_url}/reviews/edit/{self.edit_token(review)}"
        letter = letters.rejected(
            self._words(review.language), shop=self._shop, title=review.title, reason=reason, link=link
        )
        try:
            email = self._address_of(review)
            if email:
                self._send(self._address(review, email), letter)
        except Exception as error:  # noqa: BLE001 (the shop's own functions fail in their own way)
            log.warning("The author of review %s was not told of its rejection: %s", review.id, error)


def version_of(review: Review) -> str:
    """Names what a review says now; another after every change by its author."""
    return review.edited_at.isoformat() if review.edited_at else ""


def check_decision(status: str, reason: str | None) -> None:
    """A status, and a reason of the closed list where there must be one.

    Raises:
        UnknownNameError: one of them is not of its list. No reason in it is about what the writer thinks.
        InvalidValueError: the reason is missing, or given for something else.
    """
    if status not in get_args(Status):
        raise UnknownNameError("status", str(status)[:60], get_args(Status))
    if reason is not None and reason not in get_args(Reason):
        raise UnknownNameError("reason", str(reason)[:60], get_args(Reason))
    if (status == "rejected") != (reason is not None):
        problem = (
            f"is needed to reject: one of {', '.join(get_args(Reason))}." if reason is None else "is for rejecting."
        )
        raise InvalidValueError("reason", problem)
