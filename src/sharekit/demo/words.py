"""Values as the demo's pages show them."""

from __future__ import annotations

import re

from sharekit.demo.catalog import Ware
from sharekit.products import Money
from sharekit.rendering.money import format_money

LOCALE = "en"


def money(value: Money) -> str:
    """An amount for people: ``€24.00``."""
    return format_money(value, LOCALE)


def teaser(text: str, longest: int = 160) -> str:
    """The first sentence or two of a text, in at most ``longest`` characters."""
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    ends = [found.end() for found in re.finditer(r"[.!?…](?=\s)", flat[: longest + 1])]
    if ends:
        return flat[: ends[-1]]
    head = flat[: longest - 1]
    return (head[: head.rfind(" ")] if " " in head else head).rstrip(" ,;:–-") + "…"


def before_price(ware: Ware) -> Money | None:
    """The price before a reduction, when there is one."""
    product = ware.product
    if product.sale_price is None or product.price is None:
        return None
    return Money(product.price, product.currency)  # type: ignore[arg-type]
