"""Tags as Instagram's API has them: ``product_tags=[{"product_id": "3231", "x": 0.5, "y": 0.8}]``.

The coordinates are the same as ours. What does not fit: labels and buttons (Instagram shows the catalogue's), and
disclosures, which are made there with its own paid-partnership label; see ``docs/pictures.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.products.picture import MAX_TAGS, Picture, Products
from sharekit.products.reading import Catalogue
from sharekit.products.tags import MAX_PRODUCTS
from sharekit.products.values import inside

MAX_INSTAGRAM_TAGS = 20
"""Product tags of a post in the feed (Instagram's content publishing API)."""
_PLACE = "product_tags"


def to_instagram(picture: Picture, product_ids: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """One entry for each product of each tag, in their order.

    Parameters:
        picture: what to export.
        product_ids: Instagram's product id for each of the shop's; the shop's own are taken when left out.

    Raises:
        InvalidValueError: there are more than 20, or a product has no id there.
    """
    made: list[dict[str, Any]] = []
    for number, tag in enumerate(picture.tags, 1):
        for product in tag.products:
            key = product.id if product_ids is None else product_ids.get(product.id)
            if not isinstance(key, str) or not key:
                raise InvalidValueError(
                    f"Picture.tags[{number}].product", f"{shown(product.id)} has no id in product_ids."
                )
            made.append({"product_id": key, "x": tag.x, "y": tag.y})
    if len(made) > MAX_INSTAGRAM_TAGS:
        raise InvalidValueError(
            "Picture.tags",
            f"hold {len(made)} products; Instagram takes at most {MAX_INSTAGRAM_TAGS} on a picture. Take some out.",
        )
    return made


def from_instagram(
    product_tags: object, products: Products, *, src: str, alt: str | None = None, **fields: Any
) -> Picture:
    """A picture with the tags of a post.

    Entries that follow each other at one point become one tag with several products.

    Parameters:
        product_tags: the list, or the answer of the API that has it under ``"data"``. Keys other than ``product_id``,
            ``x`` and ``y`` are not needed and not kept.
        products: mapping of Instagram's product id to product, or a function.
        src, alt, fields: parameters of :class:`Picture`.

    Raises:
        InvalidValueError: something cannot be read; ``error.field`` says which entry, counted from 1.
    """
    if isinstance(product_tags, Mapping):
        product_tags = product_tags.get("data")
    if not isinstance(product_tags, list | tuple):
        raise InvalidValueError(_PLACE, f"pass a list of objects with product_id, x and y, not {shown(product_tags)}.")
    if len(product_tags) > MAX_TAGS:
        raise InvalidValueError(_PLACE, f"holds more than {MAX_TAGS} entries.")
    catalogue = Catalogue(products, (), "products")
    grouped: list[dict[str, Any]] = []
    for number, entry in enumerate(product_tags, 1):
        tag = _entry(entry, f"{_PLACE}[{number}]")
        with inside(f"{_PLACE}[{number}]"):
            catalogue.tag(tag, "ProductTag")  # so that an error names this entry
        before = grouped[-1] if grouped else None
        if before is not None and _joins(tag, before):
            before["product"].extend(tag["product"])
        else:
            grouped.append(tag)
    return Picture(src, alt=alt, tags=[catalogue.tag(tag, _PLACE) for tag in grouped], **fields)


def _joins(tag: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    same_point = (before["x"], before["y"]) == (tag["x"], tag["y"])
    return same_point and tag["product"][0] not in before["product"] and len(before["product"]) < MAX_PRODUCTS


def _entry(entry: object, place: str) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise InvalidValueError(place, f"pass an object with product_id, x and y, not {shown(entry)}.")
    for name in ("product_id", "x", "y"):
        if entry.get(name) is None:
            raise InvalidValueError(f"{place}.{name}", "is missing.")
    key = entry["product_id"]
    # Some tools write the id as a number, though it is longer than a float can hold.
    named = str(key) if isinstance(key, int) and not isinstance(key, bool) and key.bit_length() < 128 else key
    return {"product": [named], "x": entry["x"], "y": entry["y"]}
