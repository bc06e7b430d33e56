"""The demo's own shop, read from ``marram.toml`` and ``looks.toml``: sixteen wares, two stories, tagged pictures."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sharekit.demo.catalog import Catalog, Ware
from sharekit.demo.looks import Looks, own_looks
from sharekit.products import Picture, Product, Shareable

HERE = Path(__file__).parent
CURRENCY = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A page that is no product: shared as a :class:`Shareable`.

    Parameters:
        page: what the kit is given.
        slug: last part of its address.
        picture: as shown on the page.
        paragraphs: its text.
        wares: slugs of what it speaks of.
    """

    page: Shareable
    slug: str
    picture: Picture
    paragraphs: Sequence[str]
    wares: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShop:
    """The shop in the package: its catalogue, its words about itself, its stories, its looks."""

    catalog: Catalog
    claim: str
    about: str
    stories: Sequence[Story]
    looks: Looks


def own_shop() -> OwnShop:
    """Read the shop that comes with the package."""
    data = tomllib.loads((HERE / "marram.toml").read_text(encoding="utf-8"))
    wares = [_ware(row) for row in data["wares"]]
    return OwnShop(
        catalog=Catalog(name=data["name"], wares=wares, form="the demo's own"),
        claim=data["claim"],
        about=data["about"],
        stories=[_story(row) for row in data["stories"]],
        looks=own_looks({ware.product.id: ware.product for ware in wares}),
    )


def _ware(row: dict[str, Any]) -> Ware:
    key, alt = row["id"], row["picture"]
    details = dict(row["details"])
    product = Product(
        id=key,
        title=row["title"],
        url=f"/p/{key}",
        image=_preview(key, alt),
        description=row["description"].strip(),
        price=row["price"],
        sale_price=row.get("sale_price"),
        lowest_30d=row.get("lowest_30d"),
        currency=CURRENCY,
        availability=row["availability"],
        brand="Marram",
        sku=details.pop("Sku"),
        category=row["category"],
    )
    return Ware(
        product=product,
        slug=key,
        pictures=(Picture(f"/static/pictures/{key}.svg", width=800, height=1000, alt=alt),),
        details=tuple(details.items()),
    )


def _story(row: dict[str, Any]) -> Story:
    key, alt = row["id"], row["picture"]
    return Story(
        page=Shareable(
            id=f"story-{key}",
            url=f"/stories/{key}",
            title=row["title"],
            text=row["text"],
            image=_preview(key, alt),
        ),
        slug=key,
        picture=Picture(f"/static/pictures/{key}.svg", width=1600, height=1000, alt=alt),
        paragraphs=[part.strip() for part in row["body"].split("\n\n") if part.strip()],
        wares=row["wares"],
    )


def _preview(key: str, alt: str) -> Picture:
    """The drawn picture as networks can show it: they take no SVG."""
    return Picture(f"/static/previews/{key}.png", width=1200, height=630, alt=alt)
