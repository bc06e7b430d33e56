"""The sink for PostHog's capture API: https://posthog.com/docs/api/capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Result, Retry
from sharekit.sinks.http import PROPERTIES, HttpSink, as_json, encoded, fitting, in_units
from sharekit.sinks.registry import flag

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

HOST = "us.i.posthog.com"
MAX_EVENT = 900 * 1024
MAX_REQUEST = 5 * 1024 * 1024
"""Bytes of events in one request; PostHog takes 20 MB, its own libraries send five."""


class PosthogSink(HttpSink):
    """Sends events under our names, which PostHog takes as they are, with the event's id as their ``uuid``.

    No person profile is made and no location is looked up: our visitors are pseudonyms of a day.

    Parameters:
        project_key: begins with ``phc_``.
        host: ``us.i.posthog.com``, ``eu.i.posthog.com`` or a host of one's own.
    """

    name = "posthog"
    max_batch = 1_000

    def __init__(self, project_key: str, *, host: str = HOST, tls: bool = True, name: str = "") -> None:
        super().__init__(f"{'https' if tls else 'http'}://{host}/batch/", name=name)
        self._key = project_key

    @classmethod
    def from_url(cls, url: SinkUrl) -> PosthogSink:
        """``posthog://phc_KEY@eu.i.posthog.com``. Options: ``tls=no`` for ``http``."""
        given = url.options(tls=flag)
        if not url.user:
            raise ConfigError(f"{url.shown!r}: names no project key; write posthog://phc_KEY@{HOST}.")
        return cls(url.user, host=url.host or HOST, tls=given.get("tls", True))

    def write(self, batch: Sequence[Event]) -> Result | None:
        """Send the batch in as many requests as its bytes need."""
        events, rejected = encoded(batch, capture, MAX_EVENT, "is longer than {} bytes, the most that PostHog takes")
        for group in fitting(events, self.max_batch, MAX_REQUEST):
            body = b'{"api_key":' + as_json(self._key) + b',"batch":[' + b",".join(group) + b"]}"
            data = self.post(body, headers={"Content-Type": "application/json"}, compress=True).data()
            if isinstance(data, dict) and data.get("quota_limited"):
                raise Retry(f"the project is over its quota of {', '.join(map(str, data['quota_limited']))[:100]}", 600)
        return Result(rejected) if rejected else None


def capture(record: Mapping[str, Any]) -> dict[str, Any]:
    """An event (as :meth:`Event.as_dict`) in PostHog's form."""
    properties: dict[str, Any] = {
        **record.get("props", {}),
        **{name: record[name] for name in PROPERTIES if name in record},
        "$process_person_profile": False,
        "$geoip_disable": True,
        "$lib": "sharekit",
    }
    for ours, theirs in (("url", "$current_url"), ("referrer", "$referrer")):
        if ours in record:
            properties[theirs] = record[ours]
    if "value" in record:
        properties["value"] = float(record["value"])
    if "items" in record:
        properties["items"] = in_units(record)
    return {
        "uuid": record["id"],
        "event": record["name"],
        "timestamp": record["at"],
        "distinct_id": record.get("visitor") or record["id"],
        "properties": properties,
    }
