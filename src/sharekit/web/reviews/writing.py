"""Write a review from the product's page, and change it afterwards."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sharekit.exceptions import TokenError
from sharekit.products import Product
from sharekit.reviews.drafts import Draft, DraftError, read_draft
from sharekit.reviews.model import Review
from sharekit.web.context import WebContext
from sharekit.web.forms import Form, FormError, read_form
from sharekit.web.http import Request, Response, refuse
from sharekit.web.reviews.posted import again, is_trapped, photos_of, thanks_for, typed
from sharekit.web.reviews.visit import Visit

_log = logging.getLogger(__name__)


def form_page(context: WebContext, request: Request, _: str) -> Response:
    """``GET /reviews/write?f=<form token>``: the form by itself."""
    visit = Visit(context, request)
    token = request.arguments().get("f", "")
    try:
        product = visit.product(token)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    return _write_page(visit, product, token)


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
        photos = photos_of(form)
        if customer is not None:
            review = visit.desk.submit_customer(customer, draft, photos=photos, seen=visit.seen)
        elif mailed:
            return _ask_to_confirm(visit, draft, form.fields.get("email", ""), product, token)
        elif policy.writers == "anyone":
            review = visit.desk.submit(draft, photos=photos, seen=visit.seen)
        else:
            raise DraftError({"": "not_allowed"})
    except DraftError as error:
        return again(
            visit, error.messages(visit.locale), lambda errors: _write_page(visit, product, token, form, errors)
        )
    return visit.thanks(thanks_for(review), token)


def _ask_to_confirm(visit: Visit, draft: Draft, email: str, product: Product, token: str) -> Response:
    try:
        visit.desk.request_confirmation(draft, email, locale=visit.locale)
    except OSError:  # a MailError, or whatever the shop's own function met
        _log.exception("A confirmation mail could not be sent.")
        return visit.page("desk-notice", 503, kind="no_mail", back=visit.way_back(product))
    return visit.thanks("mail", token)


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
                changed = visit.desk.edit_by(token, draft, photos=photos_of(form), keep=keep)
            except DraftError as error:
                wrong = error.messages(visit.locale)
                return again(visit, wrong, lambda errors: _edit_page(visit, review, form.fields, errors))
            if changed is None:
                return visit.bad_link()
            token = visit.request.arguments().get("f", "") if _named(visit, changed) else ""
            return visit.thanks(thanks_for(changed), token)
    except FormError as error:
        return error.answer


def _write_page(
    visit: Visit, product: Product, token: str, form: Form | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    fields = visit.parts.form(
        product,
        title="",
        values=typed(form.fields) if form else None,
        errors=errors or {},
        email=False if visit.customer else None,
        locale=visit.locale,
        mount=visit.mount,
    )
    return visit.page(
        "desk-write",
        422 if errors else 200,
        change=visit.change_address(visit.voter, product.id, token) if visit.customer else "",
        form=fields,
        title=product.title,
        back=visit.way_back(product),
        failed=bool(errors),
    )


def _edit_page(
    visit: Visit, review: Review, values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    named = _named(visit, review)
    written = {
        "rating": str(review.rating), "title": review.title, "body": review.body, "author": review.author,
        "language": review.language, **{f"answer-{key}": value for key, value in review.answers.items()},
    }  # fmt: skip
    fields = visit.parts.form(
        named or Product(id=review.product_id, title=review.product_id, url="/"),
        wrap=False,
        title="",
        values=written if values is None else typed(values),
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
        title=named.title if named else "",
        back=visit.way_back(named),
        error=(errors or {}).get("", ""),
        failed=bool(errors),
        lang=visit.locale,
    )


def _named(visit: Visit, review: Review) -> Product | None:
    """The product of a review, when the link tells: a review knows its id alone."""
    try:
        product = visit.product(visit.request.arguments().get("f", ""))
    except TokenError:
        return None
    return product if product.id == review.product_id else None
