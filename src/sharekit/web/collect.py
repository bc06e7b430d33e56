"""``POST /events``: what the script saw. The answer is 202 only when every event of the post is kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

from sharekit.events.model import Event
from sharekit.events.validation import parse_events
from sharekit.exceptions import EventError, JournalError
from sharekit.web.context import WebContext, asks_for_privacy
from sharekit.web.http import MAX_BODY, Request, Response, json_response, refuse, too_large
from sharekit.web.security import limit_key

RETRY_AFTER_FAILURE = 5
"""Seconds after which a post may be tried again when the journal could not keep it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Events that passed every check, and the answer to give once they are kept."""

    events: list[Event]
    answer: Response


def collect(context: WebContext, request: Request) -> Response | Posted:
    """Check a post of events. Nothing is kept here; see :func:`keep`."""
    if len(request.body) > MAX_BODY:
        return too_large()
    headers = request.headers
    gate = context.gate
    refusal = gate.refusal(request)
    if refusal is not None:
        return refusal
    if not _is_json(headers.get("content-type", "")) or headers.get("content-encoding", "identity") != "identity":
        return refuse(415, "unsupported_type", "Post JSON in UTF-8, as application/json or text/plain, not compressed.")
    agent = headers.get("user-agent", "")
    address = gate.client(request)
    place = limit_key(address)
    wait = context.limit.take(place, agent)
    if wait:
        return _too_many(wait)
    private = asks_for_privacy(request)
    seen: dict[str, Any] = {
        "visitor": "" if private else context.visitors.identify(address, agent, request.host).id,
        "bot": context.bots.is_bot(agent),
        "gpc": private,
    }
    try:
        events = parse_events(request.body, names=context.names, networks=context.event_networks, seen=seen)
    except EventError as error:
        return refuse(400, "bad_event", str(error))
    if len(events) > 1:
        wait = context.limit.take(place, agent, len(events) - 1, taken=1)
        if wait:
            return _too_many(wait)
    return Posted(events, _accepted(len(events), gate.cors(request)))


def keep(context: WebContext, posted: Posted) -> Response:
    """Keep checked events and give their answer: 503 when the journal could not keep them."""
    try:
        context.record_many(posted.events)
    except JournalError as error:
        return not_kept(error)
    return posted.answer


def not_kept(error: JournalError) -> Response:
    """The answer when nothing was kept. The cause goes to the log of the journal, not to a browser."""
    return refuse(
        503,
        "not_kept",
        "The events could not be kept; post them again later.",
        ("retry-after", str(RETRY_AFTER_FAILURE)),
    )


def preflight(context: WebContext, request: Request) -> Response:
    """``OPTIONS``: what a page of an allowed origin may post (https://fetch.spec.whatwg.org/#cors-preflight-fetch)."""
    headers = [("allow", "POST, OPTIONS"), *context.gate.cors(request)]
    if len(headers) > 1:
        headers += [
            ("access-control-allow-methods", "POST"),
            ("access-control-allow-headers", "content-type"),
            ("access-control-max-age", "86400"),
        ]
    return Response(status=204, headers=tuple(headers))


@lru_cache(maxsize=128)
def _accepted(count: int, cors: tuple[tuple[str, str], ...]) -> Response:
    return json_response(202, {"accepted": count}, *cors)


def _too_many(wait: float) -> Response:
    return refuse(
        429, "too_many", "Too many events from one visitor; see Retry-After.", ("retry-after", str(ceil(wait)))
    )


def _is_json(content_type: str) -> bool:
    return content_type in _PLAIN_TYPES or (len(content_type) <= 100 and _names_json(content_type))


_PLAIN_TYPES = frozenset({"", "application/json", "text/plain", "text/plain;charset=UTF-8"})


@lru_cache(maxsize=64)
def _names_json(content_type: str) -> bool:
    kind, _, rest = content_type.lower().partition(";")
    charset = rest.replace(" ", "").replace('"', "")
    return kind.strip() in {"application/json", "text/plain"} and charset in {"", "charset=utf-8", "charset=utf8"}
