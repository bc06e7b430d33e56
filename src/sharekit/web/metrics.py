"""``/metrics``: the state of delivery for Prometheus, behind a token."""

from __future__ import annotations

import sqlite3
from hmac import compare_digest

from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics(context: WebContext, request: Request) -> Response:
    """The numbers, for whoever shows the token; without the setting there is nothing at this address."""
    token = context.settings.metrics_token
    if not token:
        return refuse(404, "not_found", "There is nothing here; see the documentation on delivery.")
    if request.method not in {"GET", "HEAD"}:
        return refuse(405, "method_not_allowed", "This address takes GET, HEAD.", ("allow", "GET, HEAD"))
    scheme, _, given = request.header("authorization").partition(" ")
    matches = compare_digest(given.strip().encode("utf-8", "replace"), token.encode("utf-8", "replace"))
    if scheme.lower() != "bearer" or not matches:
        return refuse(
            401,
            "unauthorized",
            "Send the token: Authorization: Bearer ...",
            ("www-authenticate", 'Bearer realm="metrics"'),
        )
    try:
        text = context.metrics()
    except (OSError, sqlite3.Error):
        return refuse(503, "unavailable", "The journal cannot be read now.")
    return Response(
        status=200,
        headers=(
            ("content-type", CONTENT_TYPE),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ),
        body=text.encode(),
    )
