"""What a Flask request knows that the kit wants to know: the request as plain data, its prefix, language and nonce."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import BinaryIO, cast

from flask import Request as FlaskRequest
from flask import current_app, g, has_request_context, request

from sharekit.web.forms import Form, spool
from sharekit.web.http import MAX_BODY, Request

_PIECE = 64 * 1024


def request_of(
    asked: FlaskRequest,
    *,
    mount: str = "",
    body: bytes = b"",
    upload: BinaryIO | None = None,
    form: Form | None = None,
) -> Request:
    """The request as the kit's handlers take it.

    Parameters:
        asked: Flask's request.
        mount: the part of the path at which the kit hangs; what follows becomes the path.
        body: what was posted, from :func:`body_of`.
        upload: the same of a form that may hold photos, from :func:`upload_of`.
        form: what is left of a form that was read before, from :func:`form_of`.
    """
    return Request(
        method=asked.method,
        path=asked.path[len(mount) :] or "/",
        query=asked.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in asked.headers},
        body=body,
        client=asked.remote_addr or "",
        scheme=asked.scheme,
        host=asked.headers.get("Host") or asked.host,
        mount=asked.script_root + mount,
        upload=upload,
        form_read=form,
        native=getattr(asked, "_get_current_object", lambda: asked)(),  # itself, not what stands for it in this thread
    )


def body_of(asked: FlaskRequest) -> bytes:
    """At most ``MAX_BODY`` + 1 bytes of the body; a hook of the app may have read (and kept) it before."""
    pieces: list[bytes] = []
    missing = MAX_BODY + 1
    while missing > 0 and (piece := asked.stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces) or asked.get_data()[: MAX_BODY + 1]


def form_of(asked: FlaskRequest) -> Form | None:
    """The form, when a hook of the app has had Flask read it before; nothing of the body is left then."""
    if "form" not in asked.__dict__:
        return None
    files = {
        name: [cast("BinaryIO", file.stream) for file in found if file.filename] for name, found in asked.files.lists()
    }
    return Form({name: values[-1] for name, values in asked.form.lists()}, files)


def upload_of(asked: FlaskRequest, limit: int) -> BinaryIO:
    """The body in a file, with at most ``limit`` + 1 bytes."""
    target, missing = spool(), limit + 1
    while missing > 0 and (piece := asked.stream.read(min(missing, _PIECE))):
        target.write(piece)
        missing -= len(piece)
    return target


def mount_of_request(mount: str) -> str | None:
    """The path at which browsers reach the kit when the app itself hangs below a prefix; else ``None``."""
    if has_request_context() and (prefix := request.script_root):
        return prefix + mount
    return None


def locale_of_request() -> str | None:
    """The language of the page: Flask-Babel's where that is active, else ``g.locale``, else ``None``."""
    if not has_request_context():
        return None
    if "babel" in current_app.extensions and (flask_babel := sys.modules.get("flask_babel")) is not None:
        chosen = flask_babel.get_locale()
    else:
        chosen = g.get("locale")
    return str(chosen) if chosen else None


def nonce_of_request() -> str | None:
    """The nonce of the page's Content-Security-Policy, where the app has one.

    It is ``g.csp_nonce`` (a value or a function), or what a function ``csp_nonce`` among the template globals gives,
    which is how Flask-Talisman offers it.
    """
    if not has_request_context():
        return None
    nonce = g.get("csp_nonce") or current_app.jinja_env.globals.get("csp_nonce")
    if callable(nonce):
        nonce = nonce()
    return str(nonce) if nonce else None


def args_of_request() -> Mapping[str, str] | None:
    """The query parameters of the page, by which its list of reviews is sorted and narrowed down."""
    return request.args if has_request_context() else None
