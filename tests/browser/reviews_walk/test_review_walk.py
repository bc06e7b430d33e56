"""A review from the order to the page and out again, without a script and by keyboard alone."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

PRODUCT = "marram-vase"
TITLE = "It <b>holds</b> water"


def press(target: Locator, key: str = "Enter") -> None:
    """Go to a control as a keyboard does, and use it."""
    target.focus()
    target.press(key)


def tab_to(page: Page, name: str, value: str = "") -> None:
    """Press Tab until the control of that name has the focus: it can be reached without a mouse."""
    chosen = f'[name="{name}"]' + (f'[value="{value}"]' if value else "")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(f"{chosen}:focus").count():
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def publish(page: Page, demo: Any, title: str) -> None:
    """A moderator publishes the review of that title."""
    page.goto(f"{demo.base}/moderation/")
    case = page.locator("article", has_text=title)
    expect(case).to_be_visible()
    press(case.get_by_role("button", name="Publish"))
    expect(page.get_by_role("status")).to_contain_text("Published")


def test_a_review_is_written_checked_shown_answered_and_erased(page: Page, demo: Any) -> None:
    """Stars, histogram, structured data and feed follow every step alike."""
    before = demo.numbers(PRODUCT)
    assert before.stars == before.marked_up
    assert before.histogram == len(before.feed) == before.stars[0]

    page.goto(f"{demo.base}/p/{PRODUCT}")
    press(page.get_by_role("button", name="Put into the basket"))
    press(page.locator("form[action='/checkout'] button"))
    press(page.get_by_role("link", name="Review your order"))
    link = page.url
    assert "/sharekit/reviews/order/" in link
    tab_to(page, "p1-rating")
    page.keyboard.press("ArrowRight")
    assert page.locator("[name='p1-rating']:checked").count() == 1
    page.locator("[name='p1-rating'][value='2']").press("Space")
    page.locator("[name='p1-title']").fill(TITLE)
    page.locator("[name='p1-body']").fill("Water, yes.\nBut the <script>alert(1)</script> neck is narrow.")
    page.locator("[name='p1-author']").fill("Ada")
    press(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not lead anywhere")
    assert demo.numbers(PRODUCT) == before
    page.goto(f"{demo.base}/p/{PRODUCT}")
    expect(page.get_by_text(TITLE)).to_have_count(0)

    publish(page, demo, TITLE)
    shown = demo.numbers(PRODUCT)
    assert shown.stars == shown.marked_up != before.stars
    assert shown.stars[0] == shown.histogram == len(shown.feed) == before.stars[0] + 1
    assert sorted([*before.feed, 2]) == list(shown.feed)
    page.goto(f"{demo.base}/p/{PRODUCT}")
    review = page.locator(".sk-review", has_text=TITLE)
    expect(review).to_contain_text("Verified purchase")
    expect(review).to_contain_text("2 of 5 stars")
    expect(review).to_contain_text("<script>alert(1)</script>")
    page.goto(f"{demo.base}/p/{PRODUCT}?sk-stars=2")
    expect(page.locator(".sk-review", has_text=TITLE)).to_be_visible()
    page.goto(f"{demo.base}/p/{PRODUCT}?sk-stars=5")
    expect(page.locator(".sk-review", has_text=TITLE)).to_have_count(0)

    page.goto(f"{demo.base}/moderation/?show=published")
    case = page.locator("article", has_text=TITLE)
    while not case.count():
        press(page.get_by_role("link", name="More", exact=True))
    press(case.get_by_role("link", name="Answer, history"))
    one = page.url
    page.locator("textarea[name=body]").fill("The next one has a wider neck.")
    press(page.get_by_role("button", name="Answer"))
    expect(page.get_by_role("status")).to_contain_text("kept")
    page.goto(f"{demo.base}/p/{PRODUCT}")
    expect(page.locator(".sk-review", has_text=TITLE)).to_contain_text("The next one has a wider neck.")

    page.goto(one)
    press(page.get_by_role("button", name="Erase"))
    expect(page.get_by_role("alert")).to_contain_text("Tick the box first")
    page.get_by_role("checkbox").press("Space")
    press(page.get_by_role("button", name="Erase"))
    expect(page.get_by_role("status")).to_contain_text("Erased")
    assert demo.numbers(PRODUCT) == before
    page.goto(f"{demo.base}/moderation/log")
    table = page.get_by_role("region", name="Log")
    expect(table).to_contain_text("erased")
    expect(table).not_to_contain_text("narrow")


def test_a_review_by_confirmed_mail_with_a_photo(page: Page, demo: Any) -> None:
    """Nothing is kept before the link in the mail is opened and its button pressed; the photo has lost its place."""
    count = len(list(demo.kit.review_store.all()))
    page.goto(f"{demo.base}/p/tide-notebook")
    press(page.get_by_role("link", name="Write a review"))
    press(page.get_by_role("button", name="Send review"))
    page.locator("[name=rating][value='5']").press("Space")
    page.locator("[name=body]").fill("Lies flat.")
    page.locator("[name=email]").fill("not an address@")
    page.locator("form[action$='/reviews/write']").evaluate("form => form.noValidate = true")
    press(page.get_by_role("button", name="Send review"))
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=body]")).to_have_value("Lies flat.")
    expect(page.locator("[name=rating][value='5']")).to_be_checked()
    page.locator("[name=email]").fill("ann@example.com")
    press(page.get_by_role("button", name="Send review"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    assert len(list(demo.kit.review_store.all())) == count
    page.goto(f"{demo.base}/mail")
    press(page.locator(".letter a[href*='/reviews/confirm/']").first)
    expect(page.get_by_text("Lies flat.")).to_be_visible()
    assert len(list(demo.kit.review_store.all())) == count
    page.locator("[name=photos]").set_input_files(
        {"name": "holiday.jpg", "mimeType": "image/jpeg", "buffer": with_a_place()}
    )
    press(page.get_by_role("button", name="Hand in"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    kept = [review for review in demo.kit.review_store.all() if review.product_id == "tide-notebook"]
    assert [review.body for review in kept] == ["Lies flat."]
    assert kept[0].provenance.evidence == "email"
    assert "ann@" not in repr(kept)
    photo = demo.kit.desk.photos.read(f"{kept[0].photos[0].id}.jpg")
    assert photo is not None
    assert b"Exif" not in photo[0]
    publish(page, demo, "Lies flat.")
    page.goto(f"{demo.base}/p/tide-notebook")
    review = page.locator(".sk-review", has_text="Lies flat.")
    expect(review).not_to_contain_text("Verified")
    expect(review.locator("img")).to_have_attribute("alt", "Photo by Anonymous, review of Tide notebook")


def test_one_cached_page_serves_two_visitors(page: Page, demo: Any, scriptless_browser: Any) -> None:
    """The same bytes, served to both, take a question of each: nothing in the form belongs to a visitor."""
    client = demo.app.test_client()
    cached = client.get("/p/salt-pig").data
    assert cached == demo.app.test_client().get("/p/salt-pig").data
    for name, words in (("Ann", "Is it heavy?"), ("Bob", "Is there a blue one?")):
        context = scriptless_browser.new_context()
        visitor = context.new_page()
        visitor.route("**/p/salt-pig", lambda route: route.fulfill(body=cached, content_type="text/html"))
        visitor.goto(f"{demo.base}/p/salt-pig")
        visitor.get_by_text("Ask a question").press("Enter")
        form = visitor.locator("form[action$='/reviews/ask']")
        form.locator("[name=author]").fill(name)
        form.locator("[name=body]").fill(words)
        press(form.get_by_role("button"))
        expect(visitor.get_by_role("heading", level=1)).to_have_text("Thank you")
        press(visitor.get_by_role("link", name="Back to the product"))
        press(visitor.get_by_role("link", name="Write a review"))
        expect(visitor.get_by_role("button", name="Send review")).to_be_visible()
        context.close()
    waiting, _ = demo.kit.review_store.questions("salt-pig", status="pending")
    assert {(question.author, question.body) for question in waiting} == {
        ("Ann", "Is it heavy?"),
        ("Bob", "Is there a blue one?"),
    }
    page.goto(f"{demo.base}/moderation/questions")
    case = page.locator("article", has_text="Is it heavy?")
    case.locator("textarea").fill("Two kilos.")
    press(case.get_by_role("button", name="Answer the question by Ann"))
    page.goto(f"{demo.base}/p/salt-pig")
    expect(page.get_by_text("Two kilos.")).to_be_visible()


def with_a_place() -> bytes:
    """A JPEG that says where it was taken."""
    image = pytest.importorskip("PIL.Image", reason="pip install sharekit-web[reviews]")
    picture = image.new("RGB", (64, 48), "teal")
    exif = picture.getexif()
    exif[0x8825] = {1: "N", 2: (55.0, 3.0, 21.0), 3: "E", 4: (8.0, 25.0, 0.0)}
    file = BytesIO()
    picture.save(file, "JPEG", exif=exif)
    assert b"Exif" in file.getvalue(), base64.b64encode(file.getvalue()[:40])
    return file.getvalue()
