"""Which handler answers which address below ``/reviews/``."""

from __future__ import annotations

from collections.abc import Callable

from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response
from sharekit.web.reviews import confirming, ordering, reading, voices, writing

Handler = Callable[[WebContext, Request, str], Response]


def _page(show: Handler, post: Handler | None = None) -> dict[str, Handler]:
    methods = {"GET": show, "HEAD": show}
    return methods | {"POST": post} if post else methods


PLAIN: dict[str, dict[str, Handler]] = {
    "write": _page(writing.form_page, writing.write),
    "thanks": _page(voices.thanks),
    "vote": {"POST": voices.vote},
    "report": {"POST": voices.report},
    "ask": {"POST": voices.ask},
    "answer": {"POST": voices.answer},
}
"""``/reviews/<word>``."""

NAMED: dict[str, dict[str, Handler]] = {
    "list": _page(reading.section),
    "photos": _page(reading.photo),
    "order": _page(ordering.show, ordering.hand_in),
    "confirm": _page(confirming.show, confirming.confirm),
    "edit": _page(writing.edit_page, writing.edit),
}
"""``/reviews/<word>/<name>``; the name may have slashes in it, as keys of products may."""


def find(path: str) -> tuple[dict[str, Handler] | None, str]:
    """The handlers for what follows ``/reviews/``, by method, and the name at its end."""
    word, slash, name = path.partition("/")
    return (NAMED.get(word) if name else None, name) if slash else (PLAIN.get(word), "")
