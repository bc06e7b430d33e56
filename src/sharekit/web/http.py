"""Request and Response as plain data: what every handler takes and gives, whatever the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

MAX_BODY = 64 * 1024
"""Bytes of a request's body that are read; a shell reads one more to know that there are too many."""

MAX_FIELDS = 50
"""Fields of a query or form; one with more is read as empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, as far as a handler needs it.

    Parameters:
        method: in upper case.
        path: below the mount, beginning with a slash, percent-decoded.
        query: the raw query string, without the question mark.
        headers: names in lower case.
        body: at most :data:`MAX_BODY` + 1 bytes.
        client: address of the peer as the server saw it; ``""`` for a socket file.
        scheme: ``http`` or ``https``.
        host: the ``Host`` header.
        mount: path under which the kit's app hangs, without a slash at the end.
        upload: the body of a form that may hold photos, in a file; ``body`` is empty then.
        form_read: the form, where the framework has read it already; ``body`` and ``upload`` are empty then.
        native: the framework's own request, where there is one: what the ``customer`` setting is given.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    scheme: str = "http"
    host: str = ""
    mount: str = ""
    upload: BinaryIO | None = None
    form_read: Any = None
    native: Any = None

    def header(self, name: str) -> str:
        """The value of a header, by its name in lower case; ``""`` when it is not there."""
        return self.headers.get(name, "")

    def arguments(self) -> dict[str, str]:
        """The query as a mapping; of a repeated name the last value. Empty when there are more than 50."""
        return _pairs(self.query)

    def form(self) -> dict[str, str]:
        """The body as a posted form (``application/x-www-form-urlencoded``); of a repeated name the last value."""
        return _pairs(self.body[:MAX_BODY].decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. ``headers`` is a list of pairs, as WSGI and ASGI want it; the length is added by the shell."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


def json_response(status: int, data: Mapping[str, Any], *headers: tuple[str, str]) -> Response:
    """``data`` as JSON, never cached."""
    fixed = (("content-type", "application/json"), ("cache-control", "no-store"), ("x-content-type-options", "nosniff"))
    return Response(status=status, headers=(*fixed, *headers), body=json.dumps(data).encode())


def refuse(status: int, error: str, reason: str, *headers: tuple[str, str]) -> Response:
    """A refusal: a short word for programs and a sentence for people."""
    return json_response(status, {"error": error, "reason": reason}, *headers)


def too_large(limit: int = MAX_BODY) -> Response:
    """The refusal of a body of more than ``limit`` bytes."""
    what = "post fewer events at a time" if limit == MAX_BODY else "send fewer or smaller photos"
    return refuse(413, "too_large", f"The body is longer than {limit} bytes; {what}.")
