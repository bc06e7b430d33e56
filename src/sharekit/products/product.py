"""What the shop sells and shows: products, and other pages that can be shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from sharekit.checks import check_amount, check_availability, check_currency, check_text, check_url
from sharekit.exceptions import InvalidValueError
from sharekit.products.money import Money, Rating
from sharekit.products.picture import Picture
from sharekit.products.values import MAX_ID, check_flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Shareable:
    """Any page that can be shared: an article, a collection, the shop itself.

    Parameters:
        url: address of the page, absolute or relative to the kit's ``base_url``.
        title: its title, as text (never markup).
        text: a sentence about it.
        image: its picture: an address or a :class:`Picture`.
        id: key under which it is counted; the path of the URL when left out.
    """

    url: str
    title: str
    text: str = ""
    image: str | Picture | None = None
    id: str = ""

    def __post_init__(self) -> None:
        _check_page(self)
        if not self.id:
            object.__setattr__(self, "id", (urlsplit(self.url).path or "/")[:MAX_ID])

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The picture as a tuple, as :attr:`Product.pictures`."""
        return _pictures(self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the shop, in schema.org's words (https://schema.org/Product, https://schema.org/Offer).

    Parameters:
        id: the shop's key for it, at most 128 characters.
        title: its name, as text (never markup).
        url: address of its page, absolute or relative to the kit's ``base_url``.
        image: its main picture: an address or a :class:`Picture`.
        images: further pictures.
        description: some sentences about it, as text.
        price: ``Decimal``, whole number or text; float is refused, because 19.9 is not 19.90 in binary.
        currency: ISO 4217 code; required with a price.
        availability: schema.org ItemAvailability (``"InStock"``; ``"in stock"`` and the full address work too).
        brand: name of the maker.
        sku: stock-keeping unit.
        gtin: GTIN-8, -12, -13 or -14, digits only. It is shown in structured data only when its check digit is right.
        sale_price: reduced price, below ``price``.
        lowest_30d: lowest price of the last 30 days before the reduction (Directive 98/6/EC, article 6a).
        price_valid_until: last day on which the price of now holds, when that is known.
        rating: summary of its ratings.
        category: path such as ``"Kitchen > Mugs"``.
        paid: somebody pays for showing it; tags of it need a :class:`~sharekit.products.rights.Disclosure`.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it.
    """

    id: str
    title: str
    url: str
    image: str | Picture | None = None
    images: Sequence[str | Picture] = ()
    description: str = ""
    price: Decimal | str | int | None = None
    currency: str = ""
    availability: str = ""
    brand: str = ""
    sku: str = ""
    gtin: str = ""
    sale_price: Decimal | str | int | None = None
    lowest_30d: Decimal | str | int | None = None
    rating: Rating | None = None
    category: str = ""
    price_valid_until: date | None = None
    paid: bool = False

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        _check_page(self)
        if not self.id:
            raise InvalidValueError("Product.id", "is empty; pass the shop's own key for the product.")
        for name in ("brand", "sku", "gtin", "category"):
            check_text(getattr(self, name), f"Product.{name}")
        if isinstance(self.images, str | Picture):
            raise InvalidValueError("Product.images", "pass a list; one picture goes into image.")
        set_field(self, "images", tuple(self.images))
        _pictures(*self.images)
        if self.currency:
            set_field(self, "currency", check_currency(self.currency, "Product.currency"))
        for name in ("price", "sale_price", "lowest_30d"):
            value = getattr(self, name)
            if value is None:
                continue
            if not self.currency:
                raise InvalidValueError("Product.currency", f"is missing; {name} needs one, such as 'EUR'.")
            set_field(self, name, check_amount(value, self.currency, f"Product.{name}", lowest=Decimal(0)))
        if self.sale_price is not None and (self.price is None or self.sale_price >= self.price):  # type: ignore[operator]
            raise InvalidValueError("Product.sale_price", "must be below price; leave it out when nothing is reduced.")
        if self.availability:
            set_field(self, "availability", check_availability(self.availability, "Product.availability"))
        if self.rating is not None and not isinstance(self.rating, Rating):
            raise InvalidValueError("Product.rating", "pass a Rating(value=..., count=...).")
        day = self.price_valid_until
        if isinstance(day, datetime) or not (day is None or isinstance(day, date)):
            raise InvalidValueError(
                "Product.price_valid_until", "pass a date (a day in the shop's zone), or leave it out."
            )
        check_flag(self.paid, "Product.paid")

    @property
    def text(self) -> str:
        """The description, under the word :class:`Shareable` uses."""
        return self.description

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, the main one first."""
        return _pictures(self.image, *self.images)

    @property
    def money(self) -> Money | None:
        """What a buyer pays now: the sale price when there is one."""
        amount = self.sale_price if self.sale_price is not None else self.price
        return Money(amount, self.currency) if isinstance(amount, Decimal) else None

    def to_dict(self) -> dict[str, Any]:
        """The product as JSON has it, without what is left at its default; prices as text, because text is exact."""
        from sharekit.products.dicts import product_to_dict

        return product_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Product:
        """The product of :meth:`to_dict`.

        Raises:
            InvalidValueError: something in it cannot be used; ``error.field`` names it.
        """
        from sharekit.products.reading import product_from_dict

        return product_from_dict(data)


def _check_page(page: Product | Shareable) -> None:
    kind = type(page).__name__
    if not isinstance(page.id, str) or len(page.id) > MAX_ID:
        raise InvalidValueError(f"{kind}.id", f"pass text of at most {MAX_ID} characters.")
    check_text(page.id, f"{kind}.id")
    if not check_text(page.title, f"{kind}.title"):
        raise InvalidValueError(f"{kind}.title", "is empty; screen readers and previews need one.")
    check_url(page.url, f"{kind}.url")
    check_text(page.text, f"{kind}.{'description' if kind == 'Product' else 'text'}")
    if page.image is not None and not isinstance(page.image, Picture):
        check_url(page.image, f"{kind}.image")


def _pictures(*items: str | Picture | None) -> tuple[Picture, ...]:
    return tuple(item if isinstance(item, Picture) else Picture(item) for item in items if item)
