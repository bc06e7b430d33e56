"""What the shop hands over: products, other pages, pictures and money, checked once when they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from sharekit.checks import check_amount, check_availability, check_currency, check_decimal, check_text, check_url
from sharekit.currencies import MINOR_UNITS
from sharekit.exceptions import InvalidValueError

MAX_ID = 128


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Amounts are exact: ``Decimal`` or text, never float.

    Parameters:
        amount: ``Decimal``, whole number, or text such as ``"19.90"``.
        currency: ISO 4217 code.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        currency = check_currency(self.currency, "Money.currency")
        set_field(self, "currency", currency)
        set_field(self, "amount", check_amount(self.amount, currency, "Money.amount"))

    @property
    def minor(self) -> int:
        """The amount in the currency's minor unit: 1990 for 19.90 EUR, 500 for 500 JPY."""
        return int(self.amount.scaleb(MINOR_UNITS[self.currency]))

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Money:
        """Money from whatever is exact: ``Money.of("19.90", "EUR")``."""
        return cls(check_decimal(amount, "Money.amount"), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """Money from whole minor units: ``Money.from_minor(1990, "EUR")`` is 19.90 EUR."""
        return cls(Decimal(minor).scaleb(-MINOR_UNITS[check_currency(currency, "currency")]), currency)


@dataclass(frozen=True, slots=True)
class Rating:
    """A product's rating summary: the mean on a scale of 1 to 5, and the number of ratings behind it."""

    value: Decimal
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", check_decimal(self.value, "Rating.value"))
        if not 1 <= self.value <= 5:
            raise InvalidValueError("Rating.value", f"{self.value} is outside 1 to 5.")
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 1:
            raise InvalidValueError(
                "Rating.count", "pass the whole number of ratings; leave rating out when there are none."
            )


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the shop's.

    Parameters:
        src: address, absolute or relative to the kit's ``base_url``.
        width, height: pixels; previews and layout need them.
        alt: what the picture shows, for people who cannot see it; ``""`` for pure decoration.
    """

    src: str
    width: int | None = None
    height: int | None = None
    alt: str = ""

    def __post_init__(self) -> None:
        check_url(self.src, "Picture.src")
        for name in ("width", "height"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InvalidValueError(f"Picture.{name}", f"{value!r} is not a whole number of pixels.")
        check_text(self.alt, "Picture.alt")


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
