"""Handing a review in: through an order's link, signed in, by a confirmed e-mail address, or unchecked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import BinaryIO

from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.reviews import letters
from sharekit.reviews.desk_base import Seen, log, own_mark
from sharekit.reviews.drafts import Draft
from sharekit.reviews.invitations import Invitations
from sharekit.reviews.links import Confirmation
from sharekit.reviews.model import Evidence, Incentive, Provenance, Relation, Review
from sharekit.reviews.people import NOBODY, Customer, Person, address_key
from sharekit.reviews.policy import Writers
from sharekit.reviews.store import DuplicateReviewError, Entry, SpentTokenError

_ALLOWED: dict[Writers, frozenset[Evidence]] = {
    "buyers": frozenset({"order"}),
    "customers": frozenset({"order", "account"}),
    "confirmed": frozenset({"order", "account", "email"}),
    "anyone": frozenset({"order", "account", "email", "none"}),
}
_DAY = timedelta(days=1)
_OWN = timedelta(days=365)


class Intake(Invitations):
    """The ways in. Each ends in :meth:`submit`."""

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

        Parameters:
            photos: files open for reading bytes.

        Raises:
            DraftError: the policy does not let this person write, they have written already, or a photo is none.
        """
        return self._submit(
            draft, provenance or Provenance(), person, relation=relation, incentive=incentive, photos=photos, seen=seen
        )

    def submit_invited(
        self, token: str, draft: Draft, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None
    ) -> Review | None:
        """Take in a review through the link of an order, which is used up for that product; ``None`` for a bad link
        (also when the product is not of the order, or was reviewed through a link of it)."""
        invitation = self._links.invitation(token)
        if invitation is None:
            log.info("Review refused: the link of an order is forged or too old")
            return None
        product = next((item for item in invitation.products if item.id == draft.product_id), None)
        if product is None or self.store.spent(invitation.use(product.id)):
            log.info("Review refused: the link of an order is used up, or not for %.128r", draft.product_id)
            return None
        try:
            return self._submit(
                replace(draft, variant=product.variant),
                Provenance(evidence="order", order_id=invitation.order_id),
                invitation.person,
                relation=invitation.relation,
                incentive=invitation.incentive,
                photos=photos,
                seen=seen,
                once=(invitation.use(product.id), invitation.until),
            )
        except SpentTokenError:
            log.info("Review refused: the link of an order was used at the same time for %.128r", draft.product_id)
            return None

    def submit_customer(
        self, customer: Customer, draft: Draft, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None
    ) -> Review:
        """Take in a review of somebody who is signed in; verified when they bought the product.

        Raises:
            DraftError: as of :meth:`submit`.
        """
        order_id = customer.orders.get(draft.product_id, "")
        return self._submit(
            draft,
            Provenance(evidence="order" if order_id else "account", order_id=order_id),
            self.people.of_customer(customer.id, customer.email),
            relation=self._relation(customer.email, customer.relation),
            photos=photos,
            seen=seen,
        )

    def request_confirmation(self, draft: Draft, email: str, *, locale: str = "") -> None:
        """Mail the writer a link that hands the review in. Nothing is kept before they open it and press its button.

        What is answered does not depend on who they are. An address is sent a few mails a day at most; more are left
        out without a word.

        Raises:
            DraftError: not an address, the policy wants more than one, or the text is too long to travel in a link.
            ConfigError: no mail is set.
            MailError: the mail server did not take it.
        """
        if self._mail is None:
            raise ConfigError("mail: reviews confirmed by e-mail need it; pass a function or an SMTP address.")
        try:
            person = self.people.of_email(email)
        except InvalidValueError:
            raise self._refuse({"email": "email"}, "Review", draft.product_id) from None
        relation = self._relation(email)
        self._check_writer(draft, Provenance(evidence="email"), relation)
        self._checked(draft)
        at = self._now()
        hours = self.policy.confirm_hours
        token = self._links.confirmation_token(draft, person, relation, at + timedelta(hours=hours))
        if self._rules.windows.full(f"mails:{person.id}", self.policy.confirm_mails, _DAY, at):
            log.info("Confirmation mail left out: %s were sent to one address today", self.policy.confirm_mails)
            return
        link = f"{self._base_url}/reviews/confirm/{token}"
        self._send(email.strip(), letters.confirmation(self._words(locale), shop=self._shop, link=link, hours=hours))

    def confirmation(self, token: str) -> Confirmation | None:
        """What the link of a confirmation mail says, to be shown; changes nothing. ``None`` for a bad link."""
        said = self._links.confirmation(token)
        return None if said is None or self.store.spent(said.use) else said

    def confirm(self, token: str, *, photos: Sequence[BinaryIO] = (), seen: Seen | None = None) -> Review | None:
        """Hand in what the link of a confirmation mail says; ``None`` for a bad link.

        Raises:
            DraftError: as of :meth:`submit`.
        """
        said = self.confirmation(token)
        try:
            if said is not None:
                return self._submit(
                    said.draft, Provenance(evidence="email"), said.person, relation=said.relation, photos=photos,
                    seen=seen, once=(said.use, said.until),
                )  # fmt: skip
        except SpentTokenError:
            pass
        log.info("Review refused: the link of a confirmation mail is forged, too old or used up")
        return None

    def _check_writer(self, draft: Draft, provenance: Provenance, relation: Relation) -> None:
        if provenance.evidence not in _ALLOWED[self.policy.writers]:
            raise self._refuse({"": "not_allowed"}, "Review", draft.product_id)
        if relation != "customer" and not self.policy.staff_reviews:
            raise self._refuse({"": "staff"}, "Review", draft.product_id)

    def _known_as(self, person: Person, product_id: str) -> str:
        """The hash to keep a review with: the one under which the person wrote before, if they did.

        The store refuses a second review under one hash. Somebody may have more of them (an address and a customer
        number, an older secret), so they are looked up here, before any photo is decoded.
        """
        chosen = person.id
        for id_ in person.ids:
            earlier = self.store.of_person(id_)
            if self.policy.one_per_product and any(review.product_id == product_id for review in earlier):
                raise self._refuse({"": "duplicate"}, "Review", product_id)
            if earlier and chosen == person.id:
                chosen = id_
        return chosen

    def _submit(
        self,
        draft: Draft,
        provenance: Provenance,
        person: Person,
        *,
        relation: Relation,
        incentive: Incentive = "",
        photos: Sequence[BinaryIO],
        seen: Seen | None,
        once: tuple[str, datetime] | None = None,
    ) -> Review:
        self._check_writer(draft, provenance, relation)
        self._checked(draft)
        seen = seen or Seen()
        person = person or seen.browser
        known_as = self._known_as(person, draft.product_id)
        kept = self._keep_photos(photos, draft.product_id, most=self.policy.photos)
        try:
            at = self._now()
            hits = self._hits(draft, address_key(seen.browser) or known_as)
            status = self._first_status(hits)
            review = Review(
                product_id=draft.product_id, rating=draft.rating, title=draft.title, body=draft.body,
                author=draft.author, person=known_as, language=draft.language, country=draft.country,
                variant=draft.variant, answers=draft.answers, photos=tuple(kept), provenance=provenance,
                relation=relation, incentive=incentive, status=status, created_at=at,
                published_at=at if status == "published" else None,
            )  # fmt: skip
            entries = [self._submitted(review, at), *self._holds(review.id, hits, review.rating)]
            if status == "published":
                entries.append(Entry(subject=review.id, action="publish", by="policy", rating=review.rating, at=at))
            if seen.browser and person is not seen.browser:
                self.store.spend(own_mark(review.id, seen.browser.id), at + _OWN)
            token, until = once or ("", None)
            unique = self.policy.one_per_product
            review = self.store.add(review, entries, unique=unique, token=token, until=until)
        except BaseException as error:
            self._drop_photos(kept)
            if isinstance(error, DuplicateReviewError):
                raise self._refuse({"": "duplicate"}, "Review", draft.product_id) from None
            raise
        self._tell("submitted", review, seen)
        if status == "published":
            self._tell("published", review, seen)
        return review

    def _submitted(self, review: Review, at: datetime) -> Entry:
        details: dict[str, str] = {"evidence": review.provenance.evidence}
        if self.policy.consent:
            details["consent"] = self.policy.consent
        return Entry(subject=review.id, action="submit", by="author", rating=review.rating, at=at, details=details)
