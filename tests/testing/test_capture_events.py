"""What a kit records is seen by a test at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.testing import capture_events


def test_events_of_the_block_are_seen_in_order(kit: ShareKit) -> None:
    """Those recorded alone and together, neither those before nor those after, and nested blocks see each their own."""
    kit.record("like", product_id="before")
    with capture_events(kit) as captured:
        first = kit.record("like", product_id="mug-1")
        with capture_events(kit) as inner:
            kit.record_many([Event(name="click", network="x"), Event(name="share", network="x")])
        kit.record_purchase(order_id="1001", value="39.80", currency="EUR")
        assert captured[0] == first
        assert inner.names == ["click", "share"]
    kit.record("like", product_id="after")
    assert captured.names == ["like", "click", "share", "purchase"]
    assert [event.network for event in captured[1:3]] == ["x", "x"]
    assert captured.named("share", network="x") == inner.named("share")
    assert captured.named("share", network="email") == []
    assert "1001" in repr(captured)
    captured.clear()
    assert len(captured) == 0
    assert kit.flush()


def test_events_of_browsers_are_seen(make_kit: Callable[..., ShareKit], browser_agent: str) -> None:
    """What is posted to the kit's app passes the same place."""
    from sharekit.web.http import Request

    kit = make_kit()
    headers = {"origin": "https://shop.example", "user-agent": browser_agent}
    post: dict[str, Any] = {"method": "POST", "path": "/events", "headers": headers, "host": "shop.example"}
    with capture_events(kit) as captured:
        body = b'{"name":"click","network":"x","props":{"consent":["analytics","ads"]}}'
        answer = kit._web.handle(Request(body=body, scheme="https", **post))
    assert answer.status == 202
    assert captured.names == ["click"]
    assert captured[0].props == {"consent": ["analytics", "ads"]}


def test_events_of_coroutines_are_seen(kit: ShareKit) -> None:
    """By the time that their recording was awaited."""
    with capture_events(kit) as captured:
        asyncio.run(kit.arecord("like", product_id="mug-1"))
        assert captured.names == ["like"]
