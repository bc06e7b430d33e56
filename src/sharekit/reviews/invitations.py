"""Invitations: the links of orders by which buyers review what they bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.products.values import MAX_ID, check_link
from sharekit.reviews.desk_base import DeskBase
from sharekit.reviews.drafts import clean
from sharekit.reviews.links import Invitation, Invited
from sharekit.reviews.model import MAX_NAME, MAX_TITLE, Incentive, Relation
from sharekit.reviews.people import Person


class Invitations(DeskBase):
    """Making and reading the links of orders."""

    def invite(
        self,
        order_id: str,
        products: Sequence[Product | Mapping[str, str] | str],
        *,
        email: str = "",
        customer_id: str = "",
        name: str = "",
        days: int | None = None,
        incentive: Incentive = "",
    ) -> str:
        """A token for the link that lets the buyer review what is in an order: ``/reviews/order/<token>``.

        However many links of an order are made, each of its products can be reviewed once through them.

        Parameters:
            products: products, ids, or mappings with ``id``, ``title``, ``url``, ``variant``.
            email, customer_id: who bought; only a hash of them goes into the token.
            name: the buyer's name, to begin the form with.
            days: for how long; the policy's ``link_days`` when left out.
            incentive: what was promised for a review, one of the policy's ``incentives``. It is owed for any rating:
                16 CFR 465.4 forbids to make it depend on what is written.

        Raises:
            InvalidValueError: the incentive is not in the policy, the address is an employee's and the policy lets none
                review, or there is no product.
        """
        if not check_text(order_id, "order_id", longest=MAX_ID):
            raise InvalidValueError("order_id", "is empty.")
        if incentive and incentive not in self.policy.incentives:
            raise InvalidValueError(
                "incentive",
                f"{incentive!r} is not in the policy's incentives; list it there, because readers are told.",
            )
        relation = self._relation(email)
        if relation != "customer" and not self.policy.staff_reviews:
            raise InvalidValueError("email", "is an employee's, and the policy lets none review (staff_reviews).")
        items = [_invited(product) for product in products]
        if not items:
            raise InvalidValueError("products", "is empty; pass what is in the order.")
        return self._links.order_token(
            Invitation(
                order_id=order_id,
                products=items,
                person=self._buyer(order_id, email, customer_id),
                name=clean(name)[:MAX_NAME],
                relation=relation,
                incentive=incentive,
                until=self._now() + timedelta(days=self.policy.link_days if days is None else days),
            )
        )

    def invitation(self, token: str) -> Invitation | None:
        """What the link of an order says; changes nothing. ``None`` for a bad link, and when all of it is done."""
        said = self._links.invitation(token)
        if said is None:
            return None
        products = [replace(item, done=self.store.spent(said.use(item.id))) for item in said.products]
        return None if all(item.done for item in products) else replace(said, products=products)

    def _buyer(self, order_id: str, email: str, customer_id: str) -> Person:
        if customer_id:
            return self.people.of_customer(customer_id, email)
        return self.people.of_email(email) if email else self.people.of_order(order_id)

    def _relation(self, email: str, told: Relation = "customer") -> Relation:
        return "employee" if told == "customer" and self.policy.is_staff(email) else told


def _invited(product: Product | Mapping[str, str] | str) -> Invited:
    if isinstance(product, Product):
        product = {"id": product.id, "title": product.title, "url": product.url}
    values = {"id": product} if isinstance(product, str) else dict(product)
    for name in values:
        if name not in _INVITED:
            raise InvalidValueError("products", f"unknown field {name!r}; pass id, title, url, variant.")
    id_ = check_text(values.get("id", ""), "products", longest=MAX_ID)
    if not id_:
        raise InvalidValueError("products", "one of them has no id.")
    title, variant = (clean(values.get(name, ""))[:MAX_TITLE] for name in ("title", "variant"))
    return Invited(id=id_, url=check_link(values.get("url", ""), "products"), title=title, variant=variant)


_INVITED = ("id", "title", "url", "variant")
