"""A look: pictures that belong together, and the products in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sharekit.exceptions import InvalidValueError
from sharekit.products.picture import Picture, Products
from sharekit.products.product import Product
from sharekit.products.rights import Disclosure
from sharekit.products.values import check_id, check_items, check_line, check_link, check_optional, path_of

if TYPE_CHECKING:
    from sharekit.products.lint import Problem

MAX_PICTURES = 100


@dataclass(frozen=True, slots=True, init=False)
class Look:
    """An outfit, a room, a recipe: one or several pictures under one title.

    Parameters:
        title: its name, as text.
        pictures: its pictures, with their tags; each only once.
        id: key under which it is counted; the path of ``url`` when left out, else the title.
        url: address of its page.
        disclosure: commercial interest behind all of it.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it.
    """

    title: str
    pictures: tuple[Picture, ...]
    id: str
    url: str
    disclosure: Disclosure | None

    def __init__(
        self,
        title: str,
        pictures: Iterable[Picture],
        *,
        id: str = "",  # noqa: A002 (the field's own word)
        url: str = "",
        disclosure: Disclosure | None = None,
    ) -> None:
        set_field = object.__setattr__
        if not check_line(title, "Look.title").strip():
            raise InvalidValueError("Look.title", "is empty; screen readers and headings need one.")
        set_field(self, "title", title)
        set_field(self, "pictures", _pictures(pictures))
        set_field(self, "url", check_link(url, "Look.url"))
        set_field(self, "id", check_id(id, "Look.id", default=path_of(url) if url else title))
        set_field(self, "disclosure", check_optional(disclosure, Disclosure, "Look.disclosure"))

    @property
    def products(self) -> tuple[Product, ...]:
        """The products tagged in its pictures, each once, in the order of pictures and tags."""
        return tuple({one.id: one for picture in self.pictures for one in picture.products}.values())

    def lint(self, at: datetime | None = None) -> list[Problem]:
        """What is wrong with the look, its pictures and tags, worst first; empty when nothing is."""
        from sharekit.products.lint import lint_look

        return lint_look(self, at)

    def to_dict(self, *, products: bool = False) -> dict[str, Any]:
        """The look as JSON has it; see :meth:`Picture.to_dict`."""
        from sharekit.products.dicts import look_to_dict

        return look_to_dict(self, products=products)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], products: Products | None = None) -> Look:
        """The look of :meth:`to_dict`; see :meth:`Picture.from_dict`."""
        from sharekit.products.reading import look_from_dict

        return look_from_dict(data, products)


def _pictures(value: object) -> tuple[Picture, ...]:
    pictures = check_items(value, Picture, "Look.pictures", most=MAX_PICTURES, what="pictures")
    if not pictures:
        raise InvalidValueError("Look.pictures", "is empty; pass at least one Picture.")
    seen: set[str] = set()
    for number, picture in enumerate(pictures, 1):
        if picture.id in seen:
            raise InvalidValueError(
                f"Look.pictures[{number}].id", "is that of another picture of the look; give each an id of its own."
            )
        seen.add(picture.id)
    return pictures
