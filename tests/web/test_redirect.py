"""Signed links: the counting redirect, and what attackers try with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.events.signing import Signer
from sharekit.exceptions import JournalError


def test_a_share_is_counted_and_led_on(shop: Any) -> None:
    """303 to the network with a fresh share id in the shared address; click and share carry the same id."""
    response = shop.ask("GET", f"/go/{shop.token()}")
    assert response.status == 303
    target = urlsplit(shop.header(response, "location"))
    assert target.netloc == "api.whatsapp.com"
    shared = parse_qs(target.query)["text"][0].removeprefix("Stoneware mug ")
    assert shared.startswith("https://shop.example/p/mug-1?utm_source=whatsapp&utm_medium=social&sk=")
    share_id = shared.rpartition("=")[2]
    assert [event.name for event in shop.events] == ["click", "share"]
    for event in shop.events:
        assert (event.share_id, event.network, event.product_id) == (share_id, "whatsapp", "mug-1")
        assert (event.placement, event.widget, event.url) == ("product", "share", "https://shop.example/p/mug-1")
        assert len(event.visitor) == 16
    assert shop.header(response, "cache-control") == "no-store"
    assert shop.header(response, "referrer-policy") == "no-referrer-when-downgrade"


def test_every_share_has_an_id_of_its_own(shop: Any) -> None:
    """The same link followed twice (it stands on a page everybody gets) is two shares."""
    link = f"/go/{shop.token()}"
    locations = {shop.header(shop.ask("GET", link), "location") for _ in range(2)}
    assert len(locations) == 2
    assert len({event.id for event in shop.events}) == 4


def test_the_share_somebody_came_by_is_the_parent(shop: Any) -> None:
    """``?p=`` names the parent; anything that is no share id is left out."""
    shop.ask("GET", f"/go/{shop.token()}?p=abcdefghijkl")
    shop.ask("GET", f"/go/{shop.token()}?p=%3Cscript%3E")
    assert [event.parent_share_id for event in shop.events] == ["abcdefghijkl"] * 2 + [""] * 2


def test_the_links_words_arrive_at_the_network(shop: Any) -> None:
    """Text, hashtags, account, campaign and picture of the token are in the network's address."""
    token = shop.token(n="x", x="Look at this", h="mug,clay", v="@shop", c="spring sale")
    query = parse_qs(urlsplit(shop.header(shop.ask("GET", f"/go/{token}"), "location")).query)
    assert query["text"] == ["Look at this"]
    assert query["hashtags"] == ["mug,clay"]
    assert query["via"] == ["shop"]
    assert "utm_campaign=spring%20sale" in query["url"][0]
    picture = shop.token(n="pinterest", i="https://shop.example/img/mug.jpg")
    query = parse_qs(urlsplit(shop.header(shop.ask("GET", f"/go/{picture}"), "location")).query)
    assert query["media"] == ["https://shop.example/img/mug.jpg"]


def test_without_utm_only_the_share_id_is_added(shop: Any) -> None:
    """A token that says so carries no utm parameters."""
    location = shop.header(shop.ask("GET", f"/go/{shop.token(m='0')}"), "location")
    assert "utm_" not in location
    assert "sk%3D" in location


def test_addresses_of_programs_work_too(shop: Any) -> None:
    """E-mail goes through the redirect like a network."""
    assert shop.header(shop.ask("GET", f"/go/{shop.token(n='email')}"), "location").startswith("mailto:?subject=")


def test_network_options_of_the_shop_are_used(make_shop: Callable[..., Any]) -> None:
    """Messenger needs options of the shop's: with them the link works, without them the reason is given."""
    options = {"app_id": "12345", "redirect_uri": "https://shop.example/"}
    shop = make_shop(network_options={"messenger": options})
    assert "app_id=12345" in shop.header(shop.ask("GET", f"/go/{shop.token(n='messenger')}"), "location")
    bare = make_shop()
    response = bare.ask("GET", f"/go/{bare.token(n='messenger')}")
    assert (response.status, bare.reason(response)["error"]) == (410, "network_gone")
    assert bare.events == []


@pytest.mark.parametrize("network", ["google_plus", "friendster", "copy", ""])
def test_a_network_that_is_gone_says_so(shop: Any, network: str) -> None:
    """Old pages may carry links to networks that have closed since."""
    response = shop.ask("GET", f"/go/{shop.token(n=network)}")
    assert response.status == 410
    assert len(shop.reason(response)["reason"]) <= 200


def test_the_shopper_comes_first(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    """When the journal fails the redirect works all the same, and the log says what was lost."""
    shop.failure = JournalError("disk full")
    assert shop.ask("GET", f"/go/{shop.token()}").status == 303
    assert "disk full" in caplog.text


def test_over_the_rate_limit_it_leads_on_uncounted(make_shop: Callable[..., Any]) -> None:
    """A flood of followed links does not flood the numbers."""
    shop = make_shop(rate_limit="4/minute")
    assert {shop.ask("GET", f"/go/{shop.token()}").status for _ in range(10)} == {303}
    assert len(shop.events) == 4


def test_crawlers_and_private_browsers_are_marked(shop: Any) -> None:
    """The redirect marks crawlers, and gives no pseudonym under Sec-GPC."""
    shop.ask("GET", f"/go/{shop.token()}", headers={"user-agent": "Googlebot/2.1", "sec-gpc": "1"})
    assert {(event.bot, event.gpc, event.visitor) for event in shop.events} == {(True, True, "")}


def test_head_counts_nothing(shop: Any) -> None:
    """Link checkers ask with HEAD; nobody shared anything."""
    response = shop.ask("HEAD", f"/go/{shop.token()}")
    assert response.status == 303
    assert shop.events == []


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"}]
)
def test_a_prefetch_counts_nothing(shop: Any, headers: dict[str, str]) -> None:
    """A browser that asks ahead gets nothing it could use later, so that the click itself comes here."""
    response = shop.ask("GET", f"/go/{shop.token()}", headers=headers)
    assert (response.status, shop.header(response, "cache-control")) == (403, "no-store")
    assert shop.events == []


def test_a_picture_on_another_site_counts_nothing(shop: Any) -> None:
    """``<img src=".../go/...">`` elsewhere is no share: only navigations count."""
    for mode in ("no-cors", "cors", "same-origin"):
        shop.ask("GET", f"/go/{shop.token()}", headers={"sec-fetch-mode": mode})
    assert shop.events == []
    shop.ask("GET", f"/go/{shop.token()}", headers={"sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site"})
    assert len(shop.events) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/go/https://evil.example",
        "/go/https:%2F%2Fevil.example",
        "/go///evil.example",
        "/go/..",
        "/go/",
        "/go",
        "/go/e30.",
        "/go/" + "x" * 10_000,
        "/go/\x00",
        "/go/ü",
        "/go/token?u=https://evil.example",
    ],
)
def test_there_is_no_open_redirect(shop: Any, path: str) -> None:
    """Nothing but a token leads anywhere, and nothing of the request becomes a target."""
    response = shop.ask("GET", path)
    assert response.status in {400, 404}
    assert shop.header(response, "location") == ""
    assert shop.events == []


def test_parameters_do_not_change_the_target(shop: Any) -> None:
    """Parameters beside a good token change nothing but the parent."""
    response = shop.ask("GET", f"/go/{shop.token()}?u=https://evil.example&n=x&url=//evil.example&next=//evil.example")
    assert shop.header(response, "location").startswith("https://api.whatsapp.com/send?text=Stoneware%20mug%20https%3A")
    assert "evil" not in shop.header(response, "location")


def test_a_token_of_another_secret_or_purpose_is_refused(shop: Any) -> None:
    """A token signed by somebody else leads nowhere."""
    values = {"u": "https://evil.example/", "n": "whatsapp"}
    for signer in (Signer(["another secret altogether"], "links"), Signer(["a secret of the test's own"], "other")):
        response = shop.ask("GET", f"/go/{signer.sign(values)}")
        assert (response.status, shop.reason(response)["error"]) == (400, "bad_token")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "/p/mug", ""])
def test_even_a_signed_address_must_be_a_web_address(shop: Any, url: str) -> None:
    """A page that signed something else by mistake leads nowhere."""
    assert shop.ask("GET", f"/go/{shop.token(u=url)}").status == 400


@given(
    title=st.text(min_size=1, max_size=300).filter(lambda text: text.isprintable()),
    network=st.sampled_from(["whatsapp", "x", "pinterest", "email", "bluesky", "telegram", "linkedin"]),
    query=st.text(max_size=40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_title_makes_a_target_of_plain_characters(make_shop: Any, title: str, network: str, query: str) -> None:
    """Whatever a product is called, the target's host is the network's and the header has no line break."""
    shop = make_shop(rate_limit=None)
    token = shop.token(n=network, t=title)
    response = shop.ask("GET", f"/go/{token}", query=query)
    location = shop.header(response, "location")
    assert response.status == 303
    assert location.isascii()
    assert location.isprintable()
    assert location.startswith(("https://", "mailto:?"))
    assert len(shop.events) == 2


def test_mastodon_links_lead_to_the_chooser(shop: Any) -> None:
    """A network without a common address is asked for on a page of ours; nothing is counted before."""
    token = shop.token(n="mastodon")
    response = shop.ask("GET", f"/go/{token}?p=abcdefghijkl&evil=1", mount="/app/sharekit")
    assert response.status == 303
    assert shop.header(response, "location") == f"/app/sharekit/fediverse/{token}?p=abcdefghijkl"
    assert shop.events == []
