"""The five counters of a product, kept in the transaction of every change, and what else is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sharekit.reviews.model import Review
from sharekit.reviews.sql.rows import Row, moment
from sharekit.reviews.sql.session import Session, Sessions
from sharekit.reviews.store import Skew
from sharekit.reviews.summary import Summary

_COUNTERS = ("n1", "n2", "n3", "n4", "n5", "elsewhere")
_LIST = ", ".join(_COUNTERS)
_STARS = range(1, 6)
_DAY = 86_400_000_000

Moves = Counter[tuple[str, str]]
"""How far counters move, by product and name of the counter."""


def counter(review: Review) -> list[tuple[str, str]]:
    """Product and name of the counter in which a review is; none unless it is published."""
    if review.status != "published":
        return []
    return [(review.product_id, f"n{review.rating}" if review.provenance.counted else "elsewhere")]


def move(session: Session, moves: Moves) -> None:
    """Add to counters. Products come in order, so that no two transactions wait for each other."""
    for product, name in sorted(key for key, by in moves.items() if by):
        session.run(
            f"INSERT INTO summaries(product_id, {name}) VALUES (?, ?) "  # noqa: S608 (our names)
            f"ON CONFLICT(product_id) DO UPDATE SET {name} = summaries.{name} + excluded.{name}",
            (product, moves[product, name]),
        )


class SQLCounting(Sessions):
    """Summaries, months, skew, and the proof that the counters are right."""

    def summaries(self, product_ids: Sequence[str]) -> dict[str, Summary]:
        found = {product_id: Summary(product_id=product_id) for product_id in product_ids}
        if found:
            marks = ", ".join("?" * len(found))
            statement = f"SELECT product_id, {_LIST} FROM summaries WHERE product_id IN ({marks})"  # noqa: S608
            with self._reading() as session:
                for row in session.rows(statement, list(found)):
                    found[row[0]] = _summary(row)
        return found

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
        sums = ", ".join(f"coalesce(sum({name}), 0)" for name in _COUNTERS[:5])
        with self._reading() as session:
            published = session.rows(f"SELECT {sums} FROM summaries")[0]  # noqa: S608 (our names)
            rest = session.rows(
                "SELECT status, rating, count(*) FROM reviews WHERE status <> 'published' AND counted = 1 GROUP BY 1, 2"
            )
        shown = _five({rating: int(count) for rating, count in enumerate(published, start=1)})
        pending = _five({rating: count for status, rating, count in rest if status == "pending"})
        rejected = _five({rating: count for status, rating, count in rest if status == "rejected"})
        submitted = _five({rating: shown[rating - 1] + pending[rating - 1] + rejected[rating - 1] for rating in _STARS})
        return Skew(submitted=submitted, published=shown, rejected=rejected)

    def recount(self, product_id: str | None = None) -> list[Summary]:
        only, values = ("", []) if product_id is None else (" AND product_id = ?", [product_id])
        right: dict[str, Counter[str]] = {}
        wrong: list[Summary] = []
        with self._writing() as session:
            session.wait_for("")
            for product, rating, counted, count in session.rows(
                "SELECT product_id, rating, counted, count(*) FROM reviews "  # noqa: S608 (our names)
                f"WHERE status = 'published'{only} GROUP BY 1, 2, 3",
                values,
            ):
                right.setdefault(product, Counter())[f"n{rating}" if counted else "elsewhere"] += count
            found = session.rows(f"SELECT product_id, {_LIST} FROM summaries WHERE 1 = 1{only}", values)  # noqa: S608
            kept = {row[0]: _summary(row) for row in found}
            for product in sorted({*right, *kept}):
                is_now = kept.get(product, Summary(product_id=product))
                should = Summary(product_id=product, **right.get(product, Counter()))
                if is_now != should:
                    wrong.append(is_now)
                    move(session, Counter({(product, n): getattr(should, n) - getattr(is_now, n) for n in _COUNTERS}))
        return wrong


def _summary(row: Row) -> Summary:
    product_id, n1, n2, n3, n4, n5, elsewhere = row
    return Summary(product_id=product_id, n1=n1, n2=n2, n3=n3, n4=n4, n5=n5, elsewhere=elsewhere)


def _five(counts: Mapping[int, int]) -> tuple[int, int, int, int, int]:
    one, two, three, four, five = (counts.get(rating, 0) for rating in _STARS)
    return one, two, three, four, five
