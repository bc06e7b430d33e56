"""The table as a person, a program and the documentation read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharekit.exceptions import UnknownNameError
from sharekit.networks import Network, Networks
from sharekit.networks.lint import Loss
from sharekit.networks.report import lint_table, markdown_table, networks_table

DOCS = Path(__file__).parents[2] / "docs" / "networks.md"


def test_the_table_has_a_line_for_every_network() -> None:
    """Live ones with their address, the others with what to use."""
    table = networks_table(Networks())
    lines = {line.split()[0]: line for line in table.splitlines() if line}
    for row in Networks():
        assert row.key in lines
        assert (row.base_url if row.live else row.instead) in lines[row.key]


def test_columns_line_up() -> None:
    """Each begins below its head."""
    lines = networks_table(Networks().live()).splitlines()
    column = lines[0].index("address")
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)


def test_a_table_of_live_networks_has_no_second_half() -> None:
    """And none at all of nothing."""
    assert "not available" not in networks_table(Networks().live())
    assert networks_table([]) == ""


def test_json_carries_every_fact() -> None:
    """What a program needs to build links of its own."""
    rows = {row["key"]: row for row in json.loads(networks_table(Networks(), "json"))}
    assert rows["x"]["params"]["hashtags"] == "hashtags"
    assert rows["x"]["checked"] == "2026-11-21"
    assert rows["threads"]["follow_url"].endswith("{handle}")
    assert rows["pocket"]["died"] == "2025-07-08"
    assert rows["facebook"]["source"]


def test_losses_are_one_line_each() -> None:
    """Or a sentence when there are none."""
    losses = [Loss("linkedin", "ignores the text"), Loss("x", "cuts it")]
    assert lint_table(losses).splitlines()[2:] == ["linkedin  ignores the text", "x         cuts it"]
    assert json.loads(lint_table(losses, "json"))[1] == {"network": "x", "problem": "cuts it"}
    assert lint_table([]) == "Nothing is lost on any of them."


@pytest.mark.parametrize("make", [networks_table, lint_table])
def test_other_formats_are_refused(make: object) -> None:
    """With the ones there are."""
    with pytest.raises(UnknownNameError, match="json"):
        make([], "jsn")  # type: ignore[operator]


def test_rows_without_a_day_are_shown_too() -> None:
    """A network of the shop's own need not say when it was checked."""
    own = Network(key="chat", label="Chat", base_url="https://chat.example/", params={"url": "u"})
    assert networks_table([own]).splitlines()[2].split() == [
        "chat",
        "ok",
        "yes",
        "–",
        "–",
        "–",
        "https://chat.example/?u",
    ]


def test_the_documentation_shows_this_table() -> None:
    """The page is regenerated from the code, or this test says that it was not."""
    assert markdown_table(Networks()) in DOCS.read_text()
