"""``/reviews/order/<token>``: one form for all products of an order, behind the link that the buyer was given."""

from __future__ import annotations

from collections.abc import Mapping

from sharekit.products import Product
from sharekit.reviews.drafts import Draft, DraftError, read_draft
from sharekit.reviews.links import Invitation
from sharekit.web.context import WebContext
from sharekit.web.forms import Form, FormError, read_form
from sharekit.web.http import Request, Response
from sharekit.web.reviews.posted import again, photos_of, thanks_for, typed
from sharekit.web.reviews.visit import Visit


def show(context: WebContext, request: Request, token: str) -> Response:
    """``GET /reviews/order/<token>``: one form for all products of the order. Changes nothing."""
    visit = Visit(context, request, secret=True)
    invitation = visit.desk.invitation(token)
    return visit.bad_link() if invitation is None else _order_page(visit, invitation)


def hand_in(context: WebContext, request: Request, token: str) -> Response:
    """``POST /reviews/order/<token>``: a review of each product that was given stars."""
    visit = Visit(context, request, secret=True)
    refused = visit.refusal("write")
    if refused is not None:
        return refused
    try:
        with read_form(request) as form:
            visit.speak(form.fields)
            invitation = visit.desk.invitation(token)
            if invitation is None:
                return visit.bad_link()
            return _order(visit, token, invitation, form)
    except FormError as error:
        return error.answer


def _order(visit: Visit, token: str, invitation: Invitation, form: Form) -> Response:
    policy = visit.desk.policy
    drafts: dict[str, Draft] = {}
    errors: dict[str, str] = {}
    for number, product in enumerate(invitation.products):
        prefix = _prefix(number)
        if product.done or not _is_filled_in(form, prefix):
            continue
        try:
            drafts[prefix] = read_draft(
                form.fields, policy, product_id=product.id, prefix=prefix, variant=product.variant
            )
        except DraftError as error:
            errors |= {f"{prefix}{name}": words for name, words in error.messages(visit.locale).items()}
    if not drafts and not errors:
        errors = DraftError({"": "rating"}).messages(visit.locale)
    review = None
    for prefix, draft in {} if errors else drafts.items():
        try:
            kept = visit.desk.submit_invited(token, draft, photos=photos_of(form, prefix), seen=visit.seen)
            review = kept or review
        except DraftError as error:
            errors |= {f"{prefix}{name}": words for name, words in error.messages(visit.locale).items()}
    if errors:
        left = visit.desk.invitation(token) or invitation  # some of it may be handed in by now
        return again(visit, errors, lambda errors: _order_page(visit, left, form.fields, errors))
    if review is None:
        return visit.bad_link()
    bought = next(product for product in invitation.products if product.id == review.product_id)
    return visit.thanks(thanks_for(review), token=visit.form_token(bought))


def _order_page(
    visit: Visit,
    invitation: Invitation,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    products = []
    for number, bought in enumerate(invitation.products):
        if bought.done:
            continue
        prefix = _prefix(number)
        product = Product(id=bought.id, title=bought.title or bought.id, url=bought.url or "/")
        fields = visit.parts.form(
            product,
            wrap=False,
            title="",
            prefix=prefix,
            values={"author": invitation.name} if values is None else _under(prefix, typed(values)),
            errors=_under(prefix, errors or {}),
            email=False,
            locale=visit.locale,
            mount=visit.mount,
        )
        change = visit.change_address(invitation.person, bought.id, visit.form_token(bought))
        products.append((product, bought.variant, fields, change))
    return visit.page(
        "desk-order",
        422 if errors else 200,
        products=products,
        error=(errors or {}).get("", ""),
        failed=bool(errors),
        incentive=invitation.incentive,
        lang=visit.locale,
    )


def _is_filled_in(form: Form, prefix: str) -> bool:
    """Whether somebody began to review this product: an empty one is left for another day."""
    texts = any(form.fields.get(f"{prefix}{name}", "").strip() for name in ("rating", "title", "body"))
    return texts or bool(form.files.get(f"{prefix}photos"))


def _prefix(number: int) -> str:
    return f"p{number + 1}-"


def _under(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    """What belongs to one product of a form of several, by the names it has without the prefix."""
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
