"""Posts of events: what is kept, what is refused, and what is said about it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from sharekit.exceptions import JournalError
from sharekit.web.http import MAX_BODY

CLICK = {"name": "click", "product_id": "mug-1", "network": "x", "share_id": "abcdefghijkl"}


def test_a_post_is_kept_and_answered(shop: Any) -> None:
    """One event posted as the script does is kept with what the server saw, and answered with 202."""
    response = shop.post(CLICK)
    assert (response.status, json.loads(response.body)) == (202, {"accepted": 1})
    (event,) = shop.events
    assert (event.name, event.product_id, event.network, event.share_id) == ("click", "mug-1", "x", "abcdefghijkl")
    assert (len(event.visitor), event.bot, event.gpc) == (16, False, False)


def test_a_list_is_kept_with_one_commit(shop: Any) -> None:
    """All events of a post are kept together."""
    response = shop.post([CLICK | {"placement": str(number)} for number in range(100)])
    assert json.loads(response.body) == {"accepted": 100}
    assert (len(shop.events), shop.commits) == (100, 1)


def test_nothing_of_a_bad_post_is_kept(shop: Any) -> None:
    """A list with one bad event is refused as a whole, with the place and the reason."""
    response = shop.post([CLICK, {"name": "purchase", "order_id": "1001"}])
    assert response.status == 400
    assert shop.reason(response) == {
        "error": "bad_event",
        "reason": "[1].name: purchase is recorded by the shop's server only, never from a browser.",
    }
    assert shop.events == []


@pytest.mark.parametrize("failure", [JournalError("disk full"), JournalError(28, "No space left on device")])
def test_what_cannot_be_kept_is_not_acknowledged(shop: Any, failure: Exception) -> None:
    """When the journal fails the answer is 503 with a time to try again, and says nothing of the machine."""
    shop.failure = failure
    response = shop.post(CLICK)
    assert response.status == 503
    assert int(shop.header(response, "retry-after")) > 0
    assert shop.reason(response)["error"] == "not_kept"
    assert "disk" not in response.body.decode()
    assert "space" not in response.body.decode()


def test_a_post_that_is_too_large_is_refused(shop: Any) -> None:
    """64 KiB pass the door, one byte more does not."""
    padded = json.dumps([CLICK]).encode()
    assert shop.post(padded + b" " * (MAX_BODY - len(padded))).status == 202
    response = shop.post(padded + b" " * (MAX_BODY + 1 - len(padded)))
    assert (response.status, shop.reason(response)["error"]) == (413, "too_large")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "text/plain;charset=UTF-8",
        'application/json; charset="utf-8"',
        "Application/JSON ; Charset=utf8",
        "",
    ],
)
def test_json_may_come_under_these_types(shop: Any, kind: str) -> None:
    """application/json and text/plain, in UTF-8; a beacon may have no type at all."""
    assert shop.post(CLICK, content_type=kind).status == 202


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
        "application/json; charset=latin-1",
        "text/plain; charset=utf-16",
        "text/plain; x=y",
        "x" * 5_000,
    ],
)
def test_other_types_are_refused(shop: Any, kind: str) -> None:
    """Anything else is answered with 415 and what to post instead."""
    response = shop.post(CLICK, content_type=kind)
    assert (response.status, shop.reason(response)["error"]) == (415, "unsupported_type")


def test_compressed_posts_are_refused(shop: Any) -> None:
    """Nothing is unpacked: a small body cannot become a large one."""
    assert shop.post(CLICK, content_encoding="gzip").status == 415


def test_crawlers_are_marked(shop: Any) -> None:
    """An event of a crawler is kept, and marked so that reports leave it out."""
    shop.post(CLICK, user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    assert shop.events[0].bot is True


def test_count_agents_are_people(make_shop: Callable[..., Any]) -> None:
    """The ``count_agents`` setting makes a listed agent count."""
    shop = make_shop(count_agents=["HeadlessChrome"])
    shop.post(CLICK, user_agent="Mozilla/5.0 HeadlessChrome/140.0 Safari/537.36")
    assert shop.events[0].bot is False


def test_a_browser_that_asks_for_privacy_has_no_pseudonym(shop: Any) -> None:
    """With Sec-GPC: 1 the event carries no visitor and says so."""
    shop.post(CLICK, sec_gpc="1")
    assert (shop.events[0].visitor, shop.events[0].gpc) == ("", True)


def test_visitors_are_told_apart(shop: Any) -> None:
    """The same browser is one visitor, another one is another."""
    for agent in ("Mozilla/5.0 Firefox/140.0", "Mozilla/5.0 Firefox/140.0", "Mozilla/5.0 Firefox/141.0"):
        shop.post(CLICK, user_agent=agent)
    first, same, other = (event.visitor for event in shop.events)
    assert first == same != other


def test_no_address_is_kept(shop: Any) -> None:
    """The client's address appears nowhere in an event."""
    shop.post(CLICK, x_forwarded_for="198.51.100.7")
    assert "203.0.113.9" not in shop.events[0].as_json()
    assert "198.51.100.7" not in shop.events[0].as_json()


def test_the_rate_limit_holds_per_visitor(make_shop: Callable[..., Any]) -> None:
    """Over the limit the answer is 429 with a time; another visitor is not held back."""
    shop = make_shop(rate_limit="5/minute")
    assert [shop.post(CLICK).status for _ in range(6)] == [202] * 5 + [429]
    response = shop.post(CLICK)
    assert 0 < int(shop.header(response, "retry-after")) <= 60
    assert shop.reason(response)["error"] == "too_many"
    assert len(shop.events) == 5
    assert shop.post(CLICK, user_agent="Mozilla/5.0 Firefox/140.0").status == 202


def test_every_event_of_a_list_costs(make_shop: Callable[..., Any]) -> None:
    """A list counts as many times as it has events; one larger than the limit is let through alone."""
    shop = make_shop(rate_limit="5/minute")
    assert shop.post([CLICK] * 3).status == 202
    assert shop.post([CLICK] * 3).status == 429
    other = make_shop(rate_limit="5/minute")
    assert other.post([CLICK] * 50).status == 202


def test_refused_posts_cost_too(make_shop: Callable[..., Any]) -> None:
    """Whoever posts nonsense is held back as well."""
    shop = make_shop(rate_limit="5/minute")
    assert [shop.post(b"nonsense").status for _ in range(6)] == [400] * 5 + [429]


def test_the_rate_limit_can_be_switched_off(make_shop: Callable[..., Any]) -> None:
    """With ``rate_limit=None`` nobody is held back."""
    shop = make_shop(rate_limit=None)
    assert {shop.post(CLICK).status for _ in range(700)} == {202}


def test_inventing_agents_does_not_help_for_long(make_shop: Callable[..., Any]) -> None:
    """One address has ten times the limit of a visitor, however many it pretends to be."""
    shop = make_shop(rate_limit="5/minute")
    statuses = [shop.post(CLICK, user_agent=f"Mozilla/5.0 Firefox/{number}").status for number in range(60)]
    assert statuses == [202] * 50 + [429] * 10


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_refused(shop: Any, method: str) -> None:
    """Events are posted; anything else gets 405 and the methods there are."""
    response = shop.ask(method, "/events")
    assert (response.status, shop.header(response, "allow")) == (405, "POST, OPTIONS")


def test_reasons_are_not_logged_as_faults(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Bad posts of strangers leave the shop's log alone."""
    with caplog.at_level(logging.WARNING):
        shop.post(b"nonsense")
    assert [record for record in caplog.records if record.name != "sharekit.delivery"] == []
