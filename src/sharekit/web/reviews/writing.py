"""Write a review: from the product's page, through the link of an order, and change it afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import BinaryIO

from sharekit.exceptions import TokenError
from sharekit.products import Product
from sharekit.reviews.drafts import Draft, DraftError, clean, read_draft
from sharekit.reviews.links import Invitation
from sharekit.reviews.model import Review
from sharekit.web.context import WebContext
from sharekit.web.forms import Form, FormError, read_form
from sharekit.web.http import Request, Response, json_response, refuse
from sharekit.web.reviews.visit import Visit

_log = logging.getLogger(__name__)
TRAP = "website"
"""A field that people do not see. Whoever fills it in is thanked like everybody else, and nothing is kept."""


def form_page(context: WebContext, request: Request, _: str) -> Response:
    """``GET /reviews/write?f=<form token>``: the form by itself."""
    visit = Visit(context, request)
    token = request.arguments().get("f", "")
    try:
        product = visit.product(token)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    return _write_page(visit, product)


def write(context: WebContext, request: Request, _: str) -> Response:
    """``POST /reviews/write``: a review by somebody who is signed in, by somebody who will be asked to confirm an
    address, or by anybody, as the policy has it."""
    visit = Visit(context, request)
    refused = visit.refusal("write")
    if refused is not None:
        return refused
    try:
        with read_form(request) as form:
            visit.speak(form.fields)
            return _write(visit, form)
    except FormError as error:
        return error.answer
    except TokenError as error:
        return refuse(400, "bad_token", str(error))


def _write(visit: Visit, form: Form) -> Response:
    token = form.fields.get("f", "")
    product = visit.product(token)
    policy, customer = visit.desk.policy, visit.customer
    mailed = customer is None and policy.writers == "confirmed"
    if is_trapped(form.fields):
        at_once = "published" if policy.moderation == "after" else "review"
        return visit.thanks("mail" if mailed else at_once, token)
    try:
        if mailed and visit.context.settings.mail is None:
            raise DraftError({"": "not_allowed"})
        draft = read_draft(form.fields, policy, product_id=product.id, email=mailed)
        photos = _photos(form)
        if customer is not None:
            review = visit.desk.submit_customer(customer, draft, photos=photos, seen=visit.seen)
        elif mailed:
            return _ask_to_confirm(visit, draft, form.fields.get("email", ""), product, token)
        elif policy.writers == "anyone":
            review = visit.desk.submit(draft, photos=photos, seen=visit.seen)
        else:
            raise DraftError({"": "not_allowed"})
    except DraftError as error:
        return _again(visit, error.messages(visit.locale), lambda errors: _write_page(visit, product, form, errors))
    return visit.thanks(_thanks_for(review), token)


def _ask_to_confirm(visit: Visit, draft: Draft, email: str, product: Product, token: str) -> Response:
    try:
        visit.desk.request_confirmation(draft, email, locale=visit.locale)
    except OSError:  # a MailError, or whatever the shop's own function met
        _log.exception("A confirmation mail could not be sent.")
        return visit.page("desk-notice", 503, kind="no_mail", back=visit.way_back(product))
    return visit.thanks("mail", token)


def order_page(context: WebContext, request: Request, token: str) -> Response:
    """``GET /reviews/order/<token>``: one form for all products of the order. Changes nothing."""
    visit = Visit(context, request, secret=True)
    invitation = visit.desk.invitation(token)
    return visit.bad_link() if invitation is None else _order_page(visit, invitation)


def order(context: WebContext, request: Request, token: str) -> Response:
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
            kept = visit.desk.submit_invited(token, draft, photos=_photos(form, prefix), seen=visit.seen)
            review = kept or review
        except DraftError as error:
            errors |= {f"{prefix}{name}": words for name, words in error.messages(visit.locale).items()}
    if errors:
        left = visit.desk.invitation(token) or invitation  # some of it may be handed in by now
        return _again(visit, errors, lambda errors: _order_page(visit, left, form.fields, errors))
    if review is None:
        return visit.bad_link()
    bought = next(product for product in invitation.products if product.id == review.product_id)
    return visit.thanks(_thanks_for(review), token=visit.form_token(bought) if bought.url else "")


def edit_page(context: WebContext, request: Request, token: str) -> Response:
    """``GET /reviews/edit/<token>``: the author's review in a form. Changes nothing."""
    visit = Visit(context, request, secret=True)
    review = visit.desk.editable(token)
    return visit.bad_link() if review is None else _edit_page(visit, review)


def edit(context: WebContext, request: Request, token: str) -> Response:
    """``POST /reviews/edit/<token>``: the author's changes."""
    visit = Visit(context, request, secret=True)
    refused = visit.refusal("write")
    if refused is not None:
        return refused
    try:
        with read_form(request) as form:
            visit.speak(form.fields)
            review = visit.desk.editable(token)
            if review is None:
                return visit.bad_link()
            try:
                draft = read_draft(form.fields, visit.desk.policy, product_id=review.product_id, variant=review.variant)
                keep = [photo.id for photo in review.photos if form.fields.get(f"keep-{photo.id}")]
                changed = visit.desk.edit_by(token, draft, photos=_photos(form), keep=keep)
            except DraftError as error:
                again = error.messages(visit.locale)
                return _again(visit, again, lambda errors: _edit_page(visit, review, form.fields, errors))
            return visit.bad_link() if changed is None else visit.thanks(_thanks_for(changed))
    except FormError as error:
        return error.answer


def is_trapped(fields: Mapping[str, str]) -> bool:
    """Whether the field that people do not see was filled in; the log counts it."""
    if not fields.get(TRAP):
        return False
    _log.warning("A form was filled in by a machine (its hidden field holds something); nothing was kept.")
    return True


def _again(visit: Visit, errors: Mapping[str, str], page: Callable[[Mapping[str, str]], Response]) -> Response:
    """The form again with what is wrong; for the script only that."""
    if visit.wants_json:
        return json_response(422, {"error": "invalid", "errors": dict(errors)})
    return page(errors)


def _write_page(
    visit: Visit, product: Product, form: Form | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    fields = visit.parts.form(
        product,
        title="",
        values=_typed(form.fields) if form else None,
        errors=errors or {},
        email=False if visit.customer else None,
        locale=visit.locale,
        mount=visit.mount,
    )
    return visit.page(
        "desk-write",
        422 if errors else 200,
        change=visit.change_address(visit.voter, product.id) if visit.customer else "",
        form=fields,
        title=product.title,
        back=visit.way_back(product),
        failed=bool(errors),
    )


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
            values={"author": invitation.name} if values is None else _under(prefix, _typed(values)),
            errors=_under(prefix, errors or {}),
            email=False,
            locale=visit.locale,
            mount=visit.mount,
        )
        change = visit.change_address(invitation.person, bought.id)
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


def _edit_page(
    visit: Visit, review: Review, values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    product = Product(id=review.product_id, title=review.product_id, url="/")
    written = {
        "rating": str(review.rating), "title": review.title, "body": review.body, "author": review.author,
        "language": review.language, **{f"answer-{key}": value for key, value in review.answers.items()},
    }  # fmt: skip
    fields = visit.parts.form(
        product,
        wrap=False,
        title="",
        values=written if values is None else _typed(values),
        errors={name: words for name, words in (errors or {}).items() if name},
        email=False,
        locale=visit.locale,
        mount=visit.mount,
    )
    return visit.page(
        "desk-edit",
        422 if errors else 200,
        fields=fields,
        review=review,
        error=(errors or {}).get("", ""),
        failed=bool(errors),
        lang=visit.locale,
    )


def _photos(form: Form, prefix: str = "") -> list[BinaryIO]:
    return form.files.get(f"{prefix}photos", [])


def _is_filled_in(form: Form, prefix: str) -> bool:
    """Whether somebody began to review this product: an empty one is left for another day."""
    texts = any(form.fields.get(f"{prefix}{name}", "").strip() for name in ("rating", "title", "body"))
    return texts or bool(form.files.get(f"{prefix}photos"))


def _prefix(number: int) -> str:
    return f"p{number + 1}-"


def _thanks_for(review: Review) -> str:
    return "published" if review.status == "published" else "review"


def _under(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    """What belongs to one product of a form of several, by the names it has without the prefix."""
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, fit to be shown again: without the characters that no page may hold."""
    return {name: clean(value, lines=True) for name, value in fields.items()}
