"""Tagged pictures with text that nobody would write by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit.products import Cta, Disclosure, Look, Picture, Product, ProductTag, Video
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.gallery import gallery
from sharekit.widgets.tags import product_tags
from sharekit.widgets.video import video

Read = Callable[[str], list[Any]]
HOSTILE = [
    "</script><script>alert(1)</script>",
    "\" onmouseover=alert(1) x='",
    "{{ 7 * 7 }} {% raw %} ${x} %s %(url)s %d {0} {title} {name} {number}",
    "‮right to left⁦ אב",
    "&amp; &#34; &lt; <!-- ]]>",
    "100 % %% %s",
    "a\u2028b\u2029c",
]
lines = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(
        alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\x00"), min_size=1, max_size=60
    ).filter(str.strip),
)
titles = st.one_of(lines, st.sampled_from(["mark \x020\x03 \x02", "unit\x1fseparator", "tab\tand\nline"]))
fixtures_stay = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def check(read: Read, html: str) -> list[Any]:
    """Only elements and attributes of ours, and data that is JSON."""
    elements = read(html)
    assert {one.tag for one in elements} <= {
        "a", "button", "dialog", "div", "figure", "form", "h2", "img", "input", "li", "link", "ol", "p",
        "s", "script", "section", "small", "source", "span", "strong", "svg", "track", "ul", "video",
    }  # fmt: skip
    for one in elements:
        assert not [name for name in one.attrs if name.startswith("on") or name in {"style", "srcdoc"}]
        if one.tag == "script":
            json.loads(one.text)
    return elements


def texts_of(elements: list[Any], name: str) -> set[str]:
    """What is read in the elements of a class."""
    return {one.text for one in elements if name in one.attrs.get("class", "").split()}


@given(title=titles, label=lines, by=lines, description=titles)
@example(title="unit\x1fseparator", label="x", by="y", description="z")
@fixtures_stay
def test_every_text_arrives_as_text(
    context: WidgetContext, read: Read, title: str, label: str, by: str, description: str
) -> None:
    """In attributes, in elements and in structured data, in each kind of button."""
    product = Product(id=label[:100], title=title, url="/p/1", price="1.00", currency="EUR", description=description)
    for cta in (None, "quick_view", Cta("add_to_cart", label[:80], "/cart", {label: title})):
        tag = ProductTag(product, 0.5, 0.5, label=label, disclosure=Disclosure("ad", by), cta=cta)
        picture = Picture("/a.jpg", 10, 10, label, id=label, tags=[tag], credit=by)
        html = product_tags(context, picture, variant=label, placement=by, caption=title, whole_look="/cart")
        elements = check(read, html)
        assert texts_of(elements, "sk-card__link") == {title}
        assert texts_of(elements, "sk-look__ad") == {
            f"Ad · paid partnership with {by}" + " (1)",
            f"Ad · paid partnership with {by}",
        }
        assert texts_of(elements, "sk-look__credit") == {f"Photo: {by}"}
        figure = next(one for one in elements if one.tag == "figure")
        assert (figure.attrs["data-sk-picture"], figure.attrs["data-sk-variant"]) == (label, label)
        [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
        assert json.loads(data)["@graph"][0]["itemListElement"][0]["name"] == title


@given(title=lines, label=lines)
@fixtures_stay
def test_looks_galleries_and_videos_too(context: WidgetContext, read: Read, title: str, label: str) -> None:
    """Whatever stands around the pictures."""
    product = Product(id="p", title=title, url="/p/1", price="1.00", currency="EUR")
    picture = Picture(
        "/a.jpg", 10, 10, label, tags=[ProductTag([product, Product(id="q", title=label, url="/q")], 0, 0)]
    )
    check(read, product_tags(context, Look(title, [picture]), links="redirect", attrs={"title": label, "class": title}))
    check(read, gallery(context, [picture], label=label))
    shown = Video(
        "/v.mp4", Picture("/a.jpg", 10, 10), title=title, tags=[ProductTag(product, 0, 0, label=label, start=1)]
    )
    elements = check(read, video(context, shown))
    assert texts_of(elements, "sk-look__time") == {f"0:01 {label.strip()}"}


@pytest.mark.parametrize("title", [*HOSTILE, "unit\x1fseparator", "mark \x020\x03 \x02"])
def test_what_is_filled_in_is_what_is_drawn(context: WidgetContext, title: str) -> None:
    """The short way for plain tags gives the same HTML as the long one, whatever the text."""
    product = Product(id="p", title=title, url="/p?a=1&b=2", price="1.00", currency="EUR", image="/i.jpg")
    # An alternative makes a tag special, but is not shown while the product can be bought.
    plain, special = Cta(), Cta(alternative=product)
    drawn = [
        product_tags(context, Picture("/a.jpg", 10, 10, "x", tags=[ProductTag(product, 0.1, 0.2, cta=cta)]))
        for cta in (plain, special)
    ]
    assert drawn[0] == drawn[1]
