"""What changes, leaves out or routes events before one sink.

A filter is a function that takes an :class:`Event` and returns it, another in its place, or ``None`` to leave it out of
this sink. What is left out is counted under the filter's name, so the books of the sink still add up::

    def consumers_only(event):
        return None if event.placement == "wholesale" else event


    ShareKit(..., filters={"ga4": [consumers_only, redact("referrer"), sample(0.1)]})

The same event always has to get the same answer, because a batch may be repeated: no clock, no dice, no counter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError

__all__ = ["CONSENT", "FROM_URL", "WEIGHT", "Filter", "consent", "only", "purposes", "reason_of", "redact", "sample"]

Filter = Callable[[Event], Event | None]

CONSENT = "consent"
"""Key in ``props`` of the purposes that a visitor agreed to, a list such as ``["analytics", "ads"]``."""
WEIGHT = "weight"
"""Key in ``props`` of how many events this one stands for; 1 where it is missing."""
MONEY = ("purchase", "refund")
_BLANK: Mapping[str, Any] = {
    "product_id": "", "network": "", "placement": "", "widget": "", "share_id": "", "parent_share_id": "", "url": "",
    "referrer": "", "visitor": "", "previous_visitor": "", "order_id": "", "value": None, "items": (), "props": {},
}  # fmt: skip
"""What stands in a field that was made empty. An event cannot be without the others."""


def purposes(props: Mapping[str, Any]) -> frozenset[str]:
    """What a visitor agreed to, as the event carries it; nothing unless ``props["consent"]`` is a list of names."""
    given = props.get(CONSENT)
    if not isinstance(given, list | tuple):
        return frozenset()
    return frozenset(item for item in given if isinstance(item, str))


def consent(*needed: str) -> Filter:
    """Let through events whose visitor agreed to every purpose in ``needed``.

    Sinks of advertising services have ``consent("ads")`` by themselves.
    """
    wanted = _names("consent", needed)

    def consent(event: Event) -> Event | None:
        return event if wanted <= purposes(event.props) else None

    return consent


def only(*names: str, where: Callable[[Event], bool] | None = None) -> Filter:
    """Let through events of these names, and those for which ``where`` is true: what routes an event to some sinks.

    Parameters:
        names: of events; any when there is none.
        where: asked about each event of these names.
    """
    if where is None or names:
        wanted = _names("only", names)

    def only(event: Event) -> Event | None:
        return event if (not names or event.name in wanted) and (where is None or where(event)) else None

    return only


def sample(rate: float, *, keep: Iterable[str] = MONEY) -> Filter:
    """Let through one share of the visitors with all their events; ``props["weight"]`` tells how many each stands for.

    Whoever is chosen is chosen for good and in every sink, by a hash of the visitor (or of the event, where there is
    none), so that what one visitor did stays together.

    Parameters:
        rate: share of them to let through, above 0 and at most 1.
        keep: names of events that are all let through.

    Raises:
        ConfigError: the rate is out of range.
    """
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 1:
        raise ConfigError(f"sample: {rate!r} is not a share above 0 and at most 1, such as 0.1.")
    kept = frozenset(keep)
    limit = rate * 2**64

    def sample(event: Event) -> Event | None:
        if event.name in kept:
            return event
        key = (event.visitor or event.id).encode("utf-8", "replace")
        if int.from_bytes(blake2b(key, digest_size=8, person=b"sharekit-sample").digest()) >= limit:
            return None
        weight = event.props.get(WEIGHT, 1)
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            weight = 1
        return replace(event, props={**event.props, WEIGHT: weight / rate})

    return sample


def redact(*fields: str) -> Filter:
    """Make fields of the event empty: ``"visitor"``, ``"url"``, ``"props"``, or one key of props, ``"props.email"``.

    Raises:
        ConfigError: a field that an event does not have, or cannot be without.
    """
    whole, keys = [], []
    for field in fields:
        if field.startswith("props.") and field != "props.":
            keys.append(field.removeprefix("props."))
        elif field in _BLANK:
            whole.append(field)
        else:
            raise ConfigError(f"redact: {field!r} is none of {', '.join(_BLANK)}, props.<key>.")
    if not fields:
        raise ConfigError("redact: name the fields to make empty, such as redact('url', 'props.email').")
    blank = {field: _BLANK[field] for field in whole}

    def redact(event: Event) -> Event:
        changed = dict(blank)
        if "props" not in blank and not event.props.keys().isdisjoint(keys):
            changed["props"] = {key: value for key, value in event.props.items() if key not in keys}
        return replace(event, **changed) if changed else event

    return redact


def reason_of(chosen: Filter) -> str:
    """The name under which a filter's events are counted: that of the function, or of the object's class."""
    name = getattr(chosen, "__name__", None) or type(chosen).__name__
    return "filter" if name == "<lambda>" else str(name)


def _names(what: str, names: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(names)
    if not wanted or not all(isinstance(name, str) and name for name in wanted):
        raise ConfigError(f"{what}: pass names, such as {what}('{'ads' if what == 'consent' else 'purchase'}').")
    return wanted


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


FROM_URL: Mapping[str, Callable[[str], Filter]] = {
    "only": lambda text: only(*_listed(text)),
    "consent": lambda text: consent(*_listed(text)),
    "redact": lambda text: redact(*_listed(text)),
    "sample": lambda text: sample(float(text)),
}
"""Filters as options of any sink's URL, in the order in which they work: ``jsonl:orders.jsonl?only=purchase``."""
