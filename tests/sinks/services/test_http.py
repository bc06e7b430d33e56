"""Posting to servers of every temper, and to addresses that must not be reached."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Event
from sharekit.exceptions import ConfigError, TokenError
from sharekit.sinks.addresses import PrivateAddressError, is_public, public_addresses
from sharekit.sinks.base import Retry
from sharekit.sinks.http import MAX_WAIT, fitting, wait_of
from sharekit.sinks.posthog import PosthogSink
from sharekit.sinks.registry import make_sink
from sharekit.sinks.webhook import ANY, WebhookSink, verify

SECRET = "a secret that is long enough"
EVENT = Event(name="share")


def of(url: str, tmp_path: Path) -> Any:
    """The sink of a URL."""
    return make_sink(url, data_dir=tmp_path, timezone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "2001:0:7f00:1::1", "ff02::1", "192.0.2.1", "198.18.0.1", "240.0.0.1",
     "fec0::1", "192.0.0.192", "::ffff:192.0.0.192", "168.63.129.16"],
)  # fmt: skip
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    """Also wrapped in IPv6, where a look at the outside says "public"."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_public_addresses_pass(address: str) -> None:
    """The guard keeps nobody from the internet."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]"])
def test_a_host_is_what_it_resolves_to(host: str) -> None:
    """Spellings of loopback that a look at the text would miss."""
    with pytest.raises(PrivateAddressError, match="allow"):
        public_addresses(host, 80)


def test_a_webhook_does_not_reach_this_machine(serve: Callable[..., Any], tmp_path: Path) -> None:
    """Unless the shop allows it, the whole or a network; and nothing is sent before the look."""
    service = serve()
    guarded = of(f"webhook://{service.host}/?tls=no&secret={SECRET.replace(' ', '+')}", tmp_path)
    with pytest.raises(Retry, match="not a public address"):
        guarded.write([EVENT])
    assert service.posts == []
    for allow in ("private", "127.0.0.0/8,::1"):
        sink = of(f"webhook://{service.host}/in?tls=no&allow={allow}&query=a%3D1", tmp_path)
        sink.write([EVENT])
        sink.close()
    assert [post.path for post in service.posts] == ["/in?a=1", "/in?a=1"]
    guarded.close()


def test_a_name_that_cannot_be_one_costs_no_event(tmp_path: Path) -> None:
    """A part of more than 63 characters is found out only when it is looked up: an error of the set-up."""
    sink = of(f"webhook://{'a' * 70}.example/?query=key%3Dhidden", tmp_path)
    with pytest.raises(Retry, match="too long") as caught:
        sink.write([EVENT])
    assert "hidden" not in str(caught.value)
    sink.close()


def test_a_redirect_into_the_house_is_not_followed(serve: Callable[..., Any], answer: type) -> None:
    """A public receiver cannot send us elsewhere."""
    inside = serve()
    service = serve(lambda posted: answer(307, {}, {"Location": inside.base}))
    sink = WebhookSink(service.base, allowed=ANY)
    with pytest.raises(Retry, match="307"):
        sink.write([EVENT])
    assert inside.posts == []
    sink.close()


def test_proxies_of_the_environment_are_not_asked(serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would make the connection in our place, to wherever it leads."""
    service, proxy = serve(), serve()
    monkeypatch.setenv("HTTP_PROXY", proxy.base)
    monkeypatch.setenv("http_proxy", proxy.base)
    sink = WebhookSink(service.base, allowed=ANY)
    sink.write([EVENT])
    assert (len(service.posts), len(proxy.posts)) == (1, 0)
    sink.close()


def test_who_answers_slowly_holds_nobody_up(serve: Callable[..., Any], answer: type) -> None:
    """Neither a server that says nothing nor one that says it byte by byte."""
    service = serve()
    sink = WebhookSink(service.base, allowed=ANY, timeout=0.3)
    service.faults.append(answer(wait=1.0))
    with pytest.raises(Retry, match=r"(?i)timed? ?out"):
        sink.write([EVENT])
    service.faults.append(answer(503, b"x" * 2_000, drip=0.02))
    with pytest.raises(Retry, match="503"):
        sink.write([EVENT])
    service.faults.append(answer(500, b"y" * 5_000_000))
    with pytest.raises(Retry, match="500: y"):
        sink.write([EVENT])
    sink.write([EVENT])
    sink.close()


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 2"])
def test_headers_byte_by_byte_hold_nobody_up(start: bytes) -> None:
    """Each byte comes in time, and the whole never: that is no answer."""
    ended: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError), server.accept()[0] as connected:
                connected.recv(65_536)
                connected.sendall(start)
                for _ in range(200):
                    connected.sendall(b"0")
                    time.sleep(0.05)
                ended.append("by itself")

        thread = threading.Thread(target=drip)
        thread.start()
        sink = WebhookSink(f"http://127.0.0.1:{server.getsockname()[1]}/", allowed=ANY, timeout=0.3)
        with pytest.raises(Retry):
            sink.write([EVENT])
        sink.close()
        thread.join()
    assert ended == []


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'{"quota_limited": "x"}'])
def test_answers_that_are_no_json_do_no_harm(serve: Callable[..., Any], answer: type, text: bytes) -> None:
    """A 200 is a 200."""
    service = serve(lambda posted: answer(200, text))
    sink = PosthogSink("phc_key", host=service.host, tls=False)
    if b"quota" in text:
        with pytest.raises(Retry, match="quota"):
            sink.write([EVENT])
    else:
        sink.write([EVENT])
    sink.close()


def test_no_error_tells_a_key(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """What stands in the status and the log is not the address, which may have the secret in it."""
    caplog.set_level(logging.DEBUG)
    for url in (
        "ga4://G-1?secret=verysecret1",
        "meta://1?token=verysecret1",
        "segment://verysecret1@127.0.0.1:1?tls=no",
        "posthog://verysecret1@127.0.0.1:1?tls=no",
        "webhook://127.0.0.1:1/?tls=no&allow=private&secret=verysecret1verysecret1",
    ):
        sink = of(url, tmp_path)
        if sink.name in {"ga4", "meta"}:
            sink.address = sink.address.replace("https://", "http://").replace(
                {"ga4": "www.google-analytics.com", "meta": "graph.facebook.com"}[sink.name], "127.0.0.1:1"
            )
        event = Event(name="purchase", order_id="1")
        with pytest.raises(Retry) as caught:
            sink.write([event])
        sink.close()
        assert "verysecret1" not in str(caught.value)
    assert "verysecret1" not in "".join(
        record.getMessage() for record in caplog.records if "urllib3" not in record.name
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("webhook:", "names no host"),
        ("webhook://user:pw@hooks.example/", "takes no user"),
        ("webhook://hooks.example/?secret=short", "at least 16"),
        ("webhook://hooks.example/?allow=nonsense", "allow"),
        ("webhook://hooks.example/?tls=maybe", "yes or no"),
        ("webhook://hooks.example/?secrte=x", "secret"),
        ("ga4://G-1", "secret"),
        ("ga4://G-1?secret=x&region=mars", "region"),
        ("meta://1", "token"),
        ("segment://api.segment.io", "write key"),
        ("posthog://eu.i.posthog.com", "project key"),
    ],
)
def test_a_url_that_cannot_work_is_refused(url: str, why: str, tmp_path: Path) -> None:
    """At the start, with what to write instead."""
    with pytest.raises(ConfigError, match=why):
        of(url, tmp_path)


def test_signatures_hold_what_they_promise(serve: Callable[..., Any]) -> None:
    """Another body, time, id or secret is refused, and a post that is a day old; a rotated secret may stand beside."""
    service = serve()
    now = 1_800_000_000
    sink = WebhookSink(service.base, secret=SECRET, allowed=ANY, clock=lambda: now)
    sink.write([EVENT])
    sink.write([EVENT])
    sink.close()
    [post, again] = service.posts
    assert post.headers["webhook-id"] == again.headers["webhook-id"]  # a repetition can be told

    def check(
        headers: dict[str, str] | None = None, body: bytes = post.body, secret: str = SECRET, late: int = 0
    ) -> str:
        return verify({**post.headers, **(headers or {})}, body, secret, clock=lambda: now + late)

    assert check() == post.headers["webhook-id"]
    both = {"webhook-signature": f"v1,AAAA {post.headers['webhook-signature']}"}
    assert check(both) == post.headers["webhook-id"]
    for wrong in (
        {"body": post.body + b" "},
        {"headers": {"webhook-id": "msg_other"}},
        {"headers": {"webhook-timestamp": str(now + 1)}},
        {"headers": {"webhook-timestamp": "soon"}},
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-signature": "v1,ÄÖ"}},
        {"secret": SECRET + "!"},
        {"late": 86_400},
        {"late": -86_400},
    ):
        with pytest.raises(TokenError):
            check(**wrong)  # type: ignore[arg-type]
    coded = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    # The example of the specification's own reference libraries.
    assert verify(headers, b'{"test": 2432232314}', coded, clock=lambda: 1614265330.0)


def test_waits_are_read_in_both_forms() -> None:
    """Seconds and dates, neither believed beyond an hour; nonsense is no wish."""
    soon = datetime.now(UTC) + timedelta(seconds=90)
    assert wait_of("120") == 120
    assert 80 < (wait_of(format_datetime(soon, usegmt=True)) or 0) <= 90
    assert wait_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert wait_of("9" * 400) == MAX_WAIT
    for nonsense in ("", "soon", "-5", "1.5", "\u0665"):
        assert wait_of(nonsense) is None


@given(st.lists(st.binary(max_size=40), max_size=60), st.integers(1, 9), st.integers(1, 90))
def test_groups_hold_to_both_limits(pieces: list[bytes], most: int, longest: int) -> None:
    """Nothing is lost or turned round, and only a piece that is too long alone goes over."""
    groups = list(fitting(pieces, most, longest))
    assert [piece for group in groups for piece in group] == pieces
    for group in groups:
        assert 1 <= len(group) <= most
        assert len(group) == 1 or sum(len(piece) + 1 for piece in group) <= longest
