"""Tags: which product is where in a picture, and what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import quote

from sharekit.checks import check_text, check_url
from sharekit.exceptions import InvalidValueError
from sharekit.products.product import Product
from sharekit.products.rights import Disclosure
from sharekit.products.values import (
    check_choice,
    check_fraction,
    check_items,
    check_line,
    check_optional,
    check_seconds,
)

CtaKind = Literal["link", "add_to_cart", "quick_view"]
CtaWord = Literal["shop_now", "learn_more", "sign_up", "pre_order", "notify_me"]
CTA_KINDS: tuple[str, ...] = get_args(CtaKind)
CTA_WORDS: tuple[str, ...] = get_args(CtaWord)
"""Words that are there in every language; any other text is shown as it is."""
MAX_PRODUCTS = 20
MAX_FIELDS = 30
_PLACES = ("id", "sku", "gtin")
_PLACE = re.compile(r"\{(id|sku|gtin|picture|tag)\}")


@dataclass(frozen=True, slots=True)
class Cta:
    """What a product's button does ("call to action").

    Parameters:
        kind: ``"link"`` to the product's page, ``"add_to_cart"`` (a form that posts to the shop), or ``"quick_view"``.
        text: one of :data:`CTA_WORDS` or own text; the words that suit the kind when left out.
        action: where the form posts to, required for ``add_to_cart``; for ``quick_view`` the address of the page shown
            in it. ``{id}``, ``{sku}`` and ``{gtin}`` stand for the product's.
        fields: hidden fields of the form, the same places in their values, and ``{picture}`` and ``{tag}`` for where
            the product was found; ``{"product_id": "{id}"}`` when left out.
        alternative: what to offer when the product is sold out.
    """

    kind: CtaKind = "link"
    text: str = ""
    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    alternative: Product | None = None

    def __post_init__(self) -> None:
        check_choice(self.kind, CTA_KINDS, "Cta.kind")
        check_line(self.text, "Cta.text", longest=80)
        check_optional(self.alternative, Product, "Cta.alternative")
        check_line(self.action, "Cta.action", longest=2_048)
        if self.action:
            check_url(_filled(self.action, dict.fromkeys(_PLACES, "1")), "Cta.action")
        elif self.kind == "add_to_cart":
            raise InvalidValueError("Cta.action", "is empty; add_to_cart needs the address the form posts to.")
        if not isinstance(self.fields, Mapping) or len(self.fields) > MAX_FIELDS:
            raise InvalidValueError("Cta.fields", f"pass a mapping of at most {MAX_FIELDS} names to texts.")
        for name, value in self.fields.items():
            if not check_line(name, "Cta.fields"):
                raise InvalidValueError("Cta.fields", "has a field without a name.")
            check_text(value, f"Cta.fields[{name!r}]", longest=2_000)
        object.__setattr__(self, "fields", dict(self.fields))

    @classmethod
    def of(cls, value: Cta | str) -> Cta:
        """A Cta from what a shop may write for short: the kind, or the words of a link."""
        if isinstance(value, Cta):
            return value
        if isinstance(value, str) and value in CTA_KINDS:
            return cls(value)  # type: ignore[arg-type]
        return cls(text=value)

    def form(self, product: Product, *, picture: str = "", tag: int | None = None) -> tuple[str, dict[str, str]]:
        """The address and the hidden fields of the form of one product, with its keys filled in.

        Parameters:
            product: what is put into the cart.
            picture: id of the picture it was found in.
            tag: number of the tag there.
        """
        keys = {name: getattr(product, name) for name in _PLACES}
        quoted = {name: quote(value, safe="") for name, value in keys.items()}
        fields = self.fields or {"product_id": "{id}"}
        keys |= {"picture": picture, "tag": "" if tag is None else str(tag)}
        return _filled(self.action, quoted), {name: _filled(value, keys) for name, value in fields.items()}


@dataclass(frozen=True, slots=True, init=False)
class ProductTag:
    """One or several products at one point of a picture.

    Parameters:
        product: the product, or a list of them (colours, alternatives) that share the point.
        x, y: the point, in fractions 0 to 1 of the whole picture's width and height from its upper left corner
            (Instagram's model); kept to six decimals.
        label: what to call it; the products' titles when left out.
        disclosure: commercial interest behind this tag.
        cta: what its button does: a :class:`Cta`, or for short its kind or its words.
        start, end: seconds of the video between which the tag is shown.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it.
    """

    product: Product | tuple[Product, ...]
    x: float
    y: float
    label: str | None
    disclosure: Disclosure | None
    cta: Cta | None
    start: float | None
    end: float | None

    def __init__(
        self,
        product: Product | Sequence[Product],
        x: float,
        y: float,
        *,
        label: str | None = None,
        disclosure: Disclosure | None = None,
        cta: Cta | str | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> None:
        set_field = object.__setattr__
        set_field(self, "product", _products(product))
        set_field(self, "x", check_fraction(x, "ProductTag.x"))
        set_field(self, "y", check_fraction(y, "ProductTag.y"))
        set_field(self, "label", None if label is None else check_line(label, "ProductTag.label").strip() or None)
        set_field(self, "disclosure", check_optional(disclosure, Disclosure, "ProductTag.disclosure"))
        if cta is not None and not isinstance(cta, Cta | str):
            raise InvalidValueError("ProductTag.cta", "pass a Cta, its kind or its words, or leave it out.")
        set_field(self, "cta", None if cta is None else Cta.of(cta))
        set_field(self, "start", None if start is None else check_seconds(start, "ProductTag.start"))
        set_field(self, "end", None if end is None else check_seconds(end, "ProductTag.end"))
        if self.end is not None and self.end <= (self.start or 0.0):
            raise InvalidValueError("ProductTag.end", "is not after start.")

    @property
    def products(self) -> tuple[Product, ...]:
        """Its products, always as a tuple."""
        return (self.product,) if isinstance(self.product, Product) else self.product

    @property
    def name(self) -> str:
        """What the tag is called: its label, else its products' titles."""
        return self.label or ", ".join(product.title for product in self.products)

    @property
    def paid(self) -> bool:
        """Whether somebody pays for one of its products to be shown."""
        return any(product.paid for product in self.products)


def _products(value: Product | Sequence[Product]) -> Product | tuple[Product, ...]:
    if isinstance(value, Product):
        return value
    products = check_items(value, Product, "ProductTag.product", most=MAX_PRODUCTS, what="products")
    if not products:
        raise InvalidValueError("ProductTag.product", "is empty; pass the product at this point.")
    if len({product.id for product in products}) < len(products):
        raise InvalidValueError("ProductTag.product", "has one product twice.")
    return products[0] if len(products) == 1 else products


def _filled(pattern: str, keys: Mapping[str, str]) -> str:
    """The pattern with its places filled in one go: a key that looks like a place stays as it is."""
    return _PLACE.sub(lambda found: keys.get(found[1], found[0]), pattern)
