"""The five counters of a product, kept in the transaction of every change, and what else is counted."""

from __future__ import annotations

import json
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
_MOVE = (
    "INSERT INTO summaries(product_id, {name}) VALUES (?, ?) "
    "ON CONFLICT(product_id) DO UPDATE SET {name} = summaries.{name} + excluded.{name}"
)
_MOVE_ANSWER = (
    "INSERT INTO answer_counts(product_id, question, answer, n) VALUES (?, ?, ?, ?) "
    "ON CONFLICT(product_id, question, answer) DO UPDATE SET n = answer_counts.n + excluded.n"
)
_DAY = 86_400_000_000

Key = tuple[str, ...]
"""Which counter: product and name, or product, the shop's question and an answer to it."""
Moves = Counter[Key]
"""How far counters move."""


def keys(product_id: str, rating: int, *, counted: bool, answers: Mapping[str, str]) -> list[Key]:
    """The counters in which a published review is."""
    if not counted:
        return [(product_id, "elsewhere")]
    return [(product_id, f"n{rating}"), *((product_id, question, answer) for question, answer in answers.items())]


def keys_of(review: Review) -> list[Key]:
    """The counters in which a review is; none unless it is published."""
    if review.status != "published":
        return []
    return keys(review.product_id, review.rating, counted=review.provenance.counted, answers=review.answers)


def move(session: Session, moves: Moves) -> None:
    """Add to counters. They come in order, so that no two transactions wait for each other."""
    for key in sorted(key for key, by in moves.items() if by):
        if len(key) == 3:
            session.run(_MOVE_ANSWER, (*key, moves[key]))
        else:
            product_id, name = key
            session.run(_MOVE.replace("{name}", name), (product_id, moves[key]))


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

    def answers(self, product_id: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        with self._reading() as session:
            for question, answer, count in session.rows(
                "SELECT question, answer, n FROM answer_counts WHERE product_id = ? AND n > 0 "
                "ORDER BY question, n DESC, answer",
                (product_id,),
            ):
                found.setdefault(question, {})[answer] = count
        return found

    def months(self, product_id: str) -> list[tuple[str, Summary]]:
        found: dict[str, Counter[str]] = {}
        with self._reading() as session:
            # By day in the database, which every dialect can divide; a month is found here.
            statement = (
                f"SELECT created_at / {_DAY}, rating, counted, count(*) FROM reviews{session.hint('reviews_highest')} "  # noqa: S608
                "WHERE product_id = ? AND status = 'published' GROUP BY 1, 2, 3"
            )
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
        wrong: Moves = Counter()
        with self._writing() as session:
            session.wait_for("")
            for product, rating, counted, answers, count in session.rows(
                "SELECT product_id, rating, counted, answers, count(*) FROM reviews "  # noqa: S608 (our names)
                f"WHERE status = 'published'{only} GROUP BY 1, 2, 3, 4",
                values,
            ):
                given = json.loads(answers) if answers else {}
                for key in keys(product, rating, counted=bool(counted), answers=given):
                    wrong[key] += count
            found = session.rows(f"SELECT product_id, {_LIST} FROM summaries WHERE 1 = 1{only}", values)  # noqa: S608
            for product, *counts in found:
                wrong.subtract({(product, name): count for name, count in zip(_COUNTERS, counts, strict=True)})
            by_answer = f"SELECT product_id, question, answer, n FROM answer_counts WHERE 1 = 1{only}"  # noqa: S608
            for row in session.rows(by_answer, values):
                wrong[row[:3]] -= row[3]
            move(session, wrong)
        kept = {row[0]: _summary(row) for row in found}
        products = sorted({key[0] for key, by in wrong.items() if by})
        return [kept.get(product, Summary(product_id=product)) for product in products]


def _summary(row: Row) -> Summary:
    product_id, n1, n2, n3, n4, n5, elsewhere = row
    return Summary(product_id=product_id, n1=n1, n2=n2, n3=n3, n4=n4, n5=n5, elsewhere=elsewhere)


def _five(counts: Mapping[int, int]) -> tuple[int, int, int, int, int]:
    one, two, three, four, five = (counts.get(rating, 0) for rating in _STARS)
    return one, two, three, four, five
