"""The kit's own app as a blueprint."""

from __future__ import annotations

from contextlib import suppress
from io import SEEK_END

from flask import Blueprint, Response, current_app, request

from sharekit.integrations.flask.surroundings import body_of, form_of, request_of, upload_of
from sharekit.kit import ShareKit
from sharekit.web.forms import longest_body
from sharekit.web.http import MAX_BODY, too_large
from sharekit.web.http import Response as Answer

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def make_blueprint(kit: ShareKit) -> Blueprint:
    """Routes for all below the ``mount`` setting, handed to ``kit.handle``, which refuses what it does not know."""
    mount = kit.settings.mount
    blueprint = Blueprint("sharekit", __name__, url_prefix=mount)

    def handle(path: str) -> Response:
        if request.method not in {"POST", "PUT", "PATCH"}:
            return _response(kit.handle(request_of(request, mount=mount)))
        limit = longest_body(request.path)
        if (request.content_length or 0) > limit:
            return refused(limit)
        if (form := form_of(request)) is not None:
            return _response(kit.handle(request_of(request, mount=mount, form=form)))
        if limit == MAX_BODY:
            return _response(kit.handle(request_of(request, mount=mount, body=body_of(request))))
        with suppress(AttributeError):  # before Flask 3.1 a request has no limit of its own
            request.max_content_length = limit
        with upload_of(request, limit) as upload:
            if upload.seek(0, SEEK_END) > limit:
                return refused(limit)
            upload.seek(0)
            return _response(kit.handle(request_of(request, mount=mount, upload=upload)))

    def refused(limit: int) -> Response:
        answer = kit._web.refused(request_of(request, mount=mount), too_large(limit))  # noqa: SLF001 (a part of the kit)
        return _response(answer)

    @blueprint.url_value_preprocessor
    def exempt_from_form_tokens(endpoint: str | None, values: object) -> None:
        # Beacons carry no form token; the kit refuses other sites' posts by Origin. This runs before Flask-WTF's
        # check, whichever extension was initialised first.
        protection = current_app.extensions.get("csrf")
        if protection is not None and hasattr(protection, "exempt"):
            protection.exempt(blueprint)

    blueprint.add_url_rule(
        "/<path:path>", "handle", handle, methods=METHODS, provide_automatic_options=False, strict_slashes=False
    )
    return blueprint


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status, headers=list(answer.headers))
