"""Cards: they open, are wholly in sight, close, and give the focus back, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sharekit.products import Cta, Disclosure, Picture, ProductTag

if TYPE_CHECKING:
    from tests.browser.tags.conftest import Studio, Window

WINDOWS = ((320, 640), (390, 844), (844, 390), (1280, 800))
OPEN = "document.querySelectorAll(':popover-open').length"
SETTLED = "document.getAnimations().length === 0"
# The open card: how far it is inside the window on each side, and whether the pin it belongs to is left free.
CARD = """
(() => {
  const card = document.querySelector(":popover-open");
  if (!card) return null;
  const { left, top, right, bottom } = card.getBoundingClientRect();
  const mark = card.parentNode.querySelector("button").getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  return {
    id: card.id,
    room: [left, top, width - right, innerHeight - bottom],
    apart: left >= mark.right || right <= mark.left || top >= mark.bottom || bottom <= mark.top,
    cut: card.scrollWidth - card.clientWidth,
  };
})()
"""


def look(studio: Studio, **options: Any) -> str:
    """A picture whose tags try the corners, with short and with very long cards."""
    product = studio.product
    long = "An uncommonly long name for a shirt of washed linen with shell buttons, Donaudampfschifffahrtsgesellschaft"
    several = [product(number, image="/img/80x100.png" if number != 6 else None) for number in range(5, 9)]
    sale = product(3, sale_price="39.00", lowest_30d="45.00")
    return studio.html(
        Picture(
            "/img/1200x800.png",
            1200,
            800,
            "A table by the sea",
            tags=[
                ProductTag(product(1), 0, 0),
                ProductTag(product(2, title=long, availability="OutOfStock"), 1, 0, cta=Cta(alternative=product(9))),
                ProductTag(sale, 0.5, 0.5, disclosure=Disclosure("affiliate", by="Marram")),
                ProductTag(several, 0, 1, label="Four shirts"),
                ProductTag(product(10), 1, 1, cta=Cta("add_to_cart", action="/cart/add")),
                ProductTag(product(11), 0.7, 0.2, cta="quick_view"),
            ],
        ),
        **options,
    )


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("scripting", [True, False], ids=["scripts", "no scripts"])
def test_every_card_opens_inside_the_window_and_gives_the_focus_back(
    scripting: bool, direction: str, studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """In every window: by a click, wholly in sight, its pin free; Escape closes it and leads back to the pin."""
    lang = "ar" if direction == "rtl" else "en"
    studio.shop.pages["/far.css"] = "figure { margin-block: 1500px !important }"
    address = studio.show(
        look(studio, locale=lang), lang=lang, direction=direction, head='<link rel="stylesheet" href="/far.css">'
    )
    view = window(scripting=scripting)
    for turn, (width, height) in enumerate(WINDOWS):
        view.open(address, width, height)
        for number in range(6):
            name = (width, height, number)
            # High, low or in the middle of the window, so that cards have to find their place.
            block = ("start", "center", "end")[(turn + number) % 3]
            view.evaluate(
                f"document.querySelectorAll('.sk-pin__button')[{number}].scrollIntoView({{block: '{block}'}})"
            )
            x, y = view.evaluate(
                f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
                f"(document.querySelectorAll('.sk-pin__button')[{number}].getBoundingClientRect())"
            )
            view.click(x, y)
            wait_until(view, f"{OPEN} === 1", f"no card for {name}")
            wait_until(view, SETTLED)
            card = view.evaluate(CARD)
            assert min(card["room"]) >= -0.5, (name, card)
            assert card["cut"] <= 0, (name, card)
            if width > 480 < height:
                assert card["apart"], (name, card)
            assert view.evaluate("document.documentElement.scrollWidth") <= width, name
            view.press("Escape")
            wait_until(view, f"{OPEN} === 0", f"the card of {name} stays")
            assert view.evaluate(
                f"document.activeElement === document.querySelectorAll('.sk-pin__button')[{number}]"
            ), name
    assert view.complaints() == []


@pytest.mark.parametrize("scripting", [True, False], ids=["scripts", "no scripts"])
def test_the_keyboard_goes_from_pin_through_card_to_the_next_pin(
    scripting: bool, studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """Enter and Space open; Tab visits links, button and Close; the next pin comes after."""
    address = studio.show(look(studio))
    view = window(scripting=scripting)
    view.open(address, 1280, 800)
    view.press("Tab")
    view.press("Enter")
    wait_until(view, f"{OPEN} === 1")
    focused = "document.activeElement.className || document.activeElement.textContent"
    order = []
    for _ in range(4):
        view.press("Tab")
        order.append(view.evaluate(focused))
    assert order == ["sk-card__link", "sk-card__cta", "sk-card__close", "sk-pin__button"]
    view.press("Space")
    wait_until(view, "document.querySelector(':popover-open').id.endsWith('-2')")
    assert view.evaluate(OPEN) == 1  # the first one has closed
    for _ in range(3):
        view.press("Tab")
    assert view.evaluate(focused) == "sk-card__close"
    view.press("Enter")
    wait_until(view, f"{OPEN} === 0")
    assert view.evaluate("document.activeElement.getAttribute('aria-label')").startswith("2, ")


def test_nothing_moves(studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]) -> None:
    """Neither when pictures and style come late, nor when cards open: what stands below stays where it was."""
    body = look(studio, loading="lazy") + look(studio, crop="4:5", placement="second", loading="lazy")
    head = str(studio.kit.assets(widgets=["tags"]))
    address = studio.show(body, frames=True, head=head)
    view = window()
    for slow in ("/img/", "looks"):
        studio.shop.slow = slow
        for width, height in WINDOWS:
            view.open(address, width, height)
            wait_until(view, "[...document.querySelectorAll('.sk-look__img')].some((image) => image.naturalWidth)")
            view.evaluate("document.querySelector('.sk-pin__button').click()")
            wait_until(view, f"{OPEN} === 1")
            wait_until(view, SETTLED)
            assert len(view.evaluate("places")) == 1, (slow, width, view.evaluate("places"))
            shifts = view.evaluate("window.shifts ?? []")
            assert shifts == [], (slow, width)


def test_a_page_that_does_not_name_the_widget_shows_it_all_the_same(
    studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """The picture brings its style along, once however many there are; Chromium waits for it."""
    address = studio.show(look(studio) + look(studio, placement="second"), frames=True)
    view = window()
    view.open(address, 390, 844)
    wait_until(view, "getComputedStyle(document.querySelector('.sk-pin')).position === 'absolute'")
    asked = "performance.getEntriesByType('resource').filter(({ name }) => /looks.*css/.test(name)).length"
    assert view.evaluate(asked) == 1
    assert view.complaints() == []


def test_motion_only_for_those_who_like_it(studio: Studio, visit: Callable[..., Any]) -> None:
    """Cards fade in, unless the visitor asked for less motion."""
    studio.show(look(studio))
    for motion, wanted in (("no-preference", "0.15s"), ("reduce", "0s")):
        page = visit(reduced_motion=motion)
        assert page.locator(".sk-card").first.evaluate("node => getComputedStyle(node).transitionDuration") == wanted
