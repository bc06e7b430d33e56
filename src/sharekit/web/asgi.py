"""The kit's app under an ASGI server (https://asgi.readthedocs.io/).

Handlers run on the event loop: they take well under a millisecond. Those of reviews ask a database, make photos anew
and send mail, so they have threads. Posts that are at hand at the same time are kept
with one commit, and each is answered after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from sharekit.exceptions import JournalError
from sharekit.web.app import WebApp
from sharekit.web.collect import Posted, keep, not_kept
from sharekit.web.forms import longest_body, spool
from sharekit.web.http import MAX_BODY, Request, Response, refuse, too_large

if TYPE_CHECKING:
    from sharekit.web.moderation.app import ModerationApp

_log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class AsgiApp:
    """An ASGI app around the kit's own. Mount it anywhere: ``root_path`` becomes the mount, whether the server
    leaves it in the path (as the specification says) or cuts it off.

    Parameters:
        app: gives the answers.
    """

    def __init__(self, app: WebApp | ModerationApp) -> None:
        self._app = app
        self._gathering: _Gathering | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            method = scope["method"].upper()
            headers = _headers(scope["headers"])
            body: bytes | BinaryIO | Response | None = b""
            if method in _WITH_BODY:
                body = await _body(headers, receive, longest_body(scope["path"]))
            if body is None:
                return  # the client has gone
            if isinstance(body, Response):
                response = self._app.refused(_request(scope, method, headers, b""), body)
            elif isinstance(body, bytes):
                response = await self._answer(_request(scope, method, headers, body))
            else:
                with body:
                    response = await self._answer(_request(scope, method, headers, b"", body))
            await send({"type": "http.response.start", "status": response.status, "headers": _encoded(response)})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, request: Request) -> Response:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # another kind of loop
            return self._app.handle(request)
        if self._app.takes_time(request):
            return await asyncio.to_thread(self._app.handle, request)
        answer = self._app.begin(request)
        if isinstance(answer, Response):
            return answer
        gathering = self._gathering
        if gathering is None or gathering.loop is not loop:
            gathering = self._gathering = _Gathering(self._app, loop)
        return await gathering.keep(answer)


class _Gathering:
    """Posts that wait for the end of this turn of the event loop, to be kept with one commit."""

    def __init__(self, app: WebApp | ModerationApp, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._context = app.context
        self._waiting: list[tuple[Posted, asyncio.Future[Response]]] = []

    def keep(self, posted: Posted) -> asyncio.Future[Response]:
        if not self._waiting:
            self.loop.call_soon(self._flush)
        future = self.loop.create_future()
        self._waiting.append((posted, future))
        return future

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            self._context.record_many([event for posted, _ in waiting for event in posted.events])
        except JournalError as error:
            answer = not_kept(error)
            for _, future in waiting:
                if not future.done():
                    future.set_result(answer)
        except Exception:  # noqa: BLE001 - one post's fault is not the others'
            _log.exception("A batch of posts could not be kept; each is tried by itself")
            for posted, future in waiting:
                self._keep_alone(posted, future)
        else:
            for posted, future in waiting:
                if not future.done():
                    future.set_result(posted.answer)

    def _keep_alone(self, posted: Posted, future: asyncio.Future[Response]) -> None:
        try:
            answer = keep(self._context, posted)
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the answer
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(answer)


def _request(
    scope: Scope, method: str, headers: dict[str, str], body: bytes, upload: BinaryIO | None = None
) -> Request:
    path = scope["path"]
    mount = scope.get("root_path", "").rstrip("/")
    if mount and path.startswith(mount) and path[len(mount) : len(mount) + 1] in {"", "/"}:
        path = path[len(mount) :]
    client = scope.get("client")
    return Request(
        method=method,
        path=path or "/",
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        body=body,
        client=(client[0] or "") if client else "",
        scheme=scope.get("scheme", "http"),
        host=headers.get("host", ""),
        mount=mount,
        upload=upload,
        native=scope,
    )


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name, in lower case; a repeated one is one list (RFC 9110, section 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = _NAMES.get(raw_name) or raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


# Names that nearly every request has, so that they need not be decoded each time.
_NAMES = {
    name.encode(): name
    for name in (
        "host", "user-agent", "accept", "accept-language", "accept-encoding", "content-type", "content-length",
        "origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "x-forwarded-for", "cookie",
        "connection", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "priority", "sec-gpc", "dnt",
        "cache-control", "pragma",
    )
}  # fmt: skip


async def _body(headers: dict[str, str], receive: Receive, limit: int) -> bytes | BinaryIO | Response | None:
    """The body, why it cannot be had, or ``None`` when the client has gone; in a file where it may hold photos. Never
    much beyond the limit is read."""
    announced = headers.get("content-length", "")
    if announced:
        if not (announced.isascii() and announced.isdigit()):
            return refuse(400, "bad_request", "Content-Length is not a number.")
        if int(announced[:20]) > limit:
            return too_large(limit)
    if limit > MAX_BODY:
        return await _spooled(receive, limit)
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= limit else too_large(limit)
    pieces, length = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > limit:
            return too_large(limit)
    return b"".join(pieces)


async def _spooled(receive: Receive, limit: int) -> BinaryIO | Response | None:
    body, more = spool(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            body.close()
            return None
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
        if body.tell() > limit:
            body.close()
            return too_large(limit)
    body.seek(0)
    return body


def _encoded(response: Response) -> tuple[tuple[bytes, bytes], ...]:
    length = -1 if response.status in {204, 304} else len(response.body)
    return _encoded_pairs(response.headers, length)


@lru_cache(maxsize=256)
def _encoded_pairs(headers: tuple[tuple[str, str], ...], length: int) -> tuple[tuple[bytes, bytes], ...]:
    pairs = headers if length < 0 else (*headers, ("content-length", str(length)))
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)


async def _live(receive: Receive, send: Send) -> None:
    """There is nothing to start or stop; the server only wants to be told so."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
