"""Basket and checkout. An order is recorded as a purchase by the shop's own code, as a real shop would do it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from sharekit.demo.catalog import Ware
from sharekit.demo.pages_shop import the_shop
from sharekit.demo.words import before_price
from sharekit.events.model import Item
from sharekit.exceptions import EventError
from sharekit.integrations.flask import FlaskShareKit, current_kit
from sharekit.products import Money

MOST_LINES = 20
MOST_OF_ONE = 99

orders = Blueprint("orders", __name__)
sharekit = FlaskShareKit()  # holds no app: it speaks to the kit of the app at work


@dataclass(frozen=True, slots=True)
class Line:
    """A ware in the basket, how many of it, and the option chosen."""

    ware: Ware
    count: int
    option: str
    price: Money

    @property
    def key(self) -> str:
        """Name of the line in the basket's form."""
        return f"{self.ware.slug}~{self.option}"

    @property
    def total(self) -> Money:
        """Price times count."""
        return Money(self.price.amount * self.count, self.price.currency)


@orders.app_context_processor
def basket_count() -> dict[str, Any]:
    """The number beside "Basket" on every page."""
    return {"basket_count": _how_many()}


@orders.get("/basket/count")
def count() -> Response:
    """The same number by itself, for a page that stays while a card puts something into the basket."""
    return Response(str(_how_many()), mimetype="text/plain", headers={"Cache-Control": "no-store"})


@orders.get("/basket")
def basket() -> str:
    """What is in the basket, and the button that orders it."""
    lines = list(_lines())
    if lines and "order" not in session:
        session["order"] = f"M-{secrets.token_hex(4).upper()}"
    return render_template(
        "basket.html",
        lines=lines,
        totals=_totals(lines),
        order=session.get("order", ""),
        came_by=session.get("came_by", ""),
    )


@orders.post("/basket")
def add() -> AnyResponse:
    """Put a ware into the basket, or the wares of a whole look."""
    by_slug = the_shop().catalog.by_slug
    slugs = request.form.getlist("ware")[:MOST_LINES] or [""]
    wares = [by_slug.get(slug) or abort(404, "There is no such product here.") for slug in slugs]
    for ware in wares:
        if not ware.buyable:
            abort(409, f"{ware.product.title} can't be ordered at the moment.")
    for ware in wares:
        _put(ware)
    _count_cart(wares)
    _remember_share()
    if request.headers.get("X-Requested-With") == "sharekit":
        return Response(status=204)  # the page stays, and says that it worked
    return redirect(url_for("orders.basket"), 303)


@orders.post("/basket/change")
def change() -> AnyResponse:
    """New counts for lines of the basket; 0 takes a line out."""
    held = dict(session.get("basket", {}))
    for key in list(held):
        if key in request.form:
            held[key] = min(_count(request.form[key], lowest=0), MOST_OF_ONE)
    session["basket"] = {key: count for key, count in held.items() if count}
    _remember_share()
    return redirect(url_for("orders.basket"), 303)


@orders.post("/checkout")
def checkout() -> AnyResponse:
    """Order what is in the basket. Sent twice, the order counts once, because its number was made before."""
    lines = list(_lines())
    number = session.get("order", "")
    if not lines or request.form.get("order") != number:
        return redirect(url_for("orders.basket"), 303)
    _remember_share()
    by_currency: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_currency[line.price.currency].append(line)
    for place, (currency, part) in enumerate(sorted(by_currency.items())):
        _record(f"{number}-{place + 1}" if place else number, currency, part)
    session["thanks"] = {
        "order": number,
        "lines": [[line.ware.slug, line.count, line.option] for line in lines],
    }
    for name in ("basket", "order", "came_by"):
        session.pop(name, None)
    return redirect(url_for("orders.thanks", order=number), 303)


@orders.get("/thanks/<order>")
def thanks(order: str) -> str:
    """The page after an order: a good moment to pass things on."""
    last = session.get("thanks") or {}
    if last.get("order") != order:
        abort(404, "This order was placed in another browser, or long ago.")
    by_slug = the_shop().catalog.by_slug
    lines = [
        line
        for slug, count, option in last.get("lines", [])
        if slug in by_slug and (line := _line(by_slug[slug], int(count), option))
    ]
    return render_template(
        "thanks.html",
        order=order,
        lines=lines,
        totals=_totals(lines),
        review_link=_review_link(order, lines),
        before_price=before_price,
    )


def _review_link(order: str, lines: Sequence[Line]) -> str:
    """Where the buyer may review what is in the order, below the address the page was asked for."""
    if not lines:
        return ""
    once = {line.ware.slug: line for line in lines}.values()
    bought = [
        {"id": product.id, "title": product.title, "url": product.url, "variant": line.option}
        for line in once
        for product in [line.ware.product]
    ]
    return urlsplit(current_kit().review_link(order, bought)).path


def _put(ware: Ware) -> None:
    labels = [option.label for option in ware.options]
    option = request.form.get("option", "")
    key = f"{ware.slug}~{option if option in labels else (labels[0] if labels else '')}"
    held = dict(session.get("basket", {}))
    if key in held or len(held) < MOST_LINES:
        held[key] = min(held.get(key, 0) + _count(request.form.get("count", "1")), MOST_OF_ONE)
        session["basket"] = held


def _count_cart(wares: Sequence[Ware]) -> None:
    """Record what a tagged picture put into the basket. Where the kit's script posts the form, it counts it itself."""
    picture = request.form.get("picture", "")
    if not picture or request.headers.get("X-Requested-With") == "sharekit":
        return
    whole = len(wares) > 1  # a look as a whole counts once, for no tag of its own
    with suppress(EventError):  # a form that was tampered with; the basket is right all the same
        sharekit.record(
            "add_to_cart",
            product_id="" if whole else wares[0].product.id,
            widget="tags",
            props={"picture": picture} | ({} if whole else {"tag": request.form.get("tag", "")}),
        )


def _record(order: str, currency: str, lines: list[Line]) -> None:
    value = sum((line.total.amount for line in lines), Decimal(0))
    items = [Item(product_id=line.ware.product.id, quantity=line.count, price=line.price) for line in lines]
    share = session.get("came_by", "")
    try:
        sharekit.record_purchase(order_id=order, value=value, currency=currency, items=items, share_id=share)
    except EventError:  # the form carried something that is no share id; the order is an order all the same
        sharekit.record_purchase(order_id=order, value=value, currency=currency, items=items)


def _how_many() -> int:
    return sum(line.count for line in _lines())


def _lines() -> Iterator[Line]:
    by_slug = the_shop().catalog.by_slug
    for key, count in session.get("basket", {}).items():
        slug, _, option = key.partition("~")
        ware = by_slug.get(slug)
        line = _line(ware, count, option) if ware else None
        if line:
            yield line


def _line(ware: Ware, count: int, option: str) -> Line | None:
    chosen = next((one for one in ware.options if one.label == option), None)
    price = chosen.price if chosen and chosen.price else ware.product.money
    return Line(ware, count, option, price) if price else None


def _totals(lines: list[Line]) -> list[Money]:
    """One sum for each currency; sums never cross currencies."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.price.currency] += line.total.amount
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]


def _remember_share() -> None:
    """The share the buyer came by: the script fills the form's field, without script the page's address does."""
    share = request.form.get("share_id", "")[:64]
    if share:
        session["came_by"] = share


def _count(text: str, lowest: int = 1) -> int:
    return max(int(text[:4]), lowest) if text.isascii() and text.isdecimal() else 1
