"""The moderators' page as a blueprint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sharekit.integrations.flask.surroundings import body_of, form_of, request_of
from sharekit.kit import ShareKit
from sharekit.web.http import MAX_BODY, too_large


def make_moderation_blueprint(
    kit: ShareKit, authorize: Callable[[Any], str | bool | None], url_prefix: str, **options: Any
) -> Blueprint:
    """Routes for the moderators' page below ``url_prefix``. See :meth:`sharekit.ShareKit.moderation_app`."""
    app = kit.moderation_app(authorize, **options)
    blueprint = Blueprint("sharekit_moderation", __name__, url_prefix=url_prefix)

    def handle(path: str = "") -> AnyResponse:
        if not path and not request.path.endswith("/"):
            return redirect(f"{request.script_root}{url_prefix}/", 308)
        if (request.content_length or 0) > MAX_BODY:
            answer = too_large()
        else:
            form = form_of(request)
            body = body_of(request) if request.method == "POST" and form is None else b""
            answer = app.handle(request_of(request, mount=url_prefix, body=body, form=form))
        return Response(answer.body, status=answer.status, headers=list(answer.headers))

    @blueprint.url_value_preprocessor
    def exempt_from_form_tokens(endpoint: str | None, values: object) -> None:
        # Its forms carry a token of their own, and other sites' posts are refused by Origin.
        protection = current_app.extensions.get("csrf")
        if protection is not None and hasattr(protection, "exempt"):
            protection.exempt(blueprint)

    for rule in ("/", "/<path:path>"):
        blueprint.add_url_rule(
            rule,
            "handle",
            handle,
            methods=["GET", "HEAD", "POST"],
            provide_automatic_options=False,
            strict_slashes=False,
        )
    return blueprint
