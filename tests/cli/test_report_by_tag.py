"""The command ``report --by tag``: what came of the tags in pictures."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable

import pytest

from sharekit import ShareKit

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tapped(shop: ShareKit) -> ShareKit:
    """The shop, after somebody saw a picture with three tags and took what the second one shows."""
    shop.record("impression", widget="tags", props={"picture": "shelf", "tags": 3})
    for name in ("tag_open", "add_to_cart"):
        shop.record(name, product_id="mug-1", widget="tags", props={"picture": "shelf", "tag": 2, "position": 1})
    assert shop.flush(10)
    return shop


def test_the_funnel_of_tags(run: Run, tapped: ShareKit) -> None:
    """A line per tag, from seen to cart, and one of totals."""
    answer = run("report", "--by", "tag")
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("Product tags, ")
    assert [line.split()[0] for line in lines[4:7]] == ["shelf#1", "shelf#2", "shelf#3"]
    assert lines[5].split() == ["shelf#2", "mug-1", "1", "1", "0", "1", "100.0%", "0.0%", "100.0%"]
    assert "Rates are per impression of the picture" in answer.stdout


def test_the_same_for_programs_and_spreadsheets(run: Run, tapped: ShareKit) -> None:
    """JSON has every number, CSV a column for each."""
    answer = json.loads(run("report", "--by", "tag", "--days", "7", "--format", "json").stdout)
    assert (answer["by"], answer["days"], len(answer["rows"])) == ("tag", 7, 3)
    assert answer["totals"]["impressions"] == 1
    rows = list(csv.DictReader(run("report", "--by", "tag", "--format", "csv").stdout.splitlines()))
    assert [(row["tag"], row["carts"]) for row in rows] == [("shelf#1", "0"), ("shelf#2", "1"), ("shelf#3", "0")]


def test_a_shop_without_tagged_pictures(run: Run, shop: ShareKit) -> None:
    """A sentence instead of an empty table."""
    answer = run("report", "--by", "tag")
    assert answer.returncode == 0
    assert "No tagged picture was seen in these days." in answer.stdout


def test_a_picture_does_not_show_up_among_the_networks(run: Run, tapped: ShareKit) -> None:
    """It has no share buttons, so its being seen says nothing there."""
    assert "(not set)" not in run("report", "--by", "network").stdout
