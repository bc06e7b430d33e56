"""What no option may take away: that selected reviews are selected, and how reviews are checked. And hostile texts."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Product, ShareKit
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.model import Photo, Provenance, Reply, Review
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import Entry
from sharekit.widgets import reviews as widgets

Read = Callable[[str], list[Any]]
Fill = Callable[..., list[Review]]
EVIL = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}{number}{author}%s&amp;"


def test_selected_reviews_always_say_so(kit: ShareKit, mug: Product, plate: Product, fill: Fill, read: Read) -> None:
    """Whatever is asked for: with the number of all of them, bad ones too, and a link."""
    ids = [item.id for item in fill(5, 4, 1, 2)]
    blocks = [
        kit.review_carousel(mug),
        kit.review_carousel(mug, stars=5),
        kit.review_carousel([mug, plate], stars=4, all_url="/all", title="Loved"),
        kit.review_carousel(stars=4, all_url="/all", layout="grid"),
        kit.review_carousel(mug, photos=False, verified=False, limit=1),
        kit.testimonials(all_url="/all"),
        kit.testimonials(ids[:2], all_url="/all", layout="carousel"),
        kit.testimonials(stars=5, all_url="/all", title=""),
    ]
    for block in blocks:
        links = [item for item in read(block) if item.tag == "a"]
        assert links[0].text == "Selected reviews · see all 4"
        assert links[0].attrs["href"] in {"/p/mug-1#sk-reviews", "/all"}
        assert "ld+json" not in block
    for widget in (widgets.review_carousel, widgets.testimonials):
        names = set(inspect.signature(widget).parameters)
        assert not names & {"selected", "label", "note", "disclosure"}


def test_only_what_was_asked_for_is_selected(kit: ShareKit, mug: Product, fill: Fill, review: Any, read: Read) -> None:
    """At least so many stars, newest first, labels before the text; nothing that is not published."""
    fill(review(5, body="A", author="Ann", incentive="gifted"), 3, review(4, body="B"), review(5, status="pending"))
    html = str(kit.review_carousel(mug, stars=4))
    stars = [item.text for item in read(html) if "sk-stars" in item.attrs.get("class", "")]
    assert stars == ["5 of 5 stars", "4 of 5 stars"]
    assert html.index("Got the product for free") < html.index(">A<")
    pending = fill(review(5, status="pending"))[0]
    assert kit.testimonials([pending.id, "unknown"], all_url="/all") == ""
    assert kit.review_carousel(Product(id="none", title="N", url="/n")) == ""


def test_a_selection_without_a_way_to_all_is_refused(kit: ShareKit, mug: Product, fill: Fill) -> None:
    """For several products the shop has to say where all reviews are; other nonsense is refused too."""
    fill(5)
    calls: list[Callable[[], Any]] = [
        lambda: kit.review_carousel(None),
        lambda: kit.review_carousel([mug, mug]),
        lambda: kit.review_carousel([]),
        lambda: kit.review_carousel("mug"),
        lambda: kit.review_carousel(mug, stars=6),
        lambda: kit.review_carousel(mug, layout="marquee"),
        lambda: kit.testimonials("id", all_url="/all"),
        lambda: kit.testimonials(all_url=""),
    ]
    for call in calls:
        with pytest.raises((InvalidValueError, LookupError)):
            call()


@pytest.mark.parametrize("writers", ["buyers", "customers", "confirmed", "anyone"])
@pytest.mark.parametrize("moderation", ["before", "after"])
def test_how_reviews_are_checked_is_told_from_the_settings(
    writers: str,
    moderation: str,
    make_kit: Callable[..., ShareKit],
    mug: Product,
    tmp_path: Any,
    review: Any,
    read: Read,
) -> None:
    """With the share that was published by stars; in short beside the stars of every list."""
    policy = {"writers": writers, "moderation": moderation, "incentives": ["gifted"], "staff_reviews": True}
    kit = make_kit(data_dir=tmp_path / "policy", deliver=False, review_policy=policy)
    for status in ("published", "rejected"):
        reason = "spam" if status == "rejected" else None
        kit.review_store.add(review(1, status=status, reason=reason))
    html = str(kit.review_policy())
    assert ("We do not check" in html) == (writers == "anyone")
    assert ("“Verified purchase”" in html) == (writers in {"customers", "confirmed"})
    assert ("before it is published" in html) == (moderation == "before")
    assert "“Got the product for free”" in html
    rows = [[cell.text for cell in row.children] for row in read(html) if row.tag == "tr"]
    assert rows[1] == ["5 stars", "0", "0", "–"]
    assert rows[5] == ["1 star", "2", "1", "50%"]
    assert ("We do not check" in kit.reviews(mug)) == (writers == "anyone")
    assert "How reviews are checked" in kit.reviews(mug, how="/checked")


def test_hostile_text_stays_text_everywhere(
    make_kit: Callable[..., ShareKit], review: Any, tmp_path: Any, read: Read
) -> None:
    """In every text there is: it comes back as it was from HTML and JSON-LD, and adds no element and no attribute."""

    def page(text: str, folder: str) -> tuple[str, str]:
        policy = {
            "writers": "anyone",
            "consent": text,
            "attributes": [{"key": "fit", "label": text, "options": [text, "x"]}, {"key": "use", "label": text}],
        }
        kit = make_kit(
            data_dir=tmp_path / folder,
            deliver=False,
            secret_key="a secret that is long",
            site_name=text,
            review_policy=policy,
        )
        item = Product(id="mug-1", title=text, url="/p/mug-1")
        kit.review_store.add(
            review(
                title=text,
                body=text * 12,
                author=text[:100],
                variant=text,
                answers={"fit": text, "use": text, "k": text},
                photos=[Photo(id="a", width=8, height=6, thumb_width=4, thumb_height=3)],
                provenance=Provenance(evidence="imported", source=text[:100]),
                reply=Reply(body=text, author=text[:100]),
            )
        )
        store, entry = kit.review_store, Entry(subject="", action="submit", by="author")
        asked = store.ask(Question(product_id="mug-1", body=text, author=text[:100], status="published"), entry)
        store.answer(asked.id, Answer(body=text, author=text[:100], status="published"), entry)
        wrong = dict.fromkeys(("", "rating", "title", "answer-fit", "consent"), text)
        args = [("x", text), ("sk-sort", text), ("sk-lang", text), ("sk-report", text)]
        html = "".join(
            map(
                str,
                (
                    kit.rating(item),
                    kit.reviews(item, args=args),
                    kit.questions(item, args=args),
                    kit.review_carousel(item, title=text),
                    kit.testimonials(all_url="/all", title=text),
                    kit.review_form(
                        item, values=dict.fromkeys(("title", "body", "author", "answer-use"), text), errors=wrong
                    ),
                ),
            )
        )
        return html, str(kit.meta(item, reviews=5, args=args))

    html, head = page(EVIL, "evil")
    plain, _ = page("Plain text of about that length, which is nothing but harmless words. " + "x" * 34, "plain")

    def shape(text: str) -> list[tuple[str, list[str]]]:
        return [(item.tag, sorted(item.attrs)) for item in read(text)]

    assert shape(html) == shape(plain)
    assert not [item for item in read(html) if item.tag == "script" or "onerror" in item.attrs]
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', head)[1])
    assert data["review"][0]["name"] == data["name"] == EVIL
    assert data["review"][0]["reviewBody"] == EVIL * 12
    photo = next(item for item in read(html) if item.tag == "img")
    assert photo.attrs["alt"] == f"Photo by {EVIL[:100]}, review of {EVIL}"


def test_addresses_are_web_addresses(kit: ShareKit, mug: Product, fill: Fill) -> None:
    """Of every option that is one; the error names it."""
    fill(5)
    calls: dict[str, Callable[[str], Any]] = {
        "link": lambda url: kit.rating(mug, link=url),
        "write": lambda url: kit.reviews(mug, write=url),
        "how": lambda url: kit.reviews(mug, how=url),
        "action": lambda url: kit.review_form(mug, action=url),
        "all_url": lambda url: kit.testimonials(all_url=url),
    }
    for name, call in calls.items():
        assert "/there#here" in call("/there#here")
        for url in ("javascript:alert(1)", "data:text/html,x", "/a b", "//@evil.example"):
            with pytest.raises(InvalidValueError, match=name):
                call(url)
