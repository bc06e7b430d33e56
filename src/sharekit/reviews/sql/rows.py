"""Reviews, log entries, questions and answers as rows of a table, and back. The same for every SQL store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sharekit.reviews.maths import wilson_lower
from sharekit.reviews.model import Photo, Provenance, Reply, Review
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import Entry

Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SCORE = 1_000_000_000

REVIEW = (
    "id", "product_id", "rating", "title", "body", "author", "person", "language", "country", "variant", "answers",
    "photos", "evidence", "order_id", "source", "relation", "incentive", "status", "reason", "reply", "private_reply",
    "created_at", "edited_at", "published_at", "helpful", "unhelpful", "reports",
)  # fmt: skip
DERIVED = ("tongue", "has_photos", "verified", "counted", "score")
"""Columns that only indexes need; each follows from those of a review."""
ENTRY = ("subject", "action", "actor", "reason", "note", "rating", "at", "details")
QUESTION = ("id", "product_id", "body", "author", "person", "status", "reason", "created_at")
ANSWER = (
    "id", "question_id", "body", "author", "person", "by_shop", "verified", "status", "reason", "created_at",
)  # fmt: skip


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The time that :func:`micros` made a number of."""
    return _EPOCH + value * _MICROSECOND


def tongue(language: str) -> str:
    """The language of a BCP 47 tag without script and region: ``pt`` of ``pt-BR``."""
    return language.replace("_", "-").partition("-")[0].lower()


def score(helpful: int, unhelpful: int) -> int:
    """What reviews are ordered by helpfulness with: Wilson's lower bound in billionths, as an exact number."""
    return round(wilson_lower(helpful, helpful + unhelpful) * _SCORE)


def to_json(value: object) -> str:
    """Compact JSON; the empty text for nothing."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain) if value else ""


def review_row(review: Review) -> Row:
    """The values of :data:`REVIEW` and :data:`DERIVED`."""
    origin = review.provenance
    return (
        review.id, review.product_id, review.rating, review.title, review.body, review.author, review.person,
        review.language, review.country, review.variant, to_json(dict(review.answers)),
        to_json([asdict(photo) for photo in review.photos]), origin.evidence, origin.order_id, origin.source,
        review.relation, review.incentive, review.status, review.reason or "", _reply_json(review.reply),
        _reply_json(review.private_reply), micros(review.created_at), _optional(review.edited_at),
        _optional(review.published_at), review.helpful, review.unhelpful, review.reports,
        tongue(review.language), int(bool(review.photos)), int(origin.verified), int(origin.counted),
        score(review.helpful, review.unhelpful),
    )  # fmt: skip


def review_of(row: Row) -> Review:
    """The review in a row of :data:`REVIEW`."""
    v = dict(zip(REVIEW, row, strict=True))
    v["provenance"] = Provenance(evidence=v.pop("evidence"), order_id=v.pop("order_id"), source=v.pop("source"))
    v["answers"] = json.loads(v["answers"]) if v["answers"] else {}
    v["photos"] = tuple(Photo(**photo) for photo in json.loads(v["photos"])) if v["photos"] else ()
    v["reason"] = v["reason"] or None
    v["reply"] = _reply_of(v["reply"])
    v["private_reply"] = _reply_of(v["private_reply"])
    v["created_at"] = moment(v["created_at"])
    for name in ("edited_at", "published_at"):
        v[name] = None if v[name] is None else moment(v[name])
    return Review(**v)


def entry_row(entry: Entry) -> Row:
    """The values of :data:`ENTRY`."""
    return (
        entry.subject, entry.action, entry.by, entry.reason, entry.note, entry.rating, micros(entry.at),
        to_json(dict(entry.details)),
    )  # fmt: skip


def entry_of(row: Row) -> Entry:
    """The log entry in a row of :data:`ENTRY`."""
    subject, action, actor, reason, note, rating, at, details = row
    return Entry(
        subject=subject, action=action, by=actor, reason=reason, note=note, rating=rating, at=moment(at),
        details=json.loads(details) if details else {},
    )  # fmt: skip


def question_row(question: Question) -> Row:
    """The values of :data:`QUESTION`."""
    return (
        question.id, question.product_id, question.body, question.author, question.person, question.status,
        question.reason or "", micros(question.created_at),
    )  # fmt: skip


def question_of(row: Row, answers: Iterable[Answer] = ()) -> Question:
    """The question in a row of :data:`QUESTION`, with its answers in the order in which they are shown."""
    v = dict(zip(QUESTION, row, strict=True))
    v["reason"] = v["reason"] or None
    v["created_at"] = moment(v["created_at"])
    return Question(**v, answers=tuple(sorted(answers, key=lambda one: (not one.by_shop, one.created_at, one.id))))


def answer_row(question_id: str, answer: Answer) -> Row:
    """The values of :data:`ANSWER`."""
    return (
        answer.id, question_id, answer.body, answer.author, answer.person, int(answer.by_shop), int(answer.verified),
        answer.status, answer.reason or "", micros(answer.created_at),
    )  # fmt: skip


def answer_of(row: Row) -> tuple[str, Answer]:
    """The answer in a row of :data:`ANSWER`, and the id of its question."""
    v = dict(zip(ANSWER, row, strict=True))
    question_id = v.pop("question_id")
    v["by_shop"], v["verified"] = bool(v["by_shop"]), bool(v["verified"])
    v["reason"] = v["reason"] or None
    v["created_at"] = moment(v["created_at"])
    return question_id, Answer(**v)


def before(review: Review, names: Sequence[str]) -> Mapping[str, Any]:
    """The fields of a review as plain data, for the log of an edit."""
    fields: dict[str, Any] = json.loads(json.dumps({name: getattr(review, name) for name in names}, default=_plain))
    return fields


def _reply_json(reply: Reply | None) -> str:
    return to_json({"body": reply.body, "at": micros(reply.at), "author": reply.author}) if reply else ""


def _reply_of(text: str) -> Reply | None:
    if not text:
        return None
    values = json.loads(text)
    return Reply(body=values["body"], at=moment(values["at"]), author=values["author"])


def _optional(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Photo):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Iterable) else str(value)
