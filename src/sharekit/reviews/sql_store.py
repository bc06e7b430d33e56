"""What SQLite and PostgreSQL have in common as stores of reviews: everything but connections and locks.

A change reads the review it is about (and locks its row where others could change it meanwhile), writes it, moves the counters of
its product and adds to the log, all in one transaction.
"""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, get_args

from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reviews.model import Reason, Reply, Review, Status
from sharekit.reviews.sql_pages import columns_of, count_statement, page_statement, place, read_place
from sharekit.reviews.sql_rows import (
    DERIVED, ENTRY, REVIEW, Row, before, entry_of, entry_row, micros, moment, review_of, review_row, score,
)  # fmt: skip
from sharekit.reviews.store import (
    DuplicateReviewError, Entry, Page, Query, ReviewStore, Skew, SpentTokenError,
)  # fmt: skip
from sharekit.reviews.summary import Summary

_LIST = ", ".join(REVIEW)
_WRITTEN = (*REVIEW, *DERIVED)
_INSERT = f"INSERT INTO reviews({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))}) ON CONFLICT DO NOTHING"  # noqa: S608 (our names)
_SET = f"UPDATE reviews SET {', '.join(f'{name} = ?' for name in _WRITTEN[1:])} WHERE id = ?"  # noqa: S608 (our names)
_LOG = f"INSERT INTO log({', '.join(ENTRY)}) VALUES ({', '.join('?' * len(ENTRY))})"  # noqa: S608 (our names)
_VOTE = (
    "INSERT INTO votes(review_id, voter, value) VALUES (?, ?, ?) "
    "ON CONFLICT(review_id, voter) DO UPDATE SET value = excluded.value"
)
_VOTES = "UPDATE reviews SET helpful = ?, unhelpful = ?, score = ? WHERE id = ?"
_COUNTERS = ("n1", "n2", "n3", "n4", "n5", "elsewhere")
_EDITABLE = (
    "rating", "title", "body", "author", "language", "variant", "answers", "photos", "status", "edited_at",
    "published_at",
)  # fmt: skip
_KEPT = timedelta(days=1)
_STEP = 500
_LOWEST = -(2**63)
_DAY = 86_400_000_000


class Session(Protocol):
    """One transaction. Statements have ``?`` for values; texts that no database can hold are made harmless."""

    for_update: str
    """What locks the rows that a SELECT finds, where writers work side by side."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """What a statement finds."""

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something; how many rows were."""

    def wait_for(self, key: str) -> None:
        """Wait until no other transaction holds the same key, and hold it; all keys at once when it is empty."""


class SQLReviews(ReviewStore):
    """Reviews, votes and the log in SQL tables."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads, and sees one state of things."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Session]:
        """A transaction that is kept when it ends without an error, and undone otherwise."""

    # Writing

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
            _move(session, Counter(_counter(review)))
            for entry in entries:
                session.run(_LOG, entry_row(entry))
        return review

    def add_many(self, reviews: Sequence[Review], *, unique: bool = True) -> list[Review]:
        kept: list[Review] = []
        moves: Counter[tuple[str, str]] = Counter()
        with self._writing() as session:
            session.wait_for("")
            for review in map(_dated, reviews):
                if unique and review.person and _same_writer(session, review):
                    continue
                if session.run(_INSERT, review_row(review)):
                    kept.append(review)
                    moves.update(_counter(review))
                    entry = Entry(subject=review.id, action="import", by="import", rating=review.rating)
                    session.run(_LOG, entry_row(entry))
            _move(session, moves)
        return kept

    def decide(self, review_id: str, status: Status, entry: Entry, *, reason: Reason | None = None) -> Review:
        with self._writing() as session:
            old = _wanted(session, review_id)
            if status == "published":
                published = old.published_at if old.status == "published" else entry.at
            else:
                published = None
            new = replace(old, status=status, reason=reason, published_at=published, reports=0)
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
                "SELECT helpful, unhelpful FROM reviews WHERE id = ? AND status = 'published'" + session.for_update,
                (review_id,),
            )
            if not found:
                return None
            mine = session.rows("SELECT value FROM votes WHERE review_id = ? AND voter = ?", (review_id, voter))
            last = int(mine[0][0]) if mine else 0
            helpful = int(found[0][0]) + (value == 1) - (last == 1)
            unhelpful = int(found[0][1]) + (value == -1) - (last == -1)
            if value != last:
                if value:
                    session.run(_VOTE, (review_id, voter, value))
                else:
                    session.run("DELETE FROM votes WHERE review_id = ? AND voter = ?", (review_id, voter))
                session.run(_VOTES, (helpful, unhelpful, score(helpful, unhelpful), review_id))
            return helpful, unhelpful

    def report(self, review_id: str, reporter: str, entry: Entry) -> int | None:
        with self._writing() as session:
            found = session.rows(
                "SELECT reports FROM reviews WHERE id = ? AND status = 'published'" + session.for_update, (review_id,)
            )
            if not found:
                return None
            reports = int(found[0][0])
            if session.run("INSERT INTO reporters VALUES (?, ?) ON CONFLICT DO NOTHING", (review_id, reporter)):
                reports += 1
                session.run("UPDATE reviews SET reports = ? WHERE id = ?", (reports, review_id))
                session.run(_LOG, entry_row(entry))
            return reports

    def erase(self, review_id: str, entry: Entry) -> Review | None:
        with self._writing() as session:
            old = _found(session, review_id)
            if old is None:
                return None
            for table in ("votes", "reporters"):
                session.run(f"DELETE FROM {table} WHERE review_id = ?", (review_id,))  # noqa: S608 (our names)
            session.run("DELETE FROM reviews WHERE id = ?", (review_id,))
            _move(session, Counter({key: -1 for key in _counter(old)}))
            wipe_log(session, review_id)
            session.run(_LOG, entry_row(entry))
            return old

    def spend(self, token: str, until: datetime) -> bool:
        with self._writing() as session:
            return _spend(session, token, until)

    def erase_votes(self, voter: str) -> int:
        with self._writing() as session:
            votes = dict(
                session.rows("SELECT review_id, value FROM votes WHERE voter = ? ORDER BY review_id", (voter,))
            )
            reports = {
                str(row[0]) for row in session.rows("SELECT review_id FROM reporters WHERE reporter = ?", (voter,))
            }
            for review_id in sorted({*votes, *reports}):
                old = _found(session, review_id)
                if old is None:
                    continue
                helpful = old.helpful - (votes.get(review_id) == 1)
                unhelpful = old.unhelpful - (votes.get(review_id) == -1)
                session.run(_VOTES, (helpful, unhelpful, score(helpful, unhelpful), review_id))
                if review_id in reports:
                    session.run("UPDATE reviews SET reports = reports - 1 WHERE id = ?", (review_id,))
            session.run("DELETE FROM votes WHERE voter = ?", (voter,))
            session.run("DELETE FROM reporters WHERE reporter = ?", (voter,))
            return len(votes) + len(reports)

    # Reading

    def get(self, review_id: str) -> Review | None:
        with self._reading() as session:
            rows = session.rows(f"SELECT {_LIST} FROM reviews WHERE id = ?", (review_id,))  # noqa: S608 (our names)
        return review_of(rows[0]) if rows else None

    def page(self, query: Query) -> Page:
        columns = columns_of(query)
        at = read_place(query.after or query.before, query.sort, len(columns))
        with self._reading() as session:
            rows = session.rows(*page_statement(query, at))
            if at is not None and not rows:  # beyond the end, such as after the last reviews were removed
                at = None
                rows = session.rows(*page_statement(query, at))
            count = int(session.rows(*count_statement(query))[0][0]) if query.filtered else None
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        backward = at is not None and bool(query.before)
        if backward:
            rows.reverse()
        width = len(columns) + 1
        first, last = (place(query.sort, row[:width]) for row in (rows[0], rows[-1])) if rows else ("", "")
        return Page(
            reviews=tuple(review_of(row[width:]) for row in rows),
            next=last if backward or more else "",
            previous=first if (more if backward else at is not None) else "",
            count=count,
        )

    def summaries(self, product_ids: Sequence[str]) -> dict[str, Summary]:
        found = {product_id: Summary(product_id=product_id) for product_id in product_ids}
        if found:
            marks = ", ".join("?" * len(found))
            statement = f"SELECT product_id, {', '.join(_COUNTERS)} FROM summaries WHERE product_id IN ({marks})"  # noqa: S608
            with self._reading() as session:
                for row in session.rows(statement, list(found)):
                    found[row[0]] = _summary(row)
        return found

    def queue(self, status: Status = "pending", *, reported: bool = False, after: str = "", limit: int = 50) -> Page:
        values: list[Any] = []
        if reported:
            name, columns, compare, direction = "reported", ("reports", "created_at"), "<", "DESC"
            where = "reports > 0 AND status = 'published'"
        else:
            name, columns, compare, direction = "queue", ("created_at",), ">", "ASC"
            where = "status = ?"
            values.append(status)
        key = ", ".join((*columns, "id"))
        width = len(columns) + 1
        at = read_place(after, name, len(columns))
        if at is not None:
            where += f" AND ({key}) {compare} ({', '.join('?' * width)})"
            values += at
        order = ", ".join(f"{column} {direction}" for column in (*columns, "id"))
        with self._reading() as session:
            rows = session.rows(
                f"SELECT {key}, {_LIST} FROM reviews WHERE {where} ORDER BY {order} LIMIT {limit + 1}",  # noqa: S608
                values,
            )
        more = len(rows) > limit
        return Page(
            reviews=tuple(review_of(row[width:]) for row in rows[:limit]),
            next=place(name, rows[limit - 1][:width]) if more else "",
        )

    def of_person(self, person: str) -> list[Review]:
        if not person:
            return []
        statement = f"SELECT {_LIST} FROM reviews WHERE person = ? AND person <> '' ORDER BY created_at, id"  # noqa: S608
        with self._reading() as session:
            return [review_of(row) for row in session.rows(statement, (person,))]

    def votes_of(self, voter: str) -> dict[str, int]:
        with self._reading() as session:
            return dict(session.rows("SELECT review_id, value FROM votes WHERE voter = ?", (voter,)))

    def spent(self, token: str) -> bool:
        with self._reading() as session:
            return bool(session.rows("SELECT 1 FROM spent WHERE token = ?", (token,)))

    def history(self, subject: str) -> list[Entry]:
        statement = f"SELECT {', '.join(ENTRY)} FROM log WHERE subject = ? ORDER BY seq"  # noqa: S608 (our names)
        with self._reading() as session:
            return [entry_of(row) for row in session.rows(statement, (subject,))]

    def log(self, *, since: datetime | None = None) -> Iterator[Entry]:
        statement = f"SELECT seq, {', '.join(ENTRY)} FROM log WHERE (at, seq) > (?, ?) ORDER BY at, seq LIMIT {_STEP}"  # noqa: S608
        at, seq = (micros(since), -1) if since else (_LOWEST, -1)
        while True:
            with self._reading() as session:
                rows = session.rows(statement, (at, seq))
            for row in rows:
                entry = entry_of(row[1:])
                seq, at = row[0], micros(entry.at)
                yield entry
            if len(rows) < _STEP:
                return

    def all(self, *, status: Status | None = None, product_id: str = "") -> Iterator[Review]:
        wanted = [status] if status else get_args(Status)
        walks = [self._walk(one, product_id) for one in wanted]
        return heapq.merge(*walks, key=lambda review: (review.created_at, review.id))

    def _walk(self, status: str, product_id: str) -> Iterator[Review]:
        where, values = ("product_id = ? AND ", [product_id]) if product_id else ("", [])
        statement = (
            f"SELECT {_LIST} FROM reviews WHERE {where}status = ? AND (created_at, id) > (?, ?) "  # noqa: S608
            f"ORDER BY created_at, id LIMIT {_STEP}"
        )
        at: tuple[int, str] = (_LOWEST, "")
        while True:
            with self._reading() as session:
                rows = session.rows(statement, (*values, status, *at))
            for row in rows:
                review = review_of(row)
                at = micros(review.created_at), review.id
                yield review
            if len(rows) < _STEP:
                return

    def months(self, product_id: str) -> list[tuple[str, Summary]]:
        # By day in the database, which every dialect can divide; a month is found here.
        statement = (
            f"SELECT created_at / {_DAY}, rating, counted, count(*) FROM reviews "  # noqa: S608 (our names)
            "WHERE product_id = ? AND status = 'published' GROUP BY 1, 2, 3"
        )
        found: dict[str, Counter[str]] = {}
        with self._reading() as session:
            for day, rating, counted, count in session.rows(statement, (product_id,)):
                counters = found.setdefault(f"{moment(day * _DAY):%Y-%m}", Counter())
                counters[f"n{rating}" if counted else "elsewhere"] += count
        return [(month, Summary(product_id=product_id, **found[month])) for month in sorted(found)]

    def skew(self) -> Skew:
        with self._reading() as session:
            sums = ", ".join(f"coalesce(sum({name}), 0)" for name in _COUNTERS[:5])
            one, two, three, four, five = (int(n) for n in session.rows(f"SELECT {sums} FROM summaries")[0])  # noqa: S608
            rest = session.rows(
                "SELECT status, rating, count(*) FROM reviews WHERE status <> 'published' AND counted = 1 GROUP BY 1, 2"
            )
        published = (one, two, three, four, five)
        counts = Counter({(status, rating): int(count) for status, rating, count in rest})
        rejected = tuple(counts["rejected", rating] for rating in range(1, 6))
        submitted = tuple(
            published[rating - 1] + counts["rejected", rating] + counts["pending", rating] for rating in range(1, 6)
        )
        return Skew(submitted=submitted, published=published, rejected=rejected)  # type: ignore[arg-type]

    def recount(self, product_id: str | None = None) -> list[Summary]:
        where, values = ("", []) if product_id is None else (" WHERE product_id = ?", [product_id])
        truth: dict[str, Counter[str]] = {}
        with self._writing() as session:
            session.wait_for("")
            for product, rating, counted, status, count in session.rows(
                f"SELECT product_id, rating, counted, status, count(*) FROM reviews{where} GROUP BY 1, 2, 3, 4",  # noqa: S608
                values,
            ):
                counters = truth.setdefault(product, Counter())
                if status == "published":
                    counters[f"n{rating}" if counted else "elsewhere"] += count
            kept = {
                row[0]: _summary(row)
                for row in session.rows(f"SELECT product_id, {', '.join(_COUNTERS)} FROM summaries{where}", values)  # noqa: S608
            }
            wrong = []
            for product in sorted({*truth, *kept}):
                now_kept = kept.get(product, Summary(product_id=product))
                right = Summary(product_id=product, **truth.get(product, {}))
                if now_kept != right:
                    wrong.append(now_kept)
                    moves = Counter(
                        {(product, name): getattr(right, name) - getattr(now_kept, name) for name in _COUNTERS}
                    )
                    _move(session, moves)
        return wrong


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
    row = review_row(new)
    session.run(_SET, (*row[1:], row[0]))
    moves = Counter({key: 1 for key in _counter(new)})
    moves.subtract(_counter(old))
    _move(session, moves)
    add_entry(session, entry)
    return new


def _counter(review: Review) -> list[tuple[str, str]]:
    """Product and name of the counter in which a review is; none unless it is published."""
    if review.status != "published":
        return []
    return [(review.product_id, f"n{review.rating}" if review.provenance.counted else "elsewhere")]


def _move(session: Session, moves: Counter[tuple[str, str]]) -> None:
    """Add to counters. Products come in order, so that no two transactions wait for each other."""
    for product, name in sorted(key for key, by in moves.items() if by):
        session.run(
            f"INSERT INTO summaries(product_id, {name}) VALUES (?, ?) "  # noqa: S608 (our names)
            f"ON CONFLICT(product_id) DO UPDATE SET {name} = summaries.{name} + excluded.{name}",
            (product, moves[product, name]),
        )


def _spend(session: Session, token: str, until: datetime) -> bool:
    session.run("DELETE FROM spent WHERE until < ?", (micros(now() - _KEPT),))
    return bool(session.run("INSERT INTO spent VALUES (?, ?) ON CONFLICT DO NOTHING", (token, micros(until))))


def _dated(review: Review) -> Review:
    """A published review has a time at which it was; one that is not has none."""
    if review.status != "published":
        return replace(review, published_at=None) if review.published_at else review
    return review if review.published_at else replace(review, published_at=review.edited_at or review.created_at)


def _summary(row: Row) -> Summary:
    product_id, n1, n2, n3, n4, n5, elsewhere = row
    return Summary(product_id=product_id, n1=n1, n2=n2, n3=n3, n4=n4, n5=n5, elsewhere=elsewhere)
