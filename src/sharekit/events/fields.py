"""The fields of an event that strangers fill in: each reader gives the value back, cleaned, or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

from sharekit.checks import MAX_URL
from sharekit.exceptions import EventError
from sharekit.products import MAX_ID

MAX_DEPTH = 5
"""Levels of lists and mappings in ``props``."""
MAX_AGE = timedelta(days=2)
"""How long ago a posted event may have happened; browsers hold events back while they are offline."""
MAX_AHEAD = timedelta(minutes=5)
"""How far a browser's clock may run ahead of ours."""
_MAX_NUMBER = 2**53 - 1  # beyond it JSON readers disagree (RFC 8259, section 6)
_MAX_KEY = 64
_MAX_WORD = 64
_SHOWN = 40
_SHORT_URL = 512

_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_SHARE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL = re.compile(r"(https?://)(?:[^/?#\\\s@]*@)?([^/?#\\\s@]+(?:[/?#].*)?)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def clean_url(text: str) -> str:
    """``text`` without user name and password when it is an http(s) address that an event may carry, else ``""``."""
    try:
        return url_of("url", text)
    except EventError:
        return ""


def clean_share_id(text: str) -> str:
    """``text`` when it has the form of a share id, else ``""``."""
    return text if _SHARE_ID.fullmatch(text) else ""


def text_of(field: str, value: object, longest: int = MAX_ID) -> str:
    """Text of one line, at most ``longest`` characters."""
    if isinstance(value, str) and len(value) <= longest and value.isascii() and value.isprintable():
        return value
    if not isinstance(value, str):
        raise EventError(field, f"must be text, not {kind_of(value)}.")
    if len(value) > longest:
        raise EventError(field, f"is longer than {longest} characters.")
    if _UNSEEN.search(value):
        raise EventError(field, "has a control character or half a character (a lone surrogate).")
    return value


def word_of(field: str, value: object) -> str:
    """Text of at most 64 characters."""
    return text_of(field, value, _MAX_WORD)


def share_id_of(field: str, value: object) -> str:
    """A share id, or nothing."""
    if not isinstance(value, str) or (value and not _SHARE_ID.fullmatch(value)):
        raise EventError(field, "must be at most 64 characters of A-Za-z0-9_-.")
    return value


def url_of(field: str, value: object) -> str:
    """An address without user name and password: those are nobody's business here."""
    text = text_of(field, value, MAX_URL)
    if not text:
        return text
    clean = _cached_without_user(text) if len(text) <= _SHORT_URL else _without_user(text)
    if clean is None:
        raise EventError(field, "must be an http or https address.")
    return clean


def _without_user(text: str) -> str | None:
    match = _URL.fullmatch(text)
    if match is None:
        return None
    return text if match.start(2) == match.end(1) else match[1] + match[2]


_cached_without_user = lru_cache(maxsize=2_048)(_without_user)  # the pages of a shop come again and again


def referrer_of(field: str, value: object) -> str:
    """The page before, as a browser has it: cut when very long, left out when it was an app (``android-app://``)."""
    if isinstance(value, str) and len(value) > MAX_URL:
        value = value[:MAX_URL]
    return clean_url(text_of(field, value, MAX_URL))


def id_of(value: object) -> str:
    """An event's id."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise EventError("id", "must be 8 to 64 characters of A-Za-z0-9_.- (leave it out to have one made).")
    return value


def network_of(value: object, networks: frozenset[str]) -> str:
    """A key among ``networks``, or nothing."""
    if not isinstance(value, str):
        raise EventError("network", f"must be text, not {kind_of(value)}.")
    if value and value not in networks:
        raise EventError("network", f"unknown network {shown(value)!r}.{hint(value, networks)}")
    return value


def time_of(value: object, moment: datetime) -> datetime:
    """A time in UTC, near enough to ``moment``."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= _MAX_WORD else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise EventError("at", "must be a time with its zone, such as 2026-11-21T20:00:00Z.")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if not -MAX_AGE <= at - moment <= MAX_AHEAD:
        raise EventError("at", "is more than 2 days ago or 5 minutes ahead; leave it out when the clock is not sure.")
    return at


def props_of(value: object) -> Mapping[str, Any]:
    """A mapping of JSON values that every store can keep."""
    if not isinstance(value, Mapping):
        raise EventError("props", f"must be an object, not {kind_of(value)}.")
    if value:
        _check_json(value, MAX_DEPTH)
    return value


def _check_json(value: object, levels: int) -> None:
    """Refuse what some store or JSON reader could not take."""
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            _check_storable(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > _MAX_NUMBER:
            raise EventError("props", "has a whole number beyond 9007199254740991; send it as text.")
    elif isinstance(value, float):
        if not isfinite(value):
            raise EventError("props", "has a number that is not finite.")
    elif levels <= 0:
        raise EventError("props", f"is nested more than {MAX_DEPTH} levels deep.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or len(key) > _MAX_KEY:
                raise EventError("props", f"has a key that is not text of at most {_MAX_KEY} characters.")
            _check_storable(key)
            _check_json(item, levels - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_json(item, levels - 1)
    else:
        raise EventError("props", f"has a {type(value).__name__}; pass JSON values only.")


def _check_storable(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise EventError("props", "has a null character or half a character (a lone surrogate).")


def hint(text: str, known: Iterable[str]) -> str:
    """The near one of the known names, for the end of a reason; never a list of all."""
    near = get_close_matches(text[:_SHOWN], list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def shown(text: str) -> str:
    """Foreign text as it may stand in an answer: short, one line, whole characters."""
    return _UNSEEN.sub("?", text[:_SHOWN])


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    kinds = {str: "text", dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
