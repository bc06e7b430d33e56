"""``/reviews/confirm/<token>``: the link of a confirmation mail. Opening it changes nothing; its button does."""

from __future__ import annotations

from sharekit.reviews.drafts import DraftError
from sharekit.web.context import WebContext
from sharekit.web.forms import FormError, read_form
from sharekit.web.http import Request, Response
from sharekit.web.reviews.posted import photos_of, thanks_for
from sharekit.web.reviews.visit import Visit


def show(context: WebContext, request: Request, token: str) -> Response:
    """What will be handed in, and the button. Programs that look at mails open links; none of them presses it."""
    return _page(Visit(context, request, secret=True), token)


def confirm(context: WebContext, request: Request, token: str) -> Response:
    """Hand it in."""
    visit = Visit(context, request, secret=True)
    refused = visit.refusal("write")
    if refused is not None:
        return refused
    try:
        with read_form(request) as form:
            visit.speak(form.fields)
            try:
                review = visit.desk.confirm(token, photos=photos_of(form), seen=visit.seen)
            except DraftError as error:
                return _page(visit, token, " ".join(dict.fromkeys(error.messages(visit.locale).values())))
    except FormError as error:
        return error.answer
    if review is None:
        return visit.bad_link()
    return visit.thanks(thanks_for(review))


def _page(visit: Visit, token: str, error: str = "") -> Response:
    found = visit.desk.confirmation(token)
    if found is None:
        return visit.bad_link()
    return visit.page(
        "desk-confirm",
        422 if error else 200,
        draft=found.draft,
        error=error,
        failed=bool(error),
        change=visit.change_address(found.person, found.draft.product_id),
        photos=visit.desk.policy.photos,
        lang=visit.locale,
    )
