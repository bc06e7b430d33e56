"""The kit's app under a WSGI server (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any, BinaryIO

from sharekit.web.forms import longest_body, spool
from sharekit.web.http import MAX_BODY, Request, Response, refuse, too_large

Environ = dict[str, Any]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_PIECE = 64 * 1024


class WsgiApp:
    """A WSGI app around a handler. Mount it anywhere: ``SCRIPT_NAME`` becomes the mount.

    Parameters:
        handle: gives the answer to a request, such as ``kit.handle``.
        refused: given a request whose body cannot be taken and the refusal, what to answer; the refusal when missing.
    """

    def __init__(
        self,
        handle: Callable[[Request], Response],
        refused: Callable[[Request, Response], Response] = lambda _, answer: answer,
    ) -> None:
        self._handle = handle
        self._refused = refused

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        method = environ.get("REQUEST_METHOD", "GET").upper()
        body: bytes | BinaryIO | Response = _body(environ) if method in _BODIES else b""
        if isinstance(body, Response):
            response = self._refused(_request(environ, method, b""), body)
        elif isinstance(body, bytes):
            response = self._handle(_request(environ, method, body))
        else:
            with body:
                response = self._handle(_request(environ, method, b"", body))
        headers = list(response.headers)
        if response.status not in {204, 304}:
            headers.append(("content-length", str(len(response.body))))
        start_response(_STATUS[response.status], headers)
        return [] if method == "HEAD" else [response.body]


def _request(environ: Environ, method: str, body: bytes, upload: BinaryIO | None = None) -> Request:
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
        upload=upload,
        native=environ,
    )


def _body(environ: Environ) -> bytes | BinaryIO | Response:
    """The body, or why it cannot be had; in a file where it may hold photos. Never more than one byte beyond the
    limit is read."""
    limit = longest_body(_text(environ.get("PATH_INFO", "")))
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced:
        if not (announced.isascii() and announced.isdigit()):
            return refuse(400, "bad_request", "Content-Length is not a number.")
        length = int(announced[:20])
        if length > limit:
            return too_large(limit)
    elif environ.get("wsgi.input_terminated"):
        length = limit + 1  # chunked, and the server marks the end
    else:
        return b""
    body = BytesIO() if limit == MAX_BODY else spool()
    try:
        read = _copy(environ["wsgi.input"], body, length)
    except (OSError, ValueError):
        body.close()
        return refuse(400, "bad_request", "The body could not be read.")
    if announced and read < length:
        body.close()
        return refuse(400, "bad_request", "The body is shorter than its Content-Length.")
    if isinstance(body, BytesIO):
        return body.getvalue()
    if read > limit:
        body.close()
        return too_large(limit)
    body.seek(0)
    return body


def _copy(stream: Any, target: BinaryIO, length: int) -> int:
    """Up to ``length`` bytes; a server may hand them over in pieces. How many there were."""
    missing = length
    while missing > 0 and (piece := stream.read(min(missing, _PIECE))):
        target.write(piece)
        missing -= len(piece)
    return length - missing


def _text(raw: str) -> str:
    """A path as PEP 3333 hands it over (bytes under the guise of Latin-1) as the text it stands for."""
    if raw.isascii():
        return raw
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")
