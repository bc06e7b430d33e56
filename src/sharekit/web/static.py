"""``/static/<name>``: style sheet, script and icons, compressed when they were built."""

from __future__ import annotations

from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"


def static(context: WebContext, request: Request, name: str) -> Response:
    """The file of that name; 304 when the browser has it already. Files are looked up, never opened by name."""
    file = context.assets.file(name, request.header("accept-encoding"))
    if file is None:
        return refuse(404, "not_found", "There is no file of that name; take its address from kit.assets().")
    headers = [
        ("content-type", file.content_type),
        ("cache-control", FOR_EVER if file.immutable else FOR_AN_HOUR),
        ("etag", file.etag),
        ("vary", "Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
    ]
    if _is_known(file.etag, request.header("if-none-match")):
        return Response(status=304, headers=tuple(headers[1:]))
    if file.encoding:
        headers.append(("content-encoding", file.encoding))
    return Response(status=200, headers=tuple(headers), body=file.body)


def _is_known(etag: str, header: str) -> bool:
    """Whether ``If-None-Match`` names the tag (weak comparison, RFC 9110, section 13.1.2)."""
    tags = (tag.strip().removeprefix("W/") for tag in header.split(","))
    return any(tag in {etag, "*"} for tag in tags)
