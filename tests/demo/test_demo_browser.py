"""The demo in a real Chromium: a share, a visit and an order are in the report; pages are sound for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from sharekit.events.model import Event

PAGES = ["/", "/looks/", "/p/dune-mug", "/stories/", "/stories/kiln", "/basket", "/report", "/nowhere"]


def stored(app: Flask, **fields: str) -> list[Event]:
    """Events in the store that have these fields."""
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    return [
        event
        for event in kit.report._store.events()
        if all(getattr(event, name) == value for name, value in fields.items())
    ]


def test_a_share_a_visit_and_an_order_reach_the_report(demo: tuple[str, Flask], visit: Callable[..., Page]) -> None:
    """A click on a network, the shared link opened by somebody else, an order: one story under one share id."""
    address, app = demo
    page = visit(f"{address}/p/harbour-teapot")
    link = page.locator('[data-sk-placement="product"] [data-sk-network="whatsapp"]')
    with page.expect_response(re.compile("/sharekit/events")) as answer:
        link.click()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert answer.value.status == 202
    share = stored(app, name="share", network="whatsapp")[0]
    assert share.product_id == "harbour-teapot"
    assert share.placement == "product"
    assert f"sk%3D{share.share_id}" in str(link.get_attribute("href"))

    friend = visit(f"{address}/p/harbour-teapot?utm_source=whatsapp&utm_medium=social&sk={share.share_id}")
    friend.get_by_role("button", name="Put into the basket").click()
    friend.get_by_role("button", name="Place the order").click()
    friend.get_by_role("heading", name="Thank you.").wait_for()
    assert stored(app, name="visit", share_id=share.share_id)
    purchase = stored(app, name="purchase")[0]
    assert purchase.share_id == share.share_id

    rows = {row.key: row for row in app.extensions["sharekit"].report.funnel(by="network")}
    assert (rows["whatsapp"].shares, rows["whatsapp"].visits, rows["whatsapp"].purchases) == (1, 1, 1)
    friend.goto(f"{address}/report")
    assert "€89.00" in friend.locator(".step--money").inner_text()
    assert friend.locator("[data-live] th", has_text="WhatsApp").count() == 1


def test_the_report_refreshes_itself_and_can_be_paused(demo: tuple[str, Flask], visit: Callable[..., Page]) -> None:
    """Numbers appear without reloading, until the reader presses pause."""
    address, app = demo
    page = visit(f"{address}/report")
    page.get_by_text("Nothing yet").wait_for()
    kit = app.extensions["sharekit"]
    kit.record("share", product_id="dune-mug", network="x", placement="product", share_id="AbCdEf123_-x")
    page.locator("th", has_text="Dune mug").wait_for()
    page.get_by_role("button", name="Live").click()
    assert page.get_by_role("button", name="Paused").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_self_contained(
    demo: tuple[str, Flask], visit: Callable[..., Page], path: str, scheme: str
) -> None:
    """axe finds nothing, the policy blocks nothing, nothing leaves the host, nothing moves, no sideways scrolling."""
    address, app = demo
    if path == "/report":
        kit = app.extensions["sharekit"]
        kit.record("share", product_id="dune-mug", network="x", placement="product", share_id="AbCdEf123_-x")
        kit.record_purchase(order_id="1", value="24.00", currency="EUR", share_id="AbCdEf123_-x")
        assert kit.flush(10)
    for width in (320, 1280):
        page = visit(f"{address}{path}", color_scheme=scheme, viewport={"width": width, "height": 800})
        page.wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
        assert page.evaluate("blocked") == []
        assert page.outside == []  # type: ignore[attr-defined]
        assert page.evaluate("moved") == 0
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_shop_works_without_javascript(demo: tuple[str, Flask], visit: Callable[..., Page]) -> None:
    """Look, share by link, buy, read the report: all of it is plain HTML."""
    address, app = demo
    page = visit(f"{address}/p/tern-print?utm_source=x&sk=AbCdEf123_-x", java_script_enabled=False)
    links = page.locator(".sk-share a[href]")
    assert links.count() >= 8
    assert all(links.nth(place).is_visible() for place in range(links.count()))
    page.get_by_role("button", name="Put into the basket").click()
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("heading", name="Thank you.").wait_for()
    assert stored(app, name="purchase")[0].share_id == "AbCdEf123_-x"
    page.goto(f"{address}/report")
    assert "€45.00" in page.content()
    assert page.get_by_role("link", name="Refresh").is_visible()


def test_drawn_pictures_are_shown(demo: tuple[str, Flask], visit: Callable[..., Page]) -> None:
    """Every picture on the front loads and has a size."""
    page = visit(f"{demo[0]}/", viewport={"width": 1280, "height": 800})
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") > 0
