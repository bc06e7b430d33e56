"""What the shop hands over is checked once, and the error names the field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Money, Picture, Product, Rating, Shareable
from sharekit.checks import absolute_url, check_url
from sharekit.exceptions import InvalidValueError, ShareKitError

GOOD: dict[str, Any] = {"id": "mug-1", "title": "Mug", "url": "/p/mug"}
PRICED = GOOD | {"price": "19.90", "currency": "EUR"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "Product.id"),
        ({"id": "x" * 129}, "Product.id"),
        ({"id": 7}, "Product.id"),
        ({"title": ""}, "Product.title"),
        ({"title": None}, "Product.title"),
        ({"title": "half \ud83d"}, "Product.title"),
        ({"title": "a\x00b"}, "Product.title"),
        ({"url": ""}, "Product.url"),
        ({"url": "javascript:alert(1)"}, "Product.url"),
        ({"url": "data:text/html,x"}, "Product.url"),
        ({"url": "/\\evil.example"}, "Product.url"),
        ({"url": "/a b"}, "Product.url"),
        ({"url": "https://user:pass@shop.example/"}, "Product.url"),
        ({"url": "https://"}, "Product.url"),
        ({"url": "https://[::1"}, "Product.url"),
        ({"url": "https://shop.example:99999/"}, "Product.url"),
        ({"url": "/" + "a" * 2048}, "Product.url"),
        ({"image": "javascript:alert(1)"}, "Product.image"),
        ({"images": "/one.jpg"}, "Product.images"),
        ({"images": ["vbscript:x"]}, "Picture.src"),
        ({"price": 19.9, "currency": "EUR"}, "Product.price"),
        ({"price": "19.90"}, "Product.currency"),
        ({"price": "19.90", "currency": "EURO"}, "Product.currency"),
        ({"price": "19,90", "currency": "EUR"}, "Product.price"),
        ({"price": "19.905", "currency": "EUR"}, "Product.price"),
        ({"price": "5.5", "currency": "JPY"}, "Product.price"),
        ({"price": "NaN", "currency": "EUR"}, "Product.price"),
        ({"price": "-1", "currency": "EUR"}, "Product.price"),
        ({"price": "1e400", "currency": "EUR"}, "Product.price"),
        ({"price": True, "currency": "EUR"}, "Product.price"),
        ({"availability": "maybe"}, "Product.availability"),
        ({"rating": 4.5}, "Product.rating"),
        ({"sale_price": "1", "currency": "EUR"}, "Product.sale_price"),
    ],
)
def test_a_bad_value_is_refused_by_its_fields_name(change: dict[str, Any], field: str) -> None:
    """Whatever cannot work is refused when the product is made, with the field at fault."""
    with pytest.raises(InvalidValueError) as caught:
        Product(**(GOOD | change))
    assert caught.value.field == field
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ShareKitError)


def test_prices_are_exact_and_fitted_to_the_currency() -> None:
    """Text, Decimal and whole numbers become Decimal with the currency's decimals."""
    assert str(Product(**PRICED).price) == "19.90"
    assert str(Product(**GOOD, price=20, currency="eur").price) == "20.00"
    assert Product(**GOOD, price=500, currency="JPY").money == Money(Decimal(500), "JPY")
    assert Product(**GOOD, price="1.234", currency="KWD").money.minor == 1234  # type: ignore[union-attr]


def test_the_sale_price_is_what_a_buyer_pays() -> None:
    """With a reduction, money is the reduced price; one that is not below the price is refused."""
    assert Product(**PRICED, sale_price="15").money == Money.of("15", "EUR")
    with pytest.raises(InvalidValueError, match="below price"):
        Product(**PRICED, sale_price="19.90")


@pytest.mark.parametrize("text", ["InStock", "in stock", "in_stock", "IN-STOCK", "https://schema.org/InStock"])
def test_availability_is_understood_however_it_is_written(text: str) -> None:
    """Feeds write availability in many ways; all become schema.org's name."""
    assert Product(**GOOD, availability=text).availability == "InStock"


def test_availability_offers_the_nearest_name() -> None:
    """A typing error is answered with the word that was meant."""
    with pytest.raises(InvalidValueError, match="OutOfStock"):
        Product(**GOOD, availability="OutOfStok")


def test_pictures_come_main_one_first() -> None:
    """Addresses and Picture objects mix; the main picture leads."""
    mug = Product(**GOOD, image="/a.jpg", images=["/b.jpg", Picture("/c.jpg", 800, 600, "Side view")])
    assert [picture.src for picture in mug.pictures] == ["/a.jpg", "/b.jpg", "/c.jpg"]
    assert Product(**GOOD).pictures == ()


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "800"])
def test_a_pictures_size_is_whole_pixels(size: Any) -> None:
    """Anything but a whole number of pixels is refused."""
    with pytest.raises(InvalidValueError, match=r"Picture\.width"):
        Picture("/a.jpg", width=size)


@pytest.mark.parametrize(("value", "count"), [("0.9", 1), ("5.1", 1), ("4", 0), ("4", -1), ("4", True)])
def test_a_rating_has_a_scale_and_ratings_behind_it(value: str, count: int) -> None:
    """Outside 1 to 5, or made of nothing, is no rating."""
    with pytest.raises(InvalidValueError):
        Rating(value, count)  # type: ignore[arg-type]


def test_a_page_without_id_is_counted_under_its_path() -> None:
    """The path is stable where the host and the query are not."""
    assert Shareable(url="https://shop.example/journal/clay?a=1", title="Clay").id == "/journal/clay"
    assert Shareable(url="https://shop.example", title="Home").id == "/"


@pytest.mark.parametrize(
    ("base", "url", "whole"),
    [
        ("https://shop.example", "/p/1", "https://shop.example/p/1"),
        ("https://shop.example/de", "/p/1", "https://shop.example/p/1"),
        ("https://shop.example/de", "p/1", "https://shop.example/de/p/1"),
        ("https://shop.example", "//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("https://shop.example", "http://other.example/x", "http://other.example/x"),
    ],
)
def test_relative_addresses_are_joined_to_the_shop(base: str, url: str, whole: str) -> None:
    """Networks fetch pages and pictures from outside, so they need whole addresses."""
    assert absolute_url(base, url) == whole


@given(st.text(max_size=60))
def test_no_text_gets_past_as_an_address_with_another_scheme(text: str) -> None:
    """Whatever check_url lets through is http(s) or relative, as a browser would read it."""
    try:
        check_url(text, "url")
    except InvalidValueError:
        return
    assert not any(ord(character) <= 32 or character in '\\"<>' for character in text)
    head = text.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    assert ":" not in head or head.lower() in {"http:", "https:"}


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_are_exact_both_ways(minor: int, currency: str) -> None:
    """Money survives the way into a store's integer column and back."""
    try:
        money = Money.from_minor(minor, currency)
    except InvalidValueError:
        assert abs(minor) >= 10**13
        return
    assert money.minor == minor
