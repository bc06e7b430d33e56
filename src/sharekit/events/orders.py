"""Purchases and refunds: events whose money the shop vouches for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sharekit.events.model import Event, Item
from sharekit.exceptions import InvalidValueError
from sharekit.products import Money


def order_event(
    name: str,
    *,
    order_id: str,
    value: Decimal | str | int,
    currency: str,
    items: Sequence[Item | Mapping[str, Any]] = (),
    **fields: Any,
) -> Event:
    """The event of an order that was placed, or (in part) paid back.

    Parameters:
        name: ``purchase`` or ``refund``.
        order_id: the shop's key of the order.
        value: what was paid, or paid back, in ``currency``.
        items: lines of the order: :class:`Item`, or mappings of its fields.
        fields: further fields of :class:`Event`.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it.
    """
    if not isinstance(order_id, str) or not order_id:
        raise InvalidValueError("order_id", "is empty; pass the shop's key of the order, as text.")
    lines = tuple(item if isinstance(item, Item) else Item(**item) for item in items)
    return Event(name=name, order_id=order_id, value=Money.of(value, currency), items=lines, **fields)
