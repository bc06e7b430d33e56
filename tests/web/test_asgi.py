"""The kit's app under an ASGI server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sharekit.exceptions import JournalError
from sharekit.web.asgi import AsgiApp
from sharekit.web.http import MAX_BODY

CLICK = b'{"name":"click","network":"x"}'


def scope_of(**fields: Any) -> dict[str, Any]:
    """A post as a server hands it over."""
    headers = [(b"content-type", b"text/plain"), (b"host", b"shop.example"), (b"user-agent", b"Mozilla/5.0 Chrome/140")]
    defaults = {"type": "http", "method": "POST", "path": "/events", "query_string": b"", "headers": headers}
    return defaults | {"client": ("203.0.113.9", 5), "scheme": "https", "root_path": ""} | fields


async def answer(app: AsgiApp, scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """What the app sends for these messages."""
    sent: list[dict[str, Any]] = []
    waiting = list(messages or [{"type": "http.request", "body": CLICK, "more_body": False}])

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        assert waiting, "asked for more than it needed"
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent


def status_of(app: AsgiApp, scope: dict[str, Any], *messages: dict[str, Any]) -> int:
    """The status of the answer."""
    return int(asyncio.run(answer(app, scope, *messages))[0]["status"])


@pytest.mark.parametrize(
    ("path", "root_path", "mount"),
    [
        ("/sharekit/events", "/sharekit", "/sharekit"),  # kept in the path, as the specification says
        ("/events", "/sharekit", "/sharekit"),  # cut off
        ("/shop/sharekit/events", "/shop/sharekit", "/shop/sharekit"),
        ("/shop/sharekit/events", "/shop", "/shop/sharekit"),
        ("/sharekit/events", "/shop", "/shop/sharekit"),
        ("/sharekit/events", "", "/sharekit"),
        ("/events", "", "/sharekit"),
        ("/elsewhere/events", "/elsewhere", "/elsewhere"),
        ("/sharekit/events", "/sharekit/", "/sharekit"),
    ],
)
def test_it_works_under_any_mount(shop: Any, path: str, root_path: str, mount: str) -> None:
    """Wherever a server or framework puts the prefix, posts arrive and own addresses are right."""
    app = AsgiApp(shop.web)
    assert status_of(app, scope_of(path=path, root_path=root_path)) == 202
    token = shop.token(n="mastodon")
    go = path.replace("/events", f"/go/{token}")
    (start, _) = asyncio.run(answer(app, scope_of(method="GET", path=go, root_path=root_path)))
    assert dict(start["headers"])[b"location"].decode() == f"{mount}/fediverse/{token}"


@pytest.mark.parametrize("path", ["/sharekitevents", "/sharekit", "/sharekit/", "/sharekit/sharekit/events", "", "/"])
def test_other_paths_are_not_found(shop: Any, path: str) -> None:
    """A prefix counts only as a whole, and once."""
    assert status_of(AsgiApp(shop.web), scope_of(path=path)) == 404


def test_under_uvicorn(shop: Any, serve_asgi: Callable[..., Any]) -> None:
    """Posts, chunked posts, pages and files under a real server, which also starts and stops the app's lifespan."""
    server = serve_asgi(AsgiApp(shop.web), lifespan="on")
    assert server.ask("POST", "/sharekit/events", CLICK, Content_Type="text/plain")[0] == 202
    pieces = (bytes([byte]) for byte in CLICK)
    assert server.ask("POST", "/sharekit/events", pieces, Content_Type="text/plain")[0] == 202
    status, headers, body = server.ask("GET", "/sharekit/static/sharekit.js", Accept_Encoding="br")
    assert (status, headers["content-encoding"], len(body)) == (200, "br", int(headers["content-length"]))
    head = server.ask("HEAD", "/sharekit/static/sharekit.js", Accept_Encoding="br")
    assert (head[0], head[1]["content-length"], head[2]) == (200, headers["content-length"], b"")
    known = server.ask("GET", "/sharekit/static/sharekit.js", Accept_Encoding="br", If_None_Match=headers["etag"])
    assert (known[0], known[2]) == (304, b"")
    assert server.ask("GET", f"/sharekit/go/{shop.token()}")[0] == 303
    assert server.ask("OPTIONS", "/sharekit/events")[0] == 204
    assert [event.name for event in shop.events] == ["click", "click", "click", "share"]


def test_under_uvicorn_with_a_root_path(shop: Any, serve_asgi: Callable[..., Any]) -> None:
    """``--root-path`` of the server is part of the address browsers see."""
    server = serve_asgi(AsgiApp(shop.web), root_path="/shop")
    _, headers, _ = server.ask("GET", f"/sharekit/go/{shop.token(n='mastodon')}")
    assert headers["location"].startswith("/shop/sharekit/fediverse/")


def test_oversized_bodies_get_their_answer(shop: Any, serve_asgi: Callable[..., Any]) -> None:
    """A body over the limit is refused, announced or chunked, and the server goes on serving."""
    server = serve_asgi(AsgiApp(shop.web))
    too_many = b"x" * (MAX_BODY + 1)
    assert server.ask("POST", "/sharekit/events", too_many, Content_Type="text/plain")[0] == 413
    pieces = (too_many[start : start + 10_000] for start in range(0, len(too_many), 10_000))
    assert server.ask("POST", "/sharekit/events", pieces, Content_Type="text/plain")[0] == 413
    assert server.ask("POST", "/sharekit/events", CLICK, Content_Type="text/plain")[0] == 202
    assert len(shop.events) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /sharekit/%ff%fe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /sharekit/static/%c3%28 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /sharekit/go/\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"POST /sharekit/events HTTP/1.1\r\nHost: \xff\xfe\r\nContent-Length: -5\r\n\r\n{}",
        b"POST /sharekit/events HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n{}",
        b"POST /sharekit/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /sharekit/events HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{}",
        b"POST /sharekit/events HTTP/1.1\r\nHost: a\r\nUser-Agent: \xe9\r\nContent-Length: 2\r\n\r\n{}",
        b"\x00\x01\x02",
    ],
)
def test_malformed_requests_never_break_the_server(shop: Any, serve_asgi: Callable[..., Any], raw: bytes) -> None:
    """Broken bytes on the wire are answered with 4xx or silence, and the next request is served."""
    server = serve_asgi(AsgiApp(shop.web))
    first = server.send(raw).splitlines()[:1]
    assert not first or first[0].split()[1].startswith(b"4")
    assert server.ask("POST", "/sharekit/events", CLICK, Content_Type="text/plain")[0] == 202


@pytest.mark.parametrize("length", [b"abc", b"-1", b"1e3", b"+5", b"\xb2", b"9" * 5_000, str(MAX_BODY + 1).encode()])
def test_a_bad_content_length_is_refused_unread(shop: Any, length: bytes) -> None:
    """A length that is no number or too large is refused before the body is asked for."""
    scope = scope_of(headers=[(b"content-length", length)])
    assert status_of(AsgiApp(shop.web), scope, {"type": "never asked for"}) in {400, 413}


def test_no_more_is_asked_for_than_the_limit(shop: Any) -> None:
    """A chunked body without end is left as soon as it is too long."""
    messages = [{"type": "http.request", "body": b"x" * 30_000, "more_body": True}] * 3
    assert status_of(AsgiApp(shop.web), scope_of(), *messages) == 413


def test_a_client_that_goes_is_left_alone(shop: Any) -> None:
    """When the client disconnects before its post is whole nothing is kept, and nothing answered."""
    app = AsgiApp(shop.web)
    started = {"type": "http.request", "body": CLICK, "more_body": True}
    gone = {"type": "http.disconnect"}
    assert asyncio.run(answer(app, scope_of(), started, gone)) == []
    assert asyncio.run(answer(app, scope_of(), gone)) == []
    assert shop.events == []


def test_a_socket_file_and_bare_scopes_are_enough(shop: Any) -> None:
    """Optional parts of a scope may be missing."""
    scope = scope_of(client=None)
    for name in ("root_path", "query_string", "scheme"):
        del scope[name]
    assert status_of(AsgiApp(shop.web), scope) == 202


def test_a_repeated_header_is_one_list(make_shop: Callable[..., Any]) -> None:
    """Proxies may each add a line of their own to X-Forwarded-For."""
    shop = make_shop(trusted_proxies=["10.0.0.0/8"])
    forwarded = [
        (b"X-Forwarded-For", b"1.1.1.1"),
        (b"x-forwarded-for", b"203.0.113.9"),
        (b"x-forwarded-for", b"10.0.0.2"),
    ]
    agent = [(b"user-agent", b"Mozilla/5.0"), (b"host", b"shop.example")]
    assert status_of(AsgiApp(shop.web), scope_of(client=("10.0.0.1", 1), headers=[*forwarded, *agent])) == 202
    assert status_of(AsgiApp(shop.web), scope_of(client=("203.0.113.9", 1), headers=agent)) == 202
    first, second = shop.events
    assert first.visitor == second.visitor


def test_posts_at_hand_together_share_a_commit(shop: Any) -> None:
    """Fifty posts in one turn of the loop are kept with one commit, each with an answer of its own."""

    async def many() -> list[list[dict[str, Any]]]:
        app = AsgiApp(shop.web)
        bodies = [json.dumps([{"name": "click"}] * (number % 3 + 1)).encode() for number in range(50)]
        return await asyncio.gather(
            *(answer(app, scope_of(), {"type": "http.request", "body": body}) for body in bodies)
        )

    answers = asyncio.run(many())
    assert [json.loads(sent[1]["body"])["accepted"] for sent in answers] == [number % 3 + 1 for number in range(50)]
    assert len(shop.events) == sum(number % 3 + 1 for number in range(50))
    assert shop.commits == 1


def test_a_failing_journal_refuses_all_posts_at_hand(shop: Any) -> None:
    """When the commit fails, none of the posts is acknowledged."""
    shop.failure = JournalError("disk full")

    async def many() -> list[int]:
        app = AsgiApp(shop.web)
        answers = await asyncio.gather(*(answer(app, scope_of()) for _ in range(5)))
        return [sent[0]["status"] for sent in answers]

    assert asyncio.run(many()) == [503] * 5
    assert shop.events == []


def test_one_posts_fault_is_not_the_others(shop: Any) -> None:
    """When a commit breaks on one post, the others are kept each by itself."""
    keep = shop.web.context.record_many

    def breaks_on_visits(events: Any) -> None:
        if any(event.name == "visit" for event in events):
            raise ArithmeticError("a fault of this one")
        keep(events)

    shop.web.context.record_many = breaks_on_visits

    async def many() -> list[Any]:
        app = AsgiApp(shop.web)
        bodies = [CLICK, b'{"name":"visit"}', CLICK]
        tasks = [answer(app, scope_of(), {"type": "http.request", "body": body}) for body in bodies]
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, broken, last = asyncio.run(many())
    assert (first[0]["status"], last[0]["status"]) == (202, 202)
    assert isinstance(broken, ArithmeticError)
    assert len(shop.events) == 2


def test_several_event_loops_may_use_one_app(shop: Any) -> None:
    """Loops in several threads, one after the other and at once, each get their answers."""
    app = AsgiApp(shop.web)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(status_of(app, scope_of()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [202] * 8
    assert len(shop.events) == 8


def test_lifespan_and_websocket_are_understood(shop: Any) -> None:
    """Start and stop are acknowledged; there is no websocket here."""
    app = AsgiApp(shop.web)
    life = asyncio.run(answer(app, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    assert [message["type"] for message in life] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    closed = asyncio.run(answer(app, {"type": "websocket"}, {"type": "websocket.connect"}))
    assert [message["type"] for message in closed] == ["websocket.close"]
