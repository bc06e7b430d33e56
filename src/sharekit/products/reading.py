"""Pictures, looks and videos out of plain data. The data may be anything: what is wrong is named by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from itertools import islice
from typing import Any, TypeVar

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError, did_you_mean
from sharekit.products.crop import Crop, Source
from sharekit.products.look import MAX_PICTURES, Look
from sharekit.products.money import Rating
from sharekit.products.picture import MAX_SOURCES, MAX_TAGS, Picture, Products
from sharekit.products.product import Product
from sharekit.products.rights import Disclosure, Rights
from sharekit.products.tags import MAX_PRODUCTS, Cta, ProductTag
from sharekit.products.values import inside
from sharekit.products.video import MAX_FILES, MAX_TRACKS, Track, Video, VideoFile

Failed = Callable[[InvalidValueError], None]
"""Takes a fault of one tag or picture, so that the rest can be read; without one the first fault is raised."""
_T = TypeVar("_T")

MAX_CATALOGUE = 100_000
_SEARCHED = 5_000
"""Ids looked at for one that is nearly right."""
_PICTURE = (
    "id", "src", "width", "height", "alt", "srcset", "sizes", "sources", "focal", "credit", "licence", "rights",
    "customer", "disclosure", "tags", "products",
)  # fmt: skip
_LOOK = ("id", "title", "url", "disclosure", "pictures", "products")
_VIDEO = (
    "id", "title", "src", "poster", "width", "height", "disclosure", "tracks", "tags", "products",
)  # fmt: skip
_TAG = ("product", "x", "y", "label", "disclosure", "cta", "start", "end")
_PRODUCT = (
    "id", "title", "url", "image", "images", "description", "price", "currency", "availability", "brand", "sku", "gtin",
    "sale_price", "lowest_30d", "rating", "category", "price_valid_until", "paid",
)  # fmt: skip


def picture_from_dict(
    data: object, products: Products | None = None, *, place: str = "Picture", failed: Failed | None = None
) -> Picture:
    """See :meth:`Picture.from_dict`."""
    fields = _object(data, place, _PICTURE, required=("src",))
    catalogue = Catalogue(products, fields.pop("products", ()), f"{place}.products")
    return _picture(fields, catalogue, place, failed)


def look_from_dict(data: object, products: Products | None = None, *, failed: Failed | None = None) -> Look:
    """See :meth:`Look.from_dict`."""
    fields = _object(data, "Look", _LOOK, required=("title", "pictures"))
    catalogue = Catalogue(products, fields.pop("products", ()), "Look.products")

    def read(value: object, place: str) -> Picture:
        return _picture(_object(value, place, _PICTURE[:-1], required=("src",)), catalogue, place, failed)

    fields["pictures"] = _each(fields["pictures"], "Look.pictures", read, failed, MAX_PICTURES)
    _read(fields, "disclosure", _disclosure, "Look")
    return Look(**fields)


def video_from_dict(data: object, products: Products | None = None, *, failed: Failed | None = None) -> Video:
    """See :meth:`Video.from_dict`."""
    fields = _object(data, "Video", _VIDEO, required=("title", "src", "poster"))
    catalogue = Catalogue(products, fields.pop("products", ()), "Video.products")
    poster = _object(fields["poster"], "Video.poster", _PICTURE[:-1], required=("src",))
    fields["poster"] = _picture(poster, catalogue, "Video.poster", failed)
    if isinstance(fields["src"], list | tuple):
        fields["src"] = _each(fields["src"], "Video.src", _file, failed, MAX_FILES)
    if "tracks" in fields:
        fields["tracks"] = _each(fields["tracks"], "Video.tracks", _track, failed, MAX_TRACKS)
    if "tags" in fields:
        fields["tags"] = _each(fields["tags"], "Video.tags", catalogue.tag, failed, MAX_TAGS)
    _read(fields, "disclosure", _disclosure, "Video")
    return Video(**fields)


def product_from_dict(data: object, place: str = "Product") -> Product:
    """A product of :func:`sharekit.products.dicts.product_to_dict`.

    Raises:
        InvalidValueError: something in it cannot be used.
    """
    fields = _object(data, place, _PRODUCT, required=("id", "title", "url"))
    with inside(place):
        if fields.get("image") is not None:
            fields["image"] = _image(fields["image"], "Product.image")
        if "images" in fields:
            fields["images"] = _each(fields["images"], "Product.images", _image, None, 1_000)
        if fields.get("rating") is not None:
            with inside("Product.rating"):
                fields["rating"] = Rating(**_object(fields["rating"], "Rating", ("value", "count"), all_of_them=True))
        if isinstance(fields.get("price_valid_until"), str):
            fields["price_valid_until"] = _day(fields["price_valid_until"])
        return Product(**fields)


class Catalogue:
    """Where the products of tags are found: the shop's own first, then those that came with the data.

    Parameters:
        given: mapping of id to product, a function, or nothing.
        own: the list under ``"products"`` in the data.
        place: where that list stands, for errors.
    """

    def __init__(self, given: Products | None, own: object, place: str) -> None:
        if not (given is None or callable(given) or isinstance(given, Mapping)):
            raise InvalidValueError("products", f"pass a mapping of id to Product, or a function; not {shown(given)}.")
        self._given = given
        listed = _each(own, place, product_from_dict, None, MAX_CATALOGUE)
        self.own = {product.id: product for product in listed}

    def tag(self, data: object, place: str) -> ProductTag:
        """A tag with its products.

        Raises:
            InvalidValueError: something in it cannot be used, or a product is not known.
        """
        fields = _object(data, place, _TAG, required=("product", "x", "y"))
        with inside(place):
            named = fields["product"]
            if isinstance(named, list | tuple):
                fields["product"] = _each(named, "ProductTag.product", self._product, None, MAX_PRODUCTS)
            else:
                fields["product"] = self._product(named, "ProductTag.product")
            _read(fields, "disclosure", _disclosure, "ProductTag")
            _read(fields, "cta", self._cta, "ProductTag")
            return ProductTag(**fields)

    def _cta(self, data: object, place: str) -> Cta | str:
        if isinstance(data, str):
            with inside(place):
                return Cta.of(data)
        fields = _object(data, place, ("kind", "text", "action", "fields", "alternative"))
        _read(fields, "alternative", self._product, place)
        with inside(place):
            return Cta(**fields)

    def _product(self, key: object, place: str) -> Product:
        if isinstance(key, Mapping):
            return product_from_dict(key, place)
        if not isinstance(key, str) or not key:
            raise InvalidValueError(place, f"pass the id of a product, not {shown(key)}.")
        product = self._look_up(key)
        if product is None:
            raise InvalidValueError(place, f"no product has the id {shown(key)}.{self._near(key)}")
        if not isinstance(product, Product):
            raise InvalidValueError(place, f"products gave a {type(product).__name__} for {shown(key)}, not a Product.")
        return product

    def _look_up(self, key: str) -> Product | None:
        found: Product | None = None
        try:
            if callable(self._given):
                found = self._given(key)
            elif self._given is not None:
                found = self._given.get(key)
        except LookupError:  # of functions such as `catalogue.__getitem__`
            found = None
        return self.own.get(key) if found is None else found

    def _near(self, key: str) -> str:
        given = islice(self._given, _SEARCHED) if isinstance(self._given, Mapping) else ()
        known: tuple[object, ...] = (*islice(self.own, _SEARCHED), *given)
        near = get_close_matches(key[:200], [name for name in known if isinstance(name, str)], n=3)
        if near:
            return f" Did you mean {' or '.join(shown(name) for name in near)}?"
        return "" if callable(self._given) or known else " Pass the products, or put them into the data."


def _picture(fields: dict[str, Any], catalogue: Catalogue, place: str, failed: Failed | None) -> Picture:
    _read(fields, "rights", _rights, place)
    _read(fields, "disclosure", _disclosure, place)
    if "sources" in fields:
        fields["sources"] = _each(fields["sources"], f"{place}.sources", _source, failed, MAX_SOURCES)
    if isinstance(fields.get("focal"), list):
        fields["focal"] = tuple(fields["focal"])
    if "tags" in fields:
        fields["tags"] = _each(fields["tags"], f"{place}.tags", catalogue.tag, failed, MAX_TAGS)
    with inside(place):
        return Picture(**fields)


def _object(
    data: object, place: str, known: tuple[str, ...], *, required: tuple[str, ...] = (), all_of_them: bool = False
) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidValueError(place, f"pass an object with {', '.join(required or known[:3])}; not {shown(data)}.")
    for key in data:
        if key not in known:
            near = did_you_mean(key if isinstance(key, str) and len(key) < 100 else "", known)
            raise InvalidValueError(place, f"has an unknown key {shown(key)}.{near}")
    for key in known if all_of_them else required:
        if key not in data:
            raise InvalidValueError(f"{place}.{key}", "is missing.")
    return {key: data[key] for key in known if key in data and (data[key] is not None or key in required)}


def _each(value: object, place: str, read: Callable[[Any, str], _T], failed: Failed | None, most: int) -> list[_T]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidValueError(place, f"pass a list, not {shown(value)}.")
    return list(_every(value, place, read, failed, most))


def _every(
    value: Iterable[object], place: str, read: Callable[[Any, str], _T], failed: Failed | None, most: int
) -> Iterator[_T]:
    for number, item in enumerate(value, 1):
        if number > most:
            raise InvalidValueError(place, f"holds more than {most:,}.")
        try:
            yield read(item, f"{place}[{number}]")
        except InvalidValueError as error:
            if failed is None:
                raise
            failed(error)


def _read(fields: dict[str, Any], name: str, read: Callable[[object, str], object], place: str) -> None:
    if fields.get(name) is not None:
        fields[name] = read(fields[name], f"{place}.{name}")


def _disclosure(data: object, place: str) -> Disclosure:
    fields = _object(data, place, ("kind", "by"), required=("kind",))
    with inside(place):
        return Disclosure(**fields)


def _rights(data: object, place: str) -> Rights:
    fields = _object(data, place, ("granted", "by", "until", "withdrawn", "source"), required=("granted",))
    for name in ("until", "withdrawn"):
        _read(fields, name, _moment, place)
    with inside(place):
        return Rights(**fields)


def _moment(value: object, place: str) -> datetime:
    try:
        return datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidValueError(place, f"{shown(value)} is not a time such as '2026-12-31T23:59:59+00:00'.") from None


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidValueError(
            "Product.price_valid_until", f"{shown(value)} is not a day such as '2026-12-31'."
        ) from None


def _source(data: object, place: str) -> Source:
    known = ("srcset", "media", "crop", "width", "height", "type")
    fields = _object(data, place, known, required=("srcset", "media", "width", "height"))
    with inside(place):
        if "crop" in fields:
            cut = _object(fields["crop"], "Source.crop", ("x", "y", "width", "height"), all_of_them=True)
            with inside("Source.crop"):
                fields["crop"] = Crop(**cut)
        return Source(**fields)


def _file(data: object, place: str) -> VideoFile:
    fields = {"src": data} if isinstance(data, str) else _object(data, place, ("src", "type"), required=("src",))
    with inside(place):
        return VideoFile(**fields)


def _track(data: object, place: str) -> Track:
    fields = _object(data, place, ("src", "kind", "srclang", "label", "default"), required=("src",))
    with inside(place):
        return Track(**fields)


def _image(data: object, place: str) -> str | Picture:
    if isinstance(data, str):
        return data
    fields = _object(data, place, ("src", "width", "height", "alt"), required=("src",))
    with inside(place):
        return Picture(**fields)
