"""What may be recorded: everything a browser posts, and every event of the shop's own code, passes here first.

All or nothing: one event with a fault refuses the whole post, so an answer never has to say which ones were kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sharekit.events.fields import (
    hint,
    id_of,
    kind_of,
    network_of,
    props_of,
    referrer_of,
    share_id_of,
    shown,
    text_of,
    time_of,
    url_of,
    word_of,
)
from sharekit.events.model import Event, Item
from sharekit.events.names import EventName
from sharekit.exceptions import EventError, did_you_mean
from sharekit.products import MAX_ID, Money

MAX_EVENTS = 100
"""Events in one post."""
MAX_EVENT_BYTES = 16 * 1024
"""Bytes of one event as JSON."""
_FEW_ITEMS = 20  # so few lines of an order never reach the limit of an event


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
    id_of(event.id)
    network_of(event.network, networks)
    for field in ("visitor", "previous_visitor", "order_id"):
        text_of(field, getattr(event, field), MAX_ID)
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
        props_of(event.props)
        _check_size(event.as_dict())


def _event(
    data: dict[str, Any],
    names: Mapping[str, EventName],
    networks: frozenset[str],
    moment: datetime,
    seen: Mapping[str, Any],
) -> Event:
    """An event as a browser posts it: nothing but the fields a browser may send, each checked.

    ``weight`` among the properties says how many events a sampled one stands for; a stranger has no say in that.
    """
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
            fields[field] = network_of(value, networks) if known else ""
        elif field == "id":
            fields[field] = id_of(value)
        elif field == "at":
            fields[field] = time_of(value, moment)
        elif field == "props":
            fields[field] = {key: item for key, item in props_of(value).items() if key != "weight"}
        elif field != "name":
            raise EventError(shown(field), f"unknown field.{hint(field, _FIELDS)}")
    return Event(name=row.name, **fields)


_READERS: dict[str, Callable[[str, object], str]] = {
    "product_id": text_of,
    "placement": text_of,
    "widget": word_of,
    "share_id": share_id_of,
    "parent_share_id": share_id_of,
    "url": url_of,
    "referrer": url_of,
}
_POSTED = _READERS | {"referrer": referrer_of}
_FIELDS = ("name", "id", "network", "at", "props", *_READERS)


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
        return f"must be text, not {kind_of(name)}."
    return f"unknown event {shown(name)!r}.{hint(name, names)}"


def _short(error: ValueError) -> str:
    return str(error)[:100]
