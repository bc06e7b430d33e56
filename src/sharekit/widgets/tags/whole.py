"""The whole look in one go: a form with every product that can be bought now, and what they cost together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta, Product, ProductTag
from sharekit.rendering.money import amount_for_people
from sharekit.widgets.tags.honesty import warn_once
from sharekit.widgets.tags.offers import NOT_ONLINE, Shelf, hidden_fields
from sharekit.widgets.tags.views import Whole


def whole_look(shelf: Shelf, pictures: Iterable[tuple[str, Iterable[ProductTag]]], wanted: bool | str) -> str:
    """The form; empty when nothing can be bought.

    Of a tag with several products (colours, alternatives) the first that can be bought counts, and a product that is
    tagged twice counts once.

    Parameters:
        pictures: ids with their tags.
        wanted: whether to make one, or the address it posts to.

    Raises:
        InvalidValueError: there is no address to post to, or there are several.
    """
    if not wanted:
        return ""
    plan = shelf.plan
    chosen: dict[str, tuple[Product, Cta, str, int]] = {}
    missing: set[str] = set()
    for picture, number, tag in ((one, number, tag) for one, tags in pictures for number, tag in enumerate(tags, 1)):
        buyable = next((one for one in tag.products if one.availability not in NOT_ONLINE and _price(one)), None)
        if buyable is None:
            missing.add(tag.products[0].id)
        else:
            chosen.setdefault(buyable.id, (buyable, tag.cta or shelf.cta, picture, number))
    missing -= chosen.keys()
    if not chosen:
        return ""
    if len({product.currency for product, *_ in chosen.values()}) > 1:
        warn_once(
            plan, f"whole\n{shelf.picture}", "%r has no total: its products have several currencies.", shelf.picture
        )
        return ""
    forms = []
    for product, cta, picture, number in chosen.values():
        if cta.kind != "add_to_cart":
            cta = Cta("add_to_cart", action=wanted) if isinstance(wanted, str) else cta
        if cta.kind != "add_to_cart":
            raise InvalidValueError(
                "whole_look",
                f"{product.id!r} has no address to post to; pass cta=Cta('add_to_cart', action=...), or the address as "
                "whole_look='/cart/add'.",
            )
        forms.append(cta.form(product, picture=picture, tag=number))
    actions = {wanted} if isinstance(wanted, str) else {action for action, _ in forms}
    if len(actions) > 1:
        raise InvalidValueError(
            "whole_look", "its products post to several addresses; pass the one that takes them all, '/cart/add'."
        )
    action = Cta("add_to_cart", action=actions.pop()).action
    first = next(iter(chosen.values()))[0]
    total = sum((_price(product) for product, *_ in chosen.values()), Decimal(0))
    csrf = shelf.csrf if plan.is_own(action) else {}
    return plan.whole.render(
        Whole(
            hidden_fields(*(fields for _, fields in forms), csrf),
            plan.address(action),
            plan.words.together(len(chosen), amount_for_people(total, first.currency, plan.locale)),
            plan.words.missing(len(missing)) if missing else "",
            plan.words.all_added,
        )
    )


def _price(product: Product) -> Decimal:
    """What it costs now; nothing for one without a price, which cannot be part of a total."""
    return product.money.amount if product.money is not None else Decimal(0)
