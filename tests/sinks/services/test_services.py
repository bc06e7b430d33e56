"""The service sinks against servers that refuse what the services' documentation says they refuse."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sharekit import Event, Item, ShareKit
from sharekit.products import Money
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.ga4 import Ga4Sink, measurement
from sharekit.sinks.http import RefusedError
from sharekit.sinks.meta import HASHED, MetaSink, conversion, hashed
from sharekit.sinks.posthog import PosthogSink, capture
from sharekit.sinks.segment import SegmentSink, track
from sharekit.sinks.webhook import ANY, WebhookSink, verify
from sharekit.testing import SinkContract

SECRET = "a secret that is long enough"
FIELDS = ("product_id", "network", "url")


class _OverHttp(SinkContract):
    """What these have in common: a server whose connections break off."""

    service: Any

    def break_connection(self, sink: Sink) -> None:
        """The next request finds the connection cut."""
        self.service.faults.append(self.broken)

    @pytest.fixture(autouse=True)
    def _start(self, serve: Callable[..., Any], answer: type) -> None:
        self.answer, self.broken = answer, answer(broken=True)
        self.kept: list[dict[str, Any]] = []
        self.service = serve(self.rule)

    def rule(self, posted: Any) -> Any:
        """What the service answers."""
        raise NotImplementedError

    def count_back(self) -> int:
        """Each copy."""
        return len(self.kept)


class TestWebhook(_OverHttp):
    """A receiver that checks the signature and drops the ids it knows."""

    def make_sink(self) -> Sink:
        return WebhookSink(f"{self.service.base}/in", secret=SECRET, allowed=ANY, compress=True)

    def rule(self, posted: Any) -> Any:
        try:
            verify(posted.headers, posted.body, SECRET)
        except ValueError as error:
            return self.answer(401, {"error": str(error)})
        known = {event["id"] for event in self.kept}
        self.kept += [event for event in posted.data if event["id"] not in known]
        return self.answer()

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {event["id"]: event for event in self.kept}


class TestSegment(_OverHttp):
    """Refuses what is over Segment's limits; drops a messageId it knows."""

    keeps = FIELDS

    def make_sink(self) -> Sink:
        return SegmentSink("key", address=f"{self.service.base}/v1/batch")

    def rejected_event(self) -> Event:
        return self.events(1, props={"text": "x" * 40_000})[0]

    def rule(self, posted: Any) -> Any:
        if posted.headers["authorization"] != "Basic " + base64.b64encode(b"key:").decode():
            return self.answer(401)
        calls = posted.data["batch"]
        good = len(posted.body) <= 500_000 and all(
            len(json.dumps(call, ensure_ascii=False).encode()) <= 32 * 1024
            and call["type"] == "track"
            and call["messageId"]
            and call["anonymousId"]
            and call["event"]
            and datetime.fromisoformat(call["timestamp"]).tzinfo
            for call in calls
        )
        if not good:
            return self.answer(400, {"success": False})
        known = {call["messageId"] for call in self.kept}
        self.kept += [call for call in calls if call["messageId"] not in known]
        return self.answer(200, {"success": True})

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            call["messageId"]: call["properties"] | {"url": call["context"]["page"].get("url", "")}
            for call in self.kept
        }


class TestPosthog(_OverHttp):
    """Refuses what is over PostHog's limits; drops a uuid it knows."""

    keeps = ("name", *FIELDS)

    def make_sink(self) -> Sink:
        return PosthogSink("phc_key", host=self.service.host, tls=False)

    def rule(self, posted: Any) -> Any:
        data = posted.data
        if posted.path != "/batch/" or data["api_key"] != "phc_key":
            return self.answer(401, {"type": "authentication_error"})
        if len(posted.body) > 20 * 1024 * 1024:
            return self.answer(413)
        for event in data["batch"]:
            UUID(event["uuid"])
            assert event["distinct_id"]
            assert len(event["distinct_id"]) <= 200
            assert event["properties"]["$process_person_profile"] is False
        known = {event["uuid"] for event in self.kept}
        self.kept += [event for event in data["batch"] if event["uuid"] not in known]
        return self.answer(200, {"status": "Ok"})

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            event["uuid"]: event["properties"]
            | {"name": event["event"], "url": event["properties"].get("$current_url", "")}
            for event in self.kept
        }


class TestGa4(_OverHttp):
    """Answers 204 to anything, as Google does, and keeps what is within the limits."""

    keeps = FIELDS
    keeps_order = False
    dedupes = False

    def make_sink(self) -> Sink:
        return Ga4Sink("G-TEST", SECRET, base=self.service.base)

    def rule(self, posted: Any) -> Any:
        assert "measurement_id=G-TEST" in posted.path
        if posted.path.startswith("/debug/"):
            return self.answer(200, {"validationMessages": []})
        data = posted.data
        allowed = (
            len(posted.body) <= 130_000
            and 0 < len(data["events"]) <= 25
            and isinstance(data["client_id"], str)
            and data["consent"]["ad_user_data"] in {"GRANTED", "DENIED"}
        )
        for event in data["events"]:
            oldest = datetime.now(UTC) - timedelta(hours=72)
            allowed &= bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", event["name"]))
            allowed &= event["timestamp_micros"] >= oldest.timestamp() * 1_000_000
            allowed &= len(event["params"]) <= 25
            for name, value in event["params"].items():
                allowed &= bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name))
                allowed &= not isinstance(value, str) or len(value) <= 100
        if allowed:
            self.kept += [event["params"] for event in data["events"]]
        return self.answer(204, b"")

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        names = {"item_id": "product_id", "method": "network", "page_location": "url"}
        return {
            params["event_id"]: {ours: params.get(theirs, "") for theirs, ours in names.items()} for params in self.kept
        }

    def test_a_broken_batch_is_not_sent_twice(self, sink: Sink) -> None:
        """Google drops no repetitions, so what went through before the break is left out of the next try."""
        events = [replace(event, visitor=f"v{number}") for number, event in enumerate(self.events(5))]
        self.service.faults += [self.answer(204, b""), self.answer(204, b""), self.broken]
        with pytest.raises(Retry):
            self.write(sink, events)
        self.write(sink, events)
        sent = [event["params"]["event_id"] for post in self.service.posts for event in post.data["events"]]
        broken = sent[2]
        assert sorted(sent) == sorted([*(event.id for event in events), broken])

    def test_consent_to_advertising_goes_with_it(self, sink: Sink) -> None:
        """Google may use for advertising only what the visitor agreed to, and never what GPC forbids."""
        events = self.events(3, props={"consent": ["ads", "analytics"]})
        events[1] = replace(events[1], props={"consent": ["analytics"]})
        events[2] = replace(events[2], gpc=True, visitor="")
        self.write(sink, events)
        words = {
            event["params"]["event_id"]: post.data["consent"]["ad_user_data"]
            for post in self.service.posts
            for event in post.data["events"]
        }
        assert [words[event.id] for event in events] == ["GRANTED", "DENIED", "DENIED"]

    def test_check_tells_what_the_validation_says(self, sink: Sink) -> None:
        """Its descriptions, for doctor."""
        wrong = {"validationMessages": [{"description": "Measurement requires an api_secret."}]}
        self.service.faults.append(self.answer(200, wrong))
        assert sink.check() == "Measurement requires an api_secret."


class TestMeta(_OverHttp):
    """Refuses a whole request for one wrong event, and drops an event_id it knows."""

    keeps = ("product_id",)

    def make_sink(self) -> Sink:
        return MetaSink("123", "token", test_code="TEST1", base=self.service.base)

    def events(self, count: int, **fields: Any) -> list[Event]:
        """Of a kind that Meta knows."""
        return super().events(count, **({"name": "add_to_cart"} | fields))

    def rejected_event(self) -> Event:
        return self.events(1, name="helpful")[0]

    def rule(self, posted: Any) -> Any:
        data = posted.data
        if data["access_token"] != "token":
            return self.answer(400, {"error": {"code": 190, "message": "Invalid OAuth access token"}})
        oldest = datetime.now(UTC) - timedelta(days=7)
        wrong = len(data["data"]) > 1_000 or data["test_event_code"] != "TEST1"
        for event in data["data"]:
            user = event["user_data"]
            wrong |= event["event_time"] < oldest.timestamp()
            wrong |= not user or any(not re.fullmatch(r"[0-9a-f]{64}", user[key]) for key in HASHED if key in user)
            wrong |= event["action_source"] == "website" and not (
                "client_user_agent" in user and event["event_source_url"].startswith("https://")
            )
        if wrong:
            return self.answer(400, {"error": {"code": 100, "error_subcode": 2804003, "message": "Invalid parameter"}})
        known = {event["event_id"] for event in self.kept}
        self.kept += [event for event in data["data"] if event["event_id"] not in known]
        return self.answer(200, {"events_received": len(data["data"])})

    def read_back(self) -> Mapping[str, Mapping[str, Any]]:
        found = {}
        for event in self.kept:
            custom = event["custom_data"]
            found[event["event_id"]] = {"product_id": custom["content_ids"][0]}
        return found

    def test_who_bought_leaves_as_a_hash(self, sink: Sink) -> None:
        """E-mail, telephone and names never travel as they are; hashes stay as they are."""
        user = {
            "em": " Ann@Shop.Example ",
            "ph": "+49 (0)30 1234-5",
            "ln": hashed("lee"),
            "client_user_agent": "Firefox",
        }
        [event] = self.events(1, props={"user": user, "consent": ["ads"]})
        self.write(sink, [event])
        [post] = self.service.posts
        sent = post.data["data"][0]
        assert b"ann" not in post.body.lower()
        assert sent["user_data"]["em"] == sha256(b"ann@shop.example").hexdigest()
        assert sent["user_data"]["ph"] == sha256(b"4903012345").hexdigest()
        assert sent["user_data"]["ln"] == hashed("lee")
        assert (sent["action_source"], sent["event_source_url"]) == ("website", event.url)

    def test_a_key_that_is_refused_costs_no_event(self) -> None:
        """Delivery waits for a good token and gives nothing up."""
        sink = MetaSink("123", "other", base=self.service.base)
        with pytest.raises(Retry, match="access token is refused"):
            sink.write(self.events(1))
        sink.close()

    @pytest.mark.parametrize("code", [1, 2, 4, 17, 613, 80_004])
    def test_limits_of_calls_pass(self, sink: Sink, code: int) -> None:
        """They come with status 400, but lie in no event."""
        self.service.faults.append(self.answer(400, {"error": {"code": code, "message": "limit reached"}}))
        with pytest.raises(Retry):
            self.write(sink, self.events(1))

    def test_one_wrong_event_is_told_from_the_rest(self, tmp_path: Path) -> None:
        """The deliverer divides a refused batch until only the culprit is a dead letter."""
        kit = ShareKit(
            base_url="https://shop.example",
            data_dir=tmp_path,
            store="sqlite:events.db",
            sinks=[self.make_sink()],
        )
        # A page of another scheme makes no website event, but the service of this test wants https there.
        user = {"client_user_agent": "Firefox"}
        fields = {"product_id": "mug", "props": {"consent": ["ads"], "user": user}}
        good = [kit.record("add_to_cart", url="https://shop.example/p", **fields) for _ in range(20)]
        bad = kit.record("add_to_cart", url="http://shop.example/p", **fields)
        good += [kit.record("add_to_cart", url="https://shop.example/p", **fields) for _ in range(20)]
        kit.flush(30)
        books = kit.status().sink("meta")
        kit.close()
        assert (books.delivered, books.rejected, books.pending) == (40, 1, 0)
        assert {event["event_id"] for event in self.kept} == {event.id for event in good}
        assert bad.id not in self.read_back()


def test_orders_have_the_words_of_each_service() -> None:
    """Money as a number, lines of the order, and the order's key, under the names each service documents."""
    order = Event(
        name="purchase",
        order_id="1001",
        value=Money("39.80", "EUR"),
        items=[Item(product_id="mug", quantity=2, price=Money("19.90", "EUR"))],
        visitor="v",
    ).as_dict()
    google = measurement(order)
    assert google["name"] == "purchase"
    assert google["params"] | {"transaction_id": "1001", "value": 39.8, "currency": "EUR"} == google["params"]
    assert google["params"]["items"] == [{"item_id": "mug", "quantity": 2, "price": 19.9}]
    call = track(order)
    assert call["event"] == "Order Completed"
    assert call["properties"] | {"order_id": "1001", "total": 39.8, "currency": "EUR"} == call["properties"]
    assert call["properties"]["products"] == [{"product_id": "mug", "quantity": 2, "price": 19.9}]
    meta = conversion(order)
    assert (meta["event_name"], meta["action_source"]) == ("Purchase", "other")
    assert meta["custom_data"]["contents"] == [{"id": "mug", "quantity": 2, "item_price": 19.9}]
    assert capture(order)["properties"] | {"order_id": "1001", "value": 39.8} == capture(order)["properties"]
    ids = {google["params"]["event_id"], call["messageId"], meta["event_id"], capture(order)["uuid"]}
    assert ids == {order["id"]}


def test_refused_requests_are_told_from_services_that_are_down(serve: Callable[..., Any], answer: type) -> None:
    """400 is the batch's fault; 401, 404, 429 and 503 are not, and a wish to wait is handed on."""
    service = serve()
    sink = SegmentSink("key", address=service.base)
    event = Event(name="share")
    for status in (400, 413, 422):
        service.faults.append(answer(status, {"why": "that"}))
        with pytest.raises(RefusedError, match="that"):
            sink.write([event])
    for status in (301, 401, 404, 408, 429, 500, 503):
        service.faults.append(answer(status, {}, {"Retry-After": "7", "Location": service.base}))
        with pytest.raises(Retry, match=str(status)) as caught:
            sink.write([event])
        assert caught.value.after == 7
    assert len(service.posts) == 10  # no redirect was followed
    sink.close()
