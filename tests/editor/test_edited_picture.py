"""Posts of the editor, as an admin page's own handler reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Product
from sharekit.widgets.editor import edited_picture

MUG = Product(id="mug", title="Stoneware mug", url="/p/mug", price="19.90", currency="EUR")


def test_a_picture_to_be_kept(tagged: dict[str, Any]) -> None:
    """The field says what is wanted; the answer is ready for the editor."""
    edited = edited_picture({"picture": json.dumps(tagged), "csrf_token": "x"})
    assert edited.saving
    assert edited.picture is not None
    assert edited.picture.tags[0].products == (MUG,)
    assert edited.answer(where="the shop") == {"saved": True, "problems": [], "where": "the shop"}


def test_a_picture_to_be_looked_at(tagged: dict[str, Any]) -> None:
    """It is read and judged, and not to be kept; a handler that knows only the other field cannot keep it either."""
    tagged["tags"].append(tagged["tags"][0] | {"x": 0.38})
    edited = edited_picture({"check": json.dumps(tagged)})
    assert not edited.saving
    assert edited.status == 200
    assert any("2" in problem["where"] for problem in edited.answer()["problems"])


@pytest.mark.parametrize("products", [[MUG], {"mug": MUG}, lambda key: MUG if key == "mug" else None])
def test_the_shops_products_come_first(tagged: dict[str, Any], products: Any) -> None:
    """Whoever posts cannot change the price of a product that the shop knows."""
    tagged["products"][0]["price"] = "0.01"
    edited = edited_picture({"picture": json.dumps(tagged)}, products)
    assert edited.picture is not None
    assert str(edited.picture.products[0].price) == "19.90"


def test_an_error_names_the_tag(tagged: dict[str, Any]) -> None:
    """The editor leads to it by the number; in words the way to the field is left out."""
    tagged["tags"].append({"product": "mug", "x": 1.5, "y": 0})
    edited = edited_picture({"picture": json.dumps(tagged)})
    assert (edited.saving, edited.picture, edited.status) == (False, None, 422)
    error = edited.answer()["error"]
    assert error["where"] == "Picture.tags[2].x"
    assert error["problem"].startswith("x 1.5 is outside 0 to 1")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["src", "alt", "width", "height", "tags", "product", "x", "y"]), inner)
        ),
        max_leaves=12,
    )
)
def test_nothing_posted_raises(data: Any) -> None:
    """Whatever JSON holds, there is a picture or a reason."""
    edited = edited_picture({"picture": json.dumps(data)})
    assert (edited.picture is None) == (edited.error is not None)
