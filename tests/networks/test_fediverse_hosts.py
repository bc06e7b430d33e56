"""Which servers people may be sent to, and by which address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.networks.fediverse import SOFTWARE, instance_host, share_address


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        ("  Mastodon.Social ", "mastodon.social"),
        ("https://mastodon.social/", "mastodon.social"),
        ("HTTPS://mastodon.social", "mastodon.social"),
        ("http://mastodon.social/@ann?x=1#y", "mastodon.social"),
        ("@ann@mastodon.social", "mastodon.social"),
        ("@ann.b-c_d@social.coop", "social.coop"),
        ("mastodon.social.", "mastodon.social"),
        ("xn--mller-kva.social", "xn--mller-kva.social"),
        ("müller.social", "xn--mller-kva.social"),
        ("social.xn--p1ai", "social.xn--p1ai"),
        ("a" * 63 + ".example.org", "a" * 63 + ".example.org"),
    ],
)
def test_what_people_type_is_understood(typed: str, host: str) -> None:
    """A name, an address or an account."""
    assert instance_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "mastodon",
        "localhost",
        "localhost.",
        "127.0.0.1",
        "http://127.0.0.1/",
        "2130706433",
        "0x7f.1",
        "127.1",
        "1.2.3.0x4",
        "[::1]",
        "https://[::1]/",
        "::1",
        "mastodon.social:443",
        "https://mastodon.social:8443/",
        "ann@mastodon.social",
        "https://ann:secret@mastodon.social/",
        "https://mastodon.social@evil.example.org/",
        "@ann@localhost",
        "@ann@mastodon.social@evil.org",
        "@@mastodon.social",
        "mastodon.social/share",
        "mastodon.social?x",
        "mastodon.social#x",
        "mastodon.social\\@evil.org",
        "mastodon.social%2eevil.org",
        "masto don.social",
        "mastodon\n.social",
        "mastodon\x00.social",
        "mastodon..social",
        ".social",
        "-a.social",
        "a-.social",
        "a_b.social",
        "a" * 64 + ".social",
        "a." * 130 + "social",
        "x" * 5000,
        "printer.local",
        "db.internal",
        "a.test",
        "a.localhost",
        "abc.onion",
        "a.example",
        "a.invalid",
        "router.home.arpa",
        "nas.lan",
        "javascript:alert(1)",
        "ftp://mastodon.social/",
        "//mastodon.social",
        "straße.social",
        "ｍastodon.social",
        "mastodon。social",
        "\u202emastodon.social",
        "mastodon\u200b.social",
        None,
        7,
    ],
)
def test_what_is_no_plain_public_host_is_refused(typed: object) -> None:
    """Nobody is sent into a private network, to a port, or to a host that only looks like the one typed."""
    with pytest.raises(InvalidValueError) as caught:
        instance_host(typed)  # type: ignore[arg-type]
    assert caught.value.field == "instance"


@given(st.text(max_size=80) | st.from_regex(r"[a-z0-9.:@/\[\]%-]{1,60}", fullmatch=True))
@settings(deadline=None)
def test_whatever_passes_is_a_plain_name_and_passes_again(typed: str) -> None:
    """The answer holds nothing that an address could misread."""
    try:
        host = instance_host(typed)
    except InvalidValueError:
        return
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+", host)
    assert len(host) <= 253
    assert instance_host(host) == host


@pytest.mark.parametrize(
    ("software", "start"),
    [
        ("mastodon", "https://social.coop/share?text="),
        ("misskey", "https://social.coop/share?text="),
        ("friendica", "https://social.coop/compose?body="),
        ("hubzilla", "https://social.coop/rpost?body="),
        ("gnusocial", "https://social.coop/notice/new?status_textarea="),
    ],
)
def test_each_software_has_its_own_address(software: str, start: str) -> None:
    """The text is one parameter, whatever is in it."""
    assert share_address("social.coop", "Mug & co\n#1", software) == f"{start}Mug%20%26%20co%0A%231"


def test_share_addresses_check_the_host_themselves() -> None:
    """No caller can forget to."""
    with pytest.raises(InvalidValueError, match="instance"):
        share_address("localhost", "x")


def test_an_unknown_software_offers_near_names() -> None:
    """The table is open to read."""
    with pytest.raises(UnknownNameError, match="'mastodon'"):
        share_address("social.coop", "x", "mastodn")
    assert "pleroma" not in SOFTWARE
