"""The sink for Google Analytics 4, by its Measurement Protocol.

https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events has the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sharekit.events.model import Event
from sharekit.events.names import EVENT_NAMES
from sharekit.exceptions import ConfigError
from sharekit.filters import consent, purposes
from sharekit.sinks.batch import records
from sharekit.sinks.http import HttpSink, as_json, fitting, in_units
from sharekit.sinks.registry import flag

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

HOSTS = {"us": "www.google-analytics.com", "eu": "region1.google-analytics.com"}
MAX_EVENTS = 25
MAX_REQUEST = 120_000
"""Bytes of events in one request; Google takes 130 kB in all."""
MAX_PARAMS, MAX_NAME, MAX_VALUE = 25, 40, 100
MAX_ITEMS = 200
_NAME = re.compile(r"[^A-Za-z0-9_]")
_PARAMS = {
    "product_id": "item_id", "network": "method", "placement": "creative_slot", "widget": "content_type",
    "share_id": "share_id", "url": "page_location", "referrer": "page_referrer", "order_id": "transaction_id",
    "currency": "currency",
}  # fmt: skip
"""Our fields and Google's parameters."""


class Ga4Sink(HttpSink):
    """Sends events of visitors who agreed to analytics, under Google's names.

    Google answers that all is well whatever it was sent, and knows no repetitions but of purchases
    (``transaction_id``). So what was sent of a batch that broke off is remembered in this process and not sent
    again; after a crash some events may be counted twice there. :meth:`check` asks Google's validation.

    Parameters:
        measurement_id: of the stream, ``G-...``.
        secret: an API secret of the stream.
        region: ``"us"``, or ``"eu"`` to have the data collected in Europe.
        ask_consent: send only events whose visitor agreed to ``"analytics"``. ``False`` is for shops that record none
            without consent.
        base: address of another server that speaks the protocol.
    """

    name = "ga4"
    max_batch = 500
    max_age = timedelta(hours=72)

    def __init__(
        self,
        measurement_id: str,
        secret: str,
        *,
        region: str = "us",
        ask_consent: bool = True,
        base: str = "",
        name: str = "",
    ) -> None:
        if region not in HOSTS:
            raise ConfigError(f"ga4: region {region!r} is not one of {', '.join(HOSTS)}.")
        self._base = base or f"https://{HOSTS[region]}"
        self._query = urlencode({"measurement_id": measurement_id, "api_secret": secret})
        super().__init__(f"{self._base}/mp/collect?{self._query}", name=name)
        self.filters = (consent("analytics"),) if ask_consent else ()
        self._sent: set[str] = set()

    @classmethod
    def from_url(cls, url: SinkUrl) -> Ga4Sink:
        """``ga4://G-XXXX?secret=...``. Options: ``secret``, ``region=eu``, ``ask_consent=no``."""
        given = url.options(secret=str, region=str, ask_consent=flag)
        if not url.host or not given.get("secret"):
            raise ConfigError(f"{url.shown!r}: write ga4://G-XXXXXXX?secret=... with an API secret of the stream.")
        return cls(
            url.host, given["secret"], region=given.get("region", "us"), ask_consent=given.get("ask_consent", True)
        )

    def write(self, batch: Sequence[Event]) -> None:
        """Send the batch, one visitor at a time, because a request speaks for one."""
        for visitor, granted, group in _by_visitor(batch, self._sent):
            for ids, body in _bodies(visitor, granted, group):
                self.post(body, headers={"Content-Type": "application/json"})
                self._sent.update(ids)
        self._sent.clear()

    def check(self) -> str | None:
        """What Google's validation says of a purchase; nothing is counted by it. It does not look at the secret."""
        sample = {
            "id": "check", "name": "purchase", "at": "2026-01-01T00:00:00+00:00", "order_id": "check", "value": "1.00",
            "currency": "EUR", "items": [{"product_id": "check", "quantity": 1}],
        }  # fmt: skip
        event = measurement(sample)
        del event["timestamp_micros"]
        answer = self.post(
            as_json({"client_id": "sharekit.check", "events": [event]}),
            headers={"Content-Type": "application/json"},
            address=f"{self._base}/debug/mp/collect?{self._query}",
        ).data()
        messages = answer.get("validationMessages") if isinstance(answer, dict) else None
        if not isinstance(messages, list):
            return "the validation answered something else than was expected."
        return "; ".join(str(message.get("description", message))[:200] for message in messages) or None


def measurement(record: Mapping[str, Any]) -> dict[str, Any]:
    """An event (as :meth:`Event.as_dict`) in Google's form, within its limits."""
    row = EVENT_NAMES.get(record["name"])
    at = datetime.fromisoformat(record["at"])
    params: dict[str, Any] = {"engagement_time_msec": 1, "event_id": record["id"]}
    for ours, theirs in _PARAMS.items():
        if ours in record:
            params[theirs] = str(record[ours])[:MAX_VALUE]
    if "value" in record:
        params["value"] = float(record["value"])
    if "items" in record:
        params["items"] = [
            {"item_id": item.pop("product_id")[:MAX_VALUE], **item} for item in in_units(record)[:MAX_ITEMS]
        ]
    for key, value in record.get("props", {}).items():
        name = _NAME.sub("_", key)[:MAX_NAME]
        if (
            len(params) < MAX_PARAMS
            and name[:1].isalpha()
            and name not in params
            and isinstance(value, str | int | float)
        ):
            params[name] = value[:MAX_VALUE] if isinstance(value, str) else value
    return {
        "name": (row.ga4 if row else "") or _NAME.sub("_", record["name"])[:MAX_NAME],
        "timestamp_micros": round(at.timestamp() * 1_000_000),
        "params": params,
    }


def _by_visitor(batch: Sequence[Event], sent: set[str]) -> Iterator[tuple[str, bool, list[Mapping[str, Any]]]]:
    """The events that were not sent yet, of each visitor those with and without consent to advertising."""
    groups: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
    for record in records(batch):
        if record["id"] not in sent:
            granted = "ads" in purposes(record.get("props", {})) and not record.get("gpc")
            groups.setdefault((record.get("visitor") or record["id"], granted), []).append(record)
    for (visitor, granted), group in groups.items():
        yield visitor, granted, group


def _bodies(visitor: str, granted: bool, group: Sequence[Mapping[str, Any]]) -> Iterator[tuple[list[str], bytes]]:
    """The requests for a visitor's events, each with the ids in it."""
    word = "GRANTED" if granted else "DENIED"
    head = {"client_id": visitor, "consent": {"ad_user_data": word, "ad_personalization": word}}
    start = as_json(head)[:-1]
    ids = [record["id"] for record in group]
    place = 0
    for pieces in fitting((as_json(measurement(record)) for record in group), MAX_EVENTS, MAX_REQUEST):
        yield ids[place : place + len(pieces)], start + b',"events":[' + b",".join(pieces) + b"]}"
        place += len(pieces)
