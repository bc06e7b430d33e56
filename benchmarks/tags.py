"""How long 50 tagged pictures with 8 tags each take to render, beside what they could be compared with.

    python benchmarks/tags.py

Cases, all with the same pictures; none of them remembers a picture or a product:

- ``f-string, by hand``: the same bytes, written as f-strings: every value escaped where it stands, prices by the same
  function.
- ``f-string, tuned``: the same bytes, every value escaped once. The least that Python needs.
- ``Jinja2 loop``: one template with a loop over the tags, values made beforehand.

Samples of all cases are taken in turn, so that a busy moment of the machine hits them alike. Needs the ``bench`` group.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from sharekit.config import Settings
from sharekit.networks.registry import Networks
from sharekit.products import Disclosure, Picture, Product, ProductTag
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.rendering.money import amount_for_people
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.tags import product_tags

BASE = "https://shop.example"
PICTURES, TAGS = 50, 8
SAMPLES = 40


def _product(number: int) -> Product:
    """Every fourth one is reduced; the titles need escaping."""
    reduced = {"sale_price": "49.00", "lowest_30d": "55.00"} if number % 4 == 0 else {}
    return Product(
        id=f"shirt-{number}",
        title=f"Linen shirt “Tide” & collar, no. {number}",
        url=f"/p/shirt-{number}",
        image=f"/img/shirt-{number}.jpg",
        price=f"{59 + number % 40}.00",
        currency="EUR",
        availability="InStock",
        **reduced,
    )


def _picture(number: int) -> Picture:
    """Two of the tags are advertisements."""
    ad = Disclosure("affiliate", "Marram & Co.")
    tags = [
        ProductTag(
            _product(number * TAGS + place),
            0.06 + 0.11 * place,
            0.9 - 0.1 * place,
            disclosure=ad if place in {2, 5} else None,
        )
        for place in range(TAGS)
    ]
    return Picture(f"/img/look-{number}.jpg", 1200, 800, f"Look no. {number} & its friends", tags=tags)


PAGE = [_picture(number) for number in range(PICTURES)]
SETTINGS = Settings.load(base_url=BASE)
CONTEXT = WidgetContext(
    settings=SETTINGS,
    networks=Networks(),
    environment=make_environment(),
    assets=Assets(SETTINGS.mount),
    share_key=b"k" * 32,
    sign=lambda payload: "",
    counts=lambda product_id: {},
)
STYLE = CONTEXT.assets.url("looks.css")
AD = "affiliate link, Marram & Co. pays us a commission"
CLASSES = {axis: [f"sk-{axis}{step // 10} sk-{axis}-{step % 10}" for step in range(201)] for axis in "xy"}


def ours(picture: Picture) -> str:
    """The library."""
    return product_tags(CONTEXT, picture, placement="page")


def _places(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def _data(picture: Picture) -> str:
    items = [
        {"@type": "ListItem", "position": position, "name": tag.product.title, "url": BASE + tag.product.url}
        for position, tag in enumerate(picture.tags, 1)
    ]
    data = {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "numberOfItems": len(items),
        "itemListElement": items,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def by_hand(picture: Picture, e: Callable[[Any], Any] = escape) -> str:
    """What one would write without a library: each value escaped where it is used."""
    uid = "sk-" + blake2b(f"{picture.id}\x1fpage".encode(), digest_size=4).hexdigest()
    pins, items, ads = [], [], []
    for number, tag in enumerate(picture.tags, 1):
        product = tag.product
        sale = product.sale_price
        now = amount_for_people(product.price if sale is None else sale, product.currency, "en")
        was = ""
        if sale is not None:
            before = amount_for_people(product.lowest_30d, product.currency, "en")
            was = f'<s class="sk-price__was"><span class="sk-hidden">Was </span>{e(before)}</s> '
        hidden = '<span class="sk-hidden">Now </span>' if was else ""
        price = f'{was}<span class="sk-price__now">{hidden}{e(now)}</span>'
        note = ' <small class="sk-price__note">lowest price of the 30 days before</small>' if was else ""
        kind = rel = spoken = card_ad = item_ad = ""
        if tag.disclosure is not None:
            text = f"<strong>{e('Ad')}</strong> · {e(AD)}"
            kind = f' data-sk-disclosure="{e(tag.disclosure.kind)}"'
            rel = ' rel="sponsored"'
            spoken = ", Ad"
            card_ad = f'<p class="sk-card__ad">{text}</p>'
            item_ad = f'<p class="sk-look__ad">{text}</p>'
            ads.append(number)
        x, y = tag.x, tag.y
        pins.append(
            f'<li class="sk-pin {CLASSES["x"][round(x * 200)]} {CLASSES["y"][round(y * 200)]}" data-x="{_places(x)}" '
            f'data-y="{_places(y)}" data-sk-tag="{number}" data-sk-product="{e(product.id)}"{kind}>'
            f'<button type="button" class="sk-pin__button" popovertarget="{uid}-{number}" aria-label="{number}, '
            f'{e(product.title)}, {e(now)}{spoken}"><span class="sk-pin__mark" aria-hidden="true">{number}</span>'
            f'</button><div popover id="{uid}-{number}" class="sk-card" role="group" '
            f'aria-labelledby="{uid}-{number}-n">{card_ad}'
            f'<div class="sk-offer"><img class="sk-card__image" src="{e(product.image)}" alt="" width="80" '
            f'height="80" loading="lazy" decoding="async"><p class="sk-card__name" id="{uid}-{number}-n">'
            f'<a class="sk-card__link" href="{e(product.url)}"{rel}>{e(product.title)}</a></p>'
            f'<p class="sk-price">{price}{note}</p><p class="sk-card__state">In stock</p>'
            f'<a class="sk-card__cta" href="{e(product.url)}"{rel}>Shop now<span class="sk-hidden">: {e(product.title)}'
            f'</span></a></div><button type="button" class="sk-card__close" popovertarget="{uid}-{number}" '
            f'popovertargetaction="hide">Close</button></div></li>'
        )
        items.append(
            f'<li value="{number}" id="{uid}-i{number}" class="sk-look__item" data-sk-tag="{number}" '
            f'data-sk-product="{e(product.id)}"{kind}>{item_ad}<span class="sk-offer"><a class="sk-look__link" '
            f'href="{e(product.url)}"{rel}>{e(product.title)}</a> <span class="sk-price">{price}</span></span></li>'
        )
    top = f'<p class="sk-look__ad"><strong>Ad</strong> · {e(AD)} ({", ".join(map(str, ads))})</p>'
    return Markup(
        f'<link rel="stylesheet" href="{STYLE}"><figure class="sk sk-look sk-look--number sk-theme-quiet" '
        f'aria-labelledby="{uid}-c" data-sk-widget="tags" data-sk-picture="{e(picture.id)}" data-sk-placement="page" '
        f'data-sk-tags="{len(picture.tags)}" data-sk-variant="">{top}<div class="sk-look__stage">'
        f'<img class="sk-look__img" src="{e(picture.src)}" width="{picture.width}" height="{picture.height}" '
        f'alt="{e(picture.alt)}" loading="lazy" decoding="async"><ul class="sk-look__pins sk-x7 sk-x-5 sk-y0 sk-y-0" '
        f'role="list" aria-label="Products in this picture">{"".join(pins)}</ul></div>'
        f'<p class="sk-look__caption"><span id="{uid}-c">Shop this look</span></p>'
        f'<ol class="sk-look__items sk-look__items--shown" role="list">{"".join(items)}</ol>'
        f'<script type="application/ld+json">{_data(picture)}</script></figure>'
    )


def tuned(picture: Picture) -> str:
    """The same with every value escaped once."""
    known: dict[Any, Any] = {}

    def once(value: Any) -> Any:
        found = known.get(value)
        if found is None:
            found = known[value] = escape(value)
        return found

    return by_hand(picture, once)


_LOOP = Environment(autoescape=True).from_string(
    "{% macro price(row) -%}"
    '{% if row.was %}<s class="sk-price__was"><span class="sk-hidden">Was </span>{{ row.was }}</s> '
    '<span class="sk-price__now"><span class="sk-hidden">Now </span>{{ row.now }}</span>'
    '{% else %}<span class="sk-price__now">{{ row.now }}</span>{% endif %}{%- endmacro %}'
    '<figure class="sk sk-look" data-sk-picture="{{ picture.id }}"><div class="sk-look__stage">'
    '<img class="sk-look__img" src="{{ picture.src }}" width="{{ picture.width }}" height="{{ picture.height }}" '
    'alt="{{ picture.alt }}"><ul class="sk-look__pins" role="list">{% for row in rows %}'
    '<li class="sk-pin {{ row.place }}" data-x="{{ row.x }}" data-y="{{ row.y }}" data-sk-tag="{{ loop.index }}" '
    'data-sk-product="{{ row.id }}"><button type="button" class="sk-pin__button" '
    'popovertarget="{{ uid }}-{{ loop.index }}" aria-label="{{ loop.index }}, {{ row.title }}, {{ row.now }}">'
    '<span class="sk-pin__mark" aria-hidden="true">{{ loop.index }}</span></button>'
    '<div popover id="{{ uid }}-{{ loop.index }}" class="sk-card" role="group"><div class="sk-offer">'
    '<img class="sk-card__image" src="{{ row.image }}" alt="" width="80" height="80" loading="lazy">'
    '<p class="sk-card__name"><a href="{{ row.url }}">{{ row.title }}</a></p><p class="sk-price">{{ price(row) }}</p>'
    '<a class="sk-card__cta" href="{{ row.url }}">Shop now<span class="sk-hidden">: {{ row.title }}</span></a></div>'
    '<button type="button" popovertarget="{{ uid }}-{{ loop.index }}" popovertargetaction="hide">Close</button></div>'
    '</li>{% endfor %}</ul></div><ol class="sk-look__items">{% for row in rows %}'
    '<li value="{{ loop.index }}" data-sk-tag="{{ loop.index }}"><a href="{{ row.url }}">{{ row.title }}</a> '
    '<span class="sk-price">{{ price(row) }}</span></li>{% endfor %}</ol></figure>'
)


def jinja_loop(picture: Picture) -> str:
    """A plain template that does less: no disclosures, no structured data."""
    rows = []
    for tag in picture.tags:
        product = tag.product
        sale = product.sale_price
        rows.append(
            {
                "id": product.id,
                "title": product.title,
                "url": product.url,
                "image": product.image,
                "now": amount_for_people(product.price if sale is None else sale, product.currency, "en"),
                "was": "" if sale is None else amount_for_people(product.lowest_30d, product.currency, "en"),
                "place": f"{CLASSES['x'][round(tag.x * 200)]} {CLASSES['y'][round(tag.y * 200)]}",
                "x": _places(tag.x),
                "y": _places(tag.y),
            }
        )
    return _LOOP.render(picture=picture, rows=rows, uid="sk-00000000")


def main() -> None:
    """Measure and print the table."""
    cases: dict[str, Callable[[Picture], str]] = {
        "sharekit": ours,
        "f-string, by hand": by_hand,
        "f-string, tuned": tuned,
        "Jinja2 loop": jinja_loop,
    }
    expected = [ours(picture) for picture in PAGE]
    for name in ("f-string, by hand", "f-string, tuned"):
        for picture, html in zip(PAGE, expected, strict=True):
            _compare(name, cases[name](picture), html)
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.disable()
    for _ in range(SAMPLES):
        for name, case in cases.items():
            start = time.perf_counter()
            for picture in PAGE:
                case(picture)
            times[name].append(time.perf_counter() - start)
        gc.collect()
    gc.enable()
    own = statistics.median(times["sharekit"])
    print(f"{PICTURES} pictures x {TAGS} tags")
    print(f"{'case':22}{'median ms':>11}{'fastest ms':>12}{'us per tag':>12}{'sharekit is':>15}{'bytes':>10}")
    for name, samples in times.items():
        median = statistics.median(samples)
        size = sum(len(cases[name](picture).encode()) for picture in PAGE)
        per_tag = median / (PICTURES * TAGS) * 1e6
        print(f"{name:22}{median * 1e3:11.2f}{min(samples) * 1e3:12.2f}{per_tag:12.1f}{own / median:11.2f} x  {size:8}")


def _compare(name: str, found: str, expected: str) -> None:
    if found == expected:
        return
    place = next(
        (i for i, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), min(len(found), len(expected))
    )
    raise SystemExit(
        f"{name}: its output differs from the library's; bring it up to date.\n"
        f"  it has   {found[place - 60 : place + 60]!r}\n  not      {expected[place - 60 : place + 60]!r}"
    )


if __name__ == "__main__":
    main()
