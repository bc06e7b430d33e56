"""Signed links to products: counted without a script, and leading nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Picture, Product, ShareKit
from sharekit.exceptions import JournalError
from sharekit.products import Disclosure, ProductTag
from sharekit.sinks.store import open_store
from sharekit.web.http import Request

VALUES = {
    "k": "product", "u": "https://shop.example/p/shirt", "p": "shirt", "l": "home", "w": "tags", "g": "look-1",
    "a": "3", "o": "2", "d": "affiliate", "r": "B",
}  # fmt: skip


def link(shop: Any, **values: str) -> str:
    """Address of a link with these values."""
    return f"/go/{shop.signer.sign({name: value for name, value in (VALUES | values).items() if value})}"


def test_a_click_is_counted_and_led_on(shop: Any) -> None:
    """With picture, tag, position, disclosure and variant."""
    response = shop.ask("GET", link(shop) + "?p=abcdefghijkl")
    assert response.status == 303
    assert shop.header(response, "location") == "https://shop.example/p/shirt"
    assert shop.header(response, "cache-control") == "no-store"
    [event] = shop.events
    assert (event.name, event.product_id, event.placement, event.widget) == ("product_click", "shirt", "home", "tags")
    assert event.props == {"picture": "look-1", "tag": 3, "position": 2, "disclosure": "affiliate", "variant": "B"}
    assert event.parent_share_id == "abcdefghijkl"
    assert len(event.visitor) == 16


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999999999", "²", ""])
def test_numbers_that_are_none_are_left_out(shop: Any, number: str) -> None:
    """A token of an older page may hold anything."""
    shop.ask("GET", link(shop, a=number))
    assert "tag" not in shop.events[0].props


def test_looking_ahead_and_asking_for_the_head_count_nothing(shop: Any) -> None:
    """Only following does."""
    assert shop.ask("GET", link(shop), headers={"sec-purpose": "prefetch"}).status == 403
    assert shop.ask("HEAD", link(shop)).status == 303
    shop.ask("GET", link(shop), headers={"sec-fetch-mode": "no-cors"})
    assert shop.events == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "/p/1", ""])
def test_it_leads_to_web_pages_only(shop: Any, address: str) -> None:
    """Though nobody else can sign."""
    assert shop.ask("GET", link(shop, u=address)).status == 400


def test_a_changed_token_leads_nowhere(shop: Any) -> None:
    """No open redirect."""
    path = link(shop)
    assert shop.ask("GET", path[:-1] + ("A" if path[-1] != "A" else "B")).status == 400
    assert shop.events == []


def test_the_shopper_comes_first(shop: Any) -> None:
    """What cannot be kept is not counted, and the way goes on."""
    shop.failure = JournalError("disk full")
    assert shop.ask("GET", link(shop)).status == 303


def test_from_the_page_to_the_store(make_kit: Callable[..., ShareKit], browser_agent: str) -> None:
    """A link of a rendered picture, followed as a browser without scripts does."""
    kit = make_kit(links="redirect")
    shirt = Product(id="shirt", title="Linen shirt", url="/p/shirt")
    tag = ProductTag(shirt, 0.5, 0.5, disclosure=Disclosure("ad"))
    html = kit.product_tags(Picture("/a.jpg", 10, 10, "A man", tags=[tag]), placement="home")
    path = html.split('href="/sharekit/go/')[1].split('"')[0]
    request = Request(
        method="GET", path=f"/go/{path}", headers={"user-agent": browser_agent}, host="shop.example", scheme="https"
    )
    answer = kit.handle(request)
    assert (answer.status, dict(answer.headers)["location"]) == (303, "https://shop.example/p/shirt")
    assert kit.flush()
    store = open_store(kit.settings.store, data_dir=kit.settings.data_dir)
    [event] = [event for event in store.events() if event.name == "product_click"]
    assert event.props == {"picture": "/a.jpg", "tag": 1, "position": 1, "disclosure": "ad"}
