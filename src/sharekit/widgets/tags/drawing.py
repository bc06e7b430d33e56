"""One tag: its marker with the card, and its line in the list.

Nearly all tags are alike: one product, a link to it. They differ in texts alone, so such a tag is drawn once per form
(sale or not, picture or not, and so on) with marks in place of the texts, and then only filled in. It is the same code
that draws both, so both look the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from sharekit.products import Cta, Disclosure, Product, ProductTag
from sharekit.widgets.pieces import Form, cut, escaped, fill, mark
from sharekit.widgets.tags.honesty import label
from sharekit.widgets.tags.offers import NOT_ONLINE, Place, Shelf, Shown, line, offer, show
from sharekit.widgets.tags.views import Entry, Pin
from sharekit.widgets.tags.words import disclosed

_MAX_FORMS = 512
_TEXTS = 8  # of a form: id, title, price, old price, address, picture, name, heading
_NUMBER, _CARD, _UID, _PLACE, _X, _Y = range(_TEXTS, _TEXTS + 6)


class Drawn(Protocol):
    """A tag that can be put on pictures and into the list."""

    def pin(self, card: str, place: str, x: str, y: str) -> str:
        """The marker and its card.

        Parameters:
            card: id of the card.
            place: classes of its position.
            x, y: the same as fractions.
        """

    def item(self, uid: str) -> str:
        """The line in the list; ``uid`` is its id."""


class Tag:
    """A tag, drawn piece by piece.

    Parameters:
        places, products: where each product stands, and what is written about it.
        number, name: of the tag.
        title: its heading; empty when the product's name is one.
        disclosure: commercial interest behind it.
        full: the list has the buttons too.
        film: address of the video it belongs to.
        start, end: seconds of it.
    """

    __slots__ = (
        "ad", "disclosure", "end", "film", "full", "kind", "name", "number", "places", "plan", "products", "start",
        "title",
    )  # fmt: skip

    def __init__(
        self,
        places: Sequence[Place],
        products: Sequence[Shown],
        number: str,
        name: str,
        title: str,
        disclosure: Disclosure | None,
        *,
        full: bool,
        film: str = "",
        start: float | None = None,
        end: float | None = None,
    ) -> None:
        self.plan = places[0].shelf.plan
        self.places, self.products = places, products
        self.number, self.name, self.title = number, name, title
        self.disclosure = disclosure
        self.ad = "" if disclosure is None else label(self.plan, disclosure)
        self.kind = "" if disclosure is None else disclosure.kind
        self.full, self.film, self.start, self.end = full, film, start, end

    def pin(self, card: str, place: str, x: str, y: str) -> str:
        """As :meth:`Drawn.pin`."""
        plan, number = self.plan, self.number
        price = self.products[0].price if len(self.products) == 1 else ""
        seen = {"number": number, "price": price or number, "plus": "+"}.get(plan.marker, "")
        return plan.pin.render(
            Pin(
                plan.marker,
                plan.direction,
                self.ad,
                self._offers(card, full=True),
                card,
                number,
                self._spoken(price),
                place,
                x,
                y,
                seen,
                self.title,
                self.products[0].product.id,
                self.kind,
                seconds(self.start),
                seconds(self.end),
            )
        )

    def item(self, uid: str) -> str:
        """As :meth:`Drawn.item`."""
        start = self.start
        return self.plan.entry.render(
            Entry(
                self.ad,
                self._offers(uid, full=self.full),
                uid,
                self.number,
                self.title or ("" if start is None else self.name),
                self.products[0].product.id,
                self.kind,
                "" if start is None else f"{self.film.partition('#')[0]}#t={seconds(start)}",
                seconds(start),
                "" if start is None else clock(start),
            )
        )

    def _offers(self, uid: str, *, full: bool) -> str:
        rows = zip(self.places, self.products, strict=True)
        if not full:
            return "".join([line(place, shown) for place, shown in rows])
        name_id = "" if self.title else f"{uid}-n"
        return "".join([offer(place, shown, f"{uid}-q{place.position}", name_id) for place, shown in rows])

    def _spoken(self, price: str) -> str:
        """The accessible name of the marker: number, name, price, whether it can be bought, whether it is an ad."""
        said = [self.number, self.name]
        if price:
            said.append(price)
        if all(shown.product.availability in NOT_ONLINE for shown in self.products):
            said.append(self.plan.words.states[self.products[0].product.availability])
        if self.disclosure is not None:
            said.append(disclosed(self.disclosure, self.plan.locale)[0])
        return ", ".join(said)


class FilledTag(NamedTuple):
    """A tag, filled into a form of its kind.

    Parameters:
        forms: of marker and line.
        texts: its texts, escaped, and its number.
    """

    forms: tuple[Form, Form]
    texts: list[str]

    def pin(self, card: str, place: str, x: str, y: str) -> str:
        """As :meth:`Drawn.pin`."""
        return fill(self.forms[0], [*self.texts, card, "", place, x, y])

    def item(self, uid: str) -> str:
        """As :meth:`Drawn.item`."""
        return fill(self.forms[1], [*self.texts, "", uid])


def draw(
    shelf: Shelf, tag: ProductTag, number: int, disclosure: Disclosure | None, *, full: bool, film: str = ""
) -> Drawn:
    """A tag, ready to be put somewhere.

    Parameters:
        number: of the tag.
        disclosure: commercial interest behind it.
        full: the list has the buttons too.
        film: address of the video it belongs to.
    """
    cta: Cta = tag.cta or shelf.cta
    product = tag.product
    if isinstance(product, Product):
        title = tag.label if tag.label is not None and tag.label != product.title else ""
        shown = show(shelf, product, number, 1, disclosure)
        if cta.kind == "link" and cta.alternative is None and not film and shelf.plan.fills:
            return _filled(shelf, cta, shown, tag.label or product.title, title, number, disclosure, full)
        places, products = [Place(shelf, cta, disclosure, number)], [shown]
    else:
        title = tag.name
        places = [Place(shelf, cta, disclosure, number, place, True) for place in range(1, len(product) + 1)]
        products = [show(shelf, one, number, place, disclosure) for place, one in enumerate(product, 1)]
    start, end = (tag.start, tag.end) if film else (None, None)
    return Tag(places, products, str(number), tag.name, title, disclosure, full=full, film=film, start=start, end=end)


def _filled(
    shelf: Shelf,
    cta: Cta,
    shown: Shown,
    name: str,
    title: str,
    number: int,
    disclosure: Disclosure | None,
    full: bool,
) -> FilledTag:
    product, price, was, url, rel, image = shown
    plan = shelf.plan
    key = (cta.text, product.availability, disclosure, rel, full, not price, not was, not image, not title)
    forms = plan.forms.get(key)
    if forms is None:
        if len(plan.forms) >= _MAX_FORMS:
            plan.forms.clear()
        forms = plan.forms[key] = _make_forms(shelf, cta, shown, bool(title), disclosure, full)
    texts = escaped((product.id, product.title, price, was, url, image, name, title))
    texts.append(str(number))
    return FilledTag(forms, texts)


def _make_forms(
    shelf: Shelf, cta: Cta, shown: Shown, titled: bool, disclosure: Disclosure | None, full: bool
) -> tuple[Form, Form]:
    product, price, was, _, rel, image = shown
    stand_in: Any = _StandIn(mark(0), mark(1), product.availability)
    marked = Shown(stand_in, mark(2) if price else "", mark(3) if was else "", mark(4), rel, mark(5) if image else "")
    drawn = Tag(
        [Place(shelf, cta, disclosure, 0)],
        [marked],
        mark(_NUMBER),
        mark(6),
        mark(7) if titled else "",
        disclosure,
        full=full,
    )
    pin = drawn.pin(mark(_CARD), mark(_PLACE), mark(_X), mark(_Y))
    return cut(pin), cut(drawn.item(mark(_UID)))


class _StandIn(NamedTuple):
    """What a product is asked for where its button is a link."""

    id: str
    title: str
    availability: str
    description: str = ""


def fraction(value: float) -> str:
    """``.375`` for 0.375."""
    return f"{value:.4f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def seconds(value: float | None) -> str:
    """``12.5``; nothing for ``None``."""
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def clock(value: float) -> str:
    """``0:12``, ``1:02:03``: a moment of a video for people."""
    minutes, rest = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
