"""Tags: a point, the products at it, and what can be done with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Cta, Disclosure, Product, ProductTag
from sharekit.exceptions import InvalidValueError
from sharekit.products import CTA_WORDS

patient = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt", sku="a/1")
CAP = Product(id="cap", title="Wool cap", url="/p/cap")


@pytest.mark.parametrize(
    "value", [-0.01, 1.01, 37.5, float("nan"), float("inf"), 10**400, True, "0.5", None, [0.5], 1j]
)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_points_outside_the_picture_are_refused(axis: str, value: Any) -> None:
    """So is everything that is no number, truth values among it."""
    with pytest.raises(InvalidValueError) as caught:
        ProductTag(SHIRT, **({"x": 0.5, "y": 0.5} | {axis: value}))
    assert caught.value.field == f"ProductTag.{axis}"
    assert len(str(caught.value)) < 300


def test_percents_are_met_with_the_right_form() -> None:
    """The likeliest mistake gets the likeliest answer."""
    with pytest.raises(InvalidValueError, match=r"37\.5 % is 0\.375"):
        ProductTag(SHIRT, 37.5, 62.5)


@patient
@given(st.floats(0, 1) | st.decimals(0, 1, allow_nan=False) | st.sampled_from([0, 1]))
def test_points_are_kept_to_six_decimals(value: float | Decimal | int) -> None:
    """A thousandth of a pixel on a picture of a thousand, and no more digits than that in the page."""
    x = ProductTag(SHIRT, value, 0.5).x  # type: ignore[arg-type]
    assert isinstance(x, float)
    assert abs(x - float(value)) <= 0.5000001e-6
    assert 0 <= x <= 1
    assert str(x) != "-0.0"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"product": "shirt"}, "ProductTag.product"),
        ({"product": None}, "ProductTag.product"),
        ({"product": []}, "ProductTag.product"),
        ({"product": [SHIRT, "cap"]}, "ProductTag.product[2]"),
        ({"product": [SHIRT, SHIRT]}, "ProductTag.product"),
        ({"product": [Product(id=str(n), title="x", url="/x") for n in range(21)]}, "ProductTag.product"),
        ({"label": 7}, "ProductTag.label"),
        ({"label": "x" * 301}, "ProductTag.label"),
        ({"label": "two\nlines"}, "ProductTag.label"),
        ({"disclosure": "ad"}, "ProductTag.disclosure"),
        ({"cta": 7}, "ProductTag.cta"),
        ({"cta": "add_to_cart"}, "Cta.action"),
        ({"start": -1}, "ProductTag.start"),
        ({"start": float("nan")}, "ProductTag.start"),
        ({"start": "0:12"}, "ProductTag.start"),
        ({"end": 0}, "ProductTag.end"),
        ({"start": 5, "end": 5}, "ProductTag.end"),
        ({"start": 5, "end": 90_000}, "ProductTag.end"),
    ],
)
def test_a_bad_value_is_refused_by_its_fields_name(change: dict[str, Any], field: str) -> None:
    """Whatever cannot work is refused when the tag is made, with the field at fault."""
    with pytest.raises(InvalidValueError) as caught:
        ProductTag(**({"product": SHIRT, "x": 0.5, "y": 0.5} | change))
    assert caught.value.field == field


def test_a_tag_goes_by_its_label_or_its_products() -> None:
    """One product or several; a list of one is that one."""
    assert ProductTag(SHIRT, 0, 1).name == "Linen shirt"
    assert ProductTag([SHIRT, CAP], 0, 1).name == "Linen shirt, Wool cap"
    assert ProductTag([SHIRT, CAP], 0, 1, label=" Outfit ").name == "Outfit"
    assert ProductTag([SHIRT], 0, 1, label=" ") == ProductTag(SHIRT, 0, 1)
    assert ProductTag((item for item in (SHIRT, CAP)), 0, 1).products == (SHIRT, CAP)  # type: ignore[arg-type]


def test_a_tag_of_a_paid_product_is_paid() -> None:
    """One among several is enough."""
    paid = Product(id="p", title="P", url="/p", paid=True)
    assert ProductTag([SHIRT, paid], 0, 0, disclosure=Disclosure("ad")).paid
    assert not ProductTag(SHIRT, 0, 0).paid
    with pytest.raises(InvalidValueError, match=r"Product\.paid"):
        Product(id="p", title="P", url="/p", paid=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Cta("buy"), "Cta.kind"),
        (lambda: Cta("add_to_cart"), "Cta.action"),
        (lambda: Cta("add_to_cart", action="javascript:alert(1)"), "Cta.action"),
        (lambda: Cta("add_to_cart", action="/cart/{name}"), "Cta.action"),
        (lambda: Cta("add_to_cart", action="/cart", fields=["a"]), "Cta.fields"),
        (lambda: Cta("add_to_cart", action="/cart", fields={"": "x"}), "Cta.fields"),
        (lambda: Cta("add_to_cart", action="/cart", fields={7: "x"}), "Cta.fields"),
        (lambda: Cta("add_to_cart", action="/cart", fields={"a": 7}), "Cta.fields['a']"),
        (lambda: Cta("add_to_cart", action="/cart", fields={str(n): "" for n in range(31)}), "Cta.fields"),
        (lambda: Cta(text="x" * 81), "Cta.text"),
        (lambda: Cta(alternative="cap"), "Cta.alternative"),
    ],
    ids=itertools.count(),
)
def test_bad_calls_to_action_are_refused_by_field(make: Callable[[], object], field: str) -> None:
    """Forms above all: where they post to, and what they hold."""
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert caught.value.field == field


def test_a_call_to_action_may_be_written_short() -> None:
    """By its kind, by a word that every language has, or by own words."""
    assert ProductTag(SHIRT, 0, 0, cta="quick_view").cta == Cta("quick_view")
    assert [Cta.of(word).text for word in CTA_WORDS] == list(CTA_WORDS)
    assert Cta.of("Grab it") == Cta("link", "Grab it")


def test_a_form_holds_the_keys_of_its_product() -> None:
    """Quoted in the address, plain in the fields; a key that looks like a place is left alone."""
    odd = Product(id="{sku}", title="Odd", url="/odd", sku="a/1 &")
    cta = Cta("add_to_cart", action="/cart/{id}/{sku}", fields={"sku": "{sku}", "n": "1", "both": "{id}-{gtin}"})
    assert cta.form(odd) == ("/cart/%7Bsku%7D/a%2F1%20%26", {"sku": "a/1 &", "n": "1", "both": "{sku}-"})
    assert Cta("add_to_cart", action="/cart").form(SHIRT) == ("/cart", {"product_id": "shirt"})


def test_fields_of_a_form_do_not_change_afterwards() -> None:
    """The mapping that was passed is the caller's own."""
    fields = {"a": "1"}
    cta = Cta("add_to_cart", action="/cart", fields=fields)
    fields["a"] = "2"
    assert cta.fields == {"a": "1"}
