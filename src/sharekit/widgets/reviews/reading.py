"""What a page of reviews shows: read from the address and from the store, once per page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args
from urllib.parse import parse_qsl, quote, urlencode

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError, ShareKitError
from sharekit.products.values import MAX_ID
from sharekit.reviews.store import Page, Query, Sort
from sharekit.reviews.summary import Summary
from sharekit.widgets.context import ReviewSource

SORT, STARS, WITH, LANGUAGE, AFTER, BEFORE = "sk-sort", "sk-stars", "sk-with", "sk-lang", "sk-after", "sk-before"
REPORT = "sk-report"
OWN = frozenset({SORT, STARS, WITH, LANGUAGE, AFTER, BEFORE, REPORT})
ANCHOR = "sk-reviews"
MAX_KEPT = 512
"""Characters of the page's other parameters that links keep; more than that nobody needs to carry around."""
_MAX_CURSOR = 512
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}\Z")
_VISIT = re.compile(r"(?:sk|utm_\w+)\Z")
"""How somebody came by the page; a link that kept it would count the visit again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for.

    Parameters:
        query: which reviews, in which order.
        usual: the order that stands in no address.
        others: the page's other parameters, which links keep.
        report: id of the review whose form of report is open; empty for none.
    """

    query: Query
    usual: Sort
    others: tuple[tuple[str, str], ...] = ()
    report: str = ""

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The parameters of the same list with some of it changed."""
        query = replace(self.query, **changes)
        own = (
            (SORT, query.sort if query.sort != self.usual else ""),
            (STARS, str(query.stars or "")),
            (WITH, ",".join(name for name in ("photos", "verified") if getattr(query, name))),
            (LANGUAGE, query.language),
            (AFTER, query.after),
            (BEFORE, query.before),
        )
        return [*self.others, *(pair for pair in own if pair[1])]

    def link(self, *, same_page: bool = False, **changes: Any) -> str:
        """Address of the same list with some of it changed.

        Parameters:
            same_page: stay on the page of the list one is on; else it begins at its first page, unless a change says
                where.
        """
        place = {} if same_page else {"after": "", "before": ""}
        return f"?{urlencode(self.pairs(**(place | changes)), safe=',', quote_via=quote)}#{ANCHOR}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A product's numbers and one page of its reviews, to be shared by :func:`reviews` and the structured data.

    Parameters:
        asked: what the address asked for.
        summary: the numbers of all its reviews.
        page: the reviews of this page.
        answers: how often each answer was given to the shop's questions.
    """

    asked: Asked
    summary: Summary
    page: Page
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read(parts: ReviewSource, product_id: str, args: Any = None, *, limit: int = 20) -> Reading:
    """Read what the address asks for: in two queries, and one more where the shop asks questions with its form."""
    store = parts.store
    asked = understand(args, product_id, usual=parts.policy.sort, limit=limit)
    return Reading(
        asked=asked,
        summary=store.summary(product_id),
        page=store.page(asked.query),
        answers=store.answers(product_id) if any(item.options for item in parts.policy.attributes) else {},
    )


def understand(args: Any, product_id: str, *, usual: Sort = "newest", limit: int = 20) -> Asked:
    """Parameters of an address as a query. What cannot be meant is left out; it is never an error.

    Parameters:
        args: a framework's mapping of parameters (Werkzeug, Starlette, Django), a mapping, pairs, or the text after
            the ``?``.
        product_id: the product.
        usual: the order when none is asked for.
        limit: reviews on a page.
    """
    pairs = list(pairs_of(args))
    given = {name: value for name, value in reversed(pairs) if name in OWN}
    with_ = given.get(WITH, "").split(",")
    language = given.get(LANGUAGE, "")
    stars = given.get(STARS, "")
    sort = given.get(SORT, "")
    after, before = (_cursor(given.get(name, "")) for name in (AFTER, BEFORE))
    query = Query(
        product_id=product_id,
        sort=sort if sort in get_args(Sort) else usual,  # type: ignore[arg-type]
        stars=int(stars) if stars in _STARS else 0,
        photos="photos" in with_,
        verified="verified" in with_,
        language=language if _TAG.match(language) else "",
        after=after,
        before="" if after else before,
        limit=limit,
    )
    return Asked(query=query, usual=usual, others=tuple(_kept(pairs)), report=given.get(REPORT, "")[:MAX_ID])


def pairs_of(args: Any) -> Iterable[tuple[str, str]]:
    """The parameters as pairs, whatever they came in."""
    if args is None:
        return
    if isinstance(args, str):
        yield from parse_qsl(args.removeprefix("?")[:8192], max_num_fields=None)
        return
    listed: Iterable[tuple[Any, Any]]
    if isinstance(args, list | tuple):
        listed = ((name, [value]) for name, value in args)
    elif hasattr(args, "lists"):  # Werkzeug, Django
        listed = args.lists()
    elif hasattr(args, "multi_items"):  # Starlette
        listed = ((name, [value]) for name, value in args.multi_items())
    elif isinstance(args, Mapping):
        listed = ((name, [value] if isinstance(value, str) else value) for name, value in args.items())
    else:
        raise InvalidValueError("args", f"pass the request's query parameters, not {type(args).__name__}.")
    for name, values in listed:
        for value in values:
            if isinstance(name, str) and isinstance(value, str):
                yield name, value


_STARS = frozenset("12345")


def _kept(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    room = MAX_KEPT
    for name, value in pairs:
        if name in OWN or _VISIT.match(name):
            continue
        room -= len(name) + len(value) + 2
        if room < 0:
            return
        try:
            yield check_text(name, "args"), check_text(value, "args")
        except ShareKitError:
            continue


def _cursor(text: str) -> str:
    return text if len(text) <= _MAX_CURSOR and text.isascii() and text.isprintable() else ""
