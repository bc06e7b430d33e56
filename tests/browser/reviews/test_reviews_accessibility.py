"""WCAG 2.2 AA for reviews in every state, with axe and by hand; without colours, on paper, in large type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.reviews.conftest import Stand

Read = Callable[..., Page]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VALUES = {"title": "Hm", "body": "What I wrote", "answer-use": "Tea", "email": "nope"}
ERRORS = {
    "": "This form is out of date.",
    "rating": "Choose one to five stars.",
    "answer-size": "Please fill this in.",
    "email": "This is not an e-mail address.",
    "photos": "These are too many photos.",
    "consent": "Please agree to this first.",
}


def violations(page: Page) -> list[str]:
    """What axe finds, as lines that say where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:300]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def states(stand: Stand) -> dict[str, Callable[[], str]]:
    """Every state of every widget, by name."""
    kit, mug = stand.kit, stand.mug
    return {
        "read": lambda: str(kit.rating(mug, link=True)) + stand.section(languages=["en", "de"]),
        "write": lambda: str(kit.review_form(mug)),
        "errors": lambda: str(kit.review_form(mug, values=VALUES, errors=ERRORS, email=True, photos=True)),
        "ask": lambda: str(kit.questions(mug)),
        "rest": lambda: (
            str(kit.review_carousel(mug, stars=4, title="What people say"))
            + str(kit.testimonials(all_url="/all"))
            + str(kit.review_policy())
        ),
    }


@pytest.mark.parametrize(
    ("lang", "scheme", "width"),
    [("en", "light", 320), ("en", "dark", 1280), ("ar", "light", 1280), ("ar", "dark", 320)],
)
def test_axe_finds_nothing(lang: str, scheme: str, width: int, stand: Stand, visit: Callable[..., Page]) -> None:
    """Empty, full, filtered, without results, with a report open; the form new and refused; questions; the rest."""
    stand.kit.settings.locale = lang
    parts = states(stand)
    stand.show(stand.section, scheme=scheme, lang=lang, path="/empty")
    for name, part in parts.items():
        stand.show(part, scheme=scheme, lang=lang, path=f"/{name}")
    page = visit("/empty", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    assert violations(page) == []
    reviews = stand.fill(12)
    stand.ask()
    pages = (
        "read",
        "read?sk-stars=4&sk-with=photos,verified",
        f"read?sk-report={reviews[1].id}&sk-lang=en",
        "write",
        "errors",
        "ask",
        "rest",
    )
    for path in pages:
        page.goto(f"{stand.shop.base}/{path}")
        if path == "read":
            page.locator(".sk-review__more summary").click()
            page.locator(".sk-reviews__how summary").click()
        for fold in page.locator(".sk-fold summary").all():
            fold.click()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("theme", ["brand", "contrast"])
def test_axe_finds_nothing_in_other_themes(theme: str, stand: Stand, visit: Callable[..., Page]) -> None:
    """The tokens of a theme reach reviews too."""
    stand.fill(6)
    stand.kit.settings.theme = theme
    for name, part in states(stand).items():
        stand.show(part, path=f"/{name}")
        page = visit(f"/{name}", reduced_motion="reduce")
        assert violations(page) == [], name
        page.close()


@pytest.mark.parametrize("scripting", [True, False])
def test_stars_are_chosen_by_keyboard(scripting: bool, stand: Stand, visit: Callable[..., Page]) -> None:
    """Five radio buttons: none is chosen at first, arrows move and choose, what is chosen is said and seen."""
    stand.show(states(stand)["write"])
    page = visit("/", scripting=scripting)
    radios = page.get_by_role("radiogroup").or_(page.get_by_role("group", name="Your rating")).get_by_role("radio")
    assert radios.count() == 5
    assert not any(radio.is_checked() for radio in radios.all())
    radios.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="3 stars – okay")).to_be_checked()
    filled = page.locator(".sk-rate__glyph").evaluate_all(
        "nodes => nodes.map((node) => getComputedStyle(node, '::before').backgroundColor)"
    )
    assert filled[0] == filled[1] == filled[2] != filled[3] == filled[4]
    texts = page.locator(".sk-rate__text").evaluate_all("nodes => nodes.map((node) => getComputedStyle(node).opacity)")
    assert texts == ["0", "0", "1", "0", "0"]
    assert page.locator(".sk-rate__glyph").nth(2).evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "answer-size"


def test_errors_are_tied_to_their_fields(stand: Stand, visit: Callable[..., Page]) -> None:
    """A list of them leads to the fields; each field names its own and keeps what was typed."""
    stand.show(states(stand)["errors"])
    page = visit("/")
    alert = page.get_by_role("alert")
    assert alert.get_by_role("listitem").count() == len(ERRORS)
    for link in alert.get_by_role("link").all():
        target = page.locator(link.get_attribute("href"))
        described = target.get_attribute("aria-describedby").split()
        assert any(page.locator(f"#{name}").inner_text() in ERRORS.values() for name in described)
        assert target.get_attribute("aria-invalid") == "true"
    assert page.get_by_label("Your review").input_value() == "What I wrote"
    assert page.get_by_label("What do you drink from it?").input_value() == "Tea"


def test_the_trap_is_for_nobody(stand: Stand, visit: Callable[..., Page]) -> None:
    """Nobody sees it, comes to it by keyboard, or hears of it."""
    stand.show(states(stand)["write"])
    page = visit("/")
    trap = page.locator("[name=website]")
    assert trap.evaluate("node => node.closest('[aria-hidden=true]').getBoundingClientRect().width") <= 1
    assert trap.get_attribute("tabindex") == "-1"
    assert page.get_by_role("textbox", name="Leave this empty").count() == 0


def test_targets_are_large_enough(read: Read) -> None:
    """24 pixels at least for all, 44 for the stars of the form and the buttons (WCAG 2.5.8)."""
    page = read(viewport={"width": 320, "height": 900})
    for control in page.locator(".sk-bar, .sk-reviews__tools a, .sk-review > button, .sk-button").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_stars_fill_from_the_right_where_text_does(stand: Stand, visit: Callable[..., Page]) -> None:
    """And to the exact tenth: 3.4 stars are three stars, gaps, and four tenths of the next."""
    stand.fill(5)
    for lang in ("en", "ar"):
        stand.show(lambda lang=lang: str(stand.kit.rating(stand.mug, locale=lang)), lang=lang, path=f"/{lang}")
        page = visit(f"/{lang}")
        style = page.locator(".sk-stars").evaluate(
            "node => (({ scale, backgroundImage, width, fontSize }) => [scale, backgroundImage, width, fontSize])"
            "(getComputedStyle(node))"
        )
        assert (style[0] != "none") == (lang == "ar")
        assert page.locator(".sk-stars").evaluate("node => getComputedStyle(node).getPropertyValue('--s')") == "3"
        size = float(style[3][:-2])
        assert float(style[2][:-2]) == pytest.approx(5.8 * size, abs=0.1)
        assert f"{3 * 1.2 * size:.4g}".rstrip("0").rstrip(".") in style[1]


def test_forced_colours_keep_stars_and_bars(read: Read) -> None:
    """They are drawn in the colours of the system."""
    page = read(forced_colors="active")
    image = page.locator(".sk-review .sk-stars").nth(1).evaluate("node => getComputedStyle(node).backgroundImage")
    assert "gradient" in image
    assert page.locator(".sk-bar svg").first.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    assert page.locator(".sk-chip").first.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"


def test_on_paper_there_is_nothing_to_press(read: Read) -> None:
    """The texts stay."""
    page = read()
    page.emulate_media(media="print")
    assert page.locator(".sk-button:visible, .sk-review > button:visible, .sk-reviews__tools:visible").count() == 0
    assert page.locator(".sk-review__body").first.is_visible()


def test_text_at_200_percent_is_not_cut(stand: Stand, visit: Callable[..., Page]) -> None:
    """At 320 pixels, nobody has to scroll sideways, in German too."""
    stand.fill(6)
    stand.kit.settings.locale = "de"
    stand.shop.pages["/shop.css"] += " :root { font-size: 200% }"
    for name, part in states(stand).items():
        stand.show(part, path=f"/{name}", lang="de")
        page = visit(f"/{name}", viewport={"width": 320, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.close()


@pytest.mark.parametrize("lang", ["de", "pl"])
def test_the_table_of_shares_breaks_no_word(lang: str, stand: Stand, visit: Callable[..., Page]) -> None:
    """On a telephone the table scrolls where its words are too long, by keyboard too."""
    stand.fill(6)
    stand.kit.settings.locale = lang
    stand.show(lambda: str(stand.kit.review_policy()), lang=lang)
    page = visit("/", viewport={"width": 360, "height": 800})
    broken = page.locator(".sk-policy__table :is(th, td)").evaluate_all(
        """cells => cells.flatMap((cell) => [...cell.textContent.matchAll(/\\S+/g)].filter((word) => {
          const range = document.createRange();
          range.setStart(cell.firstChild, word.index);
          range.setEnd(cell.firstChild, word.index + word[0].length);
          return range.getClientRects().length > 1;
        }).map(String))"""
    )
    assert broken == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("region", name=page.locator(".sk-policy__table caption").inner_text()).focus()


def test_the_carousel_is_a_list_that_scrolls(stand: Stand, visit: Callable[..., Page]) -> None:
    """By keyboard, without a script, and never by itself; it says that it is a selection."""
    stand.fill()
    stand.show(lambda: str(stand.kit.review_carousel(stand.mug, stars=4)))
    page = visit("/", scripting=False, viewport={"width": 390, "height": 844})
    expect(page.get_by_role("link", name="Selected reviews · see all 25")).to_have_attribute(
        "href", "/p/mug-1#sk-reviews"
    )
    first = page.locator(".sk-review").first
    before = first.bounding_box()["x"]
    page.locator(".sk-selection__list").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert first.bounding_box()["x"] < before
