"""Asking for networks by name: live ones, dead ones, the shop's own and those of packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharekit.exceptions import ConfigError, DeadNetworkError, InvalidValueError, UnknownNameError
from sharekit.networks import Network, Networks

CHAT = Network(key="chat", label="Chat", base_url="https://chat.example/new", params={"url": "u"})


def test_a_live_network_is_found_by_its_key() -> None:
    """The key is all that templates write."""
    assert Networks().get("whatsapp").label == "WhatsApp"


def test_an_unknown_one_offers_near_names() -> None:
    """A slip of the finger is answered with the right word, never with a dead network."""
    with pytest.raises(UnknownNameError, match="Did you mean 'whatsapp'"):
        Networks().get("whatsap")
    with pytest.raises(UnknownNameError) as caught:
        Networks().get("pockett")
    assert "pocket" not in caught.value.known


def test_a_dead_one_names_date_and_alternative() -> None:
    """The shop learns why the button is gone and what to show instead."""
    with pytest.raises(DeadNetworkError, match=r"2025-07-08.*'raindrop'"):
        Networks().get("pocket")


def test_a_date_nobody_verified_is_said_to_be_so() -> None:
    """No date is made up."""
    with pytest.raises(DeadNetworkError, match="closed, date not verified"):
        Networks().get("fancy")


def test_a_former_name_leads_to_the_new_one() -> None:
    """Twitter is in every old theme."""
    with pytest.raises(DeadNetworkError, match="'x'"):
        Networks().get("twitter")


@pytest.mark.parametrize(("name", "instead"), [("snapchat", "native"), ("kakaotalk", "native"), ("wechat", "qr")])
def test_networks_without_an_address_say_what_to_use(name: str, instead: str) -> None:
    """They exist, but no link leads there."""
    with pytest.raises(InvalidValueError, match=f"Use '{instead}' instead"):
        Networks().get(name)


@pytest.mark.parametrize("name", ["copy", "native", "print", "qr"])
def test_controls_are_no_networks(name: str) -> None:
    """They can be shown, but not linked to."""
    with pytest.raises(InvalidValueError, match="control of the share widget"):
        Networks().get(name)


def test_names_to_show_may_be_controls_too() -> None:
    """The list of what a bar shows has both kinds of words in it."""
    networks = Networks()
    assert [networks.checked(name) for name in ("x", "copy", "native", "print", "qr")] == [
        "x",
        "copy",
        "native",
        "print",
        "qr",
    ]
    with pytest.raises(DeadNetworkError):
        networks.checked("pocket")


@pytest.mark.parametrize("name", [None, 7, ["x"]])
def test_what_is_no_name_is_refused(name: object) -> None:
    """A template may pass anything."""
    with pytest.raises(InvalidValueError, match="is not the key"):
        Networks().get(name)  # type: ignore[arg-type]
    assert name not in Networks()


def test_in_means_that_get_would_answer() -> None:
    """Dead networks and controls are not in."""
    networks = Networks()
    assert "x" in networks
    assert "pocket" not in networks
    assert "wechat" not in networks
    assert "copy" not in networks


def test_networks_of_the_shops_own_join_and_win() -> None:
    """A row with a key of ours takes its place, so a shop need not wait for us to mend a fact."""
    mine = Network(key="x", label="X, mended", base_url="https://x.com/new", params={"url": "url"})
    networks = Networks([CHAT, mine])
    assert networks.get("chat") is CHAT
    assert networks.get("x").label == "X, mended"
    assert "chat" in networks.keys_for_events()


@pytest.mark.parametrize("own", [["chat"], [None], "chat", 7])
def test_what_is_no_network_is_refused(own: object) -> None:
    """The message says what to pass."""
    with pytest.raises(ConfigError, match=r"sharekit\.networks\.Network"):
        Networks(own)  # type: ignore[arg-type]


def test_no_network_takes_the_key_of_a_control() -> None:
    """Events of the two could not be told apart."""
    mine = Network(key="copy", label="Copy shop", base_url="https://copy.example/", params={"url": "u"})
    with pytest.raises(ConfigError, match="'copy'"):
        Networks([mine])


def test_events_may_name_dead_networks_and_controls() -> None:
    """Old events must stay readable."""
    assert {"pocket", "wechat", "copy", "native", "print", "qr", "x"} <= Networks().keys_for_events()


def install(folder: Path, module: str, source: str, entry: str) -> None:
    """Put a package with an entry point into a folder of the import path, as an installer would."""
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[sharekit.networks]\n{entry}\n")


def test_installed_packages_offer_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One, or a list of them, under the entry point group."""
    source = (
        "from sharekit.networks import Network\n"
        "def row(key):\n"
        "    return Network(key=key, label=key.title(), base_url='https://club.example/', params={'url': 'u'})\n"
        "ONE = row('club')\n"
        "MORE = [row('bar'), row('pub')]\n"
    )
    install(tmp_path, "sharekit_test_clubs", source, "one = sharekit_test_clubs:ONE\nmore = sharekit_test_clubs:MORE")
    monkeypatch.syspath_prepend(str(tmp_path))
    networks = Networks([Network(key="pub", label="Mine", base_url="https://pub.example/", params={"url": "u"})])
    assert networks.get("club").label == "Club"
    assert networks.get("bar").label == "Bar"
    assert networks.get("pub").label == "Mine"


def test_an_entry_point_that_is_no_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise nobody would know which package to look at."""
    install(tmp_path, "sharekit_test_broken", "THING = 7\n", "thing = sharekit_test_broken:THING")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match="entry point 'thing'"):
        Networks()
