"""Meta tags: previews and structured data from one object."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Picture, Product, Rating, Shareable
from sharekit.checks import Availability
from sharekit.products.values import has_right_check_digit
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.meta import meta

Read = Callable[[str], list[Any]]
MakeContext = Callable[..., WidgetContext]


def tags(elements: list[Any]) -> dict[str, str]:
    """Content of the meta tags by property or name; of a repeated one the first."""
    found: dict[str, str] = {}
    for element in elements:
        if element.tag == "meta":
            found.setdefault(element.attrs.get("property") or element.attrs["name"], element.attrs["content"])
    return found


def data(elements: list[Any]) -> dict[str, Any]:
    """The structured data."""
    (script,) = (element for element in elements if element.tag == "script")
    assert script.attrs == {"type": "application/ld+json"}
    found: dict[str, Any] = json.loads(script.text)
    return found


@pytest.fixture
def full() -> Product:
    """A product about which everything is known."""
    return Product(
        id="mug-1",
        title="Stoneware mug",
        url="/p/mug-1?colour=ash#details",
        image=Picture("/img/mug.jpg", 1200, 900, "A mug on a table"),
        images=["/img/mug-2.jpg", "/img/mug.jpg"],
        description="Thrown by hand,\n  glazed in ash white.",
        price="24.00",
        sale_price="19.90",
        lowest_30d="24.00",
        currency="EUR",
        availability="in stock",
        brand="Tide",
        sku="T-1",
        gtin="4006381333931",
        rating=Rating("4.6", 12),
        category="Kitchen > Mugs",
        price_valid_until=date(2026, 12, 24),
    )


def test_a_full_product(make_context: MakeContext, full: Product, read: Read) -> None:
    """Every fact once, in the words of those who read it."""
    context = make_context(site_name="Tide & Co", x_account="@tide")
    elements = read(meta(context, full, locale="de"))
    assert elements[0].attrs == {"rel": "canonical", "href": "https://shop.example/p/mug-1?colour=ash"}
    assert tags(elements) == {
        "og:type": "product",
        "og:url": "https://shop.example/p/mug-1?colour=ash",
        "og:title": "Stoneware mug",
        "og:description": "Thrown by hand, glazed in ash white.",
        "og:site_name": "Tide & Co",
        "og:locale": "de_DE",
        "og:image": "https://shop.example/img/mug.jpg",
        "og:image:width": "1200",
        "og:image:height": "900",
        "og:image:alt": "A mug on a table",
        "product:retailer_item_id": "mug-1",
        "product:price:amount": "19.90",
        "product:price:currency": "EUR",
        "og:price:standard_amount": "24.00",
        "product:availability": "in stock",
        "og:availability": "instock",
        "product:brand": "Tide",
        "twitter:card": "summary_large_image",
        "twitter:site": "@tide",
        "twitter:label1": "Preis",
        "twitter:data1": "19,90\xa0€",
    }
    pictures = [element.attrs["content"] for element in elements if element.attrs.get("property") == "og:image"]
    assert pictures == ["https://shop.example/img/mug.jpg", "https://shop.example/img/mug-2.jpg"]
    assert data(elements) == {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": "https://shop.example/p/mug-1?colour=ash",
        "productID": "mug-1",
        "name": "Stoneware mug",
        "url": "https://shop.example/p/mug-1?colour=ash",
        "image": pictures,
        "description": "Thrown by hand,\n  glazed in ash white.",
        "brand": {"@type": "Brand", "name": "Tide"},
        "sku": "T-1",
        "gtin": "4006381333931",
        "category": "Kitchen > Mugs",
        "offers": {
            "@type": "Offer",
            "url": "https://shop.example/p/mug-1?colour=ash",
            "price": "19.90",
            "priceCurrency": "EUR",
            "availability": "https://schema.org/InStock",
            "priceValidUntil": "2026-12-24",
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "priceType": "https://schema.org/StrikethroughPrice",
                "price": "24.00",
                "priceCurrency": "EUR",
            },
        },
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": "4.6",
            "ratingCount": 12,
            "bestRating": 5,
            "worstRating": 1,
        },
    }


def test_nothing_is_invented(context: WidgetContext, read: Read) -> None:
    """What the shop did not say is not said: no offer, no condition, no rating, no brand."""
    elements = read(meta(context, Product(id="p", title="Plain", url="/p")))
    assert set(tags(elements)) == {
        "og:type", "og:url", "og:title", "og:locale", "product:retailer_item_id", "twitter:card",
    }  # fmt: skip
    assert set(data(elements)) == {"@context", "@type", "@id", "productID", "name", "url"}


def test_a_page_that_is_no_product(make_context: MakeContext, read: Read) -> None:
    """A website for networks, a WebPage for search engines, with the shop's picture."""
    context = make_context(default_image="/img/shop.jpg")
    elements = read(meta(context, Shareable(url="/about", title="About us", text="Who we are")))
    assert tags(elements)["og:type"] == "website"
    assert tags(elements)["og:image"] == "https://shop.example/img/shop.jpg"
    assert data(elements) == {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": "https://shop.example/about",
        "name": "About us",
        "url": "https://shop.example/about",
        "description": "Who we are",
        "primaryImageOfPage": {"@type": "ImageObject", "url": "https://shop.example/img/shop.jpg"},
    }


@pytest.mark.parametrize(("lowest", "shown"), [(None, None), ("18.00", "18.00"), ("15.00", None), ("14.00", None)])
def test_the_price_before_a_reduction_is_the_lowest_of_thirty_days(
    context: WidgetContext, read: Read, lowest: str | None, shown: str | None
) -> None:
    """Directive 98/6/EC, article 6a; and no reduction is claimed where that price was not above today's."""
    item = Product(id="p", title="P", url="/p", price="20", sale_price="15", lowest_30d=lowest, currency="EUR")
    elements = read(meta(context, item))
    assert tags(elements).get("og:price:standard_amount") == shown
    assert data(elements)["offers"].get("priceSpecification", {}).get("price") == shown
    assert data(elements)["offers"]["price"] == "15.00"


@pytest.mark.parametrize(
    ("price", "currency", "text"), [("500", "JPY", "500"), ("1.5", "KWD", "1.500"), (0, "EUR", "0.00")]
)
def test_prices_have_the_decimals_of_their_currency(
    context: WidgetContext, read: Read, price: Any, currency: str, text: str
) -> None:
    """Machines read a point and no thousands mark, whatever the page's language; free is a price too."""
    item = Product(id="p", title="P", url="/p", price=price, currency=currency)
    elements = read(meta(context, item, locale="de"))
    assert tags(elements)["product:price:amount"] == text
    assert data(elements)["offers"]["price"] == text


@pytest.mark.parametrize("availability", get_args(Availability))
def test_every_availability_has_words_for_all_who_read_it(
    context: WidgetContext, read: Read, availability: str
) -> None:
    """schema.org knows twelve, networks fewer."""
    elements = read(meta(context, Product(id="p", title="P", url="/p", availability=availability)))
    assert tags(elements)["product:availability"] in {
        "in stock", "out of stock", "preorder", "available for order", "discontinued",
    }  # fmt: skip
    assert tags(elements)["og:availability"]


@pytest.mark.parametrize(
    ("gtin", "right"),
    [
        ("4006381333931", True),
        ("4006381333932", False),
        ("036000291452", True),
        ("96385074", True),
        ("10012345000017", True),
        ("00000", False),
        ("", False),
        ("40063813339３1", False),
    ],
)
def test_a_gtin_is_shown_only_with_the_right_check_digit(
    context: WidgetContext, read: Read, gtin: str, right: bool
) -> None:
    """A wrong one makes search engines distrust the whole record (examples of GS1's own)."""
    assert has_right_check_digit(gtin) is right
    assert ("gtin" in data(read(meta(context, Product(id="p", title="P", url="/p", gtin=gtin))))) is right


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("de", "de_DE"), ("de-AT", "de_AT"), ("pt_BR.UTF-8", "pt_BR"), ("zh-Hant-TW", "zh_TW"), ("eo", None), ("", None)],
)
def test_open_graph_locales_have_a_territory(
    context: WidgetContext, mug: Product, read: Read, locale: str, expected: str | None
) -> None:
    """A language alone is no og:locale; one that we know no territory for is left out."""
    assert tags(read(meta(context, mug, locale=locale))).get("og:locale") == expected


def test_long_descriptions_are_cut_for_previews_only(context: WidgetContext, read: Read) -> None:
    """A preview shows two lines; search engines may have it all."""
    item = Product(id="p", title="P", url="/p", description="word " * 400)
    elements = read(meta(context, item))
    assert len(tags(elements)["og:description"]) <= 300
    assert tags(elements)["og:description"].endswith("…")
    assert data(elements)["description"] == "word " * 400


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (None, "no picture"),
        ("/img/logo.SVG?v=2", "SVG"),
        (Picture("/img/s.jpg", 599, 400), "599 x 400"),
        (Picture("/img/s.jpg", 600, 314), "600 x 314"),
        (Picture("/img/s.jpg", height=100), "? x 100"),
    ],
)
def test_a_poor_preview_is_logged_once_per_item(
    context: WidgetContext, caplog: pytest.LogCaptureFixture, read: Read, image: Any, words: str
) -> None:
    """With what to do; and the card asks for the small form rather than a torn large one."""
    item = Product(id="p", title="P", url="/p", image=image)
    with caplog.at_level(logging.WARNING, logger="sharekit"):
        first = meta(context, item)
        meta(context, item)
        meta(context, Product(id="q", title="Q", url="/q", image=image))
    assert [words in message for message in caplog.messages] == [True, True]
    assert tags(read(first))["twitter:card"] == "summary"


@pytest.mark.parametrize("image", ["/img/a.jpg", Picture("/img/a.jpg", 600, 315), "https://cdn.example/a.webp"])
def test_a_good_preview_is_not_logged(context: WidgetContext, caplog: pytest.LogCaptureFixture, image: Any) -> None:
    """A size that is not known is no fault."""
    with caplog.at_level(logging.WARNING, logger="sharekit"):
        meta(context, Product(id="p", title="P", url="/p", image=image))
    assert caplog.messages == []


def test_the_memory_of_what_was_logged_is_bounded(context: WidgetContext) -> None:
    """A catalogue of a million products must not fill it."""
    context.warned.update(str(number) for number in range(10_000))
    meta(context, Product(id="p", title="P", url="/p"))
    assert context.warned == {"p"}


hostile = st.one_of(
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            "<!-- <script>",
            "\" onload='x'",
            "]]>&lt;/script&gt;",
            "\u2028\u2029 \u202e \u05d0",
            "👩‍👩‍👧‍👦 é\u0301",
            "{{ 7 * 7 }}{% raw %}\\u003c \\",
        ]
    ),
    st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1, max_size=80),
)


@given(title=hostile, description=hostile, brand=hostile, alt=hostile)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_hostile_text_stays_text(
    context: WidgetContext, read: Read, title: str, description: str, brand: str, alt: str
) -> None:
    """In attributes and inside the script element it comes back as it went in, and nothing else comes to be."""
    item = Product(
        id=title, title=title, url="/p", image=Picture("/a.jpg", alt=alt), description=description, brand=brand, sku=alt
    )
    html = meta(context, item)
    elements = read(html)
    assert [element.tag for element in elements if element.tag not in {"meta", "link"}] == ["script"]
    assert tags(elements)["og:title"] == title
    assert tags(elements)["product:brand"] == brand
    assert tags(elements)["og:image:alt"] == alt
    found = data(elements)
    assert (found["name"], found["description"], found["brand"]["name"]) == (title, description, brand)
    script = html[html.index("<script") :]
    assert script.count("<") == 2
    assert not {"&", "\u2028", "\u2029"} & set(script)


def test_a_template_of_the_shops_wins(tmp_path: Path, make_context: MakeContext, mug: Product) -> None:
    """It gets the tags as pairs, and may leave some out."""
    folder = tmp_path / "sharekit"
    folder.mkdir()
    (folder / "meta.html.jinja").write_text("<title>{{ dict(head.properties)['og:title'] }}</title>{{ head.data }}")
    html = meta(make_context(template_dirs=[tmp_path]), mug)
    assert html.startswith('<title>Stoneware mug</title>{"@context"')


def test_the_same_item_gives_the_same_bytes(make_context: MakeContext, full: Product) -> None:
    """So that pages may be cached."""
    assert meta(make_context(), full) == meta(make_context(), full)
