"""Google's product review feed: every review with a text, as XML of schema 2.4.

The order of elements is that of Google's sample for schema 2.4 and, from ``review_url`` on, of its sample for 2.3
(https://developers.google.com/product-review-feeds/schema). The XSD itself was not at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from xml.sax.saxutils import escape

from sharekit.checks import absolute_url, check_url
from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.products.values import has_right_check_digit
from sharekit.reviews.model import Review

VERSION = "2.4"
MAX_BYTES = 100 * 1024 * 1024
"""Size of the largest file that Google takes."""

_SCHEMA = f"http://www.google.com/shopping/reviews/schema/product/{VERSION}/product_reviews.xsd"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets)."""


@dataclass(slots=True)
class FeedCounts:
    """What went into a feed and what did not.

    Parameters:
        reviews: in the feed.
        stars: of those, with one to five stars.
        without_text: left out, because Google takes none without a text.
        without_product: left out, because nobody knows the product any more.
        elsewhere: left out, because they were taken over from other websites, which is theirs to hand on.
        size: bytes of the whole.
    """

    reviews: int = 0
    stars: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    without_text: int = 0
    without_product: int = 0
    elsewhere: int = 0
    size: int = 0


def product_review_feed(
    reviews: Iterable[Review],
    find: Callable[[str], Product | None],
    *,
    publisher: str,
    base_url: str,
    favicon: str = "",
    counts: FeedCounts | None = None,
) -> Iterator[str]:
    """The feed in pieces, in constant memory.

    It is always whole: what a feed no longer has, Google deletes. All ratings are in it, low ones too. A review is
    marked ``is_incentivized_review`` when something was given for it, and when its writer belongs to the shop, for
    which the feed has no word of its own. Neither addresses, orders nor hashes of people are in it.

    Parameters:
        reviews: all of them; only published ones are taken.
        find: the product of an id, ``None`` for one that is gone.
        publisher: the shop's name.
        base_url: the shop's address; the addresses of products may be relative to it.
        favicon: address of the shop's icon, relative or whole.
        counts: filled in on the way.

    Raises:
        InvalidValueError: the publisher is empty, or an address cannot be used.
    """
    if not publisher.strip():
        raise InvalidValueError("publisher", "is empty; pass the shop's name.")
    counts = FeedCounts() if counts is None else counts
    icon = absolute_url(base_url, check_url(favicon, "favicon")) if favicon else ""
    for piece in _pieces(reviews, find, _element("name", publisher) + _element("favicon", icon), base_url, counts):
        counts.size += len(piece.encode())
        yield piece


def _pieces(
    reviews: Iterable[Review],
    find: Callable[[str], Product | None],
    publisher: str,
    base_url: str,
    counts: FeedCounts,
) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{_SCHEMA}">\n'
        f"<version>{VERSION}</version>\n<publisher>{publisher}</publisher>\n<reviews>\n"
    )
    stars = [0] * 5
    products: dict[str, tuple[str, str] | None] = {}
    for review in reviews:
        if review.status != "published":
            continue
        if not review.provenance.counted:
            counts.elsewhere += 1
            continue
        if not _legal(review.body).strip():
            counts.without_text += 1
            continue
        if review.product_id not in products:
            product = find(review.product_id)
            products[review.product_id] = _product(product, base_url) if product else None
        about = products[review.product_id]
        if about is None:
            counts.without_product += 1
            continue
        counts.reviews += 1
        stars[review.rating - 1] += 1
        yield _review(review, *about)
    one, two, three, four, five = stars
    counts.stars = one, two, three, four, five
    yield "</reviews>\n</feed>\n"


def _review(review: Review, product: str, url: str) -> str:
    name = _legal(review.author).strip()
    anonymous = "" if name else ' is_anonymous="true"'
    incentivised = bool(review.incentive) or review.relation != "customer"
    written = review.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return (
        f"<review>{_element('review_id', review.id)}"
        f"<reviewer><name{anonymous}>{escape(name) or 'Anonymous'}</name></reviewer>"
        f"<is_verified_purchase>{_truth(review.verified)}</is_verified_purchase>"
        f"<is_incentivized_review>{_truth(incentivised)}</is_incentivized_review>"
        f"{_element('review_timestamp', written)}{_element('title', review.title)}{_element('content', review.body)}"
        f"{_element('review_language', review.language)}{_element('review_country', review.country)}"
        f'<review_url type="group">{escape(url)}#sk-reviews</review_url>'
        f'<ratings><overall min="1" max="5">{review.rating}</overall></ratings>'
        f"<products>{product}</products></review>\n"
    )


def _product(product: Product, base_url: str) -> tuple[str, str]:
    """The element of a product, and the address of its page."""
    url = absolute_url(base_url, product.url).partition("#")[0]
    ids = {
        "gtin": product.gtin if has_right_check_digit(product.gtin) else "",
        "sku": product.sku or product.id,
        "brand": product.brand,
    }
    told = "".join(f"<{name}s>{element}</{name}s>" for name, text in ids.items() if (element := _element(name, text)))
    rest = _element("product_name", product.title) + _element("product_url", url)
    return f"<product><product_ids>{told}</product_ids>{rest}</product>", url


def _element(name: str, text: str) -> str:
    """An element, or nothing when there is nothing to say."""
    text = _legal(text).strip()
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _truth(value: bool) -> str:
    return "true" if value else "false"
