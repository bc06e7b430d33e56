"""An event as one row of a table, the same for every store that reports read.

Days and hours are whole numbers in the shop's time zone and money is whole minor units, so that the SQL of the reports
needs no function of a particular engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sharekit.events.model import Event
from sharekit.products import MAX_ID, Money

TEXT_COLUMNS = (
    "product_id", "network", "placement", "widget", "share_id", "parent_share_id", "url", "referrer",
    "visitor", "previous_visitor", "order_id",
)  # fmt: skip
COLUMNS = (
    "id", "schema", "name", "at", "day", "hour", *TEXT_COLUMNS, "value", "currency", "items", "bot", "gpc",
    "networks", "picture", "tag", "tags", "weight", "props",
)  # fmt: skip
"""Columns of the table ``events``, in order."""
ADDED = {
    2: {
        "picture": "TEXT NOT NULL DEFAULT ''",
        "tag": "INTEGER NOT NULL DEFAULT 0",
        "tags": "INTEGER NOT NULL DEFAULT 0",
    },
    3: {"weight": "REAL NOT NULL DEFAULT 1"},
}
"""Columns that came later, by the version of the tables that has them first."""
COUNTS = """
SELECT
    counted_by,
    day,
    name,
    CASE
        WHEN counted_by = 'product' THEN product_id
        WHEN counted_by = 'placement' THEN placement
        WHEN name = 'impression' AND networks <> '' THEN networks
        ELSE network
    END AS counted,
    weight
FROM events
CROSS JOIN (
    SELECT 'network' AS counted_by
    UNION ALL SELECT 'product' AS counted_by
    UNION ALL SELECT 'placement' AS counted_by
) AS ways
WHERE bot = 0
"""
"""What ``event_counts`` is, beside ``events`` in every store: each event that no bot made, once for each way to
count it. A view, or a table in which rows that differ in their weight only are added up."""
MAX_WEIGHT = 1_000_000
"""Most events that one sampled event stands for."""
MAX_TAG = 200
"""Highest number of a tag that reports tell apart. A posted number could be any, and each makes a line."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_QUARTER = 900_000
"""Milliseconds of a quarter of an hour: offsets of today's time zones are multiples of it."""
_DIGITS = len(str(MAX_TAG))
_BLANK: dict[str, Any] = dict.fromkeys((*TEXT_COLUMNS, "currency", "value", "items"), "") | {
    "bot": False,
    "gpc": False,
    "props": {},
}
"""What stands in the fields that an event leaves out."""
_fields = itemgetter(
    "id", "schema", "name", "at", "currency", "value", "items", "bot", "gpc", "props", *TEXT_COLUMNS
)  # all at once: this runs for every event of every store
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class RowMaker:
    """Makes rows of events.

    Parameters:
        timezone: zone in which ``day`` and ``hour`` are cut.
    """

    def __init__(self, timezone: ZoneInfo) -> None:
        self.timezone = timezone
        self._days: dict[int, tuple[int, int]] = {}

    def row(self, record: Mapping[str, Any]) -> list[Any]:
        """The values of :data:`COLUMNS` for one event, given as :meth:`Event.as_dict`."""
        id_, schema, name, moment, currency, value, items, bot, gpc, props, *texts = _fields({**_BLANK, **record})
        at = (datetime.fromisoformat(moment) - _EPOCH) // _MILLISECOND
        day, hour = self._days.get(at // _QUARTER) or self._day(at)
        return [
            id_,
            schema,
            name,
            at,
            day,
            hour,
            *texts,
            Money(value, currency).minor if currency else 0,
            currency,
            _encode(items) if items else "",
            1 if bot else 0,
            1 if gpc else 0,
            *(_told(props) if props else _NOTHING),
            _weight(props["weight"]) if "weight" in props else 1,
            _encode(props) if props else "",
        ]

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


def _told(props: Mapping[str, Any]) -> tuple[str, str, int, int]:
    """What reports ask of the properties: networks, picture, number of the tag, how many tags there are."""
    picture = props.get("picture", "")
    if not isinstance(picture, str) or not 0 < len(picture) <= MAX_ID:
        return (_networks(props), *_NOTHING[1:])
    return _networks(props), picture, _number(props.get("tag")), _number(props.get("tags"))


_NOTHING = ("", "", 0, 0)


def _number(value: object) -> int:
    """A number of a tag. Forms post it as text; what can be none is 0, which stands for the picture as a whole."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _DIGITS:
        value = int(value)
    return value if type(value) is int and 0 < value <= MAX_TAG else 0


def _weight(value: object) -> int | float:
    """How many events the row stands for, where only some of them were kept; what can be no weight is 1."""
    return value if type(value) in (int, float) and 1 <= value <= MAX_WEIGHT else 1  # type: ignore[operator,return-value]


def _networks(props: Mapping[str, Any]) -> str:
    """The networks an impression showed, joined by commas."""
    shown = props.get("networks", "")
    if isinstance(shown, str):
        return shown
    if isinstance(shown, list | tuple):
        return ",".join(map(str, shown))
    return ""
