"""What may be recorded: everything a browser posts, and every event of the shop's own code, passes here first.

All or nothing: one event with a fault refuses the whole post, so an answer never has to say which ones were kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

from sharekit.events.model import Event, Item
from sharekit.events.names import EventName
from sharekit.exceptions import EventError, did_you_mean
from sharekit.products import MAX_ID, MAX_URL, Money

MAX_EVENTS = 100
"""Events in one post."""
MAX_EVENT_BYTES = 16 * 1024
"""Bytes of one event as JSON."""
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
_FEW_ITEMS = 20  # so few lines of an order never reach the limit of an event

_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_SHARE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL = re.compile(r"(https?://)(?:[^/?#\\\s@]*@)?([^/?#\\\s@]+(?:[/?#].*)?)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def parse_events(
    body: bytes,
    *,
    names: Mapping[str, EventName],
    networks: frozenset[str],
    seen: Mapping[str, Any] | None = None,
) -> list[Event]:
    """The events of a post: a JSON object, or a list of up to 100. Two of one id are one event.

    Parameters:
        body: strict UTF-8.
        names: the events there are; those not meant for browsers are refused.
        networks: keys of networks that may be named.
        seen: fields that the server adds to each event (``visitor``, ``bot``, ``gpc``).

    Raises:
        EventError: ``field`` is ``"body"``, a field's name, or ``"[3].name"`` for the fourth event of a list.
    """
    try:
        data = _decode(body.decode())
    except UnicodeDecodeError:
        raise EventError("body", "is not UTF-8.") from None
    except RecursionError:
        raise EventError("body", "is nested too deeply.") from None
    except ValueError as error:
        raise EventError("body", f"is not JSON ({_short(error)}).") from None
    moment = datetime.now(UTC)
    extra = seen or {}
    if isinstance(data, dict):
        if len(body) > MAX_EVENT_BYTES:
            raise EventError("body", f"is longer than the {MAX_EVENT_BYTES} bytes of one event.")
        return [_event(data, names, networks, moment, extra)]
    if not isinstance(data, list) or not data:
        raise EventError("body", "is neither an event (an object) nor a list of events.")
    if len(data) > MAX_EVENTS:
        raise EventError("body", f"holds more than {MAX_EVENTS} events; post the rest in another request.")
    events: dict[str, Event] = {}
    for number, item in enumerate(data):
        try:
            if not isinstance(item, dict):
                raise EventError("event", "is not an object.")
            event = _event(item, names, networks, moment, extra)
            if len(body) > MAX_EVENT_BYTES:
                _check_size(item)
        except EventError as error:
            field = f"[{number}]" if error.field == "event" else f"[{number}].{error.field}"
            raise EventError(field, error.problem) from None
        events.setdefault(event.id, event)
    return list(events.values())


def check_event(event: Event, names: Mapping[str, EventName], networks: frozenset[str]) -> None:
    """Refuse an event of the shop's own code that no store could keep or no report could read.

    Raises:
        EventError: ``field`` names the field at fault.
    """
    if event.name not in names:
        raise EventError("name", f"unknown event {event.name!r}.{did_you_mean(str(event.name), names)}")
    for field, read in _READERS.items():
        value = getattr(event, field)
        if value != "" and read(field, value) != value:
            raise EventError(field, "has a user name or password in it; leave them out.")
    _check_id(event.id)
    _check_network(event.network, networks)
    for field in ("visitor", "previous_visitor", "order_id"):
        _text(field, getattr(event, field), MAX_ID)
    if event.name in {"purchase", "refund"}:
        if not event.order_id:
            raise EventError("order_id", f"is empty; a {event.name} needs the shop's key of the order.")
        if event.value is None or event.value.amount < 0:
            raise EventError("value", f"a {event.name} needs what was paid (back), as Money of 0 or more.")
    if event.value is not None and not isinstance(event.value, Money):
        raise EventError("value", "pass Money(amount, currency).")
    if not all(isinstance(item, Item) for item in event.items):
        raise EventError("items", "pass a list of Item.")
    if event.props or len(event.items) > _FEW_ITEMS:
        _check_props(event.props)
        _check_size(event.as_dict())


def clean_url(text: str) -> str:
    """``text`` without user name and password when it is an http(s) address that an event may carry, else ``""``."""
    try:
        return _url("url", text)
    except EventError:
        return ""


def clean_share_id(text: str) -> str:
    """``text`` when it has the form of a share id, else ``""``."""
    return text if _SHARE_ID.fullmatch(text) else ""


def _event(
    data: dict[str, Any],
    names: Mapping[str, EventName],
    networks: frozenset[str],
    moment: datetime,
    seen: Mapping[str, Any],
) -> Event:
    """An event as a browser posts it: nothing but the fields a browser may send, each checked."""
    name = data.get("name")
    row = names.get(name) if isinstance(name, str) else None
    if row is None:
        raise EventError("name", _unknown_name(name, names))
    if not row.browser:
        raise EventError("name", f"{name} is recorded by the shop's server only, never from a browser.")
    fields: dict[str, Any] = {"at": moment, **seen}
    for field, value in data.items():
        read = _POSTED.get(field)
        if read is not None:
            fields[field] = read(field, value)
        elif field == "network":
            # A visit's network is what the address says, and anybody may have changed that.
            known = name != "visit" or not isinstance(value, str) or value in networks
            fields[field] = _check_network(value, networks) if known else ""
        elif field == "id":
            fields[field] = _check_id(value)
        elif field == "at":
            fields[field] = _time(value, moment)
        elif field == "props":
            fields[field] = _check_props(value)
        elif field != "name":
            raise EventError(_safe(field), f"unknown field.{_hint(field, _FIELDS)}")
    return Event(name=row.name, **fields)


def _text(field: str, value: object, longest: int = MAX_ID) -> str:
    if isinstance(value, str) and len(value) <= longest and value.isascii() and value.isprintable():
        return value
    if not isinstance(value, str):
        raise EventError(field, f"must be text, not {_kind(value)}.")
    if len(value) > longest:
        raise EventError(field, f"is longer than {longest} characters.")
    if _UNSEEN.search(value):
        raise EventError(field, "has a control character or half a character (a lone surrogate).")
    return value


def _word(field: str, value: object) -> str:
    return _text(field, value, _MAX_WORD)


def _share_id(field: str, value: object) -> str:
    if not isinstance(value, str) or (value and not _SHARE_ID.fullmatch(value)):
        raise EventError(field, "must be at most 64 characters of A-Za-z0-9_-.")
    return value


def _url(field: str, value: object) -> str:
    """An address without user name and password: those are nobody's business here."""
    text = _text(field, value, MAX_URL)
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


def _referrer(field: str, value: object) -> str:
    """The page before, as a browser has it: cut when very long, left out when it was an app (``android-app://``)."""
    if isinstance(value, str) and len(value) > MAX_URL:
        value = value[:MAX_URL]
    return clean_url(_text(field, value, MAX_URL))


_READERS: dict[str, Callable[[str, object], str]] = {
    "product_id": _text,
    "placement": _text,
    "widget": _word,
    "share_id": _share_id,
    "parent_share_id": _share_id,
    "url": _url,
    "referrer": _url,
}
_POSTED = _READERS | {"referrer": _referrer}
_FIELDS = ("name", "id", "network", "at", "props", *_READERS)


def _check_id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise EventError("id", "must be 8 to 64 characters of A-Za-z0-9_.- (leave it out to have one made).")
    return value


def _check_network(value: object, networks: frozenset[str]) -> str:
    if not isinstance(value, str):
        raise EventError("network", f"must be text, not {_kind(value)}.")
    if value and value not in networks:
        raise EventError("network", f"unknown network {_safe(value)!r}.{_hint(value, networks)}")
    return value


def _time(value: object, moment: datetime) -> datetime:
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


def _check_props(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise EventError("props", f"must be an object, not {_kind(value)}.")
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


def _check_size(data: Mapping[str, Any]) -> None:
    if len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) > MAX_EVENT_BYTES:
        raise EventError("event", f"is longer than the {MAX_EVENT_BYTES} bytes of one event.")


def _constant(text: str) -> None:
    raise ValueError(f"{text} is not a JSON number")


_decode = json.JSONDecoder(parse_constant=_constant).decode


def _unknown_name(name: object, names: Mapping[str, EventName]) -> str:
    if name is None:
        return "is missing."
    if not isinstance(name, str):
        return f"must be text, not {_kind(name)}."
    return f"unknown event {_safe(name)!r}.{_hint(name, names)}"


def _hint(text: str, known: Iterable[str]) -> str:
    near = get_close_matches(text[:_SHOWN], list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _safe(text: str) -> str:
    """Foreign text as it may stand in an answer: short, one line, whole characters."""
    return _UNSEEN.sub("?", text[:_SHOWN])


def _short(error: ValueError) -> str:
    return str(error)[:100]


def _kind(value: object) -> str:
    kinds = {str: "text", dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
