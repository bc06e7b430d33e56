"""Reading reviews: by plain links without a script, by parts of the page with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.reviews.conftest import Stand

Read = Callable[..., Page]


def titles(page: Page) -> list[str]:
    """The headings of the reviews, without the text of the stars."""
    return page.locator(".sk-review").evaluate_all(
        "nodes => nodes.map((node) => node.querySelector('h3').lastChild.textContent.trim())"
    )


def test_everything_is_links_without_a_script(read: Read) -> None:
    """Sort, filter, turn the page and go back: each is an address of its own, and other parameters stay."""
    page = read("?colour=ash", scripting=False)
    assert titles(page)[1] == "Cup number 1"
    page.get_by_role("link", name="More reviews").click()
    expect(page.locator(".sk-review")).to_have_count(5)
    assert "colour=ash" in page.url
    page.get_by_role("link", name="Previous reviews").click()
    expect(page.locator(".sk-review")).to_have_count(20)
    assert titles(page)[1] == "Cup number 1"
    page.get_by_role("link", name="Lowest rating").click()
    expect(page.locator(".sk-review .sk-stars").first).to_have_text("1 of 5 stars")
    page.get_by_role("link", name="5 stars").click()
    expect(page.locator(".sk-review")).to_have_count(5)
    assert "sk-sort=lowest" in page.url
    expect(page.locator(".sk-bar[aria-current]")).to_have_count(1)
    page.get_by_role("link", name="Verified purchases").click()
    expect(page.locator(".sk-reviews__count > span")).to_have_text("3 reviews")
    page.get_by_role("link", name="Show all reviews").click()
    expect(page.locator(".sk-review")).to_have_count(20)


def test_a_long_review_unfolds_without_a_script(read: Read) -> None:
    """The end of the text is there, folded away."""
    page = read(scripting=False)
    more = page.locator(".sk-review__more")
    expect(more).to_have_count(1)
    assert not more.locator("p").is_visible()
    more.locator("summary").click()
    assert more.locator("p").is_visible()


def test_the_script_loads_the_list_alone_keeps_the_focus_and_says_what_has_changed(stand: Stand, read: Read) -> None:
    """The page is not loaded again, the link still has the focus, the live region tells the number."""
    page = read("?colour=ash")
    page.evaluate("window.same = true")
    link = page.get_by_role("link", name="Verified purchases")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("13 reviews")
    assert page.evaluate("window.same")
    assert page.evaluate("document.activeElement.textContent") == "Verified purchases"
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    assert "colour=ash" in page.url
    assert "sk-with=verified" in page.url
    page.get_by_role("link", name="5 stars").press("Enter")
    expect(page.get_by_role("status")).to_have_text("3 reviews")
    assert page.evaluate("document.activeElement.matches('.sk-bar[aria-current]')")
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("13 reviews")
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("25 reviews")
    assert page.evaluate("window.same")
    filters = stand.shop.wait_for(page, "review_filter", 2)
    assert {event.widget for event in filters} == {"reviews"}
    assert {event.product_id for event in filters} == {"mug-1"}
    assert sorted(map(str, (dict(event.props) for event in filters)))[0] == "{'stars': '5', 'with': 'verified'}"


def test_the_next_page_begins_at_its_beginning(read: Read) -> None:
    """The focus goes to the number of reviews, in front of the list."""
    page = read()
    page.evaluate("window.same = true")
    page.get_by_role("link", name="More reviews").click()
    expect(page.locator(".sk-review")).to_have_count(5)
    assert page.evaluate("window.same")
    assert page.evaluate("document.activeElement.matches('[data-sk-count]')")
    assert page.evaluate("Math.round(document.activeElement.getBoundingClientRect().top) >= 0")
    assert "sk-after=" in page.url


def test_a_list_that_does_not_come_is_loaded_as_a_page(read: Read) -> None:
    """Whatever happens to the fragment, the link leads where it says."""
    page = read()
    page.route("**/reviews/list/**", lambda route: route.abort())
    page.get_by_role("link", name="Lowest rating").click()
    page.wait_for_url("**sk-sort=lowest**")
    expect(page.locator(".sk-review .sk-stars").first).to_have_text("1 of 5 stars")


@pytest.mark.parametrize("scripting", [True, False])
def test_a_vote_counts_once_and_can_be_taken_back(scripting: bool, stand: Stand, read: Read) -> None:
    """With the script in place, without it by a form and a page."""
    page = read(scripting=scripting)
    review = page.locator(".sk-review").first
    for _ in range(2 if not scripting else 1):
        review.get_by_role("button", name="Helpful", exact=False).first.click()
        if not scripting:
            page.goto(stand.shop.base)
    expect(review.locator("[name=up] b")).to_have_text("1")
    if scripting:
        expect(page.get_by_role("status")).to_have_text("Thank you. You can change your vote.")
        expect(review.locator("[name=up]")).to_have_attribute("aria-pressed", "true")
        review.locator("[name=down]").click()
        expect(review.locator("[name=down] b")).to_have_text("1")
        expect(review.locator("[name=up] b")).to_have_text("")
        review.locator("[name=down]").click()
        expect(review.locator("[name=down]")).to_have_attribute("aria-pressed", "false")
        assert [event.props["review"] for event in stand.shop.wait_for(page, "helpful")]


@pytest.mark.parametrize("scripting", [True, False])
def test_a_review_can_be_reported(scripting: bool, stand: Stand, read: Read) -> None:
    """A form opens in the review, with reasons; none of them is a bad rating."""
    page = read(scripting=scripting)
    page.locator(".sk-review").nth(1).get_by_role("button", name="Report").click()
    form = page.locator("#sk-report")
    expect(form).to_be_visible()
    assert page.locator(".sk-review").nth(1).locator("#sk-report").count() == 1
    if scripting:
        assert page.evaluate("document.activeElement.name") == "reason"
    form.get_by_role("combobox").select_option("advertising")
    form.get_by_role("button", name="Send report").click()
    if scripting:
        expect(page.get_by_role("status")).to_have_text("Thank you. We will look at this review.")
    else:
        page.wait_for_load_state()
    assert len(stand.kit.review_store.queue("published", reported=True).reviews) == 1


def test_photos_and_long_texts_are_counted_when_they_are_opened(stand: Stand, read: Read) -> None:
    """With the id of the review, and nothing else of it."""
    page = read()
    page.locator(".sk-review__more summary").click()
    page.locator("[data-sk-photo]").evaluate(
        "link => link.addEventListener('click', (event) => event.preventDefault())"
    )
    page.locator("[data-sk-photo]").click()
    reviews = [event.props for name in ("review_expand", "photo_open") for event in stand.shop.wait_for(page, name)]
    first, second = stand.kit.review_store.page(stand_query()).reviews[:2]
    assert reviews == [{"review": second.id}, {"review": first.id}]


def stand_query() -> object:
    """The newest reviews of the mug."""
    from sharekit.reviews.store import Query

    return Query(product_id="mug-1")


def test_nothing_shifts_and_nothing_is_blocked(stand: Stand, visit: Callable[..., Page]) -> None:
    """Under default-src 'self', of every widget, while style sheet and photos come late."""
    stand.fill(8)
    stand.ask()
    stand.shop.slow = "/reviews"
    kit, mug = stand.kit, stand.mug
    parts = {
        "list": lambda: str(kit.rating(mug, link=True)) + stand.section(),
        "form": lambda: str(kit.review_form(mug, errors={"rating": "Choose."})),
        "rest": lambda: str(kit.questions(mug)) + str(kit.review_carousel(mug)) + str(kit.review_policy()),
    }
    for name, part in parts.items():
        stand.show(part, path=f"/{name}")
        page = visit(f"/{name}", viewport={"width": 1280, "height": 900})
        page.wait_for_timeout(600)
        assert page.evaluate("blocked") == [], name
        assert page.evaluate("shifts") == [], name


def test_the_beginning_of_a_review_is_counted_once(stand: Stand, visit: Callable[..., Page]) -> None:
    """At the first thing that is typed or chosen, not for each."""
    stand.show(lambda: str(stand.kit.review_form(stand.mug)))
    page = visit("/")
    page.wait_for_function(stand.loaded)
    page.get_by_label("Headline").fill("Hm")
    page.get_by_role("radio", name="4 stars – good").check()
    (event,) = stand.shop.wait_for(page, "write_start")
    assert (event.widget, event.product_id, dict(event.props)) == ("review_form", "mug-1", {})
    assert [item.name for item in stand.shop.leave(page)].count("write_start") == 1
