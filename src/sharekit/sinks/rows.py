"""An event as one row of a table, the same for every store that reports read.

Days and hours are whole numbers in the shop's time zone and money is whole minor units, so that the SQL of the reports
needs no function of a particular engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sharekit.events.model import SCHEMA, Event
from sharekit.products import Money

TEXT_COLUMNS = (
    "product_id", "network", "placement", "widget", "share_id", "parent_share_id", "url", "referrer",
    "visitor", "previous_visitor", "order_id",
)  # fmt: skip
COLUMNS = (
    "id", "schema", "name", "at", "day", "hour", *TEXT_COLUMNS, "value", "currency", "items", "bot", "gpc",
    "networks", "props",
)  # fmt: skip
"""Columns of the table ``events``, in order."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_QUARTER = 900_000
"""Milliseconds of a quarter of an hour: offsets of today's time zones are multiples of it."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class RowMaker:
    """Makes rows of events.

    Parameters:
        timezone: zone in which ``day`` and ``hour`` are cut.
    """

    def __init__(self, timezone: ZoneInfo) -> None:
        self.timezone = timezone
        self._days: dict[int, tuple[int, int]] = {}

    def row(self, event: Event) -> tuple[Any, ...]:
        """The values of :data:`COLUMNS` for one event."""
        at = (event.at - _EPOCH) // _MILLISECOND
        day, hour = self._days.get(at // _QUARTER) or self._day(at)
        value = event.value
        props = event.props
        return (
            event.id, SCHEMA, event.name, at, day, hour,
            event.product_id, event.network, event.placement, event.widget, event.share_id, event.parent_share_id,
            event.url, event.referrer, event.visitor, event.previous_visitor, event.order_id,
            value.minor if value is not None else 0,
            value.currency if value is not None else "",
            _encode(event.as_dict()["items"]) if event.items else "",
            int(event.bot), int(event.gpc),
            _networks(props) if "networks" in props else "",
            _encode(dict(props)) if props else "",
        )  # fmt: skip

    def _day(self, at: int) -> tuple[int, int]:
        local = (_EPOCH + at * _MILLISECOND).astimezone(self.timezone)
        found = (local.year * 10_000 + local.month * 100 + local.day, local.hour)
        if len(self._days) > 1_000:
            self._days.clear()
        self._days[at // _QUARTER] = found
        return found


def event_of(row: Sequence[Any]) -> Event:
    """The event a row was made of; its time is exact to the millisecond."""
    data = dict(zip(COLUMNS, row, strict=True))
    fields: dict[str, Any] = {name: data[name] for name in TEXT_COLUMNS if data[name]}
    fields |= {"id": data["id"], "name": data["name"], "at": (_EPOCH + data["at"] * _MILLISECOND).isoformat()}
    fields |= {"bot": bool(data["bot"]), "gpc": bool(data["gpc"])}
    if data["currency"]:
        fields |= {
            "value": str(Money.from_minor(data["value"], data["currency"]).amount),
            "currency": data["currency"],
        }
    if data["items"]:
        fields["items"] = json.loads(data["items"])
    if data["props"]:
        fields["props"] = json.loads(data["props"])
    return Event.from_dict(fields)


def _networks(props: Mapping[str, Any]) -> str:
    """The networks an impression showed, joined by commas."""
    shown = props["networks"]
    if isinstance(shown, str):
        return shown
    if isinstance(shown, Sequence):
        return ",".join(str(name) for name in shown)
    return ""
