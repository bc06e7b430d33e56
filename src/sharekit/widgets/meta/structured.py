"""Structured data for search engines: schema.org in JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from sharekit.currencies import MINOR_UNITS
from sharekit.products import Picture, Product, Shareable
from sharekit.products.values import has_right_check_digit
from sharekit.rendering.json_ld import json_ld

_SCHEMA = "https://schema.org/"


def structured_data(
    item: Product | Shareable, url: str, pictures: Sequence[Picture], reviews: Mapping[str, Any] | None = None
) -> Markup:
    """The item as JSON, safe inside a ``script`` element.

    Parameters:
        url: whole address of the page.
        pictures: with whole addresses.
        reviews: the product's ``aggregateRating`` and ``review`` instead of its own ``rating``; empty for none.
    """
    data = _product(item, url, pictures, reviews) if isinstance(item, Product) else _page(item, url, pictures)
    return json_ld(data)


def reference_price(item: Product) -> Decimal | None:
    """The price before a reduction that may be shown beside the new one; ``None`` where nothing is reduced.

    That is the lowest price of the 30 days before (Directive 98/6/EC, article 6a), as product tags have it; without it,
    or when it is not above the sale price, there is no reduction to show.
    """
    before = item.lowest_30d
    if not isinstance(item.sale_price, Decimal) or not isinstance(before, Decimal):
        return None
    return before if before > item.sale_price else None


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount as machines read it: ``19.90``."""
    return f"{amount:.{MINOR_UNITS[currency]}f}"


def _product(item: Product, url: str, pictures: Sequence[Picture], reviews: Mapping[str, Any] | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "Product",
        "@id": url,
        "productID": item.id,
        "name": item.title,
        "url": url,
        "image": [picture.src for picture in pictures],
        "description": item.description,
        "brand": {"@type": "Brand", "name": item.brand} if item.brand else None,
        "sku": item.sku,
        "gtin": item.gtin if has_right_check_digit(item.gtin) else "",
        "category": item.category,
        "offers": _offer(item, url),
        **({"aggregateRating": _rating(item)} if reviews is None else reviews),
    }
    return {name: value for name, value in data.items() if value}


def _offer(item: Product, url: str) -> dict[str, Any] | None:
    money = item.money
    if money is None:
        return None
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "price": amount_text(money.amount, money.currency),
        "priceCurrency": money.currency,
    }
    if item.availability:
        offer["availability"] = _SCHEMA + item.availability
    if item.price_valid_until is not None:
        offer["priceValidUntil"] = item.price_valid_until.isoformat()
    before = reference_price(item)
    if before is not None:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": f"{_SCHEMA}StrikethroughPrice",
            "price": amount_text(before, money.currency),
            "priceCurrency": money.currency,
        }
    return offer


def _rating(item: Product) -> dict[str, Any] | None:
    if item.rating is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(item.rating.value),
        "ratingCount": item.rating.count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _page(item: Shareable, url: str, pictures: Sequence[Picture]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "WebPage",
        "@id": url,
        "name": item.title,
        "url": url,
        "description": item.text,
        "primaryImageOfPage": {"@type": "ImageObject", "url": pictures[0].src} if pictures else None,
    }
    return {name: value for name, value in data.items() if value}
