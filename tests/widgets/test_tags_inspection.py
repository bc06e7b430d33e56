"""What is wrong with tagged pictures is told where they are rendered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Picture, Product, ProductTag, ShareKit, Video, VideoFile
from sharekit.exceptions import InvalidValueError

MakeKit = Callable[..., ShareKit]
SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt", price="49.00", currency="EUR")
CLOSE = [ProductTag(SHIRT, 0.5, 0.5, label="One"), ProductTag(SHIRT, 0.51, 0.5, label="Two")]
COLLIDING = Picture("/a.jpg", 1200, 800, "A shirt on a line", tags=CLOSE)


def calls(kit: ShareKit) -> list[Callable[[], Any]]:
    """Each widget that shows tags, with two that collide."""
    timed = [ProductTag(SHIRT, 0.5 + step / 100, 0.5, label=str(step), start=0.0) for step in range(2)]
    poster = Picture("/film.jpg", 1200, 800, "A shirt on a line")
    film = Video([VideoFile("/film.webm")], poster, width=1200, height=800, title="Shirts", tags=timed)
    return [lambda: kit.product_tags(COLLIDING), lambda: kit.gallery([COLLIDING]), lambda: kit.video(film)]


@pytest.mark.parametrize("number", range(3))
def test_with_debug_an_error_is_raised(make_kit: MakeKit, number: int) -> None:
    """Who makes the page sees it at once, by the tag's number."""
    with pytest.raises(InvalidValueError, match="targets-collide"):
        calls(make_kit(debug=True))[number]()


def test_in_production_it_is_logged_once(make_kit: MakeKit, caplog: pytest.LogCaptureFixture) -> None:
    """Shoppers get the page, the shop gets a line."""
    kit = make_kit()
    with caplog.at_level(logging.WARNING):
        first = kit.product_tags(COLLIDING)
        assert kit.product_tags(COLLIDING) == first
    assert len([record for record in caplog.records if "targets-collide" in record.getMessage()]) == 1


def test_a_sound_picture_is_not_spoken_of(make_kit: MakeKit, caplog: pytest.LogCaptureFixture) -> None:
    """Debug or not."""
    sound = Picture("/b.jpg", 1200, 800, "A shirt on a line", tags=CLOSE[:1])
    for debug in (False, True):
        assert "Linen shirt" in make_kit(debug=debug).product_tags(sound)
    assert not [record for record in caplog.records if record.name == "sharekit.widgets.tags"]
