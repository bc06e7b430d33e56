"""What makes a preview when a page is shared: canonical address, Open Graph, Twitter card, Pinterest's rich pin."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from sharekit.checks import absolute_url
from sharekit.exceptions import InvalidValueError
from sharekit.networks.text import fit
from sharekit.products import Picture, Product, Shareable
from sharekit.rendering.money import format_money
from sharekit.rendering.translations import language_of, translations
from sharekit.reviews.store import MAX_PAGE
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.meta.structured import amount_text, reference_price, structured_data

if TYPE_CHECKING:
    from sharekit.widgets.reviews import Reading

TEMPLATE = "sharekit/meta.html.jinja"
PREVIEW_SIZE = (600, 315)
"""Below this width or height in pixels Facebook shows a small picture beside the text instead of a large one above it
(developers.facebook.com/docs/sharing/webmasters/images)."""
MAX_PICTURES = 6
MAX_DESCRIPTION = 300

_log = logging.getLogger(__name__)
_MAX_WARNED = 10_000

# Open Graph wants a territory (ogp.me, og:locale); for a language alone, the one Facebook lists for it.
_OG_LOCALES = {
    "ar": "ar_AR", "de": "de_DE", "en": "en_US", "es": "es_ES", "fr": "fr_FR", "it": "it_IT", "nl": "nl_NL",
    "pl": "pl_PL",
}  # fmt: skip

# schema.org's availability in Meta's words (product:availability) and in Pinterest's (og:availability); sources:
# developers.facebook.com/docs/marketing-api/catalog/guides/microdata-tags and
# developers.pinterest.com/docs/web-features/product-rich-pins.
_AVAILABILITY = {
    "BackOrder": ("available for order", "backorder"),
    "Discontinued": ("discontinued", "discontinued"),
    "InStock": ("in stock", "instock"),
    "InStoreOnly": ("in stock", "instock"),
    "LimitedAvailability": ("in stock", "instock"),
    "MadeToOrder": ("available for order", "instock"),
    "OnlineOnly": ("in stock", "instock"),
    "OutOfStock": ("out of stock", "out of stock"),
    "PreOrder": ("preorder", "preorder"),
    "PreSale": ("preorder", "preorder"),
    "Reserved": ("out of stock", "out of stock"),
    "SoldOut": ("out of stock", "out of stock"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The tags of a page, as the template sees them.

    Parameters:
        url: canonical address.
        properties: ``property`` and ``content`` of Open Graph tags, in order.
        names: ``name`` and ``content`` of the other tags.
        data: structured data, safe inside a ``script`` element.
    """

    url: str
    properties: Sequence[tuple[str, str]]
    names: Sequence[tuple[str, str]]
    data: Markup


def meta(
    context: WidgetContext,
    item: Product | Shareable,
    *,
    locale: str | None = None,
    reviews: int | Reading | None = None,
    args: Any = None,
) -> Markup:
    """The tags for the ``<head>`` of the item's page.

    A preview that would be poor (no picture, one that networks cannot show or that is too small) is logged as a
    warning, once per item and process.

    Parameters:
        item: what the page is about.
        locale: language of the page; the ``locale`` setting when left out.
        reviews: put the product's rating into the structured data, with so many of the reviews that the page shows; or
            what was read for :func:`sharekit.widgets.reviews.reviews`. When left out, the product's own ``rating`` is
            used.
        args: the request's query parameters, which say what reviews the page shows.

    Raises:
        InvalidValueError: ``reviews`` are asked for a page that is no product's.
    """
    settings = context.settings
    spoken = settings.locale if locale is None else locale
    url = absolute_url(settings.base_url, item.url).partition("#")[0]
    pictures = _pictures(context, item)
    _warn(context, item, pictures)
    head = Head(
        url=url,
        properties=list(_open_graph(context, item, url, pictures, spoken)),
        names=list(_card(context, item, pictures, spoken)),
        data=structured_data(item, url, pictures, _reviews(context, item, reviews, args)),
    )
    html = context.environment.get_template(TEMPLATE).render(head=head)
    return Markup(html)  # noqa: S704 - the environment escapes


def _reviews(
    context: WidgetContext, item: Product | Shareable, reviews: int | Reading | None, args: Any
) -> dict[str, Any] | None:
    if reviews is None:
        return None
    from sharekit.widgets.reviews import Reading, read, structured_reviews

    if not isinstance(item, Product):
        raise InvalidValueError("reviews", "are of products; leave it out on other pages.")
    if isinstance(reviews, Reading):
        return structured_reviews(reviews, context.settings.zone())
    if type(reviews) is not int or not 0 <= reviews <= MAX_PAGE:
        raise InvalidValueError("reviews", f"pass a whole number from 0 to {MAX_PAGE}, or what read_reviews gave.")
    return structured_reviews(read(context.reviews(), item.id, args), context.settings.zone(), reviews)


def poor_preview(pictures: Sequence[Picture]) -> str:
    """What is wrong with the picture of a preview, with what to do about it; empty when nothing is."""
    if not pictures:
        return "it has no picture; give it an image, or set default_image"
    first = pictures[0]
    if urlsplit(first.src).path.lower().endswith((".svg", ".svgz")):
        return "its picture is an SVG, which no network shows; give a JPEG, PNG or WebP"
    width, height = PREVIEW_SIZE
    if (first.width or width) < width or (first.height or height) < height:
        size = f"{first.width or '?'} x {first.height or '?'}"
        return f"its picture is {size} pixels; large previews need {width} x {height} or more"
    return ""


def _pictures(context: WidgetContext, item: Product | Shareable) -> list[Picture]:
    """The item's pictures with whole addresses, each once, the main one first."""
    settings = context.settings
    found = item.pictures or ((Picture(settings.default_image),) if settings.default_image else ())
    whole: dict[str, Picture] = {}
    for one in found:
        picture = Picture(absolute_url(settings.base_url, one.src), one.width, one.height, one.alt)
        whole.setdefault(picture.src, picture)
    return list(whole.values())[:MAX_PICTURES]


def _open_graph(
    context: WidgetContext, item: Product | Shareable, url: str, pictures: Sequence[Picture], locale: str
) -> Iterator[tuple[str, str]]:
    settings = context.settings
    yield "og:type", "product" if isinstance(item, Product) else "website"
    yield "og:url", url
    yield "og:title", item.title
    if item.text:
        yield "og:description", _description(item.text)
    if settings.site_name:
        yield "og:site_name", settings.site_name
    if spoken := _og_locale(locale):
        yield "og:locale", spoken
    for picture in pictures:
        yield "og:image", picture.src
        if picture.width and picture.height:
            yield "og:image:width", str(picture.width)
            yield "og:image:height", str(picture.height)
        if picture.alt:
            yield "og:image:alt", picture.alt
    if isinstance(item, Product):
        yield from _product(item)


def _product(item: Product) -> Iterator[tuple[str, str]]:
    yield "product:retailer_item_id", item.id
    money = item.money
    if money is not None:
        yield "product:price:amount", amount_text(money.amount, money.currency)
        yield "product:price:currency", money.currency
        before = reference_price(item)
        if before is not None:
            yield "og:price:standard_amount", amount_text(before, money.currency)
    if item.availability:
        for_meta, for_pinterest = _AVAILABILITY[item.availability]
        yield "product:availability", for_meta
        yield "og:availability", for_pinterest
    if item.brand:
        yield "product:brand", item.brand


def _card(
    context: WidgetContext, item: Product | Shareable, pictures: Sequence[Picture], locale: str
) -> Iterator[tuple[str, str]]:
    """Title, text and picture are taken from Open Graph by all who read Twitter cards; only the rest is said here."""
    yield "twitter:card", "summary" if poor_preview(pictures) else "summary_large_image"
    account = context.settings.x_account.strip().lstrip("@")
    if account:
        yield "twitter:site", f"@{account}"
    if isinstance(item, Product) and item.money is not None:
        yield "twitter:label1", translations(locale).gettext("Price")
        yield "twitter:data1", format_money(item.money, locale)


def _og_locale(locale: str) -> str:
    language, *rest = locale.partition(".")[0].replace("-", "_").split("_")
    territory = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), "")
    if territory and 2 <= len(language) <= 3 and language.isalpha():
        return f"{language.lower()}_{territory}"
    return _OG_LOCALES.get(language_of(locale), "")


def _description(text: str) -> str:
    return fit(" ".join(text.split()), MAX_DESCRIPTION, "graphemes")


def _warn(context: WidgetContext, item: Product | Shareable, pictures: Sequence[Picture]) -> None:
    if item.id in context.warned:
        return
    problem = poor_preview(pictures)
    if problem:
        if len(context.warned) >= _MAX_WARNED:
            context.warned.clear()
        context.warned.add(item.id)
        _log.warning("A preview of %r would be poor: %s.", item.id, problem)
