"""WCAG 2.2 AA for product tags in every state, with axe and by hand; without colours, on paper, in large type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from sharekit.products import Cta, Disclosure, Picture, ProductTag, Video

if TYPE_CHECKING:
    from tests.browser.tags.conftest import Firefox, Studio

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCHEMES = ".light { color-scheme: light } .dark { color-scheme: dark; background: #121214; color: #eee }"


def violations(page: Page) -> list[str]:
    """What axe finds, as lines that say where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:300]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def picture(studio: Studio, **values: Any) -> Picture:
    """A picture with every kind of tag."""
    product = studio.product
    return Picture(
        "/img/1200x800.png",
        1200,
        800,
        "A table by the sea",
        tags=[
            ProductTag(product(1, sale_price="39.00", lowest_30d="45.00"), 0.2, 0.25),
            ProductTag(product(2, availability="OutOfStock"), 0.5, 0.25, cta=Cta(alternative=product(7))),
            ProductTag([product(3), product(4)], 0.8, 0.25, label="Two shirts"),
            ProductTag(product(5), 0.2, 0.75, disclosure=Disclosure("affiliate", by="Marram")),
            ProductTag(product(6), 0.5, 0.75, cta="quick_view"),
            ProductTag(product(8), 0.8, 0.75, cta=Cta("add_to_cart", action="/cart/add")),
        ],
        **values,
    )


def show(studio: Studio, body: str, scheme: str = "light", **options: Any) -> None:
    """Put up a page that declares the colour scheme, as shops do."""
    studio.shop.pages["/scheme.css"] = SCHEMES
    studio.show(body, head='<link rel="stylesheet" href="/scheme.css">', root=f' class="{scheme}"', **options)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["quiet", "brand", "contrast"])
def test_axe_finds_nothing(
    theme: str, scheme: str, direction: str, width: int, studio: Studio, visit: Callable[..., Page]
) -> None:
    """Closed, with each card open, with the quick view open, after an answer of the cart."""
    lang = "ar" if direction == "rtl" else "en"
    body = studio.html(picture(studio), theme=theme, locale=lang, whole_look="/cart/add", cta=Cta("link"))
    show(studio, body, scheme, lang=lang, direction=direction)
    page = visit(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.locator(".sk-look__img").evaluate("image => image.decode()")
    assert violations(page) == []
    for number in (0, 1, 2, 3, 5):
        page.locator(".sk-pin__button").nth(number).click()
        assert violations(page) == []
    page.route("**/cart/add", lambda route: route.fulfill(status=500))
    page.locator(".sk-card:popover-open form button").click()
    expect(page.locator(".sk-card:popover-open").get_by_role("status")).not_to_be_empty()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".sk-pin__button").nth(4).click()
    page.locator(".sk-card:popover-open [commandfor]").click()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("marker", ["number", "dot", "price", "plus"])
def test_axe_finds_nothing_in_other_forms(marker: str, scheme: str, studio: Studio, visit: Callable[..., Page]) -> None:
    """Every marker and list, galleries, a video."""
    plain = studio.tagged((0.3, 0.5), (0.7, 0.5))
    parts = [
        studio.html(plain, marker=marker, list=kind, placement=kind, crop=crop, caption=f"Look, {kind}")
        for kind, crop in (("shown", None), ("hidden", "1:1"), ("rail", "16:9"))
    ]
    others = [
        Picture(f"/img/600x600.png?{number}", 600, 600, f"Table {number}", tags=plain.tags) for number in range(3)
    ]
    for layout in ("grid", "masonry", "carousel"):
        parts.append(str(studio.kit.gallery(others, layout=layout, marker=marker, placement=layout)))
    poster = Picture("/img/1200x800.png", 1200, 800, "A kiln")
    tags = [ProductTag(studio.product(1), 0.3, 0.3, start=0, end=12)]
    film = Video("/films/kiln.webm", poster, width=1200, height=800, title="At the kiln", tags=tags)
    parts.append(str(studio.kit.video(film, marker=marker)))
    show(studio, "".join(parts), scheme)
    for width in (320, 1280):
        page = visit(viewport={"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_in_firefox(
    studio: Studio, firefoxes: Callable[[bool], Firefox], wait_until: Callable[..., Any]
) -> None:
    """Closed and open; the other engine has a tree of its own."""
    from axe_playwright_python.base import AXE_FILE_PATH

    studio.shop.pages["/axe.js"] = AXE_FILE_PATH.read_text()
    show(studio, studio.html(picture(studio), whole_look="/cart/add") + '<script src="/axe.js"></script>')
    firefox = firefoxes(True)
    for width in (320, 1280):
        firefox.open(studio.shop.base, width, 900)
        for opened in (False, True):
            if opened:
                firefox.evaluate("document.querySelectorAll('.sk-pin__button')[2].click()")
                wait_until(firefox, "document.getAnimations().length === 0", "the card has not faded in")
            firefox.evaluate(
                "(axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
                ".then(({violations}) => { window.found = violations.map(({id, nodes}) => [id, nodes[0].html]) }), 0)"
            )
            wait_until(firefox, "'found' in window")
            assert firefox.evaluate("found") == []
            firefox.evaluate("delete window.found")


def test_markers_have_names_of_their_own_that_begin_with_their_number(
    studio: Studio, visit: Callable[..., Page]
) -> None:
    """What is seen is what is said (WCAG 2.5.3); the list has the same numbers."""
    show(studio, studio.html(picture(studio)))
    page = visit()
    pins = page.locator(".sk-pin__button")
    names = [pin.get_attribute("aria-label") for pin in pins.all()]
    assert len(set(names)) == 6
    for number, (pin, name) in enumerate(zip(pins.all(), names, strict=True), 1):
        assert name.startswith(f"{number}, ")
        assert pin.inner_text() == str(number)
    shown = page.locator(".sk-look__item").evaluate_all("items => items.map((item) => item.value)")
    assert shown == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("marker", ["number", "dot", "price", "plus"])
def test_targets_are_large_enough(marker: str, studio: Studio, visit: Callable[..., Page]) -> None:
    """44 pixels; at the picture's edge what is left of them, never under 24."""
    show(studio, studio.html(studio.tagged((0, 0), (0.5, 0.5), (1, 1)), marker=marker))
    page = visit(viewport={"width": 320, "height": 640})
    stage = page.locator(".sk-look__stage").bounding_box()
    for pin in page.locator(".sk-pin__button").all():
        box = pin.bounding_box()
        for side, place in (("width", "x"), ("height", "y")):
            assert box[side] >= 44
            inside = min(box[place] + box[side], stage[place] + stage[side]) - max(box[place], stage[place])
            assert inside >= 36
    page.locator(".sk-pin__button").first.click()
    for control in page.locator(".sk-card:popover-open :is(.sk-card__cta, .sk-card__close)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44


def test_markers_stand_out_from_any_picture(studio: Studio, visit: Callable[..., Page]) -> None:
    """Mark and ring are black and white, at least 2 pixels wide: one of the two has 4.5:1 on every colour (1.4.11)."""
    show(studio, studio.html(studio.tagged((0.5, 0.5))))
    page = visit()
    style = page.locator(".sk-pin__mark").evaluate(
        "node => (({ borderWidth, borderColor, backgroundColor }) => [borderWidth, borderColor, backgroundColor])"
        "(getComputedStyle(node))"
    )
    assert style == ["2px", "rgb(255, 255, 255)", "rgb(17, 17, 17)"]


def test_the_focus_is_seen(studio: Studio, visit: Callable[..., Page]) -> None:
    """On marker, link, button and Close alike."""
    show(studio, studio.html(picture(studio)))
    page = visit(viewport={"width": 1280, "height": 900})
    outline = "document.activeElement.querySelector('.sk-pin__mark') ?? document.activeElement"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(5):
        assert page.evaluate(f"getComputedStyle({outline}).outlineStyle") == "solid"
        page.keyboard.press("Tab")


def test_the_page_reflows_at_320_pixels_with_text_at_200_percent(studio: Studio, visit: Callable[..., Page]) -> None:
    """Nothing is cut off and nobody has to scroll sideways, with a card open too."""
    show(studio, studio.html(picture(studio), whole_look="/cart/add", locale="de"))
    studio.shop.pages["/scheme.css"] = ":root { font-size: 200% }"
    page = visit(viewport={"width": 320, "height": 900})
    page.locator(".sk-pin__button").nth(2).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    cut = "nodes => nodes.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.outerHTML)"
    shown = ".sk-card:popover-open, .sk-card:popover-open :not(.sk-hidden), .sk-look__items :not(.sk-hidden)"
    assert page.locator(shown).evaluate_all(cut) == []


def test_forced_colours_keep_markers_and_cards_apart_from_the_page(studio: Studio, visit: Callable[..., Page]) -> None:
    """Borders carry them where backgrounds are taken away."""
    show(studio, studio.html(picture(studio)))
    page = visit(forced_colors="active")
    page.locator(".sk-pin__button").first.click()
    for part in (".sk-pin__mark", ".sk-card:popover-open", ".sk-card:popover-open .sk-card__cta"):
        style = page.locator(part).first.evaluate("node => getComputedStyle(node).borderTopStyle")
        assert style == "solid", part


def test_on_paper_the_list_says_it_all(studio: Studio, visit: Callable[..., Page]) -> None:
    """Numbers on the picture, the numbered list below it, no button to press; a hidden list is printed too."""
    show(studio, studio.html(picture(studio), list="hidden", whole_look="/cart/add"))
    page = visit()
    assert page.locator(".sk-look__items").bounding_box()["height"] <= 1
    page.locator(".sk-pin__button").first.click()
    page.emulate_media(media="print")
    assert page.locator(".sk-look__items").bounding_box()["height"] > 100
    assert page.locator(".sk-card:visible").count() == 0
    assert not page.locator(".sk-look__whole").is_visible()
    assert page.locator(".sk-pin__mark").first.is_visible()


def test_a_hidden_list_is_seen_while_the_keyboard_is_in_it(studio: Studio, visit: Callable[..., Page]) -> None:
    """Links that have the focus must be in sight (WCAG 2.4.7)."""
    show(studio, studio.html(studio.tagged((0.5, 0.5)), list="hidden"))
    page = visit()
    page.locator(".sk-look__items a").first.focus()
    assert page.locator(".sk-look__items a").first.bounding_box()["height"] > 10
    assert page.locator(".sk-look__items").evaluate("node => getComputedStyle(node).clipPath") == "none"


def test_a_carousel_is_a_list_that_scrolls(studio: Studio, visit: Callable[..., Page]) -> None:
    """Without scripts: it can be reached and moved by the keyboard, snaps, and never moves by itself."""
    pictures = [Picture(f"/img/600x600.png?{number}", 600, 600, f"Table {number}") for number in range(6)]
    show(studio, str(studio.kit.gallery(pictures, layout="carousel")))
    page = visit(scripting=False, viewport={"width": 390, "height": 844})
    carousel = page.get_by_role("list").first
    box = carousel.bounding_box()
    first = carousel.locator("li").first.bounding_box()
    assert first["width"] < box["width"]  # the next one shows that there is more
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert carousel.locator("li").first.bounding_box()["x"] < first["x"]


@pytest.mark.parametrize("layout", ["grid", "masonry", "carousel"])
def test_galleries_do_not_shift(
    layout: str, studio: Studio, visit: Callable[..., Page], wait_until: Callable[..., Any]
) -> None:
    """Pictures that come late find their room kept."""
    studio.shop.slow = "/img/"
    pictures = [
        studio.tagged((0.5, 0.5), id=f"p{number}", size=size)
        for number, size in enumerate(((1200, 800), (800, 1200), (600, 600)))
    ]
    show(studio, str(studio.kit.gallery(pictures, layout=layout, loading="eager")))
    page = visit(viewport={"width": 800, "height": 900})
    wait_until(page, "[...document.querySelectorAll('.sk-look__img')].every((image) => image.naturalWidth)")
    assert page.evaluate("shifts") == []
