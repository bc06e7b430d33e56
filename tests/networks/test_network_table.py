"""The built-in rows hold together: what they point to exists, what they say is complete."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from sharekit.networks import PSEUDO_NETWORKS, LinkBuilder, Message, Network, Networks
from sharekit.networks.table import RENAMED, ROWS

MESSAGE = Message(
    "https://shop.example/p/mug",
    "Mug & saucer",
    "Thrown by hand",
    "https://shop.example/mug.jpg",
    ("mugs", "clay"),
    "shop",
)
OPTIONS = {
    "mastodon": {"instance": "mastodon.social"},
    "fediverse": {"instance": "mastodon.social"},
    "messenger": {"app_id": "123", "redirect_uri": "https://shop.example/"},
}
LIVE = [row for row in ROWS if row.live]
OTHERS = [row for row in ROWS if not row.live]


def test_keys_are_unique_and_none_is_a_controls() -> None:
    """Events, style classes and reports tell networks apart by key alone."""
    keys = [row.key for row in ROWS]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(PSEUDO_NETWORKS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_row_says_where_its_facts_come_from(row: Network) -> None:
    """A fact without a source or a day cannot be checked again."""
    assert row.source
    assert row.checked is not None


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: row.key)
def test_what_cannot_be_linked_names_a_live_alternative(row: Network) -> None:
    """Whoever asks for it is told what to use."""
    assert row.instead in PSEUDO_NETWORKS or row.instead in {live.key for live in LIVE}


@pytest.mark.parametrize("row", [row for row in ROWS if row.status == "dead"], ids=lambda row: row.key)
def test_the_dead_have_a_date_or_say_that_it_is_not_known(row: Network) -> None:
    """No date is invented."""
    assert re.match(r"20\d\d|date not verified", row.died)


def test_former_names_lead_to_live_networks() -> None:
    """A renamed network is not an unknown one."""
    assert set(RENAMED.values()) <= {live.key for live in LIVE}


@pytest.mark.parametrize("row", LIVE, ids=lambda row: row.key)
def test_every_live_network_gets_the_link_with_its_own_source_and_id(row: Network) -> None:
    """Whatever else it takes, the tracked address arrives whole and can be opened."""
    link = LinkBuilder(MESSAGE).link(row, "AbCdEf123_-x", options=OPTIONS.get(row.key))
    tracked = f"https://shop.example/p/mug?utm_source={row.key}&utm_medium=social&sk=AbCdEf123_-x"
    values = [value for several in parse_qs(urlsplit(link).query).values() for value in several]
    assert any(value == tracked or value.endswith(tracked) for value in values)
    assert re.fullmatch(r"[A-Za-z0-9._~:/?&=%+-]+", link)
    assert row.new_window is link.startswith("https://")


@pytest.mark.parametrize("row", LIVE, ids=lambda row: row.key)
def test_texts_arrive_where_the_row_says(row: Network) -> None:
    """The column ``text`` is what the link does."""
    link = LinkBuilder(MESSAGE).link(row, "AbCdEf123_-x", options=OPTIONS.get(row.key))
    said = "Thrown%20by%20hand" in link
    titled = "Mug%20%26%20saucer" in link
    expected = {
        "ok": (True, "title" in row.params),
        "in_body": (True, "title" in row.params),
        "title_only": (False, True),
        "ignored": (False, False),
    }
    assert (said, titled) == expected[row.text]


@pytest.mark.parametrize("row", LIVE, ids=lambda row: row.key)
def test_the_picture_goes_only_where_it_is_taken(row: Network) -> None:
    """The column ``media`` is what the link does."""
    link = LinkBuilder(MESSAGE).link(row, "AbCdEf123_-x", options=OPTIONS.get(row.key))
    assert ("mug.jpg" in link) is (row.media in {"required", "optional"})


def test_the_registry_lists_them_all() -> None:
    """Live, dead, and those without an address."""
    networks = Networks()
    assert set(ROWS) <= set(networks)
    assert {row.key for row in networks.live()} >= {
        "facebook",
        "x",
        "whatsapp",
        "messenger",
        "viber",
        "xing",
        "ai_grok",
    }
    assert {row.key for row in networks if row.status in {"sdk_only", "qr_only"}} == {"snapchat", "kakaotalk", "wechat"}
