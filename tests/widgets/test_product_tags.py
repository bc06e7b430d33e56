"""Tagged pictures: markers, cards, the list, and the rules that hold whatever the options."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products import Crop, Cta, Disclosure, Look, Picture, Product, ProductTag, Rights, Source
from sharekit.rendering.money import format_money
from sharekit.rendering.translations import LANGUAGES
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.tags import product_tags
from sharekit.widgets.tags.plan import LISTS, MARKERS
from sharekit.widgets.tags.words import disclosed

Read = Callable[[str], list[Any]]
Make = Callable[..., WidgetContext]


def product(name: str = "shirt", **fields: Any) -> Product:
    """A product of a test's own."""
    standard = {"id": name, "title": f"Linen {name}", "url": f"/p/{name}", "price": "59.00", "currency": "EUR"}
    return Product(**(standard | fields))


def picture(*tags: ProductTag, **fields: Any) -> Picture:
    """A picture of 1200 x 800 with these tags, a shirt when there are none."""
    fields = {"src": "/img/look.jpg", "width": 1200, "height": 800, "alt": "A man at the sea"} | fields
    return Picture(**fields, tags=tags or [ProductTag(product(), 0.375, 0.625)])


def with_class(elements: list[Any], name: str) -> list[Any]:
    """The elements of a class."""
    return [element for element in elements if name in element.attrs.get("class", "").split()]


def place(pin: Any) -> tuple[float, float]:
    """Where the classes put a marker, in fractions."""
    found = dict(re.findall(r"\bsk-([xy]-?)(\d+)\b", pin.attrs["class"]))
    return tuple(int(found[axis]) / 20 + int(found[f"{axis}-"]) / 200 for axis in "xy")  # type: ignore[return-value]


def data_of(html: str) -> list[dict[str, Any]]:
    """The structured data in the HTML."""
    return [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)]


class TestAnatomy:
    """Marker, card and list say the same."""

    def test_a_marker_opens_its_card(self, context: WidgetContext, read: Read) -> None:
        """The button names the popover, which is labelled by the product and has a way out."""
        elements = read(product_tags(context, picture()))
        button = with_class(elements, "sk-pin__button")[0]
        card = with_class(elements, "sk-card")[0]
        assert button.attrs["popovertarget"] == card.attrs["id"]
        assert "popover" in card.attrs
        labelled = [one for one in elements if one.attrs.get("id") == card.attrs["aria-labelledby"]]
        assert [one.text for one in labelled] == ["Linen shirt"]
        close = with_class(elements, "sk-card__close")[0]
        assert (close.attrs["popovertarget"], close.attrs["popovertargetaction"]) == (card.attrs["id"], "hide")

    def test_a_markers_name_begins_with_its_number(self, context: WidgetContext, read: Read) -> None:
        """So that people who steer by voice can say what they see (WCAG 2.5.3)."""
        elements = read(product_tags(context, picture()))
        assert with_class(elements, "sk-pin__button")[0].attrs["aria-label"] == "1, Linen shirt, €59.00"
        assert with_class(elements, "sk-pin__mark")[0].text == "1"

    @pytest.mark.parametrize(("marker", "mark"), [("number", "1"), ("dot", ""), ("price", "€59.00"), ("plus", "+")])
    def test_markers(self, context: WidgetContext, read: Read, marker: str, mark: str) -> None:
        """Each style shows its own, and the name stays."""
        elements = read(product_tags(context, picture(), marker=marker))
        assert with_class(elements, "sk-pin__mark")[0].text == mark
        assert with_class(elements, "sk-pin__button")[0].attrs["aria-label"].startswith("1, ")
        assert with_class(elements, f"sk-look--{marker}")

    def test_the_list_has_the_same_numbers(self, context: WidgetContext, read: Read) -> None:
        """Order of the markers, of the list and of the DOM are one."""
        tags = [ProductTag(product(name), 0.1, 0.1) for name in ("hat", "shirt", "shoe")]
        elements = read(product_tags(context, picture(*tags)))
        items = with_class(elements, "sk-look__item")
        pins = with_class(elements, "sk-pin")
        assert [item.attrs["value"] for item in items] == ["1", "2", "3"]
        assert [one.attrs["data-sk-tag"] for one in pins] == ["1", "2", "3"]
        assert [one.attrs["data-sk-product"] for one in items] == ["hat", "shirt", "shoe"]
        assert [item.text for item in items] == ["Linen hat €59.00", "Linen shirt €59.00", "Linen shoe €59.00"]

    @pytest.mark.parametrize("list_", LISTS)
    def test_lists(self, context: WidgetContext, read: Read, list_: str) -> None:
        """The list is there in every form; in a rail it has the buttons too."""
        elements = read(product_tags(context, picture(), list=list_))
        items = with_class(elements, f"sk-look__items--{list_}")[0]
        assert items.tag == "ol"
        assert "Linen shirt" in items.text
        inside = [one for one in with_class(elements, "sk-card__cta") if items in one.parents]
        assert bool(inside) == (list_ == "rail")

    def test_room_is_kept(self, context: WidgetContext, read: Read) -> None:
        """Width, height, alternative text, and loading only when it comes into view."""
        image = with_class(read(product_tags(context, picture())), "sk-look__img")[0]
        wanted = {
            "width": "1200",
            "height": "800",
            "alt": "A man at the sea",
            "loading": "lazy",
            "src": "/img/look.jpg",
        }
        assert wanted.items() <= image.attrs.items()

    def test_several_products_in_one_tag(self, context: WidgetContext, read: Read) -> None:
        """One card with each of them, headed by the tag's name; events can tell them apart."""
        tag = ProductTag([product("red"), product("blue")], 0.5, 0.5, label="Towels")
        elements = read(product_tags(context, picture(tag)))
        card = with_class(elements, "sk-card")[0]
        offers = [one for one in with_class(elements, "sk-offer") if card in one.parents]
        assert [(one.attrs["data-sk-product"], one.attrs["data-sk-position"]) for one in offers] == [
            ("red", "1"),
            ("blue", "2"),
        ]
        assert with_class(elements, "sk-card__title")[0].text == "Towels"
        assert with_class(elements, "sk-pin__button")[0].attrs["aria-label"] == "1, Towels"

    def test_ids_are_the_same_each_time_and_apart_by_placement(self, context: WidgetContext, read: Read) -> None:
        """Pages can be cached, and a picture can be on a page twice."""
        first = product_tags(context, picture(), placement="top")
        assert product_tags(context, picture(), placement="top") == first
        second = product_tags(context, picture(), placement="bottom")
        ids = [one.attrs["id"] for one in read(first + second) if "id" in one.attrs]
        assert len(ids) == len(set(ids))

    def test_there_is_no_inline_style_or_script(self, context: WidgetContext, read: Read) -> None:
        """It works under default-src 'self'."""
        for element in read(product_tags(context, picture(), cta="quick_view", crop="1:1")):
            assert not [name for name in element.attrs if name == "style" or name.startswith("on")]
            assert element.tag != "style"
            assert element.tag != "script" or element.attrs["type"] == "application/ld+json"

    def test_the_style_sheet_comes_along(self, context: WidgetContext) -> None:
        """Once per call, unless the page has it already."""
        look = Look("Summer", [picture(), picture(src="/img/other.jpg")])
        assert product_tags(context, look).count('rel="stylesheet"') == 1
        assert "stylesheet" not in product_tags(context, look, style=False)

    def test_right_to_left(self, context: WidgetContext, read: Read) -> None:
        """The stage is physical, so the card says its direction."""
        card = with_class(read(product_tags(context, picture(), locale="ar")), "sk-card")[0]
        assert card.attrs["dir"] == "rtl"


class TestPlaces:
    """Positions by classes of a grid."""

    @given(x=st.floats(0, 1), y=st.floats(0, 1))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_within_a_quarter_of_a_percent(self, context: WidgetContext, read: Read, x: float, y: float) -> None:
        """The grid has half a percent; the attributes say the rest."""
        pin = with_class(read(product_tags(context, picture(ProductTag(product(), x, y)))), "sk-pin")[0]
        across, down = place(pin)
        assert abs(across - x) <= 0.002501
        assert abs(down - y) <= 0.002501
        assert abs(float(pin.attrs["data-x"]) - x) <= 0.0001
        assert abs(float(pin.attrs["data-y"]) - y) <= 0.0001

    def test_a_crop_moves_the_markers_with_the_picture(self, context: WidgetContext, read: Read) -> None:
        """A square from the middle of 3:2 shows x from 1/6 to 5/6."""
        elements = read(product_tags(context, picture(ProductTag(product(), 0.25, 0.5)), crop="1:1"))
        assert place(with_class(elements, "sk-pin")[0]) == (0.125, 0.5)
        assert with_class(elements, "sk-crop")
        box = with_class(elements, "sk-look__box")[0].attrs["viewbox"].split()
        assert box[2] == box[3]

    def test_a_tag_outside_the_crop_stays_in_the_list(self, context: WidgetContext, read: Read) -> None:
        """With everything that its card would have had."""
        tags = [ProductTag(product("hat"), 0.05, 0.5), ProductTag(product(), 0.5, 0.5)]
        elements = read(product_tags(context, picture(*tags), crop="1:1"))
        assert [one.attrs["data-sk-tag"] for one in with_class(elements, "sk-pin")] == ["2"]
        items = with_class(elements, "sk-look__item")
        assert [item.attrs["data-sk-tag"] for item in items] == ["1", "2"]
        with_button = [one.parents for one in with_class(elements, "sk-card__cta")]
        assert [any(item in parents for parents in with_button) for item in items] == [True, False]

    @pytest.mark.parametrize("focal", [(0.0, 0.0), (0.333, 0.5), (1.0, 0.2)])
    @pytest.mark.parametrize("crop", ["1:1", "4:5", "16:9", 2.5])
    def test_the_focal_point_decides_what_is_seen(
        self, context: WidgetContext, read: Read, focal: tuple[float, float], crop: Any
    ) -> None:
        """The marker lies where object-fit puts that point, with the focal point that the classes say."""
        shot = picture(ProductTag(product(), *focal), focal=focal)
        elements = read(product_tags(context, shot, crop=crop))
        stage = with_class(elements, "sk-look__stage")[0]
        fx, fy = place(stage)
        width, height = min(1, (crop_number(crop)) / 1.5), min(1, 1.5 / crop_number(crop))
        across, down = place(with_class(elements, "sk-pin")[0])
        assert abs(across - (focal[0] - (1 - width) * fx) / width) <= 0.005
        assert abs(down - (focal[1] - (1 - height) * fy) / height) <= 0.005

    def test_art_direction_has_markers_for_each_cut(self, context: WidgetContext, read: Read) -> None:
        """Shown by the same conditions as the pictures; ids stay apart."""
        narrow = Source("/img/narrow.jpg", "(max-width: 480px)", Crop(0.25, 0, 0.5, 1), 600, 800)
        tags = [ProductTag(product("hat"), 0.1, 0.1), ProductTag(product(), 0.5, 0.5)]
        elements = read(product_tags(context, picture(*tags, sources=[narrow])))
        lists = with_class(elements, "sk-look__pins")
        assert ["sk-only-max480" in one.attrs["class"] for one in lists] == [True, False]
        assert "sk-not-max480" in lists[1].attrs["class"]
        assert [len(with_class(one.children, "sk-pin")) for one in lists] == [1, 2]
        ids = [one.attrs["id"] for one in elements if "id" in one.attrs]
        assert len(ids) == len(set(ids))
        source = next(one for one in elements if one.tag == "source")
        assert (source.attrs["media"], source.attrs["width"]) == ("(max-width: 480px)", "600")

    def test_other_file_types_need_no_other_markers(self, context: WidgetContext, read: Read) -> None:
        """Where every cut shows the whole picture, one list is enough."""
        avif = Source("/img/look.avif", "(max-width: 800px)", None, 600, 400, "image/avif")
        assert len(with_class(read(product_tags(context, picture(sources=[avif]))), "sk-look__pins")) == 1


def crop_number(crop: Any) -> float:
    """A ratio as a number."""
    if isinstance(crop, float):
        return crop
    across, down = crop.split(":")
    return int(across) / int(down)


class TestHonesty:
    """What somebody paid for says so, whatever the options."""

    @pytest.mark.parametrize("kind", ["ad", "gifted", "affiliate", "own_brand"])
    @pytest.mark.parametrize("where", ["tag", "picture", "look"])
    @pytest.mark.parametrize("list_", LISTS)
    def test_a_label_comes_first(self, context: WidgetContext, read: Read, kind: Any, where: str, list_: str) -> None:
        """Above the picture, in the card, in the list and in the marker's name."""
        interest = Disclosure(kind, "Marram")
        tag = ProductTag(product(), 0.5, 0.5, disclosure=interest if where == "tag" else None)
        shot: Any = picture(tag, disclosure=interest if where == "picture" else None)
        shot = Look("Summer", [shot], disclosure=interest) if where == "look" else shot
        html = product_tags(context, shot, list=list_, style=False)
        elements = read(html)
        word = disclosed(interest, "en")[0]
        first = with_class(elements, "sk-look__ad")[0]
        assert elements.index(first) == 1  # nothing but the container before it
        assert first.text.startswith(word)
        card = with_class(elements, "sk-card")[0]
        assert card.children[0].text.startswith(word)
        assert with_class(elements, "sk-look__item")[0].children[0].text.startswith(word)
        assert with_class(elements, "sk-pin__button")[0].attrs["aria-label"].endswith(f", {word}")
        assert with_class(elements, "sk-pin")[0].attrs["data-sk-disclosure"] == kind
        links = [one for one in elements if one.tag == "a"]
        assert all(("sponsored" in one.attrs.get("rel", "")) == (kind != "own_brand") for one in links)

    def test_a_paid_product_is_an_ad_though_nobody_said_so(
        self, context: WidgetContext, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The label is there, and the log says what was forgotten."""
        elements = read(product_tags(context, picture(ProductTag(product(paid=True), 0.5, 0.5))))
        assert with_class(elements, "sk-look__ad")[0].text == "Ad (1)"
        assert all(one.attrs["rel"] == "sponsored" for one in elements if one.tag == "a")
        assert "no disclosure" in caplog.text

    def test_single_tags_are_named_by_number(self, context: WidgetContext, read: Read) -> None:
        """A picture with two advertisements in it says which they are."""
        interest = Disclosure("affiliate", "Marram")
        tags = [ProductTag(product(name), 0.5, 0.5, disclosure=interest if name != "b" else None) for name in "abc"]
        elements = read(product_tags(context, picture(*tags)))
        assert with_class(elements, "sk-look__ad")[0].text == "Ad · affiliate link, Marram pays us a commission (1, 3)"
        assert "data-sk-disclosure" not in with_class(elements, "sk-look")[0].attrs

    @pytest.mark.parametrize(
        ("locale", "word"),
        [
            ("en-GB", "Ad"),
            ("de", "Anzeige"),
            ("de-AT", "Werbung"),
            ("fr", "Publicité"),
            ("es", "Publicidad"),
            ("it", "Pubblicità"),
            ("nl", "Advertentie"),
            ("nl-BE", "Reclame"),
            ("pl", "Reklama"),
            ("ar", "إعلان"),
            ("xx", "Ad"),
        ],
    )
    def test_the_word_suits_the_country(self, context: WidgetContext, read: Read, locale: str, word: str) -> None:
        """As its language, or its own authority, says it."""
        html = product_tags(context, picture(disclosure=Disclosure("ad")), locale=locale)
        assert with_class(read(html), "sk-look__ad")[0].text == word

    def test_gifts_and_commissions_have_their_own_words(self) -> None:
        """In every language, with and without a name."""
        for locale in LANGUAGES:
            texts = {
                disclosed(Disclosure(kind, by), locale) for kind in ("gifted", "affiliate") for by in ("", "Marram")
            }
            assert len(texts) == 4
            assert sum("Marram" in detail for _, detail in texts) == 2
            assert not any("{" in detail for _, detail in texts)

    @pytest.mark.parametrize(
        ("url", "kind", "rel"),
        [
            ("/p/a", "ad", "sponsored"),
            ("https://shop.example/p/a", "affiliate", "sponsored"),
            ("https://other.example/a", "affiliate", "sponsored nofollow"),
            ("https://other.example/a", None, None),
            ("/p/a", None, None),
        ],
    )
    def test_rel(self, context: WidgetContext, read: Read, url: str, kind: Any, rel: str | None) -> None:
        """Paid links are sponsored; those to other hosts pass nothing on either."""
        tag = ProductTag(product(url=url), 0.5, 0.5, disclosure=Disclosure(kind) if kind else None)
        links = [one for one in read(product_tags(context, picture(tag))) if one.tag == "a"]
        assert {one.attrs.get("rel") for one in links} == {rel}


class TestPrices:
    """An old price is shown against the lowest of the 30 days before, or not at all."""

    def test_the_lowest_price_of_30_days_is_struck(self, context: WidgetContext, read: Read) -> None:
        """Not the ordinary price, which may never have been asked."""
        elements = read(product_tags(context, picture(ProductTag(
            product(sale_price="39.00", lowest_30d="45.00"), 0.5, 0.5
        ))))  # fmt: skip
        assert {one.text for one in with_class(elements, "sk-price__was")} == {"Was €45.00"}
        assert {one.text for one in with_class(elements, "sk-price__now")} == {"Now €39.00"}
        assert "59" not in "".join(one.text for one in with_class(elements, "sk-price"))
        assert all(one.tag == "s" for one in with_class(elements, "sk-price__was"))

    @pytest.mark.parametrize("lowest", [None, "39.00", "30.00"])
    def test_otherwise_there_is_only_the_price_of_now(
        self, context: WidgetContext, read: Read, caplog: pytest.LogCaptureFixture, lowest: str | None
    ) -> None:
        """And one line in the log, however often it is rendered."""
        shot = picture(ProductTag(product(sale_price="39.00", lowest_30d=lowest), 0.5, 0.5))
        for _ in range(3):
            elements = read(product_tags(context, shot))
        assert not with_class(elements, "sk-price__was")
        assert {one.text for one in with_class(elements, "sk-price")} == {"€39.00"}
        assert len([one for one in caplog.records if "The old price of" in one.getMessage()]) == 1

    @pytest.mark.parametrize("locale", LANGUAGES)
    def test_prices_are_written_by_locale(self, context: WidgetContext, read: Read, locale: str) -> None:
        """As Babel has it."""
        shirt = product()
        assert shirt.money is not None
        elements = read(product_tags(context, picture(ProductTag(shirt, 0.5, 0.5)), locale=locale))
        assert with_class(elements, "sk-price")[0].text == format_money(shirt.money, locale)

    def test_no_price(self, context: WidgetContext, read: Read) -> None:
        """Nothing is invented."""
        tag = ProductTag(product(price=None, currency=""), 0.5, 0.5)
        elements = read(product_tags(context, picture(tag), marker="price"))
        assert not with_class(elements, "sk-price")
        assert with_class(elements, "sk-pin__mark")[0].text == "1"


class TestCustomers:
    """Their pictures are shown while they allow it."""

    NOW = datetime.now(UTC)

    @pytest.mark.parametrize(
        "rights",
        [
            None,
            Rights(granted=False, by="Anna"),
            Rights(granted=True, by="Anna", until=NOW - timedelta(days=1)),
            Rights(granted=True, by="Anna", withdrawn=NOW - timedelta(days=1)),
            Rights(granted=True),
        ],
    )
    def test_without_a_right_or_a_credit_nothing_is_rendered(
        self, context: WidgetContext, caplog: pytest.LogCaptureFixture, rights: Rights | None
    ) -> None:
        """But the log says which picture it was, and why."""
        shot = picture(customer=True, rights=rights)
        assert product_tags(context, shot) == ""
        assert product_tags(context, Look("Summer", [shot])) == ""
        assert "'/img/look.jpg' is not shown" in caplog.text

    def test_with_it_the_credit_is_there(self, context: WidgetContext, read: Read) -> None:
        """Below the picture, and for search engines."""
        html = product_tags(
            context, picture(customer=True, rights=Rights(granted=True, by="Anna & Ole")), page="product"
        )
        assert with_class(read(html), "sk-look__credit")[0].text == "Photo: Anna & Ole"
        [data] = data_of(html)
        assert data["@type"] == "ImageObject"
        assert data["creditText"] == "Anna & Ole"
        assert data["contentUrl"] == "https://shop.example/img/look.jpg"

    def test_a_look_leaves_out_what_may_not_be_shown(self, context: WidgetContext, read: Read) -> None:
        """The others stay."""
        look = Look("Summer", [picture(customer=True), picture(src="/img/ours.jpg")])
        shown = with_class(read(product_tags(context, look)), "sk-look__img")
        assert [one.attrs["src"] for one in shown] == ["/img/ours.jpg"]


class TestButtons:
    """What can be done with a product."""

    CART = Cta("add_to_cart", action="/cart/add", fields={"sku": "{sku}", "tag": "{picture}#{tag}"})

    def test_a_link_is_the_default(self, context: WidgetContext, read: Read) -> None:
        """With words, and a name of its own."""
        button = with_class(read(product_tags(context, picture())), "sk-card__cta")[0]
        assert (button.tag, button.text, button.attrs["href"]) == ("a", "Shop now: Linen shirt", "/p/shirt")

    def test_a_cart_form_works_without_scripts(self, context: WidgetContext, read: Read) -> None:
        """It posts the shop's own fields and the framework's token."""
        shot = picture(ProductTag(product(sku="S-1"), 0.5, 0.5))
        elements = read(product_tags(context, shot, cta=self.CART, csrf={"csrf_token": "t<&"}))
        form = with_class(elements, "sk-card__form")[0]
        assert (form.attrs["method"], form.attrs["action"]) == ("post", "/cart/add")
        fields = {one.attrs["name"]: one.attrs["value"] for one in elements if one.tag == "input"}
        assert fields == {"sku": "S-1", "tag": "/img/look.jpg#1", "csrf_token": "t<&"}
        assert form.attrs["data-sk-added"] == "Linen shirt is in your cart."
        status = next(one for one in elements if one.attrs.get("role") == "status")
        assert form in status.parents

    def test_the_token_stays_at_home(self, context: WidgetContext, read: Read) -> None:
        """A form to another host does not get it."""
        cta = Cta("add_to_cart", action="https://other.example/cart")
        elements = read(product_tags(context, picture(), cta=cta, csrf={"csrf_token": "secret"}))
        assert [one.attrs["name"] for one in elements if one.tag == "input"] == ["product_id"]

    def test_quick_view_is_a_dialog(self, context: WidgetContext, read: Read) -> None:
        """Opened by the browser or the script; without either the product's name is a link."""
        elements = read(product_tags(context, picture(), cta="quick_view"))
        button = with_class(elements, "sk-card__cta")[0]
        dialog = next(one for one in elements if one.tag == "dialog")
        assert (button.attrs["commandfor"], button.attrs["command"]) == (dialog.attrs["id"], "show-modal")
        assert "sk-needs-script" in button.attrs["class"]
        assert with_class(elements, "sk-card__link")[0].attrs["href"] == "/p/shirt"

    @pytest.mark.parametrize("availability", ["OutOfStock", "SoldOut", "Discontinued", "Reserved", "InStoreOnly"])
    @pytest.mark.parametrize("kind", ["link", "add_to_cart", "quick_view"])
    def test_what_cannot_be_bought_has_no_cart(
        self, context: WidgetContext, read: Read, availability: str, kind: Any
    ) -> None:
        """The state in words, and the alternative that the shop named."""
        cta = Cta(kind, action="/cart/add", alternative=product("cotton"))
        shot = picture(ProductTag(product(availability=availability), 0.5, 0.5))
        elements = read(product_tags(context, shot, cta=cta))
        assert not [one for one in elements if one.tag in {"form", "dialog"}]
        assert "Shop now" not in "".join(one.text for one in elements[:1])
        assert with_class(elements, "sk-card__state")[0].text
        other = with_class(elements, "sk-card__instead")[0]
        assert other.text == "See instead: Linen cotton"
        assert with_class(elements, "sk-offer--sold")

    def test_notify_me_stays_when_sold_out(self, context: WidgetContext, read: Read) -> None:
        """It is what one can do then."""
        shot = picture(ProductTag(product(availability="SoldOut"), 0.5, 0.5, cta=Cta(text="notify_me")))
        elements = read(product_tags(context, shot, locale="de"))
        assert with_class(elements, "sk-card__cta")[0].text.startswith("Benachrichtigen")
        assert with_class(elements, "sk-pin__button")[0].attrs["aria-label"].endswith("Ausverkauft")

    def test_own_words_and_pre_orders(self, context: WidgetContext, read: Read) -> None:
        """Text that is no key is shown as it is."""
        tags = [
            ProductTag(product("a"), 0.1, 0.1, cta="Try it on"),
            ProductTag(product("b", availability="PreOrder"), 0.5, 0.5),
        ]
        texts = [one.text for one in with_class(read(product_tags(context, picture(*tags))), "sk-card__cta")]
        assert texts == ["Try it on: Linen a", "Pre-order: Linen b"]


class TestWholeLook:
    """Everything at once, with a total that honours stock."""

    def test_the_total_counts_what_can_be_bought(self, context: WidgetContext, read: Read) -> None:
        """Sold out left out and said so, one product once, of several the first that is there."""
        tags = [
            ProductTag(product("hat"), 0.1, 0.1),
            ProductTag(product("hat"), 0.2, 0.1),
            ProductTag([product("red", availability="SoldOut"), product("blue", price="10.50")], 0.3, 0.1),
            ProductTag(product("gone", availability="SoldOut"), 0.4, 0.1),
        ]
        elements = read(product_tags(context, picture(*tags), whole_look="/cart/all", csrf={"t": "1"}))
        form = with_class(elements, "sk-look__whole")[0]
        assert form.attrs["action"] == "/cart/all"
        fields = [(one.attrs["name"], one.attrs["value"]) for one in elements if one.tag == "input"]
        assert fields == [("product_id", "hat"), ("product_id", "blue"), ("t", "1")]
        assert with_class(elements, "sk-look__total")[0].text == "2 products, €69.50"
        assert "1 is not available now" in form.text

    def test_the_address_of_the_carts(self, context: WidgetContext, read: Read) -> None:
        """The one that the single products post to, where there is one."""
        html = product_tags(context, picture(), cta=TestButtons.CART, whole_look=True)
        assert with_class(read(html), "sk-look__whole")[0].attrs["action"] == "/cart/add"
        with pytest.raises(InvalidValueError, match="whole_look"):
            product_tags(context, picture(), whole_look=True)

    def test_nothing_to_buy_no_form(self, context: WidgetContext, caplog: pytest.LogCaptureFixture) -> None:
        """Sold out, without a price, or in two currencies."""
        for one in (product(availability="SoldOut"), product(price=None, currency="")):
            assert "sk-look__whole" not in product_tags(context, picture(ProductTag(one, 0, 0)), whole_look="/c")
        tags = [ProductTag(product("a"), 0, 0), ProductTag(product("b", currency="USD"), 0, 0)]
        assert "sk-look__whole" not in product_tags(context, picture(*tags), whole_look="/c")
        assert "several currencies" in caplog.text


class TestLooksAndData:
    """Several pictures, and what search engines read."""

    def test_a_look_is_a_section_with_a_heading(self, context: WidgetContext, read: Read) -> None:
        """On the level asked for; its pictures keep their numbers."""
        look = Look("Summer & sea", [picture(), picture(src="/img/other.jpg")], url="/looks/summer")
        elements = read(product_tags(context, look, heading_level=3, attrs={"class": "mine", "id": "s"}))
        section = with_class(elements, "sk-look-set")[0]
        assert (section.tag, section.attrs["id"]) == ("section", "s")
        heading = next(one for one in elements if one.tag == "h3")
        assert (heading.text, heading.attrs["id"]) == ("Summer & sea", section.attrs["aria-labelledby"])
        assert len(with_class(elements, "sk-look")) == 2

    def test_a_look_is_a_list_of_links(self, context: WidgetContext) -> None:
        """One ItemList with each product of the shop's own once; no offer, which belongs on the product's page."""
        tags = [
            ProductTag(product("hat"), 0, 0),
            ProductTag(product("hat"), 1, 1),
            ProductTag(product("far", url="https://other.example/far"), 0.5, 0.5),
        ]
        html = product_tags(context, Look("Summer", [picture(*tags)], url="/looks/summer"))
        assert data_of(html) == [
            {
                "@context": "https://schema.org",
                "@type": "ItemList",
                "numberOfItems": 1,
                "itemListElement": [
                    {"@type": "ListItem", "position": 1, "name": "Linen hat", "url": "https://shop.example/p/hat"}
                ],
                "name": "Summer",
                "url": "https://shop.example/looks/summer",
            }
        ]

    def test_a_product_page_keeps_its_one_product(self, context: WidgetContext) -> None:
        """Tags on it add nothing."""
        assert data_of(product_tags(context, picture(), page="product")) == []

    def test_a_picture_with_both(self, context: WidgetContext) -> None:
        """The list and the licence stand in one graph."""
        shot = picture(credit="Ole", licence="https://creativecommons.org/licenses/by/4.0/")
        [data] = data_of(product_tags(context, shot))
        assert [one["@type"] for one in data["@graph"]] == ["ItemList", "ImageObject"]
        assert data["@graph"][1]["license"] == "https://creativecommons.org/licenses/by/4.0/"


class TestOptions:
    """What cannot work is refused, with its name."""

    @pytest.mark.parametrize("option", ["marker", "list", "theme", "links", "page", "loading"])
    @pytest.mark.parametrize("value", ["nmber", 5, [], None])
    def test_unknown_values(self, context: WidgetContext, option: str, value: Any) -> None:
        """Near ones are offered."""
        if value is None and option in {"theme", "links"}:
            return  # that is the setting
        with pytest.raises(UnknownNameError, match=option):
            product_tags(context, picture(), **{option: value})

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("crop", "square"),
            ("crop", 0.0),
            ("cta", 5),
            ("csrf", "token"),
            ("csrf", {"a": 5}),
            ("placement", 5),
            ("placement", "x" * 200),
            ("variant", None),
            ("heading_level", 7),
            ("heading_level", True),
            ("locale", 5),
            ("mount", 5),
            ("attrs", {"role": "img"}),
            ("attrs", {"data-sk-tags": "9"}),
            ("attrs", {"on click": "x"}),
        ],
    )
    def test_values_that_cannot_be_used(self, context: WidgetContext, option: str, value: Any) -> None:
        """The error names the option."""
        with pytest.raises(InvalidValueError) as caught:
            product_tags(context, picture(), **{option: value})
        assert caught.value.field == option

    def test_no_picture(self, context: WidgetContext) -> None:
        """A product is none, and neither is an address."""
        for wrong in (product(), "/img/look.jpg", None):
            with pytest.raises(InvalidValueError, match="Picture or a Look"):
                product_tags(context, wrong)  # type: ignore[arg-type]

    def test_a_picture_without_tags(self, context: WidgetContext, read: Read) -> None:
        """Is a picture."""
        elements = read(product_tags(context, Picture("/a.jpg"), style=False))
        assert [one.tag for one in elements] == ["figure", "div", "img"]


class TestRedirect:
    """Links through the server carry what an event needs, signed."""

    def test_the_token(self, context: WidgetContext, read: Read, signer: Any) -> None:
        """Where to, and where it was seen."""
        tag = ProductTag(product(), 0.5, 0.5, disclosure=Disclosure("affiliate"))
        html = product_tags(context, picture(tag), links="redirect", placement="home", variant="B", mount="/x/sk")
        links = [one for one in read(html) if one.tag == "a"]
        assert all("data-sk-go" in one.attrs and one.attrs["rel"] == "sponsored nofollow" for one in links)
        [address] = {one.attrs["href"] for one in links}
        assert address.startswith("/x/sk/go/")
        assert signer.read(address.rpartition("/")[2]) == {
            "k": "product",
            "u": "https://shop.example/p/shirt",
            "p": "shirt",
            "l": "home",
            "w": "tags",
            "g": "/img/look.jpg",
            "a": "1",
            "o": "1",
            "d": "affiliate",
            "r": "B",
        }


class TestOwnTemplates:
    """Templates of the shop's win, and get the values themselves."""

    def test_a_template_that_branches_on_a_value(self, make_context: Make, tmp_path: Path) -> None:
        """No skeleton stands in its way."""
        folder = tmp_path / "sharekit"
        folder.mkdir()
        (folder / "look-offer.html.jinja").write_text(
            "{% if offer.title == 'Linen hat' %}A HAT{% else %}{{ offer.title }}{% endif %}"
        )
        context = make_context(template_dirs=[tmp_path])
        tags = [ProductTag(product("hat"), 0, 0), ProductTag(product("b", title="<b>"), 1, 1)]
        html = product_tags(context, picture(*tags))
        assert html.count("A HAT") == 2
        assert html.count("&lt;b&gt;<button") == 1

    @pytest.mark.parametrize("name", ["look", "look-pin", "look-picture", "look-pins", "look-item", "look-offer"])
    def test_wrapping_the_original_changes_nothing_else(
        self, context: WidgetContext, make_context: Make, tmp_path: Path, name: str
    ) -> None:
        """What is filled in and what is rendered each time are the same HTML."""
        folder = tmp_path / "sharekit"
        folder.mkdir()
        (folder / f"{name}.html.jinja").write_text(f'{{% include "original/{name}.html.jinja" %}}')
        shots = [
            picture(
                ProductTag(product(title="A & <b>"), 0.1, 0.9, disclosure=Disclosure("ad", "X & Y"), label="L & M")
            ),
            picture(ProductTag([product("a"), product("b", availability="SoldOut")], 0.5, 0.5), credit="O'Neill"),
            picture(ProductTag(product(sale_price="1.00", lowest_30d="2.00", image="/i.jpg"), 0.5, 0.5)),
        ]
        own = make_context(template_dirs=[tmp_path])
        for shot in shots:
            for options in ({}, {"cta": TestButtons.CART, "crop": "1:1"}, {"marker": "price", "list": "rail"}):
                ours, theirs = product_tags(context, shot, **options), product_tags(own, shot, **options)
                assert theirs.replace("\n", "") == ours.replace("\n", "")


def test_every_marker_has_a_style(context: WidgetContext) -> None:
    """Class names are a promise to style sheets."""
    for marker in MARKERS:
        assert f"sk-look--{marker}" in product_tags(context, picture(), marker=marker)


def test_nothing_is_logged_for_a_picture_in_order(context: WidgetContext, caplog: pytest.LogCaptureFixture) -> None:
    """The log is for what is wrong."""
    with caplog.at_level(logging.DEBUG):
        product_tags(context, picture())
    assert not [record for record in caplog.records if record.name != "sharekit.delivery"]
