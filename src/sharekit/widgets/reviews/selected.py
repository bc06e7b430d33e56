"""Some reviews as an ornament: ``review_carousel(...)`` and ``testimonials(...)``, which always say that they are some.

Whoever shows chosen reviews without saying so misrepresents what all of them say (16 CFR 465.7(b); CAP Code 3.46). So
the words "Selected reviews", with a link to all of them, belong to these blocks, and no option takes them away.
"""

# ruff: noqa: PT028 - "testimonials" begins like a test, and is none

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.rendering.figures import number_for_people
from sharekit.reviews.model import Review
from sharekit.reviews.store import Query
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.frame import Frame, choose, container, frame_for, product_of, unique, whole_number
from sharekit.widgets.reviews.items import shown
from sharekit.widgets.reviews.reading import ANCHOR

LAYOUTS = ("carousel", "grid")
MAX_SELECTED = 50
MAX_PRODUCTS = 24


def review_carousel(
    context: WidgetContext,
    products: Product | Sequence[Product] | None = None,
    *,
    stars: int = 1,
    photos: bool = False,
    verified: bool = False,
    limit: int = 12,
    all_url: str = "",
    title: str | None = None,
    layout: str = "carousel",
    heading_level: int = 2,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """The newest reviews side by side, in a list that scrolls and snaps; nothing when there are none. Nothing moves by
    itself. It always says "Selected reviews" and how many there are, with a link to all.

    Parameters:
        products: one product, several (at most 24), or ``None`` for the whole shop.
        stars: only reviews with so many stars or more, 1 to 5.
        photos, verified: only reviews with photos, with an order behind them.
        limit: how many, 1 to 50.
        all_url: where all reviews are; of one product it is its page when left out.
        title: heading; none when left out.
        layout: ``"carousel"`` or ``"grid"``.
        heading_level, locale, mount, theme, style, attrs: as in :func:`sharekit.widgets.reviews.reviews`.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used; for several products, ``all_url`` is missing.
    """
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    whole_number("stars", stars, 5)
    whole_number("limit", limit, MAX_SELECTED)
    given = _products(products)
    if given is not None and len(given) == 1 and not all_url:
        all_url = f"{given[0].url.partition('#')[0]}#{ANCHOR}"
    if given is None:
        chosen = frame.parts.store.recent(stars=stars, photos=photos, verified=verified, limit=limit)
    else:
        chosen = _of_products(frame, given, stars=stars, photos=photos, verified=verified, limit=limit)
    titles = {product.id: product.title for product in given or ()}
    return _draw(
        frame,
        chosen,
        titles,
        _total(frame, given),
        all_url=all_url,
        title=title,
        layout=layout,
        widget="review_carousel",
        attrs=attrs,
    )


def testimonials(
    context: WidgetContext,
    reviews: Iterable[str | Review] | None = None,
    *,
    all_url: str,
    stars: int = 1,
    limit: int = 6,
    title: str | None = None,
    layout: str = "grid",
    heading_level: int = 2,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """What customers say about the shop's products: picked reviews, or the newest ones with so many stars.

    It emits no structured data: a shop's rating of itself is not eligible at Google, and chosen reviews are no rating.
    It always says "Selected reviews" and how many there are, with a link to all.

    Parameters:
        reviews: ids of the reviews, in order; the newest when left out. Those that are not published are left out.
        all_url: page with all reviews.
        stars, limit, title, layout, heading_level, locale, mount, theme, style, attrs: as in :func:`review_carousel`.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used.
    """
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    whole_number("stars", stars, 5)
    whole_number("limit", limit, MAX_SELECTED)
    store = frame.parts.store
    if reviews is None:
        chosen = store.recent(stars=stars, limit=limit)
    elif isinstance(reviews, str | Review):
        raise InvalidValueError("reviews", "pass a list of ids of reviews.")
    else:
        ids = [review.id if isinstance(review, Review) else review for review in reviews]
        found = (store.get(review_id) for review_id in ids[:MAX_SELECTED])
        chosen = [review for review in found if review is not None and review.status == "published"]
        chosen = [review for review in chosen if review.rating >= stars][:limit]
    return _draw(
        frame,
        chosen,
        {},
        _total(frame, None),
        all_url=all_url,
        title=title,
        layout=layout,
        widget="testimonials",
        attrs=attrs,
    )


def _draw(
    frame: Frame,
    chosen: Sequence[Review],
    titles: Mapping[str, str],
    total: int,
    *,
    all_url: str,
    title: str | None,
    layout: str,
    widget: str,
    attrs: Mapping[str, Any] | None,
) -> Markup:
    choose("layout", layout, LAYOUTS)
    if not all_url:
        raise InvalidValueError(
            "all_url", "is missing: selected reviews lead to all of them; pass the page that shows them."
        )
    if not chosen:
        return Markup("")
    extra_class, more = container(attrs)
    selected = frame.words.ngettext("Selected reviews · see {count}", "Selected reviews · see all {count}", total)
    return frame.style + frame.draw(
        "review-selection",
        widget=widget,
        layout=layout,
        title=title or "",
        uid=unique(widget, all_url, title or ""),
        selected=selected.replace("{count}", number_for_people(total, frame.locale)),
        all_url=frame.address(all_url, "all_url"),
        reviews=[shown(frame, review, titles.get(review.product_id, ""), folded=False) for review in chosen],
        about=[titles.get(review.product_id, "") if len(titles) > 1 else "" for review in chosen],
        extra_class=extra_class,
        attributes=more,
    )


def _of_products(
    frame: Frame, given: Sequence[Product], *, stars: int, photos: bool, verified: bool, limit: int
) -> list[Review]:
    """The newest of each product, together in order of time."""
    found: list[Review] = []
    for product in given:
        for exactly in range(stars, 6) if stars > 1 else (0,):
            query = Query(product_id=product.id, stars=exactly, photos=photos, verified=verified, limit=limit)
            found.extend(frame.parts.store.page(query).reviews)
    return sorted(found, key=lambda review: (review.created_at, review.id), reverse=True)[:limit]


def _total(frame: Frame, given: Sequence[Product] | None) -> int:
    """How many reviews there are to see, whatever their stars."""
    if given is None:
        return sum(frame.parts.store.skew().published)
    known = frame.parts.store.summaries([product.id for product in given]).values()
    return sum(summary.count + summary.elsewhere for summary in known)


def _products(given: Any) -> list[Product] | None:
    if given is None:
        return None
    if isinstance(given, Product):
        return [given]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidValueError("products", f"pass a Product, a list of them or None, not {type(given).__name__}.")
    products = [product_of(product) for product in given]
    if not 1 <= len(products) <= MAX_PRODUCTS:
        raise InvalidValueError("products", f"pass 1 to {MAX_PRODUCTS} products, or None for the whole shop.")
    return products
