"""What is counted of product tags, what goes into the cart, and what a video shows when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

import sharekit.demo
from sharekit.products import Cta, Disclosure, Picture, ProductTag, Track, Video

if TYPE_CHECKING:
    from tests.browser.tags.conftest import Studio, Window

CART = Cta("add_to_cart", action="/cart/add", fields={"product": "{id}", "note": "für dich & mich"})


def look(studio: Studio, **options: Any) -> str:
    """Two tags: an advertisement, and two products at one point."""
    return studio.html(
        Picture(
            "/img/1200x800.png",
            1200,
            800,
            "A table by the sea",
            id="table",
            tags=[
                ProductTag(studio.product(1), 0.3, 0.3, disclosure=Disclosure("ad", by="Marram")),
                ProductTag([studio.product(2), studio.product(3)], 0.7, 0.6, label="Two shirts"),
            ],
        ),
        **({"placement": "home", "variant": "b"} | options),
    )


def props(event: Any) -> dict[str, Any]:
    """The props of an event, without those that say nothing."""
    return {name: value for name, value in event.props.items() if value not in ("", None)}


def test_an_impression_names_the_picture(studio: Studio, visit: Callable[..., Page]) -> None:
    """Once per picture and place of the page, with the number of its tags."""
    studio.show(look(studio) + look(studio, placement="below"))
    page = visit(viewport={"width": 1280, "height": 2400})
    events = studio.shop.wait_for(page, "impression", 2)
    assert [(event.widget, event.placement) for event in events] == [("tags", "home"), ("tags", "below")]
    for event in events:
        assert props(event) == {"picture": "table", "tags": 2, "variant": "b"}


def test_what_is_opened_and_followed(studio: Studio, visit: Callable[..., Page]) -> None:
    """An opened card and a followed link carry the tag, the product and the interest behind it."""
    studio.shop.pages["/p/3"] = "<title>Shirt</title>"
    studio.show(look(studio))
    page = visit()
    page.locator(".sk-pin__button").nth(0).click()
    page.locator(".sk-pin__button").nth(1).click()
    page.get_by_role("group", name="Two shirts").get_by_role("link", name="Linen shirt 3", exact=True).click()
    page.wait_for_url("**/p/3")
    first, second = studio.shop.wait_for(page, "tag_open", 2)
    assert first.product_id == "shirt-1"
    assert props(first) == {"picture": "table", "tag": 1, "position": 1, "disclosure": "ad", "variant": "b"}
    assert props(second) == {"picture": "table", "tag": 2, "position": 1, "variant": "b"}
    [click] = studio.shop.wait_for(page, "product_click")
    assert (click.widget, click.placement, click.product_id) == ("tags", "home", "shirt-3")
    assert props(click) == {"picture": "table", "tag": 2, "position": 2, "variant": "b"}


def test_links_of_the_list_count_too_and_redirects_only_at_the_server(
    studio: Studio, visit: Callable[..., Page]
) -> None:
    """A link that leads through the server is counted there, once."""
    for path in ("/p/1", "/p/2"):
        studio.shop.pages[path] = "<title>Shirt</title>"
    studio.show(look(studio) + look(studio, links="redirect", placement="counted"))
    page = visit()
    links = page.locator(".sk-look__items a")
    links.nth(0).click()
    page.wait_for_url("**/p/1")
    [event] = studio.shop.wait_for(page, "product_click")
    assert (event.product_id, event.placement, event.props["tag"]) == ("shirt-1", "home", 1)
    page.go_back()
    page.locator('[data-sk-placement="counted"] .sk-look__items a').nth(1).click()
    page.wait_for_url("**/p/2**")
    events = [event for event in studio.shop.leave(page) if event.name == "product_click"]
    assert [(event.product_id, event.placement) for event in events] == [("shirt-1", "home"), ("shirt-2", "counted")]


@pytest.fixture
def answers() -> list[int]:
    """Status codes that the cart answers with, in turn; 303 leads to the cart's page."""
    return [303]


@pytest.fixture
def posts(answers: list[int]) -> list[Request]:
    """What was posted to the cart."""
    return []


@pytest.fixture
def cart(posts: list[Request], answers: list[int]) -> Callable[[Page], None]:
    """A function that lets a page have a cart."""

    def serve(page: Page) -> None:
        def answer(route: Route, request: Request) -> None:
            posts.append(request)
            status = answers[min(len(posts), len(answers)) - 1]
            if status == 303:
                route.fulfill(status=303, headers={"Location": "/cart"})
            else:
                route.fulfill(status=status, content_type="text/html", body="<title>The shop's own answer</title>")

        page.route("**/cart/add", answer)

    return serve


def test_a_product_goes_into_the_cart_without_leaving_the_page(
    studio: Studio, visit: Callable[..., Page], cart: Callable[[Page], None], posts: list[Request]
) -> None:
    """The same post as without scripts; the result is announced, and counted once it is there."""
    studio.shop.pages["/cart"] = "<title>Cart</title>"
    studio.show(look(studio, cta=CART, csrf={"csrf_token": "secret"}))
    page = visit()
    cart(page)
    page.locator(".sk-pin__button").first.click()
    card = page.locator(".sk-card:popover-open")
    card.get_by_role("button", name="Add to cart").click()
    expect(card.get_by_role("status")).to_have_text("Linen shirt 1 is in your cart.")
    [post] = posts
    assert post.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert post.headers["x-requested-with"] == "sharekit"
    assert post.post_data_json["product"] == "shirt-1"
    assert post.post_data_json["note"] == "für dich & mich"
    assert post.post_data_json["csrf_token"] == "secret"
    assert page.title() == "Stoneware mug"
    [event] = studio.shop.wait_for(page, "add_to_cart")
    assert event.product_id == "shirt-1"
    assert props(event) == {"picture": "table", "tag": 1, "position": 1, "disclosure": "ad", "variant": "b"}


def test_a_refused_product_is_said_and_the_next_try_is_the_browsers_own(
    studio: Studio,
    visit: Callable[..., Page],
    cart: Callable[[Page], None],
    posts: list[Request],
    answers: list[int],
) -> None:
    """Nothing is counted; the second try shows the shop's own page, which knows what is wrong."""
    answers[:] = [409]
    studio.show(look(studio, cta=CART))
    page = visit()
    cart(page)
    page.locator(".sk-pin__button").first.click()
    card = page.locator(".sk-card:popover-open")
    card.get_by_role("button", name="Add to cart").click()
    expect(card.get_by_role("status")).to_have_text("That did not work. Please try again.")
    card.get_by_role("button", name="Add to cart").click()
    expect(page).to_have_title("The shop's own answer")
    assert "x-requested-with" not in posts[1].headers
    assert not [event for event in studio.shop.leave(page) if event.name == "add_to_cart"]


def test_a_page_that_takes_the_form_itself_keeps_it(
    studio: Studio, visit: Callable[..., Page], cart: Callable[[Page], None], posts: list[Request]
) -> None:
    """A listener of the shop's that prevents the default has the say."""
    studio.shop.pages["/own.js"] = "addEventListener('submit', (event) => event.preventDefault(), true)"
    studio.show(look(studio, cta=CART), head='<script src="/own.js"></script>')
    page = visit()
    cart(page)
    page.locator(".sk-pin__button").first.click()
    page.locator(".sk-card:popover-open").get_by_role("button", name="Add to cart").click()
    page.wait_for_timeout(200)
    assert posts == []


def test_the_whole_look_goes_into_the_cart(
    studio: Studio, visit: Callable[..., Page], cart: Callable[[Page], None], posts: list[Request]
) -> None:
    """One post with everything; the event carries the picture and no single tag."""
    studio.shop.pages["/cart"] = "<title>Cart</title>"
    studio.show(look(studio, cta=CART, whole_look=True))
    page = visit()
    cart(page)
    page.get_by_role("button", name="Add the whole look").click()
    expect(page.locator(".sk-look__whole").get_by_role("status")).not_to_be_empty()
    assert len(posts) == 1
    [event] = studio.shop.wait_for(page, "add_to_cart")
    assert event.product_id == ""
    assert props(event) == {"picture": "table", "variant": "b"}


def test_without_scripts_the_form_is_an_ordinary_form(
    studio: Studio, visit: Callable[..., Page], cart: Callable[[Page], None], posts: list[Request]
) -> None:
    """It leads to the shop's cart."""
    studio.shop.pages["/cart"] = "<title>Cart</title>"
    studio.show(look(studio, cta=CART))
    page = visit(scripting=False)
    cart(page)
    page.locator(".sk-pin__button").first.click()
    page.locator("#" + page.locator(".sk-card").first.get_attribute("id")).get_by_role("button", name="Add to").click()
    expect(page).to_have_title("Cart")
    assert "x-requested-with" not in posts[0].headers


@pytest.mark.parametrize("commands", [True, False], ids=["invoker commands", "none"])
def test_a_quick_view_opens_over_the_card(commands: bool, studio: Studio, visit: Callable[..., Page]) -> None:
    """By the browser itself or by the script; Escape closes it, and the focus is back on its button."""
    studio.show(look(studio, cta="quick_view"))
    page = visit(None)
    if not commands:
        page.add_init_script(
            "delete HTMLButtonElement.prototype.command; delete HTMLButtonElement.prototype.commandForElement;"
            "addEventListener('click', (event) => {"
            "if (event.target.closest?.('[commandfor]')) event.preventDefault() }, true)"
        )
    page.goto(studio.shop.base)
    page.locator(".sk-pin__button").first.click()
    button = page.locator(".sk-card:popover-open").get_by_role("button", name="Quick view")
    button.click()
    dialog = page.get_by_role("dialog", name="Linen shirt 1")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def film(studio: Studio, **options: Any) -> str:
    """A film of 40 seconds that nobody can play, with three tags."""
    poster = Picture("/img/1200x800.png", 1200, 800, "A kiln")
    tags = [
        ProductTag(studio.product(1), 0.3, 0.3, start=0, end=12),
        ProductTag(studio.product(2), 0.7, 0.6, start=12, end=20),
        ProductTag(studio.product(3), 0.5, 0.5, start=30),
    ]
    made = Video("/films/kiln.webm", poster, width=1200, height=800, title="At the kiln", tags=tags, id="kiln")
    return str(studio.kit.video(made, **options))


def test_the_tags_of_a_video_come_and_go(studio: Studio, visit: Callable[..., Page]) -> None:
    """Each is there from its start to its end; a card that opens stops the film."""
    studio.show(film(studio))
    page = visit(script="HTMLMediaElement.prototype.pause = function () { window.paused = true }")
    pins = page.locator(".sk-pin")
    expect(page.locator(".sk-pin:visible")).to_have_count(0)
    for time, wanted in ((0.2, [1]), (11.9, [1]), (12, [2]), (25, []), (39, [3])):
        page.evaluate(
            "(time) => { const video = document.querySelector('video');"
            "Object.defineProperty(video, 'currentTime', { value: time, configurable: true });"
            "video.dispatchEvent(new Event('timeupdate')) }",
            time,
        )
        assert [number for number in (1, 2, 3) if pins.nth(number - 1).is_visible()] == wanted
    page.locator(".sk-pin:visible .sk-pin__button").click()
    assert page.evaluate("window.paused")
    [event] = studio.shop.wait_for(page, "tag_open")
    assert (event.widget, event.product_id, event.props["picture"], event.props["tag"]) == (
        "video",
        "shirt-3",
        "kiln",
        3,
    )


def test_a_metadata_track_drives_the_tags_of_a_video(
    studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """The cues of the page's own track decide, against the times in the page; cues for somebody else are left alone."""
    films = Path(sharekit.demo.__file__).parent / "static" / "films"
    studio.add_file("/films/coffee.webm", (films / "slow-coffee.webm").read_bytes())
    tags = [
        ProductTag(studio.product(1), 0.3, 0.3, start=0.5, end=2),
        ProductTag(studio.product(2), 0.7, 0.6, start=2, end=4),
    ]
    poster = Picture("/img/1200x800.png", 1200, 800, "A kiln")
    written = Video("/films/coffee.webm", poster, title="Coffee", tags=tags, tracks=[])
    shop_track = written.to_webvtt().replace("00:00:00.500 --> 00:00:02.000", "00:00:06.000 --> 00:00:08.000")
    studio.add_file("/films/tags.vtt", shop_track.encode())
    studio.add_file("/films/thumbs.vtt", b"WEBVTT\n\n00:00.000 --> 00:09.000\nthumbs.jpg#xywh=0,0,10,10\n")
    tracks = [Track("/films/thumbs.vtt", "metadata"), Track("/films/tags.vtt", "metadata")]
    film = Video("/films/coffee.webm", poster, title="Coffee", tags=tags, tracks=tracks, id="coffee")
    here = window()
    here.open(studio.show(str(studio.kit.video(film))), 800, 900)
    shown = "[...document.querySelectorAll('.sk-pin')].map((pin) => +!pin.hidden).join('')"
    assert here.evaluate(shown) == "00"
    here.evaluate("void (document.querySelector('video').preload = 'auto')")  # as playing it does
    wait_until(here, "document.querySelector('video').readyState > 1")
    for time, wanted in ((0.1, "00"), (3, "01"), (7, "10"), (1, "00"), (9.5, "00")):
        here.evaluate(f"void (document.querySelector('video').currentTime = {time})")
        wait_until(here, "!document.querySelector('video').seeking")
        wait_until(here, f"{shown} === '{wanted}'", f"at {time} s: {here.evaluate(shown)}, not {wanted}")
    assert here.complaints() == []


def test_a_moment_in_the_list_leads_into_the_video(studio: Studio, visit: Callable[..., Page]) -> None:
    """With scripts it plays from there; without, the link opens the film at that moment."""
    studio.show(film(studio))
    page = visit(
        script="HTMLMediaElement.prototype.play = async function () { window.played = this.currentTime };"
        "Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', { writable: true, value: 0 })"
    )
    moment = page.get_by_role("link", name="0:12")
    assert moment.get_attribute("href") == "/films/kiln.webm#t=12"
    moment.click()
    assert float(page.evaluate("window.played")) == 12
    expect(page.locator("video")).to_be_focused()  # and so in sight
    assert page.url == studio.shop.base + "/"


def test_consent_denied_silences_it(studio: Studio, visit: Callable[..., Page]) -> None:
    """Cards work, nothing is sent."""
    studio.show(look(studio), root=' data-sk-consent="denied"')
    page = visit()
    page.locator(".sk-pin__button").first.click()
    expect(page.locator(".sk-card:popover-open")).to_be_visible()
    assert studio.shop.leave(page) == []


def test_only_pages_with_tags_load_what_tags_need(
    studio: Studio, visit: Callable[..., Page], wait_until: Callable[..., Any]
) -> None:
    """A page of share buttons asks for neither style nor script of tags; a tag that comes later brings them."""
    asked = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1).split('.')[0])"
    studio.show(studio.shop.buttons("x"))
    page = visit()
    page.wait_for_load_state("networkidle")
    assert "looks" not in page.evaluate(asked)
    page.evaluate("(html) => { document.querySelector('main').insertAdjacentHTML('beforeend', html) }", look(studio))
    expect(page.locator(".sk-pin").first).to_have_css("position", "absolute")
    wait_until(page, f"{asked}.filter((name) => name === 'looks').length === 2")
    page.locator(".sk-pin__button").first.click()
    assert studio.shop.wait_for(page, "tag_open")
