"""Products to tag, and a picture to tag them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Picture, Product


@pytest.fixture
def shirt() -> Product:
    """A product with a price."""
    return Product(id="shirt", title="Linen shirt", url="/p/shirt", price="49.00", currency="EUR")


@pytest.fixture
def cap() -> Product:
    """Another one."""
    return Product(id="cap", title="Wool cap", url="/p/cap", price="19.00", currency="EUR")


@pytest.fixture
def products(shirt: Product, cap: Product) -> dict[str, Product]:
    """Both, by id."""
    return {"shirt": shirt, "cap": cap}


@pytest.fixture
def make_picture() -> Callable[..., Picture]:
    """A function that makes a picture of 1200 by 800 pixels, in which nothing is wrong."""

    def make(**fields: Any) -> Picture:
        given = {"src": "/looks/beach.jpg", "width": 1200, "height": 800, "alt": "A man at the beach"} | fields
        return Picture(**given)

    return make
