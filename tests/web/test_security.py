"""Who is asking: other sites' pages, proxies, and made-up headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.config import Settings
from sharekit.web.http import Request
from sharekit.web.security import Gate, limit_key

CLICK = {"name": "click"}
WWW = "https://www.shop.example"


def posted(shop: Any, *, origin: str = "", site: str = "", **more: str) -> int:
    """Status of a post with these two headers; empty ones are not sent."""
    return int(shop.post(CLICK, origin=origin, sec_fetch_site=site, **more).status)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://shop.example", "same-origin"),
        ("https://shop.example", ""),
        ("https://shop.example:443", ""),
        ("HTTPS://SHOP.EXAMPLE", ""),
        ("http://shop.example", ""),  # the app behind a proxy that ends TLS cannot tell
        ("null", "same-origin"),  # a page with "Referrer-Policy: no-referrer" posts like this
        ("", "same-origin"),
        ("", "none"),
        ("", ""),  # not a browser
    ],
)
def test_the_shops_own_pages_may_post(shop: Any, origin: str, site: str) -> None:
    """Posts of the same origin pass, in every way browsers put it."""
    assert posted(shop, origin=origin, site=site) == 202


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://evil.example", "cross-site"),
        ("https://evil.example", ""),
        ("https://evil.example", "same-site"),
        ("", "cross-site"),
        ("", "same-site"),
        ("null", "cross-site"),
        ("null", ""),
        (WWW, "same-site"),
        (WWW, ""),
        ("https://shop.example:8443", ""),
        ("https://shop.example.evil.example", ""),
        ("https://evil.example/https://shop.example", ""),
        ("https://shop.example@evil.example", ""),
        ("https://[::1", ""),
        ("https://shop.example:99999", ""),
        ("file://", ""),
        ("chrome-extension://abc", ""),
        ("https://", ""),
        ("x" * 5_000, ""),
        ("https://shop.example", "nonsense, cross-site"),
    ],
)
def test_other_sites_pages_may_not(make_shop: Callable[..., Any], origin: str, site: str) -> None:
    """Posts of other sites, of sandboxed frames and of sibling hosts are refused, and not kept."""
    shop = make_shop(base_url="https://elsewhere.example")
    response = shop.post(CLICK, origin=origin, sec_fetch_site=site)
    assert (response.status, shop.reason(response)["error"]) == (403, "cross_site")
    assert shop.events == []
    assert shop.header(response, "access-control-allow-origin") == ""


def test_an_allowed_origin_may_post_and_read_the_answer(make_shop: Callable[..., Any]) -> None:
    """Origins of the allow-list pass, with the header that lets their pages read the answer; no others do."""
    shop = make_shop(allowed_origins=[WWW])
    response = shop.post(CLICK, origin=WWW, sec_fetch_site="same-site")
    assert response.status == 202
    assert shop.header(response, "access-control-allow-origin") == WWW
    assert shop.header(response, "vary") == "Origin"
    assert posted(shop, origin="https://www.shop.example:8443", site="same-site") == 403
    assert posted(shop, origin="http://www.shop.example", site="cross-site") == 403
    assert posted(shop, origin="https://evil.example", site="cross-site") == 403
    assert posted(shop, origin="null", site="cross-site") == 403


def test_the_base_url_is_the_shop_wherever_the_collector_runs(make_shop: Callable[..., Any]) -> None:
    """Behind a proxy that changes the Host header, the shop's own pages still may post."""
    shop = make_shop(base_url="https://shop.example")
    response = shop.ask(
        "POST",
        "/events",
        body=b'{"name":"click"}',
        host="app-server:8000",
        headers={"host": "app-server:8000", "origin": "https://shop.example", "content-type": "text/plain"},
    )
    assert response.status == 202


def test_a_preflight_names_what_an_allowed_origin_may_do(make_shop: Callable[..., Any]) -> None:
    """OPTIONS lets allowed origins post JSON, and tells others nothing."""
    shop = make_shop(allowed_origins=[WWW])
    allowed = shop.ask("OPTIONS", "/events", headers={"origin": WWW, "access-control-request-method": "POST"})
    assert allowed.status == 204
    assert shop.header(allowed, "access-control-allow-origin") == WWW
    assert shop.header(allowed, "access-control-allow-headers") == "content-type"
    other = shop.ask("OPTIONS", "/events", headers={"origin": "https://evil.example"})
    assert [name for name, _ in other.headers if name.startswith("access-control")] == []


def client_of(forwarded: str | None, *, peer: str = "10.0.0.1", trusted: tuple[str, ...] = ("10.0.0.0/8",)) -> str:
    """The client's address as the gate sees it."""
    gate = Gate(Settings(base_url="https://shop.example", trusted_proxies=trusted))
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return gate.client(Request(method="POST", path="/events", headers=headers, client=peer))


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (None, "10.0.0.1"),
        ("", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),  # 1.2.3.4 was made up by the browser
        ("10.0.0.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.7, 10.0.0.2", "10.0.0.7"),
        ("203.0.113.9:51234", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:0DB8:0:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.3", "10.0.0.3"),
        ("unknown", "10.0.0.1"),
        ("203.0.113.9, unknown", "10.0.0.1"),
        ("203.0.113.9, _hidden, 10.0.0.2", "10.0.0.2"),
        ("203.0.113.9,", "10.0.0.1"),
        ("' OR 1=1 --", "10.0.0.1"),
        ("1.2.3.4.5", "10.0.0.1"),
        ("x" * 100_000, "10.0.0.1"),
        ("203.0.113.9," * 50_000 + "203.0.113.8", "203.0.113.8"),
    ],
)
def test_the_forwarded_chain_is_read_from_the_right(forwarded: str | None, client: str) -> None:
    """The first address that no trusted proxy has is the client; what stands left of it proves nothing."""
    assert client_of(forwarded) == client


def test_an_untrusted_peer_is_the_client_itself() -> None:
    """Whoever is not a trusted proxy cannot give another address, with the setting or without it."""
    assert client_of("1.2.3.4", peer="203.0.113.9") == "203.0.113.9"
    assert client_of("1.2.3.4", peer="203.0.113.9", trusted=()) == "203.0.113.9"
    assert client_of("1.2.3.4", peer="", trusted=("10.0.0.0/8",)) == ""


def test_a_trusted_socket_file_is_a_proxy() -> None:
    """Behind a socket file the peer has no address; "unix" in the setting trusts it."""
    assert client_of("203.0.113.9", peer="", trusted=("unix",)) == "203.0.113.9"
    assert client_of("203.0.113.9, 10.0.0.2", peer="", trusted=("unix", "10.0.0.0/8")) == "203.0.113.9"


def test_ipv6_proxies_are_trusted_by_network() -> None:
    """IPv6 networks work like IPv4 ones."""
    assert client_of("2001:db8:5::7", peer="2001:db8:1::1", trusted=("2001:db8:1::/48",)) == "2001:db8:5::7"


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_header_makes_the_gate_fail(forwarded: str, origin: str) -> None:
    """Any text in these headers gives an address and a verdict, never an exception."""
    gate = Gate(Settings(base_url="https://shop.example", trusted_proxies=["10.0.0.1"], allowed_origins=[WWW]))
    headers = {"x-forwarded-for": forwarded, "origin": origin}
    request = Request(method="POST", path="/events", headers=headers, client="10.0.0.1", host=origin)
    assert gate.client(request)
    gate.refusal(request)
    gate.cors(request)


def test_a_rate_limit_sees_an_ipv6_household_as_one() -> None:
    """All addresses of a /64 share a bucket, since one customer has all of them."""
    assert limit_key("2001:db8:1:2:a::1") == limit_key("2001:db8:1:2:b::9") != limit_key("2001:db8:1:3::1")
    assert limit_key("203.0.113.9") == "203.0.113.9"
    assert limit_key("not:an:address") == "not:an:address"
    assert limit_key("") == ""
