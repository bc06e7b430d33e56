"""Pages of published reviews: the statement of a query, and the cursors between pages."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products.values import MAX_ID
from sharekit.reviews.sql.rows import REVIEW, tongue
from sharekit.reviews.sql.tables import FILTERS, ORDERS
from sharekit.reviews.store import MANY, Query

_COLUMNS = ", ".join(REVIEW)
_LONGEST = 4 * MAX_ID + 200
_INT64 = 2**63


def place(name: str, keys: Sequence[int | str]) -> str:
    """A cursor: which order it belongs to, and the place in it."""
    return urlsafe_b64encode(json.dumps([name, *keys], separators=(",", ":")).encode()).decode().rstrip("=")


def read_place(cursor: str, name: str, numbers: int) -> list[int | str] | None:
    """The place in a cursor: ``numbers`` whole numbers and an id; ``None`` when nobody gave it out for this order."""
    if not cursor or len(cursor) > _LONGEST or not cursor.isascii():
        return None
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != numbers + 2 or values[0] != name:
            return None
        check_text(values[-1], "id", longest=MAX_ID)
    except (ValueError, RecursionError, InvalidValueError):
        return None
    keys = values[1:-1]
    if any(type(key) is not int or not -_INT64 <= key < _INT64 for key in keys):
        return None
    return [*keys, values[-1]]


def columns_of(query: Query) -> tuple[str, ...]:
    """The numbers that a query sorts by. The rating is none of them where all have the same."""
    columns = ORDERS[query.sort]
    return columns[1:] if query.stars and query.sort in ("highest", "lowest") else columns


def page_index(query: Query, count: int) -> str:
    """The index from which a page is best read.

    Parameters:
        count: how many reviews fit the filters, as far as they were counted.
    """
    newest = query.sort == "newest" and not (query.stars or query.verified)
    # Few are found where they were counted and put in order; many lie close enough in the index of the order.
    if query.language and not query.photos and (newest or count <= MANY):
        return "reviews_language"
    if query.stars and query.sort == "helpful":
        if not (query.photos or query.verified):
            return "reviews_stars_helpful"
        if count <= MANY:
            return count_index(query)
    order = "highest" if query.stars and query.sort != "helpful" else query.sort
    return _index(query, order)


def count_index(query: Query) -> str:
    """The index in which what fits the filters is best counted."""
    if query.language and not query.photos:
        return "reviews_language"
    return _index(query, "highest" if query.stars else "newest")


def _index(query: Query, order: str) -> str:
    part = "photos_" if query.photos else "verified_" if query.verified else ""
    return f"reviews_{part}{order}"


def page_statement(query: Query, at: Sequence[int | str] | None, hint: str) -> tuple[str, list[int | str]]:
    """The statement that reads a page and one review more, and its values.

    The rows have the columns of the order in front of those of a review. For ``query.before`` they come in reverse.

    Parameters:
        at: the place to begin at.
        hint: what names the index, in the engine's words.
    """
    columns = columns_of(query)
    where, values = _where(query)
    forward = not query.before or at is None
    key = ", ".join((*columns, "id"))
    if at is not None:
        where += f" AND ({key}) {'<' if forward else '>'} ({', '.join('?' * len(at))})"
        values += at
    direction = "DESC" if forward else "ASC"
    order = ", ".join(f"{column} {direction}" for column in (*columns, "id"))
    return f"SELECT {key}, {_COLUMNS} FROM reviews{hint}{where} ORDER BY {order} LIMIT {query.limit + 1}", values  # noqa: S608


def count_statement(query: Query, hint: str) -> tuple[str, list[int | str]]:
    """The statement that counts what fits the filters, no further than one beyond ``MANY``."""
    where, values = _where(query)
    return f"SELECT count(*) FROM (SELECT 1 FROM reviews{hint}{where} LIMIT {MANY + 1}) AS fitting", values  # noqa: S608


def _where(query: Query) -> tuple[str, list[int | str]]:
    where = " WHERE product_id = ? AND status = 'published'"
    parts: list[int | str] = [query.product_id]
    if query.photos:
        where += FILTERS["photos_"]
    if query.verified:
        where += FILTERS["verified_"]
    if query.stars:
        where += " AND rating = ?"
        parts.append(query.stars)
    if query.language:
        where += " AND tongue = ?"
        parts.append(tongue(query.language))
        wanted = query.language.replace("_", "-").lower()
        if "-" in wanted:
            # Basic filtering of RFC 4647, section 3.3.1: the tag itself, or one that goes on after a hyphen.
            where += " AND substr(lower(replace(language, '_', '-')) || '-', 1, ?) = ?"
            parts += [len(wanted) + 1, wanted + "-"]
    return where, parts
