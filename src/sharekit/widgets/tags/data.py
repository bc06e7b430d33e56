"""Structured data about tagged pictures, in schema.org's words.

A page about a look is a list of links to the products' own pages (Google, "Carousel"); ``Product`` with its offer
belongs on those pages alone, so a product page with tagged pictures keeps the one it has. Pictures by others carry
their credit and licence (Google, "Image metadata").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sharekit.products import Picture, Product
from sharekit.rendering.json_ld import json_ld
from sharekit.widgets.tags.plan import Plan


def structured(
    plan: Plan, products: Iterable[Product], pictures: Iterable[Picture], *, title: str = "", url: str = ""
) -> str:
    """What a ``script`` element may hold; empty when there is nothing to say.

    Parameters:
        products: those in the pictures.
        title, url: of the look.
    """
    found = [
        *_items(plan, products, title, url),
        *(_image(plan, picture) for picture in pictures if _is_credited(picture)),
    ]
    if not found:
        return ""
    return json_ld(found[0] if len(found) == 1 else {"@graph": found})


def _items(plan: Plan, products: Iterable[Product], title: str, url: str) -> list[dict[str, Any]]:
    """A list of links; those to other hosts are no pages of this site's."""
    if plan.page == "product":
        return []
    names: dict[str, str] = {}
    for product in products:
        if plan.is_own(product.url):
            names.setdefault(plan.whole_address(product.url), product.title)
    if not names:
        return []
    items = [
        {"@type": "ListItem", "position": position, "name": name, "url": address}
        for position, (address, name) in enumerate(names.items(), 1)
    ]
    data: dict[str, Any] = {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    if title:
        data["name"] = title
    if url:
        data["url"] = plan.whole_address(url)
    return [data]


def _is_credited(picture: Picture) -> bool:
    return bool(picture.credit_line or picture.licence)


def _image(plan: Plan, picture: Picture) -> dict[str, Any]:
    credit = picture.credit_line
    data: dict[str, Any] = {"@type": "ImageObject", "contentUrl": plan.whole_address(picture.src)}
    if credit:
        data["creditText"] = credit
        if picture.customer:
            data["creator"] = {"@type": "Person", "name": credit}
    if picture.licence:
        data["license"] = plan.whole_address(picture.licence)
    return data
