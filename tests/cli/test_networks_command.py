"""The command networks: the table, and what an item would lose."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from sharekit.networks.registry import Networks

Run = Callable[..., subprocess.CompletedProcess[str]]
MUG = ("--title", "Stoneware mug", "--url", "/p/mug-1", "--text", "Thrown by hand.")


def test_the_table_has_every_network(run: Run) -> None:
    """Live ones and dead ones."""
    answer = run("networks")
    assert answer.returncode == 0
    firsts = {line.split()[0] for line in answer.stdout.splitlines() if line}
    assert {network.key for network in Networks()} <= firsts


def test_some_networks_as_json(run: Run) -> None:
    """Only those named, in their order."""
    rows = json.loads(run("networks", "x", "pinterest", "--format", "json").stdout)
    assert [row["key"] for row in rows] == ["x", "pinterest"]


def test_lint_says_what_is_lost_where(run: Run) -> None:
    """A text that LinkedIn ignores, a picture that Pinterest needs, an address that is not whole."""
    text = run("networks", "--lint", *MUG, "linkedin", "pinterest").stdout
    assert "linkedin   ignores title and text" in text
    assert "pinterest  needs an absolute picture" in text
    assert "needs the whole address of the page; set base_url" in text


def test_lint_knows_the_shops_address(run: Run) -> None:
    """From the option or from the environment; then nothing is missing on a network that takes everything."""
    item = (*MUG, "--image", "/img/mug.jpg", "pinterest")
    for answer in (
        run("networks", "--lint", "--base-url", "https://shop.example", *item),
        run("networks", "--lint", *item, SHAREKIT_BASE_URL="https://shop.example"),
    ):
        assert answer.stdout == "Nothing is lost on any of them.\n"


def test_lint_of_all_networks_as_json(run: Run) -> None:
    """Hashtags are looked at, too; dead networks are not: nobody shares there."""
    losses = json.loads(run("networks", "--lint", *MUG, "--hashtags", "mug, handmade", "--format", "json").stdout)
    assert all(set(loss) == {"network", "problem"} for loss in losses)
    assert {loss["network"] for loss in losses} <= {network.key for network in Networks().live()}
    assert any("hashtag" in loss["problem"] for loss in losses)


def test_a_network_that_has_closed_is_named_with_what_to_use(run: Run) -> None:
    """Exit code 2, the date or the reason, an alternative where there is one."""
    dead = next(network for network in Networks().dead() if network.instead)
    answer = run("networks", dead.key)
    assert answer.returncode == 2
    assert dead.instead in answer.stderr
