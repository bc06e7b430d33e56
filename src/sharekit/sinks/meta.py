"""The sink for Meta's Conversions API.

https://developers.facebook.com/docs/marketing-api/conversions-api/parameters has its parameters and limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sharekit.events.model import Event
from sharekit.events.names import EVENT_NAMES
from sharekit.exceptions import ConfigError
from sharekit.filters import only
from sharekit.sinks.base import Result, Retry
from sharekit.sinks.batch import records
from sharekit.sinks.http import Answer, HttpSink, RefusedError, as_json, in_units

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

BASE = "https://graph.facebook.com"
VERSION = "v23.0"
NAMES = {name: row.meta for name, row in EVENT_NAMES.items() if row.meta}
"""The events that Meta has a standard name for; no other is sent."""
USER = "user"
"""Key in ``props`` of what the shop knows about a buyer, a mapping with keys of :data:`HASHED` and :data:`PLAIN`."""
HASHED = ("em", "ph", "fn", "ln", "ct", "st", "zp", "country", "external_id")
"""E-mail, telephone, names, place, customer number: only their SHA-256 is sent."""
PLAIN = ("client_ip_address", "client_user_agent", "fbc", "fbp")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_BUSY = frozenset({1, 2, 4, 17, 32, 341, 613})
"""Codes of errors that pass: unknown and service errors, and limits of calls
(https://developers.facebook.com/docs/graph-api/guides/error-handling/)."""
_KEY = frozenset({10, 102, 190, *range(200, 300)})
"""Codes about the token and what it may do."""


class MetaSink(HttpSink):
    """Sends events of visitors who agreed to advertising, under Meta's names.

    The event's id goes with it; by that Meta drops what its own script in the browser has told already.

    The whole request fails where one event is wrong, so the deliverer divides a refused batch until it has the
    culprit. Who bought is told by hashes: of what ``props["user"]`` has, and of the visitor's pseudonym.

    Parameters:
        pixel_id: of the data set.
        token: an access token for it.
        test_code: shows the events in Meta's test tool and counts them nowhere else.
        version: of the Graph API.
        base: address of another server that speaks the protocol.
    """

    name = "meta"
    max_batch = 1_000
    max_age = timedelta(days=7)
    advertising = True
    filters = (only(*NAMES),)

    def __init__(
        self,
        pixel_id: str,
        token: str,
        *,
        test_code: str = "",
        version: str = VERSION,
        base: str = BASE,
        name: str = "",
    ) -> None:
        super().__init__(f"{base}/{quote(version)}/{quote(pixel_id)}/events", name=name, timeout=10.0)
        self._frame = {"access_token": token} | ({"test_event_code": test_code} if test_code else {})

    @classmethod
    def from_url(cls, url: SinkUrl) -> MetaSink:
        """``meta://PIXEL_ID?token=...``. Options: ``token``, ``test_code``, ``version``."""
        given = url.options(token=str, test_code=str, version=str)
        if not url.host or not given.get("token"):
            raise ConfigError(f"{url.shown!r}: write meta://PIXEL_ID?token=... with an access token.")
        return cls(
            url.host, given["token"], test_code=given.get("test_code", ""), version=given.get("version", VERSION)
        )

    def write(self, batch: Sequence[Event]) -> Result | None:
        """Send the batch."""
        rejected: dict[str, str] = {}
        data = []
        for record in records(batch):
            if record["name"] not in NAMES:
                rejected[record["id"]] = f"Meta has no standard event for {record['name']}"
            else:
                data.append(conversion(record))
        if data:
            body = as_json({"data": data, **self._frame})
            answer, wait = self.exchange(body, headers={"Content-Type": "application/json"})
            _judge(answer, wait)
        return Result(rejected) if rejected else None


def conversion(record: Mapping[str, Any]) -> dict[str, Any]:
    """An event (as :meth:`Event.as_dict`) in Meta's form. What could tell who somebody is leaves only as a hash."""
    given = record.get("props", {}).get(USER)
    user = _user(given if isinstance(given, Mapping) else {}, record.get("visitor") or record["id"])
    custom: dict[str, Any] = {}
    if "value" in record:
        custom |= {"value": float(record["value"]), "currency": record["currency"]}
    if "items" in record:
        items = in_units(record)
        custom["content_ids"] = [item["product_id"] for item in items]
        custom["contents"] = [
            {"id": item["product_id"], "quantity": item["quantity"]}
            | ({"item_price": item["price"]} if "price" in item else {})
            for item in items
        ]
        custom["content_type"] = "product"
    elif "product_id" in record:
        custom |= {"content_ids": [record["product_id"]], "content_type": "product"}
    if "order_id" in record:
        custom["order_id"] = record["order_id"]
    url = record.get("url", "")
    # Meta wants the browser's name and the page for what it calls a website event.
    website = "client_user_agent" in user and url.startswith(("http://", "https://"))
    event = {
        "event_name": NAMES[record["name"]],
        "event_time": int(datetime.fromisoformat(record["at"]).timestamp()),
        "event_id": record["id"],
        "action_source": "website" if website else "other",
        "user_data": user,
    }
    return event | ({"event_source_url": url} if website else {}) | ({"custom_data": custom} if custom else {})


def hashed(value: str, key: str = "em") -> str:
    """SHA-256 of an e-mail address, telephone number or name, brought into Meta's form before.

    Parameters:
        value: as it is written; a hash stays as it is.
        key: what it is, of :data:`HASHED`. Of a telephone number only the digits count (with the country's code).
    """
    text = value.strip().lower()
    if _DIGEST.match(text):
        return text
    if key == "ph":
        text = re.sub(r"\D", "", text).lstrip("0")
    elif key in {"ct", "st", "zp", "country"}:
        text = re.sub(r"[\s\W]", "", text)
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _user(given: Mapping[str, Any], visitor: str) -> dict[str, Any]:
    user: dict[str, Any] = {
        key: hashed(given[key], key) for key in HASHED if isinstance(given.get(key), str) and given[key].strip()
    }
    user |= {key: given[key] for key in PLAIN if isinstance(given.get(key), str) and given[key]}
    user.setdefault("external_id", hashed(visitor, "external_id"))
    return user


def _judge(answer: Answer, wait: float | None) -> None:
    """Nothing for a good answer; else an error that tells the deliverer what to do."""
    data = answer.data()
    error = data.get("error") if isinstance(data, dict) else None
    if answer.status == 200 and not error:
        return
    error = error if isinstance(error, dict) else {}
    said = str(error.get("error_user_msg") or error.get("message") or answer.text)[:300]
    code = error.get("code")
    if code in _KEY:
        raise Retry(f"the access token is refused ({said})", wait)
    if answer.status == 400 and code not in _BUSY and not (isinstance(code, int) and 80_000 <= code < 81_000):
        raise RefusedError(answer.status, said)
    raise Retry(f"answered {answer.status}: {said}", wait)
