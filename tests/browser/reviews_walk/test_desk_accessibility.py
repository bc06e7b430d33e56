"""WCAG 2.2 AA on the kit's pages of reviews and on the moderators' page: errors, empty, dark, right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MODERATION = ["", "?show=reported", "?show=published", "?show=rejected", "review/demo-review-02", "review/nothing",
              "questions", "questions?show=all", "log?days=365", "shares"]  # fmt: skip


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a colour scheme and width, as a new visitor."""
    contexts = []

    def open_page(address: str, scheme: str = "light", width: int = 1280) -> Page:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def check(page: Page) -> None:
    """Nothing for axe to find, and nothing that has to be scrolled sideways."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("scheme", "width", "paths"), [("light", 1280, MODERATION), ("dark", 320, MODERATION[::3])])
def test_the_moderators_page(
    look: Callable[..., Page], demo: Any, scheme: str, width: int, paths: Sequence[str]
) -> None:
    """Each of its pages, full and empty."""
    page = look(f"{demo.base}/moderation/{paths[0]}", scheme, width)
    check(page)
    for path in paths[1:]:
        page.goto(f"{demo.base}/moderation/{path}")
        check(page)


def test_tables_break_no_word_of_their_own(look: Callable[..., Page], demo: Any) -> None:
    """On a telephone they scroll; only what strangers wrote is broken where it is too long."""
    page = look(f"{demo.base}/moderation/review/demo-review-02", width=360)
    for path in ("review/demo-review-02", "log?days=365"):
        page.goto(f"{demo.base}/moderation/{path}")
        broken = page.locator(".sk-desk__table th, .sk-desk__table td:nth-child(3)").evaluate_all(
            """cells => cells.filter((cell) => cell.textContent.trim() && !/\\s/.test(cell.textContent.trim()))
            .filter((cell) => {
              const range = document.createRange();
              range.selectNodeContents(cell);
              return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1;
            }).map((cell) => cell.textContent)"""
        )
        assert broken == [], path


@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 320, "de"), ("dark", 1280, "ar")])
def test_forms_with_and_without_errors(
    look: Callable[..., Page], demo: Any, scheme: str, width: int, language: str
) -> None:
    """The link of an order, the form by itself, the notices."""
    link = demo.kit.review_link(f"axe-{language}", ["dune-mug", {"id": "salt-pig", "title": "Salt pig", "url": "/p/x"}])
    page = look(f"{link}?lang={language}", scheme, width)
    check(page)
    page.locator("[name='p1-title']").fill("Without stars")
    page.locator("main form button").last.click()
    expect(page.locator("[aria-invalid]").first).to_be_attached()
    check(page)
    token = demo.kit._form_signer.sign({"p": "salt-pig", "t": "Salt pig", "u": "/p/salt-pig"})
    page.goto(f"{demo.base}/sharekit/reviews/write?{urlencode({'f': token, 'lang': language})}")
    check(page)
    page.goto(f"{demo.base}/sharekit/reviews/thanks?{urlencode({'for': 'mail', 'f': token, 'lang': language})}")
    check(page)
    page.goto(f"{demo.base}/sharekit/reviews/order/x?lang={language}")
    check(page)


def test_the_shops_pages_of_reviews(look: Callable[..., Page], demo: Any) -> None:
    """All reviews, how they are checked, the mails."""
    page = look(demo.base, "dark", 320)
    for path in ("/p/dune-mug", "/reviews", "/how-reviews-are-checked", "/mail"):
        page.goto(demo.base + path)
        check(page)


def test_a_moderator_needs_no_mouse(look: Callable[..., Page], demo: Any) -> None:
    """Everything in the queue is reached by Tab, in the order in which it is read, and shows that it has the focus."""
    page = look(f"{demo.base}/moderation/")
    names: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not focused.count():
            break
        assert focused.evaluate("node => getComputedStyle(node).outlineStyle") != "none"
        names.append(focused.evaluate("node => node.tagName === 'SELECT' ? node.name : node.innerText"))
    assert names[0] == "Skip to content"
    names = [name.split("\n")[0] for name in names]
    publish, reason, refuse = (names.index(name) for name in ("Publish", "reason", "Refuse"))
    assert publish < reason < refuse
