"""WCAG 2.2 AA in every state, with axe and by hand: keyboard, focus, targets, reflow, forced colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Shop

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
THEMES = ["quiet", "brand", "contrast"]
LAYOUTS = ["bar", "icons", "vertical", "floating", "more"]
NETWORKS = [
    "whatsapp", "facebook", "x", "pinterest", "telegram", "bluesky", "linkedin", "threads", "reddit", "mastodon",
    "tumblr", "line", "email", "sms", "copy", "print", "qr", "native",
]  # fmt: skip
SHEET = "Object.defineProperty(navigator, 'share', { value: async () => {} });"
SCHEMES = ".light { color-scheme: light } .dark { color-scheme: dark; background: #121214; color: #eee }"


def violations(page: Page) -> list[str]:
    """What axe finds, as lines that say where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def gallery(shop: Shop, theme: str = "quiet", **options: Any) -> str:
    """Every layout, each with a name of its own."""
    parts = [
        shop.buttons(*NETWORKS, theme=theme, layout=layout, placement=layout, label=f"Share, {layout}", **options)
        for layout in LAYOUTS
    ]
    parts.append(
        shop.buttons("x", "email", theme=theme, show="label", placement="label", label="Share, words", **options)
    )
    return "".join(parts)


def show(shop: Shop, body: str, scheme: str = "light", **options: Any) -> None:
    """Put a page into the shop that declares the colour scheme, as shops do."""
    shop.pages["/scheme.css"] = SCHEMES
    shop.put("/", body, head='<link rel="stylesheet" href="/scheme.css">', root=f' class="{scheme}"', **options)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(
    theme: str, scheme: str, direction: str, width: int, shop: Shop, visit: Callable[..., Page]
) -> None:
    """No violation in any theme, colour scheme, direction and width, over all layouts, disclosures shut and open."""
    lang = "ar" if direction == "rtl" else "en"
    show(shop, gallery(shop, theme, locale=lang), scheme, lang=lang, direction=direction)
    page = visit(viewport={"width": width, "height": 900}, script=SHEET)
    assert violations(page) == []
    page.locator(".sk-share__toggle").click()
    assert violations(page) == []
    page.locator('[data-sk-placement="bar"] summary').click()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_after_copying(
    scheme: str, shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """The confirmation is as readable as the rest."""
    show(shop, shop.buttons("x", "copy"), scheme)
    page = visit(permissions=["clipboard-write"])
    control(page, "copy").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_the_fediverse_page(
    theme: str, scheme: str, shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """The form and its error message."""
    shop.kit.settings.theme = theme
    shop.put("/", shop.buttons("mastodon"))
    page = visit(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.goto(shop.base + control(page, "mastodon").get_attribute("href"))
    assert violations(page) == []
    page.get_by_label("Your server").fill("localhost")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_names_are_unique_and_hold_what_is_seen(lang: str, shop: Shop, visit: Callable[..., Page]) -> None:
    """Every control has a name of its own in its group; it contains the visible label (WCAG 2.5.3)."""
    show(shop, shop.buttons(*NETWORKS, locale=lang), lang=lang)
    page = visit(script=SHEET)
    names: list[str] = []
    for one in page.locator(".sk-share__control").all():
        seen = one.inner_text()
        name = one.get_attribute("aria-label") or seen
        assert seen.casefold() in name.casefold()
        names.append(name)
    assert len(names) == len(set(names)) == len(NETWORKS)


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_targets_are_large_enough(width: int, shop: Shop, visit: Callable[..., Page]) -> None:
    """44 pixels a side, twice what WCAG 2.5.8 asks for at least."""
    show(shop, gallery(shop))
    page = visit(viewport={"width": width, "height": 900}, script=SHEET)
    page.locator(".sk-share__toggle").click()
    for one in page.locator(".sk-share__control:visible").all():
        box = one.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44


def test_the_page_reflows_at_320_pixels_with_text_at_200_percent(shop: Shop, visit: Callable[..., Page]) -> None:
    """Nothing is cut off and nobody has to scroll sideways."""
    show(shop, gallery(shop, locale="de"))
    # The page's own heading, one long word in whatever font there is, is not what is asked about.
    shop.pages["/scheme.css"] = ":root { font-size: 200% } h1 { font-size: 1rem }"
    page = visit(viewport={"width": 320, "height": 900}, script=SHEET)
    page.locator(".sk-share__toggle").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    cut = "nodes => nodes.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.outerHTML)"
    assert page.locator(".sk-share__control:visible").evaluate_all(cut) == []


def test_everything_works_with_the_keyboard(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """Tab follows the order on the screen, Enter and Space open, Escape closes and leads back."""
    show(shop, shop.buttons("x", "email", "whatsapp", "copy", layout="more", visible=2))
    page = visit()
    focused = "document.activeElement.dataset.skNetwork ?? document.activeElement.className"
    order = []
    for _ in range(3):
        page.keyboard.press("Tab")
        order.append(page.evaluate(focused))
    assert order == ["x", "email", "sk-share__control sk-share__toggle"]
    page.keyboard.press("Space")
    expect(control(page, "whatsapp")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "whatsapp"
    page.keyboard.press("Escape")
    expect(control(page, "whatsapp")).to_be_hidden()
    assert "sk-share__toggle" in page.evaluate(focused)
    with page.context.expect_page():
        control(page, "x").press("Enter")


def test_a_disclosure_closes_when_attention_moves_on(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """What it shows lies over the page; a pointer or the focus elsewhere puts it away (WCAG 2.4.11)."""
    show(
        shop,
        shop.buttons("x", "email", "whatsapp", "copy", layout="more", visible=2) + '<button id="next">Buy</button>',
    )
    page = visit()
    for leave in (lambda: page.locator("h1").click(), lambda: page.locator("#next").focus()):
        page.locator(".sk-share__toggle").click()
        expect(control(page, "whatsapp")).to_be_visible()
        leave()
        expect(control(page, "whatsapp")).to_be_hidden()
        page.wait_for_timeout(600)


@pytest.mark.parametrize("theme", THEMES)
def test_focus_is_visible_in_two_tones(
    theme: str, shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """A light and a dark ring, so that one of them stands out from whatever is behind."""
    show(shop, shop.buttons("x", theme=theme))
    page = visit()
    page.keyboard.press("Tab")
    style = control(page, "x").evaluate(
        "node => { const s = getComputedStyle(node); return [s.outlineStyle, s.outlineWidth, s.boxShadow]; }"
    )
    assert style[:2] == ["solid", "2px"]
    assert style[2] != "none"


def test_forced_colours_keep_borders_and_icons(shop: Shop, visit: Callable[..., Page]) -> None:
    """In the visitor's own palette a button still has an edge, and its icon the colour of its text."""
    show(shop, gallery(shop, "brand"))
    page = visit(forced_colors="active", script=SHEET)
    looks = page.locator('[data-sk-placement="bar"] .sk-share__control').evaluate_all(
        """nodes => nodes.map((node) => {
          const style = getComputedStyle(node);
          return [style.borderTopStyle, style.color === getComputedStyle(node.querySelector("svg")).fill];
        })"""
    )
    assert looks == [["solid", True]] * len(NETWORKS)


def test_the_bar_follows_the_direction_of_the_page(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """From right to left, the first button stands rightmost and its icon right of its label."""
    show(shop, shop.buttons("x", "email", locale="ar"), lang="ar", direction="rtl")
    page = visit()
    first, second = (control(page, network).bounding_box() for network in ("x", "email"))
    assert first["x"] > second["x"]
    icon, label = (control(page, "email").locator(part).bounding_box() for part in (".sk-icon", ".sk-share__label"))
    assert icon["x"] > label["x"]


def test_nothing_of_ours_is_printed(shop: Shop, visit: Callable[..., Page]) -> None:
    """Buttons are of no use on paper."""
    show(shop, shop.buttons("x"))
    page = visit()
    page.emulate_media(media="print")
    expect(page.locator(".sk-share")).to_be_hidden()


def test_nothing_moves_by_itself(shop: Shop, visit: Callable[..., Page]) -> None:
    """No transition and no animation, so there is nothing for ``prefers-reduced-motion`` to stop."""
    show(shop, gallery(shop))
    page = visit()
    moving = "nodes => nodes.filter((node) => getComputedStyle(node).transitionDuration !== '0s').length"
    assert page.locator(".sk, .sk *").evaluate_all(moving) == 0
    assert page.evaluate("document.getAnimations().length") == 0
