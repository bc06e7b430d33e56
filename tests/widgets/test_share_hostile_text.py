"""Share buttons with text that nobody would write by accident, and with templates of the shop's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit import Product
from sharekit.rendering.environment import TEMPLATES
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons

Read = Callable[[str], list[Any]]
MakeContext = Callable[..., WidgetContext]
NETWORKS = ("telegram", "email", "copy", "native", "qr", "mastodon")
HOSTILE = [
    "</script><script>alert(1)</script>",
    "\" onmouseover=alert(1) x='",
    "{{ 7 * 7 }} {% raw %} ${x} %s %(url)s {0} {title} {network}",
    "\u202eright to left\u2066 \u05d0\u05d1",
    "👩‍👩‍👧‍👦 🇩🇪 é\u0301 \U0001f3f4\U000e0067\U000e0062",
    "line\u2028separator\u2029 and\ttab\r\nbreak",
    "&amp; &#34; &lt; &\x020\x03 \x02",
    "%2522%00\ufffe",
]

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1, max_size=80),
)
fixtures_stay = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def copied(tmp_path: Path, make_context: MakeContext) -> WidgetContext:
    """A context of a shop that has put a copy of our template in its place, so that Jinja fills in every value."""
    folder = tmp_path / "templates" / "sharekit"
    folder.mkdir(parents=True)
    name = "share.html.jinja"
    (folder / name).write_text((TEMPLATES / "sharekit" / name).read_text(encoding="utf-8"), encoding="utf-8")
    return make_context(template_dirs=[folder.parent])


@given(title=texts, product=texts, placement=texts, text=texts)
@fixtures_stay
def test_hostile_text_stays_text(
    context: WidgetContext, read: Read, title: str, product: str, placement: str, text: str
) -> None:
    """It comes back from the parsed page as it went in, and adds no element and no attribute."""
    plain = Product(id="p", title="T", url="/p")
    hostile = Product(id=product, title=title, url="/p")
    expected = read(share_buttons(context, plain, networks=NETWORKS, placement="l", text="x"))
    elements = read(share_buttons(context, hostile, networks=NETWORKS, placement=placement, text=text))
    shape = [(element.tag, sorted(element.attrs)) for element in elements]
    assert shape == [(element.tag, sorted(element.attrs)) for element in expected]
    bar = elements[0].attrs
    assert bar["aria-label"] == f"Share {title}"
    assert bar["data-sk-title"] == title
    assert bar["data-sk-product"] == product
    assert bar["data-sk-placement"] == placement
    assert bar["data-sk-text"] == text
    link = next(element for element in elements if element.attrs.get("data-sk-network") == "telegram").attrs["href"]
    assert parse_qs(urlsplit(link).query, strict_parsing=True)["url"][0].startswith("https://shop.example/p?")


@given(
    title=texts,
    text=st.none() | texts,
    label=st.none() | texts,
    networks=st.lists(st.sampled_from(NETWORKS), min_size=1, unique=True),
    layout=st.sampled_from(["bar", "icons", "more"]),
    show=st.sampled_from([None, "label", "both"]),
    attrs=st.sampled_from([None, {"id": '"a"', "class": "<b>"}]),
)
@example(
    title="'\"<&>", text=None, label=None, networks=["telegram"], layout="bar", show=None, attrs=None
)  # links alone: the short way of escaping
@fixtures_stay
def test_the_quick_way_gives_the_bytes_that_jinja_gives(
    context: WidgetContext, copied: WidgetContext, title: str, **options: Any
) -> None:
    """Filling the gaps of a skeleton is the same as rendering the template with the values."""
    item = Product(id="<i>&", title=title, url="/p/'x'?a=1&b='2'#f&g", image="/img/'a'.jpg")
    assert share_buttons(context, item, visible=1, placement="<p>", **options) == share_buttons(
        copied, item, visible=1, placement="<p>", **options
    )


def test_a_template_of_the_shops_wins_and_may_branch_on_values(
    tmp_path: Path, make_context: MakeContext, mug: Product
) -> None:
    """Values are there themselves, escaped by Jinja, and text in them is never compiled."""
    folder = tmp_path / "sharekit"
    folder.mkdir()
    (folder / "share.html.jinja").write_text(
        "{% if share.product == 'mug-1' %}<b>{{ share.title }}</b>{% endif %}"
        "{% for control in share.controls %}<a href='{{ control.address }}'>{{ control.name }}</a>{% endfor %}"
    )
    context = make_context(template_dirs=[tmp_path])
    mine = Product(id="mug-1", title="{{ 7 * 7 }}<i>", url="/p")
    html = share_buttons(context, mine, networks="facebook")
    assert html.startswith("<b>{{ 7 * 7 }}&lt;i&gt;</b><a href='https://www.facebook.com/")
    assert html.endswith("Share on Facebook</a>")
    other = share_buttons(context, Product(id="mug-2", title="T", url="/p"), networks="facebook")
    assert not other.startswith("<b>")


def test_a_template_of_the_shops_can_build_on_ours(tmp_path: Path, make_context: MakeContext, mug: Product) -> None:
    """Ours is still there under original/, with every value it needs."""
    folder = tmp_path / "sharekit"
    folder.mkdir()
    (folder / "share.html.jinja").write_text('<aside>{% include "original/share.html.jinja" %}</aside>')
    html = share_buttons(make_context(template_dirs=[tmp_path]), mug, networks="x email", locale="de")
    assert html == f"<aside>{share_buttons(make_context(), mug, networks='x email', locale='de')}</aside>"
