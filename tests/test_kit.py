"""The kit wires the parts: the whole road, from a rendered button to a number in a report."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sharekit import Event, Item, Money, Network, Product, Shareable, ShareKit
from sharekit.exceptions import ConfigError, DeadNetworkError, EventError, InvalidValueError, UnknownNameError
from sharekit.web.http import Request

MakeKit = Callable[..., ShareKit]


def post(kit: ShareKit, agent: str, *events: dict[str, Any], **headers: str) -> dict[str, Any]:
    """What a browser's beacon would do; returns the answer."""
    request = Request(
        method="POST",
        path="/events",
        headers={"user-agent": agent, "content-type": "text/plain"} | headers,
        body=json.dumps(list(events)).encode(),
        client="203.0.113.7",
        host="shop.example",
    )
    answer = kit.handle(request)
    assert answer.status == 202, answer
    return json.loads(answer.body)  # type: ignore[no-any-return]


def test_the_whole_road_from_a_button_to_revenue(kit: ShareKit, mug: Product, browser_agent: str) -> None:
    """Shown, shared, visited, bought: each step is counted for the network whose button it was."""
    html = str(kit.share_buttons(mug, networks=["whatsapp", "x"], placement="product"))
    link = unescape(re.search(r'href="(https://x\.com[^"]+)"', html).group(1))  # type: ignore[union-attr]
    shared = parse_qs(urlsplit(link).query)["url"][0]
    share_id = parse_qs(urlsplit(shared).query)["sk"][0]
    about = {"product_id": "mug-1", "placement": "product", "widget": "share"}
    post(kit, browser_agent, about | {"name": "impression", "props": {"networks": ["whatsapp", "x"]}})
    post(
        kit,
        browser_agent,
        *(about | {"name": name, "network": "x", "share_id": share_id} for name in ("click", "share")),
    )
    post(kit, browser_agent, {"name": "visit", "share_id": share_id, "network": "x", "url": shared})
    buyer = Request(
        method="POST", path="/", headers={"user-agent": browser_agent}, client="203.0.113.7", host="shop.example"
    )
    kit.record_purchase(order_id="1001", value="39.80", currency="EUR", items=[{"product_id": "mug-1"}], visitor=buyer)
    assert kit.flush(10)

    rows = {row.key: row for row in kit.report.funnel(by="network")}
    assert (rows["x"].impressions, rows["x"].clicks, rows["x"].shares, rows["x"].visits, rows["x"].purchases) == (
        1,
        1,
        1,
        1,
        1,
    )
    assert rows["x"].revenue == {"EUR": Decimal("39.80")}
    assert (rows["whatsapp"].impressions, rows["whatsapp"].shares) == (1, 0)
    assert kit.share_counts(mug) == {"x": 1}
    [product] = [row for row in kit.report.funnel(by="product") if row.key == "mug-1"]
    assert product.purchases == 1


def test_conservation_holds_after_the_road(kit: ShareKit, browser_agent: str) -> None:
    """Recorded is delivered, rejected, dropped or pending, for every sink."""
    post(kit, browser_agent, *({"name": "impression", "product_id": f"p{number}"} for number in range(40)))
    assert kit.flush(10)
    for sink in kit.status().sinks:
        assert sink.recorded == 40
        assert sink.recorded == sink.delivered + sink.rejected + sum(sink.dropped.values()) + sink.pending


def test_making_a_kit_touches_no_file_and_starts_no_thread(make_kit: MakeKit) -> None:
    """Importing an app's settings must not have side effects."""
    before = threading.active_count()
    kit = make_kit()
    assert not kit.settings.data_dir.exists()
    assert threading.active_count() == before


def test_the_shops_own_objects_go_through_adapt(make_kit: MakeKit) -> None:
    """Templates pass what they have; one function turns it into a product or a page."""

    def adapt(item: Any) -> Any:
        return Shareable(url=item["path"], title=item["name"]) if isinstance(item, dict) else None

    kit = make_kit(adapt=adapt)
    assert "Autumn" in kit.share_buttons({"path": "/c/autumn", "name": "Autumn"})
    with pytest.raises(InvalidValueError, match="adapt returned NoneType"):
        kit.meta(object())
    with pytest.raises(InvalidValueError, match="no adapt function"):
        make_kit().meta({"path": "/"})


def test_record_takes_a_name_or_an_event_and_returns_it_with_its_id(kit: ShareKit) -> None:
    """Both spellings keep the same thing."""
    first = kit.record("click", product_id="mug-1", network="x")
    second = kit.record(Event(name="click", id="my-own-id-1"), network="x")
    third, fourth = kit.record_many([Event(name="like"), Event(name="follow", network="x")])
    assert len({first.id, second.id, third.id, fourth.id}) == 4
    assert kit.flush(10)
    assert kit.report.totals().clicks == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "clikc"},
        {"event": "click", "network": "no such"},
        {"event": "click", "props": {"a": object()}},
        {"event": "click", "props": {"a": float("nan")}},
        {"event": "click", "product_id": 7},
        {"event": "click", "product_id": "x" * 500},
        {"event": "click", "id": "short"},
        {"event": "click", "props": {"a": "x" * 20_000}},
    ],
)
def test_an_event_that_cannot_be_kept_is_refused(kit: ShareKit, fields: dict[str, Any]) -> None:
    """The shop's own mistakes are told at once, and nothing is written."""
    event = fields.pop("event")
    with pytest.raises(EventError):
        kit.record(event, **fields)
    with pytest.raises(EventError):
        kit.record_many([Event(name="click"), Event(name=event, **fields)])
    assert not (kit.settings.data_dir / "journal").exists()


def test_a_naive_time_is_refused(kit: ShareKit) -> None:
    """A time without a zone is a different moment on every machine."""
    with pytest.raises(InvalidValueError, match=r"Event\.at"):
        kit.record("click", at=datetime(2026, 11, 21, 12))
    assert kit.record("click", at=datetime(2026, 11, 21, 12, tzinfo=UTC)).at.hour == 12


def test_orders_hold_exact_money_and_their_lines(kit: ShareKit) -> None:
    """Float is refused, and an order recorded twice counts once."""
    with pytest.raises(InvalidValueError, match="float"):
        kit.record_purchase(order_id="1", value=39.8, currency="EUR")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="order_id"):
        kit.record_purchase(order_id="", value="1", currency="EUR")
    line = Item(product_id="mug-1", quantity=2, price=Money.of("19.90", "EUR"))
    for _ in range(2):
        kit.record_purchase(order_id="1001", value="39.80", currency="EUR", items=[line])
    kit.record_refund(order_id="1001", value="19.90", currency="EUR")
    assert kit.flush(10)
    totals = kit.report.totals()
    assert (totals.purchases, totals.revenue) == (1, {"EUR": Decimal("19.90")})


def test_gpc_keeps_the_visitor_out(kit: ShareKit, browser_agent: str) -> None:
    """With Sec-GPC on, nobody gets a pseudonym, not even a buyer."""
    request = Request(
        method="GET", path="/", headers={"user-agent": browser_agent, "sec-gpc": "1"}, client="203.0.113.7"
    )
    assert not kit.visitor(request).id
    purchase = kit.record_purchase(order_id="1", value="1", currency="EUR", visitor=request)
    assert (purchase.visitor, purchase.previous_visitor, purchase.gpc) == ("", "", True)


def test_networks_are_checked_when_the_kit_is_made(make_kit: MakeKit) -> None:
    """A typing error, or a network that has closed, is told at start-up."""
    with pytest.raises(UnknownNameError, match="whatsapp"):
        make_kit(networks=["whatsap"])
    with pytest.raises(DeadNetworkError, match="2025"):
        make_kit(networks=["pocket"])
    with pytest.raises((UnknownNameError, ConfigError), match="sqlite"):
        make_kit(sinks=["sqlight:events.db"])


def test_a_network_of_the_shops_own_is_used_like_any_other(make_kit: MakeKit, mug: Product, browser_agent: str) -> None:
    """Its button is rendered, its events are taken, its numbers are reported."""
    forum = Network(
        key="forum", label="Our forum", base_url="https://forum.example/new", params={"url": "link", "text": "t"}
    )
    kit = make_kit(networks=[forum, "x"])
    assert "https://forum.example/new?link=" in kit.share_buttons(mug)
    post(kit, browser_agent, {"name": "share", "network": "forum", "product_id": "mug-1"})
    assert kit.flush(10)
    assert kit.share_counts(mug) == {"forum": 1}


def test_two_kits_in_one_process_keep_to_themselves(make_kit: MakeKit, tmp_path: Any) -> None:
    """Several shops may live in one process."""
    one, two = make_kit(data_dir=tmp_path / "one"), make_kit(data_dir=tmp_path / "two")
    one.record("click")
    assert one.flush(10)
    assert (one.report.totals().clicks, two.report.totals().clicks) == (1, 0)


def test_old_salts_are_destroyed_although_nobody_comes_by(kit: ShareKit) -> None:
    """A shop that only records purchases still forgets how yesterday's visitors were told apart."""
    kit.settings.data_dir.mkdir()
    salts = kit.settings.data_dir / "salts.json"
    salts.write_text(json.dumps({"20000": "00" * 16}))
    kit.record_purchase(order_id="1001", value="39.80", currency="EUR")
    assert kit.flush(10)
    assert "20000" not in json.loads(salts.read_text())
