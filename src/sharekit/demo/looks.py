"""The demo's tagged pictures, read from ``looks.toml``: a look, single pictures, a gallery and a film."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sharekit.products import (
    Crop,
    Cta,
    Disclosure,
    Look,
    Picture,
    Product,
    ProductTag,
    Rights,
    Shareable,
    Source,
    Track,
    Video,
    VideoFile,
)

HERE = Path(__file__).parent
NARROW = "(max-width: 640px)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the look page shows.

    Parameters:
        page: what the kit is given to share.
        table: the look: one picture, and everything in it in one go.
        shore: a picture with another cut for phones.
        kiln: a picture that is cropped to a square.
        gallery: the pictures of the carousel.
        film: the video.
        titles: words for each of them, by id.
    """

    page: Shareable
    table: Look
    shore: Picture
    kiln: Picture
    gallery: Sequence[Picture]
    film: Video
    titles: Mapping[str, str]

    @property
    def shown(self) -> Sequence[Picture | Video]:
        """Everything that has tags."""
        return [*self.table.pictures, self.shore, self.kiln, *self.gallery, self.film]

    def section_of(self, picture_id: str) -> str:
        """Id of the part of the page that shows a picture."""
        if picture_id in {picture.id for picture in self.gallery}:
            return "around"
        return self.table.id if picture_id in {picture.id for picture in self.table.pictures} else picture_id

    def with_product(self, product_id: str) -> Sequence[Picture | Video]:
        """Where a product is to be seen."""
        return [one for one in self.shown if any(product.id == product_id for product in one.products)]


def own_looks(products: Mapping[str, Product]) -> Looks:
    """Read the looks that come with the package.

    Parameters:
        products: of the demo's own shop, by id.
    """
    data = tomllib.loads((HERE / "looks.toml").read_text(encoding="utf-8"))
    # A card has room for a drawing; the picture for networks has words in it that nobody could read there.
    products = {key: replace(product, image=_drawing(key)) for key, product in products.items()}
    rows = {row["id"]: row for row in data["pictures"]}
    pictures = {key: _picture(row, products) for key, row in rows.items()}
    film = data["film"]
    return Looks(
        page=Shareable(
            id="looks",
            url="/looks/",
            title=data["title"],
            text=data["text"],
            image=Picture("/static/previews/breakfast.png", 1200, 630, rows["breakfast"]["alt"]),
        ),
        table=Look(rows["breakfast"]["title"], [pictures.pop("breakfast")], id="table"),
        shore=pictures.pop("sea-front"),
        kiln=pictures.pop("kiln"),
        gallery=tuple(pictures.values()),
        film=_film(film, products),
        titles={key: row["title"] for key, row in {**rows, film["id"]: film}.items()},
    )


def _picture(row: dict[str, Any], products: Mapping[str, Product]) -> Picture:
    width, height = row["size"]
    customer = row.get("customer", "")
    return Picture(
        _drawing(row.get("picture", row["id"])),
        width,
        height,
        row["alt"],
        id=row["id"],
        tags=_tags(row, products),
        focal=tuple(row.get("focal", (0.5, 0.5))),
        sources=[_narrow(row["narrow"])] if "narrow" in row else (),
        disclosure=Disclosure(**row["disclosure"]) if "disclosure" in row else None,
        customer=bool(customer),
        rights=Rights(granted=True, by=customer, source=row["source"]) if customer else None,
    )


def _narrow(row: dict[str, Any]) -> Source:
    width, height = row["size"]
    return Source(_drawing(row["src"]), NARROW, Crop(*row["crop"]), width, height)


def _film(row: dict[str, Any], products: Mapping[str, Product]) -> Video:
    width, height = row["size"]
    files = f"/static/films/{row['id']}"
    return Video(
        [VideoFile(f"{files}.webm"), VideoFile(f"{files}.mp4")],
        Picture(_drawing(row["poster"]), width, height, row["alt"], id=f"{row['id']}-poster"),
        title=row["title"],
        id=row["id"],
        tags=_tags(row, products),
        tracks=[
            Track(f"{files}.tags.vtt", "metadata"),
            Track(f"{files}.vtt", "descriptions", "en", "What is to be seen"),
        ],
    )


def _tags(row: dict[str, Any], products: Mapping[str, Product]) -> list[ProductTag]:
    return [_tag(tag, products) for tag in row["tags"]]


def _tag(row: dict[str, Any], products: Mapping[str, Product]) -> ProductTag:
    ids = [row["product"]] if isinstance(row["product"], str) else row["product"]
    # Without script the form is all the basket gets to know, so it carries where the product was found.
    cta = Cta(
        "add_to_cart",
        action="/basket",
        fields={"ware": "{id}", "picture": "{picture}", "tag": "{tag}"},
        alternative=products.get(row.get("alternative", "")),
    )
    across, down = row["at"]
    return ProductTag(
        [products[key] for key in ids],
        across,
        down,
        label=row.get("label"),
        cta=cta,
        start=row.get("start"),
        end=row.get("end"),
    )


def _drawing(key: str) -> str:
    return f"/static/pictures/{key}.svg"
