"""Pictures, looks and videos as plain data for JSON: what is at its default is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sharekit.products.picture import CENTRE, Picture

if TYPE_CHECKING:
    from sharekit.products.crop import Source
    from sharekit.products.look import Look
    from sharekit.products.product import Product
    from sharekit.products.rights import Disclosure, Rights
    from sharekit.products.tags import Cta, ProductTag
    from sharekit.products.video import Track, Video, VideoFile

_PRODUCT_TEXTS = ("description", "currency", "availability", "brand", "sku", "gtin", "category")


def picture_to_dict(picture: Picture, *, products: bool = False) -> dict[str, Any]:
    """See :meth:`Picture.to_dict`."""
    made = _filled(
        {
            "id": picture.id,
            "src": picture.src,
            "width": picture.width,
            "height": picture.height,
            "alt": picture.alt,
            "srcset": picture.srcset,
            "sizes": picture.sizes,
            "sources": [_source(source) for source in picture.sources],
            "focal": None if picture.focal == CENTRE else list(picture.focal),
            "credit": picture.credit,
            "licence": picture.licence,
            "rights": _rights(picture.rights),
            "customer": picture.customer,
            "disclosure": _disclosure(picture.disclosure),
            "tags": [_tag(tag) for tag in picture.tags],
        }
    )
    return _with_products(made, [picture.tags], products)


def look_to_dict(look: Look, *, products: bool = False) -> dict[str, Any]:
    """See :meth:`Look.to_dict`."""
    made = _filled(
        {
            "id": look.id,
            "title": look.title,
            "url": look.url,
            "disclosure": _disclosure(look.disclosure),
            "pictures": [picture_to_dict(picture) for picture in look.pictures],
        }
    )
    return _with_products(made, [picture.tags for picture in look.pictures], products)


def video_to_dict(video: Video, *, products: bool = False) -> dict[str, Any]:
    """See :meth:`Video.to_dict`."""
    made = _filled(
        {
            "id": video.id,
            "title": video.title,
            "src": [_file(file) for file in video.files],
            "poster": picture_to_dict(video.poster),
            "width": video.width,
            "height": video.height,
            "disclosure": _disclosure(video.disclosure),
            "tracks": [_track(track) for track in video.tracks],
            "tags": [_tag(tag) for tag in video.tags],
        }
    )
    return _with_products(made, [video.tags, video.poster.tags], products)


def product_to_dict(product: Product) -> dict[str, Any]:
    """A product as JSON has it; of its pictures the address, size and alternative text."""
    texts = {name: getattr(product, name) for name in _PRODUCT_TEXTS}
    prices = {name: getattr(product, name) for name in ("price", "sale_price", "lowest_30d")}
    rating, day = product.rating, product.price_valid_until
    return _filled(
        {
            "id": product.id,
            "title": product.title,
            "url": product.url,
            "image": None if product.image is None else _image(product.image),
            "images": [_image(image) for image in product.images],
            **texts,
            **{name: None if price is None else str(price) for name, price in prices.items()},
            "rating": None if rating is None else {"value": str(rating.value), "count": rating.count},
            "price_valid_until": None if day is None else day.isoformat(),
            "paid": product.paid,
        }
    )


def _with_products(made: dict[str, Any], tags: Iterable[Iterable[ProductTag]], wanted: bool) -> dict[str, Any]:
    if wanted:
        found = {one.id: one for group in tags for tag in group for one in _products(tag)}
        made["products"] = [product_to_dict(product) for product in found.values()]
    return made


def _products(tag: ProductTag) -> Iterator[Product]:
    yield from tag.products
    if tag.cta is not None and tag.cta.alternative is not None:
        yield tag.cta.alternative


def _tag(tag: ProductTag) -> dict[str, Any]:
    ids = [product.id for product in tag.products]
    optional = {
        "label": tag.label,
        "disclosure": _disclosure(tag.disclosure),
        "cta": _cta(tag.cta),
    }
    times = {name: value for name, value in (("start", tag.start), ("end", tag.end)) if value is not None}
    return {"product": ids[0] if len(ids) == 1 else ids, "x": tag.x, "y": tag.y, **_filled(optional), **times}


def _cta(cta: Cta | None) -> dict[str, Any] | None:
    if cta is None:
        return None
    alternative = None if cta.alternative is None else cta.alternative.id
    optional = {"text": cta.text, "action": cta.action, "fields": dict(cta.fields), "alternative": alternative}
    return {"kind": cta.kind, **_filled(optional)}


def _disclosure(disclosure: Disclosure | None) -> dict[str, Any] | None:
    return None if disclosure is None else {"kind": disclosure.kind, **_filled({"by": disclosure.by})}


def _rights(rights: Rights | None) -> dict[str, Any] | None:
    if rights is None:
        return None
    optional = {
        "by": rights.by,
        "until": _moment(rights.until),
        "withdrawn": _moment(rights.withdrawn),
        "source": rights.source,
    }
    return {"granted": rights.granted, **_filled(optional)}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _source(source: Source) -> dict[str, Any]:
    crop = source.crop
    cut = None if crop is None else {"x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height}
    made = {"srcset": source.srcset, "media": source.media, "width": source.width, "height": source.height}
    return made | _filled({"crop": cut, "type": source.type})


def _file(file: VideoFile) -> dict[str, Any]:
    return {"src": file.src, **_filled({"type": file.type})}


def _track(track: Track) -> dict[str, Any]:
    optional = {"srclang": track.srclang, "label": track.label, "default": track.default}
    return {"src": track.src, "kind": track.kind, **_filled(optional)}


def _image(image: str | Picture) -> str | dict[str, Any]:
    if isinstance(image, str):
        return image
    return _filled({"src": image.src, "width": image.width, "height": image.height, "alt": image.alt})


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}) and value is not False}
