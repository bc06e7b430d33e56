"""Reviews in the demo's shop: seeded once, honest, on every page where they belong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sharekit.demo.own import HERE, own_shop
from sharekit.demo.own_reviews import seed
from sharekit.kit import ShareKit
from sharekit.reviews.store import ReviewStore

ROWS = tomllib.loads((HERE / "reviews.toml").read_text(encoding="utf-8"))


def kit_of(app: Flask) -> ShareKit:
    """The shop's kit."""
    kit: ShareKit = app.extensions["sharekit"]
    return kit


def test_what_was_written_is_varied_and_honest() -> None:
    """Low ratings, answers to them, labels, several languages; nothing about wares that there are not."""
    reviews = ROWS["reviews"]
    assert {row["product"] for row in reviews} <= {ware.slug for ware in own_shop().catalog.wares}
    assert len([row for row in reviews if row["rating"] <= 2]) >= 8
    assert len({row.get("language", "en") for row in reviews}) >= 7
    assert {"sample", "discount", "gifted"} <= {row.get("incentive", "") for row in reviews}
    assert {"employee"} <= {row.get("relation", "") for row in reviews}
    assert len({row.get("body") for row in reviews}) > len(reviews) - 3


def test_the_store_is_filled_once(make_demo: Callable[..., Flask]) -> None:
    """What was erased does not come back when the demo is started again."""
    app = make_demo()
    store = kit_of(app).review_store
    assert len(list(store.all())) == len(ROWS["reviews"])
    assert store.recount() == []
    kit_of(app).desk.erase("demo-review-01", by="test")
    seed(kit_of(app).desk)
    again = make_demo()
    assert kit_of(again).review_store.get("demo-review-01") is None
    assert len(list(store.all())) == len(ROWS["reviews"]) - 1


def test_a_shop_of_ones_own_is_not_filled(make_demo: Callable[..., Flask], tmp_path: Path) -> None:
    """Invented customers belong to the invented shop."""
    catalog = tmp_path / "catalog.json"
    catalog.write_text('[{"id": "a", "title": "A thing", "price": "3.00", "currency": "EUR"}]')
    app = make_demo(catalog=catalog)
    client = app.test_client()
    page = client.get("/p/a").text
    assert "There are no reviews yet." in page
    assert "aggregateRating" not in page
    assert "sk-stars" not in client.get("/").text
    assert client.get("/moderation/").status_code == 200


def test_the_stars_of_a_list_are_one_question(make_demo: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wares the page shows."""
    app = make_demo()
    store = kit_of(app).review_store
    asked: list[int] = []
    summaries = type(store).summaries

    def counted(self: ReviewStore, product_ids: Any) -> Any:
        asked.append(len(product_ids))
        return summaries(self, product_ids)

    monkeypatch.setattr(type(store), "summaries", counted)
    html = app.test_client().get("/reviews").text
    assert len(asked) == 2, "one to rank them, one to show them"
    assert len(re.findall(r"of 5 stars", html)) == 15
    assert "No reviews yet" in html


def test_a_product_shows_what_was_said(make_demo: Callable[..., Flask]) -> None:
    """Stars by the title, the list with answers and labels, questions; sorted and filtered by plain links."""
    client = make_demo().test_client()
    page = client.get("/p/dune-mug").text
    for words in ("3.8 of 5 stars", "The waterline is mine now", "Verified purchase", "Works for this shop",
                  "Got a free sample", "Enjoy the cormorant!", "small espresso machine", "Photo by Marit"):  # fmt: skip
        assert words in page
    assert page.count('<link rel="stylesheet"') == len(set(re.findall(r'<link rel="stylesheet" href="([^"]+)', page)))
    low = client.get("/p/dune-mug?sk-stars=1").text
    assert "Arrived in two pieces" in low
    assert "The waterline is mine now" not in low
    assert 'lang="de"' in page


def test_only_this_computer_moderates(make_demo: Callable[..., Flask]) -> None:
    """Also when the demo listens for other machines."""
    client = make_demo().test_client()
    assert "demonstration" in client.get("/moderation/").text
    for address in ("192.0.2.7", "2001:db8::1", "", "not an address"):
        assert client.get("/moderation/", environ_base={"REMOTE_ADDR": address}).status_code == 403
    for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"):
        assert client.get("/moderation/", headers={name: "203.0.113.9"}).status_code == 403, "came through a proxy"


def test_mails_end_on_a_page(make_demo: Callable[..., Flask]) -> None:
    """With the link in them as a link, and everything else as text."""
    app = make_demo()
    app.extensions["mailbox"].put("<b>ann</b>@example.com", "Hello", "See https://shop.example/a?b=c&d\n<i>yes</i>")
    html = app.test_client().get("/mail").text
    assert '<a href="https://shop.example/a?b=c&amp;d">' in html
    assert "&lt;i&gt;yes&lt;/i&gt;" in html
    assert "&lt;b&gt;ann&lt;/b&gt;@example.com" in html
