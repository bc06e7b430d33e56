"""What a kit does with reviews besides its pages: links, ranking, trend, events."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sharekit import Product
from sharekit.events.model import now
from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.reviews.model import Review
from sharekit.sinks.store import open_store


def test_a_kit_brings_reviews_only_when_they_are_asked_for() -> None:
    """Nobody waits for what is not used."""
    code = (
        "import sys; from sharekit import ShareKit; ShareKit('https://shop.example'); "
        "sys.exit(any(name.startswith('sharekit.reviews') or name in {'PIL', 'multipart'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_review_link_is_a_whole_address_without_the_buyer_in_it(make_review_shop: Callable[..., Any]) -> None:
    """Products as the shop has them, by id, or as mappings; the address is only a hash."""
    shop = make_review_shop(adapt=lambda item: shop.product)
    link = shop.kit.review_link("1001", [shop.product, "bowl-1", {"id": "pot", "title": "Pot"}, object()],
                                email="ann@example.com")  # fmt: skip
    assert link.startswith("https://shop.example/sharekit/reviews/order/")
    invitation = shop.kit.desk.invitation(link.rpartition("/")[2])
    assert [product.id for product in invitation.products][:3] == ["mug-1", "bowl-1", "pot"]
    assert "ann" not in repr(invitation)
    with pytest.raises(InvalidValueError):
        shop.kit.review_link("1001", [])


def test_products_are_ranked_by_more_than_their_mean(open_shop: Any) -> None:
    """One five does not beat many of four and five; equal ones keep their order."""
    products = [Product(id=key, title=key, url=f"/p/{key}") for key in ("one", "none", "many", "bad", "empty")]
    ratings = {"one": [5], "many": [5] * 9 + [4] * 3, "bad": [1, 2, 1]}
    open_shop.kit.review_store.add_many(
        [Review(product_id=key, rating=stars, status="published") for key, given in ratings.items() for stars in given]
    )
    ranked = [product.id for product in open_shop.kit.rank(products)]
    assert ranked == ["many", "one", "none", "empty", "bad"]
    assert open_shop.kit.rank([]) == []


def test_a_rating_that_fell_is_told(open_shop: Any) -> None:
    """With how far chance alone would move it."""
    old, new = now() - timedelta(days=200), now() - timedelta(days=1)
    reviews = [
        Review(product_id="mug-1", rating=stars, status="published", created_at=at)
        for stars, at in [(5, old)] * 30 + [(2, new)] * 30
    ]
    open_shop.kit.review_store.add_many(reviews)
    trend = open_shop.kit.rating_trend(open_shop.product)
    assert trend.verdict == "worse"
    assert trend.change == pytest.approx(-3)


def test_a_review_is_an_event_when_handed_in_and_when_published(make_review_shop: Callable[..., Any]) -> None:
    """In the same journal as everything else, without a word of what was written."""
    shop = make_review_shop(review_policy={"writers": "anyone"}, deliver=True)
    shop.write(body="Personal words", author="Ann")
    shop.kit.desk.decide(shop.kept()[0].id, "published", by="Ylva")
    assert shop.kit.flush(10)
    store = open_store(shop.kit.settings.store, data_dir=shop.kit.settings.data_dir)
    events = [event for event in store.events() if event.name == "review"]
    assert [event.props["step"] for event in events] == ["submitted", "published"]
    assert {(event.product_id, event.props["rating"], event.props["review"]) for event in events} == {
        ("mug-1", 4, shop.kept()[0].id)
    }
    assert "Personal" not in repr(events)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"reviews": "reviews.db"}, "sqlite:reviews.db"),
        ({"mail": "mail.example"}, "smtp://"),
        ({"mail": 7}, "mail"),
        ({"customer": "me"}, "customer"),
        ({"review_address": "me"}, "review_address"),
    ],
)
def test_settings_that_cannot_work_are_named(make_review_shop: Callable[..., Any], settings: Any, words: str) -> None:
    """At the start, not at the first review."""
    with pytest.raises(ConfigError, match=words):
        make_review_shop(**settings)


def test_a_policy_may_be_a_mapping(make_review_shop: Callable[..., Any]) -> None:
    """As it stands in a framework's configuration, with misspelt fields refused."""
    assert make_review_shop(review_policy={"writers": "buyers"}).kit.policy.writers == "buyers"
    with pytest.raises(ConfigError, match="writers"):
        _ = make_review_shop(review_policy={"writer": "buyers"}).kit.policy


def test_functions_do_not_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, make_kit: Any) -> None:
    """Text is no function; a policy may be JSON."""
    monkeypatch.setenv("SHAREKIT_REVIEW_POLICY", '{"writers": "buyers"}')
    assert make_kit().policy.writers == "buyers"
    monkeypatch.setenv("SHAREKIT_CUSTOMER", "me")
    with pytest.raises(ConfigError, match="customer="):
        make_kit()
