"""What every part of the desk leans on: its wiring, the rules, events, and the log of refusals."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

from sharekit.events.model import Event, now
from sharekit.exceptions import ShareKitError
from sharekit.rendering.translations import Translations, translations
from sharekit.reviews.drafts import Draft, DraftError, check_draft
from sharekit.reviews.links import Links
from sharekit.reviews.mail import Mailer, MailError
from sharekit.reviews.model import Photo, Review, Status
from sharekit.reviews.people import NOBODY, People, Person
from sharekit.reviews.photos import PhotoError, PhotoStore
from sharekit.reviews.policy import Facts, ReviewPolicy, RuleName, facts
from sharekit.reviews.rules import Hit, RuleInput, Rules
from sharekit.reviews.store import Entry, ReviewStore

log = logging.getLogger("sharekit.reviews")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the request was seen to come from, for events and for the burst rule.

    Parameters:
        browser: hash of the network address and user agent, of :meth:`sharekit.reviews.people.People.of_browser`. It
            stands for a writer of whom nothing else is known, so that they review a product once.
        visitor: pseudonym of the day, for the event.
        gpc: the browser asked not to be recognised.
        bot: made by a crawler.
    """

    browser: Person = NOBODY
    visitor: str = ""
    gpc: bool = False
    bot: bool = False


def own_mark(review_id: str, browser: str) -> str:
    """Names that a browser handed a review in, without saying which."""
    return "own:" + blake2b(f"{review_id}\x00{browser}".encode(), digest_size=16).hexdigest()


class DeskBase:
    """Wiring. See :class:`sharekit.reviews.desk.Desk`."""

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
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.store = store
        self.policy = policy
        self.photos = photos
        self.people = People(keys)
        self._links = Links(keys, clock=clock)
        self._rules = Rules(policy, store.spend)
        self._record = record
        self._mail = mail
        self._base_url = base_url.rstrip("/")
        self._shop = site_name or urlsplit(base_url).netloc
        self._locale = locale
        self._address_of = address_of
        self._now = clock

    def facts(self) -> Facts:
        """How this shop checks reviews, from the policy and the numbers of its store."""
        return facts(self.policy, self.store.skew())

    def _words(self, locale: str) -> Translations:
        return translations(locale or self._locale)

    def _refuse(self, problems: dict[str, str], what: str, subject: str) -> DraftError:
        """The error for a refusal that the log tells of. Neither texts nor links nor addresses are logged."""
        for name, problem in problems.items():
            log.info("%s about %.128r refused: %s (%s)", what, subject, problem, name or "whole")
        return DraftError(problems)

    def _checked(self, draft: Draft) -> Draft:
        """The draft as the policy wants it.

        Raises:
            DraftError: it is not.
        """
        errors = check_draft(draft, self.policy)
        if errors:
            raise self._refuse(errors, "Review", draft.product_id)
        return draft

    def _hits(self, draft: Draft, sender: str, *, skip: frozenset[RuleName] = frozenset()) -> list[Hit]:
        """The rules that hold a draft. What they see has no rating in it."""
        given = RuleInput(
            kind="review",
            product_id=draft.product_id,
            prose=draft.body or draft.title,
            others=(draft.title, draft.author, *draft.answers.values()),
            language=draft.language,
            sender=sender,
        )
        return self._rules.check(given, self._now(), skip=skip)

    def _holds(self, subject: str, hits: Sequence[Hit], rating: int) -> list[Entry]:
        for hit in hits:
            log.info("Review %s is held by the rule %s", subject, hit.rule)
        return [
            Entry(
                subject=subject, action="hold", by=f"rule:{hit.rule}", reason=hit.rule, rating=rating, at=self._now(),
                details={"found": hit.found},
            )
            for hit in hits
        ]  # fmt: skip

    def _keep_photos(self, files: Sequence[BinaryIO], product_id: str, *, most: int) -> list[Photo]:
        """Keep the photos handed in: all of them, or none and an error."""
        if len(files) > most or (files and self.photos is None):
            raise self._refuse({"photos": "too_many_photos"}, "Review", product_id)
        kept: list[Photo] = []
        try:
            for file in files:
                assert self.photos is not None  # noqa: S101 (checked above)
                kept.append(self.photos.keep(file))
        except BaseException as error:
            self._drop_photos(kept)
            if isinstance(error, PhotoError):
                log.warning("Photo for a review of %.128r refused: %s", product_id, error.detail)
                raise DraftError({"photos": error.problem}) from None
            raise
        return kept

    def _drop_photos(self, photos: Sequence[Photo]) -> None:
        if self.photos is not None:
            for photo in photos:
                self.photos.delete(photo)

    def _send(self, to: str, letter: tuple[str, str]) -> None:
        """Send a mail.

        Raises:
            MailError: it could not be handed over.
        """
        assert self._mail is not None  # noqa: S101 (whoever calls has looked)
        try:
            self._mail(to, *letter)
        except ShareKitError:
            raise
        except Exception as error:  # the shop's own function fails in its own way
            raise MailError(f"The mail function failed ({type(error).__name__}).") from error

    def _tell(self, step: Literal["submitted", "published"], review: Review, seen: Seen | None = None) -> None:
        """Record an event. A review is not lost because its event could not be kept."""
        if self._record is None:
            return
        seen = seen or Seen()
        props = {
            "step": step, "review": review.id, "rating": review.rating, "status": review.status,
            "verified": review.verified,
        }  # fmt: skip
        try:
            self._record(
                Event(
                    name="review", product_id=review.product_id, visitor=seen.visitor, gpc=seen.gpc, bot=seen.bot,
                    props=props,
                )
            )  # fmt: skip
        except ShareKitError as error:
            log.warning("The event of review %s was not recorded: %s", review.id, error)

    def _first_status(self, hits: Sequence[Hit]) -> Status:
        return "pending" if hits or self.policy.moderation == "before" else "published"
