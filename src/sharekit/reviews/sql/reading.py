"""How reviews are read from SQL tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, get_args

from sharekit.exceptions import UnknownNameError
from sharekit.reviews.model import Review, Status
from sharekit.reviews.sql.pages import (
    columns_of,
    count_index,
    count_statement,
    page_index,
    page_statement,
    place,
    read_place,
)
from sharekit.reviews.sql.rows import ENTRY, REVIEW, entry_of, micros, review_of
from sharekit.reviews.sql.session import Sessions
from sharekit.reviews.sql.tables import FILTERS
from sharekit.reviews.store import Entry, Page, Query

_LIST = ", ".join(REVIEW)
_STEP = 500
"""Rows that an export reads at once, so that it holds up neither memory nor a writer."""
_LOWEST = -(2**63)


class SQLReading(Sessions):
    """Pages, queues, the log, and all there is."""

    def get(self, review_id: str) -> Review | None:
        with self._reading() as session:
            rows = session.rows(f"SELECT {_LIST} FROM reviews WHERE id = ?", (review_id,))  # noqa: S608 (our names)
        return review_of(rows[0]) if rows else None

    def page(self, query: Query) -> Page:
        columns = columns_of(query)
        at = read_place(query.after or query.before, query.sort, len(columns))
        with self._reading() as session:
            count = None
            if query.filtered:
                hint = session.hint(count_index(query))
                count = int(session.rows(*count_statement(query, hint))[0][0])
            rows = []
            if count != 0:
                hint = session.hint(page_index(query, count or 0))
                rows = session.rows(*page_statement(query, at, hint))
                if at is not None and not rows:  # beyond the end, such as after the last reviews were removed
                    at = None
                    rows = session.rows(*page_statement(query, at, hint))
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

    def queue(self, status: Status = "pending", *, reported: bool = False, after: str = "", limit: int = 50) -> Page:
        values: list[Any] = []
        if reported:
            name, columns, compare, direction = "reported", ["reports", "created_at"], "<", "DESC"
            where = "reports > 0 AND status = 'published'"
        else:
            name, columns, compare, direction = "queue", ["created_at"], ">", "ASC"
            where = "status = ?"
            values.append(status)
        key = ", ".join([*columns, "id"])
        width = len(columns) + 1
        at = read_place(after, name, len(columns))
        if at is not None:
            where += f" AND ({key}) {compare} ({', '.join('?' * width)})"
            values += at
        order = ", ".join(f"{column} {direction}" for column in [*columns, "id"])
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

    def recent(self, *, stars: int = 1, photos: bool = False, verified: bool = False, limit: int = 12) -> list[Review]:
        where = "status = 'published' AND rating >= ?" + FILTERS["photos_"] * photos + FILTERS["verified_"] * verified
        statement = f"SELECT {_LIST} FROM reviews WHERE {where} ORDER BY created_at DESC, id DESC LIMIT {int(limit)}"  # noqa: S608
        with self._reading() as session:
            return [review_of(row) for row in session.rows(statement, (stars,))]

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
        known = get_args(Status)
        if status is not None and status not in known:
            raise UnknownNameError("status", str(status)[:60], known)
        return self._walk([status] if status else known, product_id)

    def _walk(self, statuses: Sequence[str], product_id: str) -> Iterator[Review]:
        statements = [_step(status, product_id) for status in statuses]
        values = [product_id] if product_id else []
        at: tuple[int, str] = (_LOWEST, "")
        more = True
        while more:
            # In one transaction, so that a review that is decided meanwhile is seen once.
            with self._reading() as session:
                rows = [row for statement in statements for row in session.rows(statement, (*values, *at))]
            found = sorted((review_of(row) for row in rows), key=lambda one: (one.created_at, one.id))[:_STEP]
            yield from found
            more = len(found) == _STEP
            if more:
                at = micros(found[-1].created_at), found[-1].id


def _step(status: str, product_id: str) -> str:
    # The status stands word for word, as partial indexes need it.
    where = "status = 'published'" if status == "published" else f"status = '{status}' AND status <> 'published'"
    return (
        f"SELECT {_LIST} FROM reviews WHERE {'product_id = ? AND ' if product_id else ''}{where} "  # noqa: S608 (our names)
        f"AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT {_STEP}"
    )
