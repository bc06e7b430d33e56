"""The tags of one picture or video: markers with their cards, and the list that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sharekit.products import Cta, Disclosure, ProductTag
from sharekit.widgets.tags.cuts import STEPS, Cut, place_classes, ratio_classes
from sharekit.widgets.tags.honesty import interest, label
from sharekit.widgets.tags.offers import NOT_ONLINE, Place, Shelf, line, offer, prices_of
from sharekit.widgets.tags.views import Entry, Pin, Pins
from sharekit.widgets.tags.words import disclosed


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of one picture, drawn.

    Parameters:
        pins: markers and cards, for every cut.
        items: of the list.
        disclosures: of the tags, in their order.
    """

    pins: str
    items: str
    disclosures: tuple[Disclosure | None, ...]


def draw_tags(
    shelf: Shelf,
    tags: Sequence[ProductTag],
    cuts: Sequence[Cut],
    around: Disclosure | None,
    uid: str,
    *,
    film: str = "",
) -> Tagged:
    """Draw the tags.

    Parameters:
        cuts: what may be seen of the picture, the one without conditions last.
        around: commercial interest behind the whole picture.
        uid: beginning of every id.
        film: address of the video they belong to.
    """
    plan = shelf.plan
    markers: list[list[str]] = [[] for _ in cuts]
    items: list[str] = []
    disclosures: list[Disclosure | None] = []
    everything = plan.list == "rail" or bool(film)
    last = len(cuts) - 1
    for number, tag in enumerate(tags, 1):
        disclosure = interest(plan, tag, around, shelf.picture)
        disclosures.append(disclosure)
        drawn = _Drawn(shelf, tag, number, disclosure)
        for place, cut in enumerate(cuts):
            point = (tag.x, tag.y) if not cut.crops else cut.place(tag)
            if point is None:
                drawn.hidden_somewhere = True
            else:
                card = f"{uid}-{number}" if place == last else f"{uid}-{number}-{place}"
                markers[place].append(drawn.pin(card, point, timed=bool(film)))
        items.append(drawn.item(f"{uid}-i{number}", everything, film))
    pins = [
        plan.pins.render(Pins(bool(film), "".join(drawn_markers), cut.windows, ratio_classes(cut.ratio)))
        for cut, drawn_markers in zip(cuts, markers, strict=True)
        if drawn_markers
    ]
    return Tagged("".join(pins), "".join(items), tuple(disclosures))


class _Drawn:
    """What marker and list have in common, for one tag."""

    __slots__ = (
        "ad", "disclosure", "hidden_somewhere", "kind", "links", "name", "number", "places", "prices", "products",
        "shelf", "tag", "title",
    )  # fmt: skip

    def __init__(self, shelf: Shelf, tag: ProductTag, number: int, disclosure: Disclosure | None) -> None:
        plan = shelf.plan
        cta: Cta = tag.cta or shelf.cta
        self.shelf, self.tag, self.disclosure = shelf, tag, disclosure
        self.number = str(number)
        self.products = products = tag.products
        several = len(products) > 1
        self.name = tag.label or (tag.name if several else products[0].title)
        self.title = self.name if several or self.name != products[0].title else ""
        self.places = [
            Place(shelf, cta, disclosure, number, position, several) for position in range(1, len(products) + 1)
        ]
        self.prices = [prices_of(plan, product) for product in products]
        self.links = [shelf.link(product, number, position, disclosure) for position, product in enumerate(products, 1)]
        self.ad = label(plan, disclosure) if disclosure is not None else ""
        self.kind = disclosure.kind if disclosure is not None else ""
        self.hidden_somewhere = False

    def pin(self, card: str, point: tuple[float, float], *, timed: bool) -> str:
        """The marker and its card."""
        plan, number, products = self.shelf.plan, self.number, self.products
        x, y = point
        price = self.prices[0][0] if len(products) == 1 else ""
        marker = plan.marker
        mark = number if marker == "number" else (price or number) if marker == "price" else ""
        return plan.pin.render(
            Pin(
                marker,
                plan.direction,
                self.ad,
                self._offers(card, full=True),
                card,
                number,
                self._spoken(price),
                place_classes(round(x * STEPS), round(y * STEPS)),
                fraction(x),
                fraction(y),
                mark,
                self.title,
                products[0].id,
                self.kind,
                seconds(self.tag.start) if timed else "",
                seconds(self.tag.end) if timed else "",
            )
        )

    def item(self, uid: str, everything: bool, film: str) -> str:
        """The tag in the list.

        Parameters:
            everything: with the buttons; always so for a tag that is not in the picture everywhere.
            film: address of the video.
        """
        start = self.tag.start if film else None
        return self.shelf.plan.entry.render(
            Entry(
                self.ad,
                self._offers(uid, full=everything or self.hidden_somewhere),
                uid,
                self.number,
                self.title or ("" if start is None else self.name),
                self.products[0].id,
                self.kind,
                "" if start is None else f"{film.partition('#')[0]}#t={seconds(start)}",
                seconds(start),
                "" if start is None else clock(start),
            )
        )

    def _offers(self, uid: str, *, full: bool) -> str:
        rows = zip(self.places, self.products, self.prices, self.links, strict=True)
        if not full:
            return "".join([line(place, product, prices, link) for place, product, prices, link in rows])
        name_id = "" if self.title else f"{uid}-n"
        return "".join(
            [
                offer(place, product, prices, link, f"{uid}-q{place.position}", name_id)
                for place, product, prices, link in rows
            ]
        )

    def _spoken(self, price: str) -> str:
        """The accessible name of the marker: number, name, price, whether it can be bought, whether it is an ad."""
        plan = self.shelf.plan
        said = [self.number, self.name]
        if price:
            said.append(price)
        if all(product.availability in NOT_ONLINE for product in self.products):
            said.append(plan.words.states[self.products[0].availability])
        if self.disclosure is not None:
            said.append(disclosed(self.disclosure, plan.locale)[0])
        return ", ".join(said)


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
