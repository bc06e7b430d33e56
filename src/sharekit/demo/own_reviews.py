"""What customers of the demo's own shop wrote, read from ``reviews.toml`` into its review store, once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sharekit.demo.own import HERE
from sharekit.demo.snapshots import snapshot
from sharekit.events.model import now
from sharekit.exceptions import MissingExtraError
from sharekit.reviews.desk import Desk
from sharekit.reviews.model import Photo, Provenance, Reply, Review
from sharekit.reviews.photos import PhotoStore
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import DuplicateReviewError, Entry, ReviewStore

MODERATOR = "Ylva"
_WAIT = timedelta(hours=7)


def seed(desk: Desk) -> None:
    """Fill an empty review store. One that anything ever happened in is left alone, also when all was erased since."""
    if next(desk.store.log(), None) is not None:
        return
    rows = tomllib.loads((HERE / "reviews.toml").read_text(encoding="utf-8"))
    moment = now()
    with suppress(DuplicateReviewError):  # another worker of the same shop is at it
        for number, row in enumerate(rows["reviews"]):
            _add_review(desk.store, desk.photos, number, row, moment)
        for number, row in enumerate(rows["questions"]):
            _add_question(desk.store, number, row, moment)


def _add_review(
    store: ReviewStore, photos: PhotoStore | None, number: int, row: Mapping[str, Any], moment: datetime
) -> None:
    status, written = row.get("status", "published"), moment - timedelta(days=row["days"], minutes=37 * number)
    key, decided = f"demo-review-{number + 1:02}", written + _WAIT
    evidence = row.get("evidence", "order")
    review = Review(
        id=key,
        product_id=row["product"],
        rating=row["rating"],
        title=row.get("title", ""),
        body=row.get("body", "").strip(),
        author=row["author"],
        person=f"demo-{blake2b(row['author'].encode(), digest_size=8).hexdigest()}",
        language=row.get("language", "en"),
        answers={"for": row["for"]} if "for" in row else {},
        photos=_photos(photos, row),
        provenance=Provenance(
            evidence=evidence,
            order_id=f"M-{10_000 + 7 * number}" if evidence == "order" else "",
            source=row.get("source", ""),
        ),
        relation=row.get("relation", "customer"),
        incentive=row.get("incentive", ""),
        status=status,
        reason=row.get("reason"),
        helpful=row.get("helpful", 0),
        unhelpful=row.get("unhelpful", 0),
        reply=Reply(body=row["reply"], author="Marram", at=decided + _WAIT) if "reply" in row else None,
        created_at=written,
        published_at=decided if status == "published" else None,
    )
    log = [("submit", "author", "", written)]
    if "held" in row:
        log.append(("hold", f"rule:{row['held']}", row["held"], written))
    if status != "pending":
        log.append(("publish" if status == "published" else "reject", MODERATOR, row.get("reason", ""), decided))
    store.add(
        review,
        [
            Entry(subject=key, action=action, by=by, reason=reason, rating=review.rating, at=at)
            for action, by, reason, at in log
        ],
    )


def _photos(photos: PhotoStore | None, row: Mapping[str, Any]) -> Sequence[Photo]:
    if "photo" not in row or photos is None:
        return ()
    try:
        return (photos.keep(snapshot(row["photo"])),)
    except (MissingExtraError, ImportError):
        return ()


def _add_question(store: ReviewStore, number: int, row: Mapping[str, Any], moment: datetime) -> None:
    key = f"demo-question-{number + 1:02}"
    asked = moment - timedelta(days=row["days"], minutes=53 * number)
    question = Question(
        id=key,
        product_id=row["product"],
        body=row["body"],
        author=row["author"],
        status=row.get("status", "published"),
        created_at=asked,
    )
    store.ask(question, Entry(subject=key, action="submit", by="author", at=asked))
    for place, said in enumerate(row.get("answers", ())):
        answered = moment - timedelta(days=said["days"], minutes=53 * number)
        answer = Answer(
            id=f"{key}-{place + 1}",
            body=said["body"],
            author=said.get("author", "Marram" if said.get("by_shop") else ""),
            by_shop=said.get("by_shop", False),
            verified=said.get("verified", False),
            status="published",
            created_at=answered,
        )
        by = MODERATOR if answer.by_shop else "author"
        store.answer(key, answer, Entry(subject=answer.id, action="answer", by=by, at=answered))
