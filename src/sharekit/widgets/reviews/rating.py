"""Stars of a product: ``rating(product)``, and of many in one query: ``ratings(products)``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.rendering.figures import number_for_people
from sharekit.reviews.summary import Summary
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.frame import Frame, container, frame_for, product_of
from sharekit.widgets.reviews.reading import ANCHOR
from sharekit.widgets.reviews.stars import reviews_named, stars


def rating(
    context: WidgetContext,
    product: Product,
    *,
    link: bool | str = False,
    count: bool = True,
    summary: Summary | None = None,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """The product's stars, with the number beside them; nothing while it has no reviews.

    Parameters:
        product: the product.
        link: lead to its reviews: ``True`` for those on the same page, or an address (``product.url + "#sk-reviews"``).
        count: say how many reviews there are.
        summary: its numbers, where they were read already.
        locale, mount, theme, style, attrs: as in :func:`sharekit.widgets.reviews.reviews`.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used.
    """
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style)
    product_of(product)
    known = frame.parts.store.summary(product.id) if summary is None else summary
    return _drawn(frame, product, known, link=link, count=count, attrs=attrs)


def ratings(
    context: WidgetContext,
    products: Iterable[Product],
    *,
    link: bool = False,
    count: bool = True,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
) -> dict[str, Markup]:
    """The stars of many products in one query, by product id; empty text for those without reviews.

    Parameters:
        products: what a list shows.
        link: lead to the reviews on each product's own page.
        count, locale, mount, theme, style: as in :func:`rating`.
    """
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style)
    if isinstance(products, Product) or not isinstance(products, Iterable):
        raise InvalidValueError("products", f"pass a list of Products, not {type(products).__name__}.")
    given = [product_of(product) for product in products]
    known = frame.parts.store.summaries([product.id for product in given]) if given else {}
    return {
        product.id: _drawn(
            frame,
            product,
            known[product.id],
            link=frame.address(f"{product.url.partition('#')[0]}#{ANCHOR}", "link") if link else False,
            count=count,
            attrs=None,
        )
        for product in given
    }


def _drawn(
    frame: Frame, product: Product, summary: Summary, *, link: bool | str, count: bool, attrs: Mapping[str, Any] | None
) -> Markup:
    extra_class, more = container(attrs)
    mean = summary.mean
    if mean is None:
        return Markup("")
    return frame.draw(
        "rating",
        stars=stars(mean, frame.locale),
        value=number_for_people(mean, frame.locale),
        count=reviews_named(summary.count, frame.locale) if count else "",
        link=f"#{ANCHOR}" if link is True else frame.address(link, "link") if link else "",
        product=product.id,
        extra_class=extra_class,
        attributes=more,
    )
