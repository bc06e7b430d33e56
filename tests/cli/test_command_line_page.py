"""The page docs/command-line.md is held to the parser, and docs/reports.md to the numbers."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sharekit.cli.parser import make_parser
from sharekit.reports.figures import Figures

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = make_parser()[1]


def sections() -> dict[str, str]:
    """Text of the page by command."""
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    parts = re.split(r"^##+ ([a-z][a-z -]*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(name: str) -> set[str]:
    """The options of a command, without help."""
    return {word for action in COMMANDS[name]._actions for word in action.option_strings if word.startswith("--")} - {
        "--help"
    }


def test_every_command_has_a_section_and_a_line() -> None:
    """And no command that is gone has one."""
    assert set(sections()) == set(COMMANDS)
    table = re.findall(r"^\| \[`([a-z -]+)`\]", (DOCS / "command-line.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert table == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_where_its_command_is(name: str) -> None:
    """Each in the first column of a table, and no option that is gone."""
    rows = re.findall(r"^\| (`--[^|]*) \|", sections()[name], re.MULTILINE)
    assert {option for row in rows for option in re.findall(r"`(--[\w-]+)`", row)} == options(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_defaults_in_the_page_are_those_of_the_parser(name: str) -> None:
    """Where the page gives one in code."""
    documented = dict(re.findall(r"^\| `(--[\w-]+)` \| `([^`]+)` \|", sections()[name], re.MULTILINE))
    for action in COMMANDS[name]._actions:
        for word in action.option_strings:
            if word in documented and action.default not in (None, ""):
                assert (
                    float(documented[word]) == action.default
                    if word == "--timeout"
                    else (documented[word] == str(action.default))
                )


NUMBERS = [item.name for item in fields(Figures)] + ["engagement_rate", "click_through_rate", "conversion_rate"]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_is_defined(name: str) -> None:
    """In a table of docs/reports.md."""
    assert re.search(rf"^\| `{name}` \| \S", (DOCS / "reports.md").read_text(encoding="utf-8"), re.MULTILINE)
