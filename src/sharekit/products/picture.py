"""A picture: where it is, how large, what it shows, whose it is, and the products tagged in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharekit.checks import check_text, check_url
from sharekit.exceptions import InvalidValueError
from sharekit.products.crop import Crop, Ratio, Source, cover, read_ratio
from sharekit.products.rights import Disclosure, Rights
from sharekit.products.values import (
    check_flag,
    check_fraction,
    check_id,
    check_items,
    check_line,
    check_link,
    check_optional,
    check_pixels,
    check_srcset,
    path_of,
)

if TYPE_CHECKING:
    from sharekit.products.lint import Problem
    from sharekit.products.product import Product
    from sharekit.products.tags import ProductTag

MAX_TAGS = 100
MAX_SOURCES = 20
CENTRE = (0.5, 0.5)

Products = Mapping[str, "Product"] | Callable[[str], "Product | None"]
"""Where products are looked up by id: a mapping, or a function that gives ``None`` for an unknown one."""


@dataclass(frozen=True, slots=True, init=False)
class Picture:
    """A picture of the shop's, or of a customer's.

    Parameters:
        src: address, absolute or relative to the kit's ``base_url``.
        width, height: pixels; previews and layout need them, and tags cannot be without.
        alt: what the picture shows, for people who cannot see it; ``""`` for pure decoration, which nothing is that
            has tags.
        id: key under which it is counted; the path of ``src`` when left out (its last 128 characters).
        tags: the products in it, in the order of their numbers.
        srcset, sizes: further sizes of the same picture, as HTML has them.
        sources: other cuts of it for some windows.
        focal: the point, in fractions, that stays in view when the picture is cropped.
        credit: who made it, as text.
        rights: the right to show it; without it (or when it has ended) a customer's picture is not shown.
        customer: a customer made it.
        disclosure: commercial interest behind the whole picture.
        licence: address of the licence it is under.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it, tags and sources by their number from 1.
    """

    src: str
    width: int | None
    height: int | None
    alt: str
    id: str
    tags: tuple[ProductTag, ...]
    srcset: str
    sizes: str
    sources: tuple[Source, ...]
    focal: tuple[float, float]
    credit: str
    rights: Rights | None
    customer: bool
    disclosure: Disclosure | None
    licence: str

    def __init__(
        self,
        src: str,
        width: int | None = None,
        height: int | None = None,
        alt: str | None = None,
        *,
        id: str = "",  # noqa: A002 (the field's own word)
        tags: Iterable[ProductTag] = (),
        srcset: str = "",
        sizes: str = "",
        sources: Iterable[Source] = (),
        focal: tuple[float, float] = CENTRE,
        credit: str = "",
        rights: Rights | None = None,
        customer: bool = False,
        disclosure: Disclosure | None = None,
        licence: str = "",
    ) -> None:
        set_field = object.__setattr__
        set_field(self, "src", check_url(src, "Picture.src"))
        set_field(self, "width", None if width is None else check_pixels(width, "Picture.width"))
        set_field(self, "height", None if height is None else check_pixels(height, "Picture.height"))
        set_field(self, "alt", "" if alt is None else check_text(alt, "Picture.alt"))
        set_field(self, "id", check_id(id, "Picture.id", default=path_of(src)))
        set_field(self, "tags", () if tags == () else _tags(tags))
        set_field(self, "srcset", check_srcset(srcset, "Picture.srcset"))
        set_field(self, "sizes", check_line(sizes, "Picture.sizes", longest=1_000))
        set_field(self, "sources", () if sources == () else _sources(sources))
        set_field(self, "focal", CENTRE if focal is CENTRE else _focal(focal))
        set_field(self, "credit", check_line(credit, "Picture.credit"))
        set_field(self, "rights", check_optional(rights, Rights, "Picture.rights"))
        set_field(self, "customer", check_flag(customer, "Picture.customer"))
        set_field(self, "disclosure", check_optional(disclosure, Disclosure, "Picture.disclosure"))
        set_field(self, "licence", check_link(licence, "Picture.licence"))
        if self.tags:
            self._check_tagged()

    def _check_tagged(self) -> None:
        for name in ("width", "height"):
            if getattr(self, name) is None:
                raise InvalidValueError(
                    f"Picture.{name}",
                    "is missing; a picture with tags needs its size in pixels, or the page shifts when it loads. "
                    "Picture.from_file reads it.",
                )
        if not self.alt.strip():
            raise InvalidValueError(
                "Picture.alt", "is missing; say what the picture shows, for people who cannot see it."
            )

    @property
    def ratio(self) -> float | None:
        """Width divided by height; ``None`` when the size is not known."""
        return self.width / self.height if self.width is not None and self.height is not None else None

    @property
    def products(self) -> tuple[Product, ...]:
        """Its tagged products, each once, in the order of the tags."""
        return tuple({product.id: product for tag in self.tags for product in tag.products}.values())

    @property
    def credit_line(self) -> str:
        """Who made it: the credit, else who granted the right to show it."""
        return self.credit or (self.rights.by if self.rights is not None else "")

    def refusal(self, at: datetime | None = None) -> str:
        """Why the picture may not be shown at a moment (now); empty when it may."""
        if self.rights is None:
            return "a customer's picture needs rights" if self.customer else ""
        problem = self.rights.problem(at)
        return f"the right to show it {problem}" if problem else ""

    def allowed(self, at: datetime | None = None) -> bool:
        """Whether the picture may be shown at a moment (now)."""
        return not self.refusal(at)

    def crop_to(self, ratio: Ratio) -> Crop:
        """What a box of another shape shows of the picture, as ``object-fit: cover`` at the focal point does.

        Parameters:
            ratio: width to height of the box: ``"4:5"``, ``0.8`` or ``(4, 5)``.

        Raises:
            InvalidValueError: it is no ratio, or the picture's size is not known.
        """
        box = read_ratio(ratio)
        if self.ratio is None:
            raise InvalidValueError("Picture.width", "is missing; a crop needs the size of the picture.")
        return cover(self.ratio, box, self.focal)

    def lint(self, at: datetime | None = None) -> list[Problem]:
        """What is wrong with the picture and its tags, worst first; empty when nothing is."""
        from sharekit.products.lint import lint_picture

        return lint_picture(self, at)

    @classmethod
    def from_file(cls, path: str | Path, *, src: str, alt: str | None = None, **fields: Any) -> Picture:
        """A picture whose size is read from the head of its file, as browsers turn it (extra ``pictures``).

        Parameters:
            path: the file: JPEG, PNG, WebP, AVIF or GIF.
            src: the address it is served at.
            fields: further parameters of :class:`Picture`.

        Raises:
            InvalidValueError: the file cannot be read, is no picture, or has more than 40 megapixels.
            MissingExtraError: Pillow is not installed.
        """
        from sharekit.products.files import picture_size

        width, height = picture_size(Path(path))
        return cls(src, width, height, alt, **fields)

    def to_dict(self, *, products: bool = False) -> dict[str, Any]:
        """The picture as JSON has it, without what is left at its default; tags name their products by id.

        Parameters:
            products: put the products themselves in too, so that :meth:`from_dict` needs nothing else.
        """
        from sharekit.products.dicts import picture_to_dict

        return picture_to_dict(self, products=products)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], products: Products | None = None) -> Picture:
        """The picture of :meth:`to_dict`.

        Parameters:
            data: what a JSON file holds.
            products: mapping of id to product, or a function; before those in the data itself.

        Raises:
            InvalidValueError: something in it cannot be used; ``error.field`` says where: ``Picture.tags[3].x``.
        """
        from sharekit.products.reading import picture_from_dict

        return picture_from_dict(data, products)

    def to_annotations(self) -> list[dict[str, Any]]:
        """The tags as W3C Web Annotations, one each (https://www.w3.org/TR/annotation-model/)."""
        from sharekit.products.annotations import to_annotations

        return to_annotations(self)

    @classmethod
    def from_annotations(
        cls, annotations: object, products: Products, *, src: str = "", alt: str | None = None, **fields: Any
    ) -> Picture:
        """A picture with the tags of annotations; see :func:`sharekit.products.annotations.from_annotations`."""
        from sharekit.products.annotations import from_annotations

        return from_annotations(annotations, products, src=src, alt=alt, **fields)

    def to_instagram(self, product_ids: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The tags as the ``product_tags`` of Instagram's API; see :func:`sharekit.products.instagram.to_instagram`."""
        from sharekit.products.instagram import to_instagram

        return to_instagram(self, product_ids)

    @classmethod
    def from_instagram(
        cls, product_tags: object, products: Products, *, src: str, alt: str | None = None, **fields: Any
    ) -> Picture:
        """A picture with tags of Instagram's API; see :func:`sharekit.products.instagram.from_instagram`."""
        from sharekit.products.instagram import from_instagram

        return from_instagram(product_tags, products, src=src, alt=alt, **fields)


def _tags(value: object) -> tuple[ProductTag, ...]:
    from sharekit.products.tags import ProductTag  # a tag has products, a product has pictures

    return check_items(value, ProductTag, "Picture.tags", most=MAX_TAGS, what="tags")


def _sources(value: object) -> tuple[Source, ...]:
    return check_items(value, Source, "Picture.sources", most=MAX_SOURCES, what="sources")


def _focal(value: object) -> tuple[float, float]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise InvalidValueError("Picture.focal", "pass two fractions, such as (0.5, 0.3).")
    return check_fraction(value[0], "Picture.focal[1]"), check_fraction(value[1], "Picture.focal[2]")
