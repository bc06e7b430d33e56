"""The products of a tag: what each costs, whether it can be bought, and what its button does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from markupsafe import escape

from sharekit.products import Cta, Disclosure, Product
from sharekit.rendering.money import amount_for_people
from sharekit.widgets.tags.honesty import warn_once
from sharekit.widgets.tags.plan import Plan
from sharekit.widgets.tags.views import Offer

GONE = frozenset({"Discontinued", "OutOfStock", "Reserved", "SoldOut"})
"""schema.org's availabilities in which nobody can buy."""
NOT_ONLINE = GONE | {"InStoreOnly"}
"""Those in which nobody can buy on this page."""
ORDERED_AHEAD = frozenset({"PreOrder", "PreSale"})

_HELPFUL_WHEN_GONE = frozenset({"notify_me", "learn_more"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the products of one picture have in common.

    Parameters:
        plan: the options.
        cta: what a button does where the tag says nothing.
        csrf: fields that the shop's framework wants in every form.
        picture, placement, variant: what events say about it.
        widget: ``tags`` or ``video``.
    """

    plan: Plan
    cta: Cta
    csrf: Mapping[str, str]
    picture: str
    placement: str
    variant: str
    widget: str = "tags"

    def link(self, product: Product, number: int, position: int, disclosure: Disclosure | None) -> tuple[str, str]:
        """Where the link to a product leads, and its ``rel``."""
        plan, url = self.plan, product.url
        sponsored = disclosure is not None and disclosure.sponsored
        if plan.go:
            token = plan.context.sign(self._payload(product, number, position, disclosure, plan.whole_address(url)))
            return f"{plan.mount}/go/{token}", "sponsored nofollow" if sponsored else "nofollow"
        if sponsored:
            return plan.address(url), "sponsored" if plan.is_own(url) else "sponsored nofollow"
        return plan.address(url), ""

    def _payload(
        self, product: Product, number: int, position: int, disclosure: Disclosure | None, url: str
    ) -> dict[str, str]:
        """What the server needs to count the click; see :class:`sharekit.web.links.Link` for the letters."""
        values = {
            "k": "product",
            "u": url,
            "p": product.id,
            "l": self.placement,
            "w": self.widget,
            "g": self.picture,
            "a": str(number),
            "o": str(position),
            "d": disclosure.kind if disclosure is not None else "",
            "r": self.variant,
        }
        return {name: value for name, value in values.items() if value}


class Place(NamedTuple):
    """Where a product stands.

    Parameters:
        shelf: what it has in common with the others.
        cta: what its button does.
        disclosure: commercial interest behind it.
        number: of the tag.
        position: among the tag's products, from 1.
        several: the tag has other products too.
    """

    shelf: Shelf
    cta: Cta
    disclosure: Disclosure | None
    number: int
    position: int = 1
    several: bool = False


class Shown(NamedTuple):
    """A product, and what is written about it.

    Parameters:
        product: the product.
        price, was: what it costs, and did before the reduction, for people.
        url, rel: of the link to it.
        image: address of its picture.
    """

    product: Product
    price: str
    was: str
    url: str
    rel: str
    image: str


def show(shelf: Shelf, product: Product, number: int, position: int, disclosure: Disclosure | None) -> Shown:
    """What is to be written about a product at its place."""
    plan = shelf.plan
    picture = product.image or (product.images[0] if product.images else "")
    image = plan.address(picture if isinstance(picture, str) else picture.src) if picture else ""
    return Shown(product, *prices_of(plan, product), *shelf.link(product, number, position, disclosure), image)


def offer(place: Place, shown: Shown, dialog: str = "", name_id: str = "") -> str:
    """A product with everything that can be done with it, as in a card.

    Parameters:
        dialog: id of its quick view.
        name_id: id of its name.
    """
    shelf, cta, product = place.shelf, place.cta, shown.product
    plan = shelf.plan
    kind, text = button(plan, cta, product.availability)
    action = fields = added = ""
    if kind == "add_to_cart":
        action, hidden = cta.form(product, picture=shelf.picture, tag=place.number)
        fields = hidden_fields(hidden, shelf.csrf if plan.is_own(action) else {})
        action, added = plan.address(action), plan.words.added(product.title)
    quick = kind == "quick_view"
    return plan.offer.render(
        Offer(
            True,
            kind,
            product.availability not in NOT_ONLINE,
            plan.go,
            place.several,
            fields,
            shown.url,
            shown.rel,
            product.id,
            product.title,
            product.description if quick else "",
            shown.price,
            shown.was,
            plan.words.states.get(product.availability, ""),
            str(place.position),
            name_id,
            text,
            action,
            added,
            dialog if quick else "",
            shown.image,
            *_instead(place, product),
        )
    )


def line(place: Place, shown: Shown) -> str:
    """A product in the list below the picture: what it is called and what it costs."""
    plan, product = place.shelf.plan, shown.product
    availability = product.availability
    return plan.offer.render(
        Offer(
            False,
            "",
            availability not in NOT_ONLINE,
            plan.go,
            place.several,
            "",
            shown.url,
            shown.rel,
            product.id,
            product.title,
            "",
            shown.price,
            shown.was,
            "" if availability == "InStock" else plan.words.states.get(availability, ""),
            str(place.position),
            "",
            "",
            "",
            "",
            "",
            "",
            *_instead(place, product),
        )
    )


def _instead(place: Place, product: Product) -> tuple[str, str, str]:
    """Name, address and id of what is offered in place of a product that cannot be bought."""
    other = place.cta.alternative
    if other is None or product.availability not in NOT_ONLINE:
        return "", "", ""
    address, _ = place.shelf.link(other, place.number, place.position, place.disclosure)
    return other.title, address, other.id


def button(plan: Plan, cta: Cta, availability: str) -> tuple[str, str]:
    """What a button does, and its words; nothing where a shopper would be led astray."""
    kind, text = cta.kind, cta.text
    if availability in NOT_ONLINE:
        if kind != "link" or (availability in GONE and text not in _HELPFUL_WHEN_GONE):
            return "", ""
        text = text if text in _HELPFUL_WHEN_GONE else "learn_more"
    elif not text:
        ahead = availability in ORDERED_AHEAD and kind != "quick_view"
        text = "pre_order" if ahead else "shop_now" if kind == "link" else kind
    return kind, plan.words.ctas.get(text, text)


def prices_of(plan: Plan, product: Product) -> tuple[str, str]:
    """What a product costs, and what it did before the reduction, for people to read.

    The old price is the lowest of the 30 days before the reduction, and is there only when the shop gave it: any other
    may not be announced as one (Directive 98/6/EC, article 6a; CJEU C-330/23).
    """
    price, sale, currency, locale = product.price, product.sale_price, product.currency, plan.locale
    if not isinstance(sale, Decimal):
        return (amount_for_people(price, currency, locale), "") if isinstance(price, Decimal) else ("", "")
    before = product.lowest_30d
    if isinstance(before, Decimal) and before > sale:
        return amount_for_people(sale, currency, locale), amount_for_people(before, currency, locale)
    warn_once(
        plan,
        f"price\n{product.id}",
        "The old price of %r is not shown: the sale price %s, and a reduction may only be announced against the lowest "
        "price of the 30 days before it.",
        product.id,
        "has no lowest_30d" if before is None else "is not below its lowest_30d",
    )
    return amount_for_people(sale, currency, locale), ""


def hidden_fields(*groups: Mapping[str, str]) -> str:
    """Hidden fields of a form; ready HTML."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for group in groups
        for name, value in group.items()
    )
