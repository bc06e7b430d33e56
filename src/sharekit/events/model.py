"""The event: one thing that happened, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sharekit.events.ids import event_id
from sharekit.exceptions import InvalidValueError
from sharekit.products import Money

SCHEMA = 1
"""Version of the event's fields, written with every stored event."""

_TEXTS = (
    "product_id", "network", "placement", "widget", "share_id", "parent_share_id", "url", "referrer",
    "visitor", "previous_visitor", "order_id",
)  # fmt: skip
_KEYS = tuple((name, f',"{name}":') for name in _TEXTS)
_quoted = json.encoder.encode_basestring  # texts one by one: half of what an encoder of whole mappings takes


def now() -> datetime:
    """The present, in UTC, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an order: a product, how many, and the price of one."""

    product_id: str
    quantity: int = 1
    price: Money | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.product_id, str) or not self.product_id:
            raise InvalidValueError("Item.product_id", "is empty.")
        if isinstance(self.quantity, bool) or not isinstance(self.quantity, int) or self.quantity < 1:
            raise InvalidValueError("Item.quantity", f"{self.quantity!r} is not a whole number above 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. Immutable; sinks may keep and share it between threads.

    Parameters:
        name: a key of :data:`sharekit.events.names.EVENT_NAMES`, or of the shop's own.
        id: key of deduplication in every store; a UUIDv7 when left out.
        at: when it happened; aware, kept in UTC. A naive time is refused.
        product_id: the shop's key of the product or page.
        network: key of the network, or ``copy``, ``native``, ``print``, ``qr``.
        placement: where on the page the widget stood, in the shop's words.
        widget: which widget (``share``, ``product_tags`` ...).
        share_id: the share this event belongs to; a visit carries the id it arrived with.
        parent_share_id: the share by which the person who shares had come.
        url: page it happened on.
        referrer: page before that.
        visitor: pseudonym of the day (see :mod:`sharekit.events.visitor`); empty when there is none.
        previous_visitor: yesterday's pseudonym of the same person, on purchases only, to bridge midnight.
        order_id: the shop's order, on purchases and refunds.
        value: what was paid, or paid back.
        items: lines of the order.
        bot: made by a crawler; stored, but not counted by reports.
        gpc: the browser sent ``Sec-GPC: 1``: no visitor, and never given to advertising sinks.
        props: anything else, JSON values under text keys.
    """

    name: str
    id: str = field(default_factory=event_id)
    at: datetime = field(default_factory=now)
    product_id: str = ""
    network: str = ""
    placement: str = ""
    widget: str = ""
    share_id: str = ""
    parent_share_id: str = ""
    url: str = ""
    referrer: str = ""
    visitor: str = ""
    previous_visitor: str = ""
    order_id: str = ""
    value: Money | None = None
    items: Sequence[Item] = ()
    bot: bool = False
    gpc: bool = False
    props: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.at, datetime) or self.at.tzinfo is None:
            raise InvalidValueError("Event.at", "has no time zone; pass an aware time such as datetime.now(UTC).")
        if self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", self.at.astimezone(UTC))

    def as_dict(self) -> dict[str, Any]:
        """The event as JSON values, empty fields left out. Money is text amount and currency."""
        out: dict[str, Any] = {"schema": SCHEMA, "id": self.id, "name": self.name, "at": self.at.isoformat()}
        for name in _TEXTS:
            value = getattr(self, name)
            if value:
                out[name] = value
        return out | self._rest()

    def _rest(self) -> dict[str, Any]:
        """The fields that few events have."""
        out: dict[str, Any] = {}
        if self.value is not None:
            out["value"] = str(self.value.amount)
            out["currency"] = self.value.currency
        if self.items:
            out["items"] = [_item_as_dict(item) for item in self.items]
        if self.bot:
            out["bot"] = True
        if self.gpc:
            out["gpc"] = True
        if self.props:
            out["props"] = dict(self.props)
        return out

    def as_json(self) -> str:
        """:meth:`as_dict` as one line of JSON."""
        out = f'{{"schema":{SCHEMA},"id":{_quoted(self.id)},"name":{_quoted(self.name)},"at":"{self.at.isoformat()}"'
        for name, key in _KEYS:
            value = getattr(self, name)
            if value:
                out += key + _quoted(value)
        rest = self._rest()
        return out + "," + _encode(rest)[1:] if rest else out + "}"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Event:
        """The event that :meth:`as_dict` was made of. Reads what this library wrote; it checks nothing else."""
        money = Money(data["value"], data["currency"]) if "value" in data else None
        return cls(
            name=data["name"],
            id=data["id"],
            at=datetime.fromisoformat(data["at"]),
            value=money,
            items=tuple(_item_from_dict(item) for item in data.get("items", ())),
            bot=data.get("bot", False),
            gpc=data.get("gpc", False),
            props=data.get("props", {}),
            **{name: data[name] for name in _TEXTS if name in data},
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Event:
        """The event that :meth:`as_json` was made of."""
        return cls.from_dict(json.loads(text))


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _item_as_dict(item: Item) -> dict[str, Any]:
    out: dict[str, Any] = {"product_id": item.product_id, "quantity": item.quantity}
    if item.price is not None:
        out |= {"price": str(item.price.amount), "currency": item.price.currency}
    return out


def _item_from_dict(data: Mapping[str, Any]) -> Item:
    price = Money(data["price"], data["currency"]) if "price" in data else None
    return Item(product_id=data["product_id"], quantity=data["quantity"], price=price)
