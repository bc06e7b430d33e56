"""The kit's own app as a blueprint."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from sharekit.integrations.flask.surroundings import body_of, request_of
from sharekit.kit import ShareKit
from sharekit.web.http import MAX_BODY, too_large

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def make_blueprint(kit: ShareKit) -> Blueprint:
    """Routes for all below the ``mount`` setting, handed to ``kit.handle``, which refuses what it does not know."""
    mount = kit.settings.mount
    blueprint = Blueprint("sharekit", __name__, url_prefix=mount)

    def handle(path: str) -> Response:
        posted = request.method in {"POST", "PUT", "PATCH"}
        if posted and (request.content_length or 0) > MAX_BODY:
            answer = too_large()
        else:
            answer = kit.handle(request_of(request, mount=mount, body=body_of(request) if posted else b""))
        return Response(answer.body, status=answer.status, headers=list(answer.headers))

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
