"""The documentation is held to the code: whatever has a name is in it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sharekit.config import Settings
from sharekit.events.names import EVENT_NAMES
from sharekit.networks.registry import Networks
from sharekit.sinks.registry import SINKS

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}


@pytest.mark.parametrize("name", [item.name for item in fields(Settings)])
def test_every_setting_is_in_the_configuration_page(name: str) -> None:
    """A row per setting, with its name at the front, and no setting that does not exist."""
    assert re.search(rf"^\| `{name}` \|", PAGES["configuration.md"], re.MULTILINE)


def test_the_configuration_page_names_no_setting_that_is_gone() -> None:
    """A row outlives its setting only until this test."""
    rows = re.findall(r"^\| `(\w+)` \|", PAGES["configuration.md"], re.MULTILINE)
    assert set(rows) == {item.name for item in fields(Settings)}


@pytest.mark.parametrize("name", sorted(EVENT_NAMES))
def test_every_event_name_is_in_the_events_page(name: str) -> None:
    """Sinks and analysts read the vocabulary there."""
    assert f"`{name}`" in PAGES["events.md"]


@pytest.mark.parametrize("name", SINKS.names())
def test_every_sink_has_a_section_in_the_sinks_page(name: str) -> None:
    """A sink is chosen by its URL scheme, which must be findable: in a heading, and in an example of its URL."""
    section = re.search(rf"^## [^\n]*\(`{name}:`\)\n(.*?)(?=^## |\Z)", PAGES["sinks.md"], re.MULTILINE | re.DOTALL)
    assert section is not None
    assert re.search(rf"\b{name}:[^`]", section.group(1))


@pytest.mark.parametrize("network", Networks().live(), ids=lambda network: network.key)
def test_every_live_network_is_in_the_networks_page(network: object) -> None:
    """The names a template author may write."""
    assert f"`{network.key}`" in PAGES["networks.md"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", ["Run it", "Test it"])
def test_the_readmes_commands_are_one_line_each(page: str) -> None:
    """The first code block below each heading can be pasted as it stands."""
    readme = (ROOT / "README.md").read_text()
    block = re.search(rf"^## {page}\n+```sh\n(.*?)```", readme, re.MULTILINE | re.DOTALL)
    assert block is not None
    assert len(block.group(1).splitlines()) == 1
