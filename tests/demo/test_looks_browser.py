"""The look page in a real Chromium: open, follow, put into the basket, with and without JavaScript; and the report."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from sharekit.reports.tags import TagRow

Visit = Callable[..., Page]


def rows(app: Flask) -> dict[str, TagRow]:
    """The report by tag, by key."""
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    return {row.key: row for row in kit.report.funnel(by="tag")}


def leave(page: Page) -> None:
    """Have the script send what it has."""
    with page.expect_response(re.compile("/sharekit/events")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def marker(page: Page, picture: str, number: int) -> Locator:
    """The button of a tag that can be seen."""
    return page.locator(f'[data-sk-picture="{picture}"] [data-sk-tag="{number}"] > .sk-pin__button:visible')


def test_from_a_picture_to_the_report(demo: tuple[str, Flask], visit: Visit) -> None:
    """A card is opened, its product put into the basket, a link followed: each is counted once, for its tag."""
    address, app = demo
    page = visit(f"{address}/looks/", viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    with page.expect_event("console", timeout=5_000, predicate=lambda message: message.text == "seen"):
        page.evaluate(
            "document.addEventListener('sharekit:event', ({ detail: { name, props } }) => "
            "name === 'impression' && props.picture === 'breakfast' && console.log('seen'))"
        )
        page.locator('[data-sk-picture="breakfast"]').scroll_into_view_if_needed()
    marker(page, "breakfast", 4).click()
    card = page.locator(".sk-card:popover-open")
    with page.expect_response(re.compile("/basket/count")):
        card.get_by_role("button", name="Add to cart").click()
    expect(card.get_by_role("status")).to_have_text("Spring pitcher is in your cart.")
    expect(page.locator("[data-basket] .count")).to_have_text(re.compile("^1"))
    card.get_by_role("link", name="Spring pitcher").click()
    page.wait_for_url("**/p/spring-pitcher**")
    assert page.locator("h1").inner_text() == "Spring pitcher"
    page.wait_for_timeout(500)
    row = rows(app)["breakfast#4"]
    assert row.products == ("spring-pitcher",)
    assert (row.impressions, row.opens, row.clicks, row.carts) == (1, 1, 1, 1)
    page.goto(f"{address}/report")
    line = page.locator(".numbers--tags tr", has_text="The breakfast table, 4")
    assert line.locator("td").all_inner_texts()[:5] == ["Spring pitcher", "1", "1", "1", "1"]
    assert errors == ["seen"]
    assert page.outside == []  # type: ignore[attr-defined]


def test_a_whole_look_goes_into_the_basket(demo: tuple[str, Flask], visit: Visit) -> None:
    """One press, an announced result, and one event for the look as a whole."""
    address, app = demo
    page = visit(f"{address}/looks/", viewport={"width": 360, "height": 740})
    form = page.locator(".sk-look__whole")
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).not_to_be_empty()
    expect(page.locator("[data-basket] .count")).to_have_text(re.compile("^5"))
    leave(page)
    row = rows(app)["breakfast#0"]
    assert (row.carts, row.opens) == (1, 0)


def test_looks_work_without_javascript(demo: tuple[str, Flask], visit: Visit) -> None:
    """Cards open and close, their forms fill the basket, the list leads to products and into the film."""
    address, app = demo
    page = visit(f"{address}/looks/", java_script_enabled=False, viewport={"width": 390, "height": 844})
    marker(page, "sea-front", 2).click()
    card = page.locator(".sk-card:popover-open")
    card.wait_for()
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert page.locator('[data-sk-picture="slow-coffee"] .sk-look__time').nth(1).get_attribute("href").endswith("#t=5")  # type: ignore[union-attr]
    assert page.locator('[data-sk-picture="slow-coffee"] .sk-pin:visible').count() == 0
    marker(page, "sea-front", 2).click()
    card.get_by_role("button", name="Add to cart").click()
    page.wait_for_url("**/basket")
    assert "Harbour teapot" in page.locator(".lines").inner_text()
    assert rows(app)["sea-front#2"].carts == 1


def test_on_a_phone_the_picture_is_cut_and_the_list_is_not(demo: tuple[str, Flask], visit: Visit) -> None:
    """The fourth tag of the wide picture is beyond the edge of the upright one, and stays in the list."""
    for width, markers in ((360, 3), (1280, 4)):
        page = visit(f"{demo[0]}/looks/", viewport={"width": width, "height": 800})
        figure = page.locator('[data-sk-picture="sea-front"]')
        figure.scroll_into_view_if_needed()
        assert figure.locator(".sk-pin:visible").count() == markers
        assert figure.locator(".sk-look__item:visible").count() == 4


def test_the_films_tags_come_and_go(demo: tuple[str, Flask], visit: Visit) -> None:
    """The film plays to where a product is in sight; only the marker of that product is there."""
    page = visit(f"{demo[0]}/looks/", viewport={"width": 1280, "height": 900})
    film = page.locator('[data-sk-picture="slow-coffee"]')
    film.scroll_into_view_if_needed()
    assert film.locator(".sk-pin:visible").count() == 0
    film.locator(".sk-look__time").nth(1).click()
    expect(film.locator(".sk-pin:visible")).to_have_attribute("data-sk-tag", "2")
    film.locator(".sk-look__time").nth(2).click()
    expect(film.locator(".sk-pin:visible")).to_have_attribute("data-sk-tag", "3")
    size = film.locator("video").evaluate(
        "video => [video.videoWidth, video.videoHeight, Math.round(video.duration * 10)]"
    )
    assert size == [640, 800, 96]
