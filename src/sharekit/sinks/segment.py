"""The sink for Segment's HTTP API, which RudderStack and Jitsu speak, too.

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sharekit.events.model import Event
from sharekit.events.names import EVENT_NAMES
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Result
from sharekit.sinks.http import PROPERTIES, HttpSink, as_json, encoded, fitting, in_units
from sharekit.sinks.registry import flag

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

HOST, PATH = "api.segment.io", "/v1/batch"
MAX_EVENT = 32 * 1024
"""Bytes of one call that Segment takes."""
MAX_REQUEST = 480 * 1024
"""Bytes of calls in one request; Segment takes 500 KB, and the frame needs some."""


class SegmentSink(HttpSink):
    """Sends each event as a ``track`` call, under Segment's name where it has one and ours otherwise.

    The ``messageId`` is the event's id, by which Segment drops repetitions.

    Parameters:
        write_key: of the source.
        address: of the batch call, for services that speak the same.
    """

    name = "segment"
    max_batch = 500

    def __init__(self, write_key: str, *, address: str = f"https://{HOST}{PATH}", name: str = "") -> None:
        super().__init__(address, name=name)
        self._headers = {
            "Content-Type": "application/json",
            "Authorization": f"Basic {b64encode(f'{write_key}:'.encode()).decode()}",
        }

    @classmethod
    def from_url(cls, url: SinkUrl) -> SegmentSink:
        """``segment://WRITE_KEY@api.segment.io``; another host and path for RudderStack (``/v1/batch``) and Jitsu.

        Options: ``tls=no`` for ``http``.
        """
        given = url.options(tls=flag)
        if not url.user:
            raise ConfigError(f"{url.shown!r}: names no write key; write segment://WRITE_KEY@{HOST}.")
        scheme = "https" if given.get("tls", True) else "http"
        return cls(url.user, address=f"{scheme}://{url.host or HOST}{url.raw_path.rstrip('/') or PATH}")

    def write(self, batch: Sequence[Event]) -> Result | None:
        """Send the batch in as many requests as its bytes need."""
        calls, rejected = encoded(
            batch, track, MAX_EVENT, "is longer than {} bytes as a call, the most that Segment takes"
        )
        for group in fitting(calls, self.max_batch, MAX_REQUEST):
            body = b'{"batch":[' + b",".join(group) + b'],"sentAt":' + as_json(datetime.now(UTC).isoformat()) + b"}"
            self.post(body, headers=self._headers, compress=True)
        return Result(rejected) if rejected else None


def track(record: Mapping[str, Any]) -> dict[str, Any]:
    """An event (as :meth:`Event.as_dict`) as a ``track`` call.

    https://segment.com/docs/connections/spec/ecommerce/v2/ has the names of the properties of orders.
    """
    row = EVENT_NAMES.get(record["name"])
    properties: dict[str, Any] = {
        **record.get("props", {}),
        **{name: record[name] for name in PROPERTIES if name in record},
        "event_name": record["name"],
    }
    if "value" in record:
        properties["value"] = float(record["value"])
        if record["name"] in {"purchase", "refund"}:
            properties |= {"total": properties["value"], "revenue": properties["value"]}
    if "items" in record:
        properties["products"] = in_units(record)
    if record["name"] == "share":
        properties["share_via"] = record.get("network", "")
    page = {"url": record.get("url", ""), "referrer": record.get("referrer", "")}
    return {
        "type": "track",
        "messageId": record["id"],
        "timestamp": record["at"],
        "event": (row.segment if row else "") or record["name"],
        "anonymousId": record.get("visitor") or record["id"],  # the call needs one
        "properties": properties,
        "context": {"page": {key: value for key, value in page.items() if value}, "library": {"name": "sharekit"}},
    }
