"""Which user agents are programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from sharekit.events import bots
from sharekit.events.bots import Bots

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537",
    f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 Instagram 350.0",
]
PROGRAMS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
    "curl/8.9.1",
    "python-requests/2.32.0",
    "",
    "   ",
]


@pytest.fixture(params=["with the list", "without it"])
def found(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bots]:
    """Bots with the list of crawlers installed, and as they are without it."""
    if request.param == "without it":
        monkeypatch.setitem(sys.modules, "crawleruseragents", None)
    bots._patterns.cache_clear()
    yield Bots()
    bots._patterns.cache_clear()


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(found: Bots, agent: str) -> None:
    """Browsers, also those inside apps and of phones with odd names, are not marked."""
    assert not found.is_bot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_crawlers_are_programs(found: Bots, agent: str) -> None:
    """Crawlers, link previews, command lines and agents that say nothing are marked."""
    assert found.is_bot(agent)


def test_the_shop_may_count_an_agent_all_the_same() -> None:
    """``count_agents`` turns a listed agent into a person; an empty text turns nobody."""
    headless = PROGRAMS[3]
    assert not Bots(["HeadlessChrome"]).is_bot(headless)
    assert Bots([""]).is_bot(headless)


def test_a_huge_agent_is_looked_at_in_part() -> None:
    """A user agent of megabytes costs no more than a long one."""
    assert not Bots().is_bot("Mozilla/5.0 " * 100_000)
