"""What a shop is told before it shares."""

from __future__ import annotations

import pytest

from sharekit.networks import Networks
from sharekit.networks.lint import lint
from sharekit.products import Picture, Product, Shareable

NETWORKS = Networks()
BASE = "https://shop.example"


def product(**fields: object) -> Product:
    """A product with all that a share needs."""
    known: dict[str, object] = {
        "id": "mug-1",
        "title": "Stoneware mug",
        "url": "/p/mug-1",
        "image": "/img/mug.jpg",
        "description": "Thrown by hand.",
    }
    return Product(**(known | fields))  # type: ignore[arg-type]


def problems(name: str, item: Product | Shareable | None = None, **options: object) -> list[str]:
    """What one network loses of an item."""
    given: dict[str, object] = {"base_url": BASE} | options
    return [loss.problem for loss in lint(item or product(), [row for row in NETWORKS if row.key == name], **given)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["x", "pinterest", "whatsapp", "telegram", "bluesky", "email", "threads"])
def test_a_good_product_loses_nothing_where_everything_is_taken(name: str) -> None:
    """Silence means that all arrives."""
    assert problems(name) == []


@pytest.mark.parametrize("name", ["facebook", "linkedin"])
def test_networks_that_ignore_text_are_named(name: str) -> None:
    """People see the preview of the page, whatever was written."""
    assert problems(name) == ["ignores title and text; people see the preview of the page"]


def test_networks_that_take_a_title_drop_the_text() -> None:
    """Only when there is one."""
    assert problems("reddit") == ["takes the title only; the text is dropped"]
    assert problems("reddit", product(description="")) == []


def test_pinterest_needs_an_absolute_picture() -> None:
    """None at all, or one that nobody outside can fetch."""
    (without,) = problems("pinterest", product(image=None))
    assert without.startswith("needs an absolute picture")
    relative = problems("pinterest", product(url="https://shop.example/p"), base_url="")
    assert relative == ["needs an absolute picture; '/img/mug.jpg' is relative: set base_url"]
    assert problems("pinterest", product(image=None, images=[Picture("https://cdn.example/a.jpg")])) == []


def test_previews_without_a_picture_are_named() -> None:
    """The network would show one, and the page has none."""
    assert problems("whatsapp", Shareable(url="/", title="Shop")) == [
        "shows the picture of the page's preview, and there is none"
    ]


def test_cuts_are_announced_with_unit() -> None:
    """As each network counts."""
    long = product(description="word " * 200)
    assert problems("bluesky", long) == ["cuts the text to 300 graphemes, link included"]
    assert problems("x", long) == ["cuts the text to 280 characters as X counts them, link included"]
    assert problems("threads", product(description="a" * 480)) == ["cuts the text to 500 characters, link included"]
    assert "cuts the title to 80 characters" in problems("hackernews", product(title="word " * 20))


def test_a_link_that_takes_all_room_is_announced() -> None:
    """The text disappears as a whole."""
    (problem,) = problems("bluesky", product(url="/p/" + "x" * 400))
    assert "no room for the text" in problem


def test_hashtags_are_counted_by_how_many_are_taken() -> None:
    """All, one, or none."""
    tags = ["clay", "mugs"]
    assert problems("x", hashtags=tags) == []
    assert problems("threads", hashtags=tags) == ["takes one hashtag; only clay arrives"]
    assert problems("telegram", hashtags=tags) == ["has no field for hashtags; write them into the text"]


def test_conditions_of_a_network_are_named() -> None:
    """Apps, app ids, and addresses nobody vouches for."""
    assert "opens only where its app is installed" in problems("viber")
    assert "needs app_id and redirect_uri in network_options" in problems("messenger")
    given = {"messenger": {"app_id": "1", "redirect_uri": "https://shop.example/"}}
    assert not [problem for problem in problems("messenger", options=given) if "app_id" in problem]
    assert "has an address that is known from one source only" in problems("ai_claude")
    assert problems("xing")[0].startswith("works less well than it used to")
    assert problems("mastodon") == []


def test_networks_that_are_gone_say_what_to_use() -> None:
    """One line each, and nothing about texts."""
    assert problems("pocket") == ["is gone (2025-07-08); use raindrop instead"]
    assert problems("wechat") == ["has no share address; use qr instead"]


def test_a_relative_page_is_named_when_no_base_is_known() -> None:
    """A network can open whole addresses only."""
    assert "needs the whole address of the page; set base_url" in problems("x", base_url="")


def test_a_text_given_takes_the_place_of_the_items() -> None:
    """Lint what will really be said."""
    assert problems("bluesky", product(description="word " * 200), text="Short") == []


def test_all_of_them_at_once_name_their_network() -> None:
    """One list for the whole table, dead ones too."""
    losses = lint(product(), NETWORKS, base_url=BASE)
    assert {loss.network for loss in losses} <= {row.key for row in NETWORKS}
    assert all(loss.problem for loss in losses)
