"""What moderators see: the queue, one review with its history, questions, the log, the share published by star."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sharekit.events.model import now
from sharekit.reviews.decisions import version_of
from sharekit.reviews.model import Review
from sharekit.reviews.store import Entry
from sharekit.web.http import Response
from sharekit.web.moderation.visit import SHOWN, Moderation

PAGE = 20
MOST_ENTRIES = 300
_DAYS = (1, 7, 30, 365)


@dataclass(frozen=True, slots=True)
class Case:
    """A review, and what is known about it.

    Parameters:
        review: the review.
        history: its log, oldest first.
    """

    review: Review
    history: Sequence[Entry]

    @property
    def version(self) -> str:
        """Names the words that are shown, so that no others are published by the button below them."""
        return version_of(self.review)

    @property
    def held_by(self) -> list[str]:
        """The rules that held it, since it was handed in or changed last."""
        rules: list[str] = []
        for entry in self.history:
            if entry.action in {"submit", "edit"}:
                rules = []
            elif entry.action == "hold":
                rules.append(entry.reason or entry.by.removeprefix("rule:"))
        return rules

    @property
    def reports(self) -> list[Entry]:
        """What readers reported."""
        return [entry for entry in self.history if entry.action == "report"]


def queue(moderation: Moderation, _: str) -> Response:
    """``/``: the reviews of a list, oldest first."""
    arguments = moderation.request.arguments()
    show = arguments.get("show", "")
    show = show if show in SHOWN else "pending"
    store, after = moderation.desk.store, arguments.get("after", "")
    if show == "reported":
        page = store.queue("published", reported=True, after=after, limit=PAGE)
    else:
        page = store.queue(show, after=after, limit=PAGE)  # type: ignore[arg-type]
    cases = [Case(review, store.history(review.id)) for review in page.reviews]
    return moderation.page("queue", cases=cases, show=show, shown=SHOWN, next=page.next, tab="reviews")


def review(moderation: Moderation, review_id: str) -> Response:
    """``/review/<id>``: all about one review."""
    found = moderation.desk.store.get(review_id)
    if found is None:
        return moderation.page("nothing", 404, tab="reviews")
    return moderation.page("review", case=Case(found, moderation.desk.store.history(found.id)), tab="reviews")


def questions(moderation: Moderation, _: str) -> Response:
    """``/questions``: those that wait, or have an answer that does; or all."""
    arguments = moderation.request.arguments()
    everything = arguments.get("show") == "all"
    found, following = moderation.desk.store.questions(
        status=None if everything else "pending", after=arguments.get("after", ""), limit=PAGE
    )
    return moderation.page("questions", questions=found, next=following, everything=everything, tab="questions")


def log(moderation: Moderation, _: str) -> Response:
    """``/log``: every decision, newest first."""
    asked = moderation.request.arguments().get("days", "")
    days = next((number for number in _DAYS if str(number) == asked), 7)
    entries: deque[Entry] = deque(moderation.desk.store.log(since=now() - timedelta(days=days)), MOST_ENTRIES)
    return moderation.page("log", entries=list(reversed(entries)), days=days, choices=_DAYS, tab="log")


def shares(moderation: Moderation, _: str) -> Response:
    """``/shares``: what was handed in and what of it is shown, by star."""
    skew = moderation.desk.store.skew()
    rows = [
        (stars, skew.submitted[stars - 1], skew.published[stars - 1], skew.rejected[stars - 1])
        for stars in (5, 4, 3, 2, 1)
    ]
    return moderation.page("shares", rows=rows, tab="shares")


PAGES: dict[str, Callable[[Moderation, str], Response]] = {
    "": queue,
    "review": review,
    "questions": questions,
    "log": log,
    "shares": shares,
}
"""The pages by the first word of their address."""
