"""How reviews change in SQL tables.

A change reads the review it is about (and locks its row where others could change it meanwhile), writes it, moves the
counters of its product and adds to the log, all in one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reviews.model import Reason, Reply, Review, Status
from sharekit.reviews.sql.counters import Moves, keys_of, move
from sharekit.reviews.sql.rows import (
    DERIVED,
    ENTRY,
    REVIEW,
    before,
    entry_row,
    micros,
    review_of,
    review_row,
    score,
)  # fmt: skip
from sharekit.reviews.sql.session import Session, Sessions
from sharekit.reviews.store import DuplicateReviewError, Entry, SpentTokenError

_LIST = ", ".join(REVIEW)
_WRITTEN = (*REVIEW, *DERIVED)
_INSERT = f"INSERT INTO reviews({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))}) ON CONFLICT DO NOTHING"  # noqa: S608 (our names)
_LOG = f"INSERT INTO log({', '.join(ENTRY)}) VALUES ({', '.join('?' * len(ENTRY))})"  # noqa: S608 (our names)
_VOTE = (
    "INSERT INTO votes(review_id, voter, value) VALUES (?, ?, ?) "
    "ON CONFLICT(review_id, voter) DO UPDATE SET value = excluded.value"
)
_VOTES = "UPDATE reviews SET helpful = ?, unhelpful = ?, score = ? WHERE id = ?"
_EDITABLE = (
    "rating", "title", "body", "author", "language", "variant", "answers", "photos", "status", "edited_at",
    "published_at",
)  # fmt: skip
_KEPT = timedelta(days=1)
"""How long a spent token is remembered beyond its end, for clocks that differ."""


class SQLWriting(Sessions):
    """Submits, decides, edits, votes, erases."""

    def add(
        self,
        review: Review,
        entries: Sequence[Entry] = (),
        *,
        unique: bool = True,
        token: str = "",
        until: datetime | None = None,
    ) -> Review:
        review = _dated(review)
        with self._writing() as session:
            if unique and review.person:
                session.wait_for(f"{review.product_id}\x1f{review.person}")
                if found := _same_writer(session, review):
                    raise DuplicateReviewError(found)
            if token and not _spend(session, token, until or now()):
                raise SpentTokenError
            if not session.run(_INSERT, review_row(review)):
                raise DuplicateReviewError(review.id)
            move(session, Counter(keys_of(review)))
            for entry in entries:
                add_entry(session, entry)
        return review

    def add_many(self, reviews: Sequence[Review], *, unique: bool = True) -> list[Review]:
        kept: list[Review] = []
        moves: Moves = Counter()
        with self._writing() as session:
            session.wait_for("")
            for review in map(_dated, reviews):
                if unique and review.person and _same_writer(session, review):
                    continue
                if session.run(_INSERT, review_row(review)):
                    kept.append(review)
                    moves.update(keys_of(review))
                    entry = Entry(subject=review.id, action="import", by="import", rating=review.rating)
                    add_entry(session, entry)
            move(session, moves)
        return kept

    def decide(self, review_id: str, status: Status, entry: Entry, *, reason: Reason | None = None) -> Review:
        with self._writing() as session:
            old = _wanted(session, review_id)
            since = old.published_at or entry.at
            new = _dated(replace(old, status=status, reason=reason, published_at=since, reports=0))
            session.run("DELETE FROM reporters WHERE review_id = ?", (review_id,))
            return _change(session, old, new, entry)

    def edit(self, review_id: str, changes: Mapping[str, Any], entry: Entry) -> Review:
        for name in changes:
            if name not in _EDITABLE:
                raise UnknownNameError("field of a review that can be edited", name, _EDITABLE)
        with self._writing() as session:
            old = _wanted(session, review_id)
            status = changes.get("status", old.status)
            new = _dated(replace(old, **{"reason": old.reason if status == "rejected" else None, **changes}))
            changed = [name for name in changes if getattr(new, name) != getattr(old, name)]
            entry = replace(entry, details={**entry.details, **before(old, changed)})
            return _change(session, old, new, entry)

    def reply(self, review_id: str, reply: Reply | None, entry: Entry, *, private: bool = False) -> Review:
        with self._writing() as session:
            old = _wanted(session, review_id)
            new = replace(old, private_reply=reply) if private else replace(old, reply=reply)
            return _change(session, old, new, entry)

    def vote(self, review_id: str, voter: str, value: int) -> tuple[int, int] | None:
        if value not in (-1, 0, 1):
            raise InvalidValueError("value", "pass 1 (helpful), -1 (not helpful) or 0 (take the vote back).")
        with self._writing() as session:
            found = session.rows(
                "SELECT helpful, unhelpful FROM reviews WHERE id = ? AND status = 'published'" + session.for_update,  # noqa: S608
                (review_id,),
            )
            if not found:
                return None
            helpful, unhelpful = found[0]
            return _count_vote(session, review_id, voter, value, (helpful, unhelpful))

    def report(self, review_id: str, reporter: str, entry: Entry) -> int | None:
        with self._writing() as session:
            found = session.rows(
                "SELECT reports FROM reviews WHERE id = ? AND status = 'published'" + session.for_update,  # noqa: S608
                (review_id,),
            )
            if not found:
                return None
            reports = int(found[0][0])
            if session.run("INSERT INTO reporters VALUES (?, ?) ON CONFLICT DO NOTHING", (review_id, reporter)):
                reports += 1
                session.run("UPDATE reviews SET reports = ? WHERE id = ?", (reports, review_id))
                add_entry(session, entry)
            return reports

    def erase(self, review_id: str, entry: Entry) -> Review | None:
        with self._writing() as session:
            old = _found(session, review_id)
            if old is None:
                return None
            for table in ("votes", "reporters"):
                session.run(f"DELETE FROM {table} WHERE review_id = ?", (review_id,))  # noqa: S608 (our names)
            session.run("DELETE FROM reviews WHERE id = ?", (review_id,))
            move(session, Counter(dict.fromkeys(keys_of(old), -1)))
            wipe_log(session, review_id)
            add_entry(session, entry)
            return old

    def spend(self, token: str, until: datetime) -> bool:
        with self._writing() as session:
            return _spend(session, token, until)

    def erase_votes(self, voter: str) -> int:
        with self._writing() as session:
            touched = session.rows(
                "SELECT review_id FROM votes WHERE voter = ? UNION SELECT review_id FROM reporters WHERE reporter = ? "
                "ORDER BY 1",
                (voter, voter),
            )
            erased = 0
            for (review_id,) in touched:
                old = _found(session, review_id)
                if old is None:
                    continue
                counts = old.helpful, old.unhelpful
                erased += _count_vote(session, review_id, voter, 0, counts) != counts
                if session.run("DELETE FROM reporters WHERE review_id = ? AND reporter = ?", (review_id, voter)):
                    session.run("UPDATE reviews SET reports = reports - 1 WHERE id = ?", (review_id,))
                    erased += 1
            return erased


def _count_vote(session: Session, review_id: str, voter: str, value: int, counts: tuple[int, int]) -> tuple[int, int]:
    mine = session.rows("SELECT value FROM votes WHERE review_id = ? AND voter = ?", (review_id, voter))
    last = mine[0][0] if mine else 0
    if value == last:
        return counts
    if value:
        session.run(_VOTE, (review_id, voter, value))
    else:
        session.run("DELETE FROM votes WHERE review_id = ? AND voter = ?", (review_id, voter))
    helpful = counts[0] + (value == 1) - (last == 1)
    unhelpful = counts[1] + (value == -1) - (last == -1)
    session.run(_VOTES, (helpful, unhelpful, score(helpful, unhelpful), review_id))
    return helpful, unhelpful


def wipe_log(session: Session, subject: str) -> None:
    """Take all texts out of the log of something that is erased."""
    session.run("UPDATE log SET note = '', details = '' WHERE subject = ?", (subject,))


def add_entry(session: Session, entry: Entry) -> None:
    """Add a line to the log."""
    session.run(_LOG, entry_row(entry))


def _found(session: Session, review_id: str) -> Review | None:
    rows = session.rows(f"SELECT {_LIST} FROM reviews WHERE id = ?{session.for_update}", (review_id,))  # noqa: S608
    return review_of(rows[0]) if rows else None


def _wanted(session: Session, review_id: str) -> Review:
    review = _found(session, review_id)
    if review is None:
        raise LookupError(f"There is no review {review_id[:60]!r}.")
    return review


def _same_writer(session: Session, review: Review) -> str:
    rows = session.rows(
        "SELECT id FROM reviews WHERE person = ? AND person <> '' AND product_id = ? LIMIT 1",
        (review.person, review.product_id),
    )
    return str(rows[0][0]) if rows else ""


def _change(session: Session, old: Review, new: Review, entry: Entry) -> Review:
    pairs = zip(_WRITTEN, review_row(old), review_row(new), strict=True)
    changed = {name: value for name, former, value in pairs if value != former}
    if changed:  # only these, so that only their indexes are written
        columns = ", ".join(f"{name} = ?" for name in changed)
        session.run(f"UPDATE reviews SET {columns} WHERE id = ?", (*changed.values(), old.id))  # noqa: S608 (our names)
    moves = Counter(keys_of(new))
    moves.subtract(keys_of(old))
    move(session, moves)
    add_entry(session, entry)
    return new


def _spend(session: Session, token: str, until: datetime) -> bool:
    session.run("DELETE FROM spent WHERE until < ?", (micros(now() - _KEPT),))
    return bool(session.run("INSERT INTO spent VALUES (?, ?) ON CONFLICT DO NOTHING", (token, micros(until))))


def _dated(review: Review) -> Review:
    """A published review has a time at which it was; one that is not has none."""
    if review.status != "published":
        return replace(review, published_at=None) if review.published_at else review
    return review if review.published_at else replace(review, published_at=review.edited_at or review.created_at)
