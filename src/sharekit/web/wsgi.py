"""The kit's app under a WSGI server (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from sharekit.web.http import MAX_BODY, Request, Response, refuse, too_large

Environ = dict[str, Any]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_BODIES = frozenset({"POST", "PUT", "PATCH"})


class WsgiApp:
    """A WSGI app around a handler. Mount it anywhere: ``SCRIPT_NAME`` becomes the mount.

    Parameters:
        handle: gives the answer to a request, such as ``kit.handle``.
    """

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        self._handle = handle

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        method = environ.get("REQUEST_METHOD", "GET").upper()
        body = _body(environ) if method in _BODIES else b""
        response = body if isinstance(body, Response) else self._handle(_request(environ, method, body))
        headers = list(response.headers)
        if response.status not in {204, 304}:
            headers.append(("content-length", str(len(response.body))))
        start_response(_STATUS[response.status], headers)
        return [] if method == "HEAD" else [response.body]


def _request(environ: Environ, method: str, body: bytes) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    host = headers.get("host") or f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
    return Request(
        method=method,
        path=_text(environ.get("PATH_INFO", "")) or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body,
        client=environ.get("REMOTE_ADDR") or "",
        scheme=environ.get("wsgi.url_scheme", "http"),
        host=host,
        mount=_text(environ.get("SCRIPT_NAME", "")).rstrip("/"),
    )


def _body(environ: Environ) -> bytes | Response:
    """The body, or why it cannot be had. Never more than one byte beyond the limit is read."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced:
        if not (announced.isascii() and announced.isdigit()):
            return refuse(400, "bad_request", "Content-Length is not a number.")
        length = int(announced[:20])
        if length > MAX_BODY:
            return too_large()
    elif environ.get("wsgi.input_terminated"):
        length = MAX_BODY + 1  # chunked, and the server marks the end
    else:
        return b""
    try:
        body = _read(environ["wsgi.input"], length)
    except (OSError, ValueError):
        return refuse(400, "bad_request", "The body could not be read.")
    if announced and len(body) < length:
        return refuse(400, "bad_request", "The body is shorter than its Content-Length.")
    return body


def _read(stream: Any, length: int) -> bytes:
    """Up to ``length`` bytes; a server may hand them over in pieces."""
    pieces: list[bytes] = []
    while length > 0:
        piece: bytes = stream.read(length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _text(raw: str) -> str:
    """A path as PEP 3333 hands it over (bytes under the guise of Latin-1) as the text it stands for."""
    if raw.isascii():
        return raw
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")
