"""Settings: precedence, refusal of unknown names, and errors that name the setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sharekit.config import Settings, parse_rate
from sharekit.exceptions import ConfigError

BASE = "https://shop.example"


def test_keywords_win_over_the_mapping_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearer a setting stands to the code, the more it counts."""
    monkeypatch.setenv("SHAREKIT_LOCALE", "de")
    monkeypatch.setenv("SHAREKIT_THEME", "brand")
    monkeypatch.setenv("SHAREKIT_SITE_NAME", "From the environment")
    settings = Settings.load(
        {"SHAREKIT_LOCALE": "fr", "SHAREKIT_THEME": "contrast", "DEBUG": True}, base_url=BASE, locale="it"
    )
    assert (settings.locale, settings.theme, settings.site_name) == ("it", "contrast", "From the environment")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("NETWORKS", "x, whatsapp ,", ("x", "whatsapp")),
        ("UTM", "off", False),
        ("DELIVER", "TRUE", True),
        ("RATE_LIMIT", "none", None),
        ("RATE_LIMIT", "5/second", "5/second"),
        ("ATTRIBUTION_DAYS", "7", 7),
        ("DURABILITY", '{"share": "disk"}', {"share": "disk"}),
        ("NETWORK_OPTIONS", '{"messenger": {"app_id": "1"}}', {"messenger": {"app_id": "1"}}),
        ("DATA_DIR", "/srv/data", Path("/srv/data")),
        ("SECRET_KEY", "k" * 32, ("k" * 32,)),
    ],
)
def test_every_kind_of_setting_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: Any
) -> None:
    """Text from the environment becomes the setting's own type."""
    monkeypatch.setenv(f"SHAREKIT_{name}", text)
    assert getattr(Settings.load(base_url=BASE), name.lower()) == value


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"netwroks": ["x"]}, "networks"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "shop.example"}, "base_url"),
        ({"base_url": "ftp://shop.example"}, "base_url"),
        ({"links": "both"}, "direct, redirect"),
        ({"mount": "sharekit/"}, "mount"),
        ({"timezone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"durability": {"share": "tape"}}, "durability"),
        ({"rate_limit": "many"}, "rate_limit"),
        ({"rate_limit": "0/minute"}, "rate_limit"),
        ({"trusted_proxies": ["10.0.0.0/33"]}, "trusted_proxies"),
        ({"allowed_origins": ["*"]}, "allowed_origins"),
        ({"secret_key": "short"}, "secret_key"),
        ({"adapt": "function"}, "adapt"),
        ({"attribution_days": 0}, "attribution_days"),
        ({"networks": 5}, "networks"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(settings: dict[str, Any], words: str) -> None:
    """The message holds the setting's name, or the value that was meant."""
    with pytest.raises(ConfigError, match=words.replace("/", ".")):
        Settings.load(**({"base_url": BASE} | settings))


def test_an_unknown_name_in_the_frameworks_configuration_is_refused() -> None:
    """A typing error in app.config does not go unnoticed."""
    with pytest.raises(ConfigError, match="base_url"):
        Settings.load({"SHAREKIT_BASE_ULR": BASE}, base_url=BASE)


def test_strangers_in_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment belongs to everybody; unknown names there are not ours to refuse."""
    monkeypatch.setenv("SHAREKIT_SOMETHING_ELSE", "1")
    assert Settings.load(base_url=BASE + "/").base_url == BASE


@pytest.mark.parametrize(
    ("name", "text"), [("UTM", "perhaps"), ("DURABILITY", "{"), ("ATTRIBUTION_DAYS", "x"), ("ADAPT", "f")]
)
def test_bad_text_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """The message names the variable as it was written."""
    monkeypatch.setenv(f"SHAREKIT_{name}", text)
    with pytest.raises(ConfigError, match=f"SHAREKIT_{name}"):
        Settings.load(base_url=BASE)


def test_a_rate_is_a_burst_and_a_refill() -> None:
    """The count is the bucket's size, and what flows in within one unit."""
    assert parse_rate("600/minute") == (600.0, 10.0)
    assert parse_rate(None) is None


def test_the_data_directory_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Daemons change their directory after they were set up; the journal must not move with them."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.load(base_url=BASE)
    monkeypatch.chdir("/")
    assert settings.data_dir == tmp_path / "sharekit-data"
