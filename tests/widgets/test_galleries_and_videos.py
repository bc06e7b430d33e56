"""Galleries of pictures, and videos with products in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products import Cta, Disclosure, Picture, Product, ProductTag, Rights, Track, Video
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.gallery import gallery
from sharekit.widgets.tags.plan import LAYOUTS
from sharekit.widgets.video import video

Read = Callable[[str], list[Any]]
SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt", price="59.00", currency="EUR")


def picture(name: str = "a", **fields: Any) -> Picture:
    """A picture with one tag."""
    standard = {"alt": "A man", "tags": [ProductTag(SHIRT, 0.5, 0.5)]}
    return Picture(f"/img/{name}.jpg", 1200, 800, **(standard | fields))


def film(**fields: Any) -> Video:
    """A video with two tags."""
    tags = [ProductTag(SHIRT, 0.5, 0.5, start=12), ProductTag(SHIRT, 0.2, 0.2, start=62.5, end=3700, label="Sleeve")]
    standard = {"title": "A day at the sea", "tags": tags}
    return Video(["/v/sea.webm", "/v/sea.mp4"], picture(tags=()), **(standard | fields))


def with_class(elements: list[Any], name: str) -> list[Any]:
    """The elements of a class."""
    return [element for element in elements if name in element.attrs.get("class", "").split()]


class TestGallery:
    """Pictures side by side."""

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_it_is_a_list(self, context: WidgetContext, read: Read, layout: str) -> None:
        """With a name and a figure in each item; a carousel can be scrolled by keyboard."""
        elements = read(gallery(context, [picture("a"), picture("b")], layout=layout))
        box = with_class(elements, f"sk-gallery--{layout}")[0]
        listed = with_class(elements, "sk-gallery__list")[0]
        assert box in listed.parents
        assert (listed.attrs["role"], listed.attrs["aria-label"]) == ("list", "Shop these looks")
        assert ("tabindex" in listed.attrs) == (layout == "carousel")
        assert [[one.tag for one in item.children] for item in listed.children] == [["figure"]] * 2

    def test_its_pictures_load_when_they_come_into_view(self, context: WidgetContext, read: Read) -> None:
        """And keep their room until then."""
        for image in with_class(read(gallery(context, [picture("a"), picture("b")])), "sk-look__img"):
            assert (image.attrs["loading"], image.attrs["width"], image.attrs["height"]) == ("lazy", "1200", "800")

    def test_style_and_data_stand_there_once(self, context: WidgetContext) -> None:
        """Not with every picture."""
        html = gallery(context, [picture("a"), picture("b"), Picture("/c.jpg", 10, 10)])
        assert html.count("stylesheet") == html.count("ItemList") == 1

    def test_a_customers_picture_without_a_right_is_left_out(
        self, context: WidgetContext, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The others stay, and the log says which it was; without others there is nothing."""
        over = Rights(granted=True, by="Anna", until=datetime(2020, 1, 1, tzinfo=UTC))
        mixed = [picture("a", customer=True, rights=over), picture("b", customer=True, rights=Rights(True, "Ole"))]
        elements = read(gallery(context, mixed))
        assert [one.attrs["src"] for one in with_class(elements, "sk-look__img")] == ["/img/b.jpg"]
        assert with_class(elements, "sk-look__credit")[0].text == "Photo: Ole"
        assert "'/img/a.jpg' is not shown: the right to show it ended on 2020-01-01" in caplog.text
        assert gallery(context, mixed[:1]) == ""
        assert gallery(context, []) == ""

    def test_pictures_without_tags(self, context: WidgetContext, read: Read) -> None:
        """Are pictures, with nothing to open."""
        elements = read(gallery(context, [Picture("/c.jpg", 10, 10, "A kiln")]))
        assert not [one for one in elements if one.tag in {"button", "ol", "script"}]
        assert not with_class(elements, "sk-look__caption")

    @pytest.mark.parametrize("wrong", ["/a.jpg", picture(), None, [picture(), SHIRT]])
    def test_what_is_no_list_of_pictures(self, context: WidgetContext, wrong: Any) -> None:
        """Is refused, with the place of the wrong one."""
        with pytest.raises(InvalidValueError, match=r"pictures"):
            gallery(context, wrong)

    def test_unknown_layout(self, context: WidgetContext) -> None:
        """Near ones are offered."""
        with pytest.raises(UnknownNameError, match="Did you mean 'carousel'"):
            gallery(context, [picture()], layout="carrousel")


class TestVideo:
    """Tags that come and go."""

    def test_the_list_leads_to_the_moments(self, context: WidgetContext, read: Read) -> None:
        """Without scripts as well: "0:12 Linen shirt"."""
        links = with_class(read(video(context, film())), "sk-look__time")
        assert [(one.text, one.attrs["href"], one.attrs["data-sk-seek"]) for one in links] == [
            ("0:12 Linen shirt", "/v/sea.webm#t=12", "12"),
            ("1:02 Sleeve", "/v/sea.webm#t=62.5", "62.5"),
        ]

    def test_markers_wait_for_the_script(self, context: WidgetContext, read: Read) -> None:
        """They say when their time is; the list has the buttons that a card would have."""
        elements = read(video(context, film(), cta=Cta("add_to_cart", action="/cart")))
        pins = with_class(elements, "sk-pin")
        assert [(one.attrs["data-start"], one.attrs.get("data-end")) for one in pins] == [
            ("12", None),
            ("62.5", "3700"),
        ]
        assert all("hidden" in one.attrs for one in pins)
        items = with_class(elements, "sk-look__item")
        forms = with_class(elements, "sk-card__form")
        assert all(any(item in form.parents for form in forms) for item in items)

    def test_nothing_loads_or_plays_by_itself(self, context: WidgetContext, read: Read) -> None:
        """Room is kept, controls are the browser's, texts are tracks."""
        tracks = [Track("/v/sea.de.vtt", "captions", "de", "Deutsch", True), Track("/v/tags.vtt", "metadata")]
        elements = read(video(context, film(tracks=tracks)))
        shown = next(one for one in elements if one.tag == "video")
        wanted = {"preload": "none", "poster": "/img/a.jpg", "width": "1200", "height": "800"}
        assert wanted.items() <= shown.attrs.items()
        assert "controls" in shown.attrs
        assert "autoplay" not in shown.attrs
        assert shown.attrs["aria-label"] == "A day at the sea"
        assert [(one.tag, one.attrs.get("type", one.attrs.get("kind"))) for one in shown.children] == [
            ("source", "video/webm"),
            ("source", "video/mp4"),
            ("track", "captions"),
            ("track", "metadata"),
        ]

    def test_the_same_rules_hold(self, context: WidgetContext, read: Read) -> None:
        """Disclosure first; the poster's rights are the video's."""
        elements = read(video(context, film(disclosure=Disclosure("ad", "Marram")), style=False))
        assert elements[1].text == "Ad · paid partnership with Marram"
        assert video(context, Video("/v.mp4", picture(tags=(), customer=True), title="Mine")) == ""

    def test_what_is_no_video(self, context: WidgetContext) -> None:
        """Is refused."""
        with pytest.raises(InvalidValueError, match="pass a Video"):
            video(context, picture())  # type: ignore[arg-type]
