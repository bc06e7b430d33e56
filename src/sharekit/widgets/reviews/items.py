"""One review as its template sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from sharekit.rendering.translations import Translations, language_of, translations
from sharekit.reviews.model import Reply, Review
from sharekit.widgets.reviews.frame import Frame
from sharekit.widgets.reviews.stars import stars

LONG = 600
"""Characters of a body from which on its end is folded away."""
_SHOWN = 420
_BREAKS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?…。])\s+"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo of a review: its addresses, the thumbnail's size, what stands for it."""

    src: str
    thumb: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A review.

    Parameters:
        id: the review's.
        stars: ready HTML.
        title, author, variant: as written; the author is never empty.
        labels: what must be known before the text is read: verified, relation, incentive, origin.
        day, date: when it was written, for machines and for people.
        edited: the words for a later change; empty when there was none.
        body, rest: the text, and what of it is folded away.
        lang: language of the text where it is not the page's.
        answers: to the shop's questions, with the question.
        photos: its photos.
        reply: the shop's answer, with the day for machines and people; ``None`` for none.
        helpful, unhelpful: votes, in words; empty for 0.
        reporting: the form to report it is open.
    """

    id: str
    stars: Markup
    title: str
    author: str
    variant: str
    labels: Sequence[str]
    day: str
    date: str
    edited: str
    body: str
    rest: str
    lang: str
    answers: Sequence[tuple[str, str]]
    photos: Sequence[Picture]
    reply: tuple[Reply, str, str] | None
    helpful: int
    unhelpful: int
    reporting: bool = False


def shown(frame: Frame, review: Review, about: str, *, folded: bool = True, reporting: bool = False) -> Shown:
    """A review as its template sees it.

    Parameters:
        about: title of the product, for what stands for photos.
        folded: fold the end of a long text away.
        reporting: the form to report it is open.
    """
    spoken = frame.words
    day, date = frame.day(review.created_at)
    author = review.author or spoken.gettext("Anonymous")
    body, rest = _cut(review.body) if folded and len(review.body) > LONG else (review.body, "")
    other = review.language and language_of(review.language) != language_of(frame.locale)
    return Shown(
        id=review.id,
        stars=stars(review.rating, frame.locale),
        title=review.title,
        author=author,
        variant=review.variant,
        labels=labels(review, frame.locale),
        day=day,
        date=date,
        edited=_edited(frame, review),
        body=body,
        rest=rest,
        lang=review.language if other else "",
        answers=_answers(frame, review.answers) if review.answers else (),
        photos=_photos(frame, review, author, about) if review.photos else (),
        reply=(review.reply, *frame.day(review.reply.at)) if review.reply else None,
        helpful=review.helpful,
        unhelpful=review.unhelpful,
        reporting=reporting,
    )


def labels(review: Review, locale: str) -> tuple[str, ...]:
    """What a reader has to know before the text: how the shop knows of the purchase, what the writer is to the shop
    and was given (16 CFR 465.5; CMA208), where the review came from."""
    origin = review.provenance
    return _labels(origin.evidence, origin.source, review.relation, review.incentive, locale)


@lru_cache(maxsize=1024)
def _labels(evidence: str, source: str, relation: str, incentive: str, locale: str) -> tuple[str, ...]:
    spoken = translations(locale)
    found = [
        _evidence(spoken, evidence, source),
        relations(spoken).get(relation, ""),
        incentives(spoken).get(incentive, ""),
    ]
    return tuple(label for label in found if label)


def _evidence(spoken: Translations, evidence: str, source: str) -> str:
    _ = spoken.gettext
    if evidence == "order":
        return _("Verified purchase")
    if evidence == "imported":
        return _("Imported from {source}").replace("{source}", source) if source else _("Imported")
    if evidence == "syndicated":
        text = _("From {source}, not counted here")
        return text.replace("{source}", source) if source else _("From another website, not counted here")
    return ""


def relations(spoken: Translations) -> Mapping[str, str]:
    """Labels of who is more to the shop than a customer."""
    _ = spoken.gettext
    return {
        "employee": _("Works for this shop"),
        "family": _("Family of somebody at this shop"),
        "agent": _("Acts for this shop"),
    }


def incentives(spoken: Translations) -> Mapping[str, str]:
    """Labels of what was given for a review."""
    _ = spoken.gettext
    return {
        "gifted": _("Got the product for free"),
        "sample": _("Got a free sample"),
        "discount": _("Got a discount for this review"),
        "loyalty": _("Got loyalty points for this review"),
        "prize_draw": _("Takes part in a prize draw for this review"),
    }


def _edited(frame: Frame, review: Review) -> str:
    if review.edited_at is None:
        return ""
    return frame.words.gettext("Edited {date}").replace("{date}", frame.day(review.edited_at)[1])


def _answers(frame: Frame, answers: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """In the order of the shop's questions; what was asked once and is not any more stands under its key."""
    asked = {attribute.key: attribute.label for attribute in frame.parts.policy.attributes}
    keys = [key for key in asked if key in answers] + [key for key in answers if key not in asked]
    return [(asked.get(key, key), answers[key]) for key in keys]


def _photos(frame: Frame, review: Review, author: str, about: str) -> Sequence[Picture]:
    text = frame.words.gettext("Photo by {author}, review of {title}")
    if len(review.photos) > 1:
        text = frame.words.gettext("Photo {number} by {author}, review of {title}")
    return [
        Picture(
            src=frame.photo(photo),
            thumb=frame.photo(photo, thumb=True),
            width=photo.thumb_width,
            height=photo.thumb_height,
            alt=_filled(text, number=str(number), author=author, title=about),
        )
        for number, photo in enumerate(review.photos, 1)
    ]


def _filled(text: str, **values: str) -> str:
    """The text with its blanks filled, each once: a value that looks like a blank stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def _cut(body: str) -> tuple[str, str]:
    """The text in two, at the end of a paragraph, else of a sentence, else of a word."""
    for break_ in _BREAKS:
        places = [found for found in break_.finditer(body, _SHOWN // 2, LONG) if found.start() <= _SHOWN]
        if places:
            return body[: places[-1].start()], body[places[-1].end() :]
    return body[:_SHOWN], body[_SHOWN:]
