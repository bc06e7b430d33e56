"""The editor as HTML: a form that posts the picture, with the data its script works on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Literal

from jinja2 import Environment
from markupsafe import Markup

from sharekit.checks import check_url
from sharekit.exceptions import InvalidValueError
from sharekit.products import Picture, Product
from sharekit.rendering.assets import Assets
from sharekit.rendering.attributes import attributes
from sharekit.rendering.json_ld import script_json
from sharekit.rendering.money import format_money
from sharekit.rendering.translations import direction, translations
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.editor.words import disclosures, script_words

STYLE, SCRIPT = "editor.css", "editor.js"
TEMPLATE = "sharekit/editor.html.jinja"
Typing = Literal["", "open", "closed"]


def tag_editor(
    context: WidgetContext,
    picture: Picture,
    *,
    products: Iterable[Product] = (),
    save_url: str,
    search_url: str = "",
    csrf: Mapping[str, str] | None = None,
    locale: str | None = None,
    mount: str | None = None,
    nonce: str | None = None,
    heading_level: int = 2,
) -> Markup:
    """An editor of the picture's tags, for a page that only the shop's own people see.

    It brings its style sheet and its script along and works under ``default-src 'self'``. It posts to ``save_url``,
    where :func:`sharekit.widgets.editor.edited_picture` reads it.

    Parameters:
        picture: the picture; it may have no tags and no alternative text yet.
        products: what can be tagged. Without any, products are typed in.
        save_url: where the form posts to.
        search_url: asked for products instead, with ``?q=words``, when there are too many to put into the page; it
            answers with a JSON list of objects with ``id``, ``title`` and, if there are, ``note`` and ``image``.
        csrf: the framework's token, as a name and a value of a hidden field.
        locale: language of the editor; the ``locale`` setting when left out.
        mount: path of the kit's app as browsers see it, where it differs from the setting.
        nonce: the page's Content-Security-Policy nonce, when its policy asks for one.
        heading_level: level of the editor's headings, 1 to 6.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it.
    """
    known = list(products)
    return editor_markup(
        context.environment,
        context.assets,
        picture,
        products=known,
        save_url=save_url,
        search_url=search_url,
        hidden=dict(csrf or {}),
        locale=locale or context.settings.locale,
        mount=mount,
        nonce=nonce,
        theme=context.settings.theme,
        heading_level=heading_level,
        typing="" if known or search_url else "open",
    )


def editor_markup(
    environment: Environment,
    assets: Assets,
    picture: Picture,
    *,
    products: Iterable[Product],
    save_url: str,
    search_url: str = "",
    hidden: Mapping[str, str],
    locale: str = "en",
    mount: str | None = None,
    nonce: str | None = None,
    theme: str = "quiet",
    heading_level: int = 2,
    typing: Typing = "",
    image: str = "",
) -> Markup:
    """See :func:`tag_editor`; for pages without a kit around them.

    Parameters:
        image: address at which the editor itself sees the picture, where that is not ``picture.src``.
        typing: whether products can be typed in, and whether the form for it is open.
    """
    if isinstance(heading_level, bool) or heading_level not in range(1, 7):
        raise InvalidValueError("heading_level", f"{heading_level!r} is not a whole number from 1 to 6.")
    words = translations(locale)
    cards = {product.id: card(product, locale) for product in products}
    order = list(cards)
    data = picture.to_dict(products=True)
    given = {row["id"]: row for row in data.pop("products")}
    alternatives = [tag.cta.alternative for tag in picture.tags if tag.cta and tag.cta.alternative]
    for product in (*picture.products, *alternatives):
        # The server that reads the post knows the products it gave; others go with the picture, in full.
        if product.id not in cards:
            cards[product.id] = card(product, locale) | {"data": given[product.id]}
            order.append(product.id)
    address = image or picture.src
    shown: dict[str, Any] = {"src": address, "width": picture.width, "height": picture.height}
    if not image:
        shown |= {"srcset": picture.srcset or None, "sizes": picture.sizes or None}
    markup = environment.get_template(TEMPLATE).render(
        _=words.gettext,
        assets=_tags(assets, mount, nonce),
        action=check_url(save_url, "save_url"),
        hidden=hidden,
        uid="sk-" + blake2b(picture.id.encode(), digest_size=4).hexdigest(),
        heading=heading_level,
        language=words.language,
        direction=direction(words.language),
        theme=theme,
        image={"alt": picture.alt, "attributes": shown},
        typing=typing,
        kinds=disclosures(words.gettext).items(),
        json=json.dumps(picture.to_dict(products=True), ensure_ascii=False, indent=1),
        data=script_json({
            "picture": data,
            "products": cards,
            "order": order,
            "search": check_url(search_url, "search_url") if search_url else "",
            "words": script_words(words.gettext),
        }),
    )  # fmt: skip
    return Markup(markup)  # noqa: S704 - the template escapes


def card(product: Product, locale: str, *, image: str | None = None) -> dict[str, Any]:
    """A product as the search shows it.

    Parameters:
        image: address of a small picture; the product's own when left out.
    """
    money = product.money
    notes = (format_money(money, locale) if money else "", product.sku or product.id)
    pictures = product.pictures
    if image is None:
        image = pictures[0].src if pictures else ""
    row = {"id": product.id, "title": product.title, "note": " · ".join(note for note in notes if note)}
    return row | ({"image": image} if image else {})


def _tags(assets: Assets, mount: str | None, nonce: str | None) -> Markup:
    style = {"rel": "stylesheet", "href": assets.url(STYLE, mount), "nonce": nonce or None}
    script = {"src": assets.url(SCRIPT, mount), "nonce": nonce or None}
    return Markup("<link{}><script{} defer></script>").format(attributes(style), attributes(script))
