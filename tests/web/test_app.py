"""The whole app: routes, mounts, and whatever a stranger may send."""

from __future__ import annotations

import json
import logging
import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.events.signing import Signer
from sharekit.exceptions import MissingExtraError
from sharekit.web.http import MAX_BODY, Request

relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.mark.parametrize(
    "path", ["/", "", "/nothing", "/go/a/b", "/static/a/b", "/events/", "/EVENTS", "//events", "/qr/a"]
)
def test_what_is_not_there_is_not_found(shop: Any, path: str) -> None:
    """Unknown paths are 404 with a reason, whatever the method."""
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        response = shop.ask(method, path)
        assert (response.status, shop.reason(response)["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/events", "GET", "POST, OPTIONS"),
        ("/go/x", "POST", "GET, HEAD"),
        ("/fediverse/x", "DELETE", "GET, HEAD, POST"),
        ("/qr/x.svg", "PUT", "GET, HEAD"),
        ("/static/sharekit.js", "PATCH", "GET, HEAD"),
    ],
)
def test_wrong_methods_are_told_the_right_ones(shop: Any, path: str, method: str, allow: str) -> None:
    """405 lists the methods of the address."""
    response = shop.ask(method, path)
    assert (response.status, shop.header(response, "allow")) == (405, allow)


@pytest.mark.parametrize("mount", ["/sharekit", "/", "/a/b"])
def test_the_mount_setting_is_free(make_shop: Any, mount: str) -> None:
    """Any mount works, the root included, cut off or not."""
    shop = make_shop(mount=mount)
    prefix = mount.rstrip("/")
    for path in (f"{prefix}/static/sharekit.js", "/static/sharekit.js"):
        assert shop.ask("GET", path, mount="").status == 200
    token = shop.token(n="mastodon")
    assert shop.header(shop.ask("GET", f"/go/{token}", mount=""), "location") == f"{prefix}/fediverse/{token}"


def test_a_missing_part_is_the_shops_fault_not_the_visitors(
    shop: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where an extra is missing, the visitor hears "unavailable" and the log says what to install."""

    def missing(token: str) -> dict[str, str]:
        raise MissingExtraError("signed links", "collect")

    monkeypatch.setattr(shop.signer, "read", missing)
    with caplog.at_level(logging.ERROR):
        response = shop.ask("GET", "/go/token")
    assert (response.status, shop.reason(response)["error"]) == (503, "unavailable")
    assert "pip install" not in response.body.decode()
    assert 'pip install "sharekit-web[collect]"' in caplog.text


def test_the_visitor_of_a_request(shop: Any, browser_agent: str) -> None:
    """The shop's own code asks for the same pseudonym that events carry; under Sec-GPC there is none."""
    shop.post({"name": "click"})
    headers = {"user-agent": browser_agent}
    request = Request(method="GET", path="/cart", headers=headers, client="203.0.113.9", host="shop.example")
    assert shop.web.visitor(request).id == shop.events[0].visitor
    private = Request(method="GET", path="/cart", headers=headers | {"sec-gpc": "1"}, client="203.0.113.9")
    assert (shop.web.visitor(private).id, shop.web.visitor(private).previous) == ("", "")


def test_queries_and_forms_of_any_kind_can_be_read() -> None:
    """The last of a repeated name counts; more fields than anyone needs are none."""
    assert Request(method="GET", path="/", query="a=1&a=2&b=%C3%A4&c").arguments() == {"a": "2", "b": "ä", "c": ""}
    assert Request(method="GET", path="/", query="&".join(f"a{n}=1" for n in range(60))).arguments() == {}
    assert Request(method="POST", path="/", body=b"a=%ff&b=\xff").form() == {"a": "\ufffd", "b": "\ufffd"}


header_names = st.sampled_from([
    "origin", "sec-fetch-site", "sec-fetch-mode", "content-type", "content-encoding", "user-agent", "x-forwarded-for",
    "if-none-match", "accept-encoding", "sec-gpc", "referer", "sec-purpose", "content-length", "cookie",
])  # fmt: skip
header_values = st.text(st.characters(max_codepoint=255), max_size=60)
tokens = st.fixed_dictionaries(
    {},
    optional={key: st.text(st.characters(exclude_categories=["Cs"]), max_size=40) for key in "npltxihvcm"}
    | {"u": st.sampled_from(["https://shop.example/p/mug?a=1#b", "https://ü.example/ü", "javascript:1", "http://"])},
)
signer = Signer(["a secret of the test's own"], "links")
good_tokens = st.builds(
    lambda network, title: {"u": "https://shop.example/p", "n": network, "t": title},
    st.sampled_from(["x", "mastodon", "email", "bluesky", "qr", "copy", "google_plus"]),
    st.text(st.characters(exclude_categories=["Cs"])),
)
paths = st.one_of(
    st.text(max_size=40).map(lambda text: f"/{text}"),
    st.builds(
        lambda head, values, tail: f"/{head}/{signer.sign(values)}{tail}",
        st.sampled_from(["go", "fediverse", "qr", "static", "sharekit/go"]),
        tokens | good_tokens,
        st.sampled_from(["", ".svg", "/", "x"]),
    ),
    st.sampled_from(["/events", "/sharekit/events", "/static/sharekit.css"]),
)


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT", "X"]),
    path=paths,
    query=st.text(max_size=60),
    headers=st.dictionaries(header_names, header_values, max_size=6),
    body=st.binary(max_size=200) | st.text(max_size=60).map(lambda text: f"instance={text}".encode("utf-8", "replace")),
    client=st.sampled_from(["", "203.0.113.9", "2001:db8::1", "10.0.0.1", "nonsense"]),
    host=st.text(max_size=20),
    mount=st.sampled_from(["", "/sharekit", "/shop/sharekit", "/ü"]),
)
@relaxed
def test_nothing_a_stranger_sends_breaks_the_app(make_shop: Any, **request: Any) -> None:
    """Any request has an answer below 500 whose headers can be sent and whose reason can be read."""
    shop = make_shop(rate_limit=None, trusted_proxies=["10.0.0.0/8"], allowed_origins=["https://www.shop.example"])
    response = shop.web.handle(Request(**request))
    assert 200 <= response.status < 500
    for name, value in response.headers:
        assert name == name.lower()
        value.encode("latin-1")
        assert not set(value) & set("\r\n\x00")
    location = shop.header(response, "location")
    assert location == "" or location.isascii()
    if response.status >= 400 and response.status != 422:
        assert set(json.loads(response.body)) == {"error", "reason"}
        assert len(response.body) < 1_000


@given(st.binary(max_size=300) | st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.text(), inner), max_leaves=10).map(lambda value: json.dumps(value).encode()))  # fmt: skip
@relaxed
def test_any_posted_body_is_kept_or_refused(make_shop: Any, body: bytes) -> None:
    """A body is answered with 202 and kept, or with 400 and not."""
    shop = make_shop(rate_limit=None)
    response = shop.post(body)
    assert (response.status, bool(shop.events)) in {(202, True), (400, False)}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MAX_BODY,
        b'{"a":' * (MAX_BODY // 5),
        b'{"name":"click","props":{"a":"' + b"\\u0000" * 2_000 + b'"}}',
        b"[" + b'{"name":"click"},' * 3_000 + b"1]",
        b'{"name":"' + b"x" * (MAX_BODY - 20) + b'"}',
        b'{"name":"click","props":{' + b",".join(b'"%d":1' % number for number in range(4_000)) + b"}}",
        b"9" * MAX_BODY,
        b'{"name":"click","props":{"a":1e' + b"9" * 300 + b"}}",
    ],
)
def test_the_worst_bodies_take_little_memory(shop: Any, body: bytes) -> None:
    """Deep, wide and long bodies are refused within a few megabytes."""
    shop.post({"name": "click"})
    tracemalloc.start()
    try:
        response = shop.post(body[:MAX_BODY])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.status == 400
    assert peak < 8_000_000


def test_a_flood_of_strangers_takes_bounded_memory(shop: Any) -> None:
    """Thousands of addresses, agents, hosts and origins, all long, leave no more behind than the caches hold."""
    for number in range(2_000):
        filler = f"{number}" + "x" * 4_000
        shop.post(
            {"name": "click"}, user_agent=filler, origin=f"https://{filler}", sec_fetch_site="", content_type=filler
        )
    tracemalloc.start()
    try:
        for number in range(2_000, 4_000):
            filler = f"{number}" + "x" * 4_000
            shop.post(b"{", user_agent=filler, origin=f"https://{filler}", x_forwarded_for=filler)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 6_000_000
