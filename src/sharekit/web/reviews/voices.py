"""Small posts on the pages of products: votes, reports of abuse, questions, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sharekit.exceptions import TokenError
from sharekit.products import Product
from sharekit.reviews.drafts import DraftError
from sharekit.reviews.people import NOBODY, Person
from sharekit.web.context import WebContext
from sharekit.web.forms import FormError, read_form
from sharekit.web.http import Request, Response, json_response, refuse
from sharekit.web.reviews.posted import is_trapped
from sharekit.web.reviews.visit import Visit

_VOTES = {"1": 1, "-1": -1, "0": 0}


def vote(context: WebContext, request: Request, _: str) -> Response:
    """``POST /reviews/vote``: ``review`` and ``value`` (1, -1, 0), or ``up`` or ``down`` with the review's id."""

    def take(visit: Visit, fields: Mapping[str, str]) -> Response:
        review, value = fields.get("review", ""), _VOTES.get(fields.get("value", ""))
        for name, worth in (("up", 1), ("down", -1)):
            if fields.get(name):
                review, value = fields[name], worth
        if value is None or not review:
            return refuse(400, "bad_vote", "Post the review's id and a value of 1, -1 or 0.")
        votes = visit.desk.vote(review, visit.voter, value)
        if not visit.wants_json:
            return visit.back()
        if votes is None:
            return refuse(404, "not_counted", "There is no such review that you could vote on.")
        return json_response(200, {"helpful": votes[0], "unhelpful": votes[1]})

    return _post(context, request, "vote", take)


def report(context: WebContext, request: Request, _: str) -> Response:
    """``POST /reviews/report``: ``review``, ``reason``, ``text``. The answer does not tell whether there is one."""

    def take(visit: Visit, fields: Mapping[str, str]) -> Response:
        if not is_trapped(fields):
            visit.desk.report(fields.get("review", ""), visit.voter, fields.get("reason", ""), fields.get("text", ""))
        return visit.thanks("report", fields.get("f", ""))

    return _post(context, request, "vote", take)


def ask(context: WebContext, request: Request, _: str) -> Response:
    """``POST /reviews/ask``: a question about the product of the form's token."""

    def take(visit: Visit, fields: Mapping[str, str]) -> Response:
        token = fields.get("f", "")
        product = visit.product(token)
        if not is_trapped(fields):
            try:
                visit.desk.ask(
                    product.id,
                    fields.get("body", ""),
                    author=_name(visit, fields),
                    person=_person(visit),
                    seen=visit.seen,
                )
            except DraftError as error:
                return _again(visit, "ask", product, fields, error)
        return visit.thanks("question", token)

    return _post(context, request, "write", take)


def answer(context: WebContext, request: Request, _: str) -> Response:
    """``POST /reviews/answer``: an answer to the question whose id the field ``question`` holds."""

    def take(visit: Visit, fields: Mapping[str, str]) -> Response:
        token = fields.get("f", "")
        product = visit.product(token)
        if not is_trapped(fields):
            customer = visit.customer
            try:
                visit.desk.answer(
                    fields.get("question", ""),
                    fields.get("body", ""),
                    author=_name(visit, fields),
                    person=_person(visit),
                    verified=customer is not None and product.id in customer.orders,
                    seen=visit.seen,
                )
            except DraftError as error:
                return _again(visit, "answer", product, fields, error)
        return visit.thanks("answer", token)

    return _post(context, request, "write", take)


def thanks(context: WebContext, request: Request, _: str) -> Response:
    """``GET /reviews/thanks?for=…``: what happens next, and the way back to the product."""
    visit = Visit(context, request)
    arguments = request.arguments()
    kind = arguments.get("for", "")
    try:
        back = visit.way_back(visit.product(arguments["f"])) if arguments.get("f") else ""
    except TokenError:
        back = ""
    return visit.page("desk-notice", kind=kind if kind in _THANKS else "review", back=back)


_THANKS = {"review", "published", "mail", "question", "answer", "report"}


def _post(
    context: WebContext, request: Request, kind: str, take: Callable[[Visit, Mapping[str, str]], Response]
) -> Response:
    visit = Visit(context, request)
    refused = visit.refusal(kind)
    if refused is not None:
        return refused
    try:
        with read_form(request) as form:
            visit.speak(form.fields)
            return take(visit, form.fields)
    except FormError as error:
        return error.answer
    except TokenError as error:
        return refuse(400, "bad_token", str(error))


def _again(visit: Visit, action: str, product: Product, fields: Mapping[str, str], error: DraftError) -> Response:
    errors = error.messages(visit.locale)
    if visit.wants_json:
        return json_response(422, {"error": "invalid", "errors": errors})
    return visit.page(
        "desk-ask", 422, action=action, fields=fields, error=next(iter(errors.values())), title=product.title,
        back=visit.way_back(product), lang=visit.locale, failed=True,
    )  # fmt: skip


def _name(visit: Visit, fields: Mapping[str, str]) -> str:
    customer = visit.customer
    return fields.get("author", "").strip() or (customer.name if customer else "")


def _person(visit: Visit) -> Person:
    """Who is kept as the writer: a customer; nobody else is known."""
    return visit.voter if visit.customer else NOBODY
