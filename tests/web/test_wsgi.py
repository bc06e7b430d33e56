"""The kit's app under a WSGI server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults, shift_path_info

import pytest

from sharekit.web.http import MAX_BODY, Request, Response
from sharekit.web.wsgi import WsgiApp

CLICK = b'{"name":"click","network":"x"}'


def called(app: WsgiApp, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of one call."""
    given: dict[str, Any] = {"wsgi.input": io.BytesIO()} | environ
    setup_testing_defaults(given)
    started: list[Any] = []
    body = b"".join(app(given, lambda status, headers: started.extend([status, headers])))
    return started[0], dict(started[1]), body


def seen_by(**environ: Any) -> Request:
    """The request as a handler sees it."""
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(status=204)

    called(WsgiApp(handle), **environ)
    return seen[0]


class Chunks:
    """A stream that hands out its bytes in small pieces, and counts them."""

    def __init__(self, data: bytes, size: int = 1_000) -> None:
        self.stream = io.BytesIO(data)
        self.size = size
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        """At most ``self.size`` bytes."""
        piece = self.stream.read(min(size, self.size) if size >= 0 else self.size)
        self.given += len(piece)
        return piece


class Broken:
    """A stream whose client has gone."""

    def read(self, size: int = -1) -> bytes:
        """Fail as servers do."""
        raise ConnectionResetError("gone")


@pytest.mark.parametrize("prefix", ["", "/shop", "/ä b"])
def test_mounted_by_script_name(shop: Any, serve_wsgi: Callable[[Any], Any], prefix: str) -> None:
    """A framework that cuts the mount off into SCRIPT_NAME, under any prefix of its own."""

    def framework(environ: dict[str, Any], start_response: Any) -> Any:
        environ["SCRIPT_NAME"] = prefix.encode().decode("latin-1")
        assert shift_path_info(environ) == "sharekit"
        return WsgiApp(shop.web.handle)(environ, start_response)

    server = serve_wsgi(framework)
    status, _, body = server.ask("POST", "/sharekit/events", CLICK, Content_Type="text/plain")
    assert (status, json.loads(body)) == (202, {"accepted": 1})
    _, headers, _ = server.ask("GET", f"/sharekit/go/{shop.token(n='mastodon')}")
    assert headers["location"].startswith(f"{quote(prefix)}/sharekit/fediverse/")


@pytest.mark.parametrize("path", ["/sharekit/events", "/events"])
def test_mounted_bare(shop: Any, serve_wsgi: Callable[[Any], Any], path: str) -> None:
    """At the root of a server, with the mount still in the path or cut off by a proxy in front."""
    server = serve_wsgi(WsgiApp(shop.web.handle))
    assert server.ask("POST", path, CLICK, Content_Type="text/plain")[0] == 202
    where = path.removesuffix("/events")
    _, headers, _ = server.ask("GET", f"{where}/go/{shop.token(n='mastodon')}")
    assert headers["location"].startswith("/sharekit/fediverse/")
    assert server.ask("GET", f"{where}/static/sharekit.js")[0] == 200
    assert [event.name for event in shop.events] == ["click"]


def test_a_real_server_gets_whole_answers(shop: Any, serve_wsgi: Callable[[Any], Any]) -> None:
    """GET and HEAD agree in everything but the body; lengths are right; a cached file is 304 without body."""
    server = serve_wsgi(WsgiApp(shop.web.handle))
    status, headers, body = server.ask("GET", "/static/sharekit.css", Accept_Encoding="gzip")
    assert (status, headers["content-encoding"], len(body)) == (200, "gzip", int(headers["content-length"]))
    head = server.ask("HEAD", "/static/sharekit.css", Accept_Encoding="gzip")
    assert (head[0], head[1]["content-length"], head[2]) == (200, headers["content-length"], b"")
    known = server.ask("GET", "/static/sharekit.css", Accept_Encoding="gzip", If_None_Match=headers["etag"])
    assert (known[0], known[2]) == (304, b"")
    assert server.ask("OPTIONS", "/events")[0] == 204


@pytest.mark.parametrize(
    "path", ["/%ff%fe", "/events%00", "/static/%c3%28", "/go/%e2%98%83", "//", "/%2e%2e/%2e%2e/etc/passwd"]
)
def test_odd_paths_are_not_found(shop: Any, serve_wsgi: Callable[[Any], Any], path: str) -> None:
    """Paths that are not UTF-8, or try to leave, are answered like any other that is not there."""
    server = serve_wsgi(WsgiApp(shop.web.handle))
    assert server.ask("GET", path)[0] in {400, 404}


def test_odd_headers_do_no_harm(shop: Any, serve_wsgi: Callable[[Any], Any]) -> None:
    """Header values that are no UTF-8 are taken as they are."""
    server = serve_wsgi(WsgiApp(shop.web.handle))
    raw = b"POST /events HTTP/1.1\r\nHost: \xff\xfe\r\nUser-Agent: \xe9\x80\r\nReferer: \xff\r\nContent-Length: 30\r\n"
    assert b" 202 " in server.send(raw + b"Content-Type: text/plain\r\n\r\n" + CLICK).splitlines()[0]


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "+5", "0x10", "²", "1 2", "9" * 5_000])
def test_a_bad_content_length_is_refused(shop: Any, length: str) -> None:
    """A length that is no number, or a huge one, is refused without a byte read."""
    stream = Chunks(CLICK)
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/events", "CONTENT_LENGTH": length, "wsgi.input": stream}
    status, _, body = called(WsgiApp(shop.web.handle), **environ)
    assert status[:3] in {"400", "413"}
    assert set(json.loads(body)) == {"error", "reason"}
    assert stream.given == 0


def test_a_body_shorter_than_announced_is_refused(shop: Any) -> None:
    """A post that breaks off is not taken for a whole one."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/events",
        "CONTENT_LENGTH": "500",
        "wsgi.input": io.BytesIO(CLICK),
    }
    assert called(WsgiApp(shop.web.handle), **environ)[0].startswith("400")


def test_a_client_that_goes_is_no_fault(shop: Any) -> None:
    """A connection that breaks while the body is read is an answer nobody hears, not an exception."""
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/events", "CONTENT_LENGTH": "50", "wsgi.input": Broken()}
    assert called(WsgiApp(shop.web.handle), **environ)[0].startswith("400")


def test_never_more_than_the_limit_is_read() -> None:
    """A chunked body without end is read to one byte beyond the limit and no further."""
    stream = Chunks(b"x" * 10 * MAX_BODY)
    request = seen_by(**{"REQUEST_METHOD": "POST", "wsgi.input": stream, "wsgi.input_terminated": True})
    assert len(request.body) == stream.given == MAX_BODY + 1


def test_a_chunked_body_is_read_where_the_server_marks_its_end(shop: Any) -> None:
    """gunicorn and others hand over chunked bodies without a length."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/events",
        "wsgi.input": Chunks(CLICK, 7),
        "wsgi.input_terminated": True,
    }
    assert called(WsgiApp(shop.web.handle), **environ)[0].startswith("202")
    del environ["wsgi.input_terminated"]
    assert seen_by(**environ).body == b""


def test_the_request_says_what_the_server_said() -> None:
    """Every field of a request comes from where PEP 3333 puts it."""
    request = seen_by(
        REQUEST_METHOD="post",
        SCRIPT_NAME="/shop/sharekit/",
        PATH_INFO="/go/\xc3\xa4",
        QUERY_STRING="p=1&q=%20",
        HTTP_HOST="shop.example",
        HTTP_X_FORWARDED_FOR="1.2.3.4",
        CONTENT_TYPE="text/plain",
        CONTENT_LENGTH="2",
        REMOTE_ADDR="203.0.113.9",
        **{"wsgi.input": io.BytesIO(b"{}"), "wsgi.url_scheme": "https"},
    )
    assert (request.method, request.path, request.mount) == ("POST", "/go/ä", "/shop/sharekit")
    assert (request.query, request.host, request.scheme) == ("p=1&q=%20", "shop.example", "https")
    assert (request.client, request.body) == ("203.0.113.9", b"{}")
    assert request.header("x-forwarded-for") == "1.2.3.4"
    assert request.header("content-type") == "text/plain"


def test_a_server_that_says_little_is_enough() -> None:
    """Behind a socket file there is no address, and an old client sends no Host."""
    request = seen_by(
        REQUEST_METHOD="GET", REMOTE_ADDR="", SERVER_NAME="shop", SERVER_PORT="80", HTTP_HOST="", PATH_INFO=""
    )
    assert (request.client, request.host, request.path) == ("", "shop:80", "/")
