"""The numbers of product tags: how often a tagged picture was seen, and what people did with each tag in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sharekit.reports.figures import rate, rounded

WHOLE = 0
"""Number that stands for the picture as a whole, such as "add the whole look"."""

_ACTIONS = {"tag_open": "opens", "product_click": "clicks", "add_to_cart": "carts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFigures:
    """Counts of what happened to tags, without what bots did, and the rates made of them.

    Rates are per impression of the picture, so that the tags of one picture can be compared; ``None`` where it was
    never seen. ``docs/reports.md`` defines every number.

    Parameters:
        impressions: how often the picture was seen (half visible for a second).
        opens: cards that were opened.
        clicks: links to products that were followed, from a card or from the list below the picture.
        carts: products that were put into the cart from it.
    """

    impressions: int = 0
    opens: int = 0
    clicks: int = 0
    carts: int = 0

    @property
    def open_rate(self) -> float | None:
        """Opened cards per impression."""
        return rate(self.opens, self.impressions)

    @property
    def click_through_rate(self) -> float | None:
        """Product clicks per impression."""
        return rate(self.clicks, self.impressions)

    @property
    def cart_rate(self) -> float | None:
        """Products put into the cart per impression."""
        return rate(self.carts, self.impressions)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as JSON values; rates as fractions, rounded to six places."""
        return {
            "impressions": self.impressions,
            "opens": self.opens,
            "clicks": self.clicks,
            "carts": self.carts,
            "open_rate": rounded(self.open_rate),
            "click_through_rate": rounded(self.click_through_rate),
            "cart_rate": rounded(self.cart_rate),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow(TagFigures):
    """One tag of a picture, look or video.

    Parameters:
        picture: id of the picture.
        tag: the number it carries in the picture; :data:`WHOLE` for what concerns no single tag.
        products: ids of the products that events of the tag named, the most frequent first. Empty as long as nobody
            did anything with it.
    """

    picture: str
    tag: int
    products: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Picture and number: ``"shelf#2"``."""
        return f"{self.picture}#{self.tag}"

    @property
    def label(self) -> str:
        """The key in words."""
        return self.key if self.tag else f"{self.picture} (as a whole)"

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON values, what it is about first."""
        about = {"key": self.key, "label": self.label, "picture": self.picture, "tag": self.tag}
        return about | {"products": list(self.products)} | TagFigures.as_dict(self)


def tag_rows(found: Iterable[tuple[Any, ...]]) -> list[TagRow]:
    """Rows of tags, from the answer of ``sql/tags.sql``.

    Pictures with most interactions come first, their tags in order of number, what concerns no single tag last. A tag
    that nobody touched has a row, too, as soon as its picture was seen.
    """
    pictures: dict[str, _Seen] = defaultdict(_Seen)
    for picture, tag, product, name, count, tags in found:
        pictures[picture].add(name, int(tag), product, round(count), int(tags))
    ranked = sorted(pictures.items(), key=lambda pair: (-pair[1].interactions, -pair[1].impressions, pair[0]))
    return [row for picture, seen in ranked for row in seen.rows(picture)]


def tag_totals(rows: Sequence[TagRow]) -> TagFigures:
    """All rows in one. The impressions of a picture count once, however many tags it has."""
    return TagFigures(
        impressions=sum({row.picture: row.impressions for row in rows}.values()),
        opens=sum(row.opens for row in rows),
        clicks=sum(row.clicks for row in rows),
        carts=sum(row.carts for row in rows),
    )


@dataclass(slots=True)
class _Seen:
    """A picture while it is being added up."""

    impressions: int = 0
    interactions: int = 0
    tags: int = 0
    actions: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    products: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, name: str, tag: int, product: str, count: int, tags: int) -> None:
        if name == "impression":
            self.impressions += count
            self.tags = max(self.tags, tags)
            return
        self.interactions += count
        self.actions[tag][_ACTIONS[name]] += count
        if product:
            self.products[tag][product] += count

    def rows(self, picture: str) -> Iterable[TagRow]:
        numbers = {*range(1, self.tags + 1), *self.actions} or {WHOLE}
        for tag in sorted(numbers, key=lambda number: (number == WHOLE, number)):
            products = sorted(self.products[tag].items(), key=lambda pair: (-pair[1], pair[0]))
            yield TagRow(
                picture=picture,
                tag=tag,
                products=tuple(product for product, _ in products),
                impressions=self.impressions,
                **self.actions[tag],
            )
