"""The feed has Google's elements in Google's order, everything escaped, and all that is published and counted.

Its XSD could not be had, so the order is held to the documented samples of schema 2.4 and 2.3 by the checker below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import Product
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.feed import FeedCounts, product_review_feed
from sharekit.reviews.model import Provenance, Review
from sharekit.reviews.store import ReviewStore

AT = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
MUG = Product(
    id="mug", title="Mug & <saucer>", url="/p/mug?a=1&b=2#top", sku="MUG-1", gtin="4006381333931", brand="Kiln & Co"
)

# The documented order. A name with ? may be missing; a mapping is the content of an element.
REVIEW: dict[str, Any] = {
    "review_id": str,
    "reviewer": {"name": str},
    "is_verified_purchase": ("true", "false"),
    "is_incentivized_review": ("true", "false"),
    "review_timestamp": datetime.fromisoformat,
    "title?": str,
    "content": str,
    "review_language?": str,
    "review_country?": str,
    "review_url": str,
    "ratings": {"overall": ("1", "2", "3", "4", "5")},
    "products": {
        "product": {
            "product_ids": {"gtins?": {"gtin": str}, "skus?": {"sku": str}, "brands?": {"brand": str}},
            "product_name": str,
            "product_url": str,
        }
    },
}


def check(element: ElementTree.Element, content: Mapping[str, Any]) -> None:
    """Hold an element to a content: the names in this order, each once, each with something in it."""
    children = list(element)
    for name, form in content.items():
        optional, name = name.endswith("?"), name.removesuffix("?")
        if optional and not (children and children[0].tag == name):
            continue
        assert children, f"{element.tag}: {name} is missing"
        child = children.pop(0)
        assert child.tag == name, f"{element.tag}: {child.tag} where {name} should be"
        if isinstance(form, Mapping):
            check(child, form)
            continue
        assert len(child) == 0
        text = child.text or ""
        assert text.strip(), f"{name} is empty"
        assert text in form if isinstance(form, tuple) else form(text)
    assert not children, f"{element.tag}: {children[0].tag} should not be here"


def check_feed(text: str) -> list[ElementTree.Element]:
    """The reviews of a feed that is as it should be."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "feed"
    schema = root.attrib["{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"]
    assert schema == "http://www.google.com/shopping/reviews/schema/product/2.4/product_reviews.xsd"
    assert [child.tag for child in root] == ["version", "publisher", "reviews"]
    assert root.findtext("version") == "2.4"
    assert [child.tag for child in root[1]] in (["name"], ["name", "favicon"])
    reviews = list(root[2])
    for review in reviews:
        assert review.tag == "review"
        check(review, REVIEW)
        overall = review.find("ratings/overall")
        assert overall is not None
        assert overall.attrib == {"min": "1", "max": "5"}
    return reviews


def review(**fields: Any) -> Review:
    """A published review."""
    values = {"product_id": "mug", "rating": 4, "body": "Good.", "author": "Ann", "status": "published"}
    return Review(**(values | {"created_at": AT, "published_at": AT} | fields))


def feed(*items: Review, counts: FeedCounts | None = None, **options: Any) -> str:
    """The feed of these reviews."""
    options = {"publisher": "The shop", "base_url": "https://shop.example"} | options
    return "".join(product_review_feed(items, {"mug": MUG}.get, counts=counts, **options))


def test_the_whole_of_a_review() -> None:
    """Every element that a review and its product can have, with whole addresses."""
    whole = review(
        title="Nice",
        language="en-GB",
        country="GB",
        incentive="sample",
        provenance=Provenance(evidence="order", order_id="1"),
    )
    (element,) = check_feed(feed(whole, favicon="/icon.png"))
    assert element.findtext("review_id") == whole.id
    assert element.findtext("review_timestamp") == "2026-11-01T12:00:00Z"
    assert [element.findtext(name) for name in ("title", "content", "review_language", "review_country")] == [
        "Nice", "Good.", "en-GB", "GB",
    ]  # fmt: skip
    assert (element.findtext("is_verified_purchase"), element.findtext("is_incentivized_review")) == ("true", "true")
    product = element.find("products/product")
    assert product is not None
    assert product.findtext("product_name") == "Mug & <saucer>"
    assert product.findtext("product_url") == "https://shop.example/p/mug?a=1&b=2"
    assert product.findtext("product_ids/gtins/gtin") == "4006381333931"
    assert product.findtext("product_ids/brands/brand") == "Kiln & Co"
    link = element.find("review_url")
    assert link is not None
    assert (link.text, link.attrib) == ("https://shop.example/p/mug?a=1&b=2#sk-reviews", {"type": "group"})


def test_what_is_not_known_is_left_out() -> None:
    """No empty elements; a writer without a name is anonymous; a GTIN with a wrong check digit is none."""
    plain = replace(MUG, gtin="4006381333932", brand="", sku="")
    text = "".join(
        product_review_feed([review(author="")], lambda _: plain, publisher="S", base_url="https://shop.example")
    )
    (element,) = check_feed(text)
    name = element.find("reviewer/name")
    assert name is not None
    assert (name.text, name.attrib) == ("Anonymous", {"is_anonymous": "true"})
    assert element.findtext("products/product/product_ids/skus/sku") == "mug"
    assert element.find("products/product/product_ids/gtins") is None


def test_all_ratings_are_in_it_and_what_is_not_is_counted() -> None:
    """Low ones as well as high ones. Waiting and refused ones, empty ones and those of others' websites are not."""
    counts = FeedCounts()
    text = feed(
        *(review(rating=rating) for rating in (1, 1, 2, 3, 5)),
        review(body=" \x07\n"),
        review(product_id="gone"),
        review(provenance=Provenance(evidence="syndicated", source="Elsewhere")),
        review(provenance=Provenance(evidence="imported", source="Loox")),
        replace(review(), status="pending", published_at=None),
        replace(review(), status="rejected", reason="spam", published_at=None),
        counts=counts,
    )
    assert len(check_feed(text)) == counts.reviews == 6
    assert counts.stars == (2, 1, 1, 1, 1)
    assert (counts.without_text, counts.without_product, counts.elsewhere) == (1, 1, 1)
    assert counts.size == len(text.encode())


@pytest.mark.parametrize("relation", ["employee", "family", "agent"])
def test_reviews_of_the_shops_own_people_are_marked(relation: str) -> None:
    """The feed has one mark for reviews that are not independent."""
    (element,) = check_feed(feed(review(relation=relation)))
    assert element.findtext("is_incentivized_review") == "true"


def test_nothing_personal_is_handed_on() -> None:
    """Neither the hash of the writer nor the order."""
    text = feed(review(person="e-hash", provenance=Provenance(evidence="order", order_id="order-7")))
    assert "e-hash" not in text
    assert "order-7" not in text


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
texts |= st.sampled_from(["]]>", "<!--", "<x>&amp;", "\x0b\x1f\ufffe\uffff", "a\r\nb", "&#x0;", "\"'", "\U0010ffff"])


@settings(max_examples=150, deadline=None)
@given(title=texts, body=texts, author=texts, publisher=texts.filter(str.strip))
def test_whatever_is_written_the_feed_is_well_formed(title: str, body: str, author: str, publisher: str) -> None:
    """And says what was written, without what XML cannot hold."""
    counts = FeedCounts()
    text = feed(review(title=title, body=body, author=author), publisher=f"p{publisher}", counts=counts)
    found = check_feed(text)
    assert len(found) == counts.reviews == 1 - counts.without_text
    for element in found:
        legal = "".join(c for c in body if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
        assert (element.findtext("content") or "").split() == legal.split()


def test_mistakes_of_the_caller() -> None:
    """A feed without a publisher, or with a script for an icon, is not begun."""
    with pytest.raises(InvalidValueError, match="publisher"):
        feed(publisher=" ")
    with pytest.raises(InvalidValueError, match="favicon"):
        feed(favicon="javascript:alert(1)")


def test_the_feed_is_the_summary(bring: Callable[..., Any], store: ReviewStore) -> None:
    """What the feed says of a product's stars is what its page says, less ratings without a text."""
    bring("shopify.csv")
    bring("okendo.csv", unique=False)
    bring("loox-import.csv", syndicated="Elsewhere")
    counts = FeedCounts()
    products = {key: replace(MUG, id=key, url=f"/p/{key}") for key in ("mug", "bowl")}
    check_feed("".join(
        product_review_feed(store.all(), products.get, publisher="S", base_url="https://shop.example", counts=counts)
    ))  # fmt: skip
    summaries = store.summaries(["mug", "bowl"])
    shown = [sum(summary.counts[star] for summary in summaries.values()) for star in range(5)]
    assert (counts.without_text, counts.elsewhere) == (1, 2)
    assert [*counts.stars] == [
        count - (star == 2) for star, count in enumerate(shown)
    ]  # Dee's three stars have no text
