"""Refusals as pages: whoever uses no script would be shown JSON."""

from __future__ import annotations

from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response
from sharekit.web.reviews.visit import Visit

_KINDS = {403: "other_site", 404: "bad_link", 413: "too_large", 429: "too_many", 503: "not_now"}
"""Which words of the notice a status gets; the others ask for the product's page to be opened again."""
_KEPT = {"retry-after", "allow"}


def for_people(context: WebContext, request: Request, answer: Response) -> Response:
    """The answer, or a page in its place when it is a refusal in JSON and a browser wants to show something."""
    accepted = request.header("accept")
    if answer.status < 400 or "text/html" not in accepted or "application/json" in accepted:
        return answer
    if ("content-type", "application/json") not in answer.headers:
        return answer
    page = Visit(context, request, secret=True).page(
        "desk-notice", answer.status, kind=_KINDS.get(answer.status, "refused"), back=""
    )
    kept = tuple(pair for pair in answer.headers if pair[0] in _KEPT)
    return Response(status=page.status, headers=(*page.headers, *kept), body=page.body)
